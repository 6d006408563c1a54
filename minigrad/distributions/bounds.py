"""Lower bounds on log p(x), differentiable in the model and in the approximation."""

import math
from collections.abc import Callable

import numpy as np

from ..engine.context import no_grad
from ..engine.values import Shape, Value, shape_of
from ..engine.variable import Var
from ..ops import logsumexp, mean, softmax, stop_gradient, subtract
from ..ops import sum as sum_
from .base import Distribution
from .parameters import Numbers, sum_last, value_of
from .randomness import Generator, check_order, sample_count
from .unrounded import before_rounding


def elbo(
    log_joint: Callable[[Var], Numbers],
    q: Distribution,
    rng: Generator,
    samples: int = 1,
    kl: Numbers | None = None,
    stick_the_landing: bool = False,
) -> Var:
    """The evidence lower bound E_q[log p(x, z) - log q(z)], a scalar: a mean over `samples` draws.

    `log_joint(z)` is log p(x, z). z has the shape of one draw of q, after an axis of `samples` if
    that is above 1; the result has shape sample_shape + batch_shape, or sample_shape if it sums
    over q's batch itself; any other raises ValueError. The batch is summed over, the samples
    averaged.

    With `kl`, say `mg.kl_divergence(q, prior)`, `log_joint(z)` is log p(x | z) alone, and the bound
    is its mean minus the sum of `kl`, whose shape is () or batch_shape. Its mean would weigh it too
    little, which raises ValueError where log_joint is summed over the batch here.

    `stick_the_landing` lets the gradient into log q through z alone, not through q's parameters:
    that part has expectation 0, and without it the noise vanishes as q comes near the posterior
    (Roeder, Wu and Duvenaud, 2017). Far from it, it may add noise: of q = N(μ, σ²) and the
    posterior N(0, 1) the slope in μ has the variance (1/σ - σ)² instead of σ², more below σ = 1/√2.

    >>> q = mg.Normal(mg.Var(0.0), 1.0)
    >>> mg.elbo(lambda z: q.log_prob(z) + 3.0, q, np.random.default_rng(0)).value
    3.0
    """
    check_order("mg.elbo(log_joint, q, rng, samples)", rng, samples)
    if not callable(log_joint) or not isinstance(q, Distribution):
        raise TypeError("elbo takes a function log_joint(z), then the distribution q of z")
    if kl is not None and stick_the_landing:
        raise ValueError("elbo: stick_the_landing is for a sampled log q, which kl= replaces")
    sample_shape = () if sample_count(samples) == 1 else (samples,)
    if kl is None and not stick_the_landing:
        z, log_q = q.rsample_with_log_prob(rng, sample_shape)
    else:
        z = q.rsample(rng, sample_shape)
    given = log_joint(z)
    fit = _scalar(given, "elbo: log_joint(z)", sample_shape, q.batch_shape)
    if kl is not None:
        if isinstance(kl, Var) and kl.op == "mean" and shape_of(given) != sample_shape:
            raise ValueError(
                f"elbo: kl is a mean over q's batch {q.batch_shape}, and log_joint(z) is summed "
                "over it: pass mg.kl_divergence(q, prior) itself, or its sum"
            )
        return subtract(fit, _scalar(kl, "elbo: kl", (), q.batch_shape))
    if stick_the_landing:
        log_q = _walled_log_prob("elbo: stick_the_landing", q, z)
    return subtract(fit, _scalar(log_q, "elbo: log q(z)", sample_shape, q.batch_shape))


def iwae(
    log_joint: Callable[[Var], Numbers],
    q: Distribution,
    rng: Generator,
    samples: int,
    doubly_reparameterized: bool = False,
) -> Var:
    """The importance-weighted bound log(1/K Σ w) with w = p(x, z)/q(z), a scalar; K is `samples`.

    In expectation it rises with K from the ELBO to log p(x) (Burda, Grosse, Salakhutdinov, 2016).
    `log_joint` and its shape are as for `elbo`. Each member of q's batch has a bound of its own,
    and they are summed; where log_joint sums over the batch itself, the whole batch is one outcome.

    `doubly_reparameterized` lets the gradient into w through z alone, not through q's parameters,
    and there with the normalised weights squared: the same in expectation, and less noisy as K
    grows, where the plain one drowns (Tucker, Lawson, Gu, Maddison, 2019). log_joint is then called
    twice with the same z; different numbers raise ValueError.

    >>> q = mg.Normal(mg.Var(0.0), 1.0)
    >>> mg.iwae(lambda z: q.log_prob(z) + 3.0, q, np.random.default_rng(0), samples=10).value
    3.0
    """
    check_order("mg.iwae(log_joint, q, rng, samples)", rng, samples)
    if not callable(log_joint) or not isinstance(q, Distribution):
        raise TypeError("iwae takes a function log_joint(z), then the distribution q of z")
    if sample_count(samples) == 1:
        return elbo(log_joint, q, rng, stick_the_landing=doubly_reparameterized)
    if doubly_reparameterized:
        z = q.rsample(rng, samples)
        option = "iwae: doubly_reparameterized"
        with no_grad():
            first = _log_weights(log_joint, q, z, _walled_log_prob(option, q, z))
        z = _slowed(z, value_of(softmax(first, 0)))
        log_w = _log_weights(log_joint, q, z, _walled_log_prob(option, q, z))
        if not np.array_equal(value_of(log_w), value_of(first), equal_nan=True):
            raise ValueError("iwae: log_joint(z) differs from call to call: draw noise outside it")
    else:
        log_w = _log_weights(log_joint, q, *q.rsample_with_log_prob(rng, samples))
    return sum_(subtract(logsumexp(log_w, 0), math.log(samples)))


def _walled_log_prob(option: str, q: Distribution, z: Var) -> Var:
    """log q(z), differentiable in z alone."""
    try:
        return q.stopped().log_prob(z)
    except NotImplementedError as error:
        raise NotImplementedError(
            f"{option} needs log q(z) with walls around q's parameters ({error}): leave it out"
        ) from None


def _log_weights(
    log_joint: Callable[[Var], Numbers], q: Distribution, z: Var, log_q: Var
) -> Numbers:
    """log w of each draw: one number for each member of the batch, or for all of it."""
    log_p = log_joint(z)
    each = (z.shape[0], *q.batch_shape)
    if _check_shape(log_p, "iwae: log_joint(z)", each, each[:1]) != each:
        log_q = sum_last(log_q, len(q.batch_shape))
    return subtract(log_p, log_q)


def _slowed(z: Var, weights: Value) -> Var:
    """z itself, with its gradient times the weights; what it was rounded from is kept."""

    def slow(y: Var) -> Var:
        still = stop_gradient(y)
        axes = np.shape(weights) + (1,) * (y.ndim - np.ndim(weights))
        return still + np.reshape(weights, axes) * (y - still)

    return before_rounding(z, slow)


def _scalar(x: Numbers, what: str, sample_shape: Shape, batch_shape: Shape) -> Numbers:
    """The mean over the samples of the sum over the batch, if there is one."""
    shape = _check_shape(x, what, sample_shape + batch_shape, sample_shape)
    if len(shape) > len(sample_shape):
        x = sum_(x, tuple(range(len(sample_shape), len(shape))))
    return mean(x) if sample_shape else x


def _check_shape(x: Numbers, what: str, *allowed: Shape) -> Shape:
    """The shape of x, which must be among those allowed."""
    shape = shape_of(x)
    if shape not in allowed:
        raise ValueError(
            f"{what} has shape {shape}, not {' or '.join(map(str, dict.fromkeys(allowed)))}: "
            "one number per draw (sum over the axes of an outcome only)"
        )
    return shape
