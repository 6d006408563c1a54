"""The lesson: the page's data, its file, the pictures of each step. What the page does with them
is tested in a browser."""

import base64
import cmath
import hashlib
import html
import json
import math
import re
from xml.etree import ElementTree

import numpy as np
import pytest

import minigrad as mg
from minigrad.pages.document import as_data, document
from minigrad.pages.lesson.sources import lines_of
from tests.pages.lesson.test_ledger import sine

SVG = "{http://www.w3.org/2000/svg}"


def data_of(lesson):
    """What the page reads, with what it takes for granted."""
    data = json.loads(re.search(r'id="data">(.*?)</script>', lesson.html, re.DOTALL)[1])
    plain = {"says": "", "op": "", "rule": "", "scope": "", "law": "", "line": None}
    plain |= {"inputs": [], "shape": [], "takes": False, "literal": False}
    for pane in data["panes"]:
        pane["nodes"] = [plain | node for node in pane["nodes"]]
        pane["steps"] = [{"node": None, "shares": [], "stops": []} | x for x in pane["steps"]]
        pane["shares"] = [
            {"before": -1, "edge": f"e{x['from']}-{x['operand']}"} | x for x in pane["shares"]
        ]
    return data


def pane_of(output, **options):
    (pane,) = data_of(mg.step_through(output, **options))["panes"]
    return pane


def encoder():
    """Two scopes, a sample, and an array's worth of nothing: scalars only."""
    x, w = mg.constant(1.5, "x"), mg.Var(0.4, "w")
    with mg.scope("encoder"):
        mu = (w * x).named("mu")
        sigma = mg.exp(0.5 * mu).named("sigma")
    z = mg.Normal(mu, sigma).rsample(np.random.default_rng(0)).named("z")
    with mg.scope("decoder"):
        y = mg.tanh(w * z).named("y")
    return mg.square(y - x).named("loss")


# ------------------------------------------------------------------------------------- the data


def test_nodes():
    pane = pane_of(sine(), title="a lesson")
    assert [node["id"] for node in pane["nodes"]] == ["n0", "n1", "n2", "n3", "n4", "n5"]
    assert [node["name"] for node in pane["nodes"]] == ["μ", "σ", "ε", "σ·ε", "z", "f"]
    assert [node["says"] for node in pane["nodes"]] == ["", "", "", "σ·ε", "μ + σ·ε", "sin(z)"]
    kinds = [node["kind"] for node in pane["nodes"]]
    assert kinds == ["parameter", "parameter", "noise", "op", "op", "output"]
    assert [node["takes"] for node in pane["nodes"]] == [True, True, False, True, True, True]
    assert [node["inputs"] for node in pane["nodes"]][3:] == [[1, 2], [0, 3], [4]]
    assert pane["nodes"][4] == {
        "id": "n4",
        "name": "z",
        "says": "μ + σ·ε",
        "kind": "op",
        "op": "add",
        "rule": "add",
        "scope": "",
        "inputs": [0, 3],
        "shape": [],
        "takes": True,
        "literal": False,
        "line": None,
        "law": "",
        "box": "n4",
    }
    assert (pane["output"], pane["live"], pane["frozen"]) == (5, True, "")
    assert (pane["inputs"], pane["knobs"]) == ([0, 1, 2], [0, 1])


def test_steps_and_shares():
    pane = pane_of(sine())
    shown = [(step["phase"], step["node"], step["shares"]) for step in pane["steps"]]
    assert shown == [
        ("leaves", None, []),
        ("forward", 3, []),
        ("forward", 4, []),
        ("forward", 5, []),
        ("seed", 5, []),
        ("backward", 5, [0]),
        ("backward", 4, [1, 2]),
        ("backward", 3, [3]),
    ]
    assert pane["steps"][-1]["stops"] == [{"target": 2, "why": "noise takes no gradient"}]
    assert pane["shares"][3] == {
        "from": 3,
        "operand": 0,
        "target": 1,
        "before": -1,
        "edge": "e3-0",
        "to": "∂L/∂σ",
        "upstream": "∂L/∂(σ·ε)",
        "slope": "ε",
    }


def test_numbers_are_those_of_the_tape():
    output = encoder()
    pane = pane_of(output)
    output.backward()
    rows = mg.equations_of(output)
    assert pane["numbers"]["values"] == [row.value for row in rows]
    sums = {pane["output"]: 1.0}
    for share, total in zip(pane["shares"], pane["numbers"]["sums"], strict=True):
        sums[share["target"]] = total
    assert sums == {row.position: row.grad for row in rows if row.grad is not None}


def test_numbers_that_json_lacks():
    x = mg.Var(0.0, "x")
    pane = pane_of(1.0 / x + mg.log(x) + mg.log(x - 1.0))
    values = pane["numbers"]["values"]
    assert {"Infinity", "-Infinity", "NaN"} <= {v for v in values if isinstance(v, str)}
    assert all(math.isfinite(v) for v in values if not isinstance(v, str))


def test_arrays():
    """Stored ones: an op that the page lacks keeps it from computing them."""
    big = mg.Var(np.arange(300.0), "big")
    pane = pane_of(mg.sum(mg.square(big[:6].reshape(2, 3))) + mg.sum(mg.pinv(big[None])))
    assert not pane["live"]
    number = pane["numbers"]["values"][0]
    assert number["shape"] == [300]
    assert number["cells"] == list(map(float, range(128)))
    assert (number["cut"], number["low"], number["mean"], number["high"]) == (True, 0, 149.5, 299)
    matrix = pane["numbers"]["values"][2]
    assert matrix["shape"] == [2, 3]
    assert (matrix["cells"], matrix["cut"]) == ([0.0, 1.0, 2.0, 3.0, 4.0, 5.0], False)
    rules = [share["rule"] for share in pane["shares"] if not share["slope"]]
    assert any(rule.startswith("2·∂L/∂") for rule in rules)
    assert pane["numbers"]["slopes"].count(None) == len(rules)


def test_why_a_pane_is_not_live():
    x, rng = mg.Var(2.0, "x"), np.random.default_rng(0)
    assert pane_of(mg.Gamma(x, 1.0).rsample(rng) * 2.0)["live"]
    frozen = pane_of(mg.sum(mg.pinv(x * np.eye(2))))
    assert (frozen["live"], frozen["frozen"]) == (False, "pinv has no JavaScript")
    frozen = pane_of(mg.sum(mg.Var(np.ones((65, 64)), "w") * x))
    why = "w has 4,160 numbers, and the page computes with at most 4,096 in an array"
    assert (frozen["live"], frozen["frozen"]) == (False, why)


def test_live_arrays_are_sent_whole_and_the_others_only_to_compare():
    x = np.array([0.1, np.nan, -np.inf, 1e-300])
    pane = pane_of(mg.sum(mg.Var(x, "x") * 2.0))
    leaf, *_, doubled, _ = pane["numbers"]["values"]
    assert pane["live"] and np.frombuffer(base64.b64decode(leaf["bytes"])).tobytes() == x.tobytes()
    assert set(doubled) == {"shape", "low", "mean", "high"}


def test_an_empty_array():
    number = pane_of(mg.sum(mg.Var(np.zeros((0, 2)), "x")))["numbers"]["values"][0]
    assert (number["shape"], number["cells"]) == ([0, 2], [])


def test_an_output_that_is_an_array_is_taken_as_its_sum():
    pane = pane_of(mg.sin(mg.Var(np.array([0.0, 1.0]), "x")))
    sent = pane["numbers"]["sums"][0]
    assert (sent["low"], sent["high"]) == (pytest.approx(math.cos(1.0)), 1.0)


def test_laws_of_noise():
    rng = np.random.default_rng(0)
    drawn = [mg.noise(rng), mg.constant(1.0, "e", "noise")]
    made = [
        mg.Normal(0.0, 1.0),
        mg.Uniform(0.0, 1.0),
        mg.Exponential(1.0),
        mg.Gumbel(0.0, 1.0),
        mg.Logistic(0.0, 1.0),
        mg.Laplace(0.0, 1.0),
        mg.Cauchy(0.0, 1.0),
        mg.HalfNormal(1.0),
        mg.Transformed(mg.Laplace(0.0, 1.0), [mg.ExpTransform()]),
    ]
    drawn += [q.noise(rng) for q in made]
    drawn.append(made[2].mirrored(drawn[4]))
    nodes = pane_of(sum(eps * mg.Var(1.0) for eps in drawn))["nodes"]
    assert [node["law"] for node in nodes if node["kind"] == "noise"] == [
        "normal",
        "",
        "normal",
        "uniform",
        "exponential",
        "gumbel",
        "logistic",
        "laplace",
        "cauchy",
        "half_normal",
        "laplace",
        "exponential",
    ]


def test_the_drawing_holds_every_node_and_arrow():
    lesson = mg.step_through(encoder())
    (pane,) = data_of(lesson)["panes"]
    ids = set(re.findall(r' id="([^"]+)"', lesson.html))
    assert {f"{pane['prefix']}-{node['box']}" for node in pane["nodes"]} <= ids
    assert {f"{pane['prefix']}-{share['edge']}" for share in pane["shares"]} <= ids


def test_folded_scopes():
    lesson = mg.step_through(encoder(), max_nodes=8)
    (pane,) = data_of(lesson)["panes"]
    boxes = {node["name"]: node["box"] for node in pane["nodes"]}
    assert boxes["mu"] == boxes["sigma"] != boxes["y"]
    assert boxes["mu"].startswith("s") and boxes["w"] == "n1"
    edges = {(share["from"], share["target"]): share["edge"] for share in pane["shares"]}
    names = [node["name"] for node in pane["nodes"]]
    assert edges[names.index("sigma"), names.index("0.5·mu")] == ""  # within one box
    drawn = set(re.findall(rf' id="{pane["prefix"]}-(e\d+-\d+)"', lesson.html))
    assert {edge for edge in edges.values() if edge} <= drawn


def test_names_and_knobs():
    a, b, w = mg.Var(1.0), mg.Var(2.0, "b"), mg.Var(np.ones(2), "w")
    output = a * b + mg.sum(w)
    assert [n["name"] for n in pane_of(output, names={"a": a})["nodes"]][:2] == ["a", "b"]
    assert pane_of(output)["knobs"] == [0, 1, [2, 0], [2, 1]]
    assert pane_of(output, knobs=["b"])["knobs"] == [1]
    assert pane_of(output, knobs=[a])["knobs"] == [0]
    assert pane_of(output, knobs=[])["knobs"] == []
    with pytest.raises(ValueError, match=r"'c' is no scalar parameter .*: it has \(unn"):
        mg.step_through(output, knobs=["c"])
    with pytest.raises(ValueError, match="no scalar parameter"):
        mg.step_through(output, knobs=[mg.Var(1.0)])
    with pytest.raises(TypeError, match=r"knobs=\['b'\]"):
        mg.step_through(output, knobs="b")
    with pytest.raises(TypeError, match="a knob is a name or a Var, not float"):
        mg.step_through(output, knobs=[1.0])


def test_at_most_twelve_knobs_unless_they_are_asked_for():
    many = [mg.Var(1.0, f"p{i}") for i in range(20)]
    assert len(pane_of(sum(many))["knobs"]) == 12
    assert len(pane_of(sum(many), knobs=many)["knobs"]) == 20


def test_panes():
    def f(draw):
        mu = mg.Var(0.7, "mu")
        z = getattr(mg.Normal(mu, 1.2), draw)(np.random.default_rng(0)).named("z")
        return mg.sin(z)

    data = data_of(mg.step_through([f("sample"), f("rsample")], knobs=["mu"]))
    broken, repaired = data["panes"]
    assert [pane["title"] for pane in data["panes"]] == ["graph 1", "graph 2"]
    assert broken["prefix"] != repaired["prefix"]
    assert broken["shares"] == [] and len(repaired["shares"]) == 2
    assert broken["steps"][-1]["phase"] == "seed"
    assert broken["knobs"] == repaired["knobs"] == [0]
    named = mg.step_through([f("sample").named("broken"), f("rsample").named("repaired")])
    assert [pane["title"] for pane in data_of(named)["panes"]] == ["broken", "repaired"]
    assert named.title == "Step through broken and repaired"


def test_the_tape_is_left_as_it_was():
    output = sine()
    assert mg.step_through(output).html and output.grad is None


# ------------------------------------------------------------------------------------ the source


def program(w, x):
    h = mg.tanh(w * x)
    for _ in range(2):
        h = mg.sin(h) + 0.5
    out, scale = mg.exp(h), x
    return out * scale


def lines_by_name(output, source, **options):
    nodes = pane_of(output, source=source, **options)["nodes"]
    return {node["name"]: node["line"] for node in nodes}


def test_lines_of_a_function():
    w, x = mg.Var(0.5, "w"), mg.constant(2.0, "x")
    out = program(w, x)
    lines = lines_by_name(out, program)
    assert (lines["w"], lines["x"], lines["w·x"]) == (0, 0, 5)
    h = mg.tanh(w * x).named("h")
    lines = lines_by_name((mg.exp(h).named("out") * x), program)
    assert lines["h"] == lines["w·x"] == 3
    assert (lines["out"], lines["out·x"]) == (4, 5)


def test_lines_by_what_stands_in_quotes():
    source = 'mu = mg.Var(0.7, "μ")\nsigma = mg.Var(1.2, "σ")\nz = mu + sigma * eps\nmg.sin(z)'
    lines = lines_by_name(sine(), source)
    assert lines == {"μ": 0, "σ": 1, "ε": 2, "σ·ε": 2, "z": 2, "f": 3}


def test_lists_of_vars_and_lines():
    ws = [mg.Var(1.0), mg.Var(2.0)]
    source = ["ws = [mg.Var(1.0), mg.Var(2.0)]", "y = ws[0] * ws[1]"]
    assert set(lines_by_name(ws[0] * ws[1], source, names={"ws": ws}).values()) == {0, 1}


def test_source_that_is_no_python():
    pane = pane_of(sine(), source="z ~ Normal(μ, σ)\n\tf = sin(z)\n")
    assert {node["line"] for node in pane["nodes"]} == {None}
    assert lines_of("z ~ Normal(μ, σ)\n\tf = sin(z)\n") == ["z ~ Normal(μ, σ)", "    f = sin(z)"]


def test_bad_sources():
    with pytest.raises(TypeError, match="a text, a list of lines or a function, not int"):
        mg.step_through(sine(), source=3)
    with pytest.raises(ValueError, match="can't be read: give its text"):
        mg.step_through(sine(), source=math.sin)


# -------------------------------------------------------------------------------------- the file

NASTY = "</script><script>alert(1)</script><!-- \"'& \u2028 $title \\n"


def test_nasty_names_are_text():
    with mg.scope(NASTY):
        x = mg.Var(math.nan, NASTY)
        output = (x * mg.constant(math.inf, "</style>")).named("`${1}`")
    lesson = mg.step_through(output, title=NASTY, source=f"x = '{NASTY}'")
    assert len(re.findall(r"<script", lesson.html)) == 2
    assert len(re.findall(r"</style>", lesson.html)) == 2  # the page's, the drawing's
    data = data_of(lesson)
    assert data["lines"][0].startswith("x = ")
    assert html.escape(lesson.title) in lesson.html
    assert data["panes"][0]["nodes"][0]["name"].startswith("</script>")


def test_the_policy_names_every_script_and_style():
    page = mg.step_through(encoder()).html
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1]
    assert policy.startswith("default-src 'none'; base-uri 'none'; form-action 'none'; script-src")
    for kind in ("script", "style"):
        inline = re.findall(rf"<{kind}(?: id=[^>]*)?>(.*?)</{kind}>", page, re.DOTALL)
        allowed = re.search(rf"{kind}-src ([^;]*)", policy)[1].split()
        if kind == "style":  # a drawing's is XML
            inline = [html.unescape(part) for part in inline]
        digests = [hashlib.sha256(part.encode()).digest() for part in inline]
        hashes = [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]
        assert sorted(hashes) == sorted(allowed)
    assert not re.search(r'\sstyle="|\son\w+="|https?://(?!www\.w3\.org)', page)


def test_a_page_is_put_together():
    template = "<title>$title</title><style>$style</style><script>$script</script>$more$$"
    page = document(template, "<b>", style="a>b{}", script="f($x)", more="$title")
    assert page == "<title>&lt;b&gt;</title><style>a>b{}</style><script>f($x)</script>$title$"
    with pytest.raises(ValueError, match="the script of a page can't hold '</script'"):
        document(template, "", style="", script="'</script>'", more="")
    assert json.loads(as_data(["<&>\u2028", 0.1, {"a": (1, -math.inf)}])) == [
        "<&>\u2028",
        0.1,
        {"a": [1, "-Infinity"]},
    ]


def test_saving(tmp_path):
    lesson = mg.step_through(sine())
    path = lesson.save(tmp_path / "lesson.html")
    assert path.read_text(encoding="utf-8") == lesson.html
    with pytest.raises(ValueError, match=r"saved as \.html, not as 'lesson.svg'"):
        lesson.save(tmp_path / "lesson.svg")
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        lesson.save(tmp_path / "none" / "lesson.html")


def test_in_jupyter():
    lesson = mg.step_through(sine(), title="a 'lesson' & \"more\"")
    frame = ElementTree.fromstring(lesson._repr_html_())
    assert frame.tag == "iframe" and frame.get("sandbox") == "allow-scripts"
    assert frame.get("title") == lesson.title
    scripts = (
        page.rpartition("<script>")[2].split() for page in (frame.get("srcdoc"), lesson.html)
    )
    assert next(scripts) == next(scripts)  # beside it a notebook's page has the ledger as text
    assert repr(lesson) == "Lesson('a \\'lesson\\' & \"more\"', 6 nodes)"


@pytest.mark.parametrize("show", [mg.draw, mg.step_through])
def test_bad_arguments(show):
    for names in ([1], 3, {1: mg.Var(2.0)}):
        with pytest.raises(TypeError, match=r"names maps names to Vars, like names=locals\(\)"):
            show(sine(), names=names)
    with pytest.raises(TypeError, match="a title is a string, not 3"):
        show(sine(), title=3)
    for count in (2.5, "9", None, True):
        with pytest.raises(TypeError, match="max_nodes counts nodes, a whole number, not"):
            show(sine(), max_nodes=count)


def test_bad_outputs():
    with pytest.raises(TypeError, match="step_through needs a Var, not float"):
        mg.step_through(1.0)
    with pytest.raises(TypeError, match="step_through needs a Var, not str"):
        mg.step_through([sine(), "f"])
    with pytest.raises(ValueError, match="an empty list"):
        mg.step_through([])
    lesson = mg.step_through(sine())
    with mg.no_grad():
        assert data_of(lesson)["panes"][0]["live"]
    with mg.no_grad(), pytest.raises(ValueError, match=r"call it outside mg.no_grad\(\)"):
        mg.step_through(mg.Var(1.0))
    y = mg.Var(1.0)
    for _ in range(400):
        y = mg.sin(y)
    with pytest.raises(ValueError, match="the graph has 401 nodes; a picture holds max_nodes=300"):
        mg.step_through(y)


# ------------------------------------------------------------------------------------ the frames


def texts_of(path):
    """The words of each node and arrow of a frame, and what is marked."""
    words, marked = {}, set()
    for group in ElementTree.parse(path).iter(f"{SVG}g"):
        id = group.get("id").rpartition("-n")[2] if group.get("data-node") else group.get("id")
        shown = [(t.text or "").replace("\xa0", " ") for t in group.iter(f"{SVG}text")]
        words[id.partition("-e")[2] or id] = shown
        mark = group.get("class", "").rpartition(" mg-")[2]
        if mark in ("now", "back"):
            marked.add((mark, id.partition("-e")[2] or id))
    return words, marked


def test_a_frame_a_step(tmp_path):
    paths = mg.step_through(sine()).frames(tmp_path / "new" / "frames")
    assert [path.name for path in paths] == [f"step_{i:02}.svg" for i in range(8)]
    words, marked = texts_of(paths[0])
    assert words["0"] == ["μ", "value +0.7000", "grad ·"]
    assert words["4"] == ["z  [+]", "value ·", "grad ·"]
    assert words["5-0"] == [""] and not marked
    assert "[+]; value ·; grad ·</title>" in paths[0].read_text(encoding="utf-8")
    words, marked = texts_of(paths[2])
    assert words["4"] == ["z  [+]", "value +1.6960", "grad ·"] and marked == {("now", "4")}
    words, marked = texts_of(paths[6])
    assert words["5"][2] == "grad +1.0000" and words["0"][2] == "grad −0.1249"
    assert words["5-0"] == ["× −0.1249"] and words["3-0"] == [""]
    assert [shown.strip() for shown in words["3-1"]] == ["⊘ no gradient"]
    assert marked == {("back", "4"), ("back", "4-0"), ("back", "4-1")}
    assert texts_of(paths[4])[1] == {("back", "5")}  # the seed


def test_arrows_of_a_step_backward_point_backward(tmp_path):
    """The head is where the arrow starts, and points away from where it goes."""
    paths = mg.step_through(sine()).frames(tmp_path)
    for step, path in enumerate(paths):
        turned = {}
        for group in ElementTree.parse(path).iter(f"{SVG}g"):
            head = group.find(f"{SVG}polygon")
            if head is not None and "transform" in head.attrib:
                turned[group.get("id").partition("-e")[2]] = group.find(f"{SVG}path"), head
        assert set(turned) == {5: {"5-0"}, 6: {"4-0", "4-1"}, 7: {"3-0"}}.get(step, set())
        for way, head in turned.values():
            start, follows, *_ = points(way.get("d"))
            a, tip, b, _ = points(head.get("points"))
            x, y, angle, _, back_x, back_y = map(
                float, re.findall(r"-?[\d.]+", head.get("transform"))
            )
            assert (complex(x, y), complex(back_x, back_y)) == (start, -tip)
            turn = cmath.exp(1j * math.radians(angle)) * (tip - (a + b) / 2) / (start - follows)
            assert abs(cmath.phase(turn)) < 0.01


def points(text):
    return [complex(float(x), float(y)) for x, y in re.findall(r"(-?[\d.]+),(-?[\d.]+)", text)]


def test_gradients_that_are_not_known_are_not_orange(tmp_path):
    paths = mg.step_through(sine()).frames(tmp_path)
    for path, empty in ((paths[0], 5), (paths[4], 4), (paths[7], 0)):
        grads = [t for t in ElementTree.parse(path).iter() if "mg-grad" in t.get("class", "")]
        assert len(grads) == 5
        assert [t.get("class") == "mg-grad mg-empty" for t in grads].count(True) == empty
        assert all((t.text == "grad ·") == ("mg-empty" in t.get("class")) for t in grads)


def test_frames_have_one_layout(tmp_path):
    paths = mg.step_through(encoder(), max_nodes=8).frames(tmp_path)
    layouts = set()
    for path in paths:
        root = ElementTree.parse(path).getroot()
        places = ("d", "points", "x", "y")
        layouts.add(tuple(tuple(map(element.get, places)) for element in root.iter()))
    assert len(layouts) == 1


def test_frames_of_two_graphs(tmp_path):
    x = mg.Var(0.5, "x")
    paths = mg.step_through([mg.sin(x), mg.sin(mg.cos(x))]).frames(tmp_path)
    assert [path.name for path in paths[:3]] == [
        "step_00_graph_1.svg",
        "step_00_graph_2.svg",
        "step_01_graph_1.svg",
    ]
    assert len(paths) == 2 * 6


def test_frames_of_what_is_not_finite(tmp_path):
    x = mg.Var(0.0, "x")
    words, _ = texts_of(mg.step_through(mg.log(x).named("y")).frames(tmp_path)[-1])
    assert words["1"][1] == "value −inf" and words["0"][2] == "grad +inf"


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="can't make the folder"):
        mg.step_through(sine()).frames(tmp_path / "file")
