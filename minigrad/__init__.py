"""minigrad: reverse-mode autodiff through random samples, small enough to read.

`import minigrad as mg`. Floors import only downward: first what a Var is and how a gradient flows
(`variable`, `tape`, `sweep`, …), then `ops`, then what uses them. The upper floors load when a name
of theirs is first asked for.
"""

import sys
from importlib import import_module
from typing import TYPE_CHECKING

from . import numpy_bridge as _numpy_bridge
from .context import no_grad as no_grad
from .context import scope as scope
from .registry import ABOVE as _METHODS
from .ops import *
from .gradients import grad as grad
from .gradients import value_and_grad as value_and_grad
from .variable import Var as Var
from .variable import constant as constant

if TYPE_CHECKING:
    from .checking import GradientError, check_gradients
    from .distributions import (
        Affine, AffineCoupling, Bernoulli, Beta, Categorical, Cauchy, Dirichlet, Exp, Exponential,
        Gamma, Gumbel, HalfNormal, Independent, Laplace, LogNormal, Logistic, MultivariateNormal,
        Normal, Planar, RelaxedBernoulli, RelaxedOneHotCategorical, Sigmoid, StudentT, Tanh,
        Transformed, Uniform, Weibull, elbo, iwae, kl_divergence, kl_monte_carlo, noise,
    )  # fmt: skip
    from .emit.programs import Program
    from .emit.tracing import trace
    from .equations import equations_of
    from .estimators import (
        Estimate, compare, finite_difference, measure_valued, pathwise, score_function,
    )  # fmt: skip
    from .optim import SGD, Adam
    from .views.coins import CoinFlipLab, coin_flip_lab
    from .views.lesson import Lesson, step_through
    from .views.picture import Drawing, draw
    from .views.reasons import explain
    from .views.render import RendererError

__version__ = "0.1.0"

_ABOVE = {
    "checking": ("GradientError", "check_gradients"),
    "distributions": (
        "Affine", "AffineCoupling", "Bernoulli", "Beta", "Categorical", "Cauchy", "Dirichlet",
        "Exp", "Exponential", "Gamma", "Gumbel", "HalfNormal", "Independent", "Laplace",
        "LogNormal", "Logistic", "MultivariateNormal", "Normal", "Planar", "RelaxedBernoulli",
        "RelaxedOneHotCategorical", "Sigmoid", "StudentT", "Tanh", "Transformed", "Uniform",
        "Weibull", "elbo", "iwae", "kl_divergence", "kl_monte_carlo", "noise",
    ),
    "emit.programs": ("Program",),
    "emit.tracing": ("trace",),
    "equations": ("equations_of",),
    "estimators": ("Estimate", "compare", "finite_difference", "measure_valued", "pathwise",
                   "score_function"),
    "optim": ("SGD", "Adam"),
    "views.coins": ("CoinFlipLab", "coin_flip_lab"),
    "views.lesson": ("Lesson", "step_through"),
    "views.picture": ("Drawing", "draw"),
    "views.reasons": ("explain",),
    "views.render": ("RendererError",),
}  # fmt: skip
_ROOM = {name: room for room, names in _ABOVE.items() for name in names}
_ROOMS = {room.split(".")[0] for room in _ABOVE}


def _picture(output: Var) -> object:
    """A Var's drawing in Jupyter, from a room that loads when first asked for, too."""
    return import_module(".views.picture", __name__).inline(output)


_METHODS["picture"] = _picture


def __getattr__(name: str) -> object:
    """A room of an upper floor, or a name from one: load it and keep it."""
    if name in _ROOMS:
        return import_module(f".{name}", __name__)
    if name not in _ROOM:
        here = sys.modules[__name__]  # so that Python's traceback can ask "Did you mean …?"
        raise AttributeError(f"module 'minigrad' has no attribute {name!r}", name=name, obj=here)
    value = getattr(import_module(f".{_ROOM[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_ROOM, *_ROOMS})
