"""What SciPy's optimisers call after each iteration, for parameters of any structure."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from srcgrad.calls.shared_sweeps import Seen
from srcgrad.calls.vectors import Unflatten

BY_NAME = {"intermediate_result"}  # with this parameter alone: SciPy's result so far is passed


def printer(progress: Any) -> Any:
    """What is called on the way, or None."""
    if progress is True:
        return _print
    return progress or None


def _print(iteration: int, value: float, slope: float) -> None:
    print(f"iteration {iteration}: value {value:.10g}, gradient norm {slope:.3g}", flush=True)


def of_structures(
    callback: Any, progress: Any, unflatten: Unflatten, seen: Seen
) -> Callable[..., Any] | None:
    """SciPy's callback, with the structure for the vector."""
    if callback is None and progress is None:
        return None
    number = 0

    def count(x: Any) -> None:
        nonlocal number
        number += 1
        if progress is not None:
            value, slope = seen.at(x)
            progress(number, float(value), float(np.linalg.norm(slope)))

    def told(x: Any, *state: Any) -> Any:
        count(x)
        return None if callback is None else callback(unflatten(x), *state)

    def named(intermediate_result: Any) -> Any:
        found = intermediate_result
        if isinstance(found, np.ndarray):  # some methods pass a vector to any callback
            return told(found)
        count(found.x)
        return callback(intermediate_result=type(found)({**found, "x": unflatten(found.x)}))

    return named if _parameters(callback) == BY_NAME else told


def _parameters(callback: Any) -> set[str]:
    try:
        return set(inspect.signature(callback).parameters)
    except (TypeError, ValueError):  # None, and some of what is written in C
        return set()
