"""How a row is written. A row is all of an op: value, closures, docstring, looks."""

import math as math_of_python
from collections.abc import Callable
from functools import partial, update_wrapper

import numpy as np

from ..engine.op import OPS, Call, Closure, Op, Words
from ..engine.tape import Function, binary, general, unary

MATH_OF_JAVASCRIPT = frozenset(
    "abs acos acosh asin asinh atan atan2 atanh cos cosh exp expm1 log log1p max min pow sign sin "
    "sinh sqrt tan tanh".split()
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
    """

    def register(forward: Callable[..., object]) -> Function:
        name = forward.__name__.strip("_")
        plain = not variadic and None not in rules and not _defaults(forward, len(rules))
        makers = {1: unary, 2: binary} if plain else {}
        if name in OPS:
            raise ValueError(f"there is an op {name!r} already: give this one another name")
        row = Op(name, makers.get(len(rules), general))
        row.forward, row.rules, row.infix, row.kind = forward, rules, infix, kind
        row.symbol, row.elementwise, row.variadic = symbol or infix or name, elementwise, variadic
        row.defaults = _defaults(forward, 0 if variadic else len(rules))
        usual = written or (f"{{0}} {infix} {{1}}" if infix else "")
        row.numpy = numpy or usual or hasattr(np, name) * f"np.{name}({{all}}{{static}})"
        row.python, row.javascript = python or usual, javascript or usual
        called = math or name
        if elementwise and hasattr(math_of_python, called):  # the others are of arrays only
            row.python = row.python or f"math.{called}({{all}})"
        if elementwise and called in MATH_OF_JAVASCRIPT:
            row.javascript = row.javascript or f"Math.{called}({{all}})"
        row.shown = shown
        row.call = Call(row, row.defaults, rules)
        if row.defaults and not variadic:
            row.call = row.bind(len(rules), dict(row.defaults))
        return update_wrapper(row.function, forward)

    return register


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
