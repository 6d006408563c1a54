"""Scalar graphs, forward and backward and freed, in nanoseconds an op.

A chain has two leaves and is as deep as it is long; a wide graph sums products of many leaves in
pairs. Everyone builds the same ops; micrograd has no tanh, so the chain bends with relu.
"""

from collections.abc import Callable, Sequence

from tests.benchmarks.case import Bar, Case, Contestant, Job
from tests.benchmarks.peers import load, load_micrograd

MICROGRAD_BARS = {
    "chain": {1_000: 0.3, 10_000: 0.12, 100_000: 0.08},
    "wide": {1_000: 0.4, 10_000: 0.15, 100_000: 0.14},
}
LARGEST_FOR_AUTOGRAD = 10_000  # it takes seconds for one graph of 100,000


def chain(x, w, relu, links: int):
    """Four ops a link; the product shrinks slowly, so that gradients stay away from underflow."""
    h = x
    for _ in range(links):
        h = relu(h * w + 0.1) + x
    return h


def sum_of_products(xs, ws):
    """n products, then n - 1 sums in a balanced tree."""
    terms = [x * w for x, w in zip(xs, ws)]
    while len(terms) > 1:
        odd_one = terms[len(terms) & ~1 :]
        terms = [a + b for a, b in zip(terms[::2], terms[1::2])] + odd_one
    return terms[0]


def wide_values(terms: int) -> tuple[list[float], list[float]]:
    return [0.1 + i % 17 for i in range(terms)], [0.3 - i % 5 for i in range(terms)]


def tape_job(leaf: Callable, relu: Callable, value_of: Callable, graph: str, ops: int) -> Job:
    """For engines with leaves that keep their gradient. Leaves, like a model's, are made before."""
    if graph == "chain":
        leaves = [leaf(0.5), leaf(0.999)]
        shown = leaves
    else:
        xs, ws = ([leaf(value) for value in values] for values in wide_values(ops // 2))
        shown = [xs[0], xs[len(xs) // 3], ws[1], ws[-1]]

    def job() -> Sequence[float]:
        output = chain(*leaves, relu, ops // 4) if graph == "chain" else sum_of_products(xs, ws)
        output.backward()
        return [value_of(output), *(leaf.grad for leaf in shown)]

    return job


def minigrad(graph: str, ops: int) -> Job:
    import minigrad as mg

    return tape_job(mg.Var, mg.relu, lambda y: y.value, graph, ops)


def micrograd(graph: str, ops: int) -> Job:
    value = load_micrograd().Value
    return tape_job(value, value.relu, lambda y: y.data, graph, ops)


def pytorch(graph: str, ops: int) -> Job:
    torch = load("torch")

    def leaf(value: float):
        return torch.tensor(value, dtype=torch.float64, requires_grad=True)

    return tape_job(leaf, torch.relu, torch.Tensor.item, graph, ops)


def autograd(graph: str, ops: int) -> Job:
    """It differentiates functions of few arguments; many leaves are the elements of two arrays."""
    autograd, np = load("autograd"), load("autograd.numpy")
    both = autograd.value_and_grad(lambda arguments, f: f(*arguments))

    def relu(x):
        return np.maximum(x, 0.0)

    def chain_job() -> Sequence[float]:
        value, gradients = both((0.5, 0.999), lambda x, w: chain(x, w, relu, ops // 4))
        return [value, *gradients]

    xs, ws = map(np.array, wide_values(ops // 2))

    def wide_job() -> Sequence[float]:
        value, (dx, dw) = both((xs, ws), sum_of_products)
        return [value, dx[0], dx[len(dx) // 3], dw[1], dw[-1]]

    return chain_job if graph == "chain" else wide_job


def contestant(engine: Callable[[str, int], Job], graph: str, ops: int) -> Contestant:
    return lambda: engine(graph, ops)


def against_peers(graph: str, ops: int) -> Case:
    engines = {"minigrad": minigrad, "micrograd": micrograd, "PyTorch": pytorch}
    bars = [
        Bar("minigrad", "micrograd", MICROGRAD_BARS[graph][ops]),
        Bar("minigrad", "PyTorch", 0.15),
    ]
    if ops <= LARGEST_FOR_AUTOGRAD:
        engines["autograd"] = autograd
        bars.append(Bar("minigrad", "autograd", 0.06))
    return Case(
        name=f"{graph}, {ops:,} ops",
        contestants={name: contestant(engine, graph, ops) for name, engine in engines.items()},
        bars=bars,
        unit="ns/op",
        work=dict.fromkeys(engines, ops),
        slow=ops > 10_000,
    )


def growth(graph: str) -> Case:
    """Does an op in a large graph cost what it costs in a small one?"""
    sizes = {"minigrad, 1e6 ops": 10**6, "minigrad, 1e3 ops": 10**3}
    return Case(
        name=f"{graph}, growth",
        contestants={name: contestant(minigrad, graph, ops) for name, ops in sizes.items()},
        bars=[Bar("minigrad, 1e6 ops", "minigrad, 1e3 ops", 2.5)],
        unit="ns/op",
        work=sizes,
        tolerance=float("inf"),
        slow=True,
    )


GRAPHS = ("chain", "wide")
CASES = [against_peers(graph, ops) for graph in GRAPHS for ops in MICROGRAD_BARS[graph]]
CASES += [growth(graph) for graph in GRAPHS]
