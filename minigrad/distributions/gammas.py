"""Relatives of Gamma: Chi2, a Gamma with another parameter, and InverseGamma, the law of 1/z."""

import math

from ..engine.variable import Var
from ..ops import (
    add,
    digamma,
    divide,
    exp,
    greater,
    lgamma,
    log,
    multiply,
    negative,
    square,
    subtract,
    where,
)
from .implicit import Gamma, Implicit, _gamma
from .kl import register_kl
from .parameters import Numbers, as_outcome, spread
from .probabilities import gamma_log_survival, log_gamma_cdf
from .quantiles import gamma_upper_quantile
from .support import POSITIVE
from .tails import gamma_entropy
from .unrounded import at_positive, is_positive, log_of


class Chi2(Gamma):
    """The sum of the squares of `df` standard normal numbers: Gamma(df/2, 1/2); df is positive.

    >>> q = mg.Chi2(3.0)
    >>> q.mean, q.variance
    (3.0, 6.0)
    """

    _parameters = {"df": 0}
    _positive = ("df",)  # type: ignore[assignment]
    df: Numbers

    def __init__(self, df: object) -> None:
        self._hold(df=df)

    @property
    def concentration(self) -> Numbers:  # type: ignore[override]
        """½ df."""
        return multiply(0.5, self.df)

    @property
    def rate(self) -> Numbers:  # type: ignore[override]
        """½."""
        return 0.5


register_kl(Chi2, Chi2)(_gamma)
register_kl(Chi2, Gamma)(_gamma)
register_kl(Gamma, Chi2)(_gamma)


class InverseGamma(Implicit):
    """1/x of Gamma numbers x: density proportional to z^(-α - 1) exp(-β/z).

    `concentration` is α, `rate` is β: positive; anything else raises ValueError. The mean is inf
    for α ≤ 1, the variance for α ≤ 2.

    >>> mg.InverseGamma(3.0, 2.0).mean, mg.InverseGamma(1.0, 2.0).mean
    (1.0, inf)
    """

    _parameters = {"concentration": 0, "rate": 0}
    _positive = ("concentration", "rate")
    concentration: Numbers
    rate: Numbers
    support = POSITIVE

    def __init__(self, concentration: object, rate: object) -> None:
        self._hold(concentration=concentration, rate=rate)

    def _transform(self, eps: Var) -> Var:
        small = gamma_upper_quantile(self.concentration, eps)
        return exp(subtract(log(self.rate), small))

    def _noise_of(self, z: Numbers) -> Var:
        """log β/z, for the curves."""
        return subtract(log(self.rate), log_of(z))

    def cdf(self, z: object) -> Var:
        """The regularised incomplete gamma function Q(α, β/z). It needs SciPy."""

        def curve(y: Numbers) -> Var:
            return exp(gamma_log_survival(self.concentration, y))

        return self._curve(z, curve, 0.0, 1.0)

    def log_survival(self, z: object) -> Var:
        """log P(α, β/z). It needs SciPy."""

        def curve(y: Numbers) -> Var:
            return log_gamma_cdf(self.concentration, y)

        return self._curve(z, curve, 0.0, -math.inf)

    def log_prob(self, z: object) -> Var:
        """α log β - (α + 1) log z - β/z - log Γ(α); z > 0."""
        z = as_outcome("InverseGamma", z, self.batch_shape, ())
        return at_positive(z, self._log_density)

    def _log_density(self, z: Numbers) -> Var:
        a, b, y = self.concentration, self.rate, log_of(z)
        rest = multiply(b, exp(negative(y))) if is_positive(z) else divide(b, z)
        constant = subtract(multiply(a, log(b)), lgamma(a))
        return subtract(constant, add(multiply(add(a, 1.0), y), rest))

    def entropy(self) -> Var:
        """α + log β + log Γ(α) - (1 + α) ψ(α)."""
        a = self.concentration
        standard = subtract(gamma_entropy(a), multiply(2.0, digamma(a)))
        return spread(add(standard, log(self.rate)), self.batch_shape)

    @property
    def mean(self) -> Var:
        """β/(α - 1)."""
        finite = greater(self.concentration, 1.0)
        a = where(finite, self.concentration, 2.0)
        return where(finite, divide(self.rate, subtract(a, 1.0)), math.inf)

    @property
    def variance(self) -> Var:
        """Mean²/(α - 2)."""
        finite = greater(self.concentration, 2.0)
        a = where(finite, self.concentration, 3.0)
        inside = divide(square(divide(self.rate, subtract(a, 1.0))), subtract(a, 2.0))
        return where(finite, inside, math.inf)

    @property
    def mode(self) -> Var:
        """β/(α + 1)."""
        return divide(self.rate, add(self.concentration, 1.0))


register_kl(InverseGamma, InverseGamma)(_gamma)  # 1/x is one-to-one
