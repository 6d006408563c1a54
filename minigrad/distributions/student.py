"""Student's t: Gaussian for large df, with heavier tails for small."""

import math

from ..engine.variable import Var
from ..ops import abs as abs_
from ..ops import (
    add,
    divide,
    equal,
    exp,
    greater,
    less,
    log,
    log1p,
    minimum,
    multiply,
    sign,
    sqrt,
    square,
    subtract,
    where,
)
from ..ops.tails import HALF_LOG_2PI
from .families import LOG_2
from .implicit import Implicit
from .parameters import Numbers, as_outcome, minus, over, spread
from .probabilities import beta_cdf, log_beta_cdf
from .quantiles import beta_quantile
from .support import REAL
from .tails import half_step, half_step_slope, log1p_square


class StudentT(Implicit):
    """loc + scale · t, where t has `df` degrees of freedom ν: density ∝ (1 + t²/ν)^(-(ν + 1)/2).

    df and scale are positive; anything else raises ValueError. scale is not the standard deviation.
    The batch shape is what the three broadcast to, which must be the shape of one of them. The mean
    is nan up to ν = 1, the variance nan up to ν = 1 and inf up to ν = 2.

    >>> q = mg.StudentT(df=3.0)
    >>> q.mean, q.variance, mg.StudentT(df=1.0).mean
    (0.0, 3.0, nan)
    """

    _parameters = {"df": 0, "loc": 0, "scale": 0}
    _positive = ("df", "scale")
    df: Numbers
    loc: Numbers
    scale: Numbers
    support = REAL

    def __init__(self, df: object, loc: object = 0.0, scale: object = 1.0) -> None:
        self._hold(df=df, loc=loc, scale=scale)

    def _transform(self, eps: Var) -> Var:
        """1/(1 + t²/ν) is of Beta(ν/2, 1/2), and it is small where |t| is large."""
        tails = multiply(2.0, minimum(eps, subtract(1.0, eps)))
        logit = beta_quantile(multiply(0.5, self.df), 0.5, tails)
        size = exp(multiply(0.5, subtract(log(self.df), logit)))
        t = multiply(sign(subtract(eps, 0.5)), size)
        return add(self.loc, multiply(self.scale, t))

    def _standard(self, z: Numbers) -> Var:
        return over(minus(z, self.loc), self.scale)

    def _beyond(self, t: Numbers) -> tuple[Numbers, Numbers, Numbers]:
        """|T| > |t| is that 1/(1 + t²/ν), a Beta number, is below its value: its a, b and logit."""
        size = abs_(add(t, where(equal(t, 0.0), 1e-150, 0.0)))  # log 0 has no slope, P has
        logit = subtract(log(self.df), multiply(2.0, log(size)))
        return multiply(0.5, self.df), 0.5, logit

    def cdf(self, z: object) -> Var:
        """½ P(|T| > |t|) below loc, its complement above. It needs SciPy."""
        t = self._standard(as_outcome("StudentT", z, self.batch_shape, ()))
        tail = multiply(0.5, beta_cdf(*self._beyond(t)))
        return where(less(t, 0.0), tail, subtract(1.0, tail))

    def log_survival(self, z: object) -> Var:
        """log of the cdf at the other side of loc. It needs SciPy."""
        t = self._standard(as_outcome("StudentT", z, self.batch_shape, ()))
        below = log1p(multiply(-0.5, beta_cdf(*self._beyond(t))))
        return where(less(t, 0.0), below, subtract(log_beta_cdf(*self._beyond(t)), LOG_2))

    @property
    def _half(self) -> Var:
        """ν/2."""
        return multiply(0.5, self.df)

    @property
    def _log_norm(self) -> Var:
        """log of √(νπ) Γ(ν/2)/Γ((ν + 1)/2)."""
        return subtract(HALF_LOG_2PI, half_step(self._half))

    def log_prob(self, z: object) -> Var:
        """-(ν + 1)/2 log(1 + t²/ν) - log √(νπ) Γ(ν/2)/Γ((ν + 1)/2) - log scale."""
        z = as_outcome("StudentT", z, self.batch_shape, ())
        width = multiply(self.scale, sqrt(self.df))
        kernel = multiply(add(self._half, 0.5), log1p_square(minus(z, self.loc), width))
        return subtract(subtract(multiply(-1.0, kernel), self._log_norm), log(self.scale))

    def entropy(self) -> Var:
        """(ν + 1)/2 (ψ((ν + 1)/2) - ψ(ν/2)) + log √(νπ) Γ(ν/2)/Γ((ν + 1)/2) + log scale."""
        a = self._half
        rise = multiply(add(a, 0.5), half_step_slope(a))  # and (a + ½)/(2a)
        standard = add(add(add(rise, divide(0.25, a)), 0.5), self._log_norm)
        return spread(add(standard, log(self.scale)), self.batch_shape)

    @property
    def mean(self) -> Var:
        """loc; nan for ν ≤ 1."""
        return spread(where(greater(self.df, 1.0), self.loc, math.nan), self.batch_shape)

    @property
    def variance(self) -> Var:
        """scale² ν/(ν - 2); inf for 1 < ν ≤ 2, nan for ν ≤ 1."""
        finite = greater(self.df, 2.0)
        nu: Numbers = where(finite, self.df, 3.0)  # its branch must have a slope where not taken
        ratio = divide(nu, subtract(nu, 2.0))
        beyond = where(greater(self.df, 1.0), math.inf, math.nan)
        return spread(multiply(square(self.scale), where(finite, ratio, beyond)), self.batch_shape)

    @property
    def mode(self) -> Var:
        """loc."""
        return spread(self.loc, self.batch_shape)
