"""JavaScript listings, run by Node.js: the numbers are those of the Python program."""

import json
import math
import shutil
import subprocess

import numpy as np
import pytest

import minigrad as mg
from minigrad.engine.op import OPS
from tests.support.cases import CASES
from tests.support.references import references

needs_node = pytest.mark.skipif(
    shutil.which("node") is None, reason="Node.js, which runs the listings, is not installed"
)
SPECIAL = ("lgamma", "erf", "digamma", "polygamma")  # sums of series here, of libm there


def run(calls):
    """What each (program, arguments) returns under Node.js: the value and the gradients."""
    blocks = []
    for program, args in calls:
        listing = program.listing("javascript")
        name = listing.rpartition("function ")[2].partition("(")[0]
        given = ", ".join(number(x) for x in args)
        blocks.append(
            f"{{ {listing}\nconst [v, d] = {name}({given}); out.push([v, ...d].map(String)); }}"
        )
    script = "\n".join(["const out = [];", *blocks, "console.log(JSON.stringify(out));"])
    done = subprocess.run(["node", "-"], input=script, capture_output=True, text=True, check=True)
    return [[float(x.replace("Infinity", "inf")) for x in row] for row in json.loads(done.stdout)]


def number(x):
    return repr(x).replace("inf", "Infinity").replace("nan", "NaN")


def agree(calls, rtol):
    for (program, args), found in zip(calls, run(calls), strict=True):
        with np.errstate(all="ignore"):
            value, gradients = program.value_and_grad(*args)
        np.testing.assert_allclose(
            found, [value, *gradients], rtol=rtol, atol=1e-300, err_msg=f"{program} {args}"
        )


def scalar_cases(special):
    """A program for each case of scalars, its arguments and the ops in it."""
    for case in CASES:
        if not any(np.shape(x) for x in case.inputs):
            f = mg.trace(lambda *xs, f=case.f: mg.sum(f(*xs)) * 0.7 + 0.0 * xs[0], *case.inputs)
            used = {step.op for step in f._code.steps if step.op}
            known = {op.name for op in OPS.values() if op.javascript}
            if used <= known and not any(step.shape for step in f._code.steps):
                if bool(used & {*SPECIAL}) == special:
                    yield f, case.inputs, used


@needs_node
@pytest.mark.parametrize(("special", "rtol"), [(False, 1e-12), (True, 1e-10)])
def test_every_scalar_op(special, rtol):
    agree([(f, inputs) for f, inputs, _ in scalar_cases(special)], rtol)


def test_no_scalar_op_is_left_out():
    """`power` with its constants folded, `stop_gradient` taken out: passes leave the others."""
    used = set().union(*(ops for special in (True, False) for _, _, ops in scalar_cases(special)))
    public = {OPS[name].name for name in OPS if name in mg.ops.__all__}
    assert {name for name in public if OPS[name].elementwise} - used <= {"stop_gradient"}


@needs_node
def test_special_functions_everywhere():
    """Not next to the zeros of lgamma at 1 and 2, where Python's own errs by 1e-8 and more."""
    points = [*np.linspace(-8.37, 9.1, 90), 30.0, 100.0, 1e5, 1e18, 1e-9, 1e-300, -1e-9, 6.1, 2.99]
    calls = []
    for f in (mg.lgamma, mg.erf, mg.digamma):
        program = mg.trace(f, 1.3)
        calls += [(program, (float(x),)) for x in points]
    agree(calls, 1e-10)


@needs_node
def test_at_the_edges():
    edges = [0.0, -0.0, 1.0, -1.0, 1000.0, -3.0, math.inf, -math.inf, math.nan, 1e308]
    ops = [op for op in OPS.values() if op.elementwise and op.javascript and not op.defaults]
    ops = [op for op in ops if op.forward.__module__.startswith("minigrad.ops")]
    calls = []
    for op in ops:
        if len(op.rules) == 1:
            f = mg.trace(lambda x, op=op: op.function(x) + 0.0 * x, 0.7)
            calls += [(f, (x,)) for x in edges]
        elif len(op.rules) == 2:
            f = mg.trace(lambda x, y, op=op: op.function(x, y) + 0.0 * x + 0.0 * y, 0.7, 1.2)
            calls += [(f, (x, y)) for x in edges for y in edges]
    agree(calls, 1e-10)


@needs_node
def test_conditions_numbers_and_names():
    def f(let, σ):
        choice = mg.where(let, σ * 1e16, -math.inf) + mg.where(let > σ, 1.0, -0.0)
        return mg.maximum(mg.minimum(choice, 1e300), -mg.negative(σ - -2.0)) + 0.0 * let

    program = mg.trace(f, 1.0, 2.0)
    assert "function f_and_grad(let_, σ)" in program.listing("javascript")
    agree([(program, args) for args in ((0.0, 2.0), (3.0, 0.5), (math.nan, 1.0))], 1e-12)


@needs_node
def test_the_vae_step():
    program = references()["vae"]
    rng = np.random.default_rng(1)
    agree([(program, rng.normal(size=5).tolist()) for _ in range(20)], 1e-12)


def test_arrays_are_refused():
    with pytest.raises(ValueError, match=r"scalars only, but x has shape \(3,\)"):
        mg.trace(lambda x: mg.sum(x), np.ones(3)).listing("javascript")


def test_an_op_without_javascript_is_named():
    program = mg.trace(lambda x: OPS["poisson_quantile"].function(x, 0.5) + x, 2.0)
    with pytest.raises(ValueError, match="^poisson_quantile has no JavaScript: use listing"):
        program.listing("javascript")
