"""An equation, and the list of them: what one holds, its local derivative, how it is written."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, overload

import numpy as np

from .. import inline
from ..engine.op import OPS, Closure
from ..engine.values import Shape, Value, careful, shape_of


class Applied(Protocol):
    """An op with its static arguments: an equation, or a step of a program."""

    @property
    def op(self) -> str: ...
    @property
    def static(self) -> Mapping[str, object]: ...
    @property
    def shape(self) -> Shape: ...


@dataclass(slots=True, eq=False)  # frozen, it would take 8 times as long to make
class Equation:
    """One node: a leaf, or `op` of the equations at the positions `inputs`.

    `name` is the user's, or "". `closures` has None where no gradient passes to an input; `grad` is
    None before backward, and for what wants no gradient. `law` is what a noise leaf was drawn from,
    `order` is larger for what was recorded later, `site` is how a draw behind a wall was made.
    """

    position: int
    op: str
    inputs: tuple[int, ...]
    static: Mapping[str, object]
    kind: str
    name: str
    scope: str
    requires_grad: bool
    value: Value
    grad: Value | None
    closures: tuple[Closure | None, ...]
    law: str = ""
    order: int = 0
    line: str = ""
    site: object = None

    @property
    def shape(self) -> Shape:
        """() for a scalar."""
        return shape_of(self.value)

    @property
    def is_score(self) -> bool:
        """Whether `mg.surrogate` made it, to carry a gradient around the wall of a draw."""
        return self.scope.split("/")[-1] == "surrogate"

    @property
    def is_literal(self) -> bool:
        """Whether it is a plain number met in arithmetic: an unnamed scalar constant."""
        return not (self.op or self.name or self.shape) and self.kind == "constant"


class Equations(Sequence[Equation]):
    """The equations below some outputs, each after its inputs; `str` is their plain listing."""

    def __init__(self, rows: list[Equation], outputs: tuple[int, ...]) -> None:
        self.rows, self.outputs = rows, outputs

    @overload
    def __getitem__(self, i: int) -> Equation: ...
    @overload
    def __getitem__(self, i: slice) -> list[Equation]: ...
    def __getitem__(self, i: int | slice) -> Equation | list[Equation]:
        return self.rows[i]

    def __len__(self) -> int:
        return len(self.rows)

    def __reduce__(self) -> str:
        raise TypeError(
            "Equations hold the rules of their ops, which can't be pickled or copied: keep "
            "str(equations), or pickle a program: mg.trace(f, *args)"
        )

    def __iter__(self) -> Iterator[Equation]:
        return iter(self.rows)

    def inputs_of(self, row: Equation) -> list[Equation]:
        """The equations that `row` reads, in operand order."""
        return [self.rows[i] for i in row.inputs]

    def local_derivative(self, row: Equation, operand: int) -> float | None:
        """dy/dx of a scalar equation for a scalar operand that a gradient passes to, else None."""
        inputs = self.inputs_of(row)
        back = row.closures[operand]
        if (
            back is None
            or not inputs[operand].requires_grad
            or any(x.shape for x in (row, *inputs))
        ):
            return None
        slope = careful(back, 1.0, row.value, *(x.value for x in inputs))
        return float(slope)  # type: ignore[arg-type]

    def names(self) -> list[str]:
        """A name for each: the user's, an unnamed scalar constant's number, else v1, v2, …"""
        taken = {row.name for row in self.rows}
        fresh = (name for i in range(1, 2 * len(self.rows) + 1) if (name := f"v{i}") not in taken)
        return [
            row.name or (_shown(row.value) if row.is_literal else next(fresh)) for row in self.rows
        ]

    def __repr__(self) -> str:
        names = self.names()
        ends = ", ".join(names[i] for i in self.outputs)
        return f"<Equations of {ends}, {len(self)} rows: print lists them>"

    def _repr_html_(self) -> str:
        """The same as a table, in Jupyter."""
        rows = [(name, formula, value, grad) for _, name, formula, value, grad in self._lines()]
        return inline.table(("", "", "value", "gradient"), rows)

    def _lines(self) -> Iterator[tuple[str, str, str, str, str]]:
        """Of each row but plain numbers: scope, name, how it was made, value and gradient."""
        names = self.names()
        for row, name in zip(self.rows, names, strict=True):
            if not row.is_literal:
                made = f"= {written(row, [names[i] for i in row.inputs])}" if row.op else row.kind
                yield row.scope, name, made, _shown(row.value), _shown(row.grad)

    def __str__(self) -> str:
        lines = [*self._lines()]
        widths = [max((len(line[i]) for line in lines), default=0) for i in range(5)]
        text, scope = [], ""
        for line in lines:
            if line[0] != scope:
                scope = line[0]
                text.append(f"# {scope or '(outside)'}")
            name, made, value, grad = line[1:]
            row_text = f"{name:<{widths[1]}} {made:<{widths[2]}} {value:>{widths[3]}}"
            text.append(f"{row_text}  grad {grad}" if grad else row_text)
        return "\n".join(text)


def written(row: Applied, operands: Sequence[str]) -> str:
    """The right side as text: `sigma * eps`, `sum(x, axis=0)`; static arguments if set."""
    op = OPS[row.op]
    if op.infix and len(operands) == 2:
        return f"{operands[0]} {op.infix} {operands[1]}"
    static = [f"{k}={v!r}" for k, v in row.static.items() if op.defaults.get(k, ...) is not v]
    return f"{row.op}({', '.join([*operands, *static])})"


def _shown(value: Value | None) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.4g}"
    if value.size > 6:
        low, mean, high = (f"{v:.3g}" for v in (value.min(), value.mean(), value.max()))
        return f"{'×'.join(map(str, value.shape))} in [{low}, {high}], mean {mean}"
    return " ".join(np.array2string(value, precision=3, separator=", ").split())
