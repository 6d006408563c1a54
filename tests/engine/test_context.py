"""no_grad and scope: for one thread, nested, put back whatever happens."""

import asyncio
import contextlib
import threading

import pytest

import minigrad as mg
from minigrad.engine import context


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


# ------------------------------------------------------------------- generators, tasks, decorators


def test_a_suspended_generator_leaks_no_block():
    x = mg.Var(2.0)

    def steps():
        with mg.no_grad(), mg.scope("inside"):
            for _ in range(3):
                yield x * 2.0, mg.Var(1.0).scope

    for y, scope in steps():
        assert (y.requires_grad, scope) == (False, "inside")
        outside = x * 3.0
        assert outside.requires_grad and outside.scope == ""
    first, second = steps(), steps()
    next(first), next(second)
    with mg.scope("mine"):
        first.close()  # out of order
        assert (x * 2.0).scope == "mine" and (x * 2.0).requires_grad
        assert next(second)[1] == "inside/mine"  # in the order of entering
    second.close()
    assert (x * 2.0).requires_grad and (x * 2.0).scope == "" and context.blocks == 0


def test_a_context_manager_made_of_a_generator_holds_in_its_with():
    @contextlib.contextmanager
    def evaluation():
        with mg.no_grad():
            yield

    x = mg.Var(2.0)
    with evaluation():
        assert not (x * 2.0).requires_grad
    assert (x * 2.0).requires_grad


def test_tasks_do_not_meet():
    x, seen = mg.Var(2.0), {}

    async def quiet(turn):
        with mg.no_grad(), mg.scope("quiet"):
            await turn.wait()
            seen["quiet"] = (x * 2.0).requires_grad, mg.Var(1.0).scope

    async def loud(turn):
        await asyncio.sleep(0)
        seen["loud"] = (x * 2.0).requires_grad, mg.Var(1.0).scope
        turn.set()

    async def child():
        return (x * 2.0).requires_grad

    async def both():
        turn = asyncio.Event()
        await asyncio.gather(quiet(turn), loud(turn))
        with mg.no_grad():
            seen["children"] = await asyncio.gather(child(), asyncio.to_thread(x.__mul__, 2.0))

    asyncio.run(both())
    *_, (wants, y) = seen.values()
    assert seen["quiet"] == (False, "quiet") and seen["loud"] == (True, "")
    assert not wants and not y.requires_grad


def test_a_generator_closed_in_another_thread():
    def steps():
        with mg.no_grad():
            yield

    running = steps()
    next(running)
    thread = threading.Thread(target=running.close)
    thread.start()
    thread.join()
    assert (mg.Var(1.0) * 2.0).requires_grad and context.blocks == 0


def test_blocks_decorate():
    x = mg.Var(2.0)

    @mg.no_grad()
    def twice(v, *, by=2.0):
        """Twice."""
        return v * by

    @mg.no_grad
    def thrice(v):
        return v * 3.0

    @mg.scope("parts")
    def parts():
        yield x * 1.0
        yield x * 2.0

    @mg.no_grad()
    async def later():
        await asyncio.sleep(0)
        return x * 2.0

    assert twice.__doc__ == "Twice." and twice(x, by=4.0).value == 8.0
    assert not twice(x).requires_grad and not thrice(x).requires_grad
    made = []
    for part in parts():
        made.append((part.scope, (x * 2.0).scope))
    assert made == [("parts", "")] * 2
    assert not asyncio.run(later()).requires_grad
    assert (x * 2.0).requires_grad and context.blocks == 0
    with mg.no_grad:  # the parentheses forgotten
        assert not (x * 2.0).requires_grad
    with pytest.raises(TypeError, match="decorates a function, not 3"):
        mg.scope("s")(3)


def test_blocks_nest_a_hundred_deep_and_no_deeper():
    x = mg.Var(2.0)
    with contextlib.ExitStack() as stack:
        for i in range(context.DEEPEST):
            stack.enter_context(mg.scope(f"s{i}"))
        y = x * 2.0
        with pytest.raises(ValueError, match="100 blocks are nested"):
            stack.enter_context(mg.scope("one more"))
    assert y.scope.count("/") == context.DEEPEST - 1
    assert len(mg.draw(y).dot) > 1000 and context.blocks == 0


# --------------------------------------------------------------------------- the watch on branches


def branchy(x):
    return x * 2.0 if x > 0.0 else -x


@pytest.mark.filterwarnings("ignore:.*Python branches")
def test_a_trace_inside_a_trace_in_four_threads():
    def outer(x):
        inner = mg.trace(branchy, 1.0)
        return branchy(x) * inner(3.0)

    done = []

    def work():
        for _ in range(5):
            done.append(mg.trace(outer, 2.0).value_and_grad(2.0))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert done == [(24.0, (12.0,))] * 20


def test_the_outer_trace_watches_on_after_an_inner_one_and_after_an_exception():
    def failing(x):
        raise RuntimeError

    def outer(x):
        with pytest.warns(UserWarning, match="Python branches"):
            mg.trace(branchy, 1.0)
        with pytest.raises(RuntimeError):
            mg.trace(failing, 1.0)
        return branchy(x)

    with pytest.warns(UserWarning, match=f"{__file__}, line .*Python branches") as caught:
        mg.trace(outer, 2.0)
    assert len(caught) == 1 and context.current().watch is None
