"""A node may hand its gradient on only once all of it has arrived: newest node first.

In `b = a + a; c = b * b` two edges lead from c to b, and two from b to a. Every edge multiplies by
its local derivative, and what arrives adds up; in another order the same four steps go wrong.
"""

from pathlib import Path

import minigrad as mg

from ._common import alone, print_table, save, save_listing

PICTURES = {
    "chain_rule.svg": "Two edges at each op: b gets 6 + 6 = 12 before it hands on 12 + 12 = 24",
}
PAGES = {
    "chain_rule.html": "Watch b: its gradient is 6 after one of its two edges, then 12.",
    "chain_rule.program.txt": "dc/da as a program, after clean-up",
}

A = 3.0
EXACT = 8.0 * A  # c = (2a)² = 4a²

# "c0" is the edge from c to its first operand: the closure of that edge is called on c's gradient.
ORDERS = {
    "newest first: c, then b": "c0 c1 b0 b1",
    "oldest first: b, then c": "b0 b1 c0 c1",
    "b does not wait for c's second edge": "c0 b0 b1 c1",
    "b hands on all it has, at each arrival": "c0 b0 b1 c1 b0 b1",
}


def square_of_double(a: mg.Var) -> tuple[mg.Var, mg.Var]:
    """The two ops."""
    b = (a + a).named("b")
    c = (b * b).named("c")
    return b, c


def build() -> tuple[mg.Var, mg.Var, mg.Var]:
    """The leaf and the two ops."""
    a = mg.Var(A, "a")
    return a, *square_of_double(a)


def by_hand(order: str) -> float:
    """dc/da by the edges' own backward closures, called in this order."""
    a, b, c = build()
    grads = {a: 0.0, b: 0.0, c: 1.0}
    for step in order.split():
        node = {"b": b, "c": c}[step[0]]
        operand = int(step[1])
        inputs = [x.value for x in node.inputs]
        back = node.closures[operand]
        grads[node.inputs[operand]] += back(grads[node], node.value, *inputs)
    return grads[a]


def main(out: Path, seed: int = 0) -> dict[str, float]:
    """Returns dc/da as each order of steps gives it, and as `backward` does. Nothing is random."""
    a, b, c = build()
    c.backward()
    found = {name: by_hand(order) for name, order in ORDERS.items()}
    found["minigrad's backward"] = a.grad
    lines = [(n, ORDERS.get(n, ""), f"{g:g}", f"{EXACT:g}") for n, g in found.items()]
    print_table(("a = 3, b = a + a, c = b * b", "edges", "dc/da", "exact 8a"), lines)
    save(mg.draw(c, title="b = a + a; c = b * b"), out, "chain_rule.svg")
    lesson = mg.step_through(c, title="The chain rule", source="b = a + a\nc = b * b", live=True)
    save(lesson, out, "chain_rule.html")
    save_listing(mg.trace(lambda a: square_of_double(a)[1], A), out, "chain_rule.program.txt")
    return found


if __name__ == "__main__":
    alone(main)
