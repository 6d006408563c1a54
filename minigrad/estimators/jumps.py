"""Whether an integrand jumps: where it does, the derivative of its samples misses what crosses."""

import numpy as np

from ..engine.context import no_grad
from ..engine.values import Array
from ..engine.variable import constant
from .axes import oldest_first
from .problem import Setting

_PAIRS = 64
_HALVINGS = 45  # of the stretch between two draws: what is continuous hardly changes over the rest
_JUMPING = frozenset(
    "sign less less_equal greater greater_equal equal not_equal floor ceil trunc rint floor_divide "
    "remainder fmod".split()
)


def jump_of(setting: Setting) -> str:
    """Where the integrand jumps, in words; "" where 64 stretches between draws cross no jump.

    Only a function that compares or rounds is looked at. Each stretch is halved, towards where the
    function changes more, until nothing but a jump is left of the change.
    """
    rng = np.random.default_rng(0)
    z = setting.q.transform(setting.q.noise(rng, (_PAIRS + 1,)))
    y = setting.f(z)
    if not any(node.op in _JUMPING and node._order > z._order for node in oldest_first([y])):
        return ""
    values: Array = np.asarray(y.value)
    numbers: Array = np.asarray(z.value)
    if values.ndim > 1:
        return ""
    low, high, at_low, at_high = numbers[:-1], numbers[1:], values[:-1], values[1:]
    for _ in range(_HALVINGS):
        middle = low + 0.5 * (high - low)
        with no_grad():
            found = np.asarray(setting.integrand(constant(middle)).value)
        left = np.abs(found - at_low) >= np.abs(at_high - found)
        of_z = left.reshape(-1, *(1,) * (numbers.ndim - 1))
        low, high = np.where(of_z, low, middle), np.where(of_z, middle, high)
        at_low, at_high = np.where(left, at_low, found), np.where(left, found, at_high)
    jumps = np.nan_to_num(np.abs(at_high - at_low), nan=0.0, posinf=0.0)
    i = int(np.argmax(jumps))
    if jumps[i] <= max(1e-6 * float(np.std(values)), 1e-11 * float(np.max(np.abs(values)))):
        return ""
    place = float(np.where(np.abs(low[i]) > 1e-9 * np.ptp(numbers), low[i], 0.0).flat[0])
    where = f" at z = {place:.4g}" if numbers.ndim == 1 else ""
    return (
        f"f jumps{where}, by {jumps[i]:.4g}, and the derivative of a sample misses what crosses "
        "there: take mg.score_function"
    )
