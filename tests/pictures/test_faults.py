"""Values that are not finite: which of them do harm. What no one takes is no fault."""

import math

import numpy as np
import pytest

import minigrad as mg
from minigrad.equations import equations_of
from minigrad.pictures.faults import faults_of

INF = math.inf

DISTRIBUTIONS = {
    "Gamma": lambda p: mg.Gamma(p(2.0), p(1.5)).log_prob([0.7, 1.2]),
    "Beta": lambda p: mg.Beta(p(2.0), p(3.0)).log_prob([0.2, 0.3]),
    "Dirichlet": lambda p: mg.Dirichlet(p([2.0, 3.0])).log_prob([0.2, 0.8]),
    "Uniform": lambda p: mg.Uniform(p(0.0), p(3.0)).log_prob(0.2),
    "Weibull": lambda p: mg.Weibull(p(2.0), p(3.0)).log_prob(0.2),
    "LogNormal": lambda p: mg.LogNormal(p(0.0), p(1.0)).log_prob(0.2),
    "Bernoulli": lambda p: mg.Bernoulli(logits=p(0.3)).log_prob(1.0),
}

HARMLESS = {
    "where": lambda x: mg.where(x > 0.0, mg.log(x), 0.0),
    "maximum": lambda x: mg.maximum(mg.stop_gradient(-INF * abs(x)), x),
    "clip": lambda x: mg.clip(mg.stop_gradient(x * INF), -1.0, 1.0) * x,
    "logsumexp": lambda x: mg.logsumexp(mg.stack([x[0], x[1], mg.log(x[0] * 0.0)])),
    "max": lambda x: mg.max(mg.stack([x[0], x[1], mg.log(x[0] * 0.0)])),
    "index": lambda x: mg.log(x)[1],
    "healed": lambda x: 1.0 / (1.0 + mg.exp(1000.0 * x[1])),
}


def faults(output):
    equations = equations_of(output)
    return equations, faults_of(equations, equations.outputs, [row.grad for row in equations])


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_a_healthy_density_raises_no_alarm(name):
    density = mg.sum(DISTRIBUTIONS[name](mg.Var))
    density.backward()
    assert not any(
        "first not finite" in line.words
        for box in mg.draw(density).graph.boxes
        for line in box.lines
    )
    report = mg.explain(density)
    assert report.first_value is None and report.first_gradient is None
    assert "all values and gradients" in str(report)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("name", HARMLESS)
def test_what_no_one_takes_is_no_fault(name):
    output = mg.sum(HARMLESS[name](mg.Var([-1.0, 2.0], "x")))
    equations, found = faults(output)
    assert math.isfinite(output.value) and found.first is None
    assert not all(np.isfinite(row.value).all() for row in equations)
    report = mg.explain(output)
    assert report.first_value is None and report.harmless
    assert report.first_gradient or f"without effect: {report.harmless[0]}" in str(report)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_the_number_that_is_taken_is_found_beside_one_that_is_not():
    x = mg.Var([-1.0, -2.0, 3.0], "x")
    logs = mg.log(x)
    output = mg.where([0.0, 1.0, 1.0], logs, 0.0).sum() + mg.where(x > 0.0, mg.sqrt(x), 0.0).sum()
    equations, found = faults(output)
    assert sorted(equations[i].op for i in found.values) == ["add", "log", "sum", "where"]
    assert found.values[next(r.position for r in equations if r.op == "log")].tolist() == [
        False,
        True,
        False,
    ]
    assert mg.explain(output).first_value.words.startswith("log(x) is nan at position (1,) (1 of 3")


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("op", [mg.maximum, mg.minimum, mg.logaddexp])
def test_nan_is_taken_by_what_compares_it(op):
    x = mg.Var([-1.0, 2.0], "x")
    assert mg.explain(op(mg.log(x), 0.0).sum()).first_value.row.op == "log"
    assert mg.explain(mg.max(mg.log(x))).first_value.row.op == "log"


def test_a_gradient_that_where_gates_is_no_fault():
    """The slope is infinite at a node between; the gate below lets none of it through."""
    x = mg.Var(0.5, "x")
    safe = mg.where(x > 1.0, x, 0.0)
    output = mg.sqrt(safe) + x
    output.backward()
    (steep,) = (row for row in equations_of(output) if row.op == "where")
    assert steep.grad == INF and x.grad == 1.0
    assert faults(output)[1].first is None
    assert mg.explain(output).first_gradient is None
    assert mg.explain(output, [safe]).first_gradient.row.op == "where"
