"""What people write for a distribution out of habit, and the way here."""

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any

# Names of arguments elsewhere, and ours that may be meant: whichever the family has.
_MEANT = {
    **dict.fromkeys(("mu", "mean", "m", "location"), ("loc",)),
    **dict.fromkeys(("std", "sd", "stddev", "s"), ("scale",)),
    "sigma": ("scale", "covariance_matrix"),
    **dict.fromkeys(("covariance", "cov", "Sigma"), ("covariance_matrix",)),
    **dict.fromkeys(("precision", "prec"), ("precision_matrix",)),
    **dict.fromkeys(("L", "chol", "cholesky", "tril"), ("scale_tril",)),
    "scale": ("scale_tril",),
    "alpha": ("concentration", "concentration1"),
    "beta": ("rate", "concentration0"),
    "a": ("concentration", "concentration1", "low"),
    "b": ("rate", "concentration0", "high"),
    **dict.fromkeys(("shape", "k"), ("concentration",)),
    **dict.fromkeys(("lam", "lambda_", "lambd"), ("rate",)),
    **dict.fromkeys(("p", "prob"), ("probs",)),
    "logit": ("logits",),
    **dict.fromkeys(("nu", "dof"), ("df",)),
    **dict.fromkeys(("tau", "temp"), ("temperature",)),
    **dict.fromkeys(("min", "minimum", "lower"), ("low",)),
    **dict.fromkeys(("max", "maximum", "upper"), ("high",)),
}
_WORDS = {
    "var": "its square root is scale",
    "variance": "its square root is scale",
    "logvar": "mg.Normal.from_log_variance(loc, logvar) takes it",
    "log_var": "mg.Normal.from_log_variance(loc, logvar) takes it",
    "rho": "mg.Normal.from_softplus(loc, rho) takes it",
}

OF_A_DISTRIBUTION = {
    "mu": "loc",
    "sigma": "scale, and its standard deviation .stddev",
    "std": "stddev",
    "var": "variance",
    "covariance": "covariance_matrix, of a MultivariateNormal",
    "cov": "covariance_matrix, of a MultivariateNormal",
    "logpdf": "log_prob(z)",
    "logpmf": "log_prob(z)",
    "log_pdf": "log_prob(z)",
    "score": "log_prob(z), which mg.grad differentiates",
    "pdf": "log_prob(z), of which mg.exp is the density",
    "pmf": "log_prob(z), of which mg.exp is the probability",
    "prob": "log_prob(z), of which mg.exp is the density",
    "rvs": "sample(rng, shape)",
    "draw": "rsample(rng, shape)",
    "sample_n": "sample(rng, (n,))",
    "ppf": "icdf(u)",
    "quantile": "icdf(u)",
    "sf": "cdf(z), of which 1 minus that is the survival function",
    "kl": "mg.kl_divergence(p, q), a function of two",
    "kl_divergence": "mg.kl_divergence(p, q), a function of two",
    "params": "each by its name, as in .loc",
}


def with_hint(init: Callable[..., None]) -> Callable[..., None]:
    """`init`, with an error that names the arguments as they are called here."""

    @wraps(init)
    def explained(self: object, *given: Any, **keywords: Any) -> None:  # noqa: ANN401
        try:
            init(self, *given, **keywords)
        except TypeError as error:
            if error.__traceback__ is None or error.__traceback__.tb_next is not None:
                raise  # from inside __init__, with a message of its own
            raise TypeError(_sentence(self, init, given, keywords)) from None

    return explained


def _sentence(
    owner: object, init: Callable[..., None], given: tuple[Any, ...], keywords: dict[str, Any]
) -> str:
    parameters = list(inspect.signature(init).parameters.values())[1:]
    names = [p.name for p in parameters if p.kind is not p.VAR_POSITIONAL]
    usage = f"{type(owner).__name__} takes ({', '.join(names)})"
    for name in keywords:
        if name not in names:
            meant = next((ours for ours in _MEANT.get(name, ()) if ours in names), None)
            way = f"that is {meant}= here" if meant else _WORDS.get(name, "leave it out")
            return f"{usage}, not {name}=: {way}"
    needed = [p.name for p in parameters if p.default is p.empty and p.kind is not p.VAR_POSITIONAL]
    missing = [name for name in needed[len(given) :] if name not in keywords]
    if missing:
        return f"{usage}: {' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing"
    return f"{usage}, not {len(given)} arguments and {len(keywords)} by name"


def no_such(owner: object, name: str) -> AttributeError:
    """The error for an attribute that distributions don't have."""
    kind = type(owner).__name__
    way = f": it is .{OF_A_DISTRIBUTION[name]}" if name in OF_A_DISTRIBUTION else ""
    way = way.replace(".mg.", "mg.").replace(".each", "each")
    return AttributeError(f"{kind} has no attribute {name!r}{way}", name=name, obj=owner)
