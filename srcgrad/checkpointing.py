"""``checkpoint``: functions that the reverse sweep computes again instead of keeping what they computed."""

from __future__ import annotations

import functools
from typing import Any

from srcgrad.handlers import segments
from srcgrad.handlers.checkpoints import MARKED, register


def checkpoint(f: Any) -> Any:
    """``f``, of which a reverse sweep keeps the arguments alone, and computes it again.

    A decorator, or a call. It trades time for memory: a loop over steps that are checkpoints keeps
    one state for each step, and what a step computes on the way only while that step is differentiated.
    Values and gradients are the same, to the last bit. Nested checkpoints are computed again for each level.

    Refused, with ``UnsupportedSyntax`` or ``AliasError``, are functions that print, write into their arguments,
    or change what lies outside of them, since they run more than once.
    """

    @functools.wraps(f)
    def checkpointed(*args: Any, **keywords: Any) -> Any:
        return f(*args, **keywords)

    MARKED[checkpointed] = f
    return checkpointed


def checkpointed(steps: range, slots: int | None = None) -> range:
    """``for t in checkpointed(range(n))``: a plain loop, of whose states its derivative keeps ``slots`` at most.

    The reverse sweep keeps the state before some of the steps, and runs steps again from there, as few as can be
    (Griewank and Walther, Algorithm 799). The state is what goes from step to step: variables, attributes of
    objects, and arrays from before the loop that it writes into. The loop may end early. ``slots`` None takes
    about twice the logarithm of n to the base 2. Values and derivatives are the same, to the last bit.

    Refused, with ``UnsupportedSyntax`` or ``AliasError``, are loops that print, append to lists, write into an
    array that they read under another name, too, or into one that a variable is bound to anew.
    """
    if slots is not None and slots < 0:
        raise ValueError(f"slots is {slots}, a negative number")
    return steps


register(checkpoint)
segments.register(checkpointed)
