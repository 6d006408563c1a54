"""Programs that draw as they go: generator functions of the parameters.

    def walk(p):
        x = 0.0
        for _ in range(3):
            step = yield mg.Bernoulli(p)
            x = x + (1.0 if step else -1.0)
        return mg.square(x + p)

Such a program yields a distribution, receives a draw, may branch on it, and returns the cost.
"""

import inspect
from collections.abc import Callable, Sequence
from collections.abc import Generator as Coroutine

from ..distributions.base import Distribution
from ..engine.values import Shape, Value
from ..engine.variable import Var
from ..ops import index, reshape
from .problem import Problem, Setting

Program = Callable[..., Coroutine[Distribution, Var, Var]]


class Script:
    """A program at its parameters, which are leaves; a problem is one that draws once."""

    outcome_shape: Shape = ()
    noise_shape: Shape = ()

    def __init__(self, program: Program | Problem, params: Sequence[Value]) -> None:
        self.problem, self.params = program, params
        self.setting = None if is_program(program) else Setting(program, params)  # type: ignore[arg-type]
        self.theta = self.setting.theta if self.setting else tuple(Var(p) for p in params)

    def start(self) -> Coroutine[Distribution, Var, Var]:
        """A run from the beginning."""
        if self.setting is None:
            return self.problem(*self.theta)  # type: ignore[return-value]
        return self._once(self.setting)

    def _once(self, setting: Setting) -> Coroutine[Distribution, Var, Var]:
        z = yield setting.q
        return index(setting.f(reshape(z, (1, *z.shape))), 0)


def is_program(problem: object) -> bool:
    """Whether it is a generator function."""
    return inspect.isgeneratorfunction(getattr(problem, "func", problem))  # of a partial, too


def check_law(q: object) -> Distribution:
    """What a program yields: the distribution of one number."""
    if not isinstance(q, Distribution):
        raise TypeError(f"a program yields distributions, not {type(q).__name__}")
    if q.batch_shape or q.event_shape:
        raise ValueError(
            f"a program draws one number at a time, and {type(q).__name__} has the shape "
            f"{q.batch_shape + q.event_shape}: yield one for each of them, in a loop"
        )
    return q


def check_cost(cost: object) -> Var:
    """What a program returns."""
    if not isinstance(cost, Var):
        raise TypeError(
            f"a program returns its cost, a scalar Var, not {type(cost).__name__}: compute it by "
            "ops from the parameters and draws, mg.constant(x) where it depends on neither"
        )
    if cost.shape:
        raise ValueError(f"a program returns its cost, a scalar, not shape {cost.shape}: sum it up")
    return cost
