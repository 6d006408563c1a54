"""What an op or a distribution of your own is made of, and nothing else: `minigrad.extend`.

An op is a row: `@each(rule, …)` over a function of values where it works element by element, `@op`
where it does not, `@comparison` for one that is 1 or 0. The README's "How to add an op" has one.

A distribution is a short class of `Distribution`, whose docstring says what to declare; the README
has one. Its pieces:

- laws of the noise: NORMAL, UNIFORM, EXPONENTIAL, LAPLACE, LOGISTIC, GUMBEL, CAUCHY, HALF_NORMAL,
  HALF_CAUCHY; another is a `Law(name, draw, mirror, cdf, log_survival, quantile)`;
- supports: REAL, POSITIVE, UNIT, SIMPLEX, COUNTS; another is a `Support(lower, upper)`;
- parameters: `as_parameter` keeps a Var or numbers, `value_of` and `shape_of` ask for their numbers
  and their shape, `as_outcome` checks a z;
- densities: `at_positive` and `at_unit` are -inf outside (0, ∞) and [0, 1], `where_possible` is
  anywhere else; `log_of`, `log_complement_of`, `logit_of`, `arctanh_of` have the digits that a draw
  lost by rounding, `times_log_of(c, z)` and `times_log_complement_of` are 0 where c is 0;
- `kept_inside` keeps a draw from (0, 1) off its ends;
- `normal_cdf`, `log_normal_cdf` and `normal_quantile` keep their digits in both tails.

A map for `mg.Transformed` is a class of `Transform`. `@register_kl(P, Q)` enters a closed form of
KL(p ‖ q), `@weak_derivative(P)` what `mg.measure_valued` needs.

>>> class Mirror(mg.extend.Transform):
...     rising = False
...     def forward(self, x):
...         return mg.negative(x), 0.0
...     inverse = forward
>>> mg.Transformed(mg.Exponential(1.0), Mirror()).log_prob(-2.0)
-2.0
"""

from .distributions.base import Distribution
from .distributions.kl import register_kl
from .distributions.law import Law
from .distributions.laws import (
    CAUCHY,
    EXPONENTIAL,
    GUMBEL,
    HALF_CAUCHY,
    HALF_NORMAL,
    LAPLACE,
    LOGISTIC,
    NORMAL,
    UNIFORM,
)
from .distributions.parameters import as_outcome, as_parameter, value_of, where_possible
from .distributions.support import COUNTS, POSITIVE, REAL, SIMPLEX, UNIT, Support
from .distributions.transforms import Transform
from .distributions.unrounded import (
    arctanh_of,
    at_positive,
    at_unit,
    kept_inside,
    log_complement_of,
    log_of,
    logit_of,
    times_log_complement_of,
    times_log_of,
)
from .distributions.weak import Arms, weak_derivative
from .engine.values import shape_of
from .ops.row import comparison, each, op
from .ops.tails import log_normal_cdf, normal_cdf, normal_quantile

__all__ = [
    "CAUCHY",
    "COUNTS",
    "EXPONENTIAL",
    "GUMBEL",
    "HALF_CAUCHY",
    "HALF_NORMAL",
    "LAPLACE",
    "LOGISTIC",
    "NORMAL",
    "POSITIVE",
    "REAL",
    "SIMPLEX",
    "UNIFORM",
    "UNIT",
    "Arms",
    "Distribution",
    "Law",
    "Support",
    "Transform",
    "arctanh_of",
    "as_outcome",
    "as_parameter",
    "at_positive",
    "at_unit",
    "comparison",
    "each",
    "kept_inside",
    "log_complement_of",
    "log_normal_cdf",
    "log_of",
    "logit_of",
    "normal_cdf",
    "normal_quantile",
    "op",
    "register_kl",
    "shape_of",
    "times_log_complement_of",
    "times_log_of",
    "value_of",
    "weak_derivative",
    "where_possible",
]
