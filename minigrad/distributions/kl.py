"""The Kullback-Leibler divergence KL(p ‖ q) = E_p[log p(z) - log q(z)], in nats.

A closed form is one function, entered for its pair of classes by `@register_kl`; it is beside its
class, or in `divergences.py` if it is between two families. A pair without one is an error: nothing
exact silently turns into an estimate.
"""

from collections.abc import Callable
from typing import TypeVar

from ..engine.values import Shape, shape_of
from ..engine.variable import Var
from ..ops import mean
from .base import Distribution
from .independent import Independent
from .parameters import joint_shape, sum_last
from .randomness import REQUIRED, Generator, check_order, sample_count

ClosedForm = TypeVar("ClosedForm", bound=Callable[..., Var])
Kind = type[Distribution]
_CLOSED_FORMS: dict[tuple[Kind, Kind], Callable[..., Var]] = {}


def register_kl(p: Kind, q: Kind) -> Callable[[ClosedForm], ClosedForm]:
    """Register the decorated function of two distributions as KL(p ‖ q) for these two classes.

    It returns a number for each of the batch, on the tape. A subclass is a pair of its own, since
    its density may be another: decorators stack where one function serves several.
    """
    for kind in (p, q):
        if not (isinstance(kind, type) and issubclass(kind, Distribution)):
            raise TypeError(f"register_kl takes two classes of distributions, not {kind!r}")

    def enter(function: ClosedForm) -> ClosedForm:
        _CLOSED_FORMS[p, q] = function
        return function

    return enter


def kl_divergence(p: Distribution, q: Distribution) -> Var:
    """KL(p ‖ q) in closed form, of the batch shape: neither summed over it nor averaged.

    The bound on one data point takes its sum over the latent numbers: a mean would weigh it too
    little. A Normal takes σ; `Normal.from_log_variance` takes log σ². KL is inf if p can
    produce outcomes that q can't.

    A pair of classes without a closed form raises NotImplementedError, which names the nearest
    pairs that have one.

    >>> mg.kl_divergence(mg.Normal(1.0, 1.0), mg.Normal(0.0, 1.0))
    0.5
    """
    batch_shape = _common_batch(p, q)
    known = _CLOSED_FORMS.get((type(p), type(q)))
    if known is None:
        a, b = type(p).__name__, type(q).__name__
        raise NotImplementedError(
            f"KL({a} ‖ {b}) has no closed form here, {_nearest(type(p), type(q))} have: estimate "
            "it with mg.kl_monte_carlo(p, q, samples, rng), or enter its formula with "
            f"minigrad.extend.register_kl({a}, {b})"
        )
    found = known(p, q)
    if shape_of(found) != batch_shape:
        raise ValueError(
            f"KL({type(p).__name__} ‖ {type(q).__name__}): {known.__name__} gave shape "
            f"{shape_of(found)}, not one number for each of the batch {batch_shape}"
        )
    return found


def _nearest(p: Kind, q: Kind) -> str:
    """Up to four pairs with a closed form, first those of the same p or q, then related ones."""

    def distance(pair: tuple[Kind, Kind]) -> tuple[int, int]:
        exact = (pair[0] is p) + (pair[1] is q)
        kin = sum(len(set(a.__mro__) & set(b.__mro__)) for a, b in zip(pair, (p, q)))
        turned = pair == (q, p)
        return -exact - turned, -kin

    nearest = sorted(_CLOSED_FORMS, key=distance)[:4]
    return ", ".join(f"({a.__name__}, {b.__name__})" for a, b in nearest)


def kl_monte_carlo(
    p: Distribution, q: Distribution, samples: int, rng: Generator = REQUIRED
) -> Var:
    """An estimate of KL(p ‖ q): the mean of log p(z) - log q(z) over `samples` draws z of p.

    Unbiased, of p's batch shape, differentiable in the parameters of both. p needs an `rsample`,
    and its batch must be as large as that of q; a smaller one is a ValueError.

    >>> rng = np.random.default_rng(0)
    >>> p, q = mg.Laplace(0.0, 1.0), mg.Normal(0.0, 1.0)
    >>> round(mg.kl_monte_carlo(p, q, 10_000, rng).value, 2)
    0.23
    """
    check_order("mg.kl_monte_carlo(p, q, samples, rng)", rng, samples)
    batch_shape = _common_batch(p, q)
    if p.batch_shape != batch_shape:
        raise ValueError(
            f"kl_monte_carlo draws one z for each p, but p has batch {p.batch_shape} and q "
            f"{q.batch_shape}: make p with parameters of q's batch (mg.broadcast_to)"
        )
    z, log_p = p.rsample_with_log_prob(rng, (sample_count(samples),))
    return mean(log_p - q.log_prob(z), 0)


def _common_batch(p: object, q: object) -> Shape:
    """The batch shape of KL(p ‖ q); ValueError or TypeError where KL makes no sense."""
    if not (isinstance(p, Distribution) and isinstance(q, Distribution)):
        names = f"{type(p).__name__} and {type(q).__name__}"
        raise TypeError(f"KL is between two distributions, not {names}")
    if p.event_shape != q.event_shape:
        raise ValueError(
            f"KL is between outcomes of one shape, not {p.event_shape} and {q.event_shape}: "
            "mg.Independent(base, n) makes n batch axes part of an outcome"
        )
    return joint_shape("KL: batches", p.batch_shape, q.batch_shape)


@register_kl(Independent, Independent)
def _independent(p: Independent, q: Independent) -> Var:
    """The sum over the axes of an outcome: divergences of independent numbers add up."""
    if p.n != q.n:
        raise ValueError(f"KL of Independent: one takes {p.n} batch axes, the other {q.n}")
    return sum_last(kl_divergence(p.base, q.base), p.n)
