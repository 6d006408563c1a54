"""A traced program: its numbers are the tape's, its text runs alone, bad input is refused."""

import ast
import copy
import inspect
import math
import pickle
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minigrad as mg
from minigrad.emit import tracing
from minigrad.engine.op import OPS
from minigrad.ops.row import each
from tests.engine.test_random_graphs import BINARY, UNARY
from tests.support.cases import CASES
from tests.support.checks import cases_of, ops
from tests.support.references import executed, noise, references, vae, vae_by_hand

GOLDEN = Path(__file__).with_name("golden")


def same(a, b):
    """Equal to the last bit, in shape and type too."""
    return type(a) is type(b) and np.array_equal(a, b, equal_nan=True)


def on_tape(f, *args):
    leaves = [mg.Var(x) for x in args]
    output = f(*leaves)
    return output.value, *mg.grad(output, leaves, allow_unused=True)


def flat(result):
    value, gradients = result
    return value, *gradients


def check(f, *args, again=True):
    """Program, its source run alone and the tape agree, a second trace too; the value alone too."""
    program = mg.trace(f, *args)
    found = flat(program.value_and_grad(*args))
    assert all(map(same, found, on_tape(f, *args)))
    if again:
        assert mg.trace(f, *args).source == program.source
    alone = flat(executed(program.listing(rescued=True))(*args))
    assert all(np.array_equal(a, b, equal_nan=True) for a, b in zip(found, alone, strict=True))
    assert same(program(*args), found[0])
    return program


def scalar(case):
    """A case's function as a scalar one in which every input takes part."""

    def f(*xs):
        y = case.f(*xs)
        weights = np.random.default_rng(1).uniform(0.5, 1.5, y.shape) if y.shape else 0.7
        return mg.sum(y * weights) + 0.0 * mg.sum(xs[0])

    return f


@pytest.mark.parametrize("name", sorted({case.name for case in CASES}))
def test_every_op(name):
    for i, case in enumerate(cases_of(name)):
        check(scalar(case), *case.inputs, again=i == 0)


def test_every_op_is_written():
    written = set()
    for case in CASES:
        leaves = [mg.Var(x) for x in case.inputs]
        written |= {row.op for row in mg.equations_of(scalar(case)(*leaves))}
    assert ops() - written == set()


# ---------------------------------------------------------------------------------- random programs

EDGES = [0.0, -0.0, 1.0, -1.0, 1e308, -1e308, 750.0, 1e-300, math.inf, -math.inf, math.nan]
NUMBERS = st.one_of(st.floats(-3.0, 3.0), st.sampled_from(EDGES))
ANY = [
    *UNARY,
    mg.exp,
    mg.log,
    mg.sqrt,
    mg.relu,
    mg.sign,
    mg.abs,
    mg.lgamma,
    mg.digamma,
    mg.tan,
    lambda x: 1.0 / x,
    lambda x: x + 0.0,
    lambda x: 1.0 * x,
    mg.arcsin,
    lambda x: mg.power(x, 0.3),
    lambda x: mg.where(x > 0.5, x, -2.0),
    lambda x: mg.minimum(x, 0.5),
    lambda x: mg.clip(x, -1, 1),
]
PAIRS = [*BINARY, mg.divide, mg.power, mg.maximum, mg.arctan2, lambda a, b: mg.where(a < b, a, b)]
STEPS = st.lists(st.tuples(*[st.integers(0, 99)] * 3), min_size=1, max_size=8)


def random_program(steps):
    def f(*leaves):
        nodes = list(leaves)
        for which, i, j in steps:
            a, b = nodes[i % len(nodes)], nodes[j % len(nodes)]
            chosen = which % (len(ANY) + len(PAIRS))
            nodes.append(ANY[chosen](a) if chosen < len(ANY) else PAIRS[chosen - len(ANY)](a, b))
        return mg.sum(nodes[-1]) + 0.0 * mg.sum(leaves[0])

    return f


@settings(max_examples=150, deadline=None)
@given(STEPS, st.lists(NUMBERS, min_size=1, max_size=3), st.lists(NUMBERS, min_size=3, max_size=3))
def test_random_scalar_programs(steps, inputs, others):
    """Traced at some numbers and called with others, at IEEE 754's edges as well."""
    f = random_program(steps)
    args, again = inputs, others[: len(inputs)]
    program = mg.trace(f, *args)
    source = executed(program.listing(rescued=True))
    for at in (args, again):
        found = flat(program.value_and_grad(*at))
        assert all(np.array_equal(a, b, equal_nan=True) for a, b in zip(found, flat(source(*at))))
        with np.errstate(all="ignore"):
            close(found, on_tape(f, *at))


def close(found, truth):
    """Equal, but for the last digits where NumPy's functions stand in for Python's."""
    for a, b in zip(found, truth, strict=True):
        assert type(a) is type(b)
        np.testing.assert_allclose(a, b, rtol=1e-13, atol=1e-300)


@settings(max_examples=60, deadline=None)
@given(STEPS, st.lists(st.sampled_from([(), (3,), (2, 3), (2, 1)]), min_size=1, max_size=3))
def test_random_array_programs(steps, shapes):
    f = random_program([(which % len(UNARY), i, j) for which, i, j in steps])
    rng = np.random.default_rng(len(steps))
    check(f, *(rng.normal(size=shape) if shape else 0.4 for shape in shapes))


@pytest.mark.parametrize("repeat", [lambda n: np.full(n, 1.37), lambda n: mg.broadcast_to(1.37, n)])
def test_a_product_with_one_number_repeated(repeat):
    """BLAS adds up numbers side by side in another order than one number seen many times."""
    rng = np.random.default_rng(0)
    for n in range(1, 30):
        check(lambda a, n=n: mg.sum((repeat((n,)) @ a) ** 2), rng.normal(size=(n, 5)))
        given = 1.37, rng.normal(size=(n, 5))
        program = mg.trace(lambda s, a, n=n: mg.sum(mg.broadcast_to(s, (n,)) @ a), *given)
        assert program(*given) == mg.sum(mg.broadcast_to(mg.Var(1.37), (n,)) @ given[1]).value


def test_second_derivatives():
    def slope(x, y):
        """d/dx of x³ sin y, whose own gradients are 6x sin y and 3x² cos y."""
        (d,) = mg.grad(x**2 * x * mg.sin(y), [x], create_graph=True)
        return d

    program = check(slope, 1.3, 0.4)
    _, (dxx, dxy) = program.value_and_grad(2.0, 0.5)
    assert math.isclose(dxx, 12.0 * math.sin(0.5)) and math.isclose(dxy, 12.0 * math.cos(0.5))
    assert math.isclose(program(2.0, 0.5), 12.0 * math.sin(0.5))


# ------------------------------------------------------------------------------- the three programs


@pytest.mark.parametrize("name", ["gaussian", "diagonal", "vae"])
@pytest.mark.parametrize(("language", "ending"), [("python", "py.txt"), ("javascript", "js.txt")])
def test_golden_listings(name, language, ending):
    program = references()[name]
    if language == "javascript" and name != "vae":
        with pytest.raises(ValueError, match="scalars only"):
            program.listing(language)
        return
    golden = GOLDEN / f"{name}.{ending}"
    assert program.listing(language) == golden.read_text(encoding="utf-8")


def operations(text):
    """Operators and calls in a Python text."""
    nodes = list(ast.walk(ast.parse(text)))
    return sum(isinstance(n, ast.BinOp | ast.UnaryOp | ast.Call) for n in nodes)


def test_the_vae_is_the_hand_written_step():
    program = references()["vae"]
    assert operations(program.source) <= 1.1 * operations(inspect.getsource(vae_by_hand))
    at = (0.3, -0.2, 0.5, 0.1, 1.7)
    np.testing.assert_allclose(flat(program.value_and_grad(*at)), vae_by_hand(*at), rtol=1e-12)


def test_names_comments_and_order():
    source = references()["vae"].source
    lines = [line.strip() for line in source.splitlines()]
    for line in ("z = mu + sigma * eps", "y = w * z + b", "loss = rec + kl", "# backward"):
        assert line in lines
    places = [lines.index(line) for line in ("# sampling", "# decoder", "# KL", "# backward")]
    assert places == sorted(places)
    assert all(len(line) <= 80 for line in lines if not line.startswith("# Raises"))


def test_unicode_names_stay_and_reserved_ones_get_a_suffix():
    def f(σ, ε, function, math):
        lambda_ = σ * ε
        new = mg.sin(lambda_ + function).named("class")
        return new * math * mg.exp(math).named("class")

    program = mg.trace(f, 1.0, mg.constant(0.5, kind="noise"), 2.0, 3.0)
    assert [x.name for x in program.inputs] == ["σ", "ε", "function_", "math_"]
    assert "class_ = " in program.source and "class__2 = " in program.source
    check(f, 1.0, 0.5, 2.0, 3.0)


def test_constants_in_a_source():
    def f(x):
        rows = x[np.array([0, 0, 2])] * np.array([1.0, math.nan, -0.0])
        return mg.sum(rows) * math.inf + mg.sum(x) * -0.0 + mg.sum(x * np.full(3, -math.inf))

    with np.errstate(all="ignore"):
        program = check(f, np.array([1.0, 2.0, 3.0]))
    assert "math.inf" in program.source and "math.nan" in program.source
    assert "-0.0" in program.source
    assert math.copysign(1.0, mg.trace(lambda x: x * -0.0, 1.0)(3.0)) == -1.0


# ----------------------------------------------------------------------------------------- IEEE 754


@pytest.mark.parametrize(
    ("f", "x"),
    [
        (mg.exp, 1000.0),
        (mg.log, 0.0),
        (mg.log, -1.0),
        (lambda x: 1.0 / x, 0.0),
        (lambda x: 1.0 / x, -0.0),
        (mg.sqrt, -1.0),
        (mg.sqrt, 0.0),
        (mg.digamma, 0.0),
        (lambda x: mg.power(x, 0.5), -8.0),
        (lambda x: mg.power(x, -1.0), 0.0),
        (mg.sin, math.inf),
        (mg.arcsin, 2.0),
        (mg.cosh, 1e3),
        (mg.expm1, 1e3),
        (mg.log1p, -1.0),
        (lambda x: 1.0 / mg.relu(x), -1.0),
        (mg.lgamma, -2.0),
        (lambda x: 1.0 / (x > 3.0), 1.0),
        (mg.lgamma, 1e306),
        (mg.tan, math.nan),
        (lambda x: mg.erf(x) / mg.arctan2(x, 1.0), 0.0),
        (lambda x: 1.0 / mg.maximum(x, 0.0), -5.0),
    ],
)
def test_where_python_raises_the_tape_answers(f, x):
    def g(x):
        return f(x) + 0.0 * x

    with np.errstate(all="ignore"):
        truth = on_tape(g, x)
    program = mg.trace(g, 0.7)
    for run in (program.value_and_grad, executed(program.listing(rescued=True))):
        found = flat(run(x))
        assert all(isinstance(number, float) for number in found)
        assert np.array_equal(found, truth, equal_nan=True)
    assert same(program(x), truth[0])


# ------------------------------------------------------------------------------ noise and arguments


def test_noise_becomes_an_argument():
    rng = np.random.default_rng(3)

    def f(mu, sigma):
        q = mg.Normal(mu, sigma)
        return mg.sum(q.rsample(rng, (4,)) ** 2) * q.sample(rng) + mg.noise(rng, name="shift")

    program = mg.trace(f, 0.5, 1.5)
    names = [(x.name, x.shape, x.kind) for x in program.inputs]
    assert names == [
        ("mu", (), "parameter"),
        ("sigma", (), "parameter"),
        ("eps", (4,), "noise"),
        ("eps_2", (), "noise"),
        ("shift", (), "noise"),
    ]
    eps = np.array([0.1, -0.4, 1.0, 2.0])
    z = 2.0 + 3.0 * eps
    value, (d_mu, d_sigma) = program.value_and_grad(2.0, 3.0, eps, -0.3, 0.25)
    wall = 2.0 + 3.0 * -0.3
    assert math.isclose(value, np.sum(z**2) * wall + 0.25)
    assert math.isclose(d_mu, np.sum(2.0 * z) * wall)
    assert math.isclose(d_sigma, np.sum(2.0 * z * eps) * wall)


def test_what_has_a_gradient():
    x = np.ones(3)
    f = mg.trace(lambda x, y, z: mg.sum(x * y) * z, x, mg.constant(x), mg.Var(2.0))
    assert [given.kind for given in f.inputs] == ["parameter", "constant", "parameter"]
    assert len(f.value_and_grad(x, 2 * x, 3.0)[1]) == 2
    chosen = mg.trace(lambda x, y: x * y, 2.0, mg.constant(3.0), wrt=1)
    assert chosen.value_and_grad(2.0, 3.0) == (6.0, (2.0,))
    assert mg.trace(lambda x, y: x * y, 2.0, 3.0, wrt=()).value_and_grad(2.0, 3.0) == (6.0, ())
    assert mg.trace(lambda x, y: 1.0 * x, 2.0, x).value_and_grad(2.0, x)[1][1].tolist() == [0] * 3


def test_live_comparisons():
    program = mg.trace(lambda x: mg.where(x > 1.0, x * x, -x) * (x < 9.0), 3.0)
    assert program.value_and_grad(0.5) == (-0.5, (-1.0,))
    assert program.value_and_grad(3.0) == (9.0, (6.0,))
    assert program.value_and_grad(10.0) == (0.0, (0.0,))


def test_arrays_that_come_back_are_the_callers_own():
    x = np.array([1.0, 2.0])
    program = mg.trace(lambda w, x: mg.sum(w * x), x, mg.constant(x))
    for run in (program.value_and_grad, executed(program.source)):
        _, (d_w,) = run(x, x)
        d_w *= 2.0
        assert x.tolist() == [1.0, 2.0]
    _, (a, b) = mg.trace(lambda a, b: mg.sum(mg.exp(a + b)), x, x).value_and_grad(x, x)
    assert not np.shares_memory(a, b)


def test_numbers_of_other_types():
    program = mg.trace(lambda x, y: x * y, 2.0, 3.0)
    found = flat(program.value_and_grad(np.float64(2.0), 3))
    assert found == (6.0, 3.0, 2.0) and all(type(x) is float for x in found)
    arrays = mg.trace(mg.sum, np.ones(2))
    assert arrays.value_and_grad([1, 2])[0] == 3.0
    assert arrays(np.array([1, 2], np.float32)) == 3.0
    assert program.value_and_grad(y=2.0, x=1.0)[0] == 2.0


# ---------------------------------------------------------------------------------------- bad input


def test_another_shape_is_refused_with_both():
    program = mg.trace(lambda x, y: mg.sum(x) * y, np.ones(3), 2.0)
    with pytest.raises(ValueError, match=r"x has shape \(4,\), but .* traced for \(3,\)"):
        program.value_and_grad(np.ones(4), 2.0)
    with pytest.raises(ValueError, match=r"y has shape \(3,\), but .* traced for \(\)"):
        program(np.ones(3), np.ones(3))
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'y'"):
        program(np.ones(3))
    with pytest.raises(TypeError, match="y is a Var, but a program takes numbers"):
        program(np.ones(3), mg.Var(1.0))
    unused = mg.trace(lambda x, y: x * 1.0, 2.0, 3.0)
    with pytest.raises(ValueError, match="y has shape"):
        unused.value_and_grad(1.0, np.ones(2))


@pytest.mark.parametrize(
    ("f", "args", "error", "message"),
    [
        (lambda x: x, [np.ones(3)], ValueError, r"needs a scalar, f returned shape \(3,\)"),
        (lambda x: 3.0, [1.0], TypeError, "returned a float, not a Var"),
        (lambda x: None, [1.0], TypeError, "returned a NoneType, not a Var"),
        (lambda x: x > 0.0, [1.0], ValueError, "depends on no parameter"),
        (lambda x: mg.stop_gradient(x), [1.0], ValueError, "depends on no parameter"),
        (lambda x, y: x, [1.0], TypeError, "do not fit the function.*'y'"),
        (lambda x: x, ["a"], TypeError, "a Var holds real numbers"),
        (lambda x: x * OUTSIDE, [1.0], ValueError, "the parameter outside is no argument"),
    ],
)
def test_refused(f, args, error, message):
    with pytest.raises(error, match=message):
        mg.trace(f, *args)


OUTSIDE = mg.Var(2.0, "outside")


def test_more_that_is_refused():
    with pytest.raises(ValueError, match="wrt names argument 2, there are 1"):
        mg.trace(mg.exp, 1.0, wrt=2)
    with pytest.raises(ValueError, match='"python" or "javascript", not \'c\''):
        mg.trace(mg.exp, 1.0).listing("c")
    data = np.random.default_rng(0).normal(size=(200, 100))
    with pytest.raises(ValueError, match=r"\(200, 100\) is too large .* 10,000 numbers: pass it"):
        mg.trace(lambda x: mg.sum(x * data), 1.0)

    many = [np.random.default_rng(i).normal(size=9_000) for i in range(6)]
    with pytest.raises(ValueError, match=r"hold 54,000 numbers, at most 50,000 .* as arguments"):
        mg.trace(lambda x: sum(mg.sum(x * data) for data in many), 1.0)


def test_nests_of_parameters_become_arguments():
    params = {"w": mg.Var([1.0, 2.0]), "layers": [mg.Var(3.0), {"b": 4.0}]}

    def f(params, x):
        inner = params["layers"]
        return mg.sum(params["w"] * x) * inner[0] + inner[1]["b"]

    program = mg.trace(f, params, mg.constant(2.0))
    assert [x.name for x in program.inputs] == [
        "params_w",
        "params_layers_0",
        "params_layers_1_b",
        "x",
    ]
    value, (w, a, b) = program.value_and_grad(np.array([1.0, 2.0]), 3.0, 4.0, 2.0)
    assert (value, w.tolist(), a, b) == (22.0, [6.0, 6.0], 6.0, 1.0)


def test_too_long(monkeypatch):
    monkeypatch.setattr(tracing, "MOST_EQUATIONS", 100)

    def f(x):
        for _ in range(60):
            x = mg.sin(x) * 1.1
        return x

    with pytest.raises(ValueError, match=r"18\d equations, .* at most 100: trace one step"):
        mg.trace(f, 1.0)


def test_a_python_branch_is_told_of_once():
    def f(x):
        for _ in range(3):
            if x > 0:
                x = x * 2.0
        return x

    line = f.__code__.co_firstlineno + 2
    with pytest.warns(UserWarning, match=f"{Path(__file__).name}, line {line}: Python") as warned:
        program = mg.trace(f, 1.0)
    assert len(warned) == 1 and program(-1.0) == -8.0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert bool(mg.Var(1.0) > 0.0)


def test_a_failing_function_leaves_nothing_behind():
    def f(x):
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        mg.trace(f, 1.0)
    assert sys.getprofile() is None
    assert bool(mg.Var(1.0) > 0.0)


# ------------------------------------------------------------------------------------------- numba


def test_jit():
    pytest.importorskip("numba", reason="numba, the extra `fast`, is not installed")
    import numba

    program = references()["vae"]
    step = program.jit().value_and_grad

    @numba.njit
    def train(eps, rate):
        mu, logvar, w, b = 0.0, -0.5, 0.1, 0.0
        for e in eps:
            _, (d_mu, d_logvar, d_w, d_b) = step(mu, logvar, w, b, e)
            mu, logvar = mu - rate * d_mu, logvar - rate * d_logvar
            w, b = w - rate * d_w, b - rate * d_b
        return mu, logvar, w, b

    eps = np.random.default_rng(0).standard_normal(2_000)
    params = [0.0, -0.5, 0.1, 0.0]
    for e in eps.tolist():
        _, gradients = program.value_and_grad(*params, e)
        params = [p - 1e-2 * g for p, g in zip(params, gradients, strict=True)]
    np.testing.assert_allclose(train(eps, 1e-2), params, rtol=1e-9, atol=1e-12)
    for f in (mg.exp, lambda x: 1.0 / (1000.0 - x), mg.lgamma, mg.digamma, mg.softplus):
        traced = mg.trace(lambda x, f=f: f(x) + 0.0 * x, 1.0)
        found = flat(traced.jit().value_and_grad(1000.0))
        truth = flat(traced.value_and_grad(1000.0))
        np.testing.assert_allclose(found, truth, rtol=1e-13)


def test_no_numba_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "numba", None)
    with pytest.raises(ImportError, match=r"minigrad\[fast\]"):
        mg.trace(mg.exp, 1.0).jit()


def test_example_of_the_reference_module():
    program = mg.trace(vae, 0.0, -0.5, 0.1, 0.0, noise())
    assert "vae" in repr(program) and [x.kind for x in program.inputs][-1] == "noise"


def test_an_op_without_texts_has_no_program_and_says_so():
    @each(lambda g, y, x: g * y)
    def bump(x):
        return np.exp(x)

    try:
        with pytest.raises(ValueError, match="the op bump has no text for a program: give its row"):
            mg.trace(bump, 0.3)
        assert mg.step_through(bump(mg.Var(0.3))).text()
    finally:
        del OPS["bump"]


def test_a_program_can_be_pickled_and_copied():
    program = mg.trace(lambda x, y: mg.sum(x[1:] * y) + mg.sum(x[:, None][::2]), np.ones(3), 2.0)
    x = np.array([1.0, 2.0, 3.0])
    for other in (pickle.loads(pickle.dumps(program)), copy.deepcopy(program), copy.copy(program)):
        assert other.source == program.source
        value, (dx, dy) = other.value_and_grad(x, 3.0)
        truth, (tx, ty) = program.value_and_grad(x, 3.0)
        assert (value, dy) == (truth, ty) and np.array_equal(dx, tx)


def test_equations_say_why_they_can_not():
    equations = mg.equations_of(mg.sin(mg.Var(1.0)))
    for attempt in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="Equations hold the rules of their ops.*mg.trace"):
            attempt(equations)
