"""Means over noise by the trapezoid rule: exact where random draws would leave errors to judge."""

import numpy as np

from minigrad.engine.values import Array


def levels(step: float = 0.1, low: float = -120.0, high: float = 36.5) -> tuple[Array, Array]:
    """Points u of (0, 1) and the weights of a mean over them, each of shape (n,).

    They are evenly spaced in log u/(1 - u). For what is smooth inside and grows slower than 1/u and
    1/(1 - u) at the ends the error falls like exp(-20/step). 1 - u is at least 2**-53.
    """
    y = np.arange(low, high, step)
    less = np.exp(-np.abs(y))
    u = np.where(y < 0.0, less, 1.0) / (1.0 + less)
    return u, step * less / (1.0 + less) ** 2


def grid(k: int, step: float = 1.3, far: float = 18.0) -> tuple[Array, Array]:
    """Points of the unit cube of k dimensions, of shape (n, k), and weights, of shape (n,)."""
    u, weights = levels(step, -far, far)
    points = np.stack(np.meshgrid(*[u] * k, indexing="ij"), -1).reshape(-1, k)
    sizes = np.stack(np.meshgrid(*[weights] * k, indexing="ij"), -1).reshape(-1, k)
    return points, np.prod(sizes, -1)


def simplex(k: int, step: float = 0.25, far: float = 36.0) -> tuple[Array, Array]:
    """Proportions, of shape (n, k), and weights to integrate a density of the first k - 1 by.

    They are the softmax of even points and 0; its Jacobian is the product of all k.
    """
    axes = np.meshgrid(*[np.arange(-far, far, step)] * (k - 1), indexing="ij")
    y = np.stack([*axes, np.zeros_like(axes[0])], -1).reshape(-1, k)
    z = np.exp(y - np.max(y, -1, keepdims=True))
    z /= np.sum(z, -1, keepdims=True)
    return z, step ** (k - 1) * np.prod(z, -1)


def gauss_hermite(k: int, points: int = 32) -> tuple[Array, Array]:
    """Standard normal noise, of shape (n, k), and weights, of shape (n,): Gauss and Hermite's."""
    x, weights = np.polynomial.hermite_e.hermegauss(points)
    nodes = np.stack(np.meshgrid(*[x] * k, indexing="ij"), -1).reshape(-1, k)
    sizes = np.stack(np.meshgrid(*[weights / weights.sum()] * k, indexing="ij"), -1)
    return nodes, np.prod(sizes.reshape(-1, k), -1)
