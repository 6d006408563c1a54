"""The coin-flip lab without a browser: its numbers, its programs under Node.js, its refusals."""

import html
import json
import math
import re
import shutil
import subprocess

import numpy as np
import pytest

import minigrad as mg
from minigrad.engine.context import current
from minigrad.engine.op import OPS
from minigrad.pages.document import page_file

needs_node = pytest.mark.skipif(
    shutil.which("node") is None, reason="Node.js, which runs the page's programs, is not installed"
)


def gaussian(mu, sigma):
    return mg.Normal(mu, sigma), mg.sin


def rng(seed=1):
    return np.random.default_rng(seed)


def data_of(lab):
    text = re.search(r'<script type="application/json" id="data">(.*?)</script>', lab.html)[1]
    return json.loads(text)


def script_of(lab):
    return re.search(r"<script>(.*)</script>", lab.html, re.S)[1]


def made(problem=gaussian, params=(0.7, 0.5), seed=1, **how):
    return mg.coin_flip_lab(problem, params, rng(seed), **how)


# ------------------------------------------------------------------------------ Python's numbers


def test_every_flip_is_the_one_on_paper():
    mu, sigma = 0.7, 0.5
    data = data_of(made())
    assert data["eps"] == rng().standard_normal(50).tolist() and data["law"] == "normal"
    first, *ends = data["checks"]
    assert [flip["eps"] for flip in first["flips"]] == data["eps"]
    for flip in first["flips"]:
        eps, z = flip["eps"], mu + sigma * flip["eps"]
        assert (flip["z"], flip["f"]) == (z, math.sin(z))
        assert flip["slope"] == pytest.approx(math.cos(z), rel=1e-14)
        assert flip["pathwise"] == pytest.approx([math.cos(z), math.cos(z) * eps], rel=1e-14)
        scores = [eps / sigma, (eps**2 - 1) / sigma]
        assert flip["score"] == pytest.approx([math.sin(z) * s for s in scores], rel=1e-9)
    assert [end["knobs"] for end in ends] == [[-1.3, 0.5], [2.7, 0.5], [0.7, 0.25], [0.7, 2.5]]


def target(mu, c):
    """The integrand uses a parameter itself."""
    return mg.Normal(mu, 1.0), lambda z: (z - c) ** 2


def test_an_integrand_that_uses_a_parameter_itself():
    for flip in data_of(made(target, (0.0, 2.0)))["checks"][0]["flips"]:
        eps, gap = flip["eps"], flip["eps"] - 2.0
        assert flip["pathwise"] == pytest.approx([2 * gap, -2 * gap], rel=1e-14)
        assert flip["score"] == pytest.approx([gap**2 * eps, -2 * gap], rel=1e-12)


def test_exact_is_differentiated():
    def exact(mu, sigma):
        return mg.exp(-0.5 * sigma**2) * mg.sin(mu)

    damping = math.exp(-0.125)
    for check in data_of(made(exact=exact))["checks"][:3]:
        mu = check["knobs"][0]
        expected = [damping * s for s in (math.sin(mu), math.cos(mu), -0.5 * math.sin(mu))]
        assert check["exact"] == pytest.approx(expected, rel=1e-13)


def test_the_same_seed_gives_the_same_page():
    assert made().html == made().html != made(seed=2).html


def test_knobs_stay_where_the_distribution_allows_them():
    def ends(problem, *params, **how):
        return [(k["low"], k["high"]) for k in data_of(made(problem, params, **how))["knobs"]]

    assert ends(gaussian, 0.7, 1.2) == [(-1.3, 2.7), (pytest.approx(0.2), pytest.approx(3.2))]
    ((low, high),) = ends(lambda p: (mg.RelaxedBernoulli(0.5, probs=p), mg.square), 0.7)
    assert 0.0 < low < 0.3 and 0.9 < high < 1.0
    given = ends(gaussian, 0.7, 1.2, ranges={"sigma": (1, 2)})
    assert given[1] == (1.0, 2.0)


def test_knobs_are_named_after_the_arguments():
    def names(**how):
        return [knob["name"] for knob in data_of(made(**how))["knobs"]]

    assert names() == ["mu", "sigma"]
    assert names(names=("μ", "σ")) == ["μ", "σ"]
    assert names(problem=lambda *theta: gaussian(*theta)) == ["p0", "p1"]


# ------------------------------------------------------------------------- the page's JavaScript


def relaxed(logit, temperature):
    return mg.RelaxedBernoulli(temperature, logits=logit), lambda z: (z - 0.4) ** 2


LAWS = {
    "normal": (gaussian, (0.7, 0.5)),
    "exponential": (lambda rate: (mg.Exponential(rate), mg.square), (2.0,)),
    "logistic": (relaxed, (0.2, 0.6)),
    "gumbel": (lambda a, s: (mg.Gumbel(a, s), mg.tanh), (0.1, 1.5)),
    "laplace": (lambda a, s: (mg.Laplace(a, s), lambda z: mg.lgamma(z**2 + 1.0)), (0.1, 0.9)),
    "cauchy": (lambda a, s: (mg.Cauchy(a, s), mg.arctan), (0.1, 0.9)),
    "half_normal": (lambda s: (mg.HalfNormal(s), mg.log1p), (1.3,)),
}


@needs_node
@pytest.mark.parametrize("law", LAWS)
def test_programs_agree_with_python_at_every_setting(law):
    """Flip by flip, at both ends of every knob as well, by the page's own function."""
    lab = made(*LAWS[law])
    data = data_of(lab)
    assert data["law"] == law
    assert run_page(lab, "greatestError()") < (1e-9 if law == "laplace" else 1e-13)
    data["checks"][-1]["flips"][-1]["score"][0] += 0.5
    assert run_page(lab, "greatestError()", data) > 0.01


@needs_node
def test_programs_of_an_integrand_with_a_parameter_and_of_exact():
    lab = made(target, (0.5, 2.0), exact=lambda mu, c: 1.0 + (mu - c) ** 2)
    assert run_page(lab, "greatestError()") < 1e-13
    data = data_of(lab)
    assert data["checks"][0]["exact"] == [3.25, -3.0, 3.0]
    data["checks"][0]["exact"][2] = 3.1
    assert run_page(lab, "greatestError()", data) == pytest.approx(0.1 / 3.1)


@needs_node
def test_fresh_coins_follow_their_law():
    lab = made()
    drawn = run_page(lab, "Array.from({length: 400}, tosser(5)).flat()")
    assert len({*drawn}) == 20_000
    assert abs(np.mean(drawn)) < 5.0 / math.sqrt(20_000)
    assert abs(np.var(drawn) - 1.0) < 5.0 * math.sqrt(2.0 / 20_000)


@needs_node
def test_slopes_of_a_frozen_mean_and_of_a_fresh_one():
    pathwise = "estimatesOf(DATA.eps.map((eps) => flipped(START, eps)), 0).pathwise.mean"
    frozen = "read(() => DATA.eps)"
    fresh = "...[1, 2, 3, 4, 5, 6].map((seed) => read(tosser(seed)))"
    code = f"""(() => {{
      const read = (toss) => slopeReadOff(meanCurve(START, 0, toss), START[0]);
      return [{pathwise}, {frozen}, {fresh}];
    }})()"""
    found = run_page(made(), code)
    pathwise, frozen, *fresh = found
    assert frozen == pytest.approx(pathwise, rel=1e-3)
    assert np.std(fresh) > 0.3 > 100 * abs(frozen - pathwise)


def run_page(lab, expression, data=None):
    """What the page's own functions say, without a document."""
    programs = script_of(lab).partition(page_file("numbers.js"))[0]
    text = json.dumps(json.dumps(data or data_of(lab)))
    program = (
        f"const document = {{getElementById: () => ({{textContent: {text}}})}};"
        f"{programs}\n{page_file('random.js')}\n{page_file('lab/flips.js')}\n"
        f"console.log(JSON.stringify({expression}));}})();"
    )
    done = subprocess.run(["node", "-"], input=program, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


# ---------------------------------------------------------------------------------- the document


def test_the_page_is_small_and_its_policy_allows_its_own_parts_only():
    page = made(names=("μ", "σ")).html
    assert len(page.encode()) < 100_000
    policy = re.search(r'Content-Security-Policy" content="(.*?)"', page)[1]
    assert policy.startswith("default-src 'none'") and "unsafe" not in policy
    assert not re.search(r"\s(style|on\w+)=|https?://(?!www.w3.org/2000/svg)", page)


def test_nothing_of_the_users_is_markup_or_script():
    bad = "</script><img src=x onerror=alert(1)>\u2028"

    def problem(mu):
        with mg.scope(f"{bad}\nalert(2)"):
            return mg.Normal(mu, 1.0), lambda z: mg.sin(z).named(bad)

    lab = made(problem, (0.1,), names=[bad], title=bad)
    assert lab.html.count("</script>") == 2 and "<img" not in lab.html
    name = "script_img_src_x_onerror_alert_1"  # as an identifier it is harmless
    assert "alert" not in script_of(lab).replace(name, "")
    assert data_of(lab)["knobs"][0]["name"] == bad.replace("\u2028", " ")


def test_a_scope_of_two_lines_is_one_comment():
    def f(x):
        with mg.scope("first\nraise SystemExit"):
            return mg.sin(x)

    assert "# first raise SystemExit\n" in mg.trace(f, 0.3).source
    assert "// first raise SystemExit\n" in mg.trace(f, 0.3).listing("javascript")


def test_save_and_jupyter(tmp_path):
    lab = made(title="A & B")
    path = lab.save(tmp_path / "a lab.html")
    assert path.read_text(encoding="utf-8") == lab.html
    with pytest.raises(ValueError, match="saved as .html, not as 'lab.svg'"):
        lab.save(tmp_path / "lab.svg")
    with pytest.raises(FileNotFoundError, match="make it first"):
        lab.save(tmp_path / "nowhere" / "lab.html")
    frame = lab._repr_html_()
    assert html.unescape(re.search(r'srcdoc="(.*?)"', frame, re.S)[1]) == lab.html
    assert repr(lab) == "CoinFlipLab('A & B')"


# ---------------------------------------------------------------------------------- what it refuses


def normal(f):
    return lambda mu: (mg.Normal(mu, 1.0), f)


def uniform(high):
    return mg.Uniform(0.0, high), mg.sin


REFUSED = {
    "an array": (gaussian, (np.zeros(2), 1.0), "parameter 0 is an array of shape (2,)"),
    "nan": (gaussian, (math.nan, 1.0), "parameter 0 is nan: give finite numbers"),
    "no tuple": (gaussian, 0.7, "params is a tuple like (mu, sigma)"),
    "no pair": (lambda mu: mg.Normal(mu, 1.0), (0.7,), "returns (distribution, integrand)"),
    "vectors": (
        lambda mu: (mg.Normal(mg.stack([mu, mu]), 1.0), mg.sin),
        (0.7,),
        "Normal has shape (2,)",
    ),
    "a coin": (lambda p: (mg.Bernoulli(p), mg.sin), (0.4,), "Bernoulli has no rsample"),
    "moving ends": (uniform, (1.0,), "the parameters move the ends of Uniform (numbers in"),
    "ends in a wrapper": (
        lambda b: (mg.Independent(uniform(b)[0], 0), mg.sin),
        (1.0,),
        "the parameters move the ends of Independent (numbers in",
    ),
    "no density": (
        lambda a: (mg.RelaxedBernoulli(0.5, logits=a, hard=True), mg.sin),
        (0.7,),
        "hard",
    ),
    "no knob": (lambda mu: (mg.Normal(0.0, 1.0), lambda z: mu * z), (0.7,), "no dot would slide"),
    "no op in JavaScript": (
        lambda a: (mg.Normal(a, 1.0), lambda z: z + a * OPS["poisson_quantile"].function(a, 0.5)),
        (2.0,),
        "runs its integrand in the page",
    ),
    "a float": (normal(lambda z: z.value), (0.7,), "the integrand returned float"),
    "two numbers": (normal(lambda z: mg.stack([z, z])), (0.7,), "integrand returned shape (2,)"),
    "a jump": (normal(lambda z: z > 0.0), (0.7,), "no gradient passes the integrand"),
    "more noise": (normal(lambda z: z * mg.noise(rng())), (0.7,), "draws noise of its own"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_it_says_what_it_can_not_show(name):
    problem, params, sentence = REFUSED[name]
    with pytest.raises((TypeError, ValueError), match=re.escape(sentence)):
        made(problem, params)


@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        ({"samples": 1}, "samples is 1, not in 2..500"),
        ({"samples": 501}, "samples is 501, not in 2..500"),
        ({"names": ["μ"]}, "2 parameters need as many names"),
        ({"names": ["μ", "μ"]}, "2 parameters need as many names"),
        ({"ranges": {"tau": (0, 1)}}, "ranges has ['tau'], the knobs are ['mu', 'sigma']"),
        ({"ranges": {"mu": (1, 2)}}, "mu is 0.7, not in its range 1.0..2.0"),
        ({"ranges": {"mu": (0, math.inf)}}, "ranges has mu: (0, inf): give two finite numbers"),
        ({"ranges": {"mu": (0, math.nan)}}, "ranges has mu: (0, nan): give two finite numbers"),
        ({"ranges": {"mu": 3}}, "ranges has mu: 3: give two finite numbers, (low, high)"),
        ({"ranges": {"mu": (0, 1, 2)}}, "ranges has mu: (0, 1, 2): give two finite numbers"),
        ({"ranges": {"mu": ("0", "1")}}, "ranges has mu: ('0', '1'): give two finite numbers"),
        ({"ranges": {"sigma": (-1, 2)}}, "sigma is -1.0 at an end of its range, there Normal: sc"),
        ({"exact": lambda mu, sigma: 1.0}, "exact returned 1.0"),
        ({"title": 3}, "a title is a string, not 3"),
    ],
)
def test_bad_arguments(how, sentence):
    with pytest.raises((TypeError, ValueError), match=re.escape(sentence)):
        made(**how)


def test_a_seed_is_as_good_as_a_generator_and_no_grad_no_place():
    seeded = mg.coin_flip_lab(gaussian, (0.7, 0.5), 3)
    assert seeded.html == mg.coin_flip_lab(gaussian, (0.7, 0.5), np.random.default_rng(3)).html
    with pytest.raises(TypeError, match="rng"):
        mg.coin_flip_lab(gaussian, (0.7, 0.5), "3")
    with mg.no_grad(), pytest.raises(ValueError, match="call it outside"):
        made()


@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        ({"names": 3}, "names is a list of texts, not 3"),
        ({"names": (1, 2)}, r"names is a list of texts, not \(1, 2\)"),
        ({"ranges": 3}, r"ranges is 3: give \{name: \(low, high\)\}"),
        ({"exact": 3}, "exact is a function, not 3"),
    ],
)
def test_arguments_of_another_kind(how, sentence):
    with pytest.raises(TypeError, match=sentence):
        made(**how)


def test_a_branch_on_the_sample_is_refused():
    def problem(mu, sigma):
        return mg.Normal(mu, sigma), lambda z: z if z > 0.0 else -z

    with pytest.raises(TypeError, match="Python branches on a value of the integrand.* mg.where"):
        mg.coin_flip_lab(problem, (0.7, 0.5), np.random.default_rng(0))
    assert current().watch is None
