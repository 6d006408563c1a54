"""A graph of random draws, made differentiable: `surrogate`.

A draw by `.sample()` is a wall. Around it goes log q(z): where a cost depends on z, the gradient of
its expectation is that of the cost itself plus cost · ∇ log q(z) (Schulman, Heess, Weber and
Abbeel, 2015). Both come at once by the magic box, exp(x - stop_gradient(x)) with x = log q(z): it
is 1, and its derivative is ∇x times itself, so that derivatives of every order are right (Foerster
and others, 2018).
"""

from collections.abc import Mapping, Sequence
from typing import Literal

from ..distributions.sites import Site
from ..engine.context import scope
from ..engine.values import Value
from ..engine.variable import Var
from ..ops import add, exp, multiply, reshape, stop_gradient, subtract, transpose
from ..ops import sum as sum_
from .axes import Axes, followed, oldest_first
from .baselines import estimated, scaled
from .costs import Outcomes, Term, Wall, repeats, split
from .score import scored

Baseline = Literal["mean", "optimal"] | float | Value | Var

SCOPE = "surrogate"


def surrogate(*costs: Var, baseline: Baseline | Mapping[Var, Baseline | None] | None = None) -> Var:
    """The sum of the costs, a scalar whose gradient is that of their expected sum.

    Below the costs may be draws by `.sample()`, each a wall, and by `.rsample()`: the gradient of
    each cost goes through the latter as always, and the score function carries it around each wall
    that the cost depends on. A cost that does not depend on a wall, or a part of a sum that does
    not, is not multiplied by its score. Derivatives of any order have the right expectation, by
    `mg.grad(…, create_graph=True)`.

    Each cost is a scalar, or has shape (n,), one number per sample, whose mean counts. A
    draw of n samples of which each has a cost of its own is scored sample by sample; so are the
    sums and means of such costs.

    `baseline` reduces variance: "mean" subtracts from each sample's cost the mean of the others,
    "optimal" weighs that by the squared scores; a number or a Var of the draw's sample_shape +
    batch_shape is subtracted as it is, with no gradient to it (a learned value, say). A mapping
    gives walls one each, as {z: "mean"}, and so does `q.sample(rng, baseline=…)`. It must not
    depend on the draw it is for; that is up to the caller.

    Where `.sample` put outcomes side by side ("enumeration", "measure-valued"), each cost also has
    their axis, and is their weighted sum.

    A draw whose distribution has no log_prob, or one whose support a parameter moves, raises
    TypeError; a cost of another shape raises ValueError. Walls by `stop_gradient` stay walls.

    >>> logit = mg.Var(0.0)
    >>> z = mg.Bernoulli(logits=logit).sample(np.random.default_rng(0), 10_000)
    >>> (slope,) = mg.grad(mg.surrogate((z - 0.4) ** 2, baseline="mean"), logit)
    >>> round(slope, 3)  # the truth is 0.05
    0.05
    """
    for cost in costs or (None,):
        if not isinstance(cost, Var):
            raise TypeError(f"surrogate takes costs, Vars computed from draws, not {_kind(cost)}")
    nodes = oldest_first(costs)
    with scope(SCOPE):
        walls = [wall for z in nodes if (wall := _wall(z, nodes)) is not None]
        sets = [found for z in nodes if (found := _outcomes(z, nodes)) is not None]
        terms = [term for cost in costs for term in split(cost, walls, repeats(cost, sets))]
        parts = [_boxed(term, walls, sets) for term in terms]
        for wall, b in _baselines(baseline, walls):
            its = [term for term in terms if term.node in wall.dependent]
            if its:
                parts.append(_compared(wall, b, its))
        total, *others = parts
        for part in others:
            total = add(total, part)
    return total if any(total is cost for cost in costs) else total.named("surrogate")


def _kind(x: object) -> str:
    return "nothing" if x is None else type(x).__name__


def _wall(z: Var, nodes: Sequence[Var]) -> Wall | None:
    """The wall that z is, if its distribution wants a gradient."""
    if not isinstance(z.site, Site) or z.site.estimator != "score":
        return None
    q = z.site.distribution
    log_q = scored("surrogate", q, z)
    if not log_q.requires_grad:
        return None
    log_q = log_q.named(f"log q({z.name})" if z.name else "log q")
    return Wall(z, log_q, followed(z, log_q.ndim, nodes))


def _outcomes(z: Var, nodes: Sequence[Var]) -> Outcomes | None:
    """The outcomes that z holds side by side, if it does."""
    if not isinstance(z.site, Site) or z.site.weights is None:
        return None
    weights = z.site.weights
    return Outcomes(z, weights, followed(z, weights.ndim, nodes))


def _boxed(term: Term, walls: Sequence[Wall], sets: Sequence[Outcomes]) -> Var:
    """The part, summed up, in the magic box of the draws that it depends on."""
    node, scores = term.node, None
    for wall in walls:
        if node in wall.dependent:
            log_q = _aligned(wall.log_q, wall.dependent[node], node.ndim)
            scores = log_q if scores is None else add(scores, log_q)
    boxed = node if scores is None else multiply(_box(scores), node)
    for found in sets:
        if node in found.dependent:
            boxed = multiply(_aligned(found.weights, found.dependent[node], node.ndim), boxed)
    whole = sum_(boxed) if boxed.ndim else boxed
    return whole if term.weight == 1.0 else multiply(term.weight, whole)


def _box(x: Var) -> Var:
    """1, with the derivative of x: the magic box."""
    return exp(subtract(x, stop_gradient(x))).named("magic box")


def _aligned(log_q: Var, axes: Axes, ndim: int) -> Var:
    """log q, summed over the axes that are lost, the others where the node has them."""
    log_q = _kept(log_q, axes)
    places = [p for p in axes if p is not None]
    order = sorted(range(len(places)), key=places.__getitem__)
    if order != list(range(len(places))):
        log_q = transpose(log_q, tuple(order))
    if places:
        lengths = dict(zip((places[i] for i in order), log_q.shape, strict=True))
        shape = tuple(lengths.get(p, 1) for p in range(-ndim, 0))
        log_q = log_q if log_q.shape == shape else reshape(log_q, shape)
    return log_q


def _kept(log_q: Var, axes: Axes) -> Var:
    lost = tuple(i for i, p in enumerate(axes) if p is None)
    return sum_(log_q, lost) if lost else log_q


def _baselines(given: object, walls: Sequence[Wall]) -> list[tuple[Wall, object]]:
    """Which walls have a baseline, and which: their own, unless `given` names another."""
    found: dict[Var, object] = {}
    for wall in walls:
        own = wall.z.site.baseline  # type: ignore[attr-defined]
        found[wall.z] = given if own is None and not isinstance(given, Mapping) else own
    if isinstance(given, Mapping):
        for z in given:
            if z not in found:
                raise ValueError(
                    f"surrogate: baseline names {z!r}, which is no draw by .sample() below the "
                    "costs whose distribution has parameters"
                )
        found |= given
    return [(wall, b) for wall in walls if (b := found[wall.z]) is not None]


def _compared(wall: Wall, given: object, terms: Sequence[Term]) -> Var:
    """(1 - box) · b: 0, with the derivative -b ∇ log q."""
    ways = [wall.dependent[term.node] for term in terms]
    axes = tuple(
        None if any(way[i] is None for way in ways) else -1 for i in range(wall.log_q.ndim)
    )
    log_q = _kept(wall.log_q, axes)
    if isinstance(given, str):
        b: Value = estimated(given, wall, log_q, axes, terms)
    else:
        b = scaled(given, wall, log_q, terms)
    difference = multiply(subtract(1.0, _box(log_q)), b)
    return sum_(difference) if difference.ndim else difference
