"""Errors and edges of the linear algebra and of einsum; their derivatives are in the table."""

import math

import numpy as np
import pytest

import minigrad as mg

ONES, EYE, V = np.ones((2, 2)), np.eye(2), np.ones(3)
STACK = np.stack([EYE, EYE])

# a call, what its message holds
ERRORS = [
    (lambda: mg.Var(EYE) @ V, r"\(2, 2\) and \(3,\).*2 columns meet 3 rows"),
    (lambda: V @ mg.Var(ONES), r"\(3,\) and \(2, 2\).*3 columns meet 2 rows"),
    (lambda: mg.matmul(V, 2.0), r"\(3,\) and \(\).*use \*"),
    (
        lambda: mg.matmul(np.ones((2, 2, 3)), np.ones((3, 3, 2))),
        r"\(2, 2, 3\) and \(3, 3, 2\) do not broadcast",
    ),
    (lambda: mg.einsum("ij,jk", EYE, np.ones((3, 2))), "'j' has length 2 and 3"),
    (lambda: mg.einsum("...i,...i->...", EYE, np.ones((3, 2))), "'...' has length 2 and 3"),
    (lambda: mg.einsum("...i,i->i", EYE, V[:2]), "output must keep the axes of '...'"),
    (lambda: mg.einsum("ij,jk", EYE), "names 2 arrays, 1"),
    (lambda: mg.einsum("ijk", EYE), "'ijk' does not fit an array of 2"),
    (lambda: mg.einsum("ij->ik", EYE), "output names each index once"),
    (lambda: mg.einsum("ij->ii", EYE), "output names each index once"),
    (lambda: mg.solve(ONES, V), r"\(2, 2\) needs b with 2 rows, not shape \(3,\)"),
    (lambda: mg.solve(ONES, mg.Var(np.ones(2))), "singular"),
    (lambda: mg.solve(np.ones((2, 3)), V), r"square matrix, not shape \(2, 3\)"),
    (lambda: mg.solve(STACK, np.ones(2)), r"\(2, 2, 2\) needs b"),
    (lambda: mg.solve(STACK, np.ones((3, 2, 1))), r"\(2, 2, 2\) and \(3, 2, 1\) do not broadcast"),
    (lambda: mg.solve_triangular(STACK, np.ones((3, 2, 1))), r"\(2, 2, 2\) and \(3, 2, 1\) do not"),
    (lambda: mg.solve_triangular(ONES - EYE, np.ones(2)), "diagonal holds a 0"),
    (lambda: mg.inv(ONES), "singular"),
    (lambda: mg.inv(np.ones((2, 3))), r"square matrix, not shape \(2, 3\)"),
    (lambda: mg.logdet(V), r"square matrix, not shape \(3,\)"),
    (lambda: mg.cholesky(np.array([[1.0, 2.0], [2.0, 1.0]])), "smallest eigenvalue.* -1.*identity"),
    (lambda: mg.cholesky(mg.Var([[1.0, 2.0], [0.0, 1.0]])), "not symmetric.* 2"),
    (lambda: mg.cholesky(V), r"square matrix, not shape \(3,\)"),
]


@pytest.mark.parametrize("call, message", ERRORS)
def test_error(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_solve_triangular_does_not_read_the_other_triangle():
    a = mg.Var([[2.0, math.nan], [1.0, 4.0]])
    y = mg.solve_triangular(a, np.array([2.0, 5.0]))
    assert y.value.tolist() == [1.0, 1.0]
    assert mg.grad(mg.sum(y), [a])[0].tolist() == [[-0.375, 0.0], [-0.25, -0.25]]


def test_the_gradient_of_cholesky_is_symmetric():
    x = mg.Var([[4.0, 1.0], [1.0, 3.0]])
    (d,) = mg.grad(mg.sum(mg.cholesky(x)), [x])
    assert d[0, 1] == d[1, 0]


def test_the_gradient_of_cholesky_follows_the_units_to_the_last_bit():
    """Of D x D for powers of two it is D⁻¹ d D⁻¹: no row of a factor is exchanged for another."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(6, 9))
    spd, g = x @ x.T, rng.normal(size=(6, 6))
    units = np.array([2.0**-40, 1.0, 2.0**30, 2.0**-9, 2.0**50, 4.0])
    (d,) = mg.grad(mg.sum(g * mg.cholesky(v := mg.Var(spd))), [v])
    scaled = mg.Var(spd * np.outer(units, units))
    (e,) = mg.grad(mg.sum(g * mg.cholesky(scaled) / units[:, None]), [scaled])
    assert np.array_equal(e, d / np.outer(units, units))


def test_logdet_at_the_edges():
    assert mg.logdet(ONES) == -math.inf
    assert math.isnan(mg.logdet(-EYE[:1, :1]))
    assert mg.logdet(-EYE) == 0.0


@pytest.mark.parametrize("n", [1, 2, 5])
def test_logdet_of_a_factor_is_twice_the_sum_of_its_log_diagonal(n):
    x = np.random.default_rng(n).normal(size=(n, n))
    spd = mg.Var(x @ x.T + n * np.eye(n))
    factor = mg.cholesky(spd)
    both = mg.logdet(spd), 2.0 * mg.sum(mg.log(mg.diag(factor)))
    np.testing.assert_allclose(both[0].value, both[1].value, rtol=1e-12)
    (first,), (second,) = (mg.grad(y, [spd]) for y in both)
    np.testing.assert_allclose(first, second, rtol=1e-10, atol=1e-14)
