"""The results as a table in Markdown, and its place in the README."""

import re
from pathlib import Path

README = Path(__file__).parents[2] / "README.md"
BEGIN, END = "<!-- make bench -->", "<!-- end of make bench -->"
HEAD = re.compile(r"^Medians of (\d{4}-\d{2}-\d{2}), .+, everyone on one thread", re.MULTILINE)


def number(value: float | None, unit: str = "") -> str:
    """Three significant digits, in plain notation, and the unit."""
    if value is None:
        return ""
    digits = 0 if value >= 100 or value == 0 else 1 if value >= 10 else 2 if value >= 0.1 else 3
    return f"{value:,.{digits}f} {unit}".rstrip()


def markdown(results: dict) -> str:
    """One row a bar: what was measured, the ratio, the bar, and a * where that is missed."""
    machine = results["machine"]
    lines = [
        f"Medians of {machine['date']}, {machine['system']}, {machine['cores']} cores, Python "
        f"{machine['python']}, everyone on one thread in a process of its own, in turns on "
        "one core; processor time, smaller is faster.",
        "",
        "| work | ours | | against | ratio | bar |",
        "|---|---|---|---|---|---|",
    ]
    before = ""
    for row in results["rows"]:
        bar = "" if row["limit"] is None else f"{row['limit']:g}" + "*" * (row["passed"] is False)
        ratio = "" if row["ratio"] is None else f"{row['ratio']:.2f}"
        case = "" if row["case"] == before else row["case"]
        before = row["case"]
        measured = number(row["measured"], row["unit"])
        lines.append(
            f"| {case} | {row['ours']} | {measured} | {row['peer'] or ''} | {ratio} | {bar} |"
        )
    return "\n".join(lines) + "\n"


def into_readme(table: str) -> None:
    """Between the two comments, in the place of what stood there."""
    text = README.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    README.write_text(f"{before}{BEGIN}\n{table}{END}{after}", encoding="utf-8")
