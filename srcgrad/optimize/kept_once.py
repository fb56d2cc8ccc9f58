"""What is kept once: values on a tape that stand in an array, too, are read there.

Before::

    for i in range(n):              for i in range(n - 1, -1, -1):
        t = np.exp(x[i])                t = tape.pop()
        y[i] = t                        x_bar[i] = y_bar[i] * t
        tape.append(t)

After, where no later store meets that to ``y[i]``::

    for i in range(n):              for i in range(n - 1, -1, -1):
        y[i] = np.exp(x[i])             x_bar[i] = y_bar[i] * y[i]
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import Any

from srcgrad.analysis.dependence import Access, Dependences
from srcgrad.ir import nodes as ir
from srcgrad.ir.kinds import Kind
from srcgrad.ir.nodes import Block, Const, For, Function, Let, Statement
from srcgrad.rules.builder import Builder, Names
from srcgrad.rules.operation import OPS, infer

Place = tuple[Let, Block, tuple[For, ...]]  # a statement, its block, the counted loops around it


def kept_once(function: Function, names: Names) -> Function:
    """The function without tapes of what stands in arrays that the reverse sweep can read."""
    if not any(isinstance(s, Let) and s.op == "pop" for s in ir.walk(function.body)):
        return function
    return _KeptOnce(function, names).run()


class _KeptOnce:
    def __init__(self, function: Function, names: Names) -> None:
        self.function = function
        self.names = names
        self.found = Dependences(function)
        self.scope = {*function.params, *(n for s in function.body for n in ir.defined(s))}
        self.pushes: dict[str, list[Place]] = defaultdict(list)
        self.pops: dict[str, list[Place]] = defaultdict(list)
        self.index(function.body, ())
        self.stores = {
            id(access.statement): access
            for accesses in self.found.accesses.values()
            for access in accesses
            if access.writes
        }

    def index(self, block: Block, loops: tuple[For, ...]) -> None:
        for statement in block:
            if isinstance(statement, Let) and statement.op in ir.TAPES:
                table = self.pushes if statement.op == "push" else self.pops
                table[self.found.alias.root(statement.args[0])].append((statement, block, loops))
            inner = (*loops, statement) if isinstance(statement, For) else loops
            for nested in ir.blocks(statement):
                self.index(nested, inner)

    def run(self) -> Function:
        table: dict[int, tuple[Statement, ...]] = {}
        for tape, pushes in self.pushes.items():
            pops = self.pops[tape]
            if len(pushes) == len(pops) == 1 and self.function.kinds[tape].base == "tape":
                read = self.read(pushes[0], pops[0])
                if read:
                    table[id(pushes[0][0])] = ()
                    table[id(pops[0][0])] = read

        def sweep(block: Block) -> Block:
            kept = (ir.map_blocks(n, sweep) for s in block for n in table.get(id(s), (s,)))
            return ir.as_block(kept, block)

        return ir.updated(self.function, body=sweep(self.function.body)) if table else self.function

    def read(self, push: Place, pop: Place) -> Block:
        """What reads in an array what a pop gives; nothing if it stands in none."""
        value, (target, _, loops) = push[0].args[1], pop
        if not isinstance(value, str) or target.target is None:
            return ()
        if any(self.found.alias.is_buffer(name) for name in (value, target.target)):
            return ()
        labels = {loop.label: loop.var for loop in loops}
        mirrored = {loop.var: labels.get(f"{loop.label}'") for loop in push[2]}
        for statement in push[1]:
            if isinstance(statement, Let) and self.holds(statement, value):
                b = Builder(self.names, adjoint=True)
                index = self.moved(statement.args[1], mirrored, b)
                if index is not None:
                    args = (statement.args[0], index)
                    return (*b.take(), replace(target, op="getitem", args=args))
        return ()

    def holds(self, store: Let, value: str) -> bool:
        """Whether an array holds a value from a store of it to the end."""
        access = self.stores.get(id(store))
        if access is None or store.op != "setitem" or store.args[2] != value:
            return False
        x, index, _ = store.args
        root = self.found.alias.root(x)
        if self.found.owners.get(root) != x or x not in self.scope:
            return False
        return self.alike(
            infer("getitem", (x, index), self.names.kind), self.names.kinds[value]
        ) and (self.lasts(access, root))

    def alike(self, have: Kind, value: Kind) -> bool:
        """Whether what is read is of the kind that was stored."""
        if (have.base, have.dtype, have.shape) != (value.base, value.dtype, value.shape):
            return False
        return have.base == "scalar" or (have.base == "array" and have.shape is not None)

    def lasts(self, store: Access, root: str) -> bool:
        """Whether no later store puts something else there."""
        writes = (access for access in self.found.accesses[root] if access.writes)
        return store.spans is not None and not any(
            self.found.meets(store, write, root) for write in writes
        )

    def moved(self, index: Any, table: dict[str, str | None], b: Builder) -> Any:
        """An index with the variables of the loops of the reverse sweep; None if it has others."""
        if type(index) is tuple:
            parts = tuple(self.moved(part, table, b) for part in index)
            return None if None in parts else parts
        if isinstance(index, Const) or index in self.scope:
            return index
        if index in table:
            return table[index]
        made = self.found.places.made.get(index)
        cheap = isinstance(made, Let) and self.names.kinds[index].base in ("int", "slice")
        if not isinstance(made, Let) or not cheap or OPS[made.op].effect:
            return None
        args = tuple(self.moved(arg, table, b) for arg in made.args)
        return None if None in args else b.emit(made.op, *args, kind=self.names.kinds[index])
