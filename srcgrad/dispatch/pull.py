"""What ``pullback`` gives: the reverse sweep on what the forward sweep left, to be called again."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from srcgrad.backend.halves import Cloning, halves
from srcgrad.dispatch import Entry
from srcgrad.dispatch import inputs as inputlib
from srcgrad.dispatch.result_classes import all_formed, formed
from srcgrad.errors import InputError


class Pull:
    """``pull(cotangent)`` gives one gradient per input; ``source`` is the generated code."""

    def __init__(self, entry: Entry, function: Any, inputs: tuple[Any, ...]) -> None:
        captured = entry.captured(function)
        entry.refuse_overlap(inputs, captured)
        self._entry = entry
        self._inputs = copied(inputs)
        inputlib.refuse_layout(entry.facts.contiguous, self._inputs)
        self._given = (*self._inputs, *copied(tuple(captured)))
        count = len(entry.generated.__code__.co_varnames[: entry.generated.__code__.co_argcount])
        self._halves = halves(entry.source, entry.generated, count - len(self._given))
        value, left = self.forward()
        kept = Cloning()
        self._saved = tuple([kept.clone(left.get(name)) for name in self._halves.saved])
        self.value = formed(entry.facts.form, value) if entry.facts.form is not None else value

    def __call__(self, cotangent: Any = None) -> tuple[Any, ...]:
        """The gradients; ``None`` stands for 1, for a scalar output. See ``srcgrad.vjp``."""
        entry = self._entry
        seeds = entry.expected.seeds(cotangent, self._inputs)
        again = Cloning()  # the reverse sweep takes from tapes and writes arrays back
        found = self._halves.reverse(*[again.clone(part) for part in self._saved], *seeds)
        gradients = inputlib.cast(entry.casts, found)
        result: tuple[Any, ...] = all_formed(entry.facts.forms, gradients)
        return result

    def forward(self) -> tuple[Any, dict[str, Any]]:
        """Run the forward sweep: the value as generated code gives it, and the names it leaves."""
        result: tuple[Any, dict[str, Any]] = self._halves.forward(*self._given)
        return result

    def __reduce__(self) -> Any:
        raise InputError(
            f"the pullback of {self._entry.facts.name.removesuffix('_vjp')} cannot be pickled\n"
            "  why: it is the second half of a call, and holds what the first half has left\n"
            "  try: pickle the function's grad, or pass on the inputs and call pullback there"
        )

    def __copy__(self) -> Pull:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Pull:
        return self  # calls change nothing of it

    @property
    def source(self) -> str:
        return self._entry.source


def copied(values: tuple[Any, ...]) -> tuple[Any, ...]:
    """Inputs that share no memory with the caller's."""
    if all(type(value) in (np.ndarray, float, int) for value in values):
        return tuple([v.copy() if type(v) is np.ndarray else v for v in values])
    return copy.deepcopy(values)
