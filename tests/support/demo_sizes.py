"""The size at which each demo runs in the tests: large enough to tell its claim from a fault."""

SIZES: dict[str, dict[str, int]] = {
    "bandit": {"steps": 80},
    "bayes_regression": {"count": 40, "steps": 3_000},
    "black_box_vi": {"steps": 3_000, "samples": 50_000},
    "categorical_vae": {"steps": 60},
    "cost": {"repeats": 50, "times": 1},
    "derivative_program": {"steps": 1_000},
    "diffusion": {"steps": 300},
    "digits_vae": {"epochs": 12},
    "estimators": {"chunks": 32},
    "flow": {"steps": 400, "samples": 30_000},
    "gaussian_full": {"samples": 1_500_000, "scalar_samples": 500},
    "gumbel_softmax": {"samples": 80_000},
    "policy_gradient": {"steps": 1_500, "episodes": 32},
    "random_walk": {"walks": 4_000},
    "stochastic_layers": {"steps": 2_000, "draws": 20_000},
    "streaming": {"largest": 40_000, "chunk": 250},
    "vae_iris": {"steps": 1_000},
}
