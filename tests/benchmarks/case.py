"""What a benchmark is: a `Case` lists contestants, a `Bar` compares two of them.

A contestant is a function that imports its own library, prepares its data and returns a *job*.
Calling the job does the work once and returns a few numbers, values and gradients, on which all
contestants of a case must agree before anything is timed. To add a row to the table, add a
contestant to a case and a bar that names it; a new file is added to `MODULES` in `registry.py`.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

Answer = Sequence[float]
Job = Callable[[], Answer]
Contestant = Callable[[], Job]

UNITS = {"ms": 1e3, "ns/op": 1e9, "KB": 1e-3, "bytes/op": 1.0, "objects": 1.0}


class Unavailable(Exception):
    """A contestant cannot run on this machine; the message says why and what to install."""


def seconds(job: Job) -> float:
    """Processor time of one call, in which what the job built is also freed.

    What else runs on the machine is not counted; on a quiet one this is the time on the clock.
    """
    start = time.process_time()
    job()
    return time.process_time() - start


def on_the_clock(job: Job) -> float:
    """Wall time, for jobs on several threads or processes."""
    start = time.perf_counter()
    job()
    return time.perf_counter() - start


@dataclass(frozen=True)
class Bar:
    """`ours` may measure at most `limit` times `peer`, or at most `limit` without a peer.

    Without a limit the row is printed for information.
    """

    ours: str
    peer: str | None = None
    limit: float | None = None


@dataclass(frozen=True)
class Case:
    """Contestants that do the same work.

    `sample(job)`, seconds by default, is divided by the contestant's entry in `work` (operations
    in one job, 1 where absent) and shown in `unit`. Answers are held against those of the first
    contestant: to `tolerance`, relative, or for who draws other noise to the absolute difference
    in `noisy`. A case with `once` is sampled once in an untouched process, for peak memory.
    `slow` ones are left out by --quick; `parallel` ones may use every core.
    """

    name: str
    contestants: Mapping[str, Contestant]
    bars: Sequence[Bar]
    unit: str = "ms"
    sample: Callable[[Job], float] = seconds
    work: Mapping[str, int] = field(default_factory=dict)
    tolerance: float = 1e-9
    noisy: Mapping[str, float] = field(default_factory=dict)
    once: bool = False
    slow: bool = False
    parallel: bool = False
