"""Floor 3: distributions whose draws are ordinary ops on noise: gradients flow through them."""

from .base import Distribution, Independent
from .bounds import elbo
from .gaussian import MultivariateNormal, Normal
from .kl import kl_divergence, kl_monte_carlo
from .randomness import noise

__all__ = [
    "Distribution", "Independent", "MultivariateNormal", "Normal", "elbo", "kl_divergence",
    "kl_monte_carlo", "noise",
]  # fmt: skip
