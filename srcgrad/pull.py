"""What ``pullback`` gives: the adjoint at inputs that were copied, to be called many times."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from srcgrad.dispatch import Entry
from srcgrad.frontend.signature import Structure


class Pull:
    """``pull(cotangent)`` gives one gradient per input; ``source`` is the generated code."""

    def __init__(self, entry: Entry, function: Any, inputs: tuple[Any, ...]) -> None:
        entry.refuse_overlap(inputs, entry.captured(function))
        self._entry = entry
        self._inputs = copied(inputs)
        self._captured = copied(tuple(entry.captured(function)))

    def __call__(self, cotangent: Any = None) -> tuple[Any, ...]:
        """The gradients; ``None`` stands for 1, for a scalar output. See ``srcgrad.vjp``."""
        found: tuple[Any, ...] = self._entry.apply(self._inputs, list(self._captured), cotangent)
        return found

    @property
    def source(self) -> str:
        return self._entry.source

    def value(self, f: Any, inputs: tuple[Any, ...]) -> Any:
        """The function's value; inputs that it writes into stay as they are."""
        whole = not self._entry.writes and not any(
            isinstance(spec, Structure) for spec in self._entry.specs)
        return f(*(inputs if whole else copied(inputs)))


def copied(values: tuple[Any, ...]) -> tuple[Any, ...]:
    """Inputs that share no memory with the caller's."""
    if all(type(value) in (np.ndarray, float, int) for value in values):
        return tuple([v.copy() if type(v) is np.ndarray else v for v in values])
    return copy.deepcopy(values)
