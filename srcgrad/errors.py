"""The error classes, and how a refusal is rendered: what, where with a caret, why, what to do."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any


class SrcgradError(Exception):
    """The base of every error that srcgrad raises by itself."""

    refusals: tuple[Refusal, ...] = ()  # what it lists
    primal_raises = False  # whether the function itself seems to raise where it is refused

    @property
    def uncovered(self) -> tuple[Any, ...]:
        """The functions for which no rule was found."""
        return tuple(item.uncovered for item in self.refusals if item.uncovered is not None)


class UnsupportedSyntax(SrcgradError, NotImplementedError):
    """A construct of the primal that cannot be differentiated."""


class MissingRule(SrcgradError, NotImplementedError):
    """A function that has neither source nor a derivative rule."""


class MissingSource(SrcgradError, TypeError):
    """A function whose Python source cannot be read."""


class CotangentError(SrcgradError, ValueError):
    """A cotangent that does not have the structure, shape or kind of the output."""


class InputError(SrcgradError, TypeError):
    """An input that cannot be differentiated with respect to, or that a function cannot take."""


class AliasError(SrcgradError, ValueError):
    """Arrays that may overlap, one of which is written."""


class CompileError(SrcgradError, RuntimeError):
    """What Numba refused, with the user's line."""


class NumericsError(SrcgradError, FloatingPointError):
    """Under ``check_numerics``: an adjoint became NaN or infinite out of finite values."""


class SolveError(SrcgradError, ArithmeticError):
    """A solution that was not found, or that equations leave open: it has no derivative."""


class InternalError(SrcgradError, RuntimeError):
    """A defect of srcgrad itself."""


@dataclass(frozen=True)
class Refusal:
    """One reason why a function cannot be differentiated."""

    what: str
    why: str
    fix: str
    file: str = "<unknown>"
    line: int = 0
    text: str = ""
    column: int = 0
    width: int = 1
    function: str = ""
    error: type[SrcgradError] = UnsupportedSyntax
    raises: bool = False  # the function itself seems to raise there
    uncovered: Any = field(default=None, hash=False)  # the function for which no rule was found
    # of the IR, where a derivative does not pass
    statement: Any = field(default=None, compare=False)
    branch: int | None = None  # whose two sides cannot be followed together: see ``Side``

    @property
    def brief(self) -> str:
        """In a line, for text that is shipped: no path of this machine."""
        where = "" if self.branch is None else f", branch {self.branch}"
        return f"{self.what} ({os.path.basename(self.file)}, line {self.line}{where})"

    def render(self) -> str:
        """The refusal as the user reads it: what, where with a caret, why, what to try."""
        source = self.text.rstrip("\n")
        stripped = source.lstrip()
        shift = len(source) - len(stripped)
        caret = max(self.column - shift, 0)
        width = max(1, min(self.width, len(stripped) - caret))
        lines = [
            self.what,
            f"  {located_at(self.file, self.line)}, in {self.function or '<module>'}",
        ]
        if stripped:
            gutter = f"    {self.line} |     "
            lines.append(gutter + stripped)
            lines.append(" " * (len(gutter) - 6) + "|     " + " " * caret + "^" * width)
        lines.append(f"  why: {self.why}")
        lines.append(f"  try: {self.fix}")
        return "\n".join(lines)


def refuse(refusals: list[Refusal]) -> SrcgradError:
    """The error that lists all refusals in the order of the source; its class is the first's.

    Of several that refuse the syntax of one place, the first is the reason of the others.
    """
    unique: dict[Any, Refusal] = {}
    for item in refusals:
        syntax = item.line and item.error is UnsupportedSyntax
        unique.setdefault((item.file, item.line, item.column) if syntax else item, item)
    files = list(dict.fromkeys(item.file for item in unique.values()))
    found = sorted(
        unique.values(), key=lambda item: (files.index(item.file), item.line, item.column)
    )
    if len(found) == 1:
        error = found[0].error(found[0].render())
    else:
        heading = f"{len(found)} constructs cannot be differentiated"
        parts = [f"{item.error.__name__}: {item.render()}" for item in found]
        error = found[0].error("\n\n".join([heading, *parts]))
    error.refusals = tuple(refusals)
    error.primal_raises = any(item.raises for item in found)
    return error


class Wanted(Exception):
    """The signature must hold more than kinds, or source cannot be generated.

    Passed from the front end to dispatch, which begins anew; no user sees it. ``instead`` is what
    is raised if that does not help: the refusal of source that serves all sizes and integers.
    """

    def __init__(self, instead: SrcgradError | None = None) -> None:
        super().__init__()
        self.instead = instead


class IntegersWanted(Wanted):
    """The values of integers: they may decide how deep a recursion goes."""


class SizesWanted(Wanted):
    """The sizes of arrays: they may decide how many items a sequence has."""


class ShortAxesWanted(Wanted):
    """The sizes of short axes: with them it is known how long a slice is, and what broadcasts."""


class LayoutsWanted(Wanted):
    """The sizes and strides of arrays: they may decide what is a view, and what is a copy."""


Sides = tuple[tuple[int, bool], ...]  # the numbers of branches, and which side is followed


class OtherPath(Exception):
    """A call takes a path on which generated code does not go on; ``sides`` are those of its path.

    See ``Request.sides``. ``refusal``: the name of the error and its text, where no source follows it.
    """

    def __init__(self, sides: Sides, refusal: tuple[str, str]) -> None:
        super().__init__(sides)
        self.sides = sides
        self.refusal = refusal


class SizesDiffer(Wanted):
    """Generated code took sizes for equal that are not: source that assumes nothing is wanted."""


WANTED = {
    kind.__name__: kind for kind in (IntegersWanted, SizesWanted, ShortAxesWanted, LayoutsWanted)
}


@contextmanager
def shielded(function: Any) -> Iterator[None]:
    """Turn what goes wrong inside srcgrad itself into an ``InternalError`` that names ``function``.

    For the code that generates; never around the run of generated code, where an exception is the
    user's own. Gives room for the recursion of the passes over deeply nested programs. Raises
    ``InternalError`` for every ``Exception`` but ``SrcgradError`` and ``BrokenPipeError``.
    """
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, 10_000))
    try:
        yield
    except InternalError as error:
        raise _defect(function, error) from error
    except (SrcgradError, Wanted, BrokenPipeError):  # nobody reads on what is printed on the way
        raise
    except RecursionError as error:
        raise InternalError(
            f"{_place(function)} is nested too deeply\n"
            "  why: the passes follow the nesting of expressions, statements and calls\n"
            "  try: name parts of long expressions, or split the function"
        ) from error
    except Exception as error:
        raise _defect(function, error) from error
    finally:
        sys.setrecursionlimit(limit)


@contextmanager
def located(current: Any) -> Iterator[None]:
    """Note at what goes wrong inside which line of the user's ``current()`` was come to."""
    try:
        yield
    except Exception as error:
        if not hasattr(error, "origin"):
            error.origin = current()  # type: ignore[attr-defined]
        raise


def _defect(function: Any, error: Exception) -> InternalError:
    at = getattr(error, "origin", None)
    line = f"  {located_at(at.file, at.line)}, in {at.function}\n    {at.comment}\n" if at else ""
    return InternalError(
        f"{_place(function)} cannot be differentiated: {type(error).__name__}: {error}\n{line}"
        "  why: this is a defect of srcgrad, not of the function\n"
        "  try: please report it, with the function and the traceback above"
    )


def _place(function: Any) -> str:
    """A function by name and place: ``loss (model.py:3)``."""
    name = getattr(function, "__qualname__", None) or type(function).__name__
    code = getattr(function, "__code__", None)
    return f"{name} ({located_at(code.co_filename, code.co_firstlineno)})" if code else name


def located_at(file: str, line: int) -> str:
    """``model.py:3``; of a cell of a notebook, ``Cell In[2], line 3``, as IPython says it."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    named = getattr(getattr(shell, "compile", None), "format_code_name", lambda file: None)(file)
    return f"{named[0]} {named[1]}, line {line}" if named else f"{file}:{line}"
