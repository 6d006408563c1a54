"""Quantiles and integrals of distributions under Node.js, against Python's: to 1e-12.

Where SciPy itself is less exact, as for a Beta of shapes 1e5, no number is compared.
"""

import itertools
import json
import shutil
import subprocess

import numpy as np
import pytest

from minigrad.distributions import angles, bends, quantiles, truncation
from minigrad.emit.javascript import called_by

pytestmark = pytest.mark.skipif(
    shutil.which("node") is None, reason="Node.js, which runs the scripts, is not installed"
)
US = (1e-12, 1e-4, 0.02, 0.1, 0.3, 0.4999, 0.5, 0.6, 0.8, 0.95, 0.999, 1.0 - 1e-9)
SHAPES = (0.01, 0.05, 0.3, 0.5, 1.0, 1.5, 3.0, 7.5, 15.9, 16.0, 30.0, 1e3, 1e5)
MODERATE = (0.05, 0.5, 1.0, 2.0, 7.5, 15.9, 30.0, 300.0)
RATES = (1e-3, 0.1, 1.0, 4.0, 50.0, 1e5)  # concentrations of angles
STRETCHES = [  # c, p, q
    *((0.0, -1.0, 2.0), (0.0, -1.1, 1.7), (3.0, 0.0, 3.0), (-3.0, -3.0, 0.0), (10.0, 0.0, 1.0)),
    *((40.0, 0.0, 1.0), (0.0, -1e-3, 1e-3), (0.0, -8.0, 8.0)),
]
ORDERS = (1, 2, 3)
GRIDS = {
    quantiles.gamma_quantile: [*itertools.product(SHAPES, US)],
    quantiles.gamma_upper_quantile: [*itertools.product(SHAPES, US)],
    quantiles.gamma_slope: [
        (a, y) for a in SHAPES for y in (-30.0, -2.0, 0.0, 0.7, 1.1 * np.log(a + 2))
    ],
    quantiles.beta_quantile: [*itertools.product(MODERATE, MODERATE, [u for u in US if u > 1e-6])],
    quantiles.beta_slope: [*itertools.product(MODERATE, MODERATE, (-9.0, -1.0, 0.0, 0.4, 3.0))],
    truncation.log_room: STRETCHES,
    truncation.truncated_moment: [(*x, n) for x in STRETCHES for n in ORDERS],
    truncation.truncated_cdf: [(*x, 0.5 * (x[1] + x[2])) for x in STRETCHES],
    truncation.truncated_quantile: [(*x, u) for x in STRETCHES for u in US],
    angles.angle_tail: [*itertools.product((0.0, 0.3, 2.0, 3.1), RATES, (0, 1, 2))],
    angles.angle_mean: [*itertools.product(RATES, (0, 1, 2))],
    angles.angle_spread: [*itertools.product(RATES, (0, 1, 2))],
    angles.log_angle_mass: [(k,) for k in RATES],
    angles.angle_quantile: [*itertools.product(RATES, US)],
    bends.above_tangent: [*itertools.product((0.1, 1.0, 10.0), (0.08, 1.2, 90.0), (0, 1, 2))],
    bends.lgamma_bend: [*itertools.product((0.1, 1.0, 10.0), (1e-3, 0.1, 1.0, 3.0), (0, 1, 2))],
}


def in_javascript(name: str, grid: list) -> list[float]:
    calls = json.dumps([[float(x) for x in given] for given in grid])
    script = "\n".join(called_by(f"{name}("))
    script += f"console.log(JSON.stringify({calls}.map((x) => String({name}(...x)))));"
    done = subprocess.run(["node", "-"], input=script, capture_output=True, text=True, check=True)
    return [float(x.replace("Infinity", "inf")) for x in json.loads(done.stdout)]


@pytest.mark.parametrize("row", GRIDS, ids=lambda row: row.__name__)
def test_the_numbers_are_pythons(row):
    grid = GRIDS[row]
    found = in_javascript(row.__name__, grid)
    for given, x in zip(grid, found, strict=True):
        with np.errstate(all="ignore"):
            wanted = float(row.__wrapped__(*given))
        assert x == pytest.approx(wanted, rel=1e-12, abs=1e-12), given


# The number below which a Beta number of shapes a and b is with probability u, as log z/(1 - z), by
# mpmath with 40 digits.
FAR = [(1e5, 0.5, 1e-12, 8.27717839505331457), (1e5, 2.0, 1e-12, 8.07557122032675255)]


@pytest.mark.parametrize(("a", "b", "u", "wanted"), FAR)
def test_extreme_shapes_keep_their_digits(a, b, u, wanted):
    (found,) = in_javascript("beta_quantile", [(a, b, u)])
    assert found == pytest.approx(wanted, rel=1e-14)
