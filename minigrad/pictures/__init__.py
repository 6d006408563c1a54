"""Pictures of graphs. They take equations, never a Var.

`graph` says what is shown (boxes, arrows, their words), `digraph` writes that as DOT, `render`
turns DOT into SVG, `svg` gives the SVG its names, colours and style sheet. `boxes` has
their types, `palette` the look, `labels` the wording of numbers and formulas; `picture` puts it
together.
"""
