"""Passes as data, and what runs a list of them.

A pass takes a function of the IR and gives one; what it needs and what still holds after it are part
of it, and so is whether it may be left out. Generated code must be right without any such pass.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from srcgrad.ir import analyses
from srcgrad.ir.nodes import Function, show
from srcgrad.ir.verify import verify


class Stage(Protocol):
    """What travels down a list of passes: the function as it is now, and what was asked for."""

    @property
    def function(self) -> Function: ...


Work = TypeVar("Work", bound=Stage)


@dataclass
class Options:
    """Switches for tests: generated code must agree with all of them off."""

    optimize: bool = True  # run the passes that may be left out
    specialize: bool = True  # use what is known of sizes
    short_axes: bool = True  # let signatures hold the sizes of short axes
    off: frozenset[str] = frozenset()  # passes that are left out, by name
    verify: bool = False  # check the IR after each pass, not after the decisive ones alone
    trace: Callable[[str, Function], None] | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Pass(Generic[Work]):
    """One pass. ``needs`` are the analyses it asks for, ``keeps`` those that hold after it."""

    name: str
    run: Callable[[Work], Work]
    needs: tuple[str, ...] = ()
    keeps: tuple[str, ...] = ()
    optional: bool = True
    decisive: bool = False  # the IR is verified after it, always
    then: tuple[Pass[Work], ...] = ()  # run if this pass changed something
    times: int = 1  # how often it is run, with ``then``, while it changes something


def run(passes: Sequence[Pass[Work]], work: Work, options: Options) -> Work:
    """What the passes make of it, in order."""
    for item in passes:
        if item.optional and (not options.optimize or item.name in options.off):
            continue
        for _ in range(item.times):
            before = work.function
            work = item.run(work)
            if work.function is before:
                break
            analyses.keep(item.keeps, before, work.function)
            trace(item.name, work.function, options)
            if item.decisive or options.verify:
                verify(work.function)
            work = run(item.then, work, options)
    return work


def trace(name: str, function: Function, options: Options) -> None:
    """Print the IR after a pass, if ``SRCGRAD_TRACE`` or ``--passes`` asks for it."""
    if options.trace is not None:
        options.trace(name, function)
    elif os.environ.get("SRCGRAD_TRACE"):
        print(f"--- {name}\n{show(function)}\n", file=sys.stderr)
