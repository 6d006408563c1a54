"""The command line: `flags` reads the words, `commands` does what they ask, `running` turns what
happens into an exit status.
"""

from .running import main

__all__ = ["main"]
