"""The lesson: a page that walks through a graph, step by step, forward and back.

`ledger` has its steps as data and as text, `rules` the mathematics of each, `sources` the line of
code, `replay` what the page recomputes, `pane` all that with the picture,
`frames` a picture a step; `lesson` makes the page out of the scripts, HTML and CSS beside it.
"""
