"""Inputs: their sizes, what may be differentiated, overlapping arrays, the form of gradients."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import numpy as np

from srcgrad.errors import (
    AliasError,
    InputError,
    IntegersWanted,
    LayoutsWanted,
    ShortAxesWanted,
    SizesWanted,
    Wanted,
)
from srcgrad.ir import kinds
from srcgrad.ir.kinds import Kind
from srcgrad.ir.nodes import Const
from srcgrad.ir.trees import leaves, map_tree
from srcgrad.values.labels import is_labelled
from srcgrad.values.signature import Dims, Path, leaves_of, numbers, spec_of, with_integers

Sizes = dict[Any, tuple[Path, int]]  # dimension -> an array that has it, and its axis


def specs_of(
    inputs: tuple[Any, ...], specialize: bool, wanted: Collection[type[Wanted]] = ()
) -> tuple[Any, ...]:
    """The signature of these inputs, with what is ``wanted`` beyond their kinds.

    Raises ``InputError`` for what no generated code can take.
    """
    dims = dims_of(specialize, wanted)
    try:
        found = tuple([spec_of(value, dims) for value in inputs])
        return tuple(map(with_integers, found, inputs)) if IntegersWanted in wanted else found
    except RecursionError:
        raise InputError(
            "an input contains itself\n  why: inputs are taken apart by structure\n"
            "  try: pass the arrays inside it"
        ) from None


def dims_of(specialize: bool, wanted: Collection[type[Wanted]]) -> Dims:
    return Dims(
        specialize, SizesWanted in wanted, ShortAxesWanted in wanted, LayoutsWanted in wanted
    )


def sizes_of(inputs: tuple[Any, ...], wanted: Collection[type[Wanted]]) -> dict[str, int]:
    """The sizes that the signature of these inputs names, if it could hold short ones."""
    dims = dims_of(True, wanted)
    for value in inputs:
        spec_of(value, dims)
    return {} if dims.short else dims.sizes()


def check_inputs(inputs: Any) -> tuple[Any, ...]:
    """The inputs as a tuple. Raises ``InputError`` for an array that stands for its only input."""
    if isinstance(inputs, tuple | list):
        return tuple(inputs)
    raise InputError(
        f"inputs is {type(inputs).__name__}, not a tuple\n"
        "  why: there is one entry for each positional parameter\n  try: pass (x,)"
    )


def arrays_of(specs: tuple[Any, ...]) -> Iterator[tuple[Path, Kind]]:
    """The numbers and arrays among the inputs, and where they stand."""
    for number, spec in enumerate(specs):
        for path, leaf in leaves_of(spec, (number,)):
            if isinstance(leaf, Kind):
                yield path, leaf


def fetch(path: Path, inputs: tuple[Any, ...]) -> Any:
    """The value at a path."""
    value = inputs[path[0]]
    for attribute, key in path[1:]:
        value = getattr(value, key) if attribute else value[key]
    return value


def size_table(specs: tuple[Any, ...]) -> Sizes:
    """Where the size behind each symbol can be read."""
    found: Sizes = {}
    for path, kind in arrays_of(specs):
        for axis, dim in enumerate(kind.shape or ()):
            if isinstance(dim, str):
                found.setdefault(dim, (path, axis))
    return found


def size_of(place: tuple[Path, int], inputs: tuple[Any, ...]) -> int:
    path, axis = place
    return int(fetch(path, inputs).shape[axis])


# --- what may be differentiated ---------------------------------------------------------------


def chosen(argnums: tuple[int, ...] | None, count: int) -> tuple[int, ...]:
    """The positions of the inputs to differentiate by; negative ones count from the end."""
    if argnums is None:
        return tuple(range(count))
    found = tuple(position(k, count, count) for k in argnums)
    if len(set(found)) < len(found):
        raise InputError(
            f"argnums names an input twice: {argnums}\n"
            "  why: there is one gradient for each input\n  try: name each input once"
        )
    return found


def position(k: int, passed: int, count: int) -> int:
    """The input that ``k`` names; negative numbers count from the end of those ``passed``."""
    if not -passed <= k < count:
        raise InputError(
            f"argnums names input {k}, and there {'is 1 input' if count == 1 else f'are {count} inputs'}\n"
            "  why: argnums are positions of inputs, from 0\n"
            "  try: another position, or pass that input too"
        )
    return k + passed if k < 0 else k


def check_floating(spec: Any, param: str) -> None:
    """Raises ``InputError`` for an input that was named and has no derivative."""
    found = numbers(spec)
    if any(kind.floating for kind in found):
        return
    kind = kinds.describe(found[0]) if found else "no number"
    raise InputError(
        f"the gradient by `{param}` is asked for, which is {kind}\n"
        "  why: only floating numbers have a derivative\n"
        f"  try: pass a float ({param}=1.0, or an array of float64)"
    )


def refuse_overlap(
    writes: tuple[tuple[str, Path], ...],
    specs: tuple[Any, ...],
    inputs: tuple[Any, ...],
    names: tuple[str, ...],
) -> None:
    """Raises ``AliasError`` if an input that is written may share memory with another array.

    What is captured counts as an input.
    """
    others = [
        (names[path[0]], path, fetch(path, inputs))
        for path, kind in arrays_of(specs)
        if kind.base == "array"
    ]
    for name, path in writes:
        array = fetch(path, inputs)
        for other, place, value in others:
            if place != path and np.may_share_memory(array, value):
                raise AliasError(
                    f"`{name}` and `{other}` may share memory, and the function writes into "
                    f"`{name}`\n  why: a store into one may change the other\n"
                    f"  try: pass a copy ({other}.copy())"
                )


def refuse_writes(writes: tuple[tuple[str, Path], ...], specs: tuple[Any, ...]) -> None:
    """Raises ``InputError`` if the function writes into the numbers of a series, or the like."""
    for name, path in writes:
        spec = specs[path[0]]
        for _, key in path[1:]:
            if is_labelled(spec.cls):
                raise InputError(
                    f"the function writes into `{name}`, the numbers of a {spec.cls.__name__}\n"
                    "  why: pandas hands them out for reading, and xarray would be changed\n"
                    "  try: write into a copy, .to_numpy().copy()"
                )
            spec = spec.items[spec.keys.index(key)]


def laid_out(contiguous: tuple[tuple[str, Path], ...], inputs: tuple[Any, ...]) -> bool:
    """Whether the inputs are contiguous that are taken to be."""
    return all(fetch(path, inputs).flags.c_contiguous for _, path in contiguous)


def refuse_layout(contiguous: tuple[tuple[str, Path], ...], inputs: tuple[Any, ...]) -> None:
    """Raises ``AliasError`` if a reshape of an input that is written would be no view."""
    for name, path in contiguous:
        if not fetch(path, inputs).flags.c_contiguous:
            raise AliasError(
                f"`{name}` is not contiguous, so its reshape is a copy\n"
                "  why: the function writes through it, and a view and a copy then differ\n"
                f"  try: pass np.ascontiguousarray({name})"
            )


# --- the form of gradients --------------------------------------------------------------------


def cast_of(spec: Any, tree: Any, table: dict[str, Kind], mixed: bool) -> Any:
    """How a gradient is brought to its input's kind: "" for as it is, else a base and a dtype.

    ``tree`` is the gradient as the names of ``table``; the result mirrors it. ``mixed``: numbers
    of several precisions meet, so that kinds are not relied on.
    """

    def leaf(operand: Any, spec: Any) -> str:
        if not isinstance(spec, Kind) or not spec.floating:
            return ""
        kind = kinds.of_constant(operand.value) if isinstance(operand, Const) else table[operand]
        right = not mixed and kind.dtype == spec.dtype
        if spec.base == "array":
            right = right and kind.base == "array" and spec.shape != ()
        elif spec.base == "float":
            right = right and kind.immutable
        else:
            right = right and kind.base == spec.base
        return "" if right else f"{spec.base}:{spec.dtype}"

    return map_tree(leaf, tree, spec)


def mixed_precision(table: dict[str, Kind]) -> bool:
    """Whether floating numbers of more than one precision occur."""
    return len({kind.dtype for kind in table.values() if kind.floating}) > 1


def needs_cast(casts: Any) -> bool:
    return any(leaf != "" for leaf in leaves(casts))


def cast(casts: Any, value: Any) -> Any:
    """Gradients in the kinds of their inputs."""
    return map_tree(cast_leaf, casts, value)


def cast_like(value: Any, tangent: Any) -> Any:
    """A tangent in the precision of its value, before either is given its classes."""

    def leaf(part: Any, like: Any) -> Any:
        if part is None or np.result_type(part) == np.result_type(like):
            return part
        dtype = np.result_type(like)
        return part.astype(dtype) if isinstance(part, np.ndarray) else dtype.type(part)

    return map_tree(leaf, tangent, value)


def cast_leaf(sort: str, value: Any) -> Any:
    if not sort or value is None:
        return value
    base, dtype = sort.split(":")
    if base in ("float", "complex"):
        return float(value) if base == "float" else complex(value)
    if base == "scalar":
        return np.dtype(dtype).type(value)
    if type(value) is np.ndarray and value.ndim and value.dtype == dtype:
        return value
    return np.array(value, dtype)
