"""Which of plain and compiled code was faster for an entry, kept in a file beside that of the entry.

The file is written, and trusted, as those of generated modules are.
"""

from __future__ import annotations

import os

from srcgrad.backend import cache, fingerprint, record
from srcgrad.dispatch.entry import Entry
from srcgrad.dispatch.stored import stamp

NOTE = "# Which of plain and compiled code was the faster one."


def file_of(entry: Entry) -> str | None:
    """The file of a choice; None for an entry that has no file itself."""
    path = entry.generated.__code__.co_filename
    return f"{path.removesuffix('.py')}.auto" if os.path.isabs(path) else None


def remember(entry: Entry, choice: str) -> None:
    """Keep ``choice``, "plain" or "compiled", for other processes."""
    path = file_of(entry)
    if path is not None:
        noted = {"source": fingerprint.digest(entry.source), "stamp": stamp(), "choice": choice}
        cache.store(path, NOTE, record.text(noted, ()))


def recalled(entry: Entry) -> str | None:
    """The choice that was made for this source; None if there is none to be trusted."""
    path = file_of(entry)
    found = None if path is None else cache.fetch(path)
    if found is None:
        return None
    try:
        about = record.parse(found[2], ())
        if about["source"] != fingerprint.digest(entry.source) or about["stamp"] != stamp():
            return None
        return str(about["choice"])
    except (record.NotStorable, KeyError, ValueError, SyntaxError, TypeError):
        return None


def is_compiled(entry: Entry) -> bool:
    """Whether Numba has files of an entry."""
    folder, name = os.path.split(entry.generated.__code__.co_filename)
    stem = name.removesuffix(".py")
    try:
        files = os.listdir(os.path.join(folder, "__pycache__"))
    except OSError:
        return False
    return any(file.startswith(f"{stem}.") and file.endswith(".nbi") for file in files)
