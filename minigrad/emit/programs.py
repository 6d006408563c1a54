"""A program that can be called, listed and compiled. `tracing.py` makes one."""

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from .. import inline
from ..engine.arrays import ones, tril
from ..engine.values import FLOAT64, Shape, Value, as_value, shape_of
from ..engine.variable import Var
from .javascript import javascript_source
from .jit import compiled_by_numba, executed
from .passes import cleaned
from .python import Pieces, python_source
from .rescue import answered, where_raises
from .steps import LITERAL, Code

ValueAndGrad = Callable[..., tuple[float, tuple[Value, ...]]]


class Input(NamedTuple):
    """An argument of a program; `kind`: "parameter" (it has a gradient), "constant" or "noise"."""

    name: str
    shape: Shape
    kind: str


class Program:
    """Value and gradients of a scalar function as straight-line code, made by `trace`.

    `program(*args)` is the value, `program.value_and_grad(*args)` the value and a tuple of
    gradients, one for each input of kind "parameter". Arguments are positional, in the order of
    `.inputs`: those of the traced function, then the noise drawn inside it. Shapes are those of
    tracing; any other raises ValueError. Where Python's floats raise, the results are IEEE 754's.

    >>> program = mg.trace(lambda x: x * x, 3.0)
    >>> program(3.0), program.value_and_grad(4.0)
    (9.0, (16.0, (8.0,)))
    """

    def __init__(self, name: str, code: Code) -> None:
        self._name, self._code, self._is_jitted = name, code, False
        self._source = python_source(f"{name}_and_grad", code)
        leaves = [s for s in code.steps if not s.op and s.kind != LITERAL]
        self.inputs = tuple(
            Input(name, leaf.shape, leaf.kind)
            for name, leaf in zip(self._source.parameters, leaves, strict=True)
        )
        # The compiled function itself: an extra method call would cost a fifth of a small program.
        self.value_and_grad: ValueAndGrad = _compiled(self._source, self.inputs, code)  # type: ignore
        self._value: Callable[..., object] | None = None

    def __call__(self, *args: object) -> float:
        """The value alone, by a program without the lines that only gradients need."""
        if self._value is None:
            code = cleaned(Code(self._code.steps, self._code.outputs[:1]))
            source = python_source(self._name, code, value_alone=True)
            self._value = _compiled(source, self.inputs, code)
        value = self._value(*args)
        assert isinstance(value, float)
        return value

    @property
    def source(self) -> str:
        """Python, valid on its own: a function that returns what `value_and_grad` returns.

        It raises where Python's floats do; a comment says where.
        """
        return self.listing("python")

    def listing(self, language: str = "python", *, rescued: bool = False) -> str:
        """The program as text, in "python" or "javascript" (programs of scalars only).

        With `rescued` the Python has IEEE 754's answer, inf or nan, where floats raise.
        """
        if language == "javascript":
            return javascript_source(f"{self._name}_and_grad", self._code)
        if language != "python":
            raise ValueError(f'listing: language is "python" or "javascript", not {language!r}')
        if not rescued:
            return self._source.listing(self._doc(), where_raises(self._code))
        source = python_source(self._source.name, self._code, style="rescued")
        return source.listing(self._doc())

    def jit(self) -> "Program":
        """The program compiled by numba: `.jit().value_and_grad` can be called from compiled code.

        It follows IEEE 754. Without numba, ImportError; an equation that numba can't
        compile raises NotImplementedError, which names it.
        """
        source = python_source(self._source.name, self._code, style="numba")
        other = Program(self._name, self._code)
        step = compiled_by_numba(source, [given.shape for given in self.inputs])
        other._is_jitted, other.value_and_grad = True, step
        other._value = lambda *args: step(*args)[0]
        return other

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        """It is pickled as its steps, and written and compiled again when loaded."""
        return _restored, (self._name, self._code, self._is_jitted)

    def _doc(self) -> str:
        wrt = [given.name for given in self.inputs if given.kind == "parameter"]
        noise = [given.name for given in self.inputs if given.kind == "noise"]
        drawn = f" Noise: {', '.join(noise)}." if noise else ""
        return f"{self._name}, and its gradients by {', '.join(wrt) or 'nothing'}.{drawn}"

    def _repr_html_(self) -> str:
        """Its source, in Jupyter."""
        return inline.source(self.source)

    def __repr__(self) -> str:
        inputs = ", ".join(f"{given.name}: {given.kind} {given.shape}" for given in self.inputs)
        return f"Program({self._name}, {inputs})"


def _restored(name: str, code: Code, is_jitted: bool) -> Program:
    program = Program(name, code)
    return program.jit() if is_jitted else program


# ------------------------------------------------------------------------------------- compiling


def compiled_function(
    program: Program, unfit: Callable[..., object]
) -> Callable[..., tuple[float, tuple[Value, ...]]]:
    """`program.value_and_grad` that calls `unfit` for arguments of other types and shapes."""
    return _compiled(program._source, program.inputs, program._code, unfit)  # type: ignore


# What runs is what is listed, but for arrays and masks that would be made anew at every call.
_ONES = re.compile(r"(?<=@ )np\.ones\((\d+)\)|np\.ones\((\d+)\)(?= @)")


def _compiled(
    source: Pieces,
    inputs: Sequence[Input],
    code: Code,
    unfit: Callable[..., object] | None = None,
) -> Callable[..., object]:
    """The function behind a check of its arguments, with the tape's answer where a line raises."""
    given = list(zip(source.parameters, [x.shape for x in inputs], strict=True))
    floats = [f"type({name})" for name, shape in given if not shape]
    checks = [f"{' is '.join(floats)} is float"] if floats else []
    checks += [
        f"type({name}) is _ndarray and {name}.dtype is _float64 and {name}.shape == {shape}"
        for name, shape in given
        if shape
    ]
    parameters = ", ".join(source.parameters)
    text = (
        f"def {source.name}({parameters}):\n"
        f"    if {' and '.join(checks) or 'True'}:\n"
        f"        try:\n{source.body(' ' * 12)}"
        f"        except (ArithmeticError, ValueError):\n"
        f"            return _answered({parameters})\n"
        f"    return _converted({parameters})\n"
    )
    text = _ONES.sub(r"_ones(\1\2)", text).replace("np.tril(", "_tril(")
    known = {"_ndarray": np.ndarray, "_float64": FLOAT64, "_ones": ones, "_tril": tril}
    space = executed(source, text, known)
    function: Callable[..., object] = space[source.name]  # type: ignore[assignment]

    def converted(*args: object) -> object:
        return function(*[_argument(x, known) for x, known in zip(args, inputs, strict=True)])

    def by_steps(*args: Value) -> object:
        value, *gradients = map(_own, answered(code, args))
        return value if source.value_alone else (value, tuple(gradients))

    space["_converted"], space["_answered"] = unfit or converted, by_steps
    return function


def _own(x: object) -> object:
    """An array that the caller may write to, sharing no memory with the program."""
    return np.array(x) if isinstance(x, np.ndarray) else x


def _argument(x: object, given: Input) -> Value:
    if isinstance(x, Var):
        raise TypeError(f"{given.name} is a Var, but a program takes numbers: pass its .value")
    value = as_value(x)
    if shape_of(value) != given.shape:
        raise ValueError(
            f"{given.name} has shape {shape_of(value)}, but the program was traced for "
            f"{given.shape}: trace again with an argument of that shape"
        )
    return value
