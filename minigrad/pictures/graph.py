"""The boxes and arrows of equations: what a picture shows, before any drawing."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import replace

from ..engine.op import OPS
from ..equations import Equation, Equations
from .boxes import NO_GRADIENT_YET, SCORED, STOPPED, Arrow, Box, BoxLine, Graph
from .faults import Faults, faults_of
from .labels import LONGEST, formulas, known, number, numbers, short, text
from .repeats import repeats_of
from .rounding import rounded_away

LONGEST_ALONE = 40  # characters of a formula that serves as a name, in a picture by itself


def graph_of(
    equations: Equations,
    *,
    max_nodes: int = 300,
    derivatives: bool | None = None,
    alone: bool = False,
) -> Graph:
    """The boxes and arrows of `equations`.

    With more than `max_nodes` of them each scope becomes one box; if that is not enough, inner
    scopes are folded into the scopes around them. ValueError if it never is. `derivatives` says
    whether arrows show the local derivative; by default those do that lead to a gradient which
    `backward` left. A picture that is `alone`, not one of many as in a lesson, has leaves drawn
    again near distant uses, longer formulas, and 0 for what is not 0 only through rounding.
    """
    folded = _folded(equations, max_nodes)
    names = formulas(equations, LONGEST_ALONE if alone else LONGEST)
    zeros = rounded_away(equations) if alone else (set[int](), set[int]())
    faults = faults_of(equations, equations.outputs, [row.grad for row in equations])
    groups: dict[str, list[Equation]] = defaultdict(list)
    for row, scope in zip(equations, folded, strict=True):
        groups[scope].append(row)
    single = _beside_readers(equations, groups.pop("", []))
    boxes = [
        _box(row, names[row.position], row.position in equations.outputs, faults, zeros)
        for row in single
    ]
    folds = {scope: f"s{i}" for i, scope in enumerate(groups)}
    boxes += [_folded_box(folds[scope], scope, rows, faults) for scope, rows in groups.items()]
    ids = [folds.get(scope, f"n{i}") for i, scope in enumerate(folded)]
    again = repeats_of(equations, [row.position for row in single]) if alone else {}
    boxes += [_again(equations, names, key, again) for key in _firsts(again)]
    summary = _summary(equations, names, faults, len(groups))
    return Graph(boxes, _arrows(equations, ids, derivatives, again), summary, ids, alone)


def too_large(count: int, folded: int, max_nodes: int) -> ValueError:
    """The error for a graph of `count` nodes, `folded` of them once scopes are folded."""
    left = f", {folded:,} with each scope as one box" if folded < count else ""
    return ValueError(
        f"the graph has {count:,} nodes{left}; a picture holds max_nodes={max_nodes:,}: group "
        "parts by `with mg.scope(...)`, draw an inner node, or raise max_nodes (1,000 take long)"
    )


def _folded(equations: Equations, max_nodes: int) -> list[str]:
    """For each row the scope that it is folded into, "" where it is shown as a box of its own."""
    if len(equations) <= max_nodes:
        return [""] * len(equations)
    parts = Counter(row.scope for row in equations if row.position not in equations.outputs)
    deepest = max((scope.count("/") + 1 for scope in parts if scope), default=0)
    count = len(equations)
    for level in range(deepest, 0, -1):
        into = {scope: "/".join(scope.split("/")[:level]) for scope in parts}
        alone = sum(n for s, n in parts.items() if not into[s]) + len(set(equations.outputs))
        count = alone + len({s for s in into.values() if s})
        if count <= max_nodes:
            out = set(equations.outputs)
            return ["" if row.position in out else into[row.scope] for row in equations]
    raise too_large(len(equations), count, max_nodes)


def _beside_readers(equations: Equations, rows: list[Equation]) -> list[Equation]:
    """Noise outside of all scopes moves into the one in which all that read it are."""
    readers: dict[int, list[Equation]] = defaultdict(list)
    for row in equations:
        for i in row.inputs:
            readers[i].append(row)
    order: list[tuple[int, Equation]] = []
    for row in rows:
        scopes = {reader.scope for reader in readers[row.position]}
        if row.kind == "noise" and not row.scope and len(scopes) == 1 and scopes != {""}:
            order.append((readers[row.position][0].position, replace(row, scope=scopes.pop())))
        else:
            order.append((row.position, row))
    return [row for _, row in sorted(order, key=lambda placed: placed[0])]


def _box(
    row: Equation, name: str, is_output: bool, faults: Faults, zeros: tuple[set[int], set[int]]
) -> Box:
    kind = "output" if is_output and row.kind == "op" else row.kind
    is_bad, is_first = row.position in faults, row.position == faults.first
    marks = ("result",) * is_output + ("bad",) * is_bad + ("first",) * is_first
    lines = [BoxLine("name", name if row.is_literal else _headline(row, name))]
    full = []
    if not row.is_literal:
        value, grad = (row.position in found for found in zeros)
        full = [f"{numbers(row.value)} of rounding"] * value
        full += [f"gradient {numbers(row.grad)} of rounding"] if grad and row.grad else []
        shown = 0.0 if value else row.value
        lines += [BoxLine("value", f"value {numbers(shown)}"), _gradient(row, grad)]
    elif known(row.value):
        full = [f"{row.value:.6g}"]
    if is_first:
        lines.append(BoxLine("note", "first not finite"))
    title = "; ".join([name, *(line.words for line in lines[1:]), *full, *_place(row)])
    return Box(f"n{row.position}", kind, tuple(lines), title, row.scope, marks)


def _headline(row: Equation, name: str) -> str:
    symbol = "wall" if row.kind == "stop" else OPS[row.op].symbol if row.op else ""
    made = f"  [{symbol}]" if symbol else ""
    shape = f"  {'×'.join(map(str, row.shape))}" if row.shape else ""
    return f"{short(name)}{made}{shape}"


def _gradient(row: Equation, is_zero: bool = False) -> BoxLine:
    if not row.requires_grad:
        return BoxLine("none", "gradient stops ⊘" if row.kind == "stop" else "no gradient ⊘")
    if row.grad is None:
        return BoxLine("grad", NO_GRADIENT_YET)
    return BoxLine("grad", f"grad {numbers(0.0 if is_zero else row.grad)}")


def _place(row: Equation) -> list[str]:
    return [f"in {text(row.scope)}"] if row.scope else []


def _folded_box(id: str, scope: str, rows: list[Equation], faults: Faults) -> Box:
    path, _, name = scope.rpartition("/")
    bad = any(row.position in faults for row in rows)
    has_first = any(row.position == faults.first for row in rows)
    lines = [BoxLine("name", short(text(name))), BoxLine("value", f"{len(rows)} nodes")]
    if has_first:
        lines.append(BoxLine("note", "first not finite"))
    marks = ("bad",) * bad + ("first",) * has_first
    return Box(id, "scope", tuple(lines), f"scope {text(scope)}: {len(rows)} nodes", path, marks)


def _firsts(again: Mapping[tuple[int, int], int]) -> list[tuple[int, int]]:
    """The first reader of each further box."""
    firsts = {(leaf, count): (leaf, reader) for (leaf, reader), count in list(again.items())[::-1]}
    return sorted(firsts.values())


def _again(
    equations: Equations,
    names: list[str],
    key: tuple[int, int],
    again: Mapping[tuple[int, int], int],
) -> Box:
    """A leaf drawn again in the scope of its reader: its name alone."""
    leaf, reader = key
    row, name = equations[leaf], names[leaf]
    title = f"{name}, drawn again here: its value and gradient are in its first box"
    lines = (BoxLine("name", short(name)),)
    return Box(f"n{leaf}-{again[key]}", row.kind, lines, title, equations[reader].scope, ("again",))


def _arrows(
    equations: Equations,
    ids: list[str],
    derivatives: bool | None,
    again: Mapping[tuple[int, int], int],
) -> list[Arrow]:
    """One arrow per operand; to or from a folded box, one per kind."""
    halted = _halted(equations)
    arrows: dict[object, Arrow] = {}
    for row in equations:
        for k, i in enumerate(row.inputs):
            tail, head, id = ids[i], ids[row.position], f"e{row.position}-{k}"
            if count := again.get((i, row.position)):
                tail = f"{tail}-{count}"
            folded = tail.startswith("s") or head.startswith("s")
            if tail != head:
                known = row.grad is not None if derivatives is None else derivatives
                kind, label = _flow(equations, row, k, halted, known and not folded)
                arrow = Arrow(id, tail, head, kind, label)
                arrows.setdefault((tail, head, kind) if folded else id, arrow)
    return list(arrows.values())


def _flow(
    equations: Equations, row: Equation, operand: int, halted: Mapping[int, bool], derivatives: bool
) -> tuple[str, str]:
    """What the gradient does on the way from `row` to an operand: the arrow's kind and label."""
    x = equations[row.inputs[operand]]
    if halted[x.position] or (row.kind == "stop" and x.requires_grad):
        return "halt", SCORED if row.is_score and x.kind == "stop" and not x.is_score else STOPPED
    if not x.requires_grad or row.closures[operand] is None:
        return "still", ""
    d = equations.local_derivative(row, operand) if derivatives else None
    return "flow", "" if d is None else f"× {number(d)}"


def _halted(equations: Equations) -> dict[int, bool]:
    """Which rows take no gradient on purpose: noise, walls, and whatever depends on these alone."""
    halted: dict[int, bool] = {}
    for row in equations:
        behind = not row.requires_grad and any(halted[i] for i in row.inputs)
        halted[row.position] = behind or row.kind in ("noise", "stop")
    return halted


def _summary(equations: Equations, names: list[str], faults: Faults, folded: int) -> str:
    """A sentence or two in place of the picture where it can't be seen."""

    def listed(kind: str, words: str) -> str:
        found = [names[r.position] for r in equations if r.kind == kind and not r.is_literal]
        more = f" and {len(found) - 8} more" if len(found) > 8 else ""
        return f" {words}: {', '.join(found[:8])}{more}." if found else ""

    ends = ", ".join(f"{names[i]} = {numbers(equations[i].value)}" for i in equations.outputs)
    parts = [f"{len(equations)} nodes{f', {folded} scopes folded' if folded else ''}."]
    parts += [listed("parameter", "Parameters"), listed("noise", "Noise, without gradient")]
    parts += [listed("stop", "Walls, where gradients stop"), f" Output: {ends}."]
    if faults.first is not None:
        what = "value" if faults.values else "gradient"
        parts.append(f" The first {what} that is not finite is that of {names[faults.first]}.")
    return "".join(parts)
