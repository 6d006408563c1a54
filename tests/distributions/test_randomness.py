"""Noise: a leaf that no gradient reaches, from a Generator and from nothing else."""

import re

import numpy as np
import pytest

import minigrad as mg


def test_noise_is_a_leaf_without_gradient():
    rng = np.random.default_rng(0)
    sigma = mg.Var(2.0)
    eps = mg.noise(rng)
    out = sigma * eps
    out.backward()
    assert (eps.kind, eps.name, eps.op, eps.inputs) == ("noise", "eps", "", ())
    assert type(eps.value) is float and sigma.grad == eps.value
    assert eps.grad is None and not eps.requires_grad
    with pytest.raises(ValueError, match="wants no gradient .kind 'noise'"):
        mg.grad(out, [eps])


def test_noise_takes_shape_name_and_scope():
    rng = np.random.default_rng(0)
    with mg.scope("encoder"):
        eps = mg.noise(rng, (2, 3), name="u")
    assert (eps.shape, eps.name, eps.scope) == ((2, 3), "u", "encoder")
    assert mg.noise(rng, 4).shape == mg.noise(rng, [4]).shape == (4,)
    assert mg.noise(rng, np.int64(4)).shape == (4,)
    assert mg.noise(rng, (0,)).shape == (0,)


def test_noise_follows_the_generator():
    first, again = np.random.default_rng(3), np.random.default_rng(3)
    a, b = mg.noise(first, 5), mg.noise(first, 5)
    assert np.all(a.value == again.standard_normal(5))
    assert not np.any(a.value == b.value)


def test_noise_cannot_be_written_to():
    eps = mg.noise(np.random.default_rng(0), 3)
    with pytest.raises(ValueError, match="read-only"):
        eps.value[0] = 1.0


@pytest.mark.parametrize(
    ("rng", "remedy"),
    [
        (0, "np.random.default_rng(0) once, before the loop"),
        (np.int64(7), "np.random.default_rng(7) once, before the loop"),
        (True, "the same eps at every call"),
        ((5,), "the generator comes first, then the shape: rsample(rng, (5,))"),
        ([5], "the generator comes first"),
        (None, "not None: make rng = np.random.default_rng(seed)"),
        (np.random.RandomState(0), "not RandomState"),
        (np.random.SeedSequence(0), "not SeedSequence"),
        (np.random.PCG64(0), "make rng = np.random.default_rng(seed) once"),
        (np.random, "not module"),
    ],
)
def test_rng_is_a_generator_and_nothing_else(rng, remedy):
    normal = mg.Normal(0.0, 1.0)
    for draw in (mg.noise, normal.noise, normal.rsample, normal.sample):
        with pytest.raises(TypeError, match=re.escape(remedy)):
            draw(rng)


@pytest.mark.parametrize("shape", [2.0, (2.0,), "3", None, np.random.default_rng(0)])
def test_a_shape_is_a_tuple_of_ints(shape):
    with pytest.raises(TypeError, match=r"a tuple of ints, not .*rsample\(rng, \(1000,\)\)"):
        mg.noise(np.random.default_rng(0), shape)


def test_a_shape_holds_no_negative_length():
    with pytest.raises(ValueError, match=r"shape \(2, -1\) holds a negative length"):
        mg.noise(np.random.default_rng(0), (2, -1))
