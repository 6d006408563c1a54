"""Distributions whose draws are ordinary ops on noise: gradients flow through them."""

from . import divergences as _divergences  # which enters its closed forms
from .base import Distribution
from .bounds import elbo, iwae
from .dirichlet import Dirichlet
from .discrete import Bernoulli, Categorical
from .families import Cauchy, Gumbel, Laplace, Logistic, Uniform
from .flows import AffineCouplingTransform, PlanarTransform
from .gaussian import MultivariateNormal, Normal
from .implicit import Beta, Gamma
from .independent import Independent
from .kl import kl_divergence, kl_monte_carlo
from .positive import Exponential, HalfNormal, LogNormal, Weibull
from .randomness import noise
from .relaxed import RelaxedBernoulli, RelaxedOneHotCategorical
from .strategies import strategy
from .student import StudentT
from .transformed import Transformed
from .transforms import (
    AffineTransform,
    ExpTransform,
    SigmoidTransform,
    TanhTransform,
    Transform,
)

__all__ = [
    "AffineCouplingTransform",
    "AffineTransform",
    "Bernoulli",
    "Beta",
    "Categorical",
    "Cauchy",
    "Dirichlet",
    "Distribution",
    "ExpTransform",
    "Exponential",
    "Gamma",
    "Gumbel",
    "HalfNormal",
    "Independent",
    "Laplace",
    "LogNormal",
    "Logistic",
    "MultivariateNormal",
    "Normal",
    "PlanarTransform",
    "RelaxedBernoulli",
    "RelaxedOneHotCategorical",
    "SigmoidTransform",
    "StudentT",
    "TanhTransform",
    "Transform",
    "Transformed",
    "Uniform",
    "Weibull",
    "elbo",
    "iwae",
    "kl_divergence",
    "kl_monte_carlo",
    "noise",
    "strategy",
]
