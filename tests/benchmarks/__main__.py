"""`python -m tests.benchmarks [--only WORD] [--quick] [--readme]`: measure, print, write.

Who is missing (a browser, a compiler, a peer) is said in a line and left out. The exit status is 1
if a bar is missed, a benchmark could not be run, or contestants disagree about the result. Rows of
one day are kept together in out/results.json, also over several runs, and out/table.md has them as
Markdown, which --readme puts into the README.
"""

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path

from tests.benchmarks.case import Case
from tests.benchmarks.harness import BenchmarkError, Pace, Row, run
from tests.benchmarks.registry import CASES
from tests.benchmarks.table import into_readme, markdown, number

# Many short turns: the noise of a shared machine comes in waves longer than a turn.
THOROUGH = Pace(rounds=15, slice=0.05, budget=6.0)
QUICK = Pace(rounds=5, slice=0.02, budget=2.0)

RESULTS = Path(__file__).with_name("out") / "results.json"
LAYOUT = "{:<30} {:<18} {:>16} {:<22} {:>16} {:>7} {:>5}  {}"
HEADINGS = ("case", "ours", "median", "peer", "median", "ratio", "bar", "")
VERDICTS = {True: "pass", False: "MISS", None: ""}


def line(row: Row) -> str:
    cells = (
        row.case,
        row.ours,
        number(row.measured, row.unit),
        row.peer or "",
        number(row.peer_measured, row.unit),
        number(row.ratio),
        "" if row.limit is None else f"{row.limit:g}",
        VERDICTS[row.passed],
    )
    return LAYOUT.format(*cells).rstrip()


def machine() -> dict[str, str | int | None]:
    """What a reader needs to know about where the numbers come from."""
    return {
        "date": date.today().isoformat(),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count(),
    }


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--only", metavar="WORD", default="", help="cases with it in their name")
    parser.add_argument("--quick", action="store_true", help="fewer rounds, no large graphs")
    parser.add_argument("--json", metavar="FILE", type=Path, default=RESULTS)
    parser.add_argument("--readme", action="store_true", help="put the table into README.md")
    return parser.parse_args()


def measure(cases: Sequence[Case], pace: Pace) -> tuple[list[Row], dict[str, str], int]:
    """Prints rows as they come; also returns who was left out and why, and how many crashed."""
    rows: list[Row] = []
    left_out: dict[str, str] = {}
    crashed = 0
    for case in cases:
        try:
            new, unavailable = run(case, pace)
        except BenchmarkError as error:
            crashed += 1
            print(f"{case.name}: not measured: {error}", file=sys.stderr)
            continue
        rows += new
        left_out |= unavailable
        print(*map(line, new), sep="\n", flush=True)
    return rows, left_out, crashed


def main() -> int:
    options = arguments()
    named = [case for case in CASES.values() if options.only in case.name]
    chosen = [case for case in named if not (options.quick and case.slow)]
    if not chosen:
        print(f"no case to run has {options.only!r} in its name; there are:", *CASES, sep="\n  ")
        return 1
    start = time.monotonic()
    print(LAYOUT.format(*HEADINGS).rstrip())
    rows, left_out, crashed = measure(chosen, QUICK if options.quick else THOROUGH)
    for name, reason in left_out.items():
        print(f"{name} left out: {reason}")
    missed = sum(row.passed is False for row in rows)
    print(f"{missed} missed, {crashed} crashed, {time.monotonic() - start:.0f} s")
    kept = merged(options.json, {"machine": machine(), "left_out": left_out, "rows": rows})
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(kept, indent=1) + "\n")
    options.json.with_name("table.md").write_text(markdown(kept))
    if options.readme:
        into_readme(markdown(kept))
    return 1 if crashed or missed else 0


def merged(path: Path, new: dict) -> dict:
    """The new results, with those that other cases had in runs of the same day."""
    rows = [asdict(row) for row in new["rows"]]
    measured = {row["case"] for row in rows}
    if path.exists():
        old = json.loads(path.read_text())
        if old["machine"]["date"] == new["machine"]["date"]:
            rows = [row for row in old["rows"] if row["case"] not in measured] + rows
    order = list(CASES)
    rows = [row for row in rows if row["case"] in order]
    return new | {"rows": sorted(rows, key=lambda row: order.index(row["case"]))}


if __name__ == "__main__":
    sys.exit(main())
