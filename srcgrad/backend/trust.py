"""Files that are run are one's own: what others could have written is not even read.

A folder is trusted if it is one's own, if neither group nor others may write into it, and if nobody
else could put another in its place: the folders above it belong to oneself or to the system, and
those that others may write into are sticky, as ``/tmp`` is. A file in it is trusted if it is
regular, one's own and not to be written by others; links are not followed, pipes not waited for.
Windows has no such modes: there the lists of the user's folders decide.
"""

from __future__ import annotations

import contextlib
import os
import stat

OTHERS = stat.S_IWGRP | stat.S_IWOTH
POSIX = hasattr(os, "geteuid")
READING = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)


def is_own(found: os.stat_result) -> bool:
    """Whether what was looked at is one's own, and nobody else's to write."""
    return not POSIX or (found.st_uid == os.geteuid() and not found.st_mode & OTHERS)


def doubt(path: str) -> str:
    """Why a folder is not trusted, in one sentence; empty for one that is."""
    found = os.lstat(path)
    if not stat.S_ISDIR(found.st_mode):
        return f"{path} is no folder"
    if POSIX and found.st_uid != os.geteuid():
        return f"{path} belongs to another user"
    if not is_own(found):
        return f"others may write into {path}"
    return doubt_above(path)


def doubt_above(path: str) -> str:
    """Why somebody else could put another folder in the place of this one; empty if nobody can."""
    if not POSIX:
        return ""
    owners = {0, os.geteuid(), os.stat(os.sep).st_uid}
    while path != os.path.dirname(path):
        path = os.path.dirname(path)
        try:
            found = os.lstat(path)
        except FileNotFoundError:  # it is yet to be made
            continue
        if found.st_uid not in owners:
            return f"{path} belongs to another user"
        if found.st_mode & OTHERS and not found.st_mode & stat.S_ISVTX:
            return f"others may write into {path}"
    return ""


def make(path: str) -> None:
    """Make a folder, and those above it that there are not, for oneself alone."""
    if not os.path.isdir(path):
        above = os.path.dirname(path)
        if above != path:
            make(above)
        with contextlib.suppress(FileExistsError):
            os.mkdir(path, 0o700)


def read(path: str) -> bytes | None:
    """What a file holds; None if it is not there or not trusted. Its folder is looked at, too."""
    try:
        if not _trusted(os.lstat(path)) or doubt(os.path.dirname(path)):
            return None
        handle = os.open(path, READING)
    except (OSError, ValueError):
        return None
    try:
        if not _trusted(os.fstat(handle)):
            return None
        with open(handle, "rb", closefd=False) as file:
            return file.read()
    except OSError:
        return None
    finally:
        os.close(handle)


def _trusted(found: os.stat_result) -> bool:
    return stat.S_ISREG(found.st_mode) and is_own(found)


# --- folders that others write for us -------------------------------------------------------------


def secure(path: str, prefix: str, ends: tuple[str, ...]) -> bool:
    """Prepare a folder that another library reads and writes; whether it can be trusted now.

    Of the files whose names begin with ``prefix``, those that others could have written are removed.
    One's own folder that others may write into is closed, and all files in it whose names end with
    one of ``ends`` are removed: one of them may stand for another.
    """
    try:
        found = os.lstat(path)
        shared = not is_own(found)
        if shared and POSIX and found.st_uid == os.geteuid() and stat.S_ISDIR(found.st_mode):
            os.chmod(path, stat.S_IMODE(found.st_mode) & ~OTHERS)
        if doubt(path):
            return False
        for entry in os.scandir(path):
            mine = entry.name.startswith(prefix)
            if (shared and (mine or entry.name.endswith(ends))) or (
                mine and not _trusted(entry.stat(follow_symlinks=False))
            ):
                os.unlink(entry.path)
    except OSError:
        return False
    return True


def close(path: str, prefix: str) -> None:
    """Keep others from writing the files that a library has just made with the user's mask."""
    with contextlib.suppress(OSError):
        for entry in os.scandir(path):
            held = entry.stat(follow_symlinks=False)
            if entry.name.startswith(prefix) and stat.S_ISREG(held.st_mode) and not is_own(held):
                os.chmod(entry.path, stat.S_IMODE(held.st_mode) & ~OTHERS)
