"""Sums of products in which one factor lacks an axis are contractions: no array of products is made.

Before::                                          After::

    t = np.expand_dims(w, 2) * d                  u_bar = np.einsum("ij,ijk->ik", w, d)
    u_bar = np.sum(t, axis=1)                     v_bar = np.einsum("ij,ijk->jk", w, d)
    v_bar = np.sum(t, axis=0)

Of the reverse sweep alone: the sums of the program itself are added up as it says. Sums along the last axis stay,
which NumPy adds up in pairs, but for those of matrices, which are products with a vector.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from srcgrad.analysis.alias import aliases
from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import Block, Const, Function, Let, Statement
from srcgrad.optimize.patterns import again
from srcgrad.rules.builder import Builder, Names
from srcgrad.rules.operation import OPS

LETTERS = "ijklmnop"


def contracted(function: Function, names: Names) -> Function:
    """The function with contractions; the products that nothing reads any more are left."""
    work = _Contractions(function, names)
    return ir.updated(function, body=work.block(function.body)) if work.sums else function


class _Contractions:
    def __init__(self, function: Function, names: Names) -> None:
        self.names = names
        self.b = Builder(names, adjoint=True)
        self.alias = aliases(function, strict=False)
        self.known: dict[Any, Any] = {}  # factors without axes, in the block at hand
        lets = [s for s in ir.walk(function.body) if isinstance(s, Let)]
        self.made = {s.target: s for s in lets}
        self.uses = Counter(ir.all_uses(function.body))
        self.uses.update(ir.names(function.result))
        candidates = [s for s in lets if s.adjoint and self.is_sum(s)]
        read = Counter(s.args[0] for s in candidates)
        self.sums = {s.target: s for s in candidates if read[s.args[0]] == self.uses[s.args[0]]}

    def is_sum(self, let: Let) -> bool:
        """Whether this is a sum of products along one axis, of which one factor lacks an axis."""
        if let.op != "np.sum" or not isinstance(let.args[0], str):
            return False
        product, axis = self.made.get(let.args[0]), let.args[1]
        if product is None or not product.adjoint or product.op != "mul":
            return False
        if let.args != OPS["np.sum"].complete((let.args[0], axis)) or not isinstance(axis, Const):
            return False
        shapes = [self.shape(x) for x in (product.target, *product.args)]
        if any(shape is None or len(shape) != len(shapes[0] or ()) for shape in shapes):
            return False
        rank = len(shapes[0] or ())
        if not 2 <= rank <= len(LETTERS) or type(axis.value) is not int:
            return False
        if any(self.alias.is_buffer(str(x)) for x in product.args):
            return False  # it may be another one when it is added up
        pairs = [p for own in shapes[1:] for p in zip(own or (), shapes[0] or (), strict=True)]
        if any(own not in (1, whole) for own, whole in pairs):
            return False  # it may be broadcast, and nobody knows
        lacking = [self.lacking(x, str(product.target)) for x in product.args]
        if sorted(map(bool, lacking)) != [False, True]:
            return False
        return axis.value % rank < rank - 1 or (rank == 2 and [0] in lacking)

    def shape(self, x: Any) -> tuple[Any, ...] | None:
        kind = self.names.kind(x)
        return kind.shape if kind.base == "array" and kind.dtype == "float64" else None

    def lacking(self, factor: Any, product: str) -> list[int]:
        """The axes along which a factor is one number."""
        pairs = zip(self.shape(factor) or (), self.shape(product) or (), strict=True)
        return [axis for axis, (own, whole) in enumerate(pairs) if own == 1 and whole != 1]

    def block(self, block: Block) -> Block:
        found: list[Statement] = []
        around, self.known = self.known, dict(self.known)
        for s in block:
            if isinstance(s, Let) and s.target in self.sums:
                found += self.contraction(s)
            else:
                found.append(ir.map_blocks(s, self.block))
        self.known = around
        return ir.as_block(found, block)

    def contraction(self, let: Let) -> Block:
        product = self.made[let.args[0]]
        rank = len(self.shape(product.target) or ())
        axis = let.args[1].value % rank
        self.b.origin, self.b.site = let.origin, let.site
        small, large = sorted(product.args, key=lambda x: not self.lacking(x, str(product.target)))
        axes = self.lacking(small, str(product.target))
        small = self.without(small, axes)
        if axes == [axis]:
            total = self.b.emit("np.sum", large, Const(axis))
            return *self.b.take(), again(let, "mul", small, total)
        if rank == 2:
            factors = (small, large) if axis == 0 else (large, small)
            return *self.b.take(), again(let, "matmul", *factors)
        term, whole, out = (
            "".join(LETTERS[k] for k in range(rank) if k not in left_out)
            for left_out in (axes, [], [axis])
        )
        args = OPS["np.einsum"].complete((Const(f"{term},{whole}->{out}"), (small, large)))
        return *self.b.take(), again(let, "np.einsum", *args)

    def without(self, factor: Any, axes: list[int]) -> Any:
        """A factor without these axes, of which it has one element."""
        key = factor, tuple(axes)
        if key not in self.known:
            self.known[key] = self.found_without(factor, axes)
        return self.known[key]

    def found_without(self, factor: Any, axes: list[int]) -> Any:
        made, rank = self.made.get(factor), len(self.shape(factor) or ())
        index = tuple(None if k in axes else slice(None) for k in range(rank))
        if made is not None and made.op == "getitem" and made.args[1] == Const(index):
            return made.args[0]
        if made is not None and made.op == "np.expand_dims" and axes == [made.args[1].value % rank]:
            return made.args[0]
        scaled = made is not None and made.op == "mul" and self.names.kind(made.args[0]).immutable
        if made is not None and scaled and not self.alias.is_buffer(str(made.args[1])):
            return self.b.emit("mul", made.args[0], self.without(made.args[1], axes))
        first = tuple(0 if k in axes else slice(None) for k in range(rank))
        return self.b.emit("getitem", factor, Const(first))
