"""Distributions as a page needs them: what each records on the tape, step by step.

A family's draw, log-density, entropy and divergences are recorded once at example parameters, and
the page makes the same nodes on the leaves that a program names. So no formula is written twice,
and what Python refuses the page refuses in the same words.
"""

import inspect
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from itertools import permutations

from ... import distributions
from ...distributions import Distribution, Normal, kl_divergence
from ...distributions.unrounded import kept_inside
from ...emit.rule_table import Use
from ...engine.variable import Var
from ...formulas import calls
from ...ops import exp, sigmoid, softplus, stop_gradient, tanh
from .recording import USED, Asked, Examples, Recorded, asked, merged, steps

Family = type[Distribution]
# Parameters that most families take, and an outcome that all of them know.
_EXAMPLES: dict[str, tuple[float, ...]] = {
    "": (0.5, 1.5, 0.8),
    "RelaxedBernoulli": (0.5, 0.4),
    "Bernoulli": (0.4,),
    "Binomial": (4.0, 0.4),
    "Geometric": (0.4,),
    "NegativeBinomial": (3.0, 0.4),
    "TruncatedNormal": (0.5, 1.5, -1.0, 2.0),
}
_OTHERS = {  # parameters as good: what is recorded at both holds for all
    "": (0.6, 1.7, 0.9),
    "RelaxedBernoulli": (0.6, 0.3),
    "Bernoulli": (0.3,),
    "Binomial": (5.0, 0.3),
    "Geometric": (0.3,),
    "NegativeBinomial": (5.0, 0.3),
    "TruncatedNormal": (0.4, 1.7, -1.5, 2.5),
}
_OUTCOMES = 0.9, 0.7
# A number of each kind that a family may refuse. A page tells them apart in the same order.
PROBES = (-math.inf, -1.0, 0.0, 0.5, 1.0, 2.5, 3.0, math.inf, math.nan)
_HIGH, _LOW = 2.5, 0.25  # two numbers in the wrong order
# What an outcome may have been rounded by, since densities ask for what was rounded.
_ROUNDERS = {"exp": exp, "sigmoid": sigmoid, "softplus": softplus, "tanh": tanh}


_NO_FORM = "has no closed form here, "
_PAIR = re.compile(r"\(\w+, \w+\)(?=.* have:)")
PAIRS: dict[str, int] = {}


def families() -> dict[str, dict[str, object]]:
    """Each family that the grammar knows: the names of its parameters, how many are needed at
    `least`, and a form for each number of parameters. Those that draw with SciPy are left out where
    it is not installed, as they can't be drawn in Python there either."""
    return {name: _described(family) for name, family in _all().items() if _can_draw(family)}


def _can_draw(family: Family) -> bool:
    try:
        return bool(_described(family))
    except ImportError:
        return False


def uses() -> list[Use]:
    """Each op that a family's tapes hold, as it is used."""
    families()
    return [*USED.values()]


@cache
def _all() -> dict[str, Family]:
    return {name: getattr(distributions, name) for name in calls.families()}


@cache
def _described(family: Family) -> dict[str, object]:
    parameters = inspect.signature(family).parameters.values()
    wanted = [each.name for each in parameters]
    least = sum(each.default is each.empty for each in parameters)
    forms = {n: _form(family, n) for n in range(least, len(wanted) + 1)}
    return {"wanted": wanted, "least": least, "forms": forms}


def _form(family: Family, n: int) -> dict[str, object]:
    """The family with n parameters: what it records, or `refused`, why there is none.

    `draw` has the noise, of law `law`, as its last input; `moves` are the parameters that move the
    ends of its outcomes; `log_prob` the outcome, by what this was
    rounded by, "" for anything else: then come what was rounded, and the node that rounded. `kl`
    has an entry for each other family, with the parameters of both, `kl_standard` is the one from
    N(0, 1). `refuses` has for each parameter the words for a number of each kind, "" where it is
    taken, `gaps` those for two in the wrong order, with their places.
    """
    examples = _examples(family, n)
    both = examples, _examples(family, n, _OTHERS)
    with_outcome = [(*x, outcome) for x, outcome in zip(both, _OUTCOMES, strict=True)]

    def of(parameters: Sequence[Var]) -> Distribution:
        return family(*parameters)

    try:
        q = family(*examples)
    except ValueError as error:
        return {"refused": str(error)}
    return {
        "law": q._law.name,
        "moves": [i for i in range(n) if _moves(family, examples, i)],
        "draw": asked(lambda *x: of(x[:n]).transform(x[n]), with_outcome),
        "log_prob": _densities(family, with_outcome),
        "entropy": asked(lambda *x: of(x).entropy(), both),
        "mean": asked(lambda *x: of(x).mean, both),
        "stddev": asked(lambda *x: of(x).stddev, both),
        "variance": asked(lambda *x: of(x).variance, both),
        "kl": dict(_divergences(family, both)),
        "kl_standard": asked(lambda *x: kl_divergence(of(x), Normal(0.0, 1.0)), both),
        "gaps": [*_gaps(family, examples)],
        "refuses": [_refused(family, examples, i) for i in range(n)],
    }


def _examples(
    family: Family, n: int, known: Mapping[str, tuple[float, ...]] = _EXAMPLES
) -> tuple[float, ...]:
    given = known.get(family.__name__, known[""])
    return (*given, *[0.4] * n)[:n]


def _densities(family: Family, both: Examples) -> dict[str, Asked]:
    n = len(both[0]) - 1
    plain = asked(lambda *x: family(*x[:n]).log_prob(x[n]), both)
    found = {"": plain}
    if isinstance(plain, str):
        return found
    for name, rounder in _ROUNDERS.items():
        for walled in (False, True):
            steps = merged([_at_rounded(family, x[:n], rounder, walled) for x in both], both)
            if steps != plain:
                found[f"{name}{' stop_gradient' * walled}"] = steps
    return found


def _at_rounded(
    family: Family, examples: tuple[float, ...], rounder: Callable[..., Var], walled: bool
) -> Recorded:
    """The log-density at what `rounder` made, and a wall perhaps: its source is in the graph."""
    *leaves, y = (Var(x) for x in (*examples, 0.6))
    source = rounder(y)
    z = kept_inside(source)
    z = stop_gradient(z) if walled else z
    given = [*leaves, z, y, source]
    return steps(family(*leaves).log_prob(z), {node: k for k, node in enumerate(given)})


def _divergences(p: Family, both: Examples) -> Iterator[tuple[str, object]]:
    """By the other family and its number of parameters."""
    n = len(both[0])
    for name, q in _all().items():
        for m in (1, 2, 3, 4):
            others = [_examples(q, m), _examples(q, m, _OTHERS)]
            try:
                q(*others[0])
            except (ValueError, TypeError):
                continue

            def divergence(*x: Var, q: Family = q) -> Var:
                return kl_divergence(p(*x[:n]), q(*x[n:]))

            steps = asked(divergence, [(*x, *y) for x, y in zip(both, others, strict=True)])
            said = _near(steps) if isinstance(steps, str) else steps
            same = _same(p, both[0]) if p is q and said is steps else None
            yield f"{name} {m}", {"steps": steps, "same": same} if same else said


def _same(family: Family, examples: tuple[float, ...]) -> list[object] | None:
    """A parameter in which two of the family must be the same for a closed form, and the words,
    with {} for the two numbers."""
    p = family(*examples)
    for i, x in enumerate(examples):
        other = x + 1.0 if x >= 1.0 else 0.5 * x
        try:
            given = [*examples[:i], other, *examples[i + 1 :]]
            kl_divergence(p, family(*given))
        except NotImplementedError as error:
            return [i, str(error).replace(str(x), "{}").replace(str(other), "{}")]
    return None


def _near(words: str) -> object:
    """Of the words for a pair without a closed form the places in PAIRS of those that they name."""
    found = _PAIR.findall(words) if _NO_FORM in words else []
    return {"near": [PAIRS.setdefault(pair, len(PAIRS)) for pair in found]} if found else words


def no_closed_form() -> dict[str, object]:
    """The words for a pair without a closed form, with {} for p, q, the nearest pairs, and p, q
    again; and these pairs."""
    try:
        kl_divergence(distributions.Cauchy(0.0, 1.0), Normal(0.0, 1.0))
    except NotImplementedError as error:
        nearest = ", ".join(_PAIR.findall(str(error)))
        words = str(error).replace(nearest, "{}").replace("Cauchy", "{}").replace("Normal", "{}")
    families()
    return {"words": words, "pairs": [*PAIRS]}


def _gaps(family: Family, examples: tuple[float, ...]) -> Iterator[list[object]]:
    """The places of two parameters of which the second must be larger, and the words else."""
    for low, high in permutations(range(len(examples)), 2):
        given = list(examples)
        given[low], given[high] = _HIGH, _LOW
        try:
            family(*given)
        except ValueError as error:
            gap = str(_LOW - _HIGH)
            if gap in str(error):
                yield [low, high, str(error).replace(gap, "{}")]


def _moves(family: Family, examples: tuple[float, ...], i: int) -> bool:
    """Whether that parameter moves the ends of what a draw may be."""
    given = [Var(x) if k == i else x for k, x in enumerate(examples)]
    return family(*given).support.moves


def _refused(family: Family, examples: tuple[float, ...], i: int) -> dict[str, object] | None:
    """The words in which the family refuses each of the probes, `{}` for the number."""
    words = []
    for probe in PROBES:
        given = [probe if k == i else x for k, x in enumerate(examples)]
        try:
            family(*given)
            words.append("")
        except ValueError as error:
            said = str(error).replace(f"not {probe}", "not {}")
            words.append("" if "high - low" in said else said)
    if not any(words):
        return None
    different = [*dict.fromkeys(words)]
    return {"words": different, "kinds": [different.index(each) for each in words]}
