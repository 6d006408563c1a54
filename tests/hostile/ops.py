"""Every op on every pair of shapes with sizes 0 and 1 among them, at usual and at edge numbers."""

import math
from collections.abc import Callable
from random import Random

import numpy as np
from scipy import special

import minigrad as mg
from minigrad.engine.op import OPS
from tests.hostile.trial import Trial, wrong_gradients, wrong_value
from tests.hostile.values import SHAPES

EDGES = [0.0, -0.0, 1.0, -1.0, 2.5, np.inf, -np.inf, np.nan, 1e308, -1e308, 5e-324, 1e-310, -3.0]


def _lgamma(x: float) -> float:
    """C's, which Python refuses at its poles; SciPy's is inf at subnormal numbers."""
    return math.inf if x <= 0.0 and x == np.floor(x) or x > 1e305 else math.lgamma(x)


def _rows(function: Callable[..., np.ndarray], x: np.ndarray) -> np.ndarray:
    """Along the last axis; inf in a row makes all of it nan, as in PyTorch."""
    if not x.size or not x.ndim:
        return x + 0.0 if x.size == 0 else function(x, axis=None)
    y = function(x, axis=-1)
    return np.where((x == np.inf).any(-1, keepdims=True), np.nan, y)


OTHERS = {
    **{"erf": special.erf, "erfc": special.erfc, "erfinv": special.erfinv, "logit": special.logit},
    **{"sigmoid": special.expit, "softplus": lambda x: np.logaddexp(x, 0.0)},
    **{"relu": lambda x: np.where(np.isnan(x), x, np.maximum(x, 0.0)), "betaln": special.betaln},
    **{"lgamma": np.vectorize(_lgamma, otypes=[float]), "digamma": special.digamma},
    **{"softmax": lambda x: _rows(special.softmax, x), "det": np.linalg.det},
    **{"log_softmax": lambda x: _rows(special.log_softmax, x)},
    **{
        "logsumexp": lambda x: np.logaddexp.reduce(x, axis=None),
        "median": lambda x: np.median(x / 4.0) * 4.0,
    },
    # At a scalar 0 NumPy's BLAS gives 0·inf as 0.
    **{"dot": lambda a, b: np.dot(a, b) if a.ndim and b.ndim else a * b},
    **{"inner": lambda a, b: np.inner(a, b) if a.ndim and b.ndim else a * b},
    **{"norm": lambda x: math.nan if np.isnan(x).any() else math.hypot(*np.ravel(x))},
}
ROUGH = {"erfinv", "lgamma", "digamma", "betaln", "det", "softmax", "log_softmax", "logsumexp"}
UNARY = """
    abs sign negative square sqrt exp expm1 log log1p sigmoid softplus relu sin cos tan arcsin
    arccos arctan sinh cosh tanh arcsinh arccosh arctanh erf erfc erfinv logit cbrt sinc lgamma
    digamma floor ceil trunc sum mean prod max min cumsum cumprod sort norm nansum nanprod nanmean
    nanmax nanmin ptp median transpose diag tril triu softmax log_softmax logsumexp ravel var std
    """.split()
BINARY = """
    add subtract multiply divide power maximum minimum logaddexp arctan2 hypot less less_equal
    greater greater_equal equal not_equal matmul dot inner outer kron floor_divide remainder fmod
    append cross betaln
    """.split()
# SciPy goes on where the function of the Beta distribution ends; cumprod multiplies by blocks, and
# where one overflows beside a 0 it may be nan, as its docstring says.
POSITIVE = {"betaln", "cumprod"}
JOINING = "concatenate stack hstack vstack dstack column_stack".split()


def _numbers(rng: Random, shape: tuple[int, ...], usual: bool) -> np.ndarray:
    size = int(np.prod(shape))
    if usual:
        return np.array([rng.uniform(0.4, 0.9) for _ in range(size)]).reshape(shape)
    return np.array([rng.choice(EDGES) for _ in range(size)], float).reshape(shape)


def an_op(rng: Random) -> Trial:
    """An op on arrays: NumPy's or SciPy's value, and a gradient of each input's shape."""
    usual = rng.random() < 0.5
    name = rng.choice(UNARY + BINARY * 4 + JOINING)
    usual = usual or name in POSITIVE
    starts = [_numbers(rng, rng.choice(SHAPES), usual) for _ in range(1 + (name not in UNARY))]
    if len(starts) == 2 and rng.random() < 0.2:
        starts[1] = _numbers(rng, starts[0].shape, usual)
    leaves = [mg.Var(a) for a in starts]
    theirs = OTHERS.get(name) or getattr(np, name)
    ours = getattr(mg, name, theirs)

    def check(found: object) -> str:
        try:
            wanted = theirs(starts) if name in JOINING else theirs(*starts)
        except Exception as error:
            return f"{error} says NumPy; it gives {found!r}"
        if wrong := wrong_value(found, wanted, 1e-6 if name in ROUGH else 1e-9):
            return wrong
        smooth = usual and name in OPS and OPS[name].elementwise and np.isfinite(wanted).all()
        return wrong_gradients(found, leaves, finite=bool(smooth))  # type: ignore[arg-type]

    shown = f"mg.{name}({', '.join(f'{a.tolist()} of {a.shape}' for a in starts)})"
    call = (lambda: ours(leaves)) if name in JOINING else (lambda: ours(*leaves))
    return Trial(shown, call, check, leaves)
