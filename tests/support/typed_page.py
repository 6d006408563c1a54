"""The live page's scripts under Node.js, and the same programs in Python."""

import json
import shutil
import subprocess
from collections.abc import Sequence
from functools import cache

import numpy as np
import pytest

import minigrad as mg
from minigrad.distributions.randomness import noise_leaf
from minigrad.emit.rule_table import rule_table
from minigrad.formulas.expressions import Expression
from minigrad.pages.document import as_data, page_file
from minigrad.pages.lesson.pane import Pane
from minigrad.pages.play.tables import rules, tables

EPS = 0.83  # what noise is here, in both
needs_node = pytest.mark.skipif(
    shutil.which("node") is None, reason="Node.js, which runs the scripts, is not installed"
)
_FILES = "formulas parser unknown queries compile pane dot laws".split()


@cache
def scripts() -> str:
    """All that compiles a program, and knows nothing of a document."""
    shared = ["numbers.js", "random.js", "engine.js", "lesson/compose.js"]
    files = [*shared, *(f"play/{name}.js" for name in _FILES)]
    return "\n".join(
        [
            '"use strict";',
            f"const TABLES = {as_data(tables())};",
            rule_table(rules()),
            *map(page_file, files),
        ]
    )


def node(script: str) -> list:
    """What the script prints, a line of JSON each."""
    done = subprocess.run(["node", "-"], input=script, capture_output=True, text=True)
    assert not done.returncode, done.stderr[-2000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


PANES = """
for (const text of %s) {
  try {
    const tape = compiled(text, () => %r);
    const [pane] = pageData(tape, []).panes;
    console.log(JSON.stringify({ pane, dot: dotOf(pane, pane.numbers) }, (_, x) =>
      typeof x === "number" && !Number.isFinite(x) ? String(x) : x));
  } catch (error) {
    if (!(error instanceof ProgramError)) throw error;
    console.log(JSON.stringify({ error: error.message }));
  }
}"""


def in_page(programs: Sequence[str]) -> list[dict]:
    """For each program its pane and its DOT text, or its error."""
    return node(scripts() + PANES % (as_data([*programs]), EPS))


def in_python(program: str, eps: float = EPS) -> Pane:
    """The same, as `step_through` has it; `eps` is what all noise is."""
    expression = Expression(program)
    leaves = {name: mg.Var(x, name) for name, x in expression.given.items()}
    leaves |= {name: noise_leaf(eps, name, "", law) for name, law in expression.laws.items()}
    output = expression.compute(leaves, _Fixed(eps))
    equations = mg.equations_of(output)
    return Pane(equations, "", [None] * len(equations), 3000)


class _Fixed(np.random.Generator):
    """A generator whose every standard draw is the number that the page's noise has."""

    def __init__(self, eps: float) -> None:
        super().__init__(np.random.PCG64(0))
        self._eps = eps

    def _draw(self, *given: object, size: object = None) -> float:
        return self._eps

    standard_normal = gumbel = laplace = logistic = standard_exponential = standard_cauchy = _draw

    def random(self, size: object = None) -> float:  # of which the law takes 1 - u
        return 1.0 - self._eps
