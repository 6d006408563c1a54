"""Every distribution against a reference: density, distribution function, moments, draws, edges.

The rows are in `tests/support/families.py`.
"""

import copy
import math
import pickle

import numpy as np
import pytest
from scipy import stats

import minigrad as mg
from minigrad.distributions import Distribution
from tests.support.families import TABLE

each = pytest.mark.parametrize("row", TABLE, ids=str)
NUMBERS = [row for row in TABLE if row.numbers]
each_number = pytest.mark.parametrize("row", NUMBERS, ids=str)
DENSE = [row for row in NUMBERS if hasattr(row.reference, "pdf")]  # type: ignore
each_dense = pytest.mark.parametrize("row", DENSE, ids=str)
U = np.array([1e-12, 1e-4, 0.1, 0.37, 0.5, 0.82, 0.999, 1.0 - 1e-9])


def rng():
    return np.random.default_rng(7)


def test_every_distribution_has_a_row():
    names = mg.distributions.__all__
    kinds = [getattr(mg.distributions, name) for name in names]
    families = {k.__name__ for k in kinds if isinstance(k, type) and issubclass(k, Distribution)}
    assert {row.name for row in TABLE} == families - {"Distribution"}
    assert all(type(row.make()).__name__ == row.name for row in TABLE)


def log_density(reference, z):
    density = getattr(reference, "logpdf", None) or reference.logpmf
    with np.errstate(all="ignore"):
        return density(z)


def points(row):
    """Outcomes in both tails and between, where the reference has digits: inside the support."""
    with np.errstate(all="ignore"):
        z = np.unique(row.reference.ppf(U))
    inside = row.make().support.contains(z) & np.isfinite(z)
    low = np.asarray(row.make().support.lower)
    near = row.make().support.near_ends(z) | (np.abs(z - low) < 1e-9 * np.abs(low))
    return z[inside & ~near]


def assert_close(found, expected, rtol, scale=1.0):
    """Relatively, or to the rounding of numbers of that scale."""
    found, expected = np.asarray(found, dtype=float), np.asarray(expected, dtype=float)
    np.testing.assert_allclose(found, expected, rtol=rtol, atol=1e-12 * scale)


@each
def test_densities(row):
    d = row.make()
    if row.numbers:
        z = points(row)
        assert_close(d.log_prob(z), log_density(row.reference, z), row.rtol)
    else:
        for z in d.sample(rng(), 20).value:
            assert_close(d.log_prob(z), row.reference(z), row.rtol)


@each_number
def test_distribution_functions(row):
    d, z = row.make(), points(row)
    assert_close(d.cdf(z), row.reference.cdf(z), row.rtol)
    with np.errstate(all="ignore"):
        tail = row.reference.logsf(z)
        # SciPy's own tail has the digits of 1 - cdf where it has no formula for it
        fine = np.isfinite(tail) & (row.reference.sf(z) > 1e-7)
    assert_close(d.log_survival(z[fine]), tail[fine], max(row.rtol, 1e-7))


@each_dense
def test_quantiles_lead_back(row):
    d = row.make()
    u = U[1:7]
    z = d.icdf(u)
    inside = ~d.support.near_ends(z)
    slope = np.exp(np.minimum(log_density(row.reference, z), 600.0)) * np.abs(z) * 1e-15
    assert np.all(np.abs(d.cdf(z) - u)[inside] <= (1e-9 * u + slope)[inside])


@each_number
def test_moments(row):
    d = row.make()
    for name, moment in (("mean", "mean"), ("var", "variance")):
        if name in row.skip:
            continue
        found = getattr(d, moment)
        expected = getattr(row.reference, name)()
        if math.isfinite(expected):
            assert_close(found, expected, max(row.rtol, 1e-8), scale=1e-3 * (name == "mean"))
    if "entropy" not in row.skip:
        assert_close(d.entropy(), row.reference.entropy(), max(row.rtol, 1e-7))


@each_number
def test_draws(row):
    """Kolmogorov and Smirnov for densities, a χ² of the common outcomes for counts."""
    z = row.make().sample(rng(), 4000).value
    if hasattr(row.reference, "pdf"):
        with np.errstate(all="ignore"):
            u = row.reference.cdf(z)
        near = row.make().support.near_ends(z)  # many draws at one number: no continuous law there
        assert near.any() or stats.kstest(u, "uniform").pvalue > 1e-6
    values, counts = np.unique(z, return_counts=True)
    for value, count in zip(values, counts, strict=True):
        if count > 40 and not hasattr(row.reference, "pdf"):
            p = float(row.reference.pmf(value))
            assert abs(count - 4000 * p) < 5.0 * math.sqrt(4000 * p * (1.0 - p)) + 1.0


# tanh-sinh nodes on (0, 1), the small ones with all their digits; each half of the noise gets them
STEPS = np.linspace(-3.9, 3.9, 321)
_SMALL = 1.0 / (1.0 + np.exp(np.pi * np.sinh(np.abs(STEPS))))
_WEIGHTS = np.pi * np.cosh(STEPS) * _SMALL * (1.0 - _SMALL) * (STEPS[1] - STEPS[0])
_HALF = 0.5 * np.where(STEPS < 0.0, _SMALL, 1.0 - _SMALL)
NODES = np.concatenate([_HALF, 1.0 - _HALF])
WEIGHTS = 0.5 * np.concatenate([_WEIGHTS, _WEIGHTS])
KEPT = (NODES > 1e-25) & (NODES < 1.0)


@pytest.mark.parametrize("row", [row for row in DENSE if row.make().has_rsample], ids=str)
def test_own_densities_by_quadrature_in_the_noise(row):
    """∫ log q(T(u)) du over the noise is minus the entropy, where draws have rounded as well."""
    d = row.make()
    _, log_q = d.transform_with_log_prob(d._law.quantile(NODES[KEPT]))
    entropy = row.reference.entropy() if row.name == "Transformed" else d.entropy()
    assert WEIGHTS[KEPT] @ log_q.value == pytest.approx(-float(entropy), rel=2e-7, abs=2e-7)


@each
def test_outside_the_support_there_is_nothing_and_no_gradient(row):
    d = row.make()
    if d.event_shape or not np.isfinite(float(np.asarray(d.support.lower))):
        return
    z = mg.Var(float(d.support.lower) - 1.0)
    found = d.log_prob(z)
    assert float(found.value if isinstance(found, mg.Var) else found) == -math.inf
    if isinstance(found, mg.Var) and found.requires_grad:
        assert mg.grad(found, [z], allow_unused=True) == (0.0,)
    if row.numbers:
        assert float(np.asarray(d.cdf(float(z.value)))) == 0.0


@each
def test_nan_has_no_density(row):
    d = row.make()
    if not d.event_shape:
        found = d.log_prob(math.nan)
        assert not float(np.asarray(found)) > -math.inf


@each
def test_it_is_shown_and_expanded(row):
    d = row.make()
    assert repr(d).startswith(f"{row.name}(") and "object at" not in repr(d)
    wide = d.expand((3, *d.batch_shape))
    assert wide.batch_shape == (3, *d.batch_shape)
    z = d.sample(rng())
    np.testing.assert_allclose(
        np.asarray(wide.log_prob(z.value)),
        np.full(wide.batch_shape, d.log_prob(z.value)),
        rtol=1e-13,
    )
    assert wide.sample(rng(), 2).shape == (2, 3, *d.batch_shape, *d.event_shape)


@pytest.mark.parametrize("make", {row.name: row.make for row in TABLE}.values())
def test_nan_is_no_outcome_and_gives_nan(make):
    d = make()
    z = mg.Var(np.full(d.event_shape, np.nan))
    curves = [d.log_prob] if d.event_shape else [d.log_prob, d.cdf, d.log_survival]
    for curve in curves:
        assert np.isnan(mg.distributions.parameters.value_of(curve(z))).all()
        assert np.isnan(curve(z.value)).all()


@pytest.mark.parametrize("make", {row.name: row.make for row in TABLE}.values())
def test_copies_pickles_and_empty_batches(make):
    d = make()
    z = d.sample(rng(), 6).value
    read_only = z.copy()
    read_only.setflags(write=False)
    known = d.log_prob(z)
    for same in (pickle.loads(pickle.dumps(d)), copy.deepcopy(d)):
        np.testing.assert_array_equal(same.log_prob(z), known)
        np.testing.assert_array_equal(same.sample(rng(), 6).value, z)
    for other in (read_only, np.repeat(z, 2, 0)[::2], np.asfortranarray(z), z.tolist()):
        np.testing.assert_array_equal(d.log_prob(other), known)
    assert d.sample(rng(), (2, 0)).shape == (2, 0, *d.batch_shape, *d.event_shape)
    assert np.shape(d.log_prob(z[:0])) == (0, *d.batch_shape)
    none = d.expand((0, *d.batch_shape))
    for ask in (lambda q: q.mean, lambda q: q.variance, lambda q: q.entropy()[..., None]):
        try:
            assert ask(none).shape[: 1 + len(d.batch_shape)] == (0, *d.batch_shape)
        except NotImplementedError as error:
            assert "has no" in str(error) or "no closed form" in str(error)


INF = math.inf
SHIFTS = ("loc", "low", "high")  # their steps are as large as the scale says


@pytest.mark.parametrize("row", [row for row in TABLE if row.make().event_shape == ()], ids=str)
def test_slopes_of_densities_by_parameters(row):
    d = row.make()
    given = {k: x for k, x in d._shown().items() if isinstance(x, float) and k != "total_count"}
    others = {k: x for k, x in d._shown().items() if k not in given}
    z = d.sample(np.random.default_rng(3)).value
    leaves = {k: mg.Var(x) for k, x in given.items()}
    if not leaves or d.batch_shape or d.support.near_ends(z):
        return
    q = type(d)(**others, **leaves)
    ends = [float(getattr(x, "value", x)) for x in (q.support.lower, q.support.upper)]
    room = 0.1 * min(abs(z - x) for x in ends) if q.support.moves else INF
    slopes = mg.grad(q.log_prob(z), list(leaves.values()), allow_unused=True)
    for (name, x), slope in zip(given.items(), slopes, strict=True):
        step = min(1e-4 * (given.get("scale", 1.0) if name in SHIFTS else abs(x) or 1.0), room)
        places = [x + n * step for n in (-2.0, -1.0, 1.0, 2.0)]
        if row.name in ("Bernoulli", "Binomial") and max(places) > 1.0 and "probs" in given:
            continue
        logs = [type(d)(**others, **{**given, name: at}).log_prob(z) for at in places]
        rise = (logs[0] - 8.0 * logs[1] + 8.0 * logs[2] - logs[3]) / (12.0 * step)
        rounding = 1e-13 * max(1.0, *map(abs, logs)) / step
        moved = abs((places[3] - places[0]) / (4.0 * step) - 1.0)  # the steps round as well
        assert slope == pytest.approx(rise, rel=1e-5 + moved, abs=rounding + 1e-9), name
