"""Pictures: beside Graphviz alone on the same text, and the first one of a process."""

import os
import subprocess
import sys

from tests.benchmarks.case import Bar, Case, Contestant, Job

FIRST = """
import time
start = time.perf_counter()
import minigrad as mg
x = mg.Var(0.5, "x")
mg.draw(mg.sin(x * 2.0) + x).svg
print(time.perf_counter() - start)
"""
IMPORT = """
import time
start = time.perf_counter()
import numpy
print(time.perf_counter() - start)
"""


def graph(nodes: int):
    """A net of small layers: as many edges as two a node."""
    import minigrad as mg

    layer = [mg.Var(0.1 * i, f"x{i}") for i in range(5)]
    made = len(layer)
    while made < nodes:
        layer = [mg.tanh(layer[i] * layer[i - 1]) for i in range(5)]
        made += 10
    return layer[0] + layer[1]


def drawing(nodes: int) -> Job:
    import minigrad as mg

    output = graph(nodes)
    return lambda: [len(mg.draw(output, max_nodes=2 * nodes).svg)]


def layout(nodes: int) -> Job:
    import minigrad as mg
    from minigrad.pictures.render import render

    dot = mg.draw(graph(nodes), max_nodes=2 * nodes).dot
    return lambda: [len(render(dot))]


def first(code: str) -> Contestant:
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}

    def job() -> list[float]:
        run = subprocess.run(
            [sys.executable, "-c", code], check=True, stdout=subprocess.PIPE, env=environment
        )
        return [float(run.stdout)]

    return lambda: job


def reported(job: Job) -> float:
    return job()[0]


CASES = [
    Case(
        name=f"drawing {nodes} nodes",
        contestants={
            "minigrad": lambda nodes=nodes: drawing(nodes),
            "Graphviz alone": lambda nodes=nodes: layout(nodes),
        },
        bars=[Bar("minigrad", "Graphviz alone", 1.2)],
        tolerance=float("inf"),
    )
    for nodes in (30, 300)
] + [
    Case(
        name="first picture of a process, from the second process on",
        contestants={"picture": first(FIRST), "import NumPy": first(IMPORT)},
        bars=[Bar("picture", "import NumPy", 6.0)],
        sample=reported,
        tolerance=float("inf"),
    )
]
