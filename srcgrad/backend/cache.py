"""Generated modules as files: written once, checked and run by every later process.

A file is ``<primal module>.<name>-<hash>.py`` in the folder ``$SRCGRAD_CACHE_DIR``, or in the
user's cache folder. Its first line holds the hash of all the others, its last one what dispatch
needs to know. It is written under another name and moved into place, so a reader sees a whole
file or none; a file whose hash does not fit, or that others could have written, is never run. Where
there is no folder to write into, modules live in memory, and ``linecache`` shows their text to
debuggers all the same.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
import tempfile
import threading
import time
import types
from typing import Any

from srcgrad.backend import trust
from srcgrad.source.text import outlives, remember

FORMAT = "srcgrad-module 1"
RECORD = "# record: "


_MODULES: dict[str, tuple[str, types.ModuleType]] = {}  # path -> hash of the text, module
_LOCK = threading.Lock()


# --- the folder -------------------------------------------------------------------------------


def folder() -> str | None:
    """The folder of generated modules, made if need be; None if there is none to be trusted."""
    path = place()
    try:
        if path is None:
            return None
        if not os.path.lexists(path) and not trust.doubt_above(path):
            trust.make(path)
        return None if trust.doubt(path) else path
    except (OSError, ValueError):
        return None


def place() -> str | None:
    """Where that folder is to be, without links; None if nothing says so."""
    path = os.environ.get("SRCGRAD_CACHE_DIR") or default_folder()
    try:
        return None if path is None else os.path.realpath(path)
    except (OSError, ValueError):
        return None


def default_folder() -> str | None:
    """The folder for caches of this user and platform."""
    home = os.path.expanduser("~")
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA")
    elif sys.platform == "darwin":
        base = os.path.join(home, "Library", "Caches")
    else:
        base = os.environ.get("XDG_CACHE_HOME") or os.path.join(home, ".cache")
    return os.path.join(base, "srcgrad") if base and os.path.isabs(base) else None


def path_of(function: Any, name: str, key: str) -> str | None:
    """The file of a generated function; None for a function that outlives no process."""
    if not outlives(function.__code__.co_filename):
        return None
    chosen = folder()
    if chosen is None:
        return None
    dotted = f"{function.__module__}.{name}"
    stem = "".join([c if c.isalnum() or c == "." else "_" for c in dotted])[-100:]
    return os.path.join(chosen, f"{stem}-{key[:16]}.py")


# --- files ------------------------------------------------------------------------------------


OLD = 3600.0  # seconds; what is not whole by then never will be
_TIDY: set[str] = set()  # folders that were tidied by this process


def store(path: str, source: str, record: str) -> bool:
    """Write a module and its record, all at once; whether that was possible."""
    body = f"{source}\n\n{RECORD}{record}\n".encode()
    data = f"# {FORMAT} {hashlib.sha256(body).hexdigest()}\n".encode() + body
    parent = os.path.dirname(path)
    tidy(parent)
    try:
        handle, temporary = tempfile.mkstemp(".tmp", "writing-", parent)
    except OSError:
        return False
    try:
        try:
            _write(handle, data)
        finally:
            os.close(handle)
        os.replace(temporary, path)
    except BaseException as error:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        if not isinstance(error, OSError):
            raise
        return False
    return True


def _write(handle: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(handle, left) :]


def tidy(parent: str) -> None:
    """Remove what processes that were killed have left half written, once in a process."""
    if parent in _TIDY:
        return
    _TIDY.add(parent)
    for path in (parent, os.path.join(parent, "__pycache__")):
        with contextlib.suppress(OSError):
            for entry in os.scandir(path):
                if is_temporary(entry.name):
                    with contextlib.suppress(OSError):
                        if time.time() - entry.stat(follow_symlinks=False).st_mtime > OLD:
                            os.unlink(entry.path)


def is_temporary(name: str) -> bool:
    """Whether a file is one that is being written, by this module or by Numba."""
    ours = name.startswith("writing-") and name.endswith(".tmp")
    return ours or (".tmp." in name and ".nb" in name)


def fetch(path: str) -> tuple[str, str, str] | None:
    """Whole text, module source and record of a file; None if it is not there, whole and trusted."""
    data = trust.read(path)
    if data is None:
        return None
    head, _, body = data.partition(b"\n")
    if head.decode("ascii", "replace") != f"# {FORMAT} {hashlib.sha256(body).hexdigest()}":
        return None
    source, mark, record = body.decode().rpartition(f"\n\n{RECORD}")
    return (data.decode(), source, record.rstrip("\n")) if mark else None


# --- modules ----------------------------------------------------------------------------------


def in_memory(source: str, name: str, objects: dict[str, Any]) -> Any:
    """Run a module that has no file; its text is found by ``inspect`` and by debuggers."""
    short = hashlib.sha256(source.encode()).hexdigest()[:16]
    file = f"<srcgrad {name}-{short}>"
    return _run(source, file, name, objects).__dict__[name]


def from_file(path: str, text: str, name: str, objects: dict[str, Any]) -> Any:
    """The function ``name`` of a file with this text, which is run once in a process."""
    if objects:  # of the user's, which may be others next time
        return getattr(_run(text, path, name, objects), name)
    short = hashlib.sha256(text.encode()).hexdigest()
    with _LOCK:
        found = _MODULES.get(path)
        if found is None or found[0] != short:
            found = _MODULES[path] = short, _run(text, path, name, objects)
    return getattr(found[1], name)


def _run(text: str, file: str, name: str, objects: dict[str, Any]) -> types.ModuleType:
    stem = os.path.basename(file).removesuffix(".py").strip("<>")
    module = types.ModuleType(f"srcgrad_generated.{stem.replace('.', '_').replace(' ', '_')}")
    module.__file__ = file
    module.__dict__.update(objects)
    remember(file, text)
    exec(compile(text, file, "exec", dont_inherit=True), module.__dict__)
    if os.path.isabs(file):
        sys.modules[module.__name__] = module
    return module
