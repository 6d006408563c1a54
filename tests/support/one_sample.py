"""Exact moments of one sample's gradient: Gauss–Hermite nodes stand in for normal noise.

The estimator itself runs, once at each node, on a generator that gives that node. Where the
gradient is a polynomial of the noise, mean and variance are exact; where it is smooth, they are as
good as floats allow.
"""

from unittest.mock import patch

import numpy as np

from minigrad.estimators.streaming import Plan
from tests.support.quadrature import gauss_hermite


class _Given(np.random.Generator):
    """Its calls for normal noise give these numbers, one a call; other draws are random."""

    def __init__(self, numbers):
        super().__init__(np.random.PCG64(0))
        self.numbers = list(numbers)

    def standard_normal(self, size):
        return np.full(size, self.numbers.pop(0))


class _Done(Exception):
    pass


def moments_of_one(estimator, problem, params, nodes, *, calls=1, unit=1, **options):
    """Means and variances of the gradients from one sample, or from `unit` that belong together.

    A sample draws normal noise in `calls` calls, each of which takes each of `nodes` values.
    """
    points, weights = gauss_hermite(calls, nodes)
    rows = []

    def block(plan, span, setting):
        for noise in points:
            rng = _Given(noise)
            rows.append(plan.rule(setting, rng, unit).grads)
            assert not rng.numbers, "fewer draws than expected"
        raise _Done

    with patch.object(Plan, "block", block):
        try:
            estimator(problem, params, unit, 0, **options)
        except _Done:
            pass
    means = weights @ np.array(rows)
    return means, weights @ np.square(rows - means)
