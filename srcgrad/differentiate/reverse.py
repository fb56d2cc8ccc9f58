"""Reverse mode: the one file that states the chain rule.

``reverse`` runs through a function backwards and writes, for each statement, the statements of its
adjoint. The result is one function: the primal's statements, then the reverse sweep, which reads
primal names freely, also those of loop bodies; ``optimize.tape`` then decides how such values are
kept. Two kinds of adjoints:

*values*   ``x_bar`` is a name that is rebound by each contribution;
*shadows*  ``x_bar`` is an array that lives beside ``x`` and is added to in place: for buffers, for
           arrays that are read by pieces, and for arrays that are read in inner blocks.

Each view of an array with a shadow has a twin, the same view of the shadow. Where control flow
decides what a name refers to, the twins are made in the forward sweep, beside the primal names.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from srcgrad.analysis.activity import active_args
from srcgrad.analysis.alias_classes import is_store
from srcgrad.analysis.labels import counters, labelled
from srcgrad.analysis.program_order import ProgramOrder
from srcgrad.differentiate.adjoint_blocks import AdjointBlockSweep, settled
from srcgrad.differentiate.adjoints import Adjoints
from srcgrad.differentiate.branches import BranchSweep
from srcgrad.differentiate.calls import RecursionSweep
from srcgrad.differentiate.linear_lines import ZERO, AdjointLine
from srcgrad.differentiate.loops import LoopSweep
from srcgrad.differentiate.memory import Memory
from srcgrad.differentiate.usage import UsageSweep
from srcgrad.errors import located
from srcgrad.ir import kinds as kindlib
from srcgrad.ir import nodes as ir
from srcgrad.ir.kinds import Kind
from srcgrad.ir.nodes import LISTS, Block, Const, For, Function, If, Let, Operand, While
from srcgrad.rules.builder import Names
from srcgrad.rules.operation import OPS, Rule
from srcgrad.rules.template import Expansion


class Reversed(NamedTuple):
    """``function`` has the primal's parameters and the seeds; its result is the gradients."""

    function: Function
    forward: Block
    backward: Block
    gradients: dict[str, Operand]
    seeds: dict[int, str]  # leaf number of the result -> seed
    variables: dict[str, str]  # variable, or counter, of a loop of the primal -> its label
    order: ProgramOrder  # of the primal, by the sites of statements
    active: frozenset[str]  # the names of the primal that carry derivatives


def reverse(
    function: Function,
    wrt: list[str],
    names: Names,
    check_shapes: bool = False,
    contiguous: frozenset[str] = frozenset(),
) -> Reversed:
    """The adjoint of ``function`` with respect to the names ``wrt``.

    The inputs ``contiguous`` are known to be so. With ``check_shapes``, generated code compares the
    cotangent's shape with the output's.

    Raises ``AliasError`` and ``MissingRule`` where the function cannot be differentiated.
    """
    function = settled(function)
    function = replace(function, body=labelled(function.body))
    return Sweep(function, wrt, names, check_shapes, contiguous).run()


class Sweep(
    Adjoints, Memory, BranchSweep, LoopSweep, RecursionSweep, AdjointBlockSweep, UsageSweep
):
    """One run backwards through a function."""

    def run(self) -> Reversed:
        self.make_twins()
        seeds = self.seed()
        with located(lambda: self.b.origin):
            forward = self.measurable(self.sweep(self.function.body))
        gradients = {name: self.gradient(name) for name in self.wrt}
        backward = self.b.take()
        params = (*self.function.params, *seeds.values())
        function = Function(
            self.function.name,
            params,
            forward + backward,
            gradients,
            self.names.kinds,
            self.function.origin,
        )
        variables = {
            name: s.label
            for s in ir.walk(self.function.body)
            if isinstance(s, For | While)
            for name in counters(s)
        }
        active = frozenset(self.active)
        return Reversed(
            function, forward, backward, gradients, seeds, variables, self.where, active
        )

    def seed(self) -> dict[int, str]:
        """A parameter for the cotangent of each active leaf of the result."""
        seeds: dict[int, str] = {}
        for number, leaf in enumerate(ir.leaves(self.function.result)):
            if isinstance(leaf, str) and leaf in self.active:
                seeds[number] = self.names.fresh("y_bar", _seed_kind(self.kind(leaf)))
        for number, leaf in enumerate(ir.leaves(self.function.result)):
            if number in seeds:
                if self.kind(leaf).base == "list":
                    self.b.effect("check_items", seeds[number], leaf)
                elif self.check_shapes:
                    shape = self.b.emit("np.shape", leaf)
                    self.b.effect("check_cotangent", seeds[number], shape)
                self.accumulate(leaf, self.conjugated(seeds[number]))
        return seeds

    def gradient(self, name: str) -> Operand:
        found = self.adjoint_of(name)
        return self.zero(name) if found is None else self.conjugated(found)

    def kind(self, operand: Operand) -> Kind:
        return self.names.kind(operand)

    # --- blocks -----------------------------------------------------------------------------

    def sweep(self, block: Block) -> Block:
        """Write the adjoint of a block; the block itself with what is added to it."""
        forward: list[tuple[ir.Statement, ...]] = []
        self.scopes.append({name for statement in block for name in ir.defined(statement)})
        for statement in reversed(block):
            self.b.origin = statement.origin
            self.b.site = self.where.position[id(statement)]
            if isinstance(statement, Let):
                forward.append(self.let(statement))
            elif isinstance(statement, If):
                forward.append((self.branch(statement),))
            elif isinstance(statement, For):
                forward.append((self.for_loop(statement),))
            else:
                forward.append(self.while_loop(statement))
        self.scopes.pop()
        return tuple(item for group in reversed(forward) for item in group)

    def let(self, statement: Let) -> tuple[ir.Statement, ...]:
        if is_store(statement):
            return self.store(statement)
        if statement.op == "follows":
            return tuple(self.twin_of(statement))
        if statement.op == "push":
            self.push(statement)
        elif statement.op == "pop":
            self.pop(statement)
        elif statement.op in ir.CONTEXTS:
            self.context(statement)
        elif statement.op in ir.OBSERVED:
            return self.operate(statement)
        elif statement.target in self.active and not self.is_item(statement):
            self.operation(statement)
        twin = self.twin_of(statement)
        return (statement, *twin) if statement.target not in self.originals else tuple(twin)

    def context(self, statement: Let) -> None:
        """The adjoints of what stands in ``with np.errstate(...)`` are computed in one, too."""
        target = str(statement.target or statement.args[0])
        enter = self.definitions[target]
        if enter.args[0] != Const(np.errstate):
            return
        if statement.op == "exit":
            self.contexts[target] = self.b.emit("enter", *enter.args)
        else:
            self.b.effect("exit", self.contexts[target])

    def operation(self, statement: Let) -> None:
        """``target = op(*args)``: the lines of the rule, one for each active argument."""
        target = str(statement.target)
        base = self.alias.base.get(target)
        if base is not None and target in self.memory and (base in self.memory):
            return  # a twin of a view: what was added to it was added to its base
        if target in self.originals and statement.op != "getitem":
            return  # a companion: the operation it stands beside says what it uses
        if self.holds_twins(statement):
            return  # the twin of an item is the item of the twin
        y_bar = self.several(target) if target in self.items else self.adjoint_of(target)
        if y_bar is None:
            return
        if statement.op == "getitem":
            self.read(statement, y_bar)
            return
        if statement.op in LISTS:
            self.list_operation(statement, str(y_bar))
            return
        if statement.op == "procedure":
            self.procedure(statement, self.made(target, y_bar))
            return
        op = OPS[statement.op]
        rule = op.rule
        if rule is None:
            return  # an allocation
        env = {"y": self.results(target), "y_bar": y_bar}
        env.update(zip((param.name for param in op.params), statement.args, strict=True))
        several = {param.name for param in op.params if param.several}
        parts: dict[str, Operand] = {}  # an operand that is read twice receives the sum
        usages: dict[str, Operand | None] = {}
        for param, k, name in active_args(statement, self.active):
            local = dict(env)
            if param in several:
                local.update(x=name, k=Const(k), xs=env[param])
            line = "x_bar" if param in several else f"{param}_bar"
            elementwise = rule.style == "elementwise"
            if name in self.companions:
                usage = self.usage(statement, line, local)
                self.joint_usage(usages, name, usage, elementwise)
            read = self.regular(statement, line, local) if elementwise else local
            expansion = self.expansion(target, rule, dict(read))
            before = len(self.b.block)
            value: Any = expansion.line(line)
            if value is None or value is ZERO:
                continue
            if elementwise:
                value = self.fit(value, name)
            else:
                value = self.without_unused(value, statement, line, local)
            value = self.cast(value, self.kind(name))
            if name in parts:
                parts[name] = self.b.emit("add", parts[name], value, kind=self.kind(value))
                continue
            if len(self.b.block) > before and not expansion.is_name(line):
                value = self.named(value, name)
            parts[name] = value
        for name, value in parts.items():
            self.accumulate(name, value, usages.get(name))

    def is_item(self, statement: Let) -> bool:
        """Whether a statement takes an item of several results: its adjoint waits for the tuple."""
        return statement.op == "getitem" and statement.args[0] in self.items

    def several(self, target: str) -> Any:
        """The adjoints of the items of a tuple, or ``ZERO``; None if nothing was added to any."""
        bars = {k: self.adjoint_of(name) for k, name in self.items[target].items()}
        if all(bar is None for bar in bars.values()):
            return None
        count = len(self.kind(target).items)
        return tuple(ZERO if bars.get(k) is None else bars[k] for k in range(count))

    def made(self, target: str, y_bar: Any) -> Any:
        """The adjoints of the items of a tuple with arrays for those that are ``ZERO``."""
        if not isinstance(y_bar, tuple):
            return y_bar
        names = self.results(target)
        return tuple(self.zero(names[k]) if bar is ZERO else bar for k, bar in enumerate(y_bar))

    def expansion(self, target: str, rule: Rule, env: dict[str, Any]) -> Expansion:
        """The lines of a rule, without what the adjoints of unused results are multiplied by."""
        if target in self.items and ZERO in env["y_bar"]:
            return AdjointLine(self.b, rule, env, lambda k: self.zero(self.results(target)[k]))
        return Expansion(self.b, rule, env)

    def results(self, target: str) -> Any:
        """The names of the items of a tuple, which may be written; or the one result itself."""
        if target not in self.items:
            return target
        return tuple(
            self.items[target].get(k) or self.b.emit("getitem", target, Const(k))
            for k in range(len(self.kind(target).items))
        )

    # --- control flow -----------------------------------------------------------------------

    def at(self, statement: ir.Statement) -> None:
        self.b.origin = statement.origin
        self.b.site = self.where.position[id(statement)]

    def fresh_bar(self, name: str, partial: bool = False) -> str:
        """A name for an adjoint that goes round a loop; of a ``partial`` name it may be 0."""
        kind = self.joined_kind(name, [Const(0.0)]) if partial else self.adjoint_kind(name)
        return self.names.fresh(self.bar_name(name), kind)


def _seed_kind(kind: Kind) -> Kind:
    return kindlib.scalar(kind.dtype) if kind.immutable else kind
