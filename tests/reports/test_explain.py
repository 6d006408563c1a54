"""What `mg.explain` says of a graph: who gets a gradient, who does not and why, what went bad."""

import math

import numpy as np
import pytest

import minigrad as mg
from minigrad.reports.flow import flow_of
from tests.support.checks import cases_of, names


def words_of(output, *args, **keywords):
    """The words for each leaf, by its name."""
    return {leaf.name: leaf.words for leaf in mg.explain(output, *args, **keywords).leaves}


def statuses(output, *args, **keywords):
    return {leaf.name: leaf.status for leaf in mg.explain(output, *args, **keywords).leaves}


# ------------------------------------------------------------------------------ gradients arrive


def deep():
    """A graph of many kinds of op, and its parameters."""
    rng = np.random.default_rng(0)
    w, b = mg.Var(rng.normal(size=(3, 2)), "w"), mg.Var(np.zeros(2), "b")
    logvar = mg.Var(rng.normal(size=2), "logvar")
    h = mg.tanh(rng.normal(size=(4, 3)) @ w + b)
    q = mg.Independent(mg.Normal.from_log_variance(h, mg.broadcast_to(logvar, (4, 2))), 1)
    z = q.rsample(rng)
    fit = mg.logsumexp(z * [1.0, -2.0], axis=1) + mg.stack([z[0, 0], z[1, 1], b[0], 1.0])
    return (fit - q.log_prob(z) * 0.5 + mg.max(mg.relu(z), axis=1)).sum() ** 2, [w, b, logvar]


@pytest.mark.parametrize("order", [1, 2])
def test_the_gradients_are_those_of_grad_to_the_bit(order):
    loss, leaves = deep()
    if order == 2:
        loss = mg.sum(mg.grad(loss, leaves, create_graph=True)[0] ** 2)
    report = mg.explain(loss, leaves)
    for leaf, gradient in zip(report.leaves, mg.grad(loss, leaves, allow_unused=True), strict=True):
        np.testing.assert_array_equal(leaf.gradient, gradient)
        assert leaf.status == "arrives" and np.shape(leaf.gradient) == np.shape(gradient)
    assert report.first_value is None and report.first_gradient is None


@pytest.mark.parametrize("name", sorted(names()))
def test_every_op(name):
    for case in cases_of(name):
        leaves = [mg.Var(x, f"x{i}") for i, x in enumerate(case.inputs)]
        y = case.f(*leaves)
        report = mg.explain(y, leaves)
        for leaf, gradient in zip(
            report.leaves, mg.grad(y, leaves, seed=seed_of(y), allow_unused=True), strict=True
        ):
            assert leaf.status in ("arrives", "zero", "stopped", "not connected")
            found = np.zeros(np.shape(gradient)) if leaf.gradient is None else leaf.gradient
            np.testing.assert_array_equal(found, gradient)
            assert (leaf.status == "arrives") == bool(np.any(gradient))
            assert bool(leaf.stops) or leaf.status in ("arrives", "not connected")
        assert str(report) and report.first_value is None and report.first_gradient is None


def seed_of(y):
    return np.ones(y.shape) if y.shape else 1.0


def test_a_sound_model_gets_no_hint():
    assert mg.explain(deep()[0]).hints == ()


def test_no_grad_slot_is_touched():
    loss, leaves = deep()
    mg.explain(loss)
    assert [x.grad for x in (loss, *leaves)] == [None] * 4
    loss.backward()
    before = [np.array(x.grad) for x in leaves]
    mg.explain(loss)
    for x, old in zip(leaves, before, strict=True):
        np.testing.assert_array_equal(x.grad, old)


def test_the_text_of_a_sound_graph():
    mu, sigma = mg.Var(0.5, "mu"), mg.Var(2.0, "sigma")
    z = (mu + sigma * mg.constant(-1.0, "eps", "noise")).named("z")
    loss = (z - mg.constant(1.0, "target")) ** 2
    report = mg.explain(loss, names={"loss": loss})
    assert str(report) == (
        "loss = (z − target)² is +6.2500\n"
        "  mu      gradient −5.0000\n"
        "  sigma   gradient +5.0000\n"
        "  eps     noise: it takes no gradient, on purpose\n"
        "  target  a constant: it wants no gradient (mg.Var makes a parameter)\n"
        "all values and gradients are finite"
    )
    assert [leaf.status for leaf in report.leaves] == ["arrives", "arrives", "noise", "constant"]
    assert [leaf.gradient for leaf in report.leaves] == [-5.0, 5.0, None, None]
    assert report.hints == () and loss.value == 6.25


def test_an_array_is_explained_by_its_sum():
    v = mg.Var([1.0, 2.0], "v")
    report = mg.explain(v * [3.0, 4.0])
    np.testing.assert_array_equal(report.leaves[0].gradient, [3.0, 4.0])
    assert "below, the gradient of its sum (2)" in report.output


def test_wrt_asks_for_any_node():
    x, y = mg.Var(3.0, "x"), mg.Var(1.0, "y")
    h = (x * x).named("h")
    wall = mg.stop_gradient(h).named("wall")
    report = mg.explain(mg.sin(h) * wall, [h, wall, y])
    assert [leaf.status for leaf in report.leaves] == ["arrives", "stopped", "not connected"]
    assert report.leaves[0].gradient == math.cos(9.0) * 9.0
    assert report.leaves[1].words == "no gradient: it is a wall"
    assert statuses(h, x) == {"x": "arrives"}


# ------------------------------------------------------------------------------- gradients stop

STOPPED = [
    (lambda x: mg.stop_gradient(x * x) * 2.0, "stopped", "wall",
     "no gradient: stop_gradient(x·x) stops it, a wall"),
    (lambda x: (x > 2.0) * 1.0, "stopped", "comparison",
     "no gradient: x > 2 stops it: a comparison is 1 or 0 and flat between its jumps"),
    (lambda x: mg.sign(x), "stopped", "no rule",
     "no gradient: sign(x) stops it: sign has slope 0 everywhere"),
    (lambda x: mg.where(x, 1.0, 2.0), "stopped", "no rule",
     "no gradient: where(x, 1, 2) stops it: a where passes no gradient to its condition"),
    (lambda x: mg.relu(-x), "zero", "zero",
     "gradient 0: relu(−x) stops it at −x = −3.0000: relu is flat where its input is not above 0"),
    (lambda x: mg.clip(x, -1.0, 1.0).named("c"), "zero", "zero",
     "gradient 0: c = clip(x, −1, 1) stops it at x = +3.0000: clip is flat outside −1 … 1; "
     "mg.soft_clip keeps a gradient"),
    (lambda x: mg.maximum(x, 4.0), "zero", "zero",
     "gradient 0: maximum(x, 4) stops it at x = +3.0000: the other input is larger"),
    (lambda x: mg.where(x > 5.0, x, 0.0), "zero", "zero",
     "gradient 0: where(x > 5, x, 0) stops it at x = +3.0000: "
     "the condition chose the other branch"),
    (lambda x: 0.0 * x, "zero", "zero",
     "gradient 0: 0·x stops it at x = +3.0000: the other factor is 0"),
    (lambda x: mg.exp(-1e3 * x), "zero", "zero",
     "gradient 0: exp(−1000·x) stops it at −1000·x = −3000.0: exp has slope 0 there, "
     "or one too small for a float"),
    (lambda x: x * x - x * x, "zero", "cancel",
     "gradient 0: what reaches x·x in several ways adds up to 0"),
]  # fmt: skip


@pytest.mark.parametrize("f, status, kind, words", STOPPED)
def test_what_stops_a_gradient_and_why(f, status, kind, words):
    x = mg.Var(3.0, "x")
    square = x * x if kind == "cancel" else None
    output = square - square if kind == "cancel" else f(x)
    leaf = mg.explain(output, x).leaves[0]
    assert (leaf.status, leaf.words) == (status, words)
    assert leaf.gradient == (0.0 if status == "zero" else None)
    assert kind in [stop.kind for stop in leaf.stops]
    assert mg.grad(output, [x], allow_unused=True) == (0.0,)


def test_every_way_must_be_stopped_for_a_leaf_to_go_without():
    x = mg.Var(3.0, "x")
    leaf = mg.explain(mg.stop_gradient(x) * mg.sign(x) * mg.relu(-x)).leaves[0]
    assert [stop.kind for stop in leaf.stops] == ["zero", "no rule", "wall"]
    leaf = mg.explain(mg.stop_gradient(x) * x).leaves[0]
    assert leaf.status == "arrives" and leaf.gradient == 3.0
    assert leaf.words == "gradient +3.0000; in part, stop_gradient(x) stops it, a wall"


def test_the_nearest_stop_is_named_not_those_behind_it():
    x = mg.Var(3.0, "x")
    leaf = mg.explain(mg.stop_gradient(mg.sign(mg.relu(-x))) + 1.0).leaves[0]
    assert [stop.kind for stop in leaf.stops] == ["wall"]


def test_comparisons_that_only_choose_are_not_worth_a_word():
    x = mg.Var(3.0, "x")
    assert words_of(mg.where(x > 0.0, x, -x))["x"] == "gradient +1.0000"


def test_part_of_an_array():
    logvar = mg.Var([-30.0, 1.0, 2.0], "logvar")
    report = mg.explain(mg.clip(logvar, -10.0, 10.0).sum())
    assert report.leaves[0].words == (
        "gradient [+0.000 +1.000 +1.000], 0 in 1 of 3 numbers; in part, "
        "clip(logvar, −10, 10) stops 1 of 3 numbers at logvar = [−30.00 +1.000 +2.000]: "
        "clip is flat outside −10 … 10; mg.soft_clip keeps a gradient"
    )
    assert report.leaves[0].stops[0].lost == 1


def test_part_of_an_array_that_an_index_left_out_has_no_stop():
    v = mg.Var([1.0, 2.0, 3.0], "v")
    assert words_of(v[0] * 2.0)["v"] == "gradient [+2.000 +0.000 +0.000], 0 in 2 of 3 numbers"


def test_not_connected_and_off_the_tape():
    x, y = mg.Var(3.0, "x"), mg.Var(1.0, "y")
    with mg.no_grad():
        off = x * x
    for output in (y * off, y * (x * x).detach(), y * x.value):
        assert statuses(output, [x, y]) == {"x": "not connected", "y": "arrives"}
    report = mg.explain(off)
    assert report.output.startswith("the output is +9.0000, a constant leaf with nothing below it")
    assert report.leaves == ()


# --------------------------------------------------------------------------- what is not finite


def test_the_first_value_and_the_first_gradient_that_are_not_finite():
    x = mg.Var(0.0, "x")
    root = mg.sqrt(x).named("root")
    report = mg.explain(mg.sin(root) + 1.0)
    assert report.first_value is None
    trouble = report.first_gradient
    assert (trouble.name, trouble.value, trouble.row.op) == ("x", math.inf, "")
    assert trouble.words == (
        "that of x is +inf: root = √x makes it from its own, +1.0000, at x = +0.0000"
    )
    bad = (mg.log(x - 1.0) * 2.0).named("bad")
    report = mg.explain(mg.exp(bad))
    assert report.first_value.row.op == "log" and math.isnan(report.first_value.value)
    assert report.first_value.words == "log(x − 1) is nan, from x − 1 = −1.0000"
    assert report.first_gradient.name == "bad"


def test_the_first_in_an_array_with_its_position():
    v = mg.Var([[1.0, 2.0], [0.0, -1.0]], "v")
    with np.errstate(all="ignore"):
        report = mg.explain(mg.log(v).sum())
    assert report.first_value.words == (
        "log(v) is −inf at position (1, 0) (2 of 4 numbers not finite), from "
        "v = [+1.000 +2.000; +0.000 −1.000]"
    )
    assert report.first_gradient.words.startswith("that of v is +inf at position (1, 0) (1 of 4")


def test_a_leaf_that_is_not_finite():
    report = mg.explain(mg.Var(math.nan, "x") * 2.0)
    assert report.first_value.words == "x is nan, a parameter leaf"


def test_finite_parts_that_add_up_to_infinity():
    x = mg.Var(1.0, "x")
    report = mg.explain(1e308 * x + 1e308 * x)
    assert "add up to more than a float can hold" in report.first_gradient.words


def test_the_branch_that_where_did_not_take():
    x = mg.Var(0.0, "x")
    report = mg.explain(mg.where(x > 0.0, mg.log(x), 0.0))
    assert math.isnan(report.leaves[0].gradient) and report.leaves[0].status == "arrives"
    assert report.first_gradient.words == (
        "that of x is nan: log(x) makes it from its own, +0.0000, at x = +0.0000"
    )
    assert any(
        "0 · ∞ is nan" in hint and "log(where(x > 0, x, 1.0))" in hint for hint in report.hints
    )
    safe = mg.explain(mg.where(x > 0.0, mg.log(mg.where(x > 0.0, x, 1.0)), 0.0))
    assert safe.hints == () and safe.first_gradient is None


def test_what_hands_over_the_first_gradient_that_is_not_finite():
    x = mg.Var(0.0, "x")
    older, newer = mg.sqrt(x).named("older"), mg.sqrt(x).named("newer")
    assert "newer = √x makes it" in mg.explain(older + newer).first_gradient.words


def test_a_nan_that_where_did_not_make():
    x = mg.Var(1.0, "x")
    report = mg.explain(mg.where(x > 0.0, math.nan * x, 0.0))
    assert math.isnan(report.leaves[0].gradient) and report.hints == ()


def test_only_what_the_output_is_computed_from_counts():
    x = mg.Var(-1.0, "x")
    report = mg.explain(x * 2.0, [x, mg.log(x)])
    assert report.first_value is None and report.leaves[1].status == "not connected"


def test_it_agrees_with_the_picture():
    x = mg.Var(0.0, "x")
    loss = mg.sqrt(mg.exp(x) - 1.0)
    report = mg.explain(loss)
    loss.backward()
    assert report.first_gradient.name in mg.draw(loss).svg.split("first not finite")[0]
    assert f"not finite is that of {report.first_gradient.name}." in mg.draw(loss).svg


# ------------------------------------------------------------------------------- size, bad input


def test_a_long_chain_without_recursion():
    x = h = mg.Var(1.0, "x")
    for _ in range(10_000):
        h = h + x
    report = mg.explain(h)
    assert report.leaves[0].gradient == 10_001.0 and "gradient +10001" in str(report)


def test_many_leaves_are_shortened_in_the_text_alone():
    leaves = [mg.Var(1.0, f"x{i}") for i in range(100)]
    total = sum(leaves, mg.stop_gradient(mg.Var(2.0, "stuck")))
    report = mg.explain(total)
    assert len(report.leaves) == 101
    lines = str(report).splitlines()
    assert lines[1].startswith("  stuck  no gradient") and "… and 61 more, in .leaves" in lines[41]


def test_many_stops_above_a_leaf_are_cut():
    x = mg.Var(1.0, "x")
    total = sum((mg.stop_gradient(x) for _ in range(100)), mg.constant(0.0))
    assert 0 < len(mg.explain(total).leaves[0].stops) < 10


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "a\nb\x1b[31m", "{x!r}", "x" * 500])
def test_hostile_names(name):
    x = mg.Var(0.0, name)
    report = mg.explain(mg.clip(mg.log(x), 1.0, 2.0).named(name))
    text = str(report)
    assert "\x1b" not in text and len(max(text.splitlines(), key=len)) < 500
    html = report._repr_html_()
    assert html.startswith("<pre>") and html.endswith("</pre>")
    assert "<" not in html[5:-6] and ">" not in html[5:-6]
    assert report.leaves[0].name == "".join(c if c.isprintable() else " " for c in name)


def test_bad_input():
    with pytest.raises(TypeError, match="explain needs Vars, not float: compute it from a Var"):
        mg.explain(1.0)
    with pytest.raises(TypeError, match="explain needs Vars, not str"):
        mg.explain(mg.Var(1.0), ["x"])
    with pytest.raises(TypeError, match="explain needs Vars, not float"):
        mg.explain(mg.Var(1.0), 2.0)
    assert mg.explain(mg.Var(1.0), []).leaves == ()
    x = mg.Var(1.0, "x")
    y = x * x
    x.value = 2.0
    with pytest.raises(ValueError, match="was given a new value after this graph was recorded"):
        mg.explain(y)


def test_flow_reads_equations_alone():
    x = mg.Var(3.0, "x")
    equations = mg.equations_of(x * x, mg.sin(x))
    square, sine = equations.outputs
    assert flow_of(equations, square).gradients[0] == 6.0
    flow = flow_of(equations, sine)
    assert flow.gradients[0] == math.cos(3.0) and not flow.connected[square]


# ------------------------------------------------------------------------------- what hints find


def hints(output, **keywords):
    return mg.explain(output, **keywords).hints


def test_a_gradient_that_explodes_says_where_it_begins():
    w, h = mg.Var(3.0, "w"), mg.Var(0.5, "h0")
    for i in range(100):
        h = (h * w).named(f"h{i + 1}")
    (hint,) = hints(h)
    assert hint.startswith("the gradient of w explodes to 8.6e48 from 9.0000 at h98 = h97·w, each ")
    assert "of 86 ops multiplies it by" in hint
    assert hints(mg.Var(2.0, "x") * 1e11) == ()
    (hint,) = hints(mg.Var(2.0, "x") * 1e13)
    assert "explodes to 1.0e13 from 1.0000 at x·1e+13" in hint


def test_a_gradient_that_vanishes_says_where_it_begins():
    w, h = mg.Var(0.4, "w"), mg.Var(0.5, "h0")
    for i in range(40):
        h = mg.tanh(h * w).named(f"h{i + 1}")
    (hint,) = hints(h)
    assert hint.startswith("the gradient of h0 vanishes to ") and "multiplies it by 0." in hint
    assert " from 0.1600 at h37·w, each " in hint


@pytest.mark.parametrize(
    "f",
    [
        lambda x: (x - 2.0 - 1e-14) ** 2,  # a minimum, all but found
        lambda x: mg.sum((x * [1.0, 2.0, 3.0] - [2.0, 4.0, 6.0000000000001]) ** 2),
        lambda x: x * 1e-20,  # a small unit
    ],
)
def test_a_minimum_or_a_small_unit_does_not_vanish(f):
    assert hints(f(mg.Var(2.0, "x"))) == ()


@pytest.mark.parametrize(
    ("f", "words"),
    [
        (lambda x: mg.log(1.0 - mg.sigmoid(x)), "−softplus(x) is the same"),
        (lambda x: mg.log1p(-mg.sigmoid(x)), "−softplus(x) is the same"),
        (lambda x: mg.log(mg.sigmoid(-x)), "−softplus(−(−x)) is the same"),
        (lambda x: mg.log(1.0 - mg.sigmoid(x * [1.0, 0.1])).sum(), "is rounded to its edge"),
    ],
)
@pytest.mark.parametrize("size", [25.0, 40.0, 800.0])
def test_the_log_of_a_saturated_sigmoid_is_taken_of_logits(f, words, size):
    with np.errstate(all="ignore"):
        (hint,) = hints(f(mg.Var(size, "x")))
        assert words.replace("(−(−x))", "(−−x)") in hint.replace("(−(−x))", "(−−x)")
        assert "mg.Bernoulli(logits=…)" in hint
        assert hints(f(mg.Var(3.0, "x"))) == ()


def kl_terms(mu, logvar):
    each = mu**2 + mg.exp(logvar) - 1.0 - logvar
    closed = mg.kl_divergence(mg.Normal.from_log_variance(mu, logvar), mg.Normal(0.0, 1.0))
    return {
        "sum": 0.5 * mg.sum(each),
        "batch": 0.5 * mg.sum(each) / mu.shape[0],
        "inner": 0.5 * mg.mean(mg.sum(each, axis=-1)),
        "weighted": 0.5 * mg.sum(each) * 0.01,
        "closed": closed.sum(),
        "negative": -0.5 * mg.sum(each),
        "mean": 0.5 * mg.mean(each),
        "latents": 0.5 * mg.sum(mg.mean(each, axis=-1)),
        "twice": mg.sum(each),
        "half": 0.25 * mg.sum(each),
        "twice and mean": mg.mean(each),
        "closed mean": closed.mean(),
    }


@pytest.mark.parametrize("name", kl_terms(mg.Var([[0.5]]), mg.Var([[0.5]])))
@pytest.mark.parametrize("by_hand", [False, True])
def test_the_factor_of_a_kl(name, by_hand):
    rng = np.random.default_rng(0)
    mu = mg.Var(rng.normal(size=(8, 4)), "mu")
    logvar = mg.Var(0.3 * rng.normal(size=(8, 4)), "logvar")
    if by_hand:
        z = mu + mg.exp(0.5 * logvar) * mg.noise(rng, (8, 4))
    else:
        z = mg.Normal.from_log_variance(mu, logvar).rsample(rng)
    found = hints(((z - 1.0) ** 2).sum() + kl_terms(mu, logvar)[name])
    words = {
        "mean": "averaged over all its 32 numbers,",
        "closed mean": "averaged over all its 32 numbers,",
        "latents": "averaged over its 4 latents",
        "twice": "times 2 (is its ½ missing?)",
        "half": "times ½",
        "twice and mean": "averaged over all its 32 numbers, and times 2",
    }.get(name)
    if words is None or (name == "weighted"):
        assert found == ()
    else:
        (hint,) = found
        assert words in hint and "‖ standard normal)" in hint


def test_a_mean_over_outcomes_of_one_latent_each_is_no_mistake():
    rng = np.random.default_rng(0)
    mu, logvar = mg.Var(rng.normal(size=16), "mu"), mg.Var(0.3 * rng.normal(size=16), "logvar")
    z = mg.Normal.from_log_variance(mu, logvar).rsample(rng)
    kl = 0.5 * mg.mean(mu**2 + mg.exp(logvar) - 1.0 - logvar)
    assert hints(mg.mean((z - 1.0) ** 2) + kl) == ()
    (hint,) = hints(mg.sum((z - 1.0) ** 2) + kl)
    assert "averaged over all its 16 numbers" in hint


def test_what_stops_for_the_same_reason_is_said_once():
    x = mg.Var(3.0, "x")
    total = mg.relu(-x) + mg.relu(-2.0 * x)
    (leaf,) = mg.explain(total, x).leaves
    assert leaf.words == (
        "gradient 0: relu(−2·x) and relu(−x) stop it: relu is flat where its input is not above 0"
    )
    total = sum((mg.relu(-float(k) * x) for k in range(2, 6)), mg.stop_gradient(x))
    words = mg.explain(total, x).leaves[0].words
    assert " and 2 more stop it: relu is flat" in words and words.count("relu is flat") == 1
    walls = mg.stop_gradient(x) * mg.stop_gradient(2.0 * x)
    assert mg.explain(walls, x).leaves[0].words.endswith("stop it, walls")


def test_the_first_nan_is_named_where_a_parameter_of_a_distribution_is_refused():
    x = mg.constant([1.0, math.nan, 2.0], "x")
    scale = mg.softplus(mg.Var([1.0, 1.0, 1.0], "w") * x)
    why = r"scale is nan at position \(1,\): the first nan is in x, data at position \(1,\)"
    with pytest.raises(ValueError, match=why):
        mg.Normal(0.0, scale)
    with pytest.raises(ValueError, match=r"is made by sqrt\(w\)"):
        mg.Gamma(mg.sqrt(mg.Var(-1.0, "w")), 1.0)
    with pytest.raises(ValueError, match="is nan: the numbers given contain it"):
        mg.Normal(0.0, math.nan)
    with pytest.raises(ValueError, match=r"the first nan is in data of shape \(2,\) at position"):
        mg.Bernoulli(mg.Var([0.5, 0.5]) * [0.1, math.nan])
