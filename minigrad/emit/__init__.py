"""From tape to program. Equations are cleaned up, then written out in a language.

`tracing` has `trace`, which records a function; `steps` are its equations, `passes` and `algebra`
shorten the list, `in_place` says which steps write over an array, `layout` decides which lines it
becomes, `templates` have the text of an op, `python` and `javascript` write them, `copies` brings
the functions that they call, `rescue` has IEEE 754's answer where Python raises, `programs` has the
result.
"""
