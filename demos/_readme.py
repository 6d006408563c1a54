"""The pictures at the top of README.md: `python -m demos._readme` draws them anew."""

from pathlib import Path

import numpy as np

import minigrad as mg

HERE = Path(__file__).parent


def walled() -> mg.Var:
    """sin(z) of a draw that lets no gradient pass."""
    rng = np.random.default_rng(3)
    z = mg.Normal(mg.Var(0.7, "mu"), mg.Var(1.2, "sigma")).sample(rng).named("z")
    return (mg.Var(0.5, "w") * z).named("loss")


def broken_number() -> mg.Var:
    """A cross-entropy of a certain outcome that did not happen."""
    p = mg.sigmoid(mg.Var(40.0, "logit")).named("p")
    return (-mg.log(1.0 - p)).named("loss")


def pictures() -> dict[str, mg.Drawing]:
    """By the files' names."""
    broken, lost = walled(), broken_number()
    broken.backward()
    return {
        "wall.svg": mg.draw(broken, title="Broken: z is a wall, mu and sigma get no gradient"),
        "nan.svg": mg.draw(lost, title="The first number that is not finite"),
    }


def steps() -> mg.Lesson:
    """The walk of which README shows the film."""
    mu, sigma = mg.Var(0.7, "mu"), mg.Var(1.2, "sigma")
    eps = mg.constant(0.83, "eps", "noise")
    return mg.step_through(mg.sin(mu + sigma * eps).named("f"))


if __name__ == "__main__":
    for name, drawing in pictures().items():
        print(drawing.save(HERE / name))
    [film] = steps().frames(HERE, "webp", seconds=1.5)
    print(film)
