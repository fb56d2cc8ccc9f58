"""``srcgrad cache``: where generated modules lie, how many and how large they are; or no more."""

from __future__ import annotations

import contextlib
import os
import re
import sys
from collections.abc import Iterator
from typing import Any

from srcgrad.backend import cache, trust

MODULE = re.compile(r".+-[0-9a-f]{16}\.py")
COMPILED = re.compile(r".+-[0-9a-f]{16}\..+\.nb[ic]")  # by Numba
CHOICE = re.compile(r".+-[0-9a-f]{16}\.auto")  # of plain or compiled code


EXAMPLES = """examples:
  srcgrad cache            (where it is, and how much is in it)
  srcgrad cache --clear
"""


def add_to(commands: Any, form: Any) -> None:
    """Add the command to those of the command line."""
    command = commands.add_parser(
        "cache",
        help="show the folder of generated modules, or clear it",
        epilog=EXAMPLES,
        formatter_class=form,
    )
    command.add_argument("--clear", action="store_true", help="remove the files in it")
    command.set_defaults(command=run)


def run(options: Any) -> int:
    """Print the folder and what is in it, and clear it if asked to; 1 if that was not possible."""
    path = cache.place()
    if path is None:
        print("there is no folder: SRCGRAD_CACHE_DIR is not set, and no home folder is known")
        return 1 if options.clear else 0
    print(path)
    if options.clear:
        return clear(path)
    doubt = why_not(path)
    if doubt:
        print(f"not used: {doubt}")
    modules = number = size = 0
    for entry in files(path):
        with contextlib.suppress(OSError):  # it is there no more
            size += entry.stat(follow_symlinks=False).st_size
            number += 1
            modules += entry.name.endswith(".py")
    print(f"{counted(modules, 'module')}, {counted(number, 'file')} in all, {shown(size)}")
    return 0


def why_not(path: str) -> str:
    """Why nothing in a folder is run; empty if it is, or if the folder is yet to be made."""
    try:
        return trust.doubt(path) if os.path.lexists(path) else trust.doubt_above(path)
    except OSError as error:
        return str(error)


def files(path: str) -> Iterator[os.DirEntry[str]]:
    """The files of srcgrad in a folder, and Numba's of them; nothing else that lies there."""
    for folder in (path, os.path.join(path, "__pycache__")):
        try:
            with os.scandir(folder) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in found:
            known = any(form.fullmatch(entry.name) for form in (MODULE, COMPILED, CHOICE))
            if (known or cache.is_temporary(entry.name)) and not entry.is_dir(
                follow_symlinks=False
            ):
                yield entry


def clear(path: str) -> int:
    """Remove the files; 1 if one of them stays."""
    removed, left = 0, 0
    for entry in files(path):
        try:
            os.unlink(entry.path)
            removed += 1
        except FileNotFoundError:  # another process was faster
            continue
        except OSError as error:
            left += 1
            print(f"{entry.path} stays: {error.strerror}", file=sys.stderr)
    print(f"{counted(removed, 'file')} removed")
    return 1 if left else 0


def counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def shown(size: float) -> str:
    """A number of bytes as people read it: ``1.2 MB``."""
    if size < 1000:
        return counted(int(size), "byte")
    for unit in ("kB", "MB", "GB"):
        size /= 1000
        if size < 1000 or unit == "GB":
            break
    return f"{size:.1f} {unit}"
