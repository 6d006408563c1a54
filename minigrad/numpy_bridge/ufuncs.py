"""What each of NumPy's ufuncs, and of SciPy's, does to a Var: one row each."""

import math
from collections.abc import Callable

import numpy as np

from .. import ops
from ..engine.op import OPS
from ..engine.variable import Var

Row = Callable[..., object]


def off_tape(x: object) -> object:
    """The numbers of a Var, off the tape; anything else unchanged."""
    return x.value if isinstance(x, Var) else x


# A ufunc whose name is an op's goes to that op: np.exp, np.add, np.matmul, np.less …
_SAME_NAME: dict[object, Row] = {
    getattr(np, name): row.function
    for name, row in OPS.items()
    if isinstance(getattr(np, name, None), np.ufunc)
}

UFUNCS: dict[object, Row] = {
    **_SAME_NAME,
    np.positive: lambda x: x,
    np.reciprocal: lambda x: ops.divide(1.0, x),
    np.float_power: ops.power,
    np.exp2: lambda x: ops.power(2.0, x),
    np.log2: lambda x: ops.log(x) / math.log(2.0),
    np.log10: lambda x: ops.log(x) / math.log(10.0),
    np.logaddexp2: lambda a, b: (
        ops.logaddexp(ops.multiply(a, math.log(2.0)), ops.multiply(b, math.log(2.0)))
        / math.log(2.0)
    ),
    np.fabs: ops.abs,
    np.deg2rad: lambda x: ops.multiply(x, math.pi / 180.0),
    np.radians: lambda x: ops.multiply(x, math.pi / 180.0),
    np.rad2deg: lambda x: ops.multiply(x, 180.0 / math.pi),
    np.degrees: lambda x: ops.multiply(x, 180.0 / math.pi),
    np.divmod: lambda a, b: (ops.floor_divide(a, b), ops.remainder(a, b)),
    np.modf: lambda x: (ops.subtract(x, ops.trunc(x)), ops.trunc(x)),
    # The one that is not nan.
    np.fmax: lambda a, b: ops.where(
        ops.not_equal(a, a), b, ops.where(ops.not_equal(b, b), a, ops.maximum(a, b))
    ),
    np.fmin: lambda a, b: ops.where(
        ops.not_equal(a, a), b, ops.where(ops.not_equal(b, b), a, ops.minimum(a, b))
    ),
    np.copysign: lambda a, b: ops.multiply(ops.abs(a), np.copysign(1.0, off_tape(b))),  # type: ignore
    np.heaviside: lambda a, b: ops.where(
        ops.equal(a, 0.0), b, ops.where(ops.not_equal(a, a), a, ops.greater(a, 0.0))
    ),
    # Real numbers are their own conjugates.
    np.conjugate: lambda x: x,
    # Tests recorded like comparisons: 0.0 or 1.0, without gradient.
    np.isnan: lambda x: ops.not_equal(x, x),
    np.isinf: lambda x: ops.equal(ops.abs(x), math.inf),
    np.isfinite: lambda x: ops.less(ops.abs(x), math.inf),
    np.logical_not: lambda x: ops.equal(x, 0.0),
    np.logical_and: lambda a, b: ops.not_equal(a, 0.0) * ops.not_equal(b, 0.0),
    np.logical_or: lambda a, b: ops.maximum(ops.not_equal(a, 0.0), ops.not_equal(b, 0.0)),
    np.logical_xor: lambda a, b: ops.not_equal(ops.not_equal(a, 0.0), ops.not_equal(b, 0.0)),
}

# SciPy's ufuncs by name, so that nothing here needs SciPy.
SCIPY: dict[str, Row] = {
    "expit": ops.sigmoid,
    "gammaln": ops.lgamma,
    "loggamma": ops.lgamma,
    "psi": ops.digamma,
    "digamma": ops.digamma,
    "erf": ops.erf,
    "erfc": ops.erfc,
    "erfinv": ops.erfinv,
    "logit": ops.logit,
    "ndtr": ops.normal_cdf,
    "log_ndtr": ops.log_normal_cdf,
    "ndtri": ops.normal_quantile,
    "xlogy": ops.times_log,
    "xlog1py": ops.times_log1p,
    "betaln": ops.betaln,
    "cbrt": ops.cbrt,
    "exp2": UFUNCS[np.exp2],
    "log1p": ops.log1p,
    "expm1": ops.expm1,
}
