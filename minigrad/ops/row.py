"""How a row is written. A row is the whole of an op: value, closures, docstring, looks."""

import math as math_of_python
from collections.abc import Callable
from functools import partial, update_wrapper
from operator import add, mul, sub, truediv

import numpy as np

from ..engine.lanes import lanes
from ..engine.op import Closure, Op, Words
from ..engine.tape import Function, binary, general, unary
from ..engine.variable import Var

MATH_OF_JAVASCRIPT = frozenset(
    "abs acos acosh asin asinh atan atan2 atanh cbrt cos cosh exp expm1 hypot log log1p max min "
    "pow sign sin sinh sqrt tan tanh".split()
)


def op(
    *rules: Closure | None,
    infix: str = "",
    symbol: str = "",
    kind: str = "op",
    elementwise: bool = False,
    variadic: bool = False,
    written: str = "",
    math: str = "",
    python: Words = "",
    numpy: Words = "",
    javascript: str = "",
    shown: tuple[Words, ...] = (),
    operator: str = "",
) -> Callable[[Callable[..., object]], Function]:
    """Make the decorated function (values in, value out) an operation of the tape: write a row.

    One rule per input, in order; the function's further parameters are static arguments, which the
    rules receive by name. `infix` and `symbol` say how a listing and a picture write it.

    `python`, `numpy` and `javascript` say how a program writes it, of floats and of arrays: `{0}`
    is the first input, `{0:truth}` the first input where only its truth counts, `{all}` every
    input, `{axis}` a static argument, `{static}` all that differ from their defaults. A name of the
    row's room, such as a function of floats, is copied into the program; `numpy` may be a function
    of the inputs' shapes and the static arguments, `python` of which inputs are known numbers.
    `written` stands for all three; `math` is a function's name in Python's math and JavaScript's
    Math, if not the op's own. Without any of these, and where the libraries have no function of
    that name, an op works on the tape but has no program.

    A learner sees a closure as the formula that it records. Where that would read like code,
    `shown` has a text for each input, of arrays: `{g}` is upstream, `{y}` the output, `{0}` the
    first input; or a function of the inputs' shapes and the static arguments that gives the text.

    `operator` is Python's name of an operator of Var that is this op: "add" for `+`.
    """

    def register(forward: Callable[..., object]) -> Function:
        name = forward.__name__.strip("_")
        defaults = _defaults(forward, 0 if variadic else len(rules))
        makers = {} if variadic or None in rules or defaults else {1: unary, 2: binary}
        usual = written or (f"{{0}} {infix} {{1}}" if infix else "")
        called = math or name
        of_floats = elementwise and hasattr(math_of_python, called)  # the others are of arrays only
        in_javascript = elementwise and called in MATH_OF_JAVASCRIPT
        by_name = not python and len(rules) == 1
        row = Op(
            name=name,
            forward=forward,
            rules=rules,
            make=makers.get(len(rules), general),
            make_lanes=lanes if makers and len(rules) in makers else lambda row: (),
            number=_float_function(forward, infix, called * (of_floats and by_name)),
            defaults=defaults,
            infix=infix,
            symbol=symbol or infix or name,
            kind=kind,
            elementwise=elementwise,
            variadic=variadic,
            numpy=numpy or usual or hasattr(np, name) * f"np.{name}({{all}}{{static}})",
            python=python or usual or of_floats * f"math.{called}({{all}})",
            javascript=javascript or usual or in_javascript * f"Math.{called}({{all}})",
            shown=shown,
        )
        function: Function = row.function  # type: ignore[assignment]
        update_wrapper(function, forward)
        if operator:
            _install(operator, function)
        return function

    return register


OPERATORS: dict[str, Callable[..., object]] = {"+": add, "-": sub, "*": mul, "/": truediv}


def _float_function(
    forward: Callable[..., object], infix: str, called: str
) -> Callable[..., object]:
    """What computes the op of floats without a call in between: math's own function; or Python's
    operator, which serves arrays as well.
    """
    number: Callable[..., object] = getattr(math_of_python, called, forward)
    return OPERATORS.get(infix, number)


def _install(operator: str, function: Function) -> None:
    """Make a Var's operator, and the one from the right, the function of the row itself."""
    setattr(Var, f"__{operator}__", function)
    setattr(Var, f"__r{operator}__", lambda self, other: function(other, self))


def _defaults(forward: Callable[..., object], inputs: int) -> dict[str, object]:
    """The static parameters of `forward` with their defaults; `...` where one must be given."""
    code = forward.__code__
    names = code.co_varnames[inputs : code.co_argcount]
    given = forward.__defaults__ or ()
    return dict(zip(names, (*(...,) * (len(names) - len(given)), *given), strict=True))


each = partial(op, elementwise=True)


def comparison(infix: str, symbol: str = "") -> Callable[[Callable[..., object]], Function]:
    """The row of an op that says 1.0 where something is true, else 0.0; no gradient passes."""
    test = f"{{0}} {infix} {{1}}"
    return each(
        None,
        None,
        infix=infix,
        symbol=symbol,
        python=f"1.0 if {test} else 0.0",
        numpy=f"({test}).astype(float)",
        javascript=f"{test.replace('==', '===').replace('!=', '!==')} ? 1 : 0",
    )
