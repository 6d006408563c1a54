"""Floor 3: lower bounds on log p(x), differentiable in the model and in the approximation."""

from collections.abc import Callable

from ..ops import mean, subtract
from ..ops import sum as sum_
from ..values import Shape, shape_of
from ..var import Var
from .base import Distribution
from .parameters import Numbers
from .randomness import Generator, sample_count


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
    over q's batch itself; another is a ValueError. The batch is summed over, the samples averaged.

    With `kl`, say `mg.kl_divergence(q, prior)`, `log_joint(z)` is log p(x | z) alone, and the bound
    is its mean minus the sum of `kl`, whose shape is () or batch_shape.

    `stick_the_landing` lets the gradient into log q through z alone, not through q's parameters:
    that part has expectation 0, and without it the noise vanishes as q comes near the posterior
    (Roeder, Wu and Duvenaud, 2017).
    """
    if not callable(log_joint) or not isinstance(q, Distribution):
        raise TypeError("elbo takes a function log_joint(z), then the distribution q of z")
    if kl is not None and stick_the_landing:
        raise ValueError("elbo: stick_the_landing is for a sampled log q, which kl= replaces")
    sample_shape = () if sample_count(samples) == 1 else (samples,)
    z = q.rsample(rng, sample_shape)
    fit = _scalar(log_joint(z), "log_joint(z)", sample_shape, q.batch_shape)
    if kl is not None:
        return subtract(fit, _scalar(kl, "kl", (), q.batch_shape))
    log_q = (q.stopped() if stick_the_landing else q).log_prob(z)
    return subtract(fit, _scalar(log_q, "log q(z)", sample_shape, q.batch_shape))


def _scalar(x: Numbers, what: str, sample_shape: Shape, batch_shape: Shape) -> Numbers:
    """The mean over the samples of the sum over the batch, if there is one."""
    shape, allowed = shape_of(x), (sample_shape + batch_shape, sample_shape)
    if shape not in allowed:
        raise ValueError(
            f"elbo: {what} has shape {shape}, not {' or '.join(map(str, dict.fromkeys(allowed)))}: "
            "one number per draw (sum over the axes of an outcome, no further)"
        )
    if len(shape) > len(sample_shape):
        x = sum_(x, tuple(range(len(sample_shape), len(shape))))
    return mean(x) if sample_shape else x
