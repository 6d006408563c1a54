"""What people ask of a Var, or of `mg`, out of habit, and how it is done here.

Each line is a name of NumPy's, PyTorch's, JAX's or micrograd's, and the rest of a sentence.
"""

from typing import NoReturn

from .values import NO_MASK

_IN_PLACE = "a Var is not written to: w = 2 * v makes a new one, p.value = … gives a leaf numbers"
_ONE_DEVICE = "values are always float64 in main memory: leave it out"

OF_A_VAR = {
    # micrograd
    "data": "its numbers are .value, and p.value -= 0.1 * p.grad updates a leaf",
    "label": 'a name is given by mg.Var(2.0, "x") or v.named("x"), and .name has it',
    "_prev": "what it was computed from is .inputs",
    "_op": "the op that made it is .op",
    "_backward": "its local rules are .closures, one back(g, y, *inputs) per input",
    # PyTorch
    "numpy": "its numbers are .value",
    "tensor": "its numbers are .value",
    "zero_grad": "v.grad = None clears one, mg.SGD(params, lr).zero_grad() all",
    "gradient": "after backward it is .grad; mg.grad(output, inputs) returns gradients",
    "grad_fn": "the op is .op, its rules are .closures",
    "is_leaf": "a leaf has no .op; .kind says what a node is",
    "requires_grad_": "mg.Var makes what wants a gradient, mg.constant what doesn't",
    "retain_grad": "inner nodes keep their .grad after backward",
    "register_hook": "give the node a name, and read its .grad after backward",
    "view": "write v.reshape(…)",
    "view_as": "write v.reshape(w.shape)",
    "permute": "v.transpose(…) takes the axes in a new order",
    "t": "the transpose is v.T",
    "mT": "the transpose of the last two axes is v.swapaxes(-1, -2)",
    "unsqueeze": "v[None] or mg.expand_dims(v, axis) adds an axis",
    "expand": "write mg.broadcast_to(v, shape)",
    "mm": "write v @ w",
    "bmm": "write v @ w",
    "pow": "write v ** 2",
    "add": "write v + w",
    "sub": "write v - w",
    "mul": "write v * w",
    "div": "write v / w",
    "neg": "write -v",
    "masked_fill": "write mg.where(mask, value, v)",
    "gather": "write v[np.arange(n), i] or mg.take(v, i, axis)",
    "index_select": "write mg.take(v, i, axis)",
    "chunk": "write mg.split(v, n)",
    "clamp": "write v.clip(low, high)",
    "numel": "the count is .size",
    "dim": "the number of axes is .ndim",
    "dtype": "all is float64",
    "clone": "a Var never changes, so v itself serves; v.detach() is a fresh constant",
    "contiguous": "leave it out",
    "to": _ONE_DEVICE,
    "cpu": _ONE_DEVICE,
    "cuda": _ONE_DEVICE,
    "device": _ONE_DEVICE,
    "float": _ONE_DEVICE,
    "double": _ONE_DEVICE,
    **dict.fromkeys(("add_", "sub_", "mul_", "div_", "zero_", "fill_", "copy_", "fill"), _IN_PLACE),
    # NumPy
    "copy": "a Var never changes, so v itself serves; v.detach() is a fresh constant",
    "astype": "a Var holds float64; v.value.astype(…) is off the tape",
    "put": _IN_PLACE,
    "resize": "write v.reshape(…)",
}

OF_A_LEAF = {
    "label": 'its name is the second argument, mg.Var(2.0, "x")',
    "_children": "what it is computed from is recorded by the operation",
    "_op": "the op is recorded by the operation",
    "requires_grad": "mg.Var makes what wants a gradient, mg.constant what doesn't",
    "dtype": "all is float64",
    "device": _ONE_DEVICE,
}

OF_A_SETTING = {
    "requires_grad": "mg.Var makes what wants a gradient and mg.constant what doesn't; a parameter "
    "that is to stay as it is isn't given to the optimiser",
    "name": 'v.named("x") names a node',
    "shape": "v.reshape(…) has another one",
    **dict.fromkeys(("ndim", "size"), "v.reshape(…) has another shape"),
    **dict.fromkeys(("inputs", "op", "static", "closures"), "an operation makes a new node"),
    "kind": "mg.Var, mg.constant and mg.stop_gradient make the kinds",
    "scope": 'with mg.scope("encoder"): nodes made inside belong to it',
    **dict.fromkeys(("law", "site", "line"), "it is noted where the node is made"),
}

OF_THE_MODULE = {
    # leaves
    **dict.fromkeys(
        ("Value", "Variable", "Tensor", "tensor", "Parameter", "array", "asarray"),
        "mg.Var(value) makes a parameter, mg.constant(value) data",
    ),
    "Constant": "mg.constant(value) makes data",
    # noise and distributions
    **dict.fromkeys(
        ("normal", "randn", "random"),
        "mg.noise(rng, shape) is standard-normal noise, mg.Normal(loc, scale).rsample(rng) a draw",
    ),
    **dict.fromkeys(("rand", "uniform"), "mg.Uniform(low, high).rsample(rng) is a draw"),
    "Gaussian": "use mg.Normal(loc, scale)",
    "MultivariateGaussian": "use mg.MultivariateNormal(loc, scale_tril=…)",
    "kl": "use mg.kl_divergence(p, q)",
    "manual_seed": "draws take rng = np.random.default_rng(0)",
    # functions
    "ln": "mg.log is the natural logarithm",
    **dict.fromkeys(("log2", "log10"), "np.log2(v) and np.log10(v) stay on the tape"),
    "pow": "use a ** b or mg.power(a, b)",
    **{f"a{name}": f"use mg.arc{name}" for name in ("sin", "cos", "tan", "tan2")},
    **{f"a{name}": f"use mg.arc{name}" for name in ("sinh", "cosh", "tanh")},
    "expit": "use mg.sigmoid",
    "ndtr": "use mg.normal_cdf",
    "xlogy": "use mg.times_log",
    "gammaln": "use mg.lgamma",
    "psi": "use mg.digamma",
    "cat": "use mg.concatenate",
    **dict.fromkeys(("mm", "bmm"), "use a @ b"),
    "clamp": "use mg.clip",
    "chunk": "use mg.split(v, n, axis)",
    **dict.fromkeys(("gather", "take_along_axis"), "write v[np.arange(n), i]"),
    **dict.fromkeys(("isnan", "isfinite", "allclose"), "NumPy's function takes v.value"),
    **dict.fromkeys(
        ("var", "std", "argmax", "argmin", "argsort"),
        "NumPy's function of that name takes a Var, and a Var has it as a method",
    ),
    **dict.fromkeys(("zeros", "ones", "eye", "arange", "randint"), "NumPy makes such data"),
    **dict.fromkeys(("zeros_like", "ones_like"), "NumPy makes such data, of v.value"),
    "randn_like": "mg.noise(rng, v.shape) is standard-normal noise",
    "one_hot": "np.eye(n)[i] is that",
    "detach": "mg.stop_gradient(x) is a wall, v.detach() a constant without graph",
    "stop_grad": "use mg.stop_gradient(x)",
    # losses and layers
    "mse_loss": "use mg.mean((y - target) ** 2)",
    "cross_entropy": "mg.Categorical(logits=logits).log_prob(target) is its negative",
    **dict.fromkeys(
        (
            "binary_cross_entropy_with_logits",
            "binary_cross_entropy",
            "BCEWithLogitsLoss",
            "BCELoss",
        ),
        "mg.Bernoulli(logits=logits).log_prob(target) is its negative",
    ),
    **dict.fromkeys(("gelu", "silu", "swish"), "x * mg.sigmoid(x) is similar"),
    "autograd": "mg.grad(output, inputs) and mg.value_and_grad(f) are here",
    "numpy": "NumPy's own functions take a Var: import numpy as np",
    "from_numpy": "mg.Var(array) makes a parameter, mg.constant(array) data",
    "draw_dot": "use mg.draw(output)",
    **dict.fromkeys(("inference_mode", "set_grad_enabled"), "use with mg.no_grad():"),
    **dict.fromkeys(("cuda", "device", "set_default_dtype"), _ONE_DEVICE),
    **dict.fromkeys(("save", "load"), "pickle and np.savez keep the numbers, p.value"),
    "clip_grad_norm_": "write p.grad = p.grad * min(1.0, c / norm) for each before a step",
    "compile": "mg.compiled and mg.trace(f, …) compile",
    "func": "mg.value_and_grad(f), mg.jacobian(f) and mg.hessian(f) are here",
    **dict.fromkeys(("F", "functional"), "functions are in mg itself, as mg.softplus(x)"),
    **dict.fromkeys(("float32", "float64", "double"), "all is float64"),
    "leaky_relu": "use mg.maximum(x, 0.01 * x)",
    **dict.fromkeys(("Module", "Linear"), "a layer is x @ w + b with Vars w and b"),
    "AdamW": "use mg.Adam, and write p.value -= lr * decay * p.value before each step",
    "nn": "a layer is x @ w + b with Vars w and b",
    "Optimizer": "mg.SGD(params, lr) and mg.Adam(params, lr) are here",
    "jit": "mg.trace(f, …).jit() compiles",
    "vmap": "ops take whole arrays: give f a batch",
    "backward": "output.backward() or mg.grad(output, inputs)",
}


OF_BACKWARD = {
    "retain_graph": "a graph stays for as long as its output: leave it out",
    "create_graph": "write mg.grad(output, inputs, create_graph=True)",
    "gradient": "it is called seed=",
    "inputs": "write mg.grad(output, inputs)",
}

OF_AN_ARRAY = {
    "zero_": "p.grad = None clears a gradient, optimizer.zero_grad() all of them",
    **dict.fromkeys(("numpy", "detach", "cpu", "clone", "tensor"), "it is a NumPy array: a.copy()"),
    **dict.fromkeys(("norm", "abs"), "it is a NumPy array: np.linalg.norm(a), abs(a)"),
    **dict.fromkeys(("add_", "sub_", "mul_", "div_", "copy_", "clamp_"), "write p.value = …"),
}


class Habit:
    """A name that a Var does not have: reading it and setting it say what to write instead."""

    def __init__(self, sentence: str, error: type[Exception] = AttributeError) -> None:
        self._sentence, self._error = sentence, error

    def __get__(self, owner: object, kind: type | None = None) -> object:
        if owner is None:
            return self
        raise self._error(self._sentence)

    def __set__(self, owner: object, value: object) -> None:
        raise self._error(self._sentence)


class ReadOnly(property):
    """A property that is not set: trying to says what to write instead."""

    def __set__(self, owner: object, value: object) -> None:
        name = self.fget.__name__  # type: ignore[union-attr]
        raise AttributeError(f"a Var's {name} is not set: {OF_A_SETTING[name]}")


class Size(int):
    """A number of elements, which is not called, as a tensor's size is."""

    def __call__(self, *_: object) -> NoReturn:
        raise TypeError(f"size is the number of elements here, {self}: the lengths are .shape")


HABITS = {name: Habit(f"a Var has no {name}: {way}") for name, way in OF_A_VAR.items()}
HABITS["_data"] = Habit(NO_MASK, TypeError)  # asked for by NumPy's masked arrays


def no_keyword(name: str, *_: str) -> TypeError:
    """What mg.Var says of a keyword that it does not take."""
    return TypeError(f"mg.Var takes no {name}=: {OF_A_LEAF.get(name, 'it takes value and name')}")


def no_backward(name: str) -> TypeError:
    """What `v.backward` says of a keyword that it does not take."""
    return TypeError(f"backward takes no {name}=: {OF_BACKWARD.get(name, 'it takes seed=')}")
