"""Optimisers, which move parameters by the gradients that `backward` left in `.grad`."""

import warnings
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NoReturn, Self

from .engine.marks import forget, takes_turns, turn
from .engine.nests import apart
from .engine.values import Value
from .engine.variable import Var, renew
from .ops import sqrt

_ELSEWHERE = {
    "weight_decay": "add 0.5 * decay * mg.sum(p ** 2) of each parameter to the loss",
    "nesterov": "momentum= is the usual one",
    "amsgrad": "the steps are those of algorithm 1",
    "maximize": "minimise -loss",
    "param_groups": "all of .params have the learning rate .lr; make one optimiser a group",
    "add_param_group": "make one optimiser a group",
    "state_dict": "pickle it together with its parameters: pickle.dumps((params, optimiser))",
    "load_state_dict": "pickle it together with its parameters",
    "parameters": "they are .params",
}

Params = Iterable[object] | Mapping[str, object]


class _Optimizer(ABC):
    """The parameters (also in dicts, lists and nests of them), their learning rate, and one step.

    Subclasses say how far each moves.
    """

    def __new__(cls, *_: object, **keywords: object) -> Self:
        for name in keywords:
            if name in _ELSEWHERE:
                raise TypeError(f"{cls.__name__} takes no {name}=: {_ELSEWHERE[name]}")
        return super().__new__(cls)

    def __init__(self, params: Params, lr: float) -> None:
        if isinstance(params, list) and any(isinstance(p, dict) and "params" in p for p in params):
            raise TypeError(f"groups: make one {type(self).__name__} a group, each with its lr")
        given = params if isinstance(params, Mapping) else dict(enumerate(params))
        self.params: list[Var] = []
        for place, p in apart(given, "params").items():
            if not isinstance(p, Var) or p.kind != "parameter":
                raise TypeError(f"{place} is {p!r}, not a parameter: give leaves made by mg.Var")
            self.params.append(p)
        self._warned = False
        if not self.params:
            raise ValueError("no parameters to optimise: give at least one mg.Var")
        for i, p in enumerate(self.params):
            if any(p is other for other in self.params[:i]):
                raise ValueError(f"params[{i}] was given before: give each parameter once")
        self.lr = lr

    if not TYPE_CHECKING:  # a type checker would take every name for an attribute

        def __getattr__(self, name: str) -> NoReturn:
            way = f": {_ELSEWHERE[name]}" if name in _ELSEWHERE else ""
            what = f"{type(self).__name__} has no {name}{way}"
            raise AttributeError(what, name=name, obj=self)

    @property
    def lr(self) -> float:
        """The learning rate, positive; a schedule may change it."""
        return self._lr

    @lr.setter
    def lr(self, lr: float) -> None:
        if not lr > 0.0:
            raise ValueError(f"lr is {lr}, but must be positive")
        self._lr = float(lr)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self.params)} parameters, lr={self.lr:g})"

    @takes_turns
    def zero_grad(self) -> None:
        """Forget the gradients, which `backward` would otherwise add to."""
        with turn: forget(self.params)  # noqa: E701  # fmt: skip  # see `turn`

    def step(self) -> None:
        """Give parameters that have a gradient new values; graphs recorded before become stale.

        A ValueError where none has one. A warning, once, where one has the gradients of several
        backwards added up, which is most often a `zero_grad` forgotten.
        """
        params = self.params
        grads: list[Value | None] = []
        found = False
        for p in params:
            grad, mark = None, p._mark
            if mark is not None:
                grad = p._flow  # what `_kept` gives, in the usual case
                if not mark.done or p._mark is not mark:
                    grad, mark = p._kept(), p._mark
                if grad is not None:
                    found = True
                    if mark.sums and p._b is not None and not self._warned:  # type: ignore[union-attr]
                        self._warn_of_sums(p)
            grads.append(grad)
        if not found:
            raise ValueError("step: no parameter has a gradient: call loss.backward() first")
        renew(params, self._moved(params, grads))

    def _warn_of_sums(self, p: Var) -> None:
        self._warned = True
        i = next(i for i, other in enumerate(self.params) if other is p)
        warnings.warn(
            f"step: params[{i}] has the gradients of several backwards added up: call "
            "zero_grad() before each backward, unless the sum is meant",
            stacklevel=3,
        )

    @abstractmethod
    def _moved(self, params: list[Var], grads: list[Value | None]) -> list[Value | None]:
        """The parameters' new values; None where there is no gradient."""


class SGD(_Optimizer):
    """p ← p - lr·v with velocity v ← momentum·v + grad; plain gradient descent at momentum 0.

    >>> x = mg.Var(5.0)
    >>> optimiser = mg.SGD([x], lr=0.1)
    >>> (x * x).backward()
    >>> optimiser.step()
    >>> x.value
    4.0
    """

    def __init__(self, params: Params, lr: float, momentum: float = 0.0) -> None:
        super().__init__(params, lr)
        if not 0.0 <= momentum < 1.0:
            raise ValueError(f"momentum is {momentum}, but must be in [0, 1)")
        self.momentum = float(momentum)
        self._velocity: list[Value] = [0.0] * len(self.params)

    def _moved(self, params: list[Var], grads: list[Value | None]) -> list[Value | None]:
        lr, momentum = self._lr, self.momentum
        if momentum:
            velocity = self._velocity
            for i, grad in enumerate(grads):
                if grad is not None:
                    grads[i] = velocity[i] = momentum * velocity[i] + grad
        return [None if grad is None else p._value - lr * grad for p, grad in zip(params, grads)]


class Adam(_Optimizer):
    """Kingma and Ba (2015), algorithm 1: steps of the gradient's mean over its root mean square.

    The default `lr` is theirs, 0.001.

    >>> x = mg.Var(5.0)
    >>> optimiser = mg.Adam([x], lr=0.1)
    >>> (x * x).backward()
    >>> optimiser.step()
    >>> round(x.value, 4)
    4.9
    """

    def __init__(
        self,
        params: Params,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
    ) -> None:
        super().__init__(params, lr)
        if not all(0.0 <= beta < 1.0 for beta in betas):
            raise ValueError(f"betas are {betas}, but both must be in [0, 1)")
        self.betas, self.eps = (float(betas[0]), float(betas[1])), float(eps)
        self._mean: list[Value] = [0.0] * len(self.params)
        self._square: list[Value] = [0.0] * len(self.params)
        self._steps = [0] * len(self.params)

    def _moved(self, params: list[Var], grads: list[Value | None]) -> list[Value | None]:
        lr, eps, (b1, b2) = self._lr, self.eps, self.betas
        means, squares, steps = self._mean, self._square, self._steps
        moved: list[Value | None] = [None] * len(grads)
        for i, (p, grad) in enumerate(zip(params, grads)):
            if grad is None:
                continue
            steps[i] += 1
            means[i] = b1 * means[i] + (1.0 - b1) * grad
            squares[i] = b2 * squares[i] + (1.0 - b2) * grad * grad
            mean = means[i] / (1.0 - b1 ** steps[i])
            root = sqrt(squares[i] / (1.0 - b2 ** steps[i]))
            moved[i] = p._value - lr * mean / (root + eps)  # type: ignore[assignment]
        return moved
