"""What numba lacks, as loops that it compiles: reductions along an axis, matrices one by one.

Arrays of three axes: reductions go along the middle one, of matrices the first counts them.
"""

import math

import numpy as np

from ..engine.values import Array


def added(x: Array) -> Array:
    y = np.zeros((x.shape[0], x.shape[2]))
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            for k in range(x.shape[2]):
                y[i, k] += x[i, j, k]
    return y


def multiplied(x: Array) -> Array:
    y = np.ones((x.shape[0], x.shape[2]))
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            for k in range(x.shape[2]):
                y[i, k] *= x[i, j, k]
    return y


def largest(x: Array) -> Array:
    """nan where one is nan, as in NumPy."""
    y = np.full((x.shape[0], x.shape[2]), -math.inf)
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            for k in range(x.shape[2]):
                if x[i, j, k] > y[i, k] or math.isnan(x[i, j, k]):
                    y[i, k] = x[i, j, k]
    return y


def smallest(x: Array) -> Array:
    return -largest(-x)


def added_up(x: Array) -> Array:
    y = x.copy()
    for i in range(x.shape[0]):
        for j in range(1, x.shape[1]):
            for k in range(x.shape[2]):
                y[i, j, k] += y[i, j - 1, k]
    return y


def log_added(x: Array) -> Array:
    """The largest is taken out first; where it is infinite it is the answer."""
    top = largest(x)
    y = np.zeros(top.shape)
    for i in range(x.shape[0]):
        for k in range(x.shape[2]):
            if math.isinf(top[i, k]):
                y[i, k] = top[i, k]
            else:
                for j in range(x.shape[1]):
                    y[i, k] += math.exp(x[i, j, k] - top[i, k])
                y[i, k] = top[i, k] + math.log(y[i, k])
    return y


def log_shares(x: Array) -> Array:
    whole = log_added(x)
    y = np.empty(x.shape)
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            for k in range(x.shape[2]):
                y[i, j, k] = x[i, j, k] - whole[i, k]
    return y


def shares(x: Array) -> Array:
    return np.exp(log_shares(x))


def put_at(x: Array, places: Array, size: int) -> Array:
    """Zeros, with each number added at its place."""
    y = np.zeros(size)
    for i in range(x.size):
        y[places[i]] += x[i]
    return y


def multiplied_matrices(a: Array, b: Array) -> Array:
    y = np.empty((a.shape[0], a.shape[1], b.shape[2]))
    for i in range(a.shape[0]):
        y[i] = a[i] @ b[i]
    return y


def solved_matrices(a: Array, b: Array) -> Array:
    y = np.empty(b.shape)
    for i in range(a.shape[0]):
        y[i] = np.linalg.solve(a[i], b[i])
    return y


def triangles(x: Array, lower: bool, diagonal: int) -> Array:
    y = np.zeros(x.shape)
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            for k in range(x.shape[2]):
                if (k - j <= diagonal) if lower else (k - j >= diagonal):
                    y[i, j, k] = x[i, j, k]
    return y


def inverses(x: Array) -> Array:
    y = np.empty(x.shape)
    for i in range(x.shape[0]):
        y[i] = np.linalg.inv(x[i])
    return y


def roots(x: Array) -> Array:
    y = np.empty(x.shape)
    for i in range(x.shape[0]):
        y[i] = np.linalg.cholesky(x[i])
    return y


def log_determinants(x: Array) -> Array:
    """nan where the determinant is negative, -inf where it is 0."""
    y = np.empty(x.shape[0])
    for i in range(x.shape[0]):
        sign, size = np.linalg.slogdet(x[i])
        y[i] = size if sign >= 0.0 else math.nan
    return y
