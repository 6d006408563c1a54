"""Array programs under numba: what each room's ops become, and an equation that can't is named."""

import numpy as np
import pytest

import minigrad as mg

numba = pytest.importorskip("numba", reason="numba, the extra `fast`, is not installed")

RNG = np.random.default_rng(0)
A, V, LABELS = RNG.normal(size=(3, 4)), RNG.normal(size=3), np.array([1.0, 0.0, 1.0])
SQUARE = RNG.normal(size=(3, 3))
DRAWS = mg.constant(RNG.normal(size=(5, 3)))


def elementwise(x):
    chosen = mg.where(x > 0.3, mg.sigmoid(x), mg.softplus(x))
    kinks = mg.relu(x) * mg.clip(x, -0.5, 0.5) + mg.maximum(x, 0.1)
    special = mg.erf(x) + mg.lgamma(x * x + 1.0) + mg.digamma(x * x + 1.0)
    return mg.sum(chosen + kinks + special + mg.logaddexp(x, 0.3) + mg.power(x * x, 1.5))


def reductions(x):
    rows = mg.sum(x, axis=1) * mg.max(x, axis=1) + mg.logsumexp(x, axis=1)
    shares = mg.softmax(x, axis=0) * x + mg.log_softmax(x, axis=-1)
    middle = x - mg.mean(x, axis=0, keepdims=True)
    return (
        mg.sum(rows) + mg.sum(shares * shares) + mg.prod(x[0]) + mg.sum(mg.cumsum(middle, axis=1))
    )


def shapes(x):
    parts = x[1:, ::2] * 2.0, mg.reshape(x.T, (2, 6))[:, :2], x[np.array([0, 2])][:, 1:3]
    joined = mg.concatenate([mg.stack(parts, axis=1)[:, 0], parts[1]], axis=0)
    spread = mg.broadcast_to(x[0], (3, 4)) * x[:, None, 0]
    return mg.sum(joined * joined) + mg.sum(spread) + x[0, 1] * x[-1, -1] + mg.sum(x @ np.ones(4))


def matrices(x, b):
    p = x @ x.T + np.eye(3)
    low = mg.cholesky(p)
    batch = mg.stack([p, x]) @ x
    return (
        mg.sum(mg.solve(p, b) * mg.solve_triangular(low, b))
        + mg.logdet(p)
        + mg.sum(mg.inv(p))
        + mg.sum(mg.tril(batch, 1) ** 2)
        + mg.sum(mg.einsum("ij,kj->ik", x, p) * mg.outer(b, b))
    )


def gaussian(mean, free, eps):
    q = mg.MultivariateNormal.from_unconstrained(mean, free)
    return mg.sum(q.transform(eps) ** 2) + mg.sum(q.log_prob(eps)) + q.entropy()


def discrete(logits, scores):
    category = mg.Categorical(logits=scores).log_prob(np.array([1.0, 3.0, 0.0]))
    return mg.sum(mg.Bernoulli(logits=logits).log_prob(LABELS)) + mg.sum(category)


def gamma(concentration):
    return mg.sum(mg.Gamma(concentration, 2.0).log_prob(np.array([1.0, 2.0, 0.5])))


class Interpreted:
    """What `njit` gives, without its compiler, which takes some ten seconds a program."""

    def __init__(self, function):
        self.function = function

    def compile(self, signature):
        pass

    def __call__(self, *args):
        return self.function(*args)


CASES = {
    "elementwise": (elementwise, [A]),
    "reductions": (reductions, [A]),
    "shapes": (shapes, [A]),
    "matrices": (matrices, [SQUARE, V]),
    "gaussian": (gaussian, [V, SQUARE, DRAWS]),
    "discrete": (discrete, [V, A]),
    "gamma": (gamma, [np.exp(V)]),
}


def agrees(f, args):
    program = mg.trace(f, *args)
    given = [x.value if isinstance(x, mg.Var) else x for x in args]
    jitted = program.jit()
    assert type(jitted) is mg.Program and jitted.inputs == program.inputs
    value, slopes = jitted.value_and_grad(*given)
    truth, exact = program.value_and_grad(*given)
    np.testing.assert_allclose(value, truth, rtol=1e-9)
    for a, b in zip(slopes, exact, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(jitted(*given), truth, rtol=1e-9)


@pytest.mark.parametrize("case", CASES)
def test_the_text_for_numba_has_the_programs_numbers(case, monkeypatch):
    monkeypatch.setattr(numba, "njit", lambda **_: Interpreted)
    agrees(*CASES[case])


@pytest.mark.parametrize("case", ["elementwise", "reductions", "shapes", "matrices"])
def test_numba_finds_the_programs_numbers(case):
    """Compiled without the way back: its lines are of the same kinds, and twice as many."""
    f, args = CASES[case]

    def forward(x, b):
        given = [mg.stop_gradient(x), mg.stop_gradient(b)][: len(args)]
        return f(*given) + mg.sum(x) + mg.sum(b * b)

    agrees(forward, [args[0], args[1] if len(args) > 1 else V])


@pytest.mark.parametrize("case", ["discrete", "gamma"])
def test_numba_finds_the_programs_gradients(case):
    agrees(*CASES[case])


def test_another_shape_is_refused():
    jitted = mg.trace(lambda x: mg.sum(x * x), np.ones(3)).jit()
    with pytest.raises(ValueError, match="x does not have the traced shape"):
        jitted.value_and_grad(np.ones(4))


def test_the_equation_that_numba_does_not_compile_is_named():
    program = mg.trace(lambda a: mg.Gamma(a, 1.0).rsample(RNG) * 1.0, 2.0)
    with pytest.raises(NotImplementedError, match=r"the line v1 = float\(gamma_quantile\(a, eps"):
        program.jit()
