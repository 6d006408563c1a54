"""The lessons as notebooks: what they hold. `make notebooks` runs them."""

import json

from demos import _notebooks
from demos._course import Picture, lessons


def test_every_lesson_is_a_notebook_of_text_and_pages(tmp_path):
    files = _notebooks.write_notebooks(tmp_path)
    assert [file.stem for file in files] == [lesson.stem for lesson in lessons()]
    for file, lesson in zip(files, lessons(), strict=True):
        cells = json.loads(file.read_text(encoding="utf-8"))["cells"]
        text = "".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")
        code = "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "code")
        assert text.startswith(f"# {lesson.title}") and "<details>" in text
        shown = [part.name for part in lesson.parts if isinstance(part, Picture)]
        assert all(f'show("{name}")' in code for name in shown)


def test_a_page_is_shown_inline():
    shown = _notebooks.show("chain_rule")._repr_html_()
    assert shown.startswith("<iframe srcdoc=") and "chain rule" in shown.lower()
