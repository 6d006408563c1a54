"""Sources of randomness, shapes and numbers of samples, given to draws and estimators."""

import reprlib
from random import Random

import numpy as np

import minigrad as mg
from tests.hostile.trial import Trial

RNGS = [
    *(None, 0, 1, -1, True, 2**70, 1.0, "rng", (), (3,), [1], np.random, np.random.RandomState(0)),
    *(np.random.PCG64(0), np.random.SeedSequence(0), np.int64(3), len, np.random.default_rng, {}),
]
SHAPES = [
    *((), (3,), [2, 1], 0, 1, 4, (0,), (2, 0), (1, 1), -1, (-2,), 1.0, "3", None, (1.5,), 2**70),
    *(
        (2**40, 2**40),
        np.int64(2),
        np.array([2, 1]),
        np.array(2),
        True,
        ((1,),),
        {1},
        (None,),
        b"a",
    ),
]
SAMPLES = [1, 2, 33, 100, 0, -1, 1.0, "10", None, (), (3,), True, np.int64(5), np.array(3), len, {}]


def problem(mu: mg.Var, sigma: mg.Var) -> tuple[mg.Normal, object]:
    return mg.Normal(mu, sigma), mg.square


def a_draw(rng: Random) -> Trial:
    """A draw of the shape that NumPy's generator gives, or an estimate of that many samples."""
    right = rng.random() < 0.7
    source = np.random.default_rng(0) if right else rng.choice(RNGS)
    if rng.random() < 0.15:
        return _estimate(rng, source)
    return _draw(rng, source)


def _draw(rng: Random, source: object) -> Trial:
    shape = rng.choice(SHAPES)
    q = mg.Normal([0.0, 1.0], mg.Var(2.0))
    name, call, event = rng.choice(
        (
            ("mg.noise", lambda: mg.noise(source, shape), ()),  # type: ignore[arg-type]
            ("q.rsample", lambda: q.rsample(source, shape), (2,)),  # type: ignore[arg-type]
            ("q.sample", lambda: q.sample(source, shape), (2,)),  # type: ignore[arg-type]
            ("q.noise", lambda: q.noise(source, shape), (2,)),  # type: ignore[arg-type]
        )
    )

    def check(found: object) -> str:
        if shape is True or not isinstance(found, mg.Var):
            return f"it gives a {type(found).__name__}"
        wanted = (*np.random.default_rng(0).normal(size=shape).shape, *event)  # type: ignore
        return "" if found.shape == wanted else f"the shape is {found.shape}, not {wanted}"

    return Trial(f"{name}({reprlib.repr(source)}, {shape!r})", call, check)


def _estimate(rng: Random, source: object) -> Trial:
    samples = rng.choice(SAMPLES)
    estimator = rng.choice(
        (mg.pathwise, mg.score_function, mg.measure_valued, mg.finite_difference)
    )
    params = rng.choice(
        ([0.5, 1.5],) * 4 + ([0.5], [], 0.5, None, [0.5, -1.0], [np.nan, 1.0], "ab")
    )
    params = [mg.Var(p) for p in params] if params == [0.5, 1.5] and rng.random() < 0.3 else params

    def check(found: object) -> str:
        shapes = [np.shape(g) for g in found.grads]  # type: ignore[attr-defined]
        right = shapes == [()] * 2 and found.samples >= 1  # type: ignore[attr-defined]
        finite = np.isfinite([found.value, *found.grads]).all()  # type: ignore[attr-defined]
        return "" if right and finite else f"the estimate is {found!r}"

    shown = f"mg.{estimator.__name__}(problem, {params!r}, {samples!r}, {reprlib.repr(source)})"
    return Trial(shown, lambda: estimator(problem, params, samples, source), check)
