"""The operations, one row each; importing this registers them all.

Every function that a room defines is exported from here, so adding an op is one edit.

>>> mg.ops.exp is mg.exp
True
"""

from .arithmetic import *
from .arranging import *
from .choices import *
from .contractions import *
from .diagonals import *
from .exponentials import *
from .factorizations import *
from .gamma import *
from .joining import *
from .linalg import *
from .normalised import *
from .ordering import *
from .products import *
from .reductions import *
from .rounding import *
from .running import *
from .shapes import *
from .special import *
from .statistics import *
from .tails import *
from .trigonometry import *

__all__ = [
    name
    for name, thing in globals().items()
    if getattr(thing, "__module__", "").startswith(f"{__name__}.")
    and name not in ("op", "comparison", "Axis", "var", "std", "trace", "atleast")
    and not name.startswith("_")
]
