"""A sweep that breaks off anywhere, or that something comes between, leaves nothing behind."""

import math
import signal
import sys
import threading
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

import minigrad as mg
from minigrad.engine import gradients

ENGINE = str(Path(gradients.__file__).parent)


class Graph:
    """Floats, arrays, a wall, a comparison, an op of three inputs; some nodes have gradients."""

    def __init__(self):
        self.x, self.w, self.fresh = mg.Var(2.0, "x"), mg.Var([1.0, 2.0], "w"), mg.Var(0.5)
        self.h = self.x * self.x
        chosen = mg.where(self.x > 0.0, self.h, self.x) * mg.stop_gradient(self.x)
        self.y = (self.h * self.w).sum() + chosen + 3.0 * self.fresh / 1.5
        self.y.backward()
        self.w.grad = [0.25, 0.5]
        self.fresh.grad = None

    def grads(self):
        found = (v.grad for v in (self.x, self.w, self.fresh, self.h, self.y))
        return [v.tolist() if isinstance(v, np.ndarray) else v for v in found]

    def is_right(self):
        """Whether a later `grad`, on this graph and on a new one, and a `backward` are right."""
        before = self.grads()
        dx, dw, df = mg.grad(self.y, [self.x, self.w, self.fresh])
        new = mg.sin(self.x) * self.x
        (dn,) = mg.grad(new, self.x)
        right = (dx, dw.tolist(), df) == (20.0, [4.0, 4.0], 2.0)
        right &= abs(dn - math.cos(2.0) * 2.0 - math.sin(2.0)) < 1e-15 and self.grads() == before
        self.y.backward()
        added = self.grads()
        right &= added[0] == before[0] + 20.0 and added[1] == [v + 4.0 for v in before[1]]
        return right and added[2:] == [(before[2] or 0.0) + 2.0, 5.0, 1.0]


def interrupted(f, at, again=None, opcodes=False):
    """Run f with a KeyboardInterrupt at the line (or opcode) `at` of the engine, and at `again`
    lines after that one more; how many of them came."""
    count, due = 0, [at] if again is None else [at, at + again]
    wanted = "opcode" if opcodes else "line"

    def called(frame, event, _):
        if not frame.f_code.co_filename.startswith(ENGINE):
            return None
        frame.f_trace_opcodes = opcodes
        return within

    def within(frame, event, _):
        nonlocal count
        if event == wanted:
            count += 1
            if count in due:
                due.remove(count)
                raise KeyboardInterrupt
        return within

    before, all_due = sys.gettrace(), len(due)
    sys.settrace(called)
    try:
        f()
    except KeyboardInterrupt:
        pass
    finally:
        sys.settrace(before)
    return all_due - len(due)


def places(f, rest):
    """Which lines of the engine in f to interrupt: each the first two times, then 1 in `rest`."""
    seen, lines, chosen = Counter(), [], []

    def trace(frame, event, _):
        if not frame.f_code.co_filename.startswith(ENGINE):
            return None
        if event == "line":
            lines.append((frame.f_code, frame.f_lineno))
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        f()
    finally:
        sys.settrace(before)
    for at, line in enumerate(lines, 1):
        seen[line] += 1
        if seen[line] <= 2 or at % rest == 0:
            chosen.append(at)
    return chosen


ASK = {
    "backward": lambda g: g.y.backward(),
    "grad": lambda g: mg.grad(g.y, [g.x, g.h, g.w]),
    "create_graph": lambda g: mg.grad(g.y, [g.x, g.w], create_graph=True),
    "set": lambda g: setattr(g.w, "grad", [0.25, 0.5]),
}


# A sweep that records itself runs the same lines for each op that it records.
RESTS = {"backward": 1, "grad": 1, "create_graph": 11, "set": 1}


@pytest.mark.parametrize("again", [None, 1, 2, 5])
@pytest.mark.parametrize("ask", ASK)
def test_at_every_line_once_and_twice(ask, again):
    g = Graph()
    lines = places(lambda g=g: ASK[ask](g), RESTS[ask])
    for line in lines:
        g = Graph()
        before = g.grads()
        assert interrupted(lambda g=g: ASK[ask](g), line, again), line
        assert g.grads() == before, line
        assert g.is_right(), line
    assert len(lines) > (10 if ask == "set" else 60)


@pytest.mark.parametrize("ask", ["backward", "grad"])
def test_at_every_bytecode(ask):
    at, step = 1, 7
    while True:
        g = Graph()
        before = g.grads()
        if not interrupted(lambda g=g: ASK[ask](g), at, opcodes=True):
            break
        after = g.grads()
        assert after == before or (ask == "backward" and after[0] == before[0] + 20.0), at
        if after == before:
            assert g.is_right(), at
        at += step
    assert at > 500


@pytest.mark.parametrize("ask", ASK)
def test_at_every_line_of_another_thread(ask):
    g = Graph()
    for line in places(lambda g=g: ASK[ask](g), RESTS[ask]):
        g = Graph()
        before, came = g.grads(), []
        thread = threading.Thread(
            target=lambda g, came, line: came.append(interrupted(lambda: ASK[ask](g), line)),
            args=(g, came, line),
        )
        thread.start()
        thread.join(20)
        assert not thread.is_alive()
        assert came == [1] and g.grads() == before and g.is_right()


# ------------------------------------------------------------------------------- what comes between


class Between:
    """An op whose closure does something else in the middle of the sweep."""

    def __init__(self, graph, act):
        self.graph = graph
        node = graph.h
        rules, done = node._call.rules, []

        def back(g, y, *inputs):
            if not done:
                done.append(True)
                act()
            return rules[0](g, y, *inputs)

        node._call = type(node._call)(node._call.op, {}, (back, rules[1]))


@pytest.mark.parametrize("ask", ["backward", "grad"])
def test_grad_in_the_middle_of_a_sweep_is_right_and_so_is_the_sweep(ask):
    g, found = Graph(), []
    x, w = g.x, g.w
    Between(g, lambda: found.append(mg.grad(g.y, [x, w, g.fresh])))
    Between(g, lambda: found.append(mg.grad((g.h * w).sum() * x, [x])))
    before = g.grads()
    result = ASK[ask](g)
    assert [np.asarray(d).tolist() for d in found[0]] == [20.0, [4.0, 4.0], 2.0]
    assert found[1] == (36.0,)  # 3 x³, in whose sweep the other one came
    if ask == "grad":
        assert result[0] == 20.0 and result[2].tolist() == [4.0, 4.0] and g.grads() == before
    else:
        assert g.grads()[0] == before[0] + 20.0
    assert g.is_right()


def test_backward_in_the_middle_of_a_sweep():
    g, other = Graph(), mg.Var(3.0)
    Between(g, lambda: (other * other).backward())
    g.y.backward()
    assert other.grad == 6.0 and g.is_right()
    g = Graph()
    before = g.grads()
    for act in (lambda: (g.x * 2.0).backward(), lambda: setattr(g.x, "grad", 1.0)):
        Between(g, act)
        with pytest.raises(RuntimeError, match="being computed here, which this call interrupted"):
            g.y.backward()
        assert g.grads() == before
        Between(g, act)
        with pytest.raises(RuntimeError, match="being computed here, which this call interrupted"):
            mg.grad(g.y, g.x)
        assert g.grads() == before
    Between(g, lambda: None)
    assert g.is_right()


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no interval timer here")
def test_a_signal_handler_that_asks_for_gradients():
    x = mg.Var(1.25)
    h = x
    for _ in range(300):
        h = mg.sin(h) + x
    (right,) = mg.grad(h, x)
    found, wrong = [], []

    def handler(*_):
        found.append(mg.grad(h, x)[0])
        (other * other).backward()
        signal.setitimer(signal.ITIMER_REAL, 1.7e-3)  # the next one, once this one is done

    other = mg.Var(3.0)
    before = signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, 1e-3)
    try:
        while len(found) < 60:
            x.grad = None
            h.backward()
            wrong += [v for v in (mg.grad(h, x)[0], x.grad) if v != right]
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)
    assert not wrong and set(found) == {right} and other.grad == 6.0 * len(found)


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no interval timer here")
def test_a_signal_handler_while_gradients_are_set_forgotten_or_added():
    x, other, calls = mg.Var(1.0), mg.Var(3.0), []
    optimiser, f = mg.SGD([x], 1e-9), mg.compiled(lambda x: x * x)

    def handler(*_):
        calls.append(mg.grad(x * 3.0, x)[0])
        (other * other).backward()
        signal.setitimer(signal.ITIMER_REAL, 3e-5)

    before = signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, 1e-3)
    try:
        while len(calls) < 3_000:
            x.grad = None
            optimiser.zero_grad()
            f.backward(x)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)
    assert set(calls) == {3.0} and other.grad == 6.0 * len(calls)


def test_another_thread_reads_and_sets_a_gradient_meanwhile():
    x, w = mg.Var(2.0), mg.Var(3.0)
    x.grad = 5.0
    h = x * w
    for _ in range(200):
        h = h + x * w
    stop, seen, failed = threading.Event(), set(), []

    def watch():
        try:
            while not stop.is_set():
                seen.add(x.grad)
                w.grad = 1.0
                seen.add(w.grad)
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=watch)
    thread.start()
    for _ in range(300):
        assert mg.grad(h, [x, w]) == (603.0, 402.0)
    stop.set()
    thread.join()
    assert not failed and seen == {5.0, 1.0} and (x.grad, w.grad) == (5.0, 1.0)


def test_threads_add_to_one_leaf():
    x = mg.Var(2.0)

    def work():
        for _ in range(200):
            (x * 3.0).backward()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert x.grad == 4 * 200 * 3.0


def test_a_handler_that_comes_while_a_gradient_is_set():
    x, y = mg.Var(2.0), mg.Var(3.0)
    lines = places(lambda: setattr(x, "grad", 1.0), 1)
    for at in range(1, len(lines) + 1):
        x.grad = y.grad = None
        count = 0

        def trace(frame, event, _, at=at):
            nonlocal count
            if not frame.f_code.co_filename.startswith(ENGINE):
                return None
            if event == "line":
                count += 1
                if count == at:
                    sys.settrace(None)
                    (y * y).backward()
            return trace

        sys.settrace(trace)
        try:
            x.grad = 1.0
        finally:
            sys.settrace(None)
        assert (x.grad, y.grad) == (1.0, 6.0), at
