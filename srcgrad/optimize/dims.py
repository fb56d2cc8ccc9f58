"""Sizes that are equal because one slice or mask gives them: ``A[j:, j]`` and ``A[j:, k]``.

The walk gives each run-time slice, and what each mask selects, a size of its own. Here the sizes of
one dimension under one slice become one, and those under one mask, and with them those of what is
computed elementwise from such pieces. The kind of a slice or mask then names it, so that pieces which
the adjoint takes have these sizes, too.
"""

from __future__ import annotations

from dataclasses import replace

from srcgrad.analysis.alias import aliases
from srcgrad.ir import nodes as ir
from srcgrad.ir.kinds import Dim, Kind, of_constant, resized
from srcgrad.ir.nodes import Const, Function, Let
from srcgrad.rules.builder import Names
from srcgrad.rules.indexing import consumed, is_advanced, slice_dim
from srcgrad.rules.operation import OPS, Arg


def unify_sizes(function: Function, names: Names) -> Function:
    """Make equal sizes one symbol in the kinds of all names."""
    found = Sizes(names)
    lets = [s for s in ir.walk(function.body) if isinstance(s, Let) and s.target]
    found.masks(function, lets)
    for _ in range(3):
        before = len(found.same)
        for let in lets:
            if let.op == "getitem":
                found.piece(let)
            else:
                found.elementwise(let)
        if len(found.same) == before:
            break
    if found.same:
        for name, kind in names.kinds.items():
            names.kinds[name] = found.resized(kind)
    return function


class Sizes:
    def __init__(self, names: Names) -> None:
        self.names = names
        self.same: dict[Dim, Dim] = {}  # symbol -> the symbol that stands for it

    def root(self, dim: Dim) -> Dim:
        while dim in self.same:
            dim = self.same[dim]
        return dim

    def join(self, a: Dim, b: Dim) -> None:
        a, b = self.root(a), self.root(b)
        if a != b and isinstance(a, str) and isinstance(b, str):
            self.same[b] = a

    def masks(self, function: Function, lets: list[Let]) -> None:
        """Name the masks that nothing writes into."""
        used = {let.args[1] for let in lets if let.op == "getitem" and isinstance(let.args[1], str)}
        masks = [n for n in used if self.names.kinds[n].is_mask]
        alias = aliases(function, strict=False) if masks else None
        for name in masks:
            if alias is not None and not alias.is_buffer(name):
                self.names.kinds[name] = replace(self.names.kinds[name], dim=name)

    def piece(self, let: Let) -> None:
        """The sizes of ``x[i, a:b]``, each from the dimension of ``x`` that it comes from."""
        x, index = let.args
        source = self.names.kinds[x].shape if isinstance(x, str) else None
        result = self.names.kinds[str(let.target)].shape
        parts = index if isinstance(index, tuple) else (index,)
        if source is None or result is None or self.names.kinds[x].base != "array":
            return
        if isinstance(index, str) and self.names.kinds[index].is_mask:
            if self.names.kinds[index].dim is not None and result:
                self.join(index, result[0])
            return
        args = [
            Arg(of_constant(p.value), p.value) if isinstance(p, Const) else Arg(self.names.kinds[p])
            for p in parts
        ]
        if any(
            is_advanced(arg)
            or arg.const is None
            or arg.const is Ellipsis
            or arg.kind.base not in ("int", "slice", "scalar")
            for arg in args
        ):
            return
        axis = place = 0
        for part, arg in zip(parts, args, strict=True):
            if arg.kind.base == "slice":
                if isinstance(part, str) and place < len(result):
                    self.names.kinds[part] = replace(arg.kind, dim=part)
                    cut = slice_dim(Arg(self.names.kinds[part]), self.root(source[axis]))
                    self.join(cut, result[place])
                place += 1
            axis += consumed(arg)

    def elementwise(self, let: Let) -> None:
        """The sizes of a result, of operands that all have one shape."""
        rule = OPS[let.op].rule
        kind = self.names.kinds[str(let.target)]
        if (
            kind.base != "array"
            or kind.shape is None
            or (not OPS[let.op].copies and (rule is None or rule.style != "elementwise"))
        ):
            return
        kinds = [self.names.kinds[name] for name in ir.names(let.args)]
        shapes = {
            tuple(map(self.root, k.shape or ()))
            for k in kinds
            if not k.immutable and k.base == "array"
        }
        if any(
            k.base not in ("array", "scalar", "float", "int", "bool")
            or (k.base == "array" and k.shape is None)
            for k in kinds
        ):
            return
        if len(shapes) == 1:
            shape = shapes.pop()
            if len(shape) == len(kind.shape):
                for mine, given in zip(kind.shape, shape, strict=True):
                    self.join(given, mine)

    def resized(self, kind: Kind) -> Kind:
        """A kind with the symbols that stand for its own."""
        return resized(kind, self.root)
