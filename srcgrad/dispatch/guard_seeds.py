"""The part of a guard that compares what is passed beside the inputs: a cotangent, or tangents."""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad.dispatch.cotangent import Expected, Leaf, comparable, resolvable
from srcgrad.dispatch.entry import UNSEEDED, Entry
from srcgrad.dispatch.guard_lines import Lines, Unwritable
from srcgrad.dispatch.outside import attribute
from srcgrad.ir.kinds import Kind
from srcgrad.values.signature import numbers


class Seeds(Lines):
    """Lines that compare ``given``; the variables that hold the last arguments of the call."""

    def seeds(self, entry: Entry, variables: list[str]) -> list[str]:
        if entry.style in UNSEEDED:
            return []
        if entry.style == "jvp":
            return self.tangents(entry, variables)
        return self.cotangent(entry)

    # --- the cotangent ------------------------------------------------------------------------

    def cotangent(self, entry: Entry) -> list[str]:
        """Compare the cotangent with the output; the variables that hold the seeds."""
        tree, expected = entry.expected.tree, entry.expected
        if isinstance(tree, Leaf) and tree.active:
            return self.single(tree, expected.known)
        if isinstance(tree, Leaf) and not (tree.kind.immutable and tree.kind.floating):
            self.need("given is None")
        found: list[str] = []
        self.several(tree, "given", expected, found)
        return found

    def single(self, leaf: Leaf, known: bool) -> list[str]:
        kind = leaf.kind
        if not kind.immutable:
            self.leaf(kind, "given", known)
            return ["given"]
        one = self.constant(np.dtype(kind.dtype).type(1), "one")
        self.lines += ["if given is None:", f"    given = {one}"]
        self.leaf(kind, "given", known)
        return ["given"]

    def several(self, tree: Any, name: str, expected: Expected, found: list[str]) -> None:
        if isinstance(tree, Leaf):
            if tree.active:
                self.leaf(tree.kind, name, expected.known)
                found.append(name)
            elif comparable(tree.kind):
                self.unused(tree.kind, name, resolvable(tree.kind, expected.sizes))
            return
        if isinstance(tree, dict):
            self.need(f"type({name}) is not dict", f"len({name}) != {len(tree)}")
        else:
            self.need(f"type({name}) not in (tuple, list)", f"len({name}) != {len(tree)}")
        for key in tree if isinstance(tree, dict) else range(len(tree)):
            part = self.let("g", f"{name}[{self.key(key)}]")
            self.several(tree[key], part, expected, found)

    def unused(self, kind: Kind, name: str, known: bool) -> None:
        """The cotangent of an output that depends on no input: it may be None, or zeros."""
        dtype = np.dtype(kind.dtype)
        if kind.immutable:
            cls = self.constant(dtype.type, "t")
            self.need(f"{name} is not None and type({name}) not in (float, int, {cls})")
            return
        if kind.base != "array" or kind.shape is None:
            raise Unwritable
        shape = f"shape != {self.shape_text(kind.shape)}" if known else f"ndim != {len(kind.shape)}"
        self.need(
            f"{name} is not None and (type({name}) is not ndarray or "
            f"{name}.dtype is not {self.constant(dtype, 'd')} or {name}.{shape})"
        )

    def leaf(self, kind: Kind, name: str, known: bool) -> None:
        """A cotangent that needs no conversion, or a Python float for a NumPy scalar."""
        dtype = np.dtype(kind.dtype)
        if kind.immutable:
            cls = self.constant(dtype.type, "t")
            self.lines += [
                f"if type({name}) is float:",
                f"    {name} = {cls}({name})",
                f"elif type({name}) is not {cls}:",
                "    return MISS",
            ]
            return
        if kind.base != "array":
            raise Unwritable
        conditions = [
            f"type({name}) is not ndarray",
            f"{name}.dtype is not {self.constant(dtype, 'd')}",
        ]
        if known:
            conditions.append(f"{name}.shape != {self.shape_text(kind.shape or ())}")
        self.need(*conditions)

    def shape_text(self, dims: tuple[Any, ...]) -> str:
        if dims in self.shapes:
            return self.shapes[dims]
        parts = [str(d) if isinstance(d, int) else self.sizes[d] for d in dims]
        return f"({', '.join(parts)}{',' * (len(parts) == 1)})"

    # --- tangents ---------------------------------------------------------------------------

    def tangents(self, entry: Entry, variables: list[str]) -> list[str]:
        """Compare the tangents with the inputs that move."""
        count = len(entry.specs)
        self.need("type(given) not in (tuple, list)", f"len(given) != {count}")
        tangents = [self.fresh("g") for _ in entry.specs]
        if tangents:
            self.lines.append(f"{', '.join(tangents)}{',' * (count == 1)} = given")
        found: list[str] = []
        for k in entry.facts.argnums:
            if any_floating(entry.specs[k]):
                self.tangent(entry.specs[k], variables[k], (k,), tangents[k], found)
        return found

    def tangent(self, spec: Any, value: str, path: Any, name: str, found: list[str]) -> None:
        """Compare one tangent; ``value`` is the input, as an expression."""
        if isinstance(spec, Kind):
            self.moved(spec, self.paths.get(path, value), name)
            found.append(name)
            return
        cls = self.constant(spec.cls, "cls")
        nested = issubclass(spec.cls, tuple | list | dict)
        if issubclass(spec.cls, tuple | list):
            self.need(f"type({name}) not in (tuple, list)", f"len({name}) != {len(spec.keys)}")
        elif issubclass(spec.cls, dict):
            self.need(f"type({name}) is not dict", f"len({name}) != {len(spec.keys)}")
        else:
            self.need(f"type({name}) is not {cls}")
        for key, item in zip(spec.keys, spec.items, strict=True):
            if any_floating(item):

                def step(holder: str, key: Any = key) -> str:
                    return (
                        f"{holder}[{self.key(key)}]" if nested else attribute(holder, key, self.key)
                    )

                part = self.let("g", step(name))
                inner = (*path, (isinstance(key, str) and not issubclass(spec.cls, dict), key))
                self.tangent(item, step(value), inner, part, found)

    def moved(self, kind: Kind, value: str, name: str) -> None:
        """A tangent that needs no conversion; None becomes zeros."""
        dtype = np.dtype(kind.dtype)
        if kind.immutable:
            zero = self.constant(dtype.type(0), "zero")
            self.lines += [f"if {name} is None:", f"    {name} = {zero}"]
            self.leaf(kind, name, False)
            return
        if kind.base != "array":
            raise Unwritable
        same, zeros = self.constant(dtype, "d"), self.constant(np.zeros, "zeros")
        shape = self.shapes.get(kind.shape or ()) or f"{value}.shape"
        self.lines += [
            f"if type({name}) is not ndarray or {name}.dtype is not {same} "
            f"or {name}.shape != {shape}:",
            f"    if {name} is not None:",
            "        return MISS",
            f"    {name} = {zeros}({shape}, {same})",
        ]


def any_floating(spec: Any) -> bool:
    """Whether a tangent of an input with this spec is read."""
    return any(kind.floating for kind in numbers(spec))
