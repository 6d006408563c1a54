"""The order in which the demos are read and run, with the titles that they have in the gallery."""

# The path through the subject: each step needs those before it, and nothing else.
PATH = {
    "live_page": "The live page",
    "thirty_lines": "Thirty lines of engine",
    "chain_rule": "The chain rule",
    "gaussian_1d": "One Gaussian number",
    "broken_and_repaired": "Broken, and repaired",
    "gaussian_diagonal": "Five numbers, each with its own noise",
    "gaussian_full": "Correlated numbers",
    "estimators": "Which estimator when",
    "vae_1d": "The smallest VAE",
    "digits_vae": "A VAE of handwritten digits",
}

SIDE_TRIPS = {
    "stepper_1d": "Step through one sample",
    "coin_flip_lab": "The coin-flip lab",
    "stepper_full": "Step through a Cholesky factor",
    "stepper_vae": "Step through a VAE",
    "log_variance": "A variance taken for a σ",
    "derivative_program": "From tape to program",
    "mistakes": "The classic mistakes",
    "gumbel_softmax": "Discrete choices, relaxed",
    "implicit_gamma": "Gradients without a transform",
    "flow": "Bending a Gaussian",
    "cost": "What accuracy costs",
    "streaming": "A billion draws",
    "vae_iris": "A VAE of irises",
    "bayes_regression": "Weights with error bars",
    "stochastic_layers": "A net that knows what it doesn't know",
    "black_box_vi": "The price of independence",
    "policy_gradient": "Learning to steer",
    "random_walk": "A walk in whole steps",
    "bandit": "Learning from rewards alone",
    "mixture_posterior": "Which heap a number came from",
    "categorical_vae": "A VAE whose code is one of twelve",
    "diffusion": "Guessing the noise",
    "option_delta": "The delta of an option",
    "sparse_gp": "Ten points stand for sixty",
}

TITLES = PATH | SIDE_TRIPS

# What is there within seconds, the course among it. All others train or draw many samples: they
# come afterwards, on every core.
QUICK = {
    "live_page",
    "thirty_lines",
    "chain_rule",
    "gaussian_1d",
    "broken_and_repaired",
    "gaussian_diagonal",
    "gaussian_full",
    "stepper_1d",
    "coin_flip_lab",
    "stepper_full",
    "stepper_vae",
    "log_variance",
    "derivative_program",
    "vae_1d",
    "mistakes",
    "gumbel_softmax",
}


def ordered(names: list[str]) -> list[str]:
    """The names as they are read; those without a place come last."""
    places = {name: i for i, name in enumerate(TITLES)}
    return sorted(names, key=lambda name: (places.get(name, len(places)), name))


def title(name: str) -> str:
    """The demo's title in the gallery, made of its name if it has none."""
    return TITLES.get(name, name.replace("_", " ").capitalize())
