"""Typed formulas and programs: random, mutated, deep, long, of any letters and of huge numbers."""

from random import Random

import numpy as np

import minigrad as mg
from minigrad.cli.commands import typed
from minigrad.formulas.calls import families, functions
from tests.hostile.trial import Trial

NAMES = ["x", "y", "mu", "sigma", "eps"]
VALID = [
    *(
        "sin(mu + sigma*eps)",
        "z = mu + sigma*eps\neps ~ normal\nz**2",
        "x*x; ",
        "relu(x) * (x < 2)",
    ),
    *("q ~ Normal(mu, exp(sigma)); kl(q)", "q ~ Gamma(2, 3)\nlog_prob(q, 1.5)", "x²·3 − y³"),
    *(
        "mu = 0.7; x = data(1.2); log(mu*x)",
        "entropy(Normal(0, 1))",
        "1 if x else 2",
        "where(x, y, 1)",
    ),
    *("p ~ Bernoulli(0.3); log_prob(p, 1)", "max(x, min(y, 2)) ^ 2", "(x + y) / (x - y) # end"),
]
LETTERS = "xyme01.9eE+-*/^()<>=!~;,#\n\t ²³·×−≤≥≠"
FOREIGN = "\0\x1b\x7f\u00a0\u200b\u202e\u2028\ufeff\ud800éαπ₁ﬁ٣五😀'\"`@$%&?[]{}|\\:_"
HUGE = [
    "1e308",
    "1e309",
    "9" * 400,
    "0." + "0" * 400 + "1",
    "1e-400",
    "00012",
    "1e99999",
    ".5",
    "1.",
]
SIGNS = ["+", "-", "*", "/", "**"]
ONE_INPUT = ["exp", "sin", "cos", "tanh", "log", "sqrt", "abs", "arctan", "expm1", "square", "cosh"]


def _letters(rng: Random) -> str:
    pool = LETTERS if rng.random() < 0.7 else LETTERS + FOREIGN
    return "".join(rng.choice(pool) for _ in range(rng.randrange(30)))


def _words(rng: Random) -> str:
    pool = [*NAMES, *"()()(),=~;+-*/", "**", *HUGE, "2", *functions(), *families(), "kl", "data"]
    return " ".join(rng.choice(pool) for _ in range(rng.randrange(1, 12)))


def _mutated(rng: Random) -> str:
    text = rng.choice(VALID)
    for _ in range(rng.randrange(1, 4)):
        i, j = sorted((rng.randrange(len(text) + 1), rng.randrange(len(text) + 1)))
        part = text[i:j]
        new = rng.choice(
            ("", part * 2, rng.choice(LETTERS + FOREIGN), rng.choice(HUGE), _words(rng))
        )
        text = text[:i] + new + text[j:]
    return text


def _long(rng: Random) -> str:
    n = rng.choice((50, 89, 91, 500, 3000, 20_000))
    shapes = ("(" * n + "x" + ")" * n, "-" * n + "x", "x" * n, "x+" * n + "x", "sin(" * n, "2" * n)
    shapes += ("x**" * n + "x", "\n" * n + "x", "x;" * n, "x," * n, f"max({'x,' * n}x)")
    return rng.choice(shapes)


def _valid(rng: Random, depth: int) -> str:
    """A formula that must be understood, written so that Python reads the same."""
    if not depth or rng.random() < 0.2:
        return rng.choice((*NAMES, f"{rng.uniform(0.1, 3.0):.3f}", "2", "1e-5", "7e3"))
    if rng.random() < 0.3:
        return f"{rng.choice(ONE_INPUT)}({_valid(rng, depth - 1)})"
    sign = rng.choice(SIGNS)
    left, right = _valid(rng, depth - 1), _valid(rng, depth - 1)
    bare = f"{left} {sign} {right}"
    return f"({bare})" if rng.random() < 0.7 else f"-{left} {sign} {right}"


def _by_numpy(text: str, known: dict[str, float]) -> float:
    names = {name: getattr(np, name) for name in ONE_INPUT}
    names |= {name: np.float64(x) for name, x in known.items()}
    numbers = "".join(f"_f({word})" if _is_number(word) else word for word in _split(text))
    return float(eval(numbers, {"__builtins__": {}, "_f": np.float64}, names))


def _split(text: str) -> list[str]:
    spaced = text.replace("(", " ( ").replace(")", " ) ")
    return [f" {word} " if not _is_number(word) else word for word in _apart(spaced).split()]


def _apart(text: str) -> str:
    """A minus that is a sign by itself; that of 1e-5 belongs to its number."""
    return text.replace("-", " - ").replace("e - ", "e-")


def _is_number(word: str) -> bool:
    return word[0].isdigit()


def a_program(rng: Random) -> Trial:
    """A program with values for its names: a float and float gradients, or a sentence."""
    roll = rng.random()
    valid = roll < 0.35
    if valid:
        text = _valid(rng, rng.randrange(1, 5))
    elif roll < 0.97:
        text = rng.choice((_letters, _words, _mutated, _mutated))(rng)
    else:
        text = _long(rng)
    known = {name: rng.choice((0.5, 1.5, -0.7, 2.0, 0.0)) for name in NAMES}
    used = [name for name in NAMES if not valid or name in _split_names(text)]
    given = [f"{name}={known[name]!r}" for name in used if valid or name in text]
    if not valid and rng.random() < 0.2:
        given.append(
            rng.choice(("eps~normal", "x=", "=1", "x=nan", "x=1e999", "x~", "é=1", "", "x"))
        )

    def call() -> object:
        formula = typed(text, given, 0)
        leaves = [leaf for leaf in formula.leaves.values() if leaf.requires_grad]
        if not formula.output.requires_grad:
            return formula.output, [], leaves
        return formula.output, mg.grad(formula.output, leaves, allow_unused=True), leaves

    def check(found: object) -> str:
        output, grads, _ = found  # type: ignore[misc]
        if type(output.value) is not float or any(type(g) is not float for g in grads):
            return f"the value is {output.value!r}, the gradients {grads!r}"
        if not valid:
            return ""
        wanted = _by_numpy(text, known)
        close = np.isclose(output.value, wanted, 1e-9, 1e-300, equal_nan=True)
        return "" if close else f"the value is {output.value!r}, of NumPy {wanted!r}"

    return Trial(f"typed({text[:120]!r}, {given})", call, check)


def _split_names(text: str) -> set[str]:
    return {word.strip() for word in _split(text)}
