"""How files are written: whole, or not at all."""

import os
import secrets
from pathlib import Path

_LONGEST = 200  # characters of a path that an error shows


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it, unless it is there; an OSError names the remedy."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        why = f"{error.strerror}: name another"
        raise type(error)(f"can't make the folder {_shown(folder)}: {why}") from None


def write(path: Path, content: str | bytes) -> Path:
    """Write a file, text as UTF-8; an OSError names the remedy.

    What was there stays until the new file is complete, even on a full disk or after Ctrl-C: a
    new one is written beside it and renamed, so that a reader sees the old file or the new one.
    """
    data = content.encode() if isinstance(content, str) else content
    try:
        target = Path(os.path.realpath(path))  # a link stays one
        if target.exists() and not target.is_file() and not target.is_dir():
            target.write_bytes(data)  # a device or a pipe
        else:
            _replace(target, data)
    except UnicodeEncodeError:
        raise ValueError(
            f"can't write {str(path)!a}: no file can have half a character in its name"
        ) from None
    except OSError as error:
        missing = not os.path.isdir(path.parent)
        why = f"there is no folder {_shown(path.parent)}" if missing else error.strerror
        remedy = "make it first" if missing else "name a place that you may write to"
        raise type(error)(f"can't write {_shown(path)}: {why}: {remedy}") from None
    return path


def _shown(path: Path) -> str:
    """The path; of one that is too long for any file, its end."""
    given = str(path)
    return given if len(given) <= _LONGEST else f"…{given[-_LONGEST:]}"


def _replace(target: Path, data: bytes) -> None:
    beside = target.parent / f".{secrets.token_hex(8)}.part"
    try:
        with beside.open("xb") as file:
            file.write(data)
        if target.is_file():
            beside.chmod(target.stat().st_mode & 0o7777)
        os.replace(beside, target)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
