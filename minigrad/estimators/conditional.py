"""The number before rounding, given what it rounded to: for REBAR, RELAX and Gumbel-Rao."""

from ..distributions.parameters import Numbers
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
