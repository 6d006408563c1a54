"""`compare_gradients` and `from_state_dict`: other libraries' numbers, and how they differ."""

import numpy as np
import pytest

import minigrad as mg

RNG = np.random.default_rng(0)
W, B = RNG.normal(size=(4, 3)), RNG.normal(size=3)
MINE = {"w": W, "b": B}


class Tensor:
    """As PyTorch's: no `__array__` while it wants a gradient, another device to leave."""

    def __init__(self, array, grad=None, requires_grad=False, device="cuda"):
        self.array, self.grad, self.requires_grad = np.asarray(array), grad, requires_grad
        self.is_leaf, self.device, self.dtype = True, device, self.array.dtype

    def detach(self):
        return Tensor(self.array, device=self.device)

    def cpu(self):
        return Tensor(self.array, requires_grad=self.requires_grad, device="cpu")

    def __array__(self, dtype=None, copy=None):
        if self.requires_grad:
            raise RuntimeError("Can't call numpy() on Tensor that requires grad.")
        if self.device != "cpu":
            raise TypeError("can't convert cuda:0 device type tensor to numpy.")
        return self.array


class Capsule:
    """What only DLPack can read."""

    def __init__(self, array):
        self.array = array

    def __dlpack__(self, **keywords):
        return self.array.__dlpack__(**keywords)

    def __dlpack_device__(self):
        return self.array.__dlpack_device__()


def only(mine, theirs, **keywords):
    (pair,) = mg.compare_gradients(mine, theirs, **keywords).pairs
    return pair


DIAGNOSES = [
    (W, W * (1.0 + 1e-8), "equal", None, "equal"),
    (2.0 * W, W, "ratio", 2.0, "× 2: a factor of ½ or 2, as before a square or a KL"),
    (0.5 * W, W, "ratio", 0.5, "× 1/2: a factor of ½ or 2"),
    (64.0 * W, W, "ratio", 64.0, "× 64: mine takes a sum where theirs takes a mean of 64"),
    (W / 64.0, W, "ratio", 1 / 64, "× 1/64: theirs takes a sum where mine takes a mean of 64"),
    (-W, W, "sign", -1.0, "mine is −theirs"),
    (-64.0 * W, W, "ratio", -64.0, "× −64"),
    (3.7 * W, W, "ratio", 3.7, "mine is theirs × 3.7"),
    (W.T, W, "transposed", None, "mine is theirs transposed"),
    (2.0 * W.T, W, "transposed", 2.0, "transposed, and besides mine is theirs × 2"),
    (W[:3].T, W[:3], "transposed", None, "mine is theirs transposed"),
    (W * 0.0, W, "zero", None, "mine is 0"),
    (W, W * 0.0, "zero", None, "theirs is 0"),
    (W, W[:2], "shape", None, "shapes (4, 3) and (2, 3)"),
    (B, B[:, None], "shape", None, "shapes (3,) and (3, 1), of the same numbers"),
    (W, None, "missing", None, "missing in theirs"),
    (None, W, "missing", None, "missing in mine"),
    (None, None, "missing", None, "missing in both"),
    (W, np.where(W == W[1, 2], np.nan, W), "not finite", None, "theirs has nan at position (1, 2)"),
    (W + np.eye(4, 3), W, "different", None, "3 of 12 numbers differ, most at position"),
    (1.5, 1.0, "ratio", 1.5, "mine is theirs × 1.5"),
    (10.0, 1.0, "ratio", 10.0, "× 10, a single number: pass more of them to see whether"),
    (np.zeros(0), np.zeros(0), "equal", None, "equal"),
]


@pytest.mark.parametrize(("mine", "theirs", "verdict", "ratio", "words"), DIAGNOSES)
def test_how_two_gradients_differ(mine, theirs, verdict, ratio, words):
    pair = only({"w": mine}, {"w": theirs})
    assert pair.verdict == verdict and words in pair.words
    assert pair.ratio == (None if ratio is None else pytest.approx(ratio, rel=1e-9))


def test_a_ratio_that_is_not_constant_is_none():
    assert only(W * np.linspace(1.99, 2.01, 3), W).verdict == "different"
    assert only(W * np.linspace(1.99, 2.01, 3), W, rtol=0.02).ratio == pytest.approx(2.0, abs=0.01)


def test_the_table():
    report = mg.compare_gradients(MINE, {"w": W, "b": 2.0 * B})
    assert not report.equal and report.first.name == "b"
    lines = str(report).splitlines()
    assert lines[0].split() == ["parameter", "shape", "mine", "theirs"]
    assert lines[1].startswith("w          (4, 3)") and lines[1].endswith("equal")
    assert lines[-1].startswith("1 of 2 differ, first b: mine is theirs × 1/2")
    assert report._repr_html_().startswith("<pre>parameter")
    assert str(mg.compare_gradients(MINE, MINE)).endswith(
        "all 2 agree (sizes are the largest number of each)"
    )
    everyone = mg.compare_gradients({"w": 8 * W, "b": 8 * B}, MINE)
    assert (
        str(everyone)
        .splitlines()[-1]
        .startswith("all in the same way: mine is theirs × 8: mine takes")
    )
    assert str(mg.compare_gradients([2.0, 4.0], [1.0, 2.0])).endswith("as before a square or a KL")


def test_parameters_give_their_gradients():
    w, b, unused = mg.Var(W, "w"), mg.Var(B, "b"), mg.Var(1.0, "unused")
    ((w + b) ** 2).sum().backward()
    theirs = [
        ("w", Tensor(W, 2.0 * (W + B), True)),
        ("b", Tensor(B, Tensor(2.0 * (W + B).sum(0)), True)),
        ("unused", Tensor(1.0, None, True)),
    ]
    report = mg.compare_gradients({"w": w, "b": b, "unused": unused}, iter(theirs))
    assert [pair.verdict for pair in report.pairs] == ["equal", "equal", "missing"]
    (d,) = mg.grad((w * w).sum(), [w], create_graph=True)
    assert only([d], [2.0 * W]).verdict == "equal"


def test_nests_lists_and_names():
    nest = {"encoder": {"w": W, "b": B}, "decoder": [W, B]}
    flat = {"encoder.w": W, "encoder/b": B, "decoder.0": W, "decoder.1": B}
    report = mg.compare_gradients(nest, flat)
    assert report.equal
    assert [p.name for p in report.pairs] == ["encoder.w", "encoder.b", "decoder.0", "decoder.1"]
    assert [p.name for p in mg.compare_gradients([W, B], MINE).pairs] == ["w", "b"]
    assert [p.name for p in mg.compare_gradients(MINE, (W, B, B)).pairs] == ["w", "b", "2"]
    other = mg.compare_gradients({"w": W, "b": B}, {"w": W, "c": B})
    assert [(p.name, p.verdict) for p in other.pairs] == [
        ("w", "equal"),
        ("b", "missing"),
        ("c", "missing"),
    ]
    assert only(W.tolist(), W).name == "gradient"


def test_coarser_floats_are_allowed_their_rounding():
    single = W.astype(np.float32)
    assert only(W, single).words.startswith("equal within")
    assert only(W, single * np.float32(1.001)).verdict == "ratio"
    assert only(W, Capsule(single)).verdict == "equal"
    assert only(W, Tensor(single)).verdict == "equal"


@pytest.mark.parametrize("thing", ["words", object(), 1j, np.array(["a"])])
def test_what_has_no_numbers(thing):
    with pytest.raises(TypeError, match="not (real )?numbers"):
        mg.compare_gradients([W], [thing])


def test_nothing_to_compare():
    with pytest.raises(ValueError, match="both sides are empty"):
        mg.compare_gradients({}, {})


def test_a_state_dict_becomes_named_parameters():
    state = {"layer.weight": Tensor(W.astype(np.float32), None, True), "seen": np.array(7)}
    params = mg.from_state_dict(state)
    assert [(k, v.name, v.kind) for k, v in params.items()] == [
        ("layer.weight", "layer.weight", "parameter"),
        ("seen", "seen", "constant"),
    ]
    np.testing.assert_array_equal(params["layer.weight"].value, W.astype(np.float32))
    again = mg.from_state_dict(iter(state.items()))
    assert again.keys() == params.keys()
    loss = (params["layer.weight"] ** 2).sum()
    loss.backward()
    assert params["layer.weight"].grad.dtype == np.float64
