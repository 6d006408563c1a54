"""Copies of a distribution: behind walls, expanded to a larger batch, pickled."""

from typing import ClassVar, Self

from ..engine.values import Shape, shape_of
from ..engine.variable import Var
from ..ops import broadcast_to, stop_gradient
from .parameters import check_expansion
from .randomness import as_sample_shape


class Copies:
    """Making one distribution from another by copying its attributes, which are all its state."""

    batch_shape: Shape
    _parameters: ClassVar[dict[str, int]]

    def stopped(self) -> Self:
        """The same distribution, its parameters behind walls: its `log_prob` is flat in them."""
        other = self._copy()
        for name, x in vars(self).items():
            if isinstance(x, Var) and x.requires_grad:
                setattr(other, name, stop_gradient(x))
            elif isinstance(x, Copies):
                setattr(other, name, x.stopped())
        return other

    def expand(self, batch_shape: int | Shape) -> Self:
        """The same distribution side by side: parameters broadcast to a larger batch shape.

        A ValueError where the present batch shape does not broadcast to it.
        """
        shape = as_sample_shape(batch_shape)
        check_expansion(self, self.batch_shape, shape)
        other = self._copy()
        other.batch_shape = shape
        for name, axes in self._parameters.items():
            x = getattr(self, name)
            if x is not None:
                whole = shape_of(x)
                setattr(other, name, broadcast_to(x, shape + whole[len(whole) - axes :]))
        return other

    def _copy(self) -> Self:
        other = object.__new__(type(self))
        vars(other).update(vars(self))
        return other

    def __getstate__(self) -> dict[str, object]:
        for name, x in vars(self).items():
            if isinstance(x, Var) and x._call is not None:
                raise TypeError(
                    f"{type(self).__name__}: {name.strip('_')} was computed from other Vars, and a "
                    "pickle can't hold how: pickle those, and make the distribution from them "
                    "after loading"
                )
        return vars(self)
