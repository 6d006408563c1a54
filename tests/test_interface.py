"""Public names and their parameters change only on purpose: tests/interface.txt lists them."""

from difflib import unified_diff

import minigrad as mg
from tests.support.interface import ACCEPT, FILE, interface


def test_every_public_name_has_the_parameters_that_are_listed():
    now = interface().split("\n")
    changes = "\n".join(unified_diff(listed(), now, "listed", "now", lineterm="", n=1))
    assert not changes, f"the public interface changed:\n{changes}\nif it should, run {ACCEPT}"


def test_a_changed_default_and_a_lost_name_are_noticed(monkeypatch):
    def grad(output, inputs, *, seed=1.0, create_graph=False, allow_unused=False):
        raise NotImplementedError

    monkeypatch.setattr(mg, "grad", grad)
    monkeypatch.setattr(mg, "__all__", [name for name in mg.__all__ if name != "hessian"])
    before, after = set(listed()), set(interface().split("\n"))
    assert after - before == {
        "grad(output, inputs, *, seed=1.0, create_graph=False, allow_unused=False)"
    }
    assert {line.partition("(")[0] for line in before - after} == {"grad", "hessian"}


def listed() -> list[str]:
    return FILE.read_text(encoding="utf-8").split("\n")
