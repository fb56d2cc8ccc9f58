"""Functions that optimisers call, with derivatives that share their forward sweep."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from srcgrad.api import pullback
from srcgrad.backend.notice import steps
from srcgrad.calls.jacobians import jacobian


class Seen:
    """Value and gradient, and where they were last computed; ``products`` of the Hessian are wanted, too."""

    def __init__(self, function: Any, products: bool) -> None:
        self.function = function
        self.products = products
        self.x: Any = None
        self.found: Any = None
        self.pull: Any = None

    def __call__(self, x: Any) -> Any:
        self.x = np.array(x)
        if self.products:
            self.found, self.pull = pullback(self.function, np.array(x))
        else:
            self.found = self.function(np.array(x))
        return self.found

    def product(self, x: Any, v: Any) -> Any:
        """The Hessian, which is symmetric, by ``v``: a reverse sweep of value and gradient."""
        value, slope = self.at(x)
        return self.pull((np.zeros_like(value)[()], np.asarray(v, slope.dtype)))[0]

    def at(self, x: Any) -> Any:
        """Value and gradient at ``x``, computed if that is not where they were last."""
        return self.found if self.x is not None and np.array_equal(self.x, x) else self(x)


class Residuals:
    """Residuals, and their Jacobian at the point where they were last computed."""

    def __init__(self, function: Any, count: int, progress: Any, sparse: bool = False) -> None:
        self.function = function
        self.count = 0 if sparse else count  # of parameters
        self.progress = progress
        self.columns = jacobian(function, mode="forward", sparse=sparse)
        self.x: Any = None
        self.value: Any = None
        self.pull: Any = None
        self.number = 0

    def __call__(self, x: Any) -> Any:
        self.x, self.pull = np.array(x), None
        if self.value is None or len(self.value) >= self.count:
            self.value = self.function(np.array(x))
        else:
            self.value, self.pull = pullback(self.function, np.array(x))
        return self.value

    def jacobian(self, x: Any) -> Any:
        if self.x is None or not np.array_equal(self.x, x):
            self(x)
        found = (
            self.columns(np.array(x))
            if self.pull is None
            else self.pull(np.eye(len(self.value), dtype=self.value.dtype))[0]
        )
        if self.progress is not None:
            self.number += 1
            slope = float(np.linalg.norm(2.0 * self.value @ found))
            self.progress(self.number, float(self.value @ self.value), slope)
        return found


@contextmanager
def told(doing: str, function: Any, progress: Any, measured: Any = None) -> Iterator[Any]:
    """The function that an optimiser is given: a line tells how often it was called, and its value.

    ``measured`` makes a number of what it gives. Where the user is told of ``progress``, nothing is.
    """
    if progress is not None:
        yield function
        return
    with steps(doing) as step:

        def call(*args: Any) -> Any:
            found = function(*args)
            step(measured(found))
            return found

        yield call


def as_value(found: Any) -> str:
    """A value, alone or with its gradient."""
    value = found[0] if isinstance(found, tuple) else found
    return f"value {float(value):.10g}"


def as_squares(found: Any) -> str:
    return f"sum of squares {float(np.sum(np.square(found))):.10g}"
