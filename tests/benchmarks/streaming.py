"""Many samples: the time of each, the memory of all, and what a second worker process brings."""

import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from tests.benchmarks.case import Bar, Case, Contestant, Job, Unavailable, on_the_clock
from tests.benchmarks.memory import peak_growth
from tests.support.estimator_problems import heavy, sine

SEED, AT = 0, (0.7, 1.2)
FEW, MANY, MOST = 1_000_000, 10_000_000, 100_000_000
SHARED = 20_000_000  # samples of the heavy problem: seconds, beside which a process starts quickly


def streamed(samples: int, warm_up: int = 0) -> Contestant:
    def contestant() -> Job:
        import minigrad as mg

        if warm_up:
            mg.pathwise(sine, AT, warm_up, SEED)

        def job() -> list[float]:
            estimate = mg.pathwise(sine, AT, samples, SEED)
            return [estimate.value, *estimate.grads]

        return job

    return contestant


def shared(workers: int) -> Contestant:
    def contestant() -> Job:
        import minigrad as mg

        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
        if (cores or 1) < 2:
            raise Unavailable("this machine has one core: a second worker would only wait")

        def job() -> list[float]:
            with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
                estimate = mg.pathwise(heavy, AT, SHARED, SEED, executor=pool)
            return [estimate.value, *estimate.grads]

        return job

    return contestant


CASES = [
    Case(
        name="streaming, a sample",
        contestants={f"{n:.0e} samples": streamed(n) for n in (MANY, FEW)},
        bars=[Bar(f"{MANY:.0e} samples", f"{FEW:.0e} samples", 1.1)],
        unit="ns/op",
        work={f"{n:.0e} samples": n for n in (MANY, FEW)},
        noisy={f"{FEW:.0e} samples": 0.02},
    ),
    Case(
        name="streaming, 1e8, peak over 1e6",
        contestants={"minigrad": streamed(MOST, warm_up=FEW)},
        bars=[Bar("minigrad", None, 20_000)],
        unit="KB",
        sample=peak_growth,
        once=True,
        slow=True,
    ),
    Case(
        name="streaming, worker processes",
        contestants={"two": shared(2), "one": shared(1)},
        bars=[Bar("two", "one", 1 / 1.6)],
        sample=on_the_clock,
        slow=True,
        parallel=True,
    ),
]
