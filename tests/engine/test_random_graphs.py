"""Random programs: graphs of smooth ops over scalars and arrays, against central differences."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import minigrad as mg

UNARY = [
    mg.sin,
    mg.tanh,
    mg.sigmoid,
    mg.softplus,
    mg.arctan,
    mg.erf,
    mg.negative,
    mg.square,
    lambda x: mg.exp(mg.tanh(x)),
    lambda x: mg.log(1.5 + mg.square(x)),
    lambda x: mg.sqrt(1.0 + mg.square(x)),
    lambda x: x if not x.shape else mg.softmax(x),
    lambda x: mg.sum(x, axis=-1, keepdims=True) if x.shape else x,
    mg.mean,
    lambda x: mg.logsumexp(x, axis=0) if x.shape else x,
    lambda x: mg.cumsum(x) if x.shape else x,
    lambda x: mg.where(mg.sin(3.0 * x) < 9.0, x, 0.0 * x),
]
BINARY = [
    mg.add,
    mg.subtract,
    mg.multiply,
    mg.logaddexp,
    lambda a, b: a / (1.5 + mg.square(b)),
    lambda a, b: mg.arctan2(a, 1.2 + mg.cosh(mg.tanh(b))),
    lambda a, b: mg.power(1.1 + mg.sigmoid(a), mg.tanh(b)),
]
SHAPES = st.lists(st.sampled_from([(), (1,), (3,), (2, 1), (2, 3)]), min_size=1, max_size=3)
STEPS = st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99), st.integers(0, 99)), max_size=8)


def _program(steps):
    """Each step applies an op to nodes made before, which so may be used many times or never."""

    def f(*leaves):
        nodes = list(leaves)
        for which, i, j in steps:
            a, b = nodes[i % len(nodes)], nodes[j % len(nodes)]
            k = which % (len(UNARY) + len(BINARY))
            if k < len(UNARY):
                nodes.append(UNARY[k](a))
            elif _fit(a, b):
                nodes.append(BINARY[k - len(UNARY)](a, b))
        return tuple(mg.tanh(node) for node in nodes[-2:])

    return f


def _fit(a, b):
    try:
        np.broadcast_shapes(a.shape, b.shape)
    except ValueError:
        return False
    return True


@settings(max_examples=150, deadline=None, derandomize=True)
@given(SHAPES, STEPS, st.integers(0, 2**32 - 1))
def test_gradients_of_a_random_program(shapes, steps, seed):
    rng = np.random.default_rng(seed)
    inputs = [rng.uniform(-1.5, 1.5, shape) for shape in shapes]
    mg.check_gradients(_program(steps), *inputs)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(SHAPES, STEPS, st.integers(0, 2**32 - 1))
def test_second_derivatives_of_a_random_program(shapes, steps, seed):
    rng = np.random.default_rng(seed)
    inputs = [rng.uniform(-1.5, 1.5, shape) for shape in shapes]
    mg.check_gradients(_program(steps[:4]), *inputs, order=2)
