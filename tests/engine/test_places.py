"""Lines of the user's code: in nodes, in their text, in reports, in errors and in warnings."""

import sys
import warnings

import numpy as np
import pytest

import minigrad as mg


def here(ahead=0):
    return f"test_places.py:{sys._getframe(1).f_lineno + ahead}"


def test_nodes_remember_their_line():
    w = mg.Var(2.0, "w")
    with mg.lines():
        x, line = mg.Var([1.0, 2.0], "x"), here()
        y, line_y = w * x, here()
        z, line_z = np.sum(y, axis=0), here()  # through NumPy's protocol
        n, line_n = mg.Normal(w, 1.0).rsample(np.random.default_rng(0)), here()
        parts, line_parts = [v * 2.0 for v in (w, x)], here()
        constant = mg.constant(1.0)
    assert (x.line, y.line, z.line, n.line) == (line, line_y, line_z, line_n)
    assert [v.line for v in parts] == [line_parts] * 2 and constant.line and w.line == ""
    assert repr(z) == f"Var(6., op='sum', line={line_z!r})"
    assert (w * x).line == "" and repr(w) == "Var(2., name='w')"
    assert mg.equations_of(z)[-1].line == line_z


def test_reports_and_errors_say_it():
    w = mg.Var(2.0, "w")
    with mg.lines():
        wall, line = mg.stop_gradient(w * 3.0), here()
        y = wall * mg.Var(1.0)
    assert line in str(mg.explain(y))
    with pytest.raises(ValueError, match=line.replace(".", r"\.")):
        mg.grad(y, w)
    with mg.lines():
        x, line = mg.Var(1.0), here()
        late = x * 2.0
    x.value = 3.0
    with pytest.raises(ValueError, match=f"line='{line}'.*was given a new value"):
        late.backward()


def test_it_decorates():
    @mg.lines()
    def model(w):
        return w * w

    assert model(mg.Var(2.0)).line.startswith("test_places.py:")


def test_numpys_warnings_point_at_the_users_line():
    x = mg.Var([0.0, 1.0])
    with mg.lines(), pytest.warns(RuntimeWarning, match="divide by zero encountered in log") as got:
        y, line = mg.log(x), here()
    assert f"test_places.py:{got[0].lineno}" == line and got[0].filename == __file__
    with mg.lines(), pytest.warns(RuntimeWarning, match="encountered in a gradient") as got:
        y.sum().backward()
    assert got[0].filename == __file__
    with mg.lines(), np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("error")
        mg.log(x)  # as asked for
    with mg.lines(), np.errstate(all="raise"), pytest.raises(FloatingPointError):
        mg.log(x)
