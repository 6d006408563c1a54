"""minigrad: reverse-mode autodiff through random samples, small enough to read.

The examples take `import minigrad as mg` and `import numpy as np` as given.

To read the source, start in `engine/`, which is how a gradient flows; then `ops/`, one row per
op. Imports go only downward. Everything above those two is loaded on first use.
"""

from importlib import import_module as _import_module
from sys import modules as _modules
from typing import TYPE_CHECKING as _TYPE_CHECKING

from . import numpy_bridge as _numpy_bridge
from .engine.context import no_grad as no_grad
from .engine.context import scope as scope
from .engine.gradients import grad as grad
from .engine.gradients import value_and_grad as value_and_grad
from .engine.op import ABOVE as _METHODS
from .engine.habits import OF_THE_MODULE as _OF_THE_MODULE
from .engine.places import lines as lines
from .engine.variable import Var as Var
from .engine.variable import constant as constant
from .ops import *
from .ops import __all__ as _OPS

if _TYPE_CHECKING:  # a type checker follows these; the names that count are listed below
    from .derivatives.checking import *
    from .derivatives.jacobians import *
    from .distributions import *
    from .emit.compiling import *
    from .emit.programs import *
    from .emit.tracing import *
    from .equations import *
    from .estimators import *
    from .optim import *
    from .pages.lab.lab import *
    from .pages.lesson.lesson import *
    from .pages.lesson.task import *
    from .pages.play.live import *
    from .pictures.picture import *
    from .pictures.render import *
    from .reports.agreement import *
    from .reports.foreign import *
    from .reports.reasons import *

__version__ = "0.1.0"

_HERE = "Var constant grad lines no_grad scope value_and_grad"
_ABOVE = {
    "derivatives.checking": "GradientError check_gradients",
    "derivatives.jacobians": "hessian hvp jacobian jvp",
    "distributions": """
        AffineCouplingTransform AffineTransform Bernoulli Beta Binomial Categorical Cauchy
        Chi2 Dirichlet ExpTransform Exponential Gamma Geometric Gumbel HalfCauchy HalfNormal
        Independent InverseGamma Kumaraswamy LKJCholesky Laplace LogNormal Logistic
        LowRankMultivariateNormal LowerCholeskyTransform MixtureSameFamily
        MultivariateNormal NegativeBinomial Normal OneHotCategorical Pareto PlanarTransform
        Poisson PowerTransform RelaxedBernoulli RelaxedOneHotCategorical SigmoidTransform
        SoftplusTransform StickBreakingTransform StudentT TanhTransform Transformed
        TruncatedNormal Uniform VonMises Weibull elbo iwae kl_divergence kl_monte_carlo
        log_complement_of log_of noise strategy
        """,
    "emit.compiling": "compiled",
    "emit.programs": "Program",
    "emit.tracing": "trace",
    "equations": "equations_of",
    "estimators": """
        Estimate arm batched compare disarm finite_difference gumbel_rao measure_valued pathwise
        rebar reinmax relax score_function straight_through surrogate triples
        """,
    "optim": "Adam SGD",
    "pages.lab.lab": "CoinFlipLab coin_flip_lab",
    "pages.lesson.task": "Exercise exercise",
    "pages.lesson.lesson": "Lesson step_through",
    "pages.play.live": "Playground playground",
    "pictures.picture": "Drawing draw",
    "pictures.render": "RendererError",
    "reports.agreement": "GradientComparison compare_gradients",
    "reports.foreign": "from_state_dict",
    "reports.reasons": "explain",
}
_ROOM_OF = {name: room for room, names in _ABOVE.items() for name in names.split()}

_ROOMS = ("distributions", "estimators", "extend")

__all__ = sorted([*_HERE.split(), *_OPS, *_ROOM_OF, *_ROOMS, "ops"])


def _picture(output: Var) -> object:
    """A Var's drawing in Jupyter, from a room that is loaded on first use."""
    return _import_module(".pictures.picture", __name__).inline(output)


def _reason(output: Var, x: Var) -> str:
    """Why `x` gets no gradient of `output`, in the words of `explain`, loaded on first use."""
    reason: str = _import_module(".reports.reasons", __name__).reason(output, x)
    return reason


_METHODS.update(picture=_picture, reason=_reason)


def __getattr__(name: str) -> object:
    """A name from a room above, or a room that is public itself: load it and keep it."""
    if name in _ROOMS:
        return _import_module(f".{name}", __name__)
    if name not in _ROOM_OF:
        here = _modules[__name__]  # so that Python's traceback can ask "Did you mean …?"
        map_of_that_name = f"{name}Transform"
        hint = f": the map is mg.{map_of_that_name}" if map_of_that_name in _ROOM_OF else ""
        hint = f": {_OF_THE_MODULE[name]}" if name in _OF_THE_MODULE else hint
        what = f"module 'minigrad' has no attribute {name!r}{hint}"
        raise AttributeError(what, name=name, obj=here)
    value = getattr(_import_module(f".{_ROOM_OF[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
