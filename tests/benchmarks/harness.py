"""Measures one case: a fresh process for each contestant, one thread each, taking turns."""

import json
import math
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.benchmarks.case import Answer, Bar, Case

THREADED = ("OMP", "OPENBLAS", "MKL", "NUMBA", "VECLIB_MAXIMUM")
ONE_THREAD = {f"{library}_NUM_THREADS": "1" for library in THREADED} | {
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
}

# What is zero but for rounding has no relative accuracy.
ROUNDING = 1e-12


class BenchmarkError(Exception):
    """A contestant crashed, or disagrees with the others about the result."""


@dataclass(frozen=True)
class Row:
    """One line of the table. `ratio` is ours / peer; `passed` is None where there is no bar."""

    case: str
    unit: str
    ours: str
    measured: float
    peer: str | None
    peer_measured: float | None
    ratio: float | None
    limit: float | None
    passed: bool | None


@dataclass(frozen=True)
class Pace:
    """Up to `rounds` turns of `slice` seconds for each contestant.

    Once a case has taken `budget` seconds no round begins, but `fewest` take place.
    """

    rounds: int
    slice: float
    budget: float
    fewest: int = 3


ONCE = Pace(rounds=1, slice=0.0, budget=0.0)


class Worker:
    """A contestant's process, see worker.py for the other side."""

    def __init__(self, case: Case, name: str) -> None:
        self.name = name
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.worker", case.name, name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | ONE_THREAD,
        )

    def reply(self) -> dict:
        line = self.process.stdout.readline()
        if not line:
            raise BenchmarkError(f"{self.name} stopped: its error stands above this line")
        return json.loads(line)

    def sample(self, duration: float) -> float:
        try:
            print(duration, file=self.process.stdin, flush=True)
        except BrokenPipeError:
            pass  # reply() says that the process is gone
        return self.reply()["sample"]

    def stop(self) -> None:
        """A worker ends with its input; one that is still at work is not waited for."""
        self.process.kill()
        self.process.communicate()


def check_answers(case: Case, answers: Mapping[str, Answer]) -> None:
    """Raises BenchmarkError unless everyone computes what the first contestant does."""
    first, *others = answers or [""]
    for name in others:
        relative, absolute = case.tolerance, ROUNDING
        if name in case.noisy:
            relative, absolute = 0.0, case.noisy[name]
        for position, (a, b) in enumerate(zip(answers[first], answers[name], strict=True)):
            if not math.isclose(a, b, rel_tol=relative, abs_tol=absolute):
                raise BenchmarkError(
                    f"{case.name}: {first} and {name} disagree in number {position}: {a!r}, {b!r}"
                )


def row_of(case: Case, bar: Bar, medians: Mapping[str, float]) -> Row:
    measured = medians[bar.ours]
    peer_measured = None if bar.peer is None else medians[bar.peer]
    ratio = None if peer_measured is None else measured / peer_measured
    judged = measured if ratio is None else ratio
    return Row(
        case=case.name,
        unit=case.unit,
        ours=bar.ours,
        measured=measured,
        peer=bar.peer,
        peer_measured=peer_measured,
        ratio=ratio,
        limit=bar.limit,
        passed=None if bar.limit is None else judged <= bar.limit,
    )


def rows_of(case: Case, medians: Mapping[str, float]) -> list[Row]:
    """One row for each bar whose contestants could run."""
    known = [*medians, None]
    bars = [bar for bar in case.bars if bar.ours in known and bar.peer in known]
    return [row_of(case, bar, medians) for bar in bars]


def take_turns(workers: Sequence[Worker], pace: Pace) -> dict[str, float]:
    """A B C, A B C, …: a machine that slows down slows everyone; medians over the rounds."""
    samples: dict[str, list[float]] = {worker.name: [] for worker in workers}
    start = time.monotonic()
    for turn in range(pace.rounds):
        if turn >= pace.fewest and time.monotonic() - start > pace.budget:
            break
        for worker in workers:
            samples[worker.name].append(worker.sample(pace.slice))
    return {name: statistics.median(values) for name, values in samples.items()}


def run(case: Case, pace: Pace) -> tuple[list[Row], dict[str, str]]:
    """The rows of a case, and the reason for each contestant that this machine cannot run."""
    workers = [Worker(case, name) for name in case.contestants]
    try:
        greetings = {worker.name: worker.reply() for worker in workers}
        missing = {
            name: greeting["unavailable"]
            for name, greeting in greetings.items()
            if "unavailable" in greeting
        }
        ready = [worker for worker in workers if worker.name not in missing]
        if not ready:
            return [], missing
        check_answers(case, {worker.name: greetings[worker.name]["answer"] for worker in ready})
        return rows_of(case, take_turns(ready, ONCE if case.once else pace)), missing
    finally:
        for worker in workers:
            worker.stop()
