"""`trace` runs a function once on the tape and makes a program of value and gradients."""

import gc
import inspect
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from ..engine.gradients import grad
from ..engine.nests import is_nest, parts_of, rebuilt
from ..engine.values import as_value
from ..engine.variable import Var, constant, orders
from ..equations import count_below, equations_of
from .names import free_name
from .passes import cleaned
from .programs import Program
from .steps import LITERAL, Code, code_of
from .watching import Watching

MOST_EQUATIONS = 100_000
"""As many as Python compiles in a second or two; beyond this its time per equation grows, too."""


def trace(
    f: Callable[..., Var], *example_args: object, wrt: Sequence[int] | int | None = None
) -> Program:
    """Run `f` once on the tape and make a `Program` of its value and gradients.

    `example_args` are floats, arrays, or Vars whose kind counts: every argument becomes a parameter
    unless it is a constant or noise leaf; with `wrt` the positions in it do, no other. A dict, or a
    list or tuple that holds Vars, gives an argument for each part, `w_0` or `layer_bias`. `f`
    returns a scalar Var. Its parameters and its local variables name the program's lines.

    Noise that `f` draws, also by `.sample()`, becomes an argument of the program, and what
    `.detach()` or `no_grad` cuts off is recomputed at every call. Anything else that changes from
    run to run is frozen, and a warning says where: a number taken off the tape by `.value`,
    `.item()` or `float`, Python's `if` on a traced value, numbers drawn by NumPy.

    >>> print(mg.trace(lambda x: x * x, 3.0).source.strip())
    def f_and_grad(x):
        ...
        value = x * x
        # backward
        d_x = x + x
        return value, (d_x,)
    """
    leaves, given = _leaves(f, example_args, wrt)
    output, known = _run(f, leaves, given)
    name = free_name(getattr(f, "__name__", "f").replace("<lambda>", "f"), ())
    return program_of(output, leaves, name, known)


def program_of(
    output: object, leaves: Sequence[Var], name: str = "f", known: dict[str, object] | None = None
) -> Program:
    """The program of a scalar `output` and its gradients by those leaves that are parameters."""
    if not isinstance(output, Var):
        raise TypeError(f"trace: {name} returned a {type(output).__name__}, not a Var on the tape")
    if output.shape:
        raise ValueError(
            f"trace needs a scalar, {name} returned shape {output.shape}: sum it, or take its mean"
        )
    wanted = [leaf for leaf in leaves if leaf.requires_grad]
    if wanted and not output.requires_grad:
        raise ValueError(
            f"trace: what {name} returned depends on no parameter, or only through a wall "
            "(stop_gradient, sample, a comparison), so it has no gradient"
        )
    count = count_below(output)
    if count > MOST_EQUATIONS:
        raise ValueError(
            f"trace: {name} records {count:,} equations, a program has at most {MOST_EQUATIONS:,}: "
            "trace one step of its loop and loop around the program, or work on arrays"
        )
    with _collector_paused():
        return Program(name, _code(output, leaves, wanted, known or {}))


@contextmanager
def _collector_paused() -> Iterator[None]:
    """While a program is made, Python's collector finds nothing and takes a quarter of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _code(
    output: Var, leaves: Sequence[Var], wanted: Sequence[Var], known: dict[str, object]
) -> Code:
    """The cleaned steps: the arguments first, then noise, then what the outputs need."""
    named = {leaf.name: leaf for leaf in leaves}
    for name, x in known.items():
        if isinstance(x, Var) and x.requires_grad:
            named.setdefault(name, x)
    inner = {x: name for name, x in reversed(named.items()) if x.requires_grad and x.op}
    label = {x: name for name, x in reversed(known.items()) if isinstance(x, Var)} | inner
    asked = [*wanted, *inner]
    start = next(orders)  # a scope would cost more, since every op would look it up
    gradients: tuple[Any, ...] = ()
    if wanted:
        gradients = grad(output, asked, create_graph=True, allow_unused=True)
    names = dict(known)
    for x, gradient in zip(asked, gradients, strict=bool(wanted)):
        if name := x.name or label.get(x, ""):
            names.setdefault(f"d_{name}", gradient)
    equations = equations_of(output, *gradients[: len(wanted)], *leaves, names=names)
    arguments = equations.outputs[len(equations.outputs) - len(leaves) :]
    code = code_of(equations, {*arguments}, backward=start)
    return cleaned(_inputs_first(code, len(wanted) + 1))


def _inputs_first(code: Code, outputs: int) -> Code:
    """The arguments in their order, then noise, then the rest; any other parameter is refused."""
    arguments = list(code.outputs[outputs:])
    known = {*arguments}
    free = [i for i, s in enumerate(code.steps) if not s.op and i not in known]
    for i in free:
        if code.steps[i].kind == "parameter":
            known_as = code.steps[i].name or f"{code.steps[i].value}"
            raise ValueError(
                f"trace: the parameter {known_as} is no argument of the function: "
                "make it one, or use its .detach() to freeze it"
            )
    order = [*arguments, *(i for i in free if code.steps[i].kind != LITERAL)]
    placed = {*order}
    order += [i for i in range(len(code.steps)) if i not in placed]
    moved = {old: new for new, old in enumerate(order)}
    steps = []
    for i in order:
        step = code.steps[i]
        inputs = tuple([moved[j] for j in step.inputs])
        steps.append(step if inputs == step.inputs else step.reading(inputs))
    return Code(steps, tuple(moved[i] for i in code.outputs[:outputs]))


def _leaves(
    f: Callable[..., Var], example_args: tuple[object, ...], wrt: Sequence[int] | int | None
) -> tuple[list[Var], list[object]]:
    """Fresh leaves, named like the parameters of `f`, and the arguments that hold them."""
    names = _parameter_names(f, example_args)
    positions = None if wrt is None else {wrt} if isinstance(wrt, int) else {*wrt}
    for i in positions or ():
        if not 0 <= i < len(example_args):
            raise ValueError(f"trace: wrt names argument {i}, there are {len(example_args)}")
    leaves: list[Var] = []
    given = []
    for i, (x, name) in enumerate(zip(example_args, names, strict=True)):
        wanted = None if positions is None else i in positions
        if isinstance(x, dict) or is_nest(x):
            made = [_leaf(part, inner, wanted) for inner, part in parts_of(x, name)]
            leaves += made
            given.append(rebuilt(x, iter(made)))
        else:
            leaves.append(_leaf(x, name, wanted))
            given.append(leaves[-1])
    return leaves, given


def _leaf(x: object, name: str, wanted: bool | None) -> Var:
    value = x.value if isinstance(x, Var) else as_value(x)
    kind = x.kind if isinstance(x, Var) and x.kind in ("constant", "noise") else "parameter"
    if wanted is not None and wanted != (kind == "parameter"):
        kind = "parameter" if wanted else "constant"
    return Var(value, name) if kind == "parameter" else constant(value, name, kind)


def _parameter_names(f: Callable[..., Var], args: tuple[object, ...]) -> list[str]:
    try:
        bound = inspect.signature(f).bind(*args)
    except TypeError as error:
        raise TypeError(f"trace: the example arguments do not fit the function: {error}") from None
    names: list[str] = []
    for name, given in bound.arguments.items():
        several = bound.signature.parameters[name].kind is inspect.Parameter.VAR_POSITIONAL
        names += [f"{name}_{i + 1}" for i in range(len(given))] if several else [name]
    return names


def _run(
    f: Callable[..., Var], leaves: list[Var], given: list[object]
) -> tuple[object, dict[str, object]]:
    """What `f` returns, and its local variables as they were then: they name the lines."""
    watch = Watching(f, min((leaf._order for leaf in leaves), default=0))
    output = watch.run(*given)
    for place, what in watch.frozen.items():
        warnings.warn(f"{place}: {what}", stacklevel=3)
    return output, watch.known
