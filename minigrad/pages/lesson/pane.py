"""One graph of a lesson: its ledger, its picture, its program, and all that as data."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np

from ...engine.values import Value
from ...equations import Equation, Equations
from ...pictures.boxes import Graph
from ...pictures.graph import graph_of
from ...pictures.labels import text
from ...pictures.picture import Drawing
from .ledger import Stage, Words, ledger_of
from .replay import moved_leaves, rule_of, why_frozen

MOST_CELLS = 128  # of a stored array: more could not be distinguished in a strip

Knob = int | tuple[int, int]
"""The position of a parameter that is a number; of one that is an array, also a cell."""


class Pane:
    """The graph below one output, to be stepped through. `lines` has each equation's source line.

    `graph` is what is drawn: the state after the last step, with room for every number that the
    page puts in; ValueError where that is more than `max_nodes` boxes, scopes folded. `frozen` says
    why the page can't recompute the numbers, "" where it can. `images` has height and width of
    what arrays hold, by position.
    """

    def __init__(
        self,
        equations: Equations,
        title: str,
        lines: Sequence[int | None],
        max_nodes: int,
        images: Mapping[int, list[int]] | None = None,
    ) -> None:
        self.equations, self.title, self.lines = equations, title, lines
        self.images = images or {}
        self.ledger = ledger_of(equations, equations.outputs[0])
        self.frozen = why_frozen(equations)
        self.graph = self._graph(max_nodes)

    @cached_property
    def drawing(self) -> Drawing:
        """The picture of `graph`."""
        return Drawing(self.graph, self.title)

    def data(self, knobs: Sequence[Knob]) -> dict[str, object]:
        """What the page wants to know; positions count equations."""
        ledger = self.ledger
        sent = _stored if self.frozen else _compared
        amounts = [sent(share.amount) for share in ledger.shares]
        return {
            "title": self.title,
            "prefix": self.drawing.prefix,
            "output": ledger.output,
            "live": not self.frozen,
            "frozen": self.frozen,
            "nodes": [self._node(row) for row in self.equations],
            "steps": [_step(stage) for stage in ledger.stages],
            "shares": self.shares(),
            "inputs": moved_leaves(self.equations),
            "knobs": list(knobs),
            "numbers": {
                "values": [
                    sent(row.value) if row.op or self.frozen else _whole(row.value)
                    for row in self.equations
                ],
                "slopes": [share.slope for share in ledger.shares],
                "shares": amounts,
                "sums": [
                    amount if share.total is share.amount else sent(share.total)
                    for share, amount in zip(ledger.shares, amounts, strict=True)
                ],
            },
        }

    def _graph(self, max_nodes: int) -> Graph:
        """Where a number is not finite, and the page can recompute it, it marks that itself:
        a finite one, as wide as any, keeps the place."""
        totals = {share.target: share.total for share in self.ledger.shares}
        totals[self.ledger.output] = self.ledger.seed
        rows = [replace(row, grad=totals.get(row.position)) for row in self.equations]
        graph = self._drawn(rows, max_nodes)
        if all("bad" not in box.marks for box in graph.boxes) or self.frozen:
            return graph
        rows = [row if row.is_literal else replace(row, value=0.0, grad=0.0) for row in rows]
        return replace(self._drawn(rows, max_nodes), summary=graph.summary)

    def _drawn(self, rows: list[Equation], max_nodes: int) -> Graph:
        shown = Equations(rows, self.equations.outputs)
        return graph_of(shown, max_nodes=max_nodes, derivatives=True)

    def _node(self, row: Equation) -> dict[str, object]:
        is_output = row.position == self.ledger.output
        node: dict[str, object] = {
            "id": f"n{row.position}",
            "name": self.ledger.names[row.position].text,
            "says": self.ledger.says(row.position),
            "kind": "output" if is_output and row.kind == "op" else row.kind,
            "op": row.op,
            "rule": "" if self.frozen else rule_of(self.equations, row),
            "scope": text(row.scope),
            "inputs": row.inputs,
            "shape": row.shape,
            "takes": row.requires_grad,
            "literal": row.is_literal,
            "line": self.lines[row.position],
            "law": row.law,
            "box": self.graph.places[row.position],
        }
        if image := self.images.get(row.position):
            node["image"] = image
        return node

    def shares(self) -> list[dict[str, object]]:
        """The shares as mathematics, each with the id of its arrow; "" where a box hides it."""
        drawn = {arrow.id for arrow in self.graph.arrows}
        merged = {(a.tail, a.head): a.id for a in self.graph.arrows if a.kind == "flow"}
        sent = []
        for k, share in enumerate(self.ledger.shares):
            edge = f"e{share.source}-{share.operand}"
            ends = self.graph.places[share.target], self.graph.places[share.source]
            sent.append(
                {
                    "from": share.source,
                    "operand": share.operand,
                    "target": share.target,
                    "before": self.ledger.before.get(k, -1),
                    "edge": edge if edge in drawn else merged.get(ends, ""),
                    **_words(self.ledger.words[k]),
                }
            )
        return sent


def _words(words: Words) -> dict[str, str]:
    """Of numbers the rule is upstream × slope, which the page puts together itself."""
    sent = words._asdict()
    if words.slope:
        del sent["rule"]
    return sent


def _step(stage: Stage) -> dict[str, object]:
    stops = [stop._asdict() for stop in stage.stops]
    return {"phase": stage.phase, "node": stage.node, "shares": stage.shares, "stops": stops}


def _whole(value: Value) -> object:
    """A number as it is; an array that the page computes with, to the last bit."""
    if isinstance(value, float):
        return value
    cells = np.ascontiguousarray(value, "<f8").tobytes()
    return {"shape": value.shape, "bytes": b64encode(cells).decode()}


def _compared(value: Value) -> object:
    """A number as it is; of an array that the page computes how its numbers are spread."""
    if isinstance(value, float):
        return value
    with np.errstate(all="ignore"):
        spread = (value.min(), value.mean(), value.max()) if value.size else (0.0, 0.0, 0.0)
    ends = zip(("low", "mean", "high"), map(float, spread), strict=True)
    return {"shape": value.shape, **dict(ends)}


def _stored(value: Value) -> object:
    """A number as it is; of an array also the first cells, to 7 digits."""
    if isinstance(value, float):
        return value
    spread = _compared(value)
    assert isinstance(spread, dict)
    cells = [float(f"{cell:.7g}") for cell in value.ravel()[:MOST_CELLS].tolist()]
    return {**spread, "cells": cells, "cut": value.size > MOST_CELLS}
