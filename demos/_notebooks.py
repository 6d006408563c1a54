"""The lessons as notebooks: `python -m demos._notebooks FOLDER` writes one each, by jupytext.

A lesson's text becomes cells of text, its questions with them. Where a picture stands for a live
page, a cell of code shows that page.
"""

import html
import sys
import tempfile
from pathlib import Path

from ._course import Lesson, Picture, Question, lessons
from ._run import known, load


class Shown:
    """A page of a demo, inline in a notebook."""

    def __init__(self, text: str) -> None:
        self._text = text

    def _repr_html_(self) -> str:
        return (
            f'<iframe srcdoc="{html.escape(self._text)}" sandbox="allow-scripts" width="100%" '
            'height="800"></iframe>'
        )


def show(name: str) -> Shown:
    """Run the demo that writes this page, and show the page."""
    (demo,) = (each for each in map(load, known()) if f"{name}.html" in getattr(each, "PAGES", {}))
    with tempfile.TemporaryDirectory() as folder:
        demo.main(Path(folder))
        return Shown((Path(folder) / f"{name}.html").read_text(encoding="utf-8"))


def notebook(lesson: Lesson) -> str:
    """A lesson as Markdown for jupytext, in which fenced Python is a cell."""
    parts = [
        f"# {lesson.title}\n\n*{lesson.goal}*",
        _code("from minigrad.demos._notebooks import show"),
    ]
    for part in lesson.parts:
        if isinstance(part, Picture):
            parts.append(_code(f'show("{part.name}")'))
        elif isinstance(part, Question):
            wrong = "\n".join(f"- {number}: {words}" for number, words in part.wrong)
            answer = f"{part.answer}\n\n{wrong}".strip()
            parts.append(
                f"**Question.** {part.text}\n\n<details><summary>Answer</summary>\n\n"
                f"{answer}\n\n</details>"
            )
        else:
            parts.append(
                part.replace("```python\n", "```python\nimport itertools\nimport math\n\n")
            )
    return "\n\n".join(parts)


def _code(line: str) -> str:
    return f"```python\n{line}\n```"


def write_notebooks(folder: Path) -> list[Path]:
    """Write every lesson as .ipynb; returns the files."""
    import jupytext

    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for lesson in lessons():
        made = jupytext.reads(notebook(lesson), fmt="md")
        made.metadata["kernelspec"] = {
            "name": "python3",
            "display_name": "Python 3",
            "language": "python",
        }
        file = folder / f"{lesson.stem}.ipynb"
        jupytext.write(made, file)
        files.append(file)
    return files


if __name__ == "__main__":
    for written in write_notebooks(Path(sys.argv[1])):
        print(written)
