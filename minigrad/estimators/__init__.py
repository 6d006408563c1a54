"""Estimators of the gradient of E[f(z)], z drawn from what the parameters describe."""

from .comparison import Comparison, compare
from .difference import finite_difference
from .measure import measure_valued
from .reparameterised import pathwise
from .results import Estimate
from .score import score_function
from .walls import surrogate

__all__ = [
    "Comparison",
    "Estimate",
    "compare",
    "finite_difference",
    "measure_valued",
    "pathwise",
    "score_function",
    "surrogate",
]
