"""Random programs of scalars that hold every elementwise op, for what computes a tape anew."""

import numpy as np

import minigrad as mg
from minigrad.engine.op import OPS
from tests.support.cases import CASES
from tests.support.checks import ops

# Sums of series in JavaScript, of libm here.
SPECIAL = (
    *("lgamma", "erf", "erfc", "erfinv", "digamma", "polygamma"),
    *("normal_hazard", "log_normal_cdf", "normal_quantile"),
)
SWITCHES = (
    "relu",
    "abs",
    "sign",
    "maximum",
    "minimum",
    "clip",
    "where",
    "less",
    "less_equal",
    "greater",
    "greater_equal",
    "equal",
    "not_equal",
)
SMOOTH = sorted(
    op.name
    for op in OPS.values()
    if op.elementwise and op.name in ops() and op.name not in (*SPECIAL, *SWITCHES)
)
GROUPS = {"special": SPECIAL, "switches": SWITCHES} | {
    f"smooth {i}": SMOOTH[i::6] for i in range(6)
}

# μ and σ: what is larger, the sign of each and what is clipped differ from one to the next.
SETTINGS = [(0.7, 1.2), (-0.9, 0.4), (1.6, -1.1)]


def program(group: str, mu: float, sigma: float) -> mg.Var:
    """A sum in which each op of the group has taken earlier nodes near a point of its domain."""
    rng = np.random.default_rng(4)
    loc, scale = mg.Var(mu, "mu"), mg.Var(sigma, "sigma")
    z = (loc + scale * mg.noise(rng)).named("z")
    nodes = [loc, scale, z, mg.where(loc > 0.0, z, loc * scale), mg.maximum(loc, scale)]
    for name in GROUPS[group]:
        points = points_of(name)
        for i in rng.permutation(len(points))[:2]:
            picked = [nodes[k] for k in rng.integers(len(nodes), size=len(points[i]))]
            nodes.append(applied(name, points[i], picked))
    total = sum((w * node for w, node in zip(rng.uniform(0.5, 1.5, len(nodes)), nodes)), 0.0)
    return total.named("L")


def applied(name: str, point: tuple[float, ...], picked: list[mg.Var]) -> mg.Var:
    """The op of nodes as they are, where it switches between them; of others near the point."""
    if name == "where":
        picked[0] = picked[0] > picked[1]
    if name not in SWITCHES:
        picked = [x + 0.005 * mg.sin(node) for x, node in zip(point, picked)]
    return OPS[name].function(*picked, **({"order": 2} if name == "polygamma" else {}))


def points_of(name: str) -> list[tuple[float, ...]]:
    """Where the op's own cases try it on scalars, with as many numbers as it takes."""
    count = len(OPS[name].rules)
    tried = [c.inputs for c in CASES if c.name == name and not any(map(np.shape, c.inputs))]
    return [x for x in tried if len(x) == count]
