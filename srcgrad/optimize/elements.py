"""Elements of arrays: what was just read or stored is not read again.

Before::

    t = x_bar[i]
    x_bar[i] = 0.0
    x_bar[i] += k * t

After::

    t = x_bar[i]
    x_bar[i] = k * t

Within a block, what is known of an element ends with a store to the same array at a place that may
be the same. An adjoint that would be added to a zero is stored instead, as the first contribution
to a variable is assigned: it may be -0.0 where the sum was 0.0.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from srcgrad.analysis.alias import aliases
from srcgrad.analysis.reads import content_reads
from srcgrad.ir import nodes as ir
from srcgrad.ir.kinds import Kind
from srcgrad.ir.nodes import Block, Const, Function, Let, Statement
from srcgrad.optimize.simplify import hashable
from srcgrad.rules.builder import Names
from srcgrad.rules.operation import OPS

ZERO = Const(0.0)


def known_elements(function: Function, names: Names) -> Function:
    """The function without reads and stores of elements that are known."""
    found = _Elements(function, names)
    body = found.block(function.body)
    return replace(function, body=body, result=ir.rename(function.result, found.table))


class Key:
    """A place: an array and an index."""

    def __init__(self, array: str, index: Any) -> None:
        self.array, self.index = array, index
        self.identity = (array, hashable(index))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Key) and self.identity == other.identity

    def __hash__(self) -> int:
        return hash(self.identity)


class _Known:
    """What is known at one point of a block."""

    def __init__(self) -> None:
        self.value: dict[Key, Any] = {}
        self.stored: dict[Key, int] = {}  # last stores that nothing has read
        self.zeros: dict[str, list[Any]] = {}  # new arrays: where they are not 0

    def read(self, root: str, root_of: Any) -> None:
        for key in [key for key in self.stored if root_of(key.array) == root]:
            del self.stored[key]

    def write(self, root: str, key: Key | None, root_of: Any) -> None:
        """A store to ``key``, or anywhere in the class."""
        for have in [have for have in self.value if root_of(have.array) == root]:
            if key is None or have.array != key.array or not disjoint(have.index, key.index):
                del self.value[have]
        for name in [name for name in self.zeros if root_of(name) == root]:
            if key is None or name != key.array:
                del self.zeros[name]
            else:
                self.zeros[name].append(key.index)

    def is_zero(self, key: Key) -> bool:
        if self.value.get(key) == ZERO:
            return True
        return key.array in self.zeros and all(
            disjoint(key.index, at) for at in self.zeros[key.array]
        )


class _Elements:
    def __init__(self, function: Function, names: Names) -> None:
        self.function = function
        self.names = names
        self.alias = aliases(function, strict=False)
        self.root = self.alias.root
        self.table: dict[str, Any] = {}
        self.views = {
            str(s.target): s
            for s in ir.walk(function.body)
            if isinstance(s, Let) and s.op == "getitem" and isinstance(s.args[0], str)
        }

    def block(self, block: Block) -> Block:
        known = _Known()
        result: list[Statement | None] = []
        for statement in block:
            if isinstance(statement, Let):
                args = ir.rename(statement.args, self.table)
                self.let(ir.with_args(statement, args), known, result)
            else:
                result.append(self.compound(statement, known))
        return ir.as_block((item for item in result if item is not None), block)

    def compound(self, statement: Statement, known: _Known) -> Statement:
        inner = ir.map_blocks(statement, self.block)
        for item in ir.walk((statement,)):
            if isinstance(item, Let):
                self.forget(item, known)
        return ir.map_operands(inner, self.table)

    def forget(self, let: Let, known: _Known) -> None:
        """What a statement that is not looked into may read and write."""
        self.read(content_reads(let, self.function), known)
        for root in self.alias.changed(let):
            known.read(root, self.root)
            known.write(root, None, self.root)
        if (OPS[let.op].foreign and OPS[let.op].effect) or let.op == "observed":
            known.value.clear()
            known.stored.clear()
            known.zeros.clear()

    def read(self, names: Iterable[str], known: _Known) -> None:
        """The content of arrays, and of what lists of them hold, is read."""
        for name in names:
            for root in self.alias.reach(name):
                known.read(root, self.root)

    def let(self, let: Let, known: _Known, result: list[Statement | None]) -> None:
        key = self.key(let)
        if key is None:
            self.forget(let, known)
            if OPS[let.op].copies:
                self.copy(let, known)
            if let.target and OPS[let.op].zeros and self.names.kinds[let.target].ndim:
                known.zeros[str(let.target)] = []
            result.append(let)
        elif let.op == "getitem":
            self.getitem(let, key, known, result)
        else:
            self.store(let, key, known, result)

    def copy(self, let: Let, known: _Known) -> None:
        """What was copied is what stands there: putting it back changes nothing."""
        source = let.args[0]
        if not isinstance(source, str) or self.alias.is_buffer(str(let.target)):
            return
        known.value[Key(source, Const(Ellipsis))] = let.target
        view = self.views.get(source)
        if view is not None and self.is_plain(view.args[1]):
            known.value[Key(*view.args)] = let.target

    def key(self, let: Let) -> Key | None:
        """The place that a statement reads or stores to, if it is one that can be known."""
        if let.op not in ("getitem", "setitem", "additem") or not isinstance(let.args[0], str):
            return None
        x, index = let.args[:2]
        if self.names.kinds[x].base != "array" or not self.names.kinds[x].floating:
            return None
        if let.op == "getitem" and not self.is_element(x, index):
            return None
        if let.op == "additem" and any(self.root(n) == self.root(x) for n in ir.names(let.args[2])):
            return None
        return Key(x, index) if self.is_plain(index) else None

    def is_plain(self, index: Any) -> bool:
        """Whether an index holds numbers, slices and masks that nothing writes into."""
        parts = index if isinstance(index, tuple) else (index,)
        return all(
            self.names.kind(part).base in ("int", "slice", "tuple")
            or part == Const(Ellipsis)
            or (
                isinstance(part, str)
                and self.names.kinds[part].is_mask
                and not self.alias.is_buffer(part)
            )
            for part in parts
        )

    def is_element(self, x: str, index: Any) -> bool:
        parts = index if isinstance(index, tuple) else (index,)
        kinds = [self.names.kind(part) for part in parts]
        return all(kind.base == "int" for kind in kinds) and (
            len(parts) == self.names.kinds[x].ndim
        )

    def keeps(self, value: Any, x: str) -> bool:
        """Whether what is stored in an array is read from it as what it was."""
        kind: Kind = self.names.kind(value)
        return kind.base == "scalar" and kind.dtype == self.names.kinds[x].dtype

    def getitem(self, let: Let, key: Key, known: _Known, result: list[Statement | None]) -> None:
        value = known.value.get(key)
        if isinstance(value, str) and self.keeps(value, key.array):
            self.table[str(let.target)] = value
            return
        known.read(self.root(key.array), self.root)
        known.value[key] = let.target
        result.append(let)

    def store(self, let: Let, key: Key, known: _Known, result: list[Statement | None]) -> None:
        root = self.root(key.array)
        value = let.args[2]
        if let.op == "setitem" and isinstance(value, str) and known.value.get(key) == value:
            return  # it stands there
        self.read(ir.names(value), known)
        if let.op == "additem":
            have = known.value.get(key)
            if let.adjoint and known.is_zero(key):
                let = replace(let, op="setitem")
            elif (
                isinstance(have, str)
                and self.keeps(have, key.array)
                and (self.keeps(value, key.array) or self.names.kind(value).base == "float")
            ):
                total = self.names.fresh("", self.names.kinds[have])
                result.append(
                    replace(let, target=total, op="add", args=(have, value), adjoint=True)
                )
                let = replace(let, op="setitem", args=(key.array, key.index, total))
        if let.op == "additem":
            known.read(root, self.root)
            known.write(root, key, self.root)
            result.append(let)
            return
        last = known.stored.pop(key, None)
        if last is not None:
            result[last] = None
        known.write(root, key, self.root)
        known.stored[key] = len(result)
        stored = let.args[2]
        if stored == ZERO or self.is_element(key.array, key.index):
            known.value[key] = stored
        result.append(let)


def disjoint(a: Any, b: Any) -> bool:
    """Whether two indices surely name different elements."""
    if isinstance(a, tuple) and isinstance(b, tuple):
        return len(a) == len(b) and any(map(disjoint, a, b))
    if not (isinstance(a, Const) and isinstance(b, Const)):
        return False
    if type(a.value) is not int or type(b.value) is not int:
        return False
    return a.value != b.value and (a.value < 0) == (b.value < 0)
