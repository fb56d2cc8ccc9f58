"""Tangents of the inputs, matched with them: what forward mode takes where reverse takes a cotangent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from srcgrad.errors import CotangentError, InputError
from srcgrad.ir.kinds import Kind
from srcgrad.runtime import same_labels
from srcgrad.values.labels import is_frame, is_labelled
from srcgrad.values.library_objects import is_sparse
from srcgrad.values.signature import Structure


@dataclass(frozen=True)
class Directions:
    """The inputs that move: their positions, and the specs of all inputs."""

    specs: tuple[Any, ...]
    moved: tuple[int, ...]

    def seeds(self, tangents: Any, inputs: tuple[Any, ...]) -> list[Any]:
        """The tangents as arguments of the generated function: one for each floating number.

        Raises ``CotangentError`` if their structure, shapes or kinds are not those of the inputs.
        """
        check_count(tangents, inputs)
        first = self.moved[0] if self.moved else 0
        return [
            leaf
            for k in self.moved
            for leaf in flat(
                self.specs[k], inputs[k], tangents[k], f"the tangent of input {k - first}"
            )
        ]


def check_count(tangents: Any, inputs: Any) -> None:
    """Raises ``InputError`` or ``CotangentError`` unless there is a tangent for each input."""
    if not isinstance(tangents, tuple | list):
        raise InputError(
            f"the tangents are {type(tangents).__name__}, not a tuple\n"
            "  why: there is one tangent for each input\n  try: jvp(f, (x,), (x_dot,))"
        )
    if len(tangents) != len(inputs):
        raise CotangentError(
            f"{len(inputs)} inputs have {len(tangents)} tangents\n"
            "  why: there is one tangent for each input\n  try: pass None where it is zero"
        )


def among(tangents: Any, chosen: tuple[int, ...], count: int) -> tuple[Any, ...]:
    """The tangents of the inputs that were passed, and None for the others of all ``count``."""
    found: list[Any] = [None] * count
    for k, tangent in zip(chosen, tangents, strict=True):
        found[k] = tangent
    return tuple(found)


def flat(spec: Any, value: Any, tangent: Any, name: str) -> Iterator[Any]:
    """The tangents of the floating leaves of an input, checked and cast."""
    if isinstance(spec, Kind):
        if spec.floating:
            yield leaf_of(value, tangent, name)
        return
    if not isinstance(spec, Structure):
        return
    moved = structured(spec, value, tangent, name)
    if is_sparse(spec.cls):
        check_pattern(spec, value, moved, name)
    rows = zip(spec.keys, spec.items, spec.parts_of(value), moved, strict=True)
    for key, item, part, tangent_of_part in rows:
        yield from flat(item, part, tangent_of_part, f"{name}[{key!r}]")


def check_pattern(spec: Structure, value: Any, moved: Any, name: str) -> None:
    """Raises ``CotangentError`` if a sparse tangent has entries at other places than its input."""
    places = zip(spec.parts_of(value)[1:], moved[1:], strict=True)
    if all(_none(theirs) or np.array_equal(own, theirs) for own, theirs in places):
        return
    raise CotangentError(
        f"{name} has entries at other places than the input, or in another order\n"
        "  why: a tangent of a sparse matrix moves the entries that it has\n"
        "  try: copy the input, and set the .data of the copy"
    )


def _none(part: Any) -> bool:
    return all(map(_none, part)) if isinstance(part, tuple) else part is None


def structured(spec: Structure, value: Any, tangent: Any, name: str) -> Any:
    """The parts of a tangent in the order of the input's; None for each part of None."""
    if tangent is None:
        return (None,) * len(spec.keys)
    if is_labelled(spec.cls):
        return of_labelled(spec, value, tangent, name)
    check_structure(spec, tangent, name)
    by_key = isinstance(tangent, dict)
    return [tangent[key] for key in spec.keys] if by_key else spec.parts_of(tangent)


def of_labelled(spec: Structure, value: Any, tangent: Any, name: str) -> list[Any]:
    """The parts of a tangent of an array of pandas' or xarray's; None for columns that it has not."""
    dims = getattr(value, "dims", None)
    if (
        type(tangent) is not spec.cls
        or getattr(tangent, "dims", None) != dims
        or not same_labels(value, tangent, dims)
    ):
        raise CotangentError(
            f"{name} is a {type(tangent).__name__} that has not the labels of the input\n"
            f"  why: a tangent of a {spec.cls.__name__} is one with the same index, columns and dimensions\n"
            "  try: copy the input, and set the numbers of the copy"
        )
    if is_frame(spec.cls):
        return [tangent[key] if key in tangent.columns else None for key in spec.keys]
    return spec.parts_of(tangent)


def check_structure(spec: Structure, tangent: Any, name: str) -> None:
    if spec.by_attribute:
        return
    wanted = dict if issubclass(spec.cls, dict) else tuple | list
    if (
        not isinstance(tangent, wanted)
        or len(tangent) != len(spec.items)
        or (isinstance(tangent, dict) and set(tangent) != set(spec.keys))
    ):
        raise CotangentError(
            f"{name} is {type(tangent).__name__}, the input is a {spec.cls.__name__} "
            f"of {len(spec.items)}\n  why: a tangent has the structure of its input\n"
            "  try: pass one item for each item of the input (None where it is zero)"
        )


def leaf_of(value: Any, tangent: Any, name: str) -> Any:
    """The tangent of one floating number or array."""
    dtype = np.asarray(value).dtype
    shape = np.shape(value)
    if tangent is None:
        found = np.zeros(shape, dtype)
    else:
        found = np.asarray(tangent)
        if found.dtype.kind not in "fiub" and found.dtype.kind != dtype.kind:
            raise CotangentError(
                f"{name} has dtype {found.dtype}, the input has dtype {dtype}\n"
                "  why: a tangent has the kind of its input\n  try: pass real numbers"
            )
        if found.shape != shape:
            raise CotangentError(
                f"{name} has shape {found.shape}, the input has shape {shape}\n"
                "  why: a tangent has the shape of its input; it is never broadcast\n"
                f"  try: pass an array of shape {shape}"
            )
        found = found.astype(dtype, copy=False)
    return found if isinstance(value, np.ndarray) else found[()]
