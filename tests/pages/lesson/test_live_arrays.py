"""The stepper page computes arrays anew: knobs on their cells, fresh noise, training, pictures."""

import numpy as np
import pytest

import minigrad as mg
from minigrad.distributions.randomness import noise_leaf
from minigrad.pages.document import page_file
from minigrad.pictures.labels import numbers
from tests.support.stepper import ids
from tests.support.typed_page import needs_node, node

MU, S = np.array([0.5, -0.3]), np.array([[1.0, 0.5], [0.5, 0.9]])
EPS = np.array([0.4, -1.1])
A = np.array([[1.0, 0.5], [-0.2, 2.0]])


def quadratic(mu=MU, s=S, eps=EPS):
    """zᵀAz of z = mu + C·eps, C the Cholesky factor of S."""
    noise = noise_leaf(eps, "eps", "", "normal")
    factor = mg.cholesky(mg.Var(s, "S")).named("C")
    z = (mg.Var(mu, "mu") + factor @ noise).named("z")
    return mg.sum(z @ A * z).named("L")


NAMED = ids(quadratic())


def assert_fresh_arrays(page, output):
    """Every row tells what it tells of this run of Python; numbers to 1e-12."""
    output.backward()
    rows = page.rows()
    for row in mg.equations_of(output):
        if row.is_literal:
            continue
        for mine, its in zip(rows[f"n{row.position}"], (row.value, row.grad), strict=True):
            if isinstance(its, float):
                assert mine == pytest.approx(its, rel=1e-12), row.name
            elif its is not None:
                assert mine == numbers(its), row.name


def test_the_run_in_the_page_is_pythons(stepper):
    page = stepper(quadratic(), anchor="#s=9999")
    assert page.error <= 1e-12
    assert_fresh_arrays(page, quadratic())


def test_a_knob_moves_one_cell(stepper):
    page = stepper(quadratic(), anchor="#s=9999")
    knobs = [k.get_attribute("data-knob") for k in page.browser.find_all("[data-knob]")]
    assert knobs == [f"S[{i}, {j}]" for i in (0, 1) for j in (0, 1)] + ["mu[0]", "mu[1]"]
    page.turn("mu[1]", 1.25)
    assert_fresh_arrays(page, quadratic(mu=np.array([0.5, 1.25])))
    page.turn("mu[0]", -0.5)
    assert_fresh_arrays(page, quadratic(mu=np.array([-0.5, 1.25])))
    page.click("reset")
    assert_fresh_arrays(page, quadratic())


def test_the_address_keeps_arrays(stepper):
    page = stepper(quadratic(), anchor="#s=9999&k1=0.25%201.5")
    assert_fresh_arrays(page, quadratic(mu=np.array([0.25, 1.5])))
    page = stepper(quadratic(), anchor="#s=9999&k1=0.25%201.5%203")
    assert_fresh_arrays(page, quadratic())


def test_a_matrix_that_is_refused_says_why_and_comes_back(stepper):
    page = stepper(quadratic(), anchor="#s=9999", knobs=["S[0, 1]", "S[0,0]"])
    page.turn("S[0, 1]", 0.75)
    assert "the matrix is not symmetric" in page.text_of("#trouble")
    page.turn("S[0, 1]", 0.5)
    assert page.text_of("#trouble") == ""
    page.turn("S[0, 0]", 2.0)
    assert_fresh_arrays(page, quadratic(s=np.array([[2.0, 0.5], [0.5, 0.9]])))


def coins(seed):
    """What the page draws for eps with that seed."""
    script = f"""const uniform = generator(mixed({seed}));
    console.log(JSON.stringify([LAWS.normal(uniform), LAWS.normal(uniform)]));"""
    return np.array(node(page_file("random.js") + script)[0])


@needs_node
def test_resample_draws_the_whole_array_anew(stepper):
    page = stepper(quadratic(), anchor="#s=9999")
    page.click("resample")
    assert_fresh_arrays(page, quadratic(eps=coins(1)))
    page.turn("mu[0]", 2.0)
    assert_fresh_arrays(page, quadratic(mu=np.array([2.0, -0.3]), eps=coins(1)))


@needs_node
def test_a_training_step_moves_arrays(stepper):
    page = stepper(quadratic(), anchor="#s=9999")
    page.browser.run("document.getElementById('rate').value = '0.05'")
    page.click("train")
    mu, s = mg.Var(MU), mg.Var(S)
    noise = mg.constant(coins(1))
    z = mu + mg.cholesky(s) @ noise
    d_mu, d_s = mg.grad(mg.sum(z @ A * z), (mu, s))
    assert_fresh_arrays(page, quadratic(MU - 0.05 * d_mu, S - 0.05 * d_s, coins(1)))


def attention(temperature=1.0):
    """Each of four rows looks at those before it."""
    rng = np.random.default_rng(7)
    x = mg.constant(rng.normal(size=(4, 3)), "x")
    q, k, v = (x @ mg.Var(rng.normal(size=(3, 3)), f"W_{name}") for name in "qkv")
    scores = q @ k.T / mg.Var(temperature, "temperature")
    seen = mg.where(np.tril(np.ones((4, 4))), scores, -1e9)
    return mg.mean(mg.square(mg.softmax(seen, -1) @ v - x)).named("loss")


def test_attention_is_live(stepper):
    page = stepper(attention(), anchor="#s=9999")
    assert page.error <= 1e-12
    page.turn("temperature", 2.5)
    assert_fresh_arrays(page, attention(2.5))


# ---------------------------------------------------------------------------------------- pictures

PIXELS = """const [{ width, height }] = arguments;
const copy = Object.assign(document.createElement("canvas"), { width, height });
const context = copy.getContext("2d", { willReadFrequently: true });
context.drawImage(arguments[0], 0, 0);
return [width, height, ...context.getImageData(0, 0, width, height).data]"""


def decoded(z=(0.0, 0.0)):
    """Two images of 2×3 pixels out of two numbers."""
    w = mg.constant(np.linspace(-1.0, 1.0, 24).reshape(2, 12), "W")
    pixels = mg.sigmoid(mg.Var(np.array(z), "z") @ w).named("pixels")
    return mg.sum(pixels * pixels).named("L")


def test_images_follow_the_knobs_at_any_step(stepper):
    page = stepper(decoded(), images={"pixels": (2, 3)})
    (canvas,) = page.browser.find_all("#pictures canvas")
    width, height, *before = page.browser.run(PIXELS, canvas)
    assert (width, height) == (7, 2)
    page.turn("z[0]", 1.5)
    _, _, *after = page.browser.run(PIXELS, canvas)
    truth = decoded((1.5, 0.0)).inputs[0].inputs[0].value
    ink = np.array(after).reshape(2, 7, 4)
    assert before != after
    first, second = ink[:, :3, 0], ink[:, 4:, 0]
    shades = np.concatenate([first.ravel(), second.ravel()])
    assert (np.argsort(shades) == np.argsort(-truth)).all()  # more ink is darker
    assert not ink[:, 3].any()  # nothing between the images
    assert page.step == 0


def test_pictures_are_named_and_told(stepper):
    page = stepper(decoded(), images={"pixels": (2, 3)})
    figure = page.browser.find("#pictures figure")
    assert "pixels" in figure.text
    assert figure.find_element("css selector", "[role=img]").get_attribute("aria-label")
    assert not stepper(decoded()).browser.find("#pictures").is_displayed()


@pytest.mark.parametrize(
    ("images", "message"),
    [
        ({"pixel": (2, 3)}, "images: no array of this graph is called 'pixel'"),
        ({"pixels": (5, 5)}, "images: 'pixels' holds 12 numbers, which are no images of 5×5"),
        ({"L": (1, 1)}, "images: 'L' is a number, not an array"),
    ],
)
def test_what_is_no_image(images, message):
    with pytest.raises(ValueError, match=message):
        mg.step_through(decoded(), images=images)


# ------------------------------------------------------------------------------------ which knobs


def knobs_of(output, knobs=None):
    return mg.step_through(output, knobs=knobs)._knobs[0]


def test_which_parameters_have_knobs():
    a, v, w = mg.Var(1.0, "a"), mg.Var(np.ones(3), "v"), mg.Var(np.ones((2, 3)), "w")
    output = mg.sum(w @ (a * v))
    places = {row.name: row.position for row in mg.equations_of(output) if row.name}
    of_v, of_w = ([(places[name], i) for i in range(n)] for name, n in (("v", 3), ("w", 6)))
    assert knobs_of(output) == [places["a"], *of_v, *of_w]
    assert knobs_of(output, ["w"]) == knobs_of(output, [w]) == of_w
    assert knobs_of(output, ["w[1, 2]", "v[0]", "a"]) == [of_w[5], of_v[0], places["a"]]
    with pytest.raises(ValueError, match=r"'w\[2,0\]' is no .* it has a, v\[3\], w\[2×3\]"):
        mg.step_through(output, knobs=["w[2,0]"])


def test_long_vectors_have_none_unless_asked():
    v = mg.Var(np.ones(13), "v")
    assert knobs_of(mg.sum(v)) == []
    assert len(knobs_of(mg.sum(v), ["v"])) == 13
