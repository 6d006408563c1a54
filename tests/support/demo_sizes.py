"""How small a demo runs where only its files are wanted: its claim has a test of its own."""

SMALL: dict[str, dict[str, int]] = {
    "bayes_regression": {"steps": 100},
    "black_box_vi": {"steps": 50, "samples": 1000},
    "cost": {"repeats": 5},
    "digits_vae": {"epochs": 2},
    "estimators": {"chunks": 32},
    "flow": {"steps": 50, "samples": 2000},
    "gumbel_softmax": {"samples": 4000},
    "implicit_gamma": {"samples": 2000},
    "mistakes": {"samples": 2000},
    "policy_gradient": {"steps": 50, "episodes": 8},
    "streaming": {"largest": 30_000},
    "stochastic_layers": {"steps": 50, "draws": 100},
}
