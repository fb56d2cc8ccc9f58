"""The output of a function as a tree of leaves, and the cotangent that is matched with it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from srcgrad.dispatch.inputs import Sizes, size_of
from srcgrad.dispatch.result_classes import as_items
from srcgrad.errors import CotangentError
from srcgrad.ir import kinds as kindlib
from srcgrad.ir.kinds import Kind
from srcgrad.ir.trees import leaves, map_tree
from srcgrad.runtime.basics import other_shape
from srcgrad.values.library_objects import is_sparse


@dataclass
class Leaf:
    """One number or array of the output; ``active``: it depends on what is differentiated."""

    kind: Kind
    active: bool


def resolvable(kind: Kind, sizes: Sizes) -> bool:
    """Whether the shape of an output follows from the shapes of the inputs."""
    if kind.immutable:
        return True
    return (
        kind.base == "array"
        and kind.shape is not None
        and all(isinstance(dim, int) or dim in sizes for dim in kind.shape)
    )


def comparable(kind: Kind) -> bool:
    """Whether an output is numbers, so that a cotangent of it has a shape and a kind."""
    if kind.base == "list":
        return all(map(comparable, kind.items))
    return kind.numeric and np.dtype(kind.dtype).kind in "fciub"


@dataclass(frozen=True)
class Expected:
    """What a cotangent is compared with; ``known``: the output's shape follows from the inputs."""

    tree: Any  # of Leaf
    known: bool
    sizes: Sizes

    def sizes_of(self, inputs: tuple[Any, ...]) -> dict[Any, int]:
        """The sizes of these inputs that the shape of the output is made of."""
        return {dim: size_of(place, inputs) for dim, place in self.sizes.items()}

    def seeds(self, cotangent: Any, sizes: dict[Any, int]) -> list[Any]:
        """The cotangent as arguments of the generated function.

        Raises ``CotangentError`` if its structure, shape or kind is not the output's.
        """
        if cotangent is None:
            check_number(self.tree)
            one = self.one(sizes)
            return [one] if self.tree.active else []
        found: list[Any] = []
        self.match(self.tree, cotangent, sizes, found, "the cotangent")
        return found

    def array(self) -> np.dtype[Any] | None:
        """The dtype of the output, if that is one array whose shape follows from the inputs."""
        tree = self.tree
        single = type(tree) is Leaf and tree.active and tree.kind.base == "array"
        return np.dtype(tree.kind.dtype) if single and self.known else None

    def one(self, sizes: dict[Any, int]) -> Any:
        """1 in the kind of the output, if that is one number; 0-d where its rank is not known,
        which generated code compares with the output.
        """
        kind = self.tree.kind
        dtype = np.dtype(kind.dtype)
        if kind.immutable:
            return dtype.type(1)
        shape = self.shape(kind, sizes) if resolvable(kind, self.sizes) else kind.shape or ()
        if any(size != 1 for size in shape):
            raise CotangentError(
                f"the output is {kindlib.describe(kind)}, no scalar, so a cotangent is needed\n"
                "  why: without one, the output must be a scalar\n"
                "  try: return a sum; or call srcgrad.jacobian for all derivatives,\n"
                "       or srcgrad.vjp with a cotangent of the output's shape"
            )
        return np.ones(shape, dtype)

    def zeros(self, sizes: dict[Any, int]) -> Any:
        """A cotangent of zeros, with None for what is no floating number.

        Raises ``KeyError`` where shapes are known only once the function has run.
        """

        def zero(leaf: Leaf) -> Any:
            kind = leaf.kind
            if not kind.floating:
                return None
            if kind.immutable:
                return np.dtype(kind.dtype).type(0)
            if kind.base != "array" or kind.shape is None:
                raise KeyError(kind.base)
            return np.zeros(self.shape(kind, sizes), kind.dtype)

        return map_tree(zero, self.tree)

    def match(
        self, tree: Any, value: Any, sizes: dict[Any, int], found: list[Any], name: str
    ) -> None:
        if isinstance(tree, Leaf):
            if tree.active:
                found.append(self.seed(tree.kind, value, sizes, name))
            elif value is not None and comparable(tree.kind):
                self.seed(tree.kind, value, sizes, name)
            return
        if is_sparse(type(value)) and value._shape is not None:
            raise CotangentError(
                f"{name} is a sparse matrix\n"
                "  why: whether its entries stand where those of the output do is not known before\n"
                "  try: return the .data of the output, or its .toarray()"
            )
        if isinstance(tree, dict):
            value = as_items(tree, value)
        check_structure(tree, value, name)
        for key in list(tree) if isinstance(tree, dict) else range(len(tree)):
            self.match(tree[key], value[key], sizes, found, f"{name}[{key!r}]")

    def seed(self, kind: Kind, value: Any, sizes: dict[Any, int], name: str) -> Any:
        """One leaf, in the output's dtype; a NumPy scalar for a scalar output."""
        if value is None:
            raise CotangentError(
                f"{name} is None, and the output there is {kindlib.describe(kind)}\n"
                "  why: None stands for 1, for a function with a single scalar output only\n"
                "  try: pass zeros, or 1.0, of the output's shape"
            )
        if kind.base == "list":
            return self.items(kind, value, sizes, name)
        dtype = np.dtype(kind.dtype)
        array = as_array(value, dtype, name)
        if resolvable(kind, self.sizes):
            shape = () if kind.immutable else self.shape(kind, sizes)
            if array.shape != shape:
                raise CotangentError(other_shape(array.shape, shape, name))
        elif kind.shape is not None and array.ndim != len(kind.shape) and array.shape != (0,):
            # an array of an empty list has one axis, which generated code compares
            raise CotangentError(
                f"{name} has {array.ndim} dimensions, the output has {len(kind.shape)}\n"
                "  why: a cotangent has the shape of the output; it is never broadcast\n"
                "  try: pass an array of the output's shape, or broadcast the output itself"
            )
        if array.dtype != dtype:
            array = array.astype(dtype)
        return array[()] if kind.immutable else array

    def items(self, kind: Kind, value: Any, sizes: dict[Any, int], name: str) -> list[Any]:
        """The cotangent of a list of unknown length, which generated code compares."""
        if not isinstance(value, tuple | list):
            raise CotangentError(
                f"{name} is a {type(value).__name__}, the output is a list\n"
                "  why: a cotangent has the structure of the output\n"
                "  try: pass one item for each item of the output"
            )
        item = kind.items[0] if kind.items else kindlib.FLOAT
        return [
            self.seed(
                replace(item, shape=None) if item.base == "array" else item,
                part,
                sizes,
                f"{name}[{k}]",
            )
            for k, part in enumerate(value)
        ]

    def shape(self, kind: Kind, sizes: dict[Any, int]) -> tuple[int, ...]:
        """The shape of an output, from the shapes of the inputs."""
        return tuple(dim if isinstance(dim, int) else sizes[dim] for dim in kind.shape or ())


def as_array(value: Any, dtype: np.dtype[Any], name: str) -> np.ndarray[Any, Any]:
    """Raises ``CotangentError`` for what is no number, or complex where the output is real."""
    sort: str
    try:
        array = np.asarray(value)
        sort = array.dtype.kind
    except ValueError:  # lists of lists of different lengths
        array, sort = np.empty(0), "ragged"
    if sort not in "fiub" and sort != dtype.kind:
        shown = f"dtype {array.dtype}" if sort != "ragged" else "no shape"
        raise CotangentError(
            f"{name} has {shown}, the output has dtype {dtype}\n"
            "  why: a cotangent has the kind of the output\n  try: pass real numbers"
        )
    return array


def check_structure(tree: Any, value: Any, name: str) -> None:
    """Raises ``CotangentError`` if ``value`` is no container like ``tree``."""
    if isinstance(tree, dict):
        right = isinstance(value, dict) and set(value) == set(tree)
        wanted = "a dict with the keys " + ", ".join(map(repr, tree))
    else:
        right = isinstance(value, tuple | list) and len(value) == len(tree)
        wanted = f"a {type(tree).__name__} of {len(tree)}"
    if right:
        return
    shown = type(value).__name__
    if isinstance(value, tuple | list):
        shown += f" of {len(value)}"
    elif isinstance(value, dict):
        shown += " with the keys " + ", ".join(map(repr, value))
    raise CotangentError(
        f"{name} is a {shown}, the output is {wanted}\n"
        "  why: a cotangent has the structure of the output\n"
        "  try: pass one item for each output (None where it is no floating number)"
    )


def check_number(leaf: Any) -> None:
    """Raises ``CotangentError`` unless the output is one real leaf, so that 1 can be meant."""
    if not isinstance(leaf, Leaf):
        raise CotangentError(
            f"the function has {sum(1 for _ in leaves(leaf))} outputs, so a cotangent is needed\n"
            "  why: without one, the output must be a scalar\n"
            "  try: return one number, with has_aux=True beside what is not differentiated;\n"
            "       or call srcgrad.vjp with a cotangent of the structure of the output"
        )
    if not leaf.kind.floating:
        raise CotangentError(
            f"the output is {kindlib.describe(leaf.kind)}, which has no derivative\n"
            "  why: only floating outputs can be differentiated\n  try: return a float"
        )
    if np.dtype(leaf.kind.dtype).kind == "c":
        raise CotangentError(
            f"the output is {kindlib.describe(leaf.kind)}, so a cotangent is needed\n"
            "  why: without one, the output must be a real scalar\n"
            "  try: pass a cotangent, or return a real number"
        )
