"""How random estimates are judged: by how many standard errors they are from the truth."""

import numpy as np

from minigrad.engine.values import Array, Value


def z_scores(draws: Array, truth: Value) -> Array:
    """(mean - truth) / standard error; the draws lie along the first axis."""
    error = np.std(draws, axis=0, ddof=1) / np.sqrt(len(draws))
    gap = np.mean(draws, axis=0) - truth
    return np.where(np.abs(gap) <= 1e-12 * np.abs(truth), 0.0, gap / np.maximum(error, 1e-300))


def assert_mean(draws: Array, truth: Value) -> None:
    """The mean is the truth within 5 standard errors, and those are small enough to see 3 %."""
    assert np.all(np.isfinite(draws))
    assert np.max(np.abs(z_scores(draws, truth))) < 5.0
    for factor in (0.97, 1.03):
        seen = np.abs(z_scores(factor * draws, truth)) > 5.0
        assert np.all(seen | (truth == 0.0)), "too few draws to tell a fault of 3 %"


def assert_variance(draws: Array, truth: Value) -> None:
    """The variance is the truth, likewise."""
    assert_mean((draws - np.mean(draws, axis=0)) ** 2, truth)
