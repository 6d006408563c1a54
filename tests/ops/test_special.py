"""The special functions against SciPy over their whole range; derivatives are in the table."""

import math

import numpy as np
import pytest
import scipy.special
from hypothesis import given, settings
from hypothesis import strategies as st

import minigrad as mg

EULER = 0.5772156649015329


@settings(deadline=None, derandomize=True)
@given(st.floats(1e-8, 1e8))
def test_digamma_and_polygamma_against_scipy(x):
    np.testing.assert_allclose(mg.digamma(x), scipy.special.digamma(x), rtol=1e-12, atol=1e-14)
    for order in (1, 2, 3):
        np.testing.assert_allclose(
            mg.polygamma(x, order), scipy.special.polygamma(order, x), rtol=1e-12
        )


@settings(deadline=None, derandomize=True)
@given(st.floats(-50.0, -1e-6))
def test_digamma_below_zero_against_scipy(x):
    near = min(1.0, abs(x - round(x)) or 1.0)
    np.testing.assert_allclose(
        mg.digamma(x), scipy.special.digamma(x), rtol=1e-9 / near, atol=1e-12
    )


@settings(deadline=None, derandomize=True)
@given(st.floats(-10.0, 10.0), st.floats(1e-300, 1e10))
def test_erf_and_lgamma_against_scipy(x, positive):
    np.testing.assert_allclose(mg.erf(x), scipy.special.erf(x), rtol=1e-14)
    np.testing.assert_allclose(
        mg.lgamma(positive), scipy.special.gammaln(positive), rtol=1e-12, atol=1e-14
    )


def test_known_values():
    assert mg.digamma(1.0) == pytest.approx(-EULER, rel=1e-14)
    assert mg.digamma(0.5) == pytest.approx(-EULER - 2.0 * math.log(2.0), rel=1e-14)
    assert mg.polygamma(1.0, 1) == pytest.approx(math.pi**2 / 6.0, rel=1e-14)
    assert mg.polygamma(0.5, 1) == pytest.approx(math.pi**2 / 2.0, rel=1e-14)
    assert mg.polygamma(1e-160, 1) == math.inf


@pytest.mark.parametrize("order", [0, -1, 1.5, None])
@pytest.mark.parametrize("x", [2.0, mg.Var(2.0), mg.Var([2.0, 3.0])], ids=["float", "Var", "array"])
def test_polygamma_wants_an_order(x, order):
    with pytest.raises(ValueError, match=f"order is 1, 2, …, not {order}"):
        mg.polygamma(x, order)


@pytest.mark.parametrize(
    "low, high", [(1.0, -1.0), (1.0, 1.0), (math.nan, 1.0), (0.0, np.array([1.0, -1.0]))]
)
def test_soft_clip_wants_an_interval(low, high):
    with pytest.raises(ValueError, match="soft_clip needs low < high"):
        mg.soft_clip(mg.Var(0.0), low, high)


def test_soft_clip_stays_inside_and_never_goes_flat():
    x = mg.Var([-30.0, -5.0, 0.0, 5.0, 30.0])
    y = mg.soft_clip(x, -4.0, 4.0)
    assert np.all(np.abs(y.value) < 4.0)
    assert np.all(mg.grad(mg.sum(y), [x])[0] > 1e-12)
    np.testing.assert_allclose(y.value, -y.value[::-1], rtol=1e-12, atol=1e-15)
