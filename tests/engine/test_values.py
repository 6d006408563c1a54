"""What may become a value, and what it becomes."""

import numpy as np
import pytest

import minigrad as mg
from minigrad.engine.values import as_axes, as_key, as_value, ieee, plain


class Celsius(float):
    """A float with a unit, as some libraries have it."""


class Tensor:
    """What says by `__array__` how it becomes an array: torch's tensors, a pandas Series."""

    shape, __pandas_priority__ = (2,), 0

    def __array__(self, dtype=None, copy=None):
        return np.array([1, 2], np.float32)


def test_a_tensor_becomes_an_array():
    v = mg.Var([1.0, 2.0])
    assert mg.Var(Tensor()).value.tolist() == [1.0, 2.0]
    for y in (v * Tensor(), Tensor() * v, mg.maximum(Tensor(), v)):
        assert isinstance(y, mg.Var) and y.shape == (2,)


@pytest.mark.parametrize(
    "given", [Celsius(2.0), 2, True, np.float32(2), np.int8(2), np.array(2), np.bool_(1), 2.0]
)
def test_scalars_become_floats(given):
    value = mg.Var(given).value
    assert type(value) is float and value == float(given)


@pytest.mark.parametrize("given", [[1, 2], (1, 2), np.array([1, 2]), np.array([1, 2], np.float32)])
def test_arrays_become_float64(given):
    value = mg.Var(given).value
    assert value.dtype == np.float64 and value.tolist() == [1.0, 2.0]


@pytest.mark.parametrize(
    "given",
    [
        1j,
        "1",
        None,
        object(),
        np.array([1j]),
        np.array(["a"]),
        np.array([None]),
        [[1], ["a"]],
        {1: 2},
        np.ma.masked_array([1.0], [True]),
        np.array(["2020"], dtype="datetime64[Y]"),
    ],
)
def test_anything_else_is_a_type_error(given):
    with pytest.raises(TypeError, match="real numbers|mask"):
        mg.Var(given)
    with pytest.raises(TypeError):
        mg.Var(1.0) * given


def test_a_ragged_list_and_a_list_of_vars_say_what_to_do():
    with pytest.raises(ValueError, match="rectangular"):
        mg.Var([[1, 2], [3]])
    with pytest.raises(TypeError, match="mg.stack"):
        mg.Var([mg.Var(1.0), 2.0])
    with pytest.raises(TypeError, match="v.value"):
        mg.Var(mg.Var(1.0))


def test_an_int_too_large_for_a_float_is_named():
    with pytest.raises(ValueError, match="too large"):
        mg.Var(10**400)


def test_arrays_are_copied_in_and_locked():
    mine = np.ones(3)
    v = mg.Var(mine)
    y = v * mine
    mine[0] = 5.0
    assert v.value.tolist() == y.inputs[1].value.tolist() == [1.0, 1.0, 1.0]
    for held in (v.value, y.value, mg.constant(mine).value):
        with pytest.raises(ValueError, match="read-only"):
            held[0] = 7.0


def test_plain_keeps_an_array_and_unpacks_a_scalar():
    array = np.ones(2)
    assert plain(array) is array
    for scalar in (np.float64(1), np.array(1.0), np.True_):
        assert type(plain(scalar)) is float
    assert plain(np.array([True])).dtype == np.float64


def test_ieee_answers_where_python_raises():
    assert ieee(lambda a, b: a / b, 1.0, 0.0) == np.inf
    assert np.isnan(ieee(np.log, -1.0))


def test_axes_and_keys():
    assert as_axes(None, 2) == (0, 1) and as_axes(-1, 3) == (2,) and as_axes((0, -1), 2) == (0, 1)
    with pytest.raises(ValueError, match="axis 2 is out of range for 2 dimensions: use -2..1"):
        as_axes(2, 2)
    with pytest.raises(ValueError, match="named twice"):
        as_axes((0, -2), 2)
    assert as_value(3) == 3.0
    picked = np.array([0, 1])
    key = as_key((picked, slice(None), None, ..., np.int64(2)))
    picked[0] = 5
    assert key[0].tolist() == [0, 1] and key[4] == 2
    for bad in (1.5, "a", True, np.True_, np.array([1.5]), mg.Var(1.0), mg.Var([1.0]) > 0.0):
        with pytest.raises(TypeError):
            mg.Var([1.0, 2.0])[bad]


def test_an_empty_index_takes_nothing():
    x = mg.Var([1.0, 2.0])
    assert x[[]].shape == (0,) and mg.take(x, []).shape == (0,)
    assert mg.grad(x[[]].sum(), x)[0].tolist() == [0.0, 0.0]


def test_a_mask_is_refused_alike_on_either_side():
    v, masked = mg.Var([1.0, 2.0]), np.ma.masked_array([1.0, 2.0], [True, False])
    for call in (lambda: v * masked, lambda: masked * v, lambda: np.exp(masked) + v):
        with pytest.raises(TypeError, match=r"no mask: fill the masked array first, .filled"):
            call()
