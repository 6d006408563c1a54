"""What NumPy offers and a Var refuses, each with what to write instead."""

import numpy as np

from .. import ops

# NumPy's own defaults, which change nothing when spelled out.
NEUTRAL: dict[str, object] = {
    "out": None,
    "where": True,
    "dtype": None,
    "casting": "same_kind",
    "order": "C",
    "mode": "raise",
    "upper": False,
    "kind": None,
    "stable": None,
    "device": None,
    "subok": False,
    "hermitian": False,
    "method": "linear",
    "prepend": np._NoValue,
    "append": np._NoValue,
    "edge_order": 1,
    "returned": False,
    "overwrite_input": False,
    "check_finite": True,
}
INSTEAD_OF_ARGUMENT = {
    "out": "nothing can be written into (array += v tries that too), write y = array + v",
    "where": "use mg.where(mask, x, 0.0) before, or mg.where(mask, y, other) after",
    "dtype": "minigrad computes in float64",
}
INSTEAD_OF_FUNCTION = {
    "np.add.reduce": "mg.sum",
    "np.multiply.reduce": "mg.prod",
    "np.add.accumulate": "mg.cumsum",
    "np.maximum.reduce": "mg.max",
    "np.multiply.outer": "mg.outer",
    "np.copy": "v itself, whose values nobody can change, or v.detach() for a leaf of its own",
    "np.save": "np.save(file, v.value)",
    "np.convolve": "slices: mg.sum(mg.stack([w[i] * v[i : i + n] for i in range(k)]), 0)",
    "np.correlate": "slices: mg.sum(mg.stack([w[i] * v[i : i + n] for i in range(k)]), 0)",
    "np.cov": "d = x - mg.mean(x, 1, keepdims=True) and d @ d.T / (n - 1), of x (variables, n)",
    "np.corrcoef": "the covariance d @ d.T / (n - 1) over mg.outer(s, s), s its mg.std",
    "np.trapezoid": "mg.sum(0.5 * (y[1:] + y[:-1]) * np.diff(x))",
    "np.polyval": "Horner's scheme: y = y * x + c for each coefficient c",
    "np.cumulative_sum": "mg.cumsum",
    "np.cumulative_prod": "mg.cumprod",
    "np.delete": "an index of what stays: v[[0, 2]]",
    "np.insert": "mg.concatenate([v[:i], new, v[i:]])",
    "np.linalg.lstsq": "mg.solve(A.T @ A, A.T @ b), or np.linalg.pinv(A) @ b",
    "np.copyto": "mg.full(shape, v) or mg.where",
    "np.linalg.eig": "np.linalg.eigh of a symmetric matrix",
    "np.linalg.eigvals": "np.linalg.eigvalsh of a symmetric matrix",
    "np.interp": "mg.where on the pieces",
    "np.unique": "np.unique(v.value, return_index=True) and v[indices]",
    "np.put": "mg.where or mg.block: nothing can be written into",
}


def name_of(function: object) -> str:
    name = getattr(function, "__name__", repr(function))
    if isinstance(function, np.ufunc):  # a ufunc has no module
        return f"np.{name}" if getattr(np, name, None) is function else name
    return f"{getattr(function, '__module__', None)}.{name}".replace("numpy", "np", 1)


def no_row(name: str) -> TypeError:
    other = INSTEAD_OF_FUNCTION.get(name, f"mg.{name}" if name in ops.__all__ else "an op of mg")
    plain = "" if "v.value" in other else ", or v.value for plain numbers off the tape"
    return TypeError(f"{name} takes no Var: use {other}{plain}")


def no_argument(name: str, refused: list[str]) -> TypeError:
    argument = "out" if "out" in refused else refused[0]  # `array @= v` also passes axes=
    remedy = INSTEAD_OF_ARGUMENT.get(argument, "leave it out, or use v.value for plain numbers")
    return TypeError(f"{name} of a Var takes no {argument}=: {remedy}")


def says_nothing(name: str, given: object) -> bool:
    default = NEUTRAL.get(name, np._NoValue)
    same = given == default if isinstance(given, str) else given is default
    return same or given is np._NoValue
