"""What a scalar graph takes at its peak, backward included, and what it leaves behind."""

import gc
import resource
import sys

from tests.benchmarks.case import Bar, Case, Job
from tests.benchmarks.scalar import GRAPHS, contestant, micrograd, minigrad

OPS = 200_000
BYTES = {"chain": 180, "wide": 210}
# Linux counts in KiB, macOS in bytes.
RSS_UNIT = 1 if sys.platform == "darwin" else 1024


def peak_resident() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * RSS_UNIT


def peak_growth(job: Job) -> float:
    """Bytes by which the job raises the peak that importing and making the leaves have reached."""
    before = peak_resident()
    job()
    return peak_resident() - before


def leftovers(job: Job) -> float:
    """Objects that the collector finds once the job's graph is dropped; 0 means no cycles."""
    gc.collect()
    gc.disable()
    job()
    return gc.collect()


def peak(graph: str) -> Case:
    engines = {"minigrad": minigrad, "micrograd": micrograd}
    return Case(
        name=f"{graph}, peak memory",
        contestants={name: contestant(engine, graph, OPS) for name, engine in engines.items()},
        bars=[Bar("minigrad", None, BYTES[graph]), Bar("minigrad", "micrograd")],
        unit="bytes/op",
        sample=peak_growth,
        work=dict.fromkeys(engines, OPS),
        once=True,
    )


def garbage(graph: str) -> Case:
    return Case(
        name=f"{graph}, left to the collector",
        contestants={"minigrad": contestant(minigrad, graph, 1_000)},
        bars=[Bar("minigrad", None, 0)],
        unit="objects",
        sample=leftovers,
        once=True,
    )


CASES = [case(graph) for case in (peak, garbage) for graph in GRAPHS]
