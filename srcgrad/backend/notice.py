"""What takes long says so: one line on a terminal or in a notebook, and how far it is.

The line is Rich's where that is installed, plain otherwise. It is shown after a second, and there is
one at a time. Nothing is said where nobody looks, nor with ``SRCGRAD_QUIET=1``.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

PATIENCE = 1.0  # seconds
EVERY = 0.1  # seconds between two changes of a line
WIDTH = 24  # of a bar, in characters


class _Inside(threading.local):
    """Whether this thread is inside of something that speaks for it; ``tell`` shows a part there."""

    busy = False
    tell: Callable[[str], None] | None = None


_INSIDE = _Inside()


@contextmanager
def noticed(name: str, doing: str = "compiling") -> Iterator[None]:
    """Say that ``name`` is being compiled, if it takes long, and how long it took.

    Within ``steps`` it is said there.
    """
    busy, tell = _INSIDE.busy, _INSIDE.tell
    if (busy and tell is None) or not watched():
        yield
        return
    text = f"{doing} {name} ..."
    start, lock, line = time.perf_counter(), threading.Lock(), _line()
    done, said = threading.Event(), []

    def say() -> None:
        if not done.wait(PATIENCE):
            with lock:
                said.append(True)
                if tell is None:
                    line.show(f"srcgrad: {text}")
                else:
                    tell(text)

    thread = threading.Thread(target=say, daemon=True)
    thread.start()
    _INSIDE.busy, _INSIDE.tell = True, None
    try:
        yield
    finally:
        _INSIDE.busy, _INSIDE.tell = busy, tell
        done.set()
        with lock:
            took = time.perf_counter() - start
            if tell is None and (said or took > PATIENCE):  # the thread may not have come to it
                line.end(f"srcgrad: {text} {took:.1f} s")
        thread.join(PATIENCE)


@contextmanager
def steps(doing: str, total: int | None = None) -> Iterator[Callable[[str], None]]:
    """Show how far something is: call what is yielded when the next of its ``total`` parts begins.

    The line is gone when all is done.
    """
    if _INSIDE.busy or not watched():
        yield lambda part: None
        return
    start, line, number = time.perf_counter(), _line(), 0
    last = start + PATIENCE - EVERY

    def tell(part: str) -> None:
        line.show(f"srcgrad: {doing}", max(number - 1, 0), total, part)

    def step(part: str) -> None:
        nonlocal number, last
        number += 1
        now = time.perf_counter()
        if now - last >= EVERY:
            last = now
            tell(part)

    _INSIDE.busy, _INSIDE.tell = True, tell
    try:
        yield step
    finally:
        _INSIDE.busy, _INSIDE.tell = False, None
        line.end("")


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


# --- the line -----------------------------------------------------------------------------------------


class Plain:
    """A line that is written over."""

    def __init__(self) -> None:
        self.text = ""

    def show(self, text: str, number: int = 0, total: int | None = None, part: str = "") -> None:
        """Let the line be this text, with a bar if there is a total."""
        self._write(" ".join(filter(None, (text, bar(number, total), part))))

    def end(self, text: str) -> None:
        """Leave this text, or nothing."""
        if text or self.text:
            self._write(text)
            write("\n" if text else "\r")
        self.text = ""

    def _write(self, text: str) -> None:
        text = text[: _columns()]
        if self.text and text.startswith(self.text):
            write(text[len(self.text) :])
        else:
            write(("\r" if self.text else "") + text.ljust(len(self.text)))
        self.text = text


class OfRich:
    """A line that Rich draws."""

    def __init__(self, rich: Any) -> None:
        self.rich = rich
        self.drawn: Any = None

    def show(self, text: str, number: int = 0, total: int | None = None, part: str = "") -> None:
        """Let the line be this text, with a bar if there is a total."""
        from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

        told = TextColumn("{task.description}", markup=False)
        if self.drawn is None:
            columns = (SpinnerColumn(),) if total is None else (BarColumn(WIDTH),)
            more = () if total is None else (TextColumn("{task.completed}/{task.total}"),)
            after = TextColumn("{task.fields[part]}", markup=False)
            console = self.rich.Console(file=sys.stderr, highlight=False)
            self.drawn = Progress(told, *columns, *more, after, console=console, transient=True)
            self.drawn.add_task(text, total=total, part=part)
            self.drawn.start()
        self.drawn.update(0, description=text, completed=number, part=part)

    def end(self, text: str) -> None:
        """Leave this text, or nothing."""
        if self.drawn is not None:
            self.drawn.stop()
            self.drawn = None
        if text:
            write(text + "\n")


def _line() -> Plain | OfRich:
    """A line, by the best means there are; a notebook shows what is written as it is."""
    if not in_notebook():
        try:
            import rich.console
        except ImportError:
            return Plain()
        return OfRich(rich.console)
    return Plain()


def bar(number: int, total: int | None) -> str:
    """``[####....] 3/6``; the number alone where nobody knows how many there will be."""
    if total is None:
        return str(number) if number else ""
    full = WIDTH * number // max(total, 1)
    return f"[{'#' * full}{'.' * (WIDTH - full)}] {number}/{total}"


def _columns() -> int:
    try:
        return max(os.get_terminal_size(sys.stderr.fileno()).columns - 1, 20)
    except (OSError, ValueError, AttributeError):
        return 100


def write(text: str) -> None:
    """Write to ``stderr``, if that is possible."""
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except (OSError, ValueError):
        pass
