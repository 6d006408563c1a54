"""The sampling scope: a picture shows all nodes of a draw in one group."""

from ..engine import context
from ..engine.variable import PLAIN, Note, Var

recording = context.Block(lambda settings: settings._replace(recording=True))
"""`with recording:` record even within `no_grad`: for the number that a draw was rounded from."""


def sampling_scope() -> str:
    """The scope that noise and transform join: "sampling", within the caller's."""
    scope = context.current().scope
    if not scope:
        return "sampling"
    return scope if scope.split("/")[-1] == "sampling" else f"{scope}/sampling"


def mark(z: Var, start: int, kind: str) -> Var:
    """Put the nodes younger than `start` that lead to z into the scope, and set z's kind.

    This is done afterwards, since ops leave their fast path inside a `with scope(...)` block: a
    scalar draw would take four times as long.
    """
    if z._call is None:  # under no_grad: a constant
        return z
    scope = sampling_scope()
    recorded = Note("", scope, "op")
    found: list[Var] = [z]
    z._note = Note("", scope, kind, line=z.line)
    for node in found:  # the list grows as we go
        for x in node._edges():
            if isinstance(x, Var) and x._order > start and x._note.scope != scope:
                x._note = recorded if x._note is PLAIN else x._note._replace(scope=scope)
                found.append(x)
    return z
