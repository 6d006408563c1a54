"""A script without what only a reader of its file needs: comments, indentation, spaces.

Strings, templates and regular expressions stay as they are. A line's end stays where JavaScript may
take it for the end of a statement.
"""

import re

_TOKEN = re.compile(
    r"""
    (?P<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    |(?P<comment>//[^\n]*)
    |(?P<line>\s*\n\s*)
    |(?P<space>\s+)
    |(?P<word>[\w$#]+)
    |(?P<sign>[(),;=<>*&|?:.!]+|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_REGEX = re.compile(r"/(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/\w*")
_VALUE = re.compile(r"""[\w$)\]}"'`]$""")  # / after it divides, if it is no such word:
_LETTER = re.compile(r"[\w$#]")
_WORDS = ("return", "typeof", "case", "of", "in")
_GOES_ON = tuple("{([,;=+-*?:&|<>")  # at a line's end
_WENT_ON = tuple(")]}.?:&|,")  # at the beginning of the next


def dense(script: str) -> str:
    """The script, as it runs.

    >>> dense("const a = 1; // one\\nconst b = a + +a;\\n")
    'const a=1;const b=a+ +a;\\n'
    """
    parts, before, gap, at = [""], "", "", 0
    while at < len(script):
        kind, text = _next(script, at, before)
        at += len(text)
        if kind in ("comment", "space", "line"):
            gap = "\n" if kind == "line" or gap == "\n" else " "
            continue
        if gap and before:
            parts.append(_between(before, gap, text))
        parts.append(text)
        before, gap = text, ""
    return "".join(parts) + "\n"


def _next(script: str, at: int, before: str) -> tuple[str, str]:
    """The kind of the token at that place, and its text."""
    if script[at] == "`":
        return "string", script[at : _end_of_template(script, at)]
    if script[at] == "/" and (before in _WORDS or not _VALUE.search(before)):
        if regex := _REGEX.match(script, at):
            return "string", regex[0]
    match = _TOKEN.match(script, at)
    assert match is not None and match.lastgroup is not None
    return match.lastgroup, match[0]


def _end_of_template(script: str, start: int) -> int:
    """After its closing `, past the expressions in it."""
    at = start + 1
    while script[at] != "`":
        if script.startswith("${", at):
            at = _end_of_braces(script, at + 2)
        else:
            at += 2 if script[at] == "\\" else 1
    return at + 1


def _end_of_braces(script: str, at: int) -> int:
    depth, before = 1, "{"
    while depth:
        kind, text = _next(script, at, before)
        at += len(text)
        depth += {"{": 1, "}": -1}.get(text, 0)
        if kind not in ("space", "line"):
            before = text
    return at


def _between(before: str, gap: str, after: str) -> str:
    """What has to stay of a gap between two tokens."""
    if before[-1] == after[0] and before[-1] in "+-/":  # they would become another
        return " "
    if gap == "\n":
        return "" if before.endswith(_GOES_ON) or after.startswith(_WENT_ON) else "\n"
    return " " if _LETTER.match(before[-1]) and _LETTER.match(after) else ""
