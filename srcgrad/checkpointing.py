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

    Parameters
    ----------
    f : callable
        A function that prints nothing, and writes into neither its arguments nor what lies outside of
        them, since it runs more than once.

    Returns
    -------
    callable
        A function of the same arguments, with the same value.

    Raises
    ------
    UnsupportedSyntax, AliasError
        When a derivative is asked for, for a function that does one of these.

    Examples
    --------
    >>> @srcgrad.checkpoint
    ... def step(u):
    ...     return u + 0.1 * np.tanh(u) * np.exp(-u * u)
    >>> def energy(u):
    ...     for _ in range(50):
    ...         u = step(u)
    ...     return np.sum(u * u)
    >>> srcgrad.grad(energy)(np.array([0.5, 1.0])).round(4)
    array([0.7272, 0.7039])
    """

    @functools.wraps(f)
    def checkpointed(*args: Any, **keywords: Any) -> Any:
        return f(*args, **keywords)

    MARKED[checkpointed] = f
    return checkpointed


def checkpointed(steps: range, slots: int | None = None) -> range:
    """``for t in checkpointed(range(n))``: a plain loop, of whose states its derivative keeps few.

    The reverse sweep keeps the state before some of the steps, and runs steps again from there, as few as can be
    (Griewank and Walther, Algorithm 799). The state is what goes from step to step: variables, attributes of
    objects, and arrays from before the loop that it writes into, which may take turns (``old, new = new, old``).
    Values are the same, to the last bit; derivatives, too, but where other lines read what the steps read,
    sums are added in another order.

    Parameters
    ----------
    steps : range
        What the loop runs over; it may end early. The loop must not print, append to lists, write into an array
        that it reads under another name, too, or change other things outside of it. Arrays that take turns are
        read behind it by these variables alone.
    slots : int, optional
        How many states are kept at most; None takes about twice the logarithm of ``len(steps)`` to the base 2.

    Returns
    -------
    range
        ``steps``.

    Raises
    ------
    ValueError
        If ``slots`` is negative.
    UnsupportedSyntax, AliasError
        When a derivative is asked for, for a loop that does one of these.

    Examples
    --------
    >>> def last(u):
    ...     for _ in srcgrad.checkpointed(range(1000), slots=8):
    ...         u = u + 0.001 * np.sin(u)
    ...     return u
    >>> round(float(srcgrad.grad(last)(1.0)), 4)
    1.1017
    """
    if slots is not None and slots < 0:
        raise ValueError(f"slots is {slots}, a negative number")
    return steps


register(checkpoint)
segments.register(checkpointed)
