"""Estimators of the gradient of E[f(z)], z drawn from what the parameters describe.

>>> mg.estimators.pathwise is mg.pathwise
True
"""

from .batches import batched
from .coins import arm, disarm
from .comparison import Comparison, compare
from .coupled import triples
from .difference import finite_difference
from .learned import rebar, relax
from .measure import measure_valued
from .reparameterised import pathwise
from .results import Estimate
from .score import score_function
from .straight import gumbel_rao, reinmax, straight_through
from .walls import surrogate

__all__ = [
    "Comparison",
    "Estimate",
    "arm",
    "batched",
    "compare",
    "disarm",
    "finite_difference",
    "gumbel_rao",
    "measure_valued",
    "pathwise",
    "rebar",
    "reinmax",
    "relax",
    "score_function",
    "straight_through",
    "surrogate",
    "triples",
]
