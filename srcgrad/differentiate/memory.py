"""Adjoints of reads and stores: subscripts, lists and tapes."""

from __future__ import annotations

from typing import Any

from srcgrad.analysis.alias import index_parts
from srcgrad.analysis.shadows import without_new_axes
from srcgrad.differentiate.sweeping import ELSEWHERE, Sweeping
from srcgrad.ir import kinds as kindlib
from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import LISTS, Carry, Const, For, Let, Operand
from srcgrad.rules.builder import Builder
from srcgrad.rules.indexing import is_advanced
from srcgrad.rules.operation import OPS


class Memory(Sweeping):
    """Reverse mode of what is read from and stored into arrays and lists."""

    def read(self, statement: Let, y_bar: Operand) -> None:
        """``y = x[i]``: ``x_bar[i] += y_bar``"""
        x, index = statement.args
        if x not in self.active:
            return
        if self.kind(x).base == "list":
            if self.holds_twins(statement):
                return
            have = self.b.emit("getitem", self.shadow_of(x), index)
            total = self.b.emit("add", have, y_bar, kind=self.kind(have))
            self.b.effect("setitem", self.shadow_of(x), index, total)
            return
        undone = without_new_axes(statement, self.names.kinds)
        if undone is not None:
            if self.kind(y_bar).base != "array":
                y_bar = self.b.emit("spread", y_bar, str(statement.target))
            self.accumulate(x, self.b.emit("getitem", y_bar, Const(undone)), ELSEWHERE)
            return
        axes = self.kind(str(statement.target)).shape or ()
        ones = (1,) * len(axes)
        if axes and axes == ones == self.kind(y_bar).shape and self.kind(x).shape == ():
            y_bar, index = self.b.emit("getitem", y_bar, Const((0,) * len(ones))), Const(())
        repeated = self.gathers(index)
        self.b.effect("add_at" if repeated else "additem", self.shadow_of(x), index, y_bar)

    def copies(self, index: Any) -> bool:
        """Whether a subscript gives a copy: where an array is part of it."""
        return any(is_advanced(part) for part in index_parts(index, self.names.kinds))

    def gathers(self, index: Any) -> bool:
        """Whether an index may name an element twice."""
        return any(
            is_advanced(part) and part.kind.dtype != "bool"
            for part in index_parts(index, self.names.kinds)
        )

    def store(self, statement: Let) -> tuple[ir.Statement, ...]:
        """``x[i] = v``: take ``x_bar[i]``, clear it, restore ``x[i]``, and hand it to ``v``."""
        if OPS[statement.op].deep:
            return self.store_pieces(statement)
        x, index, value = statement.args
        if self.kind(x).base == "list":
            return self.store_item(statement)
        piece = None
        if x in self.active:
            shadow = self.shadow_of(x)
            gathers = self.gathers(index)
            active = isinstance(value, str) and value in self.active
            if active:
                if statement.op == "setitem" and gathers:
                    piece = self.b.emit("stored_adjoint", shadow, index)
                else:
                    piece = self.b.emit("getitem", shadow, index)
                    if not self.copies(index) and not self.kind(piece).immutable:
                        piece = self.b.emit("np.copy", piece)
            if statement.op == "setitem":
                self.b.effect("setitem", shadow, index, Const(0.0))
        kept = self.keep_piece(statement) if x not in self.originals else ()
        if piece is not None:
            used = ELSEWHERE if x in self.companions else None
            self.accumulate(value, self.fit(piece, value), used)
        return (*kept, statement) if x not in self.originals else ()

    def store_item(self, statement: Let) -> tuple[ir.Statement, ...]:
        """``xs[k] = v`` of a list, which is not undone: no adjoint reads the list itself."""
        xs, index, value = statement.args
        if xs not in self.active:
            return (statement,)
        shadow = self.shadow_of(xs)
        keep = Builder(self.names, adjoint=True)
        keep.origin, keep.site = statement.origin, self.b.site
        if self.holds_twins(statement):
            if self.is_undone(xs):
                self.b.effect("setitem", shadow, index, keep.emit("getitem", shadow, index))
            return (*keep.take(), statement, *self.twin_of(statement))
        piece = self.b.emit("getitem", shadow, index)
        old = str(keep.emit("getitem", xs, index, base=ir.base(xs)))
        self.b.effect("setitem", shadow, index, self.zero(old))
        self.accumulate(value, self.fit(piece, value) if isinstance(value, str) else None)
        return (*keep.take(), statement)

    def store_pieces(self, statement: Let) -> tuple[ir.Statement, ...]:
        """``x[k] += v[k]`` for all items of a list."""
        xs, value, *rest = statement.args
        if xs in self.active and value in self.active and statement.op == "add_items":
            self.b.effect("add_items", self.shadow_of(value), self.shadow_of(xs))
        elif xs in self.active and value in self.active:
            (axis,) = rest
            op = "stacked" if statement.op == "add_pieces" else "joined"
            self.accumulate(value, self.b.emit(op, self.shadow_of(xs), axis, kind=self.kind(value)))
        return (statement,)

    def keep_piece(self, statement: Let) -> tuple[Let, ...]:
        """Forward: ``old = x[i]``; backward: ``x[i] = old``. Dropped later if nothing reads it."""
        x, index, _ = statement.args
        keep = Builder(self.names, adjoint=True)
        keep.origin, keep.site = statement.origin, self.b.site
        old = keep.emit("getitem", x, index)
        if not self.kind(old).immutable and not self.copies(index):
            old = keep.emit("np.copy", old, base=ir.base(x))
        self.b.effect("setitem", x, index, old)
        return tuple(keep.take())  # type: ignore[arg-type]

    def list_operation(self, statement: Let, y_bar: str) -> None:
        """``[a, b]``, ``np.stack(xs)``, ``np.concatenate(xs)`` of a list ``xs``."""
        if statement.op == "list_of":
            for k, item in enumerate(ir.leaves(statement.args[0])):
                if isinstance(item, str) and item in self.active and item not in self.twins:
                    self.accumulate(item, self.b.emit("getitem", y_bar, Const(k)))
        else:
            xs, axis, *_ = statement.args
            if self.holds_written(xs):
                self.add_to_items(statement, y_bar)
                return
            op = "add_pieces" if statement.op == "stacked" else "add_parts"
            self.b.effect(op, self.shadow_of(xs), y_bar, axis)

    def holds_written(self, xs: str) -> bool:
        """Whether a list holds arrays that are written, whose adjoints are added to in place."""
        return xs in self.twins and any(
            item in self.twins
            and self.kind(item).base == "array"
            and self.alias.root(holder) == self.alias.root(xs)
            for holder, item in self.alias.holds
        )

    def add_to_items(self, statement: Let, y_bar: str) -> None:
        """Each piece of an array's adjoint is added to that of the item it was made of."""
        xs, axis, *_ = statement.args
        pieces = self.b.emit("np.moveaxis", y_bar, axis, Const(0))
        start, then, end = (self.names.fresh("", kindlib.INT) for _ in range(3))
        if statement.op == "stacked":
            self.add_to_each(xs, lambda k, item: self.b.emit("getitem", pieces, k))
            return

        def part(k: str, item: Operand) -> Operand:
            size = self.b.size(item, axis)
            self.b.add(Let(then, "add", (start, size), self.b.origin, True, self.b.site))
            cut = self.b.emit("slice", start, then, Const(None))
            return self.b.emit("np.moveaxis", self.b.emit("getitem", pieces, cut), Const(0), axis)

        self.add_to_each(xs, part, (Carry(start, Const(0), then, end),))

    def add_to_each(self, xs: str, part: Any, carries: tuple[Carry, ...] = ()) -> None:
        """The adjoint of item ``k`` of a list of written arrays receives ``part(k, it)``, in place."""
        shadow = self.twins[xs]
        k = self.names.fresh("", kindlib.INT)
        count = self.b.emit("len", shadow)
        with self.b.nested() as inner:
            item = self.b.emit("getitem", shadow, k)
            self.b.effect("additem", item, Const(Ellipsis), part(k, item))
        self.b.add(For(k, Const(0), count, Const(1), carries, inner.block, self.b.origin, True))

    def push(self, statement: Let) -> None:
        """``push(T, x)``: ``x_bar += pop(T_bar)``; nothing is added if it is ``x_bar`` itself."""
        tape, value = statement.args
        if tape in self.active and self.holds_twins(statement):
            if self.is_undone(tape):  # what is popped has a name, by which this pop is undone
                self.b.add(
                    Let(
                        self.fresh_bar(value),
                        "pop",
                        (self.twins[tape],),
                        self.b.origin,
                        True,
                        self.b.site,
                    )
                )
        elif tape in self.active:
            base = self.bar_name(value) if isinstance(value, str) else ""
            kind = self.adjoint_kind(value) if isinstance(value, str) else kindlib.FLOAT
            popped = self.names.fresh(base, kind)
            self.b.add(
                Let(popped, "pop", (self.shadow_of(tape),), self.b.origin, True, self.b.site)
            )
            self.accumulate(value, popped)

    def pop(self, statement: Let) -> None:
        """``x = pop(T)``: ``push(T_bar, x_bar)``"""
        target, tape = str(statement.target), statement.args[0]
        if target in self.active and self.holds_twins(statement):
            if self.is_undone(tape):
                self.b.effect("push", self.twins[tape], self.twins[target])
        elif target in self.active:
            value = self.adjoint_of(target)
            if value is None:
                value = self.zero(target)
            self.b.effect("push", self.shadow_of(tape), value)

    def is_undone(self, xs: str) -> bool:
        """Whether the changes of a list of twins are undone: some adjoint reads all of the list."""
        return any(
            isinstance(s, Let)
            and (s.op in LISTS or OPS[s.op].deep)
            and self.alias.root(s.args[0]) == self.alias.root(xs)
            for s in ir.walk(self.function.body)
        )
