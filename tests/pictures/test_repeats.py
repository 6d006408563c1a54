"""Leaves that are read far apart are drawn again near each use."""

import re

import minigrad as mg
from minigrad.equations import equations_of
from minigrad.pictures.graph import graph_of
from minigrad.pictures.repeats import NEAR, SMALL


def chain(ops, w):
    h = mg.Var(1.0, "x")
    for _ in range(ops // 2):
        h = mg.sin(h * w)
    return h


def test_a_shared_weight_of_a_long_chain():
    drawing = mg.draw(chain(200, mg.Var(0.5, "w")))
    boxes = [box for box in drawing.graph.boxes if box.title.split(",")[0].split(";")[0] == "w"]
    assert 200 // (NEAR + 2) - 2 <= len(boxes) <= 200 // NEAR + 1
    first, *again = boxes
    assert first.id == "n0" and [line.role for line in first.lines] == ["name", "value", "grad"]
    for i, box in enumerate(again, 1):
        assert (box.id, box.kind, box.marks) == (f"n0-{i}", "parameter", ("again",))
        assert [line.words for line in box.lines] == ["w"] and "drawn again here" in box.title
    tails = [
        arrow.tail for arrow in drawing.graph.arrows if arrow.tail in {box.id for box in boxes}
    ]
    assert len(tails) == 100 and set(tails) == {box.id for box in boxes}
    assert max(tails.count(id) for id in tails) <= NEAR
    ids = [arrow.id for arrow in drawing.graph.arrows]
    assert len(set(ids)) == len(ids) == 300
    assert drawing.svg.count('data-kind="parameter"') == len(boxes) + 1
    assert 'class="mg-node mg-parameter mg-again"' in drawing.svg


def test_a_parameter_of_a_small_graph_is_drawn_once_so_that_its_gradients_add_up():
    w = mg.Var(0.5, "w")
    assert len(mg.draw(chain(SMALL - 10, w)).graph.boxes) == len(equations_of(chain(SMALL - 10, w)))
    c = mg.constant(0.5, "c")
    again = [box for box in mg.draw(chain(SMALL - 10, c)).graph.boxes if "again" in box.marks]
    assert again and {box.kind for box in again} == {"constant"}


def test_what_is_read_nearby_is_drawn_once():
    w = mg.constant(0.5, "w")
    assert not any("again" in box.marks for box in mg.draw(w * mg.sin(w * w)).graph.boxes)


def test_it_stands_in_the_scope_of_its_reader():
    c = mg.constant(0.5, "c")
    h = mg.sin(c)
    for _ in range(NEAR + 2):
        h = mg.sin(h)
    with mg.scope("late"):
        h = h * c
    (box,) = [box for box in mg.draw(h).graph.boxes if "again" in box.marks]
    assert box.scope == "late"


def test_lessons_and_folded_scopes_keep_one_box_a_leaf():
    h = chain(200, mg.Var(0.5, "w"))
    assert not any("again" in box.marks for box in graph_of(equations_of(h)).boxes)
    with mg.scope("all"):
        inner = chain(200, mg.Var(0.5, "w"))
    graph = graph_of(equations_of(inner * 2.0), max_nodes=100, alone=True)
    assert not any("again" in box.marks for box in graph.boxes)


def test_a_long_chain_on_one_weight_is_drawn_at_all():
    """It took Graphviz a minute."""
    svg = mg.draw(chain(1000, mg.Var(0.5, "w")), max_nodes=2000).svg
    assert len(re.findall('class="mg-node', svg)) > 1000
