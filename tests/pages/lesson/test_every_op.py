"""What JavaScript computes in the page is what Python computes: every elementwise op, each node."""

import numpy as np
import pytest

import minigrad as mg
from minigrad.engine.op import OPS
from tests.support.checks import ops
from tests.support.random_scalars import GROUPS, SETTINGS, program

RTOL = dict.fromkeys(GROUPS, 1e-12) | {"special": 1e-10}


def fresh(group, mu, sigma):
    """The equations of a new run in Python, but for plain numbers, which have no row."""
    output = program(group, mu, sigma)
    output.backward()
    return {f"n{row.position}": row for row in mg.equations_of(output) if not row.is_literal}


@pytest.mark.parametrize("group", GROUPS)
def test_every_node_is_that_of_a_fresh_run_wherever_the_knobs_stand(stepper, group):
    page = stepper(program(group, *SETTINGS[0]))
    assert page.error <= RTOL[group]
    page.go(page.last)
    for mu, sigma in SETTINGS:
        page.turn("mu", mu)
        page.turn("sigma", sigma)
        rows, wanted = page.rows(), fresh(group, mu, sigma)
        assert list(rows) == list(wanted)
        for node, row in wanted.items():
            grad = None if not row.requires_grad else "" if row.grad is None else row.grad
            assert_equal(rows[node].value, row.value, RTOL[group], node)
            assert_equal(rows[node].grad, grad, RTOL[group], node)


def assert_equal(found, wanted, rtol, node):
    if isinstance(wanted, float) and isinstance(found, float):
        np.testing.assert_allclose(found, wanted, rtol=rtol, atol=1e-14, err_msg=node)
    else:
        assert found == wanted, node


def test_every_elementwise_op_is_in_them():
    elementwise = {name for name in ops() if OPS[name].elementwise}
    used = {row.op for group in GROUPS for row in fresh(group, *SETTINGS[0]).values()}
    assert elementwise <= used


def test_a_where_and_a_maximum_switch_between_the_settings():
    sides = set()
    for setting in SETTINGS:
        rows = list(fresh("switches", *setting).values())
        largest, condition = (next(r for r in rows if r.op == op) for op in ("maximum", "greater"))
        sides.add((condition.value, largest.value == setting[0]))
    assert len(sides) == 3
