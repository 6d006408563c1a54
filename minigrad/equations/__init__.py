"""The tape as a list of equations. Pictures, listings and programs take equations, never a Var.

`rows` says what an equation is, `reading` lists those below an output, `shares` sweeps back over a
list, share by share.
"""

from .reading import count_below, equations_of, nan_below
from .rows import Applied, Equation, Equations, written

__all__ = [
    "Applied",
    "Equation",
    "Equations",
    "count_below",
    "equations_of",
    "nan_below",
    "written",
]
