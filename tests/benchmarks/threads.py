"""An estimator on one thread and on two: `ThreadPoolExecutor(2)`, the first executor to try."""

import os
from concurrent.futures import ThreadPoolExecutor

from tests.benchmarks.case import Bar, Case, Job, Unavailable, on_the_clock

SAMPLES, DIMENSIONS, SEED = 20_000, 500, 0


def estimate(workers: int) -> Job:
    import numpy as np

    import minigrad as mg

    if len(os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else "12") < workers:
        raise Unavailable("this machine has one core: a second thread would only wait")
    at = np.zeros(DIMENSIONS), np.ones(DIMENSIONS)

    def problem(mu, sigma):
        return mg.Normal(mu, sigma), lambda z: mg.tanh(z).sum(axis=-1)

    def job() -> list[float]:
        if workers == 1:
            found = mg.pathwise(problem, at, SAMPLES, SEED)
        else:
            with ThreadPoolExecutor(workers) as pool:
                found = mg.pathwise(problem, at, SAMPLES, SEED, executor=pool)
        return [found.value, float(found.grads[0].sum())]

    return job


CASES = [
    Case(
        name="pathwise, two threads",
        contestants={"two": lambda: estimate(2), "one": lambda: estimate(1)},
        bars=[Bar("two", "one", 0.65)],
        sample=on_the_clock,
        parallel=True,
    )
]
