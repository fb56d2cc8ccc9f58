"""Sizes that are taken for equal where they meet, and tested where they come from.

Of ``c = f * c + g``, in which the sizes come from slices and loops, the walk knows nothing: one of them
might be 1. Most never are. Here they become one symbol, so that no adjoint undoes a broadcast::

    f = z[n:m]                      f = z[n:m]
                                    check_size(f, 0, size)
    c = f * c                       c = f * c

A size is tested where it first appears on a path, before anything builds on its being equal. Where it is not,
``SizesDiffer`` tells dispatch to take the source that assumes nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import replace
from functools import cached_property
from typing import Any, Literal, NamedTuple

from srcgrad.analysis.alias import aliases
from srcgrad.analysis.shadows import may_be_undefined
from srcgrad.analysis.unsettled import unrelated
from srcgrad.ir import kinds as kindlib
from srcgrad.ir import nodes as ir
from srcgrad.ir.kinds import Dim
from srcgrad.ir.nodes import Block, Const, Function, If, Let, Operand, Statement
from srcgrad.optimize.dims import Sizes
from srcgrad.optimize.item_sizes import sizes_of_items
from srcgrad.rules.builder import Names
from srcgrad.rules.operation import OPS
from srcgrad.rules.registry import infer

BROADCAST: tuple[Dim, ...] = (1,)
Assumed = Literal["none", "in operations", "all"]
Path = tuple[tuple[int, int], ...]  # (statement, block in it), the outermost first


class Home(NamedTuple):
    """Where a size appears with none before it: the block, the statement after which it is there, and the
    array.
    """

    path: Path
    at: int  # the number of the statement; -1: before the first of its block
    name: str
    axis: int
    order: int


def assume_sizes(function: Function, names: Names, which: Assumed) -> Function:
    """The function with sizes that meet taken for equal, and tests of it.

    Those "in operations" are those of which an adjoint would undo a broadcast. A function of which
    others would see that it ran twice is left as it is.
    """
    if which == "none" or seen(function):
        return function
    return _Sizes(function, names, which == "all").run()


def seen(function: Function) -> bool:
    """Whether a run leaves traces outside: output, or arrays that it writes into."""
    alias = aliases(function, strict=False)
    return any(map(alias.is_buffer, function.params)) or any(
        isinstance(s, Let) and (OPS[s.op].foreign or (OPS[s.op].effect and not quiet(s)))
        for s in ir.walk(function.body)
    )


def quiet(let: Let) -> bool:
    """Whether a statement for effect has none outside of the function."""
    return let.op in (*ir.STORES, *ir.TAPES, *ir.CONTEXTS) or OPS[let.op].asserts


class _Sizes:
    def __init__(self, function: Function, names: Names, every: bool) -> None:
        self.function = function
        self.names = names
        self.every = every
        self.numbers: list[tuple[Dim, int]] = []  # sizes, and the numbers that they meet
        self.broadcast: set[Dim] = set()  # sizes that meet in operations
        self.sizes = Sizes(names)
        self.homes: dict[Dim, list[Home]] = defaultdict(list)  # one for each path to the size
        self.unrelated = unrelated(function)
        self.partial = may_be_undefined(function.body)
        self.given = {d for p in function.params for d in self.shape(p)}
        for param in function.params:
            self.appears(param, (), -1)
        self.number(function.body, ())

    def shape(self, name: str) -> tuple[Dim, ...]:
        kind = self.names.kinds[name]
        return kind.shape or () if kind.base == "array" else ()

    # --- where sizes come from --------------------------------------------------------------

    def appears(self, name: str, path: Path, at: int) -> None:
        if name in self.partial:  # a path leaves it without a value
            return
        for axis, dim in enumerate(self.shape(name)):
            homes = self.homes[dim] if isinstance(dim, str) else None
            if homes is not None and not any(is_within(path, home.path) for home in homes):
                order = homes[0].order if homes else len(self.homes)
                homes.append(Home(path, at, name, axis, order))

    def number(self, block: Block, path: Path) -> None:
        for at, statement in enumerate(block):
            for k, inner in enumerate(ir.blocks(statement)):
                within = (*path, (at, k))
                for name in ir.local(statement):
                    self.appears(name, within, -1)
                self.number(inner, within)
            for name in ir.defined(statement):
                self.appears(name, path, at)

    # --- which are one ----------------------------------------------------------------------

    def run(self) -> Function:
        for statement in ir.walk(self.function.body):
            for dims in self.meetings(statement):
                number = next((dim for dim in dims if isinstance(dim, int)), None)
                first, *others = sorted(dims - {number}, key=str)
                for dim in others:
                    self.sizes.join(first, dim)
                if number is not None:
                    self.numbers.append((first, number))
                if isinstance(statement, Let) and self.shapes_of(statement):
                    self.broadcast.add(first)
        classes: dict[Dim, list[Dim]] = defaultdict(list)
        for dim in self.homes:
            classes[self.sizes.root(dim)].append(dim)
        numbers: dict[Dim, set[int]] = defaultdict(set)
        for dim, number in self.numbers:
            numbers[self.sizes.root(dim)].add(number)
        of_use = {self.sizes.root(dim) for dim in self.broadcast}
        self.sizes.same = {}
        self.tests: list[tuple[Home, Dim, Dim]] = []
        for root, members in classes.items():
            if self.every or root in of_use:
                self.settle(members, numbers[root])
        if not self.sizes.same:
            return self.function
        self.sizes.same.update(sizes_of_items(self.function, self.names, self.sizes.root))
        tests = [test for test in self.tests if not self.follows(*test[:2])]
        for name, kind in self.names.kinds.items():
            self.names.kinds[name] = self.sizes.resized(kind)
        return self.with_tests(tests)

    def meetings(self, statement: Statement) -> Iterator[set[Dim]]:
        """The sizes that meet along each axis; what is one of two arrays is not broadcast."""
        if isinstance(statement, Let):
            yield from self.along(self.shapes_of(statement))
            if OPS[statement.op].check == "check_matmul":
                a, b = map(self.of, statement.args)
                if a and b:  # what a product joins
                    yield from self.along([a[-1:], b[-2:][:1]])
        elif isinstance(statement, If):
            for m in statement.merges:
                yield from self.along([self.of(x) for x in (m.then, m.orelse, m.out)], ())
        else:
            for c in statement.carries:
                shapes = [self.of(x) for x in (c.init, c.phi, c.next, c.out)]
                yield from self.along(shapes, ())

    def of(self, operand: Any) -> tuple[Dim, ...]:
        return self.shape(operand) if isinstance(operand, str) else ()

    def shapes_of(self, let: Let) -> list[tuple[Dim, ...]]:
        op = OPS[let.op]
        if let.op in ("setitem", "additem"):
            x, index, value = let.args
            if not (self.of(x) and self.of(value)):
                return []
            place = infer("getitem", (x, index), self.names.kind)
            return [place.shape or (), self.of(value)] if place.base == "array" else []
        if let.target is None or not (op.elementwise or op.copies or op.on_elements):
            return []
        return [self.of(arg) for arg in (*ir.names(let.args), let.target)]

    def along(
        self, shapes: list[tuple[Dim, ...]], spread: Collection[Dim] = BROADCAST
    ) -> Iterator[set[Dim]]:
        """The sizes along each axis, but for those that are ``spread``."""
        for axis in range(1, max(map(len, shapes), default=0) + 1):
            dims = {shape[-axis] for shape in shapes if len(shape) >= axis}
            dims = dims.difference(spread) - self.unrelated
            symbols = sum(isinstance(dim, str) for dim in dims)
            if len(dims) > 1 and symbols >= len(dims) - 1 and 1 not in dims:
                yield dims

    def settle(self, members: list[Dim], numbers: set[int]) -> None:
        """Let the number that sizes meet stand for them, or the size of a class that appears first
        for those that it is there before.
        """
        if sum(dim in self.given for dim in members) > 1 or len(numbers) > 1:
            return
        parts = (kindlib.parted(dim) for dim in members if isinstance(dim, str))
        if any(less and name in members for name, less in parts):
            return  # it shrinks
        ordered = sorted(members, key=lambda dim: self.homes[dim][0].order)
        first, others = (next(iter(numbers)), ordered) if numbers else (ordered[0], ordered[1:])
        path = () if numbers else self.homes[first][0].path
        for dim in others:
            if all(is_within(home.path, path) for home in self.homes[dim]):
                self.sizes.same[dim] = first
                self.tests += [(home, dim, first) for home in self.homes[dim]]

    def follows(self, home: Home, dim: Dim) -> bool:
        """Whether a size is that of its class because all that it comes from are."""
        made = self.made.get(home.name)
        spread = BROADCAST if isinstance(made, Let) else ()
        if isinstance(made, Let):
            shapes = self.shapes_of(made)[:-1]
        elif isinstance(made, ir.Merge):
            shapes = [self.of(made.then), self.of(made.orelse)]
        elif isinstance(made, ir.Carry):
            shapes = [self.of(made.init), self.of(made.next)]
        else:
            return False
        axis = home.axis - len(self.shape(home.name))
        sizes = {self.sizes.root(s[axis]) for s in shapes if len(s) >= -axis}
        dims = sizes.difference(spread)
        return (
            bool(shapes) and dims == {self.sizes.root(dim)} and all(len(s) >= -axis for s in shapes)
        )

    @cached_property
    def made(self) -> dict[str, Any]:
        """What each name is given by."""
        found: dict[str, Any] = {}
        for s in ir.walk(self.function.body):
            if isinstance(s, Let):
                found[str(s.target)] = s
            elif isinstance(s, If):
                found.update((m.out, m) for m in s.merges)
            else:
                found.update((name, c) for c in s.carries for name in (c.phi, c.out))
        return found

    # --- the tests --------------------------------------------------------------------------

    def with_tests(self, tests: list[tuple[Home, Dim, Dim]]) -> Function:
        added: dict[tuple[Path, int], list[Statement]] = defaultdict(list)
        sizes: dict[Dim, Operand] = {}
        for first in dict.fromkeys(first for _, _, first in tests):
            if isinstance(first, int):
                sizes[first] = Const(first)
                continue
            home = self.homes[first][0]
            shape = self.names.fresh("", kindlib.shape_tuple(self.shape(home.name)))
            size = sizes[first] = self.names.fresh("", kindlib.int_of(first))
            added[home.path, home.at] += [
                Let(shape, "np.shape", (home.name,)),
                Let(size, "getitem", (shape, Const(home.axis))),
            ]
        for home, _, first in tests:
            args = (home.name, Const(home.axis), sizes[first])
            added[home.path, home.at].append(Let(None, "check_size", args))
        body = self.placed(self.function.body, (), added)
        return replace(self.function, body=body)

    def placed(
        self, block: Block, path: Path, added: dict[tuple[Path, int], list[Statement]]
    ) -> Block:
        result = list(added.get((path, -1), ()))
        for at, statement in enumerate(block):
            count = iter(range(2))
            result.append(
                ir.map_blocks(
                    statement,
                    lambda b, at=at, n=count: self.placed(b, (*path, (at, next(n))), added),
                )
            )
            result += added.get((path, at), ())
        return tuple(result)


def is_within(path: Path, outer: Path) -> bool:
    """Whether a block is another, or stands in it."""
    return path[: len(outer)] == outer
