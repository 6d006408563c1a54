"""`import minigrad` beside `import numpy`, which it needs, each in a fresh interpreter."""

import os
import subprocess
import sys

from tests.benchmarks.case import Bar, Case, Contestant, Job

TIMED_IMPORT = """
import time
start = time.perf_counter()
import {module}
print(time.perf_counter() - start)
"""


def importing(module: str) -> Contestant:
    command = [sys.executable, "-c", TIMED_IMPORT.format(module=module)]
    # An installed package has its bytecode; with this setting a checkout would compile each time.
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}

    def job() -> list[float]:
        run = subprocess.run(command, check=True, stdout=subprocess.PIPE, env=environment)
        return [float(run.stdout)]

    return lambda: job


def reported_seconds(job: Job) -> float:
    """What the fresh interpreter measured: its own start is not the module's fault."""
    return job()[0]


CASES = [
    Case(
        name="import",
        contestants={"minigrad": importing("minigrad"), "NumPy": importing("numpy")},
        bars=[Bar("minigrad", "NumPy", 1.1)],
        sample=reported_seconds,
        tolerance=float("inf"),
    )
]
