"""What is checked of every case in `cases.py`; the tests and the mutants both run these."""

import numpy as np

import minigrad as mg
from minigrad.engine.op import OPS
from minigrad.engine.values import Shape, Value
from tests.support.cases import CASES, Case, Function


def names() -> set[str]:
    """What needs a case: every op of `minigrad.ops`, every public function there."""
    public = {name for name in mg.ops.__all__ if callable(getattr(mg.ops, name))}
    return public | ops()


def ops() -> set[str]:
    """The ops of `minigrad.ops`; those that the distributions bring along have tests of their own.

    They are differentiable once only, and need SciPy.
    """
    return {name for name, row in OPS.items() if row.forward.__module__.startswith("minigrad.ops.")}


def cases_of(name: str) -> list[Case]:
    return [case for case in CASES if case.name == name]


def check_value(case: Case) -> None:
    """Raw, and with one or all inputs as Vars: NumPy's numbers, as a float or a float64 array."""
    wanted = case.reference(*case.inputs)
    raw = case.f(*case.inputs)
    assert_value(raw, wanted)
    for variables in _choices(case):
        with mg.scope("a"):
            inside = case.f(*variables)
        with mg.no_grad():
            unrecorded = case.f(*variables)
        for y in (case.f(*variables), inside, unrecorded):
            assert isinstance(y, mg.Var)
            assert_value(y.value, raw, exactly=True)
        assert not unrecorded.requires_grad and not unrecorded.inputs


def check_analytic(case: Case) -> None:
    """Gradients against the case's own derivatives, recorded and not, whichever inputs are Vars."""
    y = case.f(*_leaves(case))
    seed = _weights(y.shape)
    for variables in _choices(case):
        wanted = [i for i, x in enumerate(variables) if isinstance(x, mg.Var)]
        output = case.f(*variables)
        for create_graph in (False, True):
            found = mg.grad(
                output,
                [variables[i] for i in wanted],
                seed=seed,
                create_graph=create_graph,
                allow_unused=True,
            )
            for i, gradient in zip(wanted, found, strict=True):
                truth = _summed(seed * case.first[i](*case.inputs), np.shape(case.inputs[i]))
                assert_close(_number(gradient), truth)
    if case.second:
        _check_second(case, seed)


def _check_second(case: Case, seed: Value) -> None:
    leaves = _leaves(case)
    gradients = mg.grad(case.f(*leaves), leaves, seed=seed, create_graph=True, allow_unused=True)
    for i, gradient in enumerate(gradients):
        weights = _weights(gradient.shape)  # of the gradient, so spread like it over the output
        for j, found in enumerate(mg.grad(gradient, leaves, seed=weights, allow_unused=True)):
            truth = _summed(
                weights * seed * case.second[i][j](*case.inputs), np.shape(case.inputs[j])
            )
            assert_close(found, truth)


def check_backward(case: Case) -> None:
    """`backward` leaves what `grad` returns; twice is twice as much."""
    leaves = _leaves(case)
    y = case.f(*leaves)
    if not y.requires_grad:
        return  # a comparison
    seed = _weights(y.shape)
    gradients = mg.grad(y, leaves, seed=seed, allow_unused=True)
    for times in (1.0, 2.0):
        y.backward(seed)
        for x, gradient in zip(leaves, gradients, strict=True):
            assert_close(np.zeros(x.shape)[()] if x.grad is None else x.grad, times * gradient)


def check_differences(case: Case) -> None:
    """First and second derivatives against central differences, at 1e-6.

    More than three numbers are moved all at once, along two random directions: what is wrong in
    one of them is wrong there too, and a case costs the same however large its arrays are.
    """
    if sum(np.size(x) for x in case.inputs) <= 3 or case.name == "where":  # which jumps at 0
        return mg.check_gradients(case.f, *case.inputs, order=2)
    rng = np.random.default_rng(2)
    ways = [
        [
            rng.choice([-1, 1], size=np.shape(x)) * rng.uniform(0.05, 0.15, np.shape(x))
            for x in case.inputs
        ]
        for _ in range(2)
    ]

    def along(s, t):
        moved = zip(case.inputs, *ways, strict=True)
        return case.f(*(mg.constant(x) + s * v + t * w for x, v, w in moved))

    mg.check_gradients(along, 0.0, 0.0, order=2)


def check_gradient(case: Case) -> None:
    """All that is checked of a case's gradients."""
    if case.first:
        check_analytic(case)
    check_differences(case)


# ------------------------------------------------------------------------------------- in detail


def assert_value(found: object, wanted: object, exactly: bool = False) -> None:
    if np.ndim(wanted):
        assert isinstance(found, np.ndarray) and found.dtype == np.float64
    else:
        assert type(found) is float
    assert np.shape(found) == np.shape(wanted)
    np.testing.assert_allclose(
        found, wanted, rtol=0.0 if exactly else 1e-12, atol=0.0 if exactly else 1e-14
    )


def assert_close(found: Value, truth: Value) -> None:
    """Equal but for rounding, in value and in shape."""
    assert np.shape(found) == np.shape(truth)
    np.testing.assert_allclose(found, truth, rtol=1e-9, atol=1e-13)


def _leaves(case: Case) -> list[mg.Var]:
    return [mg.Var(x) for x in case.inputs]


def _choices(case: Case) -> list[list[Value | mg.Var]]:
    """The inputs with all of them Vars, and with each one the only Var."""
    alone = [
        [mg.Var(x) if j == i else x for j, x in enumerate(case.inputs)]
        for i in range(len(case.inputs))
    ]
    return [_leaves(case), *(alone if len(alone) > 1 else [])]


def _weights(shape: Shape) -> Value:
    return np.random.default_rng(1).uniform(0.5, 1.5, shape) if shape else 0.7


def _number(gradient: Value | mg.Var) -> Value:
    return gradient.value if isinstance(gradient, mg.Var) else gradient


def _summed(x: Value, shape: Shape) -> Value:
    """`x` summed over what broadcasting had added to `shape`."""
    x = np.sum(x, axis=tuple(range(np.ndim(x) - len(shape))))
    for i, n in enumerate(shape):
        if n == 1:
            x = np.sum(x, axis=i, keepdims=True)
    return x


def run(check: Function, name: str) -> None:
    """One check on every case of an op."""
    for case in cases_of(name):
        check(case)
