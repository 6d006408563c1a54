"""Quantiles of Gamma and Beta, and how they move with the parameters. They need SciPy.

The draw z with F(z; α) = u, for noise u, moves with α by implicit differentiation:

    dz/dα = -(∂F/∂α)/q(z),    ∂F/∂α = ∫ q(t) s(t) dt up to z,    s = ∂ log q/∂α.

The score s grows with t and has expectation 0, so the integral from z on is the same but for the
sign: on one of the two sides s never changes sign, and nothing cancels there.

The ops below give y = log z for a Gamma, y = log z/(1 - z) for a Beta: neither underflows, and the
log-densities of y are concave. The slopes are exact to 1e-9 for shapes from 1e-3 to 1e5.
"""

from collections.abc import Callable
from types import ModuleType

import numpy as np

from ..engine.values import Array, Value
from ..ops import exp, lgamma, softplus
from ..ops.row import op

_LOST = 37.0  # exp(-37) is as small beside 1 as rounding
# On (-1, 1).
_TAIL_POINTS, _TAIL_WEIGHTS = (tuple(x.tolist()) for x in np.polynomial.legendre.leggauss(48))


def scipy_special() -> ModuleType:
    """SciPy's special functions, loaded when the first draw needs them."""
    try:
        from scipy import special
    except ImportError:
        raise ImportError(
            "draws and distribution functions of Gamma, Beta, their relatives, "
            "TruncatedNormal and counts need SciPy, which is not installed: "
            "pip install 'minigrad[special]'"
        ) from None
    return special  # type: ignore[no-any-return]


def _no_second(*_: object) -> object:
    raise NotImplementedError(
        "draws of Gamma, Beta and their relatives (Chi2, InverseGamma, Dirichlet, StudentT, "
        "LKJCholesky) can be differentiated only once with respect to a shape parameter, "
        "and this takes a second derivative: where second derivatives are needed, keep the "
        "shapes constant or take a family with a closed transform, like mg.LogNormal or mg.Weibull"
    )


# ------------------------------------------------------------------------------------------- Gamma


@op(
    lambda g, y, a, u: g * gamma_slope(a, y),
    lambda g, y, a, u: g * exp(lgamma(a) - a * y + exp(y)),
    elementwise=True,
    symbol="log Γ⁻¹",
    numpy="gamma_quantile({all})",
    javascript="gamma_quantile({all})",
)
def gamma_quantile(a: Value, u: Value) -> Value:
    """log z, where a Gamma number of concentration a and rate 1 is below z with probability u."""
    special, u = scipy_special(), _probability(u)
    with np.errstate(all="ignore"):
        z = np.where(u < 0.5, special.gammaincinv(a, u), special.gammainccinv(a, 1.0 - u))
        left = (np.log(u) + special.gammaln(a + 1.0)) / a  # F is zᵃ/Γ(a + 1) there
        y: Array = np.where(left < -_LOST, left, np.log(z))
    return y


@op(
    lambda g, y, a, u: g * gamma_slope(a, y),
    lambda g, y, a, u: -g * exp(lgamma(a) - a * y + exp(y)),
    elementwise=True,
    symbol="log Γ⁻¹ from above",
    numpy="gamma_upper_quantile({all})",
    javascript="gamma_upper_quantile({all})",
)
def gamma_upper_quantile(a: Value, u: Value) -> Value:
    """log z, where such a number is above z with probability u: 1 - u would round a small u."""
    special, u = scipy_special(), _probability(u)
    with np.errstate(all="ignore"):
        z = np.where(u < 0.5, special.gammainccinv(a, u), special.gammaincinv(a, 1.0 - u))
        left = (np.log1p(-u) + special.gammaln(a + 1.0)) / a
        y: Array = np.where(left < -_LOST, left, np.log(z))
    return y


@op(
    _no_second,
    _no_second,
    elementwise=True,
    symbol="∂ log Γ⁻¹",
    numpy="gamma_slope({all})",
    javascript="gamma_slope({all})",
)
def gamma_slope(a: Value, y: Value) -> Value:
    """d/da of `gamma_quantile` where that is y."""
    special = scipy_special()
    return _slope(
        y,
        lambda t: a * t - np.exp(t),
        lambda t: a - np.exp(t),
        lambda t: t - special.digamma(a),
        (0.0, np.log(np.maximum(a, 1.0))),
        lambda side, top: np.where(
            side < 0.0,
            (_LOST + np.exp(y)) / a,
            np.logaddexp(np.log(_LOST + a) - y, 0.0),
        ),
    )


# -------------------------------------------------------------------------------------------- Beta


@op(
    lambda g, y, a, b, u: g * beta_slope(a, b, y),
    lambda g, y, a, b, u: -g * beta_slope(b, a, -y),  # 1 - z is of Beta(b, a)
    lambda g, y, a, b, u: (
        g * exp(lgamma(a) + lgamma(b) - lgamma(a + b) + a * softplus(-y) + b * softplus(y))
    ),
    elementwise=True,
    symbol="logit B⁻¹",
    numpy="beta_quantile({all})",
    javascript="beta_quantile({all})",
)
def beta_quantile(a: Value, b: Value, u: Value) -> Value:
    """log z/(1 - z), where a Beta number of concentrations a and b is below z with probability u.

    z and 1 - z are found separately, so that the small one has all its digits. But for a tiny u,
    1 - u has too few; z is far from 1 then, so that 1 - z follows from it.
    """
    u = _probability(u)
    near = _log_beta_quantile(a, b, u, np.log(u))
    far = _log_beta_quantile(b, a, 1.0 - u, np.log1p(-u))
    follows = (u < 1e-6) & (near < -1e-3)
    far = np.where(follows, np.log(-np.expm1(np.where(follows, near, -1.0))), far)
    return near - far


def _log_beta_quantile(a: Value, b: Value, u: Value, log_u: Value) -> Value:
    special = scipy_special()
    left = (log_u + np.log(a) + special.betaln(a, b)) / a  # F is zᵃ/(a B(a, b)) there
    with np.errstate(all="ignore"):
        y: Array = np.where(left < -_LOST, left, np.log(special.betaincinv(a, b, u)))
    return y


@op(
    _no_second,
    _no_second,
    _no_second,
    elementwise=True,
    symbol="∂ logit B⁻¹",
    numpy="beta_slope({all})",
    javascript="beta_slope({all})",
)
def beta_slope(a: Value, b: Value, y: Value) -> Value:
    """d/da of `beta_quantile` where that is y."""
    special, rise = scipy_special(), digamma_rise(a, b)
    return _slope(
        y,
        lambda t: a * special.log_expit(t) + b * special.log_expit(-t),  # at most min(a t, -b t)
        lambda t: a * special.expit(-t) - b * special.expit(t),
        lambda t: special.log_expit(t) + rise,
        (-np.log(np.maximum(b, 1.0)), np.log(np.maximum(a, 1.0))),
        lambda side, top: (_LOST - top) / np.where(side < 0.0, a, b) - side * y,
    )


def digamma_rise(a: Value, b: Value) -> Value:
    """ψ(a + b) - ψ(a), with its digits where b is small beside a.

    By the recurrence up to where the asymptotic series holds, in which each difference is written
    out (Abramowitz and Stegun 6.3.6 and 6.3.18).
    """
    total: Value = 0.0
    for _ in range(16):
        total = total + b / (a * (a + b))
        a = a + 1.0
    whole = a + b
    total = total + np.log1p(b / a) + 0.5 * b / (a * whole)
    for n, x in ((2, 1 / 12), (4, -1 / 120), (6, 1 / 252), (8, -1 / 240)):
        total = total + x * (a**-n - whole**-n)
    return total


# -------------------------------------------------------------------------------------- both alike


def _probability(u: Value) -> Value:
    """Uniform noise, kept off 0 and 1, where quantiles are infinite."""
    if not np.all((0.0 <= u) & (u <= 1.0)):
        raise ValueError(
            "the noise of this distribution is uniform on (0, 1), but eps ranges outside it (from "
            f"{np.min(u):.6g} to {np.max(u):.6g}): draw it with .noise(rng, shape)"
        )
    return np.clip(u, 2.0**-1022, 1.0 - 2.0**-53)


def _slope(
    y: Value,
    log_density: Callable[[Value], Value],
    its_slope: Callable[[Value], Value],
    score: Callable[[Value], Value],
    bends: tuple[Value, Value],
    upper: Callable[[Array, Value], Value],
) -> Value:
    """The integral of the score over the side of y where it keeps its sign, over the density at y.

    It ends where the concave log-density has fallen by 37: Newton's method comes down to that place
    from `upper`, beyond it, never passing it. Between the `bends`, and around them, the log-density
    is curved, beyond them straight: each piece has 48 Gauss-Legendre points, which are enough.
    """
    side = np.where(score(y) < 0.0, -1.0, 1.0)
    top = log_density(y)
    with np.errstate(over="ignore"):  # on the side not taken
        span = upper(side, top)
    for _ in range(12):
        t = y + side * span
        span = span - (top - log_density(t) - _LOST) / (-side * its_slope(t))
    low, high = np.minimum(y, y + side * span), np.maximum(y, y + side * span)
    left, right = bends
    cuts = [left - 40.0, left - 8.0, 0.5 * (left + right), right + 8.0, right + 40.0]
    ends = [low, *(np.clip(cut, low, high) for cut in cuts), high]
    total = 0.0 * span
    for start, stop in zip(ends, ends[1:]):
        half = 0.5 * (stop - start)
        if not np.any(half > 0.0):
            continue
        for x, weight in zip(_TAIL_POINTS, _TAIL_WEIGHTS):
            t = start + half * (1.0 + x)
            total = total + half * weight * np.exp(log_density(t) - top) * side * score(t)
    return total
