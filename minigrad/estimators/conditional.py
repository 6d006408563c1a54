"""The number before rounding, given what it rounded to: for REBAR, RELAX and Gumbel-Rao."""

import numpy as np

from ..distributions.parameters import Numbers
from ..engine.values import Array
from ..engine.variable import Var
from ..ops import add, negative, softplus, where


def relaxed_given(b: Numbers, logits: Numbers, noise: Numbers) -> Var:
    """A draw of logit + ε, ε standard logistic, given that b says whether it is above 0.

    `noise` is standard logistic too, and used once. Differentiable in the logits, at fixed b: the
    conditional reparameterisation of Tucker, Mnih, Maddison, Lawson and Sohl-Dickstein (2017),
    log(1 + e^noise (1 + e^logit)) above 0 and likewise below, without overflow.
    """
    above = softplus(add(noise, softplus(logits)))
    below = negative(softplus(add(noise, softplus(negative(logits)))))
    return where(b, above, below)


def gumbels_given(b: Array, p: Array, noise: Array) -> Array:
    """Draws of log p + ε, ε standard Gumbel, given that b is 1 where they are largest.

    `noise` is standard exponential. The largest of all is a Gumbel number, and the others are
    Gumbel numbers below it (Maddison, Tarlow and Minka, 2014).
    """
    top = np.sum(b * noise, axis=-1, keepdims=True)
    with np.errstate(divide="ignore"):
        below: Array = -np.log(noise / p + top)
    largest: Array = -np.log(top)
    return np.where(b == 1.0, largest, below)
