"""The lesson: a page that walks through a graph, step by step, forward and back.

`ledger` has its steps as data and as text, `rules` the mathematics of each, `sources` the line of
code, `replay` what the page recomputes, `pane` all that with the picture,
`frames` a picture a step, `widget` the page in a notebook;
`composing` makes the page out of the scripts, HTML and CSS beside it, `lesson` has it all.
"""
