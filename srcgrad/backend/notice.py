"""One line, on a terminal or in a notebook, while something is compiled for longer than a second."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

PATIENCE = 1.0  # seconds


@contextmanager
def noticed(name: str) -> Iterator[None]:
    """Say that ``name`` is being compiled, if it takes long, and how long it took.

    Nothing is said where nobody looks, nor with ``SRCGRAD_QUIET=1``.
    """
    if not watched():
        yield
        return
    start, lock, said = time.perf_counter(), threading.Lock(), []
    done = threading.Event()

    def say() -> None:
        if not done.wait(PATIENCE):
            with lock:
                said.append(True)
                write(f"srcgrad: compiling {name} ...")

    thread = threading.Thread(target=say, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        with lock:
            took = time.perf_counter() - start
            if said:
                write(f" {took:.1f} s\n")
            elif took > PATIENCE:  # the interpreter was not left free to say it
                said.append(True)
                write(f"srcgrad: compiling {name} ... {took:.1f} s\n")
        thread.join(PATIENCE)


def watched() -> bool:
    """Whether somebody sees what is written to ``stderr`` while the program runs."""
    if os.environ.get("SRCGRAD_QUIET", "0") not in ("", "0"):
        return False
    try:
        return sys.stderr.isatty() or in_notebook()
    except (AttributeError, ValueError):  # none, or closed
        return False


def in_notebook() -> bool:
    """Whether this process is the kernel of a notebook, which shows ``stderr`` as it comes."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return getattr(shell, "kernel", None) is not None


def write(text: str) -> None:
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except (OSError, ValueError):
        pass
