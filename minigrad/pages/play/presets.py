"""Programs to start from: the path of the demos, and the classic mistakes."""

from typing import NamedTuple


class Preset(NamedTuple):
    """A program with its title and the sentence that goes with it."""

    title: str
    about: str
    text: str


PATH = (
    Preset(
        "The chain rule",
        "Each node hands its gradient on, times its own slope.",
        "x = 0.8\ny = 1.5\na = x*y\nL = sin(a) + a**2",
    ),
    Preset(
        "One Gaussian number",
        "z = μ + σ·ε: the noise is an input, so the gradient passes by it.",
        "mu = 0.7\nsigma = 1.2\neps ~ normal\nz = mu + sigma*eps\nf = sin(z)",
    ),
    Preset(
        "A loss with a KL",
        "Two ways lead to μ and σ: through the draw, and through the divergence.",
        "mu = 0.7\nsigma = 1.2\nq ~ Normal(mu, sigma)\nloss = (q - 2)^2 + kl(q)",
    ),
    Preset(
        "Log-variance",
        "Any number is a log-variance: no step can make σ negative.",
        "mu = 0.5\nlogvar = -0.4\neps ~ normal\nsigma = exp(0.5*logvar)\nz = mu + sigma*eps\n"
        "kl = 0.5*(mu**2 + exp(logvar) - 1 - logvar)\nloss = (z - 2)**2 + kl",
    ),
    Preset(
        "The smallest VAE",
        "Encoder, draw, decoder and divergence, with one number each.",
        "x = data(1.3)\nw = 0.6\nb = 0.1\nlogvar = -1.0\nv = 1.1\neps ~ normal\n"
        "mu = tanh(w*x + b)\nsigma = exp(0.5*logvar)\nz = mu + sigma*eps\nxhat = v*z\n"
        "kl = 0.5*(mu**2 + exp(logvar) - 1 - logvar)\nloss = (xhat - x)**2 + kl",
    ),
    Preset(
        "A relaxed coin",
        "A steep sigmoid replaces the jump, and has a slope everywhere.",
        "logit = 0.3\nu ~ logistic\nb = sigmoid((logit + u)/0.5)\nloss = (b - 0.8)**2",
    ),
    Preset(
        "Gumbel noise",
        "The larger of two scores with Gumbel noise: the relaxed choice is a sigmoid.",
        "a = 0.4\nc = -0.2\ng ~ gumbel\nh ~ gumbel\np = sigmoid((a + g - c - h)/0.7)\n"
        "loss = (p - 1)**2",
    ),
    Preset(
        "A flow step",
        "A bent Gaussian: the density stretches where the map does.",
        "a = 0.8\nb = 0.3\neps ~ normal\nz = eps + a*tanh(b + eps)\nlogdet = log(1 + a*(1 - "
        "tanh(b + eps)**2))\nloss = 0.5*(z - 1)**2 - logdet",
    ),
    Preset(
        "Heavy tails",
        "Laplace noise instead of normal: still z = loc + scale·ε.",
        "loc = 0.4\nscale = 0.9\nq ~ Laplace(loc, scale)\nloss = softplus(q) + kl(q)",
    ),
)

MISTAKES = (
    Preset(
        "Noise as a parameter",
        "ε gets a gradient and would be trained away. Write eps ~ normal.",
        "mu = 2\neps = 0.83\nz = mu + eps\nloss = (z - 3)**2",
    ),
    Preset(
        "sample for rsample",
        "There is a wall behind the draw: μ learns from the other terms alone.",
        "mu = 0.5\nsigma = 1\neps ~ normal\nz = stop_gradient(mu + sigma*eps)\n"
        "loss = z**2 + 0.5*mu**2",
    ),
    Preset(
        "A scale below zero",
        "σ as a bare parameter: turn its knob below zero, and there is no such distribution.",
        "mu = 0\nsigma = 0.3\nq ~ Normal(mu, sigma)\nloss = q**2",
    ),
    Preset(
        "Variance for σ",
        "exp(logvar) is the variance; σ is exp(½ logvar).",
        "mu = 0.7\nlogvar = -1.8\neps ~ normal\nsigma = exp(logvar)\nz = mu + sigma*eps\n"
        "loss = z**2",
    ),
    Preset(
        "A coin without a slope",
        "A comparison is 1 or 0 and flat between: no gradient reaches the logit.",
        "logit = 0\nu ~ uniform\nb = u < sigmoid(logit)\nloss = (b - 0.3)**2",
    ),
    Preset(
        "A clamp that holds fast",
        "Outside its interval a clip is flat: logvar never comes back. soft_clip does.",
        "logvar = 7\neps ~ normal\nbounded = clip(logvar, -5, 5)\nz = exp(0.5*bounded)*eps\n"
        "loss = 0.5*(z/10)**2 - 0.5*bounded",
    ),
    Preset(
        "nan behind where",
        "The branch not taken has an infinite slope, and 0·∞ is nan.",
        "x = 0\nsafe = where(x > 0, sqrt(x), 0)\nloss = safe + x",
    ),
    Preset(
        "The draw's own density",
        "log q(z) moves with the draw and with its parameters: a wall on one of them is lost.",
        "mu = 0.5\nsigma = 0.8\nq ~ Normal(mu, sigma)\n"
        "loss = log_prob(q, stop_gradient(q)) + 0.5*q**2",
    ),
)

PRESETS = {"The path": PATH, "Mistakes": MISTAKES}

START = PATH[1].text
"""The program that a page begins with where none is given."""
