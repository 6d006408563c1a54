"""no_grad and scope: for one thread, nested, put back whatever happens."""

import threading

import pytest

import minigrad as mg


def test_no_grad_records_nothing():
    x = mg.Var(2.0)
    with mg.no_grad():
        y = x * 3.0 + mg.sin(x)
    assert y.inputs == () and y.kind == "constant" and not y.requires_grad
    assert y.value == x.value * 3.0 + mg.sin(2.0)
    assert (x * 3.0).requires_grad


def test_scopes_nest_and_name_nodes():
    x = mg.Var(2.0)
    with mg.scope("vae"):
        with mg.scope("encoder"):
            h = x * x
            w = mg.Var(1.0)
        y = h + 1.0
    assert h.scope == w.scope == "vae/encoder"
    assert (y.scope, (y * 2).scope, x.scope) == ("vae", "", "")


@pytest.mark.parametrize("block", [mg.no_grad, lambda: mg.scope("s")])
def test_a_block_that_fails_is_put_back(block):
    with pytest.raises(RuntimeError), block():
        raise RuntimeError
    y = mg.Var(1.0) * 2.0
    assert y.requires_grad and y.scope == ""


def test_a_block_can_be_entered_again_and_inside_itself():
    block = mg.scope("s")
    with block, block:
        assert (mg.Var(1.0) * 2.0).scope == "s/s"
    with block:
        assert (mg.Var(1.0) * 2.0).scope == "s"


@pytest.mark.parametrize("name", ["", None, 3])
def test_a_scope_needs_a_name(name):
    with pytest.raises(TypeError, match="mg.scope\\('encoder'\\)"):
        mg.scope(name)


def test_another_thread_records_meanwhile():
    inside, done = threading.Event(), threading.Event()
    seen = {}

    def other():
        inside.wait(10)
        y = mg.Var(3.0) * 2.0
        seen.update(grad=mg.grad(y, y)[0], wants=y.requires_grad, scope=y.scope)
        done.set()

    thread = threading.Thread(target=other)
    thread.start()
    with mg.no_grad(), mg.scope("mine"):
        inside.set()
        assert done.wait(10)
        mine = mg.Var(1.0) * 2.0
    thread.join()
    assert seen == {"grad": 1.0, "wants": True, "scope": ""}
    assert not mine.requires_grad


def test_one_block_serves_two_threads():
    quiet, entered, left = mg.no_grad(), threading.Event(), threading.Event()

    def other():
        with quiet:
            entered.set()
            left.wait(10)

    thread = threading.Thread(target=other)
    with mg.scope("mine"):
        thread.start()
        assert entered.wait(10)
        with quiet:
            pass
        inside = mg.Var(1.0) * 2.0
        left.set()
        thread.join()
    assert inside.scope == "mine" and inside.requires_grad
