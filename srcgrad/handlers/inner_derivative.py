"""One derivative inside of a function that is differentiated: its primal, and what comes of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from srcgrad.errors import CotangentError
from srcgrad.ir import kinds
from srcgrad.ir import nodes as ir
from srcgrad.ir.kinds import Kind, same_shape
from srcgrad.ir.marks import is_mark
from srcgrad.ir.nodes import Const, Function, Operand
from srcgrad.ir.trees import map_tree
from srcgrad.rules.kept import unseen
from srcgrad.rules.operation import Unjoined
from srcgrad.values.abstract import Value
from srcgrad.values.library_objects import is_sparse
from srcgrad.values.objects import ObjectV
from srcgrad.values.sequences import TupleV
from srcgrad.values.signature import Structure
from srcgrad.values.trees import abstract, parts, refuse_output, tree_of
from srcgrad.values.walk import Walk

ENGINE: dict[str, Any] = {}  # the passes, which stand behind the front end


class Inner:
    """A function elaborated by itself at these arguments, to be differentiated by ``argnums``."""

    def __init__(
        self, e: Walk, function: Any, args: list[Any], argnums: tuple[int, ...] | None
    ) -> None:
        self.e = e
        self.args = args
        self.argnums = tuple(range(len(args))) if argnums is None else tuple(argnums)
        self.table: dict[str, Any] = {}  # parameter -> the operand that is passed for it
        values, specs, inputs = [], [], []
        before = e.store.snapshot()
        with e.b.nested() as inner:
            for k, arg in enumerate(args):
                value, spec, tree = arg, Const(None), Const(None)
                if k in self.argnums:
                    value, spec, tree = self.parameter(arg, ("parameter", k))
                values.append(value)
                specs.append(spec)
                inputs.append(tree)
            self.result = e.returned(e.call(function, values, {}))
            refuse_output(e, self.result)
            output = tree_of(e, self.result)
        self.primal = self.function(inner.block, tuple(inputs), tuple(specs), output)
        self.assume(e.contiguous)
        if any(number < 0 for number, _ in e.store.changed(before)):
            raise e.refuse(
                "a function that is differentiated inside changes what lies outside",
                "what is read there afterwards would be what it was before",
                "return what is to be kept, and keep it in the outer function",
            )
        e.store.content.update(before)  # a derivative changes nothing

    # --- the primal -------------------------------------------------------------------------

    def parameter(self, value: Any, place: tuple[Any, ...]) -> tuple[Any, Any, Any]:
        """An argument with its floating leaves as parameters: the value, its spec, its tree.

        A list among them is told from others of this call by its ``place``.
        """
        e = self.e
        if isinstance(value, str | Const):
            kind = e.b.kind(value)
            if not kind.floating:
                return value, Const(None), value
            base = ir.base(value) if isinstance(value, str) else ""
            name = e.b.names.fresh(base or "x", kind)
            self.table[name] = value
            return name, kind, name
        cls, keys, items = parts(e, value)
        if not isinstance(value, Value) or cls is None:
            return value, Const(None), Const(None)
        found = [self.parameter(item, (*place, key)) for key, item in zip(keys, items, strict=True)]
        values = [item[0] for item in found]
        trees = [item[2] for item in found]
        spec = Structure(cls, keys, tuple(item[1] for item in found))
        return value.rebuilt(e, keys, values, e.stand_in(place)), spec, value.tree(keys, trees)

    def function(self, block: Any, inputs: Any, specs: Any, output: Any) -> Any:
        """The block as a function; what it reads from outside are parameters, too."""
        e, names = self.e, self.e.b.names
        for old, hint in e.hints.items():
            names.kinds[f"{hint}{old}"] = names.kinds[old]
        block = e.hinted_block(block)
        output = e.hinted(output)
        inside = {name for s in ir.walk(block) for name in (*ir.defined(s), *ir.local(s))} | set(
            self.table
        )
        read = [*ir.all_uses(block), *ir.names(output)]
        free = [name for name in dict.fromkeys(read) if name not in inside]
        function = Function(
            e.frame.source.name, (*self.table, *free), block, output, names.kinds, e.b.origin
        )
        captures = [ENGINE["capture"](name, names.kinds[name], None) for name in free]
        return ENGINE["primal"](function, names, inputs, specs, captures, [], output)

    def assume(self, names: Iterable[str]) -> None:
        """The operands that are passed for these parameters must be C-contiguous."""
        found = {self.table.get(name, name) for name in names}
        self.e.contiguous = [name for name in self.e.contiguous if name not in self.table]
        self.e.contiguous += sorted(name for name in found if name not in self.e.contiguous)

    def replace_output(self, output: Any) -> None:
        function = replace(self.primal.function, result=output)
        self.primal = replace(self.primal, function=function, output=output)

    def refuse_seen(self) -> None:
        """Refuse a function that must run once for its value and once more for its derivative."""
        function = self.primal.function
        if not unseen(ir.walk(function.body), function.kinds):
            raise self.e.refuse(
                "a function that draws, prints or calls what is not followed is run again here",
                "inside a function that is differentiated its derivative runs it once more, and that "
                "can be seen",
                "do this outside of it and pass in what comes of it, or take value and derivative in "
                "one call, as srcgrad.value_and_vjp gives them",
            )

    # --- its derivatives --------------------------------------------------------------------

    def vjp(
        self, cotangent: Any, value: bool, aux: bool = False, several: bool = False
    ) -> tuple[Any, Any]:
        """The value, if it is asked for, and the gradients; with ``aux``, of the first output.

        With ``several``, the cotangents may have one axis more.
        """
        e = self.e
        output = self.primal.output[0] if aux else self.primal.output
        leaves = list(ir.leaves(output))
        if cotangent is None or cotangent == Const(None):
            seeds: list[Operand | None] = [self.default_seed(leaves)]
        else:
            seeds = list(self.cotangents(output, cotangent))
        if not value:  # what has no cotangent is not differentiated
            numbers = iter(seeds)
            self.replace_output(
                map_tree(lambda leaf: leaf if next(numbers) is not None else Const(None), output)
            )
        several = several and self.of_several(zip(leaves, seeds, strict=True))
        checked = not several and all(
            seed is None or same_shape(e.b.kind(seed), e.b.kind(leaf)) or e.b.kind(leaf).immutable
            for leaf, seed in zip(leaves, seeds, strict=True)
        )
        adjoint = self.made(
            "adjoint",
            self.primal,
            self.argnums,
            value,
            check_shapes=not checked,
            aux=aux,
            several=several,
        )
        self.assume(adjoint.primal.contiguous)
        table = {name: self.given(seeds[k], leaves[k]) for k, name in adjoint.seeds.items()}
        result = self.place(adjoint.function, table)
        wanted = TupleV(tuple(self.args[k] for k in self.argnums))
        if value:
            return abstract(e, result[0], self.result), abstract(e, result[1], wanted)
        return None, abstract(e, result, wanted)

    def jvp(self, tangents: list[Any]) -> Any:
        e = self.e
        pairs = [
            pair
            for tree, tangent in zip(self.primal.inputs, tangents, strict=True)
            for pair in zip(ir.leaves(tree), self.cotangents(tree, tangent), strict=True)
        ]
        several = self.of_several(pairs)
        moved = self.made("tangent", self.primal, self.argnums, several=several)
        self.assume(moved.primal.contiguous)
        dots = dict(zip(moved.wrt, moved.function.params[-len(moved.wrt) :], strict=True))
        count = self.count_of(pairs) if several else ()
        self.compare(pairs, count)
        table: dict[str, Any] = {}
        for leaf, dot in pairs:
            if leaf in dots:
                operand = self.table[leaf]
                table[dots[leaf]] = self.zeros(operand, count) if dot is None else dot
        value, tangent = self.place(moved.function, table)
        return TupleV((abstract(e, value, self.result), abstract(e, tangent)))

    def made(self, name: str, *args: Any, several: bool, **options: Any) -> Any:
        """An adjoint or a tangent, if need be of several directions at once."""
        try:
            return ENGINE[name](*args, several=several, **options)
        except Unjoined:
            raise self.e.refuse(
                "several directions are taken at once of a function that has no form for them",
                "it keeps lists that grow, or calls itself",
                "take one direction after the other, in a loop",
            ) from None

    def of_several(self, pairs: Iterable[tuple[Any, Any]]) -> bool:
        """Whether each tangent, or cotangent, that is given has one axis more than its leaf."""
        kind = self.e.b.kind
        ranks = [(kind(leaf).ndim, kind(dot).ndim) for leaf, dot in pairs if dot is not None]
        return bool(ranks) and all(
            None not in (leaf, dot) and dot == (leaf or 0) + 1 for leaf, dot in ranks
        )

    def compare(self, pairs: list[tuple[Any, Any]], count: tuple[Operand, ...]) -> None:
        """Tangents have the sizes of the inputs; looked at when they run, where it is not known."""
        kind = self.e.b.kind
        for leaf, dot in pairs:
            if dot is None or (not count and same_shape(kind(leaf), kind(dot))):
                continue
            if kind(leaf).immutable and not count and kind(dot).immutable:
                continue
            if kind(self.table[leaf]).base == "list":
                continue
            shape = (*count, *self.sizes(self.table[leaf]))
            self.e.b.effect("check_cotangent", dot, shape)

    def count_of(self, pairs: Iterable[tuple[Any, Any]]) -> tuple[Operand, ...]:
        """The number of directions."""
        first = next(dot for _, dot in pairs if dot is not None)
        return (self.e.b.size(first, Const(0)),)

    def sizes(self, operand: Operand) -> tuple[Operand, ...]:
        kind = self.e.b.kind(operand)
        return tuple(self.e.b.size(operand, Const(k)) for k in range(kind.ndim or 0))

    def place(self, function: Function, table: dict[str, Any]) -> Any:
        """Put the statements of a derivative where the call stands; its result."""
        table = {**self.table, **table}
        for statement in function.body:
            if not is_mark(statement):
                self.e.b.add(ir.map_operands(statement, table))
        return ir.rename(function.result, table)

    def default_seed(self, leaves: list[Operand]) -> Operand:
        kind = self.e.b.kind(leaves[0]) if len(leaves) == 1 else None
        if kind is None or not kind.floating or any(size != 1 for size in kind.shape or ()):
            what = "several" if kind is None else kinds.describe(kind)
            raise self.e.refuse(
                f"the output of the inner function is {what}, not one number",
                "its gradient needs a cotangent",
                "use srcgrad.vjp with a cotangent, or return a sum",
                error=CotangentError,
            )
        if kind.shape:
            return self.e.b.emit("np.ones", Const(kind.shape), Const(np.dtype(kind.dtype)))
        return Const(np.dtype(kind.dtype).type(1))  # so that 1 / 0 is inf

    def cotangents(self, tree: Any, given: Any) -> Iterator[Operand | None]:
        """The cotangent (or tangent) of each leaf of ``tree``; None for zero."""
        e = self.e
        if isinstance(tree, tuple | list | dict):
            keys = list(tree) if isinstance(tree, dict) else range(len(tree))
            given_parts = (
                [None] * len(keys)
                if given is None or given == Const(None)
                else (self.items(given, keys))
            )
            if isinstance(given, ObjectV) and is_sparse(given.cls):
                self.check_places([tree[key] for key in keys[1:]], list(given_parts[1:]))
            for key, part in zip(keys, given_parts, strict=True):
                yield from self.cotangents(tree[key], part)
        elif given is not None and given != Const(None) and e.b.kind(tree).base == "list":
            yield self.list_given(given, e.b.kind(tree))
        elif given is None or given == Const(None) or not e.b.kind(tree).floating:
            yield None
        else:
            yield self.cast(e.as_operand(given), e.b.kind(tree))

    def check_places(self, own: list[Any], given: list[Any]) -> None:
        """Refuse a derivative of a sparse matrix that may have entries at other places."""
        for mine, other in zip(own, given, strict=True):
            tree = tree_of(self.e, other) if isinstance(other, Value) else other
            nothing = tree is None or all(leaf == Const(None) for leaf in ir.leaves(tree))
            if not nothing and tree != mine:
                raise self.e.refuse(
                    "a sparse matrix is passed as the derivative of another",
                    "whether their entries stand at the same places is not known",
                    "use the .data of both",
                    error=CotangentError,
                )

    def list_given(self, given: Any, want: Kind) -> Operand:
        """The cotangent of a list of unknown length, as a list."""
        if self.e.is_list(given):
            return given
        item = want.items[0] if want.items else kinds.FLOAT
        parts = [
            self.list_given(part, item)
            if item.base == "list"
            else self.cast(self.e.as_operand(part), item)
            for part in self.e.items_of(given)
        ]
        return self.e.b.emit("list_of", tuple(parts))

    def items(self, given: Any, keys: Any) -> list[Any]:
        _, names, items = parts(self.e, given)
        found = dict(zip(names, items, strict=True))
        if set(found) != set(keys):
            raise self.e.refuse(
                f"a structure of {len(found)} items is passed for one of {len(list(keys))}",
                "a cotangent has the structure of the output",
                "pass one item for each output",
                error=CotangentError,
            )
        return [found[key] for key in keys]

    def cast(self, operand: Operand, want: Kind) -> Operand:
        """An operand in the dtype of ``want``; Python's numbers become NumPy's: 1 / 0 is inf."""
        have = self.e.b.kind(operand)
        dtype = np.dtype(want.dtype)
        if have.dtype == want.dtype and have.base not in kinds.PYTHON_SCALARS:
            return operand
        if isinstance(operand, Const) and have.immutable:
            return Const(dtype.type(operand.value))
        return self.e.b.emit("astype", operand, Const(dtype))

    def given(self, seed: Operand | None, leaf: Operand) -> Operand:
        if seed is None and not self.e.b.kind(leaf).immutable:
            raise self.e.refuse(
                "an output has no cotangent",
                "its shape is not known here",
                "pass zeros",
                error=CotangentError,
            )
        return Const(0.0) if seed is None else seed

    def zeros(self, operand: Operand, count: tuple[Operand, ...] = ()) -> Operand:
        if count:
            dtype = Const(np.dtype(self.e.b.kind(operand).dtype))
            return self.e.b.emit("np.zeros", (*count, *self.sizes(operand)), dtype)
        if self.e.b.kind(operand).immutable:
            return Const(0.0)
        return self.e.b.emit("np.zeros_like", operand)
