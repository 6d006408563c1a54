"""A wheel, tried out where nothing else is installed: `make wheel` runs this."""

import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

import numpy as np

import minigrad as mg


def main() -> None:
    assert Path(mg.__file__).is_relative_to(sys.prefix), f"not the installed one: {mg.__file__}"
    mu, sigma = mg.Var(0.7, "mu"), mg.Var(1.2, "sigma")
    z = mg.Normal(mu, sigma).rsample(np.random.default_rng(3)).named("z")
    f = mg.sin(z).named("f")
    f.backward()
    assert mu.grad == np.cos(z.value)
    assert "mu" in str(mg.explain(f))
    with tempfile.TemporaryDirectory() as folder:
        svg = mg.draw(f).save(Path(folder, "f.svg")).read_text(encoding="utf-8")
        page = mg.step_through(f).save(Path(folder, "f.html")).read_text(encoding="utf-8")
    assert svg.startswith("<svg") and 'id="data"' in page and len(page) > 50_000
    command = [sys.executable, "-m", "minigrad", "code", "x * x", "x=3", "--language", "javascript"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "function" in done.stdout
    assert find_spec("minigrad.demos.chain_rule") is not None
    with tempfile.TemporaryDirectory() as folder:
        course = [sys.executable, "-m", "minigrad", "demo", "--no-open"]
        written = subprocess.run(course, cwd=folder, capture_output=True, text=True, check=True)
        assert "left out: it is drawn where matplotlib is installed" in written.stdout
        lessons = Path(folder, "minigrad-course", "lessons")
        assert len(list(lessons.glob("*.html"))) == 11 and (lessons.parent / "play.html").is_file()
    print(f"The wheel of minigrad {mg.__version__} works in {sys.prefix}")


if __name__ == "__main__":
    main()
