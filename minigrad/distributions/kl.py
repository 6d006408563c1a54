"""The Kullback-Leibler divergence KL(p ‖ q) = E_p[log p(z) - log q(z)], in nats.

A closed form is one function, entered for its pair of classes by `@closed_form`. A pair without one
is an error: nothing exact turns into an estimate unasked.
"""

from collections.abc import Callable

from ..engine.values import Shape
from ..engine.variable import Var
from ..ops import expm1, mean, multiply, solve_triangular, square, subtract
from .base import Distribution, Independent
from .gaussian import MultivariateNormal, Normal
from .parameters import joint_shape, minus, over, sum_last
from .randomness import Generator, sample_count
from .triangular import half_logdet, squared_length

ClosedForm = Callable[..., Var]
_CLOSED_FORMS: dict[tuple[type[Distribution], type[Distribution]], ClosedForm] = {}


def closed_form(p: type[Distribution], q: type[Distribution]) -> Callable[[ClosedForm], ClosedForm]:
    """Enter the decorated function as KL(p ‖ q) for these classes."""

    def enter(function: ClosedForm) -> ClosedForm:
        _CLOSED_FORMS[p, q] = function
        return function

    return enter


def kl_divergence(p: Distribution, q: Distribution) -> Var:
    """KL(p ‖ q) in closed form, of the batch shape: neither summed over it nor averaged.

    The bound on one data point takes its sum over the latent numbers: a mean would weigh it too
    little. A Normal is made of its σ; of log σ² by `Normal.from_log_variance`.

    For a pair of classes without one it is a NotImplementedError, which names the pairs that have.
    """
    _common_batch(p, q)
    known = _CLOSED_FORMS.get((type(p), type(q)))
    if known is None:
        pairs = ", ".join(f"({a.__name__}, {b.__name__})" for a, b in _CLOSED_FORMS)
        raise NotImplementedError(
            f"KL({type(p).__name__} ‖ {type(q).__name__}) has no closed form here, {pairs} have: "
            "estimate it with mg.kl_monte_carlo(p, q, samples, rng)"
        )
    return known(p, q)


def kl_monte_carlo(p: Distribution, q: Distribution, samples: int, rng: Generator) -> Var:
    """An estimate of KL(p ‖ q): the mean of log p(z) - log q(z) over `samples` draws z of p.

    Unbiased, of p's batch shape, differentiable in the parameters of both. p needs an `rsample`,
    and its batch must be as large as that of q, or else it is a ValueError.
    """
    batch_shape = _common_batch(p, q)
    if p.batch_shape != batch_shape:
        raise ValueError(
            f"kl_monte_carlo draws one z for each p, but p has batch {p.batch_shape} and q "
            f"{q.batch_shape}: make p with parameters of q's batch (mg.broadcast_to)"
        )
    z, log_p = p.rsample_with_log_prob(rng, (sample_count(samples),))
    return mean(log_p - q.log_prob(z), 0)


def _common_batch(p: object, q: object) -> Shape:
    """The batch shape of KL(p ‖ q), if there is such a thing."""
    if not (isinstance(p, Distribution) and isinstance(q, Distribution)):
        names = f"{type(p).__name__} and {type(q).__name__}"
        raise TypeError(f"KL is between two distributions, not {names}")
    if p.event_shape != q.event_shape:
        raise ValueError(
            f"KL is between outcomes of one shape, not {p.event_shape} and {q.event_shape}: "
            "mg.Independent(base, n) makes n batch axes part of an outcome"
        )
    return joint_shape("KL: batches", p.batch_shape, q.batch_shape)


@closed_form(Normal, Normal)
def _normal(p: Normal, q: Normal) -> Var:
    """½((μ₁ - μ₂)/σ₂)² + ½ expm1(2Δ) - Δ, Δ = log σ₁ - log σ₂.

    The textbook's ½(σ₁²/σ₂² - 1) - log σ₁/σ₂ with σ₁/σ₂ = exp(Δ): exact near p = q as well.
    """
    gap = over(minus(p.loc, q.loc), q.scale)
    ratio = minus(p.log_scale, q.log_scale)
    return 0.5 * (square(gap) + expm1(multiply(2.0, ratio))) - ratio


@closed_form(MultivariateNormal, MultivariateNormal)
def _multivariate(p: MultivariateNormal, q: MultivariateNormal) -> Var:
    """½(‖L₂⁻¹L₁‖² + ‖L₂⁻¹(μ₁ - μ₂)‖² - d) + log |L₂| - log |L₁|.

    The first norm is Frobenius', tr(Σ₂⁻¹Σ₁) = ‖L₂⁻¹L₁‖²; and log |Σ| = 2 log |L|.
    """
    trace = sum_last(square(solve_triangular(q.scale_tril, p.scale_tril)), 2)
    distance = squared_length(q.scale_tril, subtract(p.loc, q.loc))
    volume = half_logdet(q.scale_tril) - half_logdet(p.scale_tril)
    return 0.5 * (trace + distance - float(p.event_shape[0])) + volume


@closed_form(Independent, Independent)
def _independent(p: Independent, q: Independent) -> Var:
    """The sum over the axes of an outcome: divergences of independent numbers add up."""
    if p.n != q.n:
        raise ValueError(f"KL of Independent: one takes {p.n} batch axes, the other {q.n}")
    return sum_last(kl_divergence(p.base, q.base), p.n)
