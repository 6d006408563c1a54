"""The live page: a box to type a program into, its graph, its steps, its curves and draws.

`families` and `tables` have what Python knows, as data (`recording` makes it from tapes); the
scripts read the program (`parser`, `compile`, `queries`), word it (`formulas`, `pane`), draw it
(`dot`, `layout`, `graphviz`, `dress`), and put it into the same page as a lesson. `live` makes the
page.
"""
