"""Reports: what `mg.explain` says of a graph.

`flow` follows a gradient through the equations and keeps what stopped it, `wording` says that in
sentences, `hints` looks for classic mistakes; `reasons` puts it together.
"""
