"""Graphviz on the page's own shim: the same picture as in Python, to the letter."""

import base64
import zlib

import minigrad as mg
from minigrad.pages.document import as_data, page_file
from minigrad.pages.layout import engine
from minigrad.pictures.render import render
from tests.support.typed_page import in_page, needs_node, node

RUN = """
const bytes = require("zlib").inflateSync(Buffer.from(packed, "base64"));
const draw = renderer(new WebAssembly.Module(bytes));
for (const dot of dots) {
  try {
    console.log(JSON.stringify(draw(dot)));
  } catch (error) {
    console.log(JSON.stringify({ error: error.message }));
  }
}"""


def drawn(dots: list[str]) -> list:
    given = f"const packed = {as_data(engine()['graphviz'])}, dots = {as_data(dots)};"
    return node("\n".join(['"use strict";', page_file("play/graphviz.js"), given, RUN]))


def chain(length: int) -> mg.Var:
    x = mg.Var(0.3, "x <&> é")
    for i in range(length):
        with mg.scope(f"part {i // 5}"):
            x = mg.sin(x) * (1.0 + x)
    return x


@needs_node
def test_the_pages_engine_draws_what_pythons_does():
    programs = ["mu = 1; q ~ Normal(mu, 2); kl(q) + q**2", "a = 1; a*a + a"]
    dots = [mg.draw(chain(n)).dot for n in (1, 8, 30)] + [each["dot"] for each in in_page(programs)]
    assert drawn(dots) == [render(dot) for dot in dots]


@needs_node
def test_a_text_that_is_no_graph_is_refused_and_the_next_is_drawn():
    dot = mg.draw(chain(2)).dot
    failed, svg = drawn(["digraph {", dot])
    assert failed["error"]
    assert svg == render(dot)


def test_the_package_carries_what_the_page_does():
    packed = base64.b64decode(engine()["graphviz"])
    assert zlib.decompress(packed)[:4] == b"\0asm"
