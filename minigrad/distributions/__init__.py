"""Distributions whose draws are ordinary ops on noise: gradients flow through them.

>>> mg.distributions.Normal is mg.Normal
True
"""

from . import divergences as _divergences  # imported for the closed forms that it registers
from .von_mises import VonMises
from .base import Distribution
from .bernoulli import Bernoulli
from .kumaraswamy import Kumaraswamy
from .bounds import elbo, iwae
from .categorical import Categorical
from .constrained import (
    LowerCholeskyTransform,
    PowerTransform,
    SoftplusTransform,
    StickBreakingTransform,
)
from .correlations import LKJCholesky
from .counts import Poisson
from .dirichlet import Dirichlet
from .families import Cauchy, Gumbel, Laplace, Logistic
from .flows import AffineCouplingTransform, PlanarTransform
from .gammas import Chi2, InverseGamma
from .gaussian import Normal
from .halves import HalfCauchy, HalfNormal
from .implicit import Beta, Gamma
from .independent import Independent
from .kl import kl_divergence, kl_monte_carlo
from .low_rank import LowRankMultivariateNormal
from .mixtures import MixtureSameFamily
from .multivariate import MultivariateNormal
from .one_hot import OneHotCategorical
from .pareto import Pareto
from .positive import Exponential, LogNormal
from .randomness import noise
from .relaxed import RelaxedBernoulli, RelaxedOneHotCategorical
from .strategies import strategy
from .student import StudentT
from .uniform import Uniform
from .transformed import Transformed
from .transforms import (
    AffineTransform,
    ExpTransform,
    SigmoidTransform,
    TanhTransform,
    Transform,
)
from .trials import Binomial
from .unrounded import log_complement_of, log_of
from .waiting import Geometric, NegativeBinomial
from .truncated_normal import TruncatedNormal
from .weibull import Weibull

__all__ = [
    "AffineCouplingTransform",
    "AffineTransform",
    "Bernoulli",
    "Beta",
    "Binomial",
    "Categorical",
    "Cauchy",
    "Chi2",
    "Dirichlet",
    "Distribution",
    "ExpTransform",
    "Exponential",
    "Gamma",
    "Geometric",
    "Gumbel",
    "HalfCauchy",
    "HalfNormal",
    "Independent",
    "InverseGamma",
    "Kumaraswamy",
    "LKJCholesky",
    "Laplace",
    "LogNormal",
    "Logistic",
    "LowRankMultivariateNormal",
    "LowerCholeskyTransform",
    "MixtureSameFamily",
    "MultivariateNormal",
    "NegativeBinomial",
    "Normal",
    "OneHotCategorical",
    "Pareto",
    "PlanarTransform",
    "Poisson",
    "PowerTransform",
    "RelaxedBernoulli",
    "RelaxedOneHotCategorical",
    "SigmoidTransform",
    "SoftplusTransform",
    "StickBreakingTransform",
    "StudentT",
    "TanhTransform",
    "Transform",
    "Transformed",
    "TruncatedNormal",
    "Uniform",
    "VonMises",
    "Weibull",
    "elbo",
    "iwae",
    "kl_divergence",
    "kl_monte_carlo",
    "log_complement_of",
    "log_of",
    "noise",
    "strategy",
]
