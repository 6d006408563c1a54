"""`python -m tests.hostile`: every kind at full size, as a table. `KIND NUMBER`: one input."""

import argparse
import sys
from collections import Counter
from typing import NamedTuple

from tests.hostile.kinds import KINDS
from tests.hostile.trial import Kind, judged, trial_of

SHOWN = 12  # faults of a kind that are printed


class Row(NamedTuple):
    """What became of a kind's inputs: counts by outcome, and a line for each fault."""

    kind: str
    counts: Counter[str]
    faults: list[str]


def row_of(kind: Kind, count: int, start: int = 0) -> Row:
    """The inputs `start` … `start + count`, judged."""
    counts: Counter[str] = Counter()
    faults = []
    for number in range(start, start + count):
        trial = trial_of(kind, number)
        verdict = judged(trial)
        counts[verdict.outcome] += 1
        if verdict.outcome == "fault":
            faults.append(f"{kind.name} {number}: {trial.shown[:300]}\n    {verdict.why[:300]}")
    return Row(kind.name, counts, faults)


def table(rows: list[Row]) -> str:
    """Kinds with their counts, and the sums."""
    lines = [f"{'kind':<14}{'inputs':>9}{'right':>9}{'refused':>9}{'faults':>9}"]
    total: Counter[str] = Counter()
    for name, counts in [*((r.kind, r.counts) for r in rows), ("all", total)]:
        numbers = (counts.total(), counts["right"], counts["refused"], counts["fault"])
        lines.append(f"{name:<14}" + "".join(f"{n:>9,}" for n in numbers))
        total += counts
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.hostile", description=__doc__)
    parser.add_argument("kind", nargs="?", choices=[kind.name for kind in KINDS])
    parser.add_argument("number", nargs="?", type=int, help="of the one input to judge")
    parser.add_argument("--share", type=float, default=1.0, help="of the full size, default 1")
    given = parser.parse_args()
    kinds = [kind for kind in KINDS if given.kind in (None, kind.name)]
    if given.number is not None:
        trial = trial_of(kinds[0], given.number)
        print(f"{trial.shown}\n{judged(trial)}")
        return 0
    rows = []
    for kind in kinds:
        rows.append(row_of(kind, max(1, round(given.share * kind.full))))
        for fault in rows[-1].faults[:SHOWN]:
            print(fault, flush=True)
    print(table(rows))
    return 1 if any(row.faults for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
