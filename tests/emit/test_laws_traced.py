"""A program of a distribution is right at other numbers than those that it was traced at."""

import ast
import warnings

import numpy as np
import pytest

import minigrad as mg
from minigrad.emit.copies import helpers_of, tree_of
from minigrad.engine.op import OPS
from tests.support.families import TABLE

CURVES = ["log_prob", "cdf", "log_survival", "icdf"]
MOMENTS = ["mean", "variance", "mode", "entropy"]
OUTCOMES = [-1.0, 0.0, 0.25, 0.5, 1.0, 2.0, 2.5, np.nan]
first = {row.name: row.make for row in reversed(TABLE)}
of_numbers = [make for make in first.values() if not make().event_shape and not make().batch_shape]


def name_of(make):
    return type(make()).__name__


def given(d):
    """The numbers among what the constructor takes."""
    return {k: x for k, x in d._shown().items() if isinstance(x, float | np.ndarray)}


def pairs():
    """For each family two of its rows, with numbers of the same shapes."""
    for name in first:
        rows = [row.make() for row in TABLE if row.name == name]
        shapes = [{k: np.shape(x) for k, x in given(d).items()} for d in rows]
        for one, other in zip(rows, rows[1:], strict=False):
            if given(one) and shapes[rows.index(one)] == shapes[rows.index(other)]:
                yield pytest.param(one, other, id=name)
                break


def traced(f, *at):
    """The program, or None where nothing in it depends on its arguments or f is refused."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return mg.trace(f, *at)
    except (NotImplementedError, TypeError, ValueError) as error:
        assert "has no" in str(error) or "depends on no" in str(error) or "a float" in str(error)
    except UserWarning as warning:
        assert "sum over the counts" in str(warning)
    return None


@pytest.mark.parametrize("make", of_numbers, ids=name_of)
@pytest.mark.parametrize("curve", CURVES[:3])
def test_at_other_outcomes(make, curve):
    d = make()

    def f(z):
        return getattr(d, curve)(z) + z * 0.0

    program = traced(f, 0.5)
    for z in OUTCOMES if program else []:
        np.testing.assert_allclose(program(z), mg.distributions.parameters.value_of(f(z)), 1e-12)


@pytest.mark.parametrize(("one", "other"), [*pairs()])
@pytest.mark.parametrize("what", CURVES + MOMENTS)
def test_at_other_parameters(one, other, what):
    names, own = given(one), {k: x for k, x in one._shown().items() if k not in given(one)}
    z = 0.3 if what == "icdf" else one.sample(np.random.default_rng(0)).value

    def f(*xs):
        found = getattr(type(one)(**own, **dict(zip(names, xs, strict=True))), what)
        return mg.sum(found if what in MOMENTS[:3] else found() if what == "entropy" else found(z))

    if program := traced(f, *names.values()):
        at = given(other).values()
        np.testing.assert_allclose(program(*at), f(*at), 1e-9)


def test_the_entropy_of_counts_is_warned_of():
    with pytest.warns(UserWarning, match="sum over the counts that matter"):
        mg.trace(lambda rate: mg.Poisson(rate).entropy(), 2.0)


def test_helpers_of_all_ops_have_names_of_their_own_and_all_that_they_call():
    texts = [text for row in OPS.values() for text in (row.numpy, row.python)]
    found = helpers_of([text for text in texts if isinstance(text, str)], list(OPS), {})
    for helper in found.values():
        if hasattr(helper, "__globals__"):
            names = {n.id for n in ast.walk(tree_of(helper)) if isinstance(n, ast.Name)}
            missing = (names & set(helper.__globals__)) - set(found) - {"np", "math"}
            assert not missing - set(helper.__code__.co_varnames), (helper, missing)


def test_helpers_of_one_name_are_refused():
    with pytest.raises(ValueError, match="different helpers named _FAR_BELOW: rename one"):
        helpers_of(["_FAR_BELOW", "_log_normal_cdf"], ["log_normal_cdf"], {"_FAR_BELOW": 2.0})


def test_programs_that_join_two_rooms():
    x = mg.TruncatedNormal(0.0, 1.0, -1.0, 2.0), mg.VonMises(0.2, 3.0), mg.Gamma(2.0, 1.0)

    def f(z):
        return sum(q.cdf(z) for q in x) + mg.log_normal_cdf(-40.0 * z) + mg.lgamma(z)

    assert mg.trace(f, 0.5)(1.5) == pytest.approx(f(1.5), rel=1e-14)
