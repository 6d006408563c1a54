"""One contestant in its own process, asked for samples over stdin.

The process starts with `python -m tests.benchmarks.worker CASE CONTESTANT`, prints one line of
JSON when it is ready, and answers each line of input with the median of a few samples.
"""

import importlib
import json
import os
import statistics
import sys
import time

from tests.benchmarks.case import UNITS, Case, Job, Unavailable
from tests.benchmarks.registry import find_case

MOST_SAMPLES = 200


def median_sample(case: Case, job: Job, duration: float) -> float:
    """The median of the samples that fit into `duration` seconds, at least one."""
    samples: list[float] = []
    end = time.perf_counter() + duration
    while not samples or (time.perf_counter() < end and len(samples) < MOST_SAMPLES):
        samples.append(case.sample(job))
    return statistics.median(samples)


def use_one_thread() -> None:
    """PyTorch does not take its number of threads from the environment alone."""
    if "torch" in sys.modules:
        importlib.import_module("torch").set_num_threads(1)


def use_one_core() -> None:
    """The same for everyone: a shared machine's cores have differed by a third in speed."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def report(**message: object) -> None:
    print(json.dumps(message), flush=True)


def main(case_name: str, contestant: str) -> None:
    case = find_case(case_name)
    if not case.parallel:
        use_one_core()
    try:
        job = case.contestants[contestant]()
    except Unavailable as reason:
        report(unavailable=str(reason))
        return
    use_one_thread()
    report(answer=[] if case.once else [float(number) for number in job()])
    scale = UNITS[case.unit] / case.work.get(contestant, 1)
    for line in sys.stdin:
        report(sample=scale * median_sample(case, job, float(line)))


if __name__ == "__main__":
    main(*sys.argv[1:])
