"""What all distributions share: shapes, noise and transform, walls, scopes, `Independent`."""

import gc
import threading

import numpy as np
import pytest

import minigrad as mg
from minigrad.distributions import Distribution
from tests.support.alive import nodes_alive

LOWER = np.array([[1.5, 0.0], [-0.4, 0.8]])


def vector_normal(batch: tuple[int, ...]) -> Distribution:
    return mg.MultivariateNormal(np.zeros((*batch, 2)), scale_tril=LOWER)


DISTRIBUTIONS = [
    (mg.Normal(0.0, 1.0), (), ()),
    (mg.Normal(np.zeros(3), 1.0), (3,), ()),
    (mg.Normal(0.0, np.ones((2, 3))), (2, 3), ()),
    (vector_normal(()), (), (2,)),
    (vector_normal((4,)), (4,), (2,)),
    (mg.MultivariateNormal(np.zeros(2), scale_tril=np.stack([LOWER] * 5)), (5,), (2,)),
    (mg.Independent(mg.Normal(np.zeros((4, 3)), 1.0), 1), (4,), (3,)),
    (mg.Independent(vector_normal((4,)), 1), (), (4, 2)),
    (mg.Independent(mg.Normal(np.zeros(3), 1.0), 0), (3,), ()),
]


@pytest.mark.parametrize(("d", "batch", "event"), DISTRIBUTIONS)
@pytest.mark.parametrize("sample_shape", [(), (6,), (6, 5)])
def test_the_shape_contract(d, batch, event, sample_shape):
    rng = np.random.default_rng(0)
    assert (d.batch_shape, d.event_shape, d.has_rsample) == (batch, event, True)
    assert repr(d).startswith(f"{type(d).__name__}(") and d.expand((2, *batch)).batch_shape == (
        2,
        *batch,
    )
    whole = sample_shape + batch + event
    assert d.noise(rng, sample_shape).shape == whole
    assert d.rsample(rng, sample_shape).shape == d.sample(rng, sample_shape).shape == whole
    assert np.shape(d.log_prob(d.rsample(rng, sample_shape))) == sample_shape + batch
    assert np.shape(d.entropy()) == batch
    for moment in (d.mean, d.variance, d.stddev):
        assert np.shape(moment) == batch + event


@pytest.mark.parametrize(("d", "batch", "event"), DISTRIBUTIONS)
def test_a_frozen_eps_replays(d, batch, event):
    rng = np.random.default_rng(1)
    eps = d.noise(rng, (6,))
    z = d.transform(eps)
    assert np.all(d.transform(eps).value == z.value)
    assert np.all(d.transform(eps.value).value == z.value)
    assert np.all(d.rsample(np.random.default_rng(1), 6).value == z.value)
    assert np.all(d.sample(np.random.default_rng(1), 6).value == z.value)


def test_numbers_as_eps_become_a_noise_leaf():
    z = mg.Normal(mg.Var(0.0), 1.0).transform(0.5)
    (_, spread) = z.inputs
    assert spread.inputs[1].kind == "noise" and spread.inputs[1].name == "eps"


@pytest.mark.parametrize(
    ("d", "shape", "outcome"),
    [
        (mg.Normal(np.zeros(3), 1.0), (), r"\(3,\)"),
        (mg.Normal(np.zeros(3), 1.0), (1,), r"\(3,\)"),
        (mg.Normal(np.zeros(3), 1.0), (3, 1), r"\(3,\)"),
        (mg.Normal(np.zeros((3, 1)), 1.0), (3,), r"\(3, 1\)"),
        (vector_normal(()), (2, 3), r"\(2,\)"),
        (vector_normal((4,)), (2,), r"\(4, 2\)"),
    ],
)
def test_eps_must_end_in_the_shape_of_an_outcome(d, shape, outcome):
    with pytest.raises(ValueError, match=rf"must end in batch_shape \+ event_shape = {outcome}"):
        d.transform(np.zeros(shape))


def test_rsample_records_ordinary_ops_on_noise():
    mu, sigma = mg.Var(0.7, "mu"), mg.Var(1.2, "sigma")
    z = mg.Normal(mu, sigma).rsample(np.random.default_rng(0))
    assert (z.op, z.kind, z.scope) == ("add", "sample", "sampling")
    loc, spread = z.inputs
    assert loc is mu and (spread.op, spread.kind, spread.scope) == ("multiply", "op", "sampling")
    scale, eps = spread.inputs
    assert scale is sigma and (eps.kind, eps.scope) == ("noise", "sampling")
    assert (mu.scope, sigma.scope) == ("", "")


def test_no_gradient_reaches_eps():
    mu, sigma = mg.Var(0.7), mg.Var(1.2)
    normal = mg.Normal(mu, sigma)
    eps = normal.noise(np.random.default_rng(0))
    z = normal.transform(eps)
    mg.sin(z).backward()
    assert eps.grad is None and not eps.requires_grad
    assert mu.grad == np.cos(z.value) and sigma.grad == np.cos(z.value) * eps.value
    with pytest.raises(ValueError, match="wants no gradient .kind 'noise'"):
        mg.grad(mg.sin(z), [eps])


@pytest.mark.parametrize("batched", [False, True])
def test_sample_is_a_wall_with_the_same_graph_behind_it(batched):
    shape = (3,) if batched else ()
    mu, sigma = mg.Var(np.zeros(shape)), mg.Var(np.ones(shape))
    w = mg.Var(2.0)
    z = mg.Normal(mu, sigma).sample(np.random.default_rng(0))
    assert (z.kind, z.op, z.scope, z.requires_grad) == ("stop", "stop_gradient", "sampling", False)
    (behind,) = z.inputs
    assert (behind.kind, behind.op) == ("sample", "add") and behind.inputs[0] is mu
    mg.sum(w * z).backward()
    assert w.grad == np.sum(z.value) and mu.grad is None and sigma.grad is None
    with pytest.raises(ValueError, match="kind 'stop'"):
        mg.grad(mg.sum(w * z), [z])


def test_the_scope_joins_the_caller_s():
    mu = mg.Var(np.zeros(2))
    d = mg.MultivariateNormal(mu, scale_tril=mg.Var(LOWER))
    with mg.scope("vae"):
        z = d.rsample(np.random.default_rng(0))
    recorded = [x for x in (z, *z.inputs, *z.inputs[1].inputs) if x.kind != "parameter"]
    assert {x.scope for x in recorded if x.op != "tril"} == {"vae/sampling"}
    with mg.scope("sampling"):
        assert d.sample(np.random.default_rng(0)).scope == "sampling"
    assert d.scale_tril.scope == ""  # made before, with the distribution


class Sign(mg.Normal):
    """1 or -1 forward, with the gradient of the Gaussian number: a wall inside the transform."""

    def _transform(self, eps):
        z = super()._transform(eps)
        return z + mg.stop_gradient(mg.sign(z) - z)


def test_a_wall_inside_a_transform_stays_a_wall():
    mu = mg.Var(0.3)
    z = Sign(mu, 1.0).rsample(np.random.default_rng(0))
    _, wall = z.inputs
    assert (wall.kind, wall.scope, z.kind) == ("stop", "sampling", "sample")
    assert abs(z.value) == 1.0 and mg.grad(z, [mu]) == (1.0,)


def test_drawing_in_one_thread_leaves_the_scope_of_another():
    seen = []

    def draw():
        seen.append(mg.Normal(mg.Var(0.0), 1.0).rsample(np.random.default_rng(0)).scope)

    with mg.scope("here"):
        thread = threading.Thread(target=draw)
        thread.start()
        thread.join()
    assert seen == ["sampling"]


def test_no_grad_draws_constants():
    with mg.no_grad():
        z = mg.Normal(mg.Var(0.0), mg.Var(1.0)).rsample(np.random.default_rng(0))
        wall = mg.Normal(mg.Var(0.0), mg.Var(1.0)).sample(np.random.default_rng(0))
    assert (z.kind, z.inputs, z.requires_grad) == ("constant", (), False)
    assert wall.value == z.value and not wall.requires_grad


def test_a_dead_draw_is_freed_without_the_collector():
    d = mg.Normal(mg.Var(np.zeros(3)), mg.Var(1.0))
    gc.disable()
    try:
        before = nodes_alive()
        z = d.rsample(np.random.default_rng(0), (4,))
        assert nodes_alive() > before + 2
        del z
        assert nodes_alive() == before
    finally:
        gc.enable()


def test_stopped_keeps_the_path_through_z_alone():
    mu, sigma = mg.Var(0.5), mg.Var(2.0)
    q = mg.Independent(mg.Normal(mg.broadcast_to(mu, 3), sigma), 1)
    z = mg.Var([0.1, 0.2, 0.3])
    flat = q.stopped().log_prob(z)
    assert flat.value == q.log_prob(z).value
    assert mg.grad(flat, [mu, sigma], allow_unused=True) == (0.0, 0.0)
    np.testing.assert_array_equal(mg.grad(flat, [z])[0], mg.grad(q.log_prob(z), [z])[0])
    assert q.base.loc.requires_grad and type(q.stopped()) is mg.Independent


def test_independent_adds_up_its_base():
    rng = np.random.default_rng(0)
    base = mg.Normal(rng.normal(size=(4, 3)), np.exp(rng.normal(size=(4, 3))))
    z = rng.normal(size=(5, 4, 3))
    for n, axes in ((1, (-1,)), (2, (-2, -1))):
        d = mg.Independent(base, n)
        np.testing.assert_allclose(d.log_prob(z), np.sum(base.log_prob(z), axis=axes), rtol=1e-14)
        np.testing.assert_allclose(d.entropy(), np.sum(base.entropy(), axis=axes), rtol=1e-14)
        np.testing.assert_array_equal(d.mean, base.mean)
        np.testing.assert_array_equal(d.stddev, base.stddev)


def test_independent_refuses():
    base = mg.Normal(np.zeros(3), 1.0)
    for n in (-1, 2):
        with pytest.raises(ValueError, match=rf"n is {n}, not in 0..1, batch axes of Normal"):
            mg.Independent(base, n)
    with pytest.raises(TypeError, match="takes a distribution, not float"):
        mg.Independent(1.0, 1)
    with pytest.raises(ValueError, match=r"z of shape \(5, 1\) must end in the event shape \(3,\)"):
        mg.Independent(base, 1).log_prob(np.zeros((5, 1)))
