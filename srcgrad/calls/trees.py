"""Structures of numbers and arrays as their floating leaves, and back.

Functions that are differentiated call these, too: ``walked`` says what they mean there.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np

from srcgrad.dispatch.result_classes import form_of, formed
from srcgrad.errors import InputError
from srcgrad.ir.kinds import Kind
from srcgrad.values.foreign import holds_labels, refuse_foreign
from srcgrad.values.signature import Dims, Structure, spec_of


def leaves(tree: Any, what: str) -> tuple[Any, ...]:
    """The real floating leaves, in order; ``what`` names the structure in messages.

    Raises ``InputError`` if there is none, or where one is complex.
    """
    found = floating(tree)
    if not found or holds_labels(tree):
        refuse_foreign(tree)
        raise InputError(
            f"{what} holds no floating number\n  why: only floating numbers have a derivative\n"
            "  try: pass floats, and return them"
        )
    if any(np.result_type(leaf).kind == "c" for leaf in found):
        raise InputError(
            f"{what} is complex\n"
            "  why: the derivative of a complex function is no single matrix\n"
            "  try: pass and return real and imaginary parts"
        )
    return found


def restored(tree: Any, items: tuple[Any, ...]) -> Any:
    """The structure with other things in the place of its floating leaves, and None for the rest."""
    spec = spec_of(tree, Dims(False))
    return formed(form_of(spec), _filled(spec, iter(items)))


def replaced(tree: Any, items: tuple[Any, ...]) -> Any:
    """The structure with other things in the place of its floating leaves."""
    spec = spec_of(tree, Dims(False))
    return formed(form_of(spec), _filled(spec, iter(items), tree))


def zeros(tree: Any) -> Any:
    """A cotangent of zeros."""
    return restored(tree, tuple(np.zeros_like(leaf) for leaf in floating(tree)))


def floating(tree: Any) -> tuple[Any, ...]:
    """All floating leaves, complex ones too; there may be none."""
    return tuple(_floating(spec_of(tree, Dims(False)), tree))


def dtype_of(leaf: Any) -> Any:
    """The dtype of a number or array."""
    return np.result_type(leaf)


def _floating(spec: Any, value: Any) -> Iterator[Any]:
    if isinstance(spec, Structure):
        for item, part in zip(spec.items, spec.parts_of(value), strict=True):
            yield from _floating(item, part)
    elif isinstance(spec, Kind) and spec.floating:
        yield value


def _filled(spec: Any, items: Iterator[Any], value: Any = None) -> Any:
    """The tree of items; in the place of other leaves those of ``value``, if it is given."""
    if isinstance(spec, Structure):
        olds = [None] * len(spec.items) if value is None else spec.parts_of(value)
        parts = [_filled(*row) for row in zip(spec.items, itertools.repeat(items), olds)]
        if issubclass(spec.cls, list):
            return parts
        if issubclass(spec.cls, tuple):
            return tuple(parts)
        return dict(zip(spec.keys, parts, strict=True))
    return next(items) if isinstance(spec, Kind) and spec.floating else value
