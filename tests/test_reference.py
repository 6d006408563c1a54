"""The reference: every public name has an example, which a reader can copy and run."""

import io
from doctest import ELLIPSIS, DocTestParser, DocTestRunner
from inspect import getdoc

import numpy as np
import pytest

import minigrad as mg


def test_front_page_names_the_imports():
    assert "`import minigrad as mg`" in mg.__doc__
    assert "`import numpy as np`" in mg.__doc__


@pytest.mark.parametrize("name", mg.__all__)
def test_example_runs_with_nothing_but_these_imports(name):
    given = {"mg": mg, "np": np}
    test = DocTestParser().get_doctest(getdoc(getattr(mg, name)), given, name, None, 0)
    assert test.examples, f"mg.{name} needs an example in its docstring"
    report = io.StringIO()
    failed, _ = DocTestRunner(optionflags=ELLIPSIS).run(test, out=report.write)
    assert not failed, report.getvalue()
