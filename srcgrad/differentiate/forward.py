"""Forward mode: each statement, and beside it the statement of its tangent.

``forward`` gives a function that computes ``(value, tangent)`` in one sweep. Before::

    y = w * x
    z[i] = y

After::

    y = w * x
    y_dot = w * x_dot
    z[i] = y
    z_dot[i] = y_dot

The tangent of an array that is written is an array of its own, which lives beside it: what
creates, aliases or stores into the array does the same to its tangent. The tangents of

*elementwise rules*  are the sum of the rule's lines with ``x_dot`` in the place of ``y_bar``;
*linear rules*       are the operation itself, applied to the tangents;
*adjoint rules*      are the rule's ``y_dot`` line, without the terms whose tangents are zero.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from srcgrad.analysis.activity import active_args
from srcgrad.analysis.alias import held_names, view_of
from srcgrad.analysis.alias_classes import is_store
from srcgrad.analysis.complex import is_complex
from srcgrad.differentiate.calls import tangents_of
from srcgrad.differentiate.linear_lines import ZERO
from srcgrad.differentiate.tangent_flow import TangentFlow
from srcgrad.differentiate.tangent_lines import TangentLine
from srcgrad.differentiate.usage import harmless
from srcgrad.errors import MissingRule, Refusal
from srcgrad.ir import kinds as kindlib
from srcgrad.ir import nodes as ir
from srcgrad.ir.kinds import Kind, same_shape
from srcgrad.ir.nodes import Block, Const, For, Function, If, Let, Operand
from srcgrad.ir.origin import NOWHERE
from srcgrad.ir.trees import map_tree
from srcgrad.rules.builder import Names
from srcgrad.rules.kept import makes_new
from srcgrad.rules.lines import adjoint_line, stated, tangents_read
from srcgrad.rules.operation import OPS, Op
from srcgrad.rules.template import Expansion


class Forwarded(NamedTuple):
    """``function`` has the primal's parameters and the tangents of ``wrt``."""

    function: Function
    tangents: dict[str, str]  # a name of wrt -> the parameter that is its tangent


def forward(
    function: Function, wrt: list[str], names: Names, contiguous: frozenset[str] = frozenset()
) -> Forwarded:
    """The function that computes ``(value, tangent)`` for tangents of the names ``wrt``.

    The tangent has the structure of the value: zeros where it depends on none of ``wrt``, None
    where the value is no floating number. Raises ``MissingRule`` where an operation has no tangent.
    """
    return _Tangents(function, wrt, names, contiguous).run()


class _Tangents(TangentFlow):
    def run(self) -> Forwarded:
        params = {name: self.fresh(name) for name in self.wrt}
        self.dot.update(params)
        self.block(self.function.body)
        result = (self.function.result, map_tree(self.leaf, self.function.result))
        function = replace(
            self.function,
            params=(*self.function.params, *params.values()),
            body=self.b.take(),
            result=result,
            kinds=self.names.kinds,
        )
        return Forwarded(function, params)

    def leaf(self, value: Any) -> Any:
        """The tangent of a leaf of the result."""
        kind = self.names.kind(value)
        if not kind.floating and not (kind.base == "list" and self.has(value)):
            return Const(None)
        return self.tangent(value)

    # --- tangents ---------------------------------------------------------------------------

    def fresh(self, name: str) -> str:
        """A new name for the tangent of ``name``."""
        kind = self.names.kinds[name]
        if kind.immutable:
            kind = kindlib.scalar(kind.dtype)
        base = ir.base(name)
        return self.names.fresh(f"{base}_dot" if base else "", kind)

    def has(self, operand: Any) -> bool:
        return isinstance(operand, str) and operand in self.active

    def tangent(self, operand: Operand) -> Operand:
        """The tangent of an operand: zero if it depends on no input."""
        if isinstance(operand, str) and operand in self.dot:
            return self.dot[operand]
        return self.zero(operand, str(self.names.kind(operand).dtype))

    def held_tangent(self, operand: Operand) -> Any:
        """The tangent of what a tape holds; of several results, that of each."""
        kind = self.names.kind(operand)
        if kind.base != "tuple" or not kind.items or operand in self.dot:
            return self.tangent(operand)
        known = self.items.get(str(operand), ())
        found: list[Any] = []
        for k, item in enumerate(kind.items):
            dot = known[k] if k < len(known) else ZERO
            if dot is ZERO or not item.floating:
                part = self.b.emit("getitem", operand, Const(k), kind=item)
                dot = self.zero(part, str(item.dtype)) if item.floating else Const(0.0)
            found.append(dot)
        return tuple(found)

    def zero(self, operand: Operand, dtype: str) -> Operand:
        """A zero tangent of an operand, made by kind; ``dtype`` where that is no floating one."""
        kind = self.names.kind(operand)
        if kind.base == "list":
            return self.b.emit("zeros_of", operand, base=self.dot_name(operand))
        if kind.immutable:
            return Const(0.0)
        if not kind.floating:
            return self.b.emit("np.zeros_like", operand, Const(np.dtype(dtype)))
        return self.b.emit("np.zeros_like", operand, base=self.dot_name(operand))

    def dot_name(self, operand: Operand) -> str:
        base = ir.base(operand) if isinstance(operand, str) else ""
        return f"{base}_dot" if base else ""

    # --- statements -------------------------------------------------------------------------

    def block(self, block: Block) -> None:
        for statement in block:
            self.b.origin = statement.origin
            if isinstance(statement, Let):
                self.let(statement)
            elif isinstance(statement, If):
                self.branch(statement)
            elif isinstance(statement, For):
                self.for_loop(statement)
            else:
                self.while_loop(statement)

    def let(self, statement: Let) -> None:
        self.b.add(statement)
        target = statement.target
        if is_store(statement):
            self.store(statement)
        elif statement.op in ir.TAPES and self.has(statement.args[0]):
            self.held(statement)
        elif target in self.active and self.names.kinds[str(target)].base == "tuple":
            self.items[str(target)] = self.several(statement)
        elif target in self.active and target not in self.dot:
            self.dot[str(target)] = self.named(self.operation(statement), str(target))

    def store(self, statement: Let) -> None:
        x, *rest = statement.args
        if not self.has(x):
            return
        if statement.op == "setitem":
            index, value = rest
            whole = self.has(value) or self.names.kinds[x].base == "list"
            self.b.effect(
                "setitem", self.dot[x], index, self.tangent(value) if whole else Const(0.0)
            )
        elif any(self.has(value) for value in rest):
            self.b.effect(
                statement.op, self.dot[x], *(self.dot[v] if self.has(v) else v for v in rest)
            )

    def held(self, statement: Let) -> None:
        """A list or tape has a twin, which holds the tangents of its items."""
        twin = self.dot[statement.args[0]]
        if statement.op == "push":
            self.b.effect("push", twin, self.held_tangent(statement.args[1]))
            return
        target = None
        if statement.target is not None:
            target = self.fresh(statement.target)
            self.dot[statement.target] = target
        self.b.add(Let(target, "pop", (twin,), statement.origin, True))

    def named(self, value: Operand, target: str) -> Operand:
        """Name a temporary that was just computed after the variable whose tangent it is."""
        last = self.b.block[-1]
        base = self.dot_name(target)
        if (
            not isinstance(value, str)
            or ir.base(value)
            or not base
            or not (isinstance(last, Let) and last.target == value)
        ):
            return value
        new = self.names.fresh(base, self.names.kinds[value])
        self.b.block[-1] = replace(last, target=new)
        return new

    # --- operations -------------------------------------------------------------------------

    def operation(self, statement: Let) -> Operand:
        """The tangent of ``target = op(*args)``."""
        if statement.op == "tape":
            return self.b.emit("tape")
        if statement.op == "list_of":
            return self.b.emit(
                "list_of",
                tuple(self.tangent(x) for x in statement.args[0]),
                kind=self.names.kinds[str(statement.target)],
            )
        if statement.op == "getitem" and statement.args[0] in self.items:
            found = self.items[statement.args[0]][statement.args[1].value]
            if found is ZERO:
                return self.zero(str(statement.target), "float64")
            return self.fit(found, statement)
        if OPS[statement.op].follows:
            first, *rest = statement.args
            return self.b.emit(statement.op, self.tangent(first), *rest)
        if statement.op == "procedure":
            return self.fit(tangents_of(self, statement), statement)
        rule = OPS[statement.op].rule
        found = active_args(statement, self.active)
        if rule is None or not found:  # an allocation, into which something active is stored
            return self.zero(str(statement.target), "float64")
        style = {"elementwise": self.elementwise, "linear": self.linear}.get(
            rule.style, self.adjoint
        )
        return self.fit(style(statement, found), statement)

    def several(self, statement: Let) -> tuple[Any, ...]:
        """The tangents of several results, by an adjoint rule."""
        if statement.op == "procedure":
            return tuple(tangents_of(self, statement))
        value: Any = self.adjoint(statement, active_args(statement, self.active))
        if not isinstance(value, tuple):
            raise _missing(statement)
        return value

    def environment(self, statement: Let) -> dict[str, Any]:
        params = OPS[statement.op].params
        env = dict(zip((param.name for param in params), statement.args, strict=True))
        return {**env, "y": statement.target}

    def elementwise(self, statement: Let, found: list[tuple[str, int, str]]) -> Operand:
        """The sum of the partial derivatives, each applied to one tangent."""
        op = OPS[statement.op]
        several = {param.name for param in op.params if param.several}
        total: Operand | None = None
        for param, k, name in found:
            line = "x_bar" if param in several else f"{param}_bar"
            env = self.environment(statement)
            test = self.unreached.test(statement, name, line)
            if test is not None:
                mask = self.b.emit("ne", self.dot[test], Const(0.0))
                env = harmless(self.b, env, mask, op)
            env["y_bar"] = self.dot[name]
            if param in several:
                env.update(x=name, k=Const(k), xs=env[param])
            assert op.rule is not None
            part = Expansion(self.b, op.rule, env).line(line)
            if part is not None:
                total = part if total is None else self.b.emit("add", total, part)
        assert total is not None
        return total

    def linear(self, statement: Let, found: list[tuple[str, int, str]]) -> Operand:
        """The operation itself; zeros for operands without a tangent."""
        dtype = str(self.names.kinds[str(statement.target)].dtype)
        wanted = stated(statement.op).differentiable

        def moved(arg: Any) -> Any:
            return self.dot[arg] if self.has(arg) else self.zero(arg, dtype)

        args = [
            map_tree(moved, arg) if param.name in wanted else arg
            for param, arg in zip(OPS[statement.op].params, statement.args, strict=True)
        ]
        return self.b.emit(statement.op, *args)

    def adjoint(self, statement: Let, found: list[tuple[str, int, str]]) -> Operand:
        """The ``y_dot`` line; of a rule for sequences, once for each active element."""
        op = OPS[statement.op]
        assert op.rule is not None
        env = self.environment(statement)
        for name in sorted(_tangents_wanted(op, found) - tangents_read(op.rule)):
            raise _missing(statement, f" for `{name.removesuffix('_dot')}`")
        for param in op.params:
            arg = env[param.name]
            env[f"{param.name}_dot"] = self.dot[arg] if self.has(arg) else ZERO
        rounds = [env]
        if any(param.several for param in op.params):
            rounds = [
                {**env, "x": name, "k": Const(k), "x_dot": self.dot[name]} for _, k, name in found
            ]
        total: Any = ZERO
        for local in rounds:
            expansion = TangentLine(self, op.rule, local)
            total = expansion.binary("add", total, expansion.line("y_dot"))
        return self.zero(str(statement.target), "float64") if total is ZERO else total

    def fit(self, value: Operand, statement: Let) -> Operand:
        """A tangent with the shape, dtype and memory that its statement's result has."""
        want = self.names.kinds[str(statement.target)]
        alike = want.base == "array" and self.names.kind(value).dtype == want.dtype
        if isinstance(value, str) and alike and view_of(statement, self.names.kinds):
            return value  # a view of what has the shape of its base
        value = self.reshaped(value, want, statement)
        if is_complex(self.names.kind(value)) and not is_complex(want):
            value = self.b.emit("np.real", value)
        if self.names.kind(value).dtype != want.dtype and want.base != "float":
            value = self.b.emit("astype", value, Const(np.dtype(want.dtype)))
        if self.shared(value, statement):
            value = self.b.emit("np.copy", value)
        return value

    def reshaped(self, value: Operand, want: Kind, statement: Let) -> Operand:
        have = self.names.kind(value)
        if have.immutable and want.shape == () and self.alias.is_buffer(str(statement.target)):
            return self.b.emit("np.array", value, Const(None))  # a sum of 0-d arrays is a number
        if same_shape(want, have):
            return value
        if not want.immutable:
            return self.b.emit("np.broadcast_to", value, self.b.emit("np.shape", statement.target))
        if have.base != "array":
            return value
        if have.shape != ():
            value = self.b.emit("np.reshape", value, Const(()))
        return self.b.emit("getitem", value, Const(()))

    def shared(self, value: Operand, statement: Let) -> bool:
        """Whether a tangent must be copied: it is an old array, the result is a new one."""
        if not isinstance(value, str) or self.names.kinds[value].immutable:
            return False
        if view_of(statement, self.names.kinds) or held_names(statement, self.names.kinds):
            return False
        last = self.b.block[-1]
        if isinstance(last, Let) and last.target == value and makes_new(last, self.names.kinds):
            return False
        near = [statement.target, *ir.names(statement.args)]
        return any(self.alias.is_buffer(str(name)) for name in near)


def _tangents_wanted(op: Op, found: list[tuple[str, int, str]]) -> set[str]:
    """The tangents that the ``y_dot`` line of a rule must read."""
    active = {param for param, _, _ in found}
    lines = (adjoint_line(param) for param in op.params if param.name in active)
    return {line.replace("_bar", "_dot") for line in lines}


def _missing(statement: Let, operand: str = "") -> MissingRule:
    name = OPS[statement.op].spelling
    where = statement.origin.place if statement.origin else NOWHERE
    return MissingRule(
        Refusal(
            f"`{name}` has no tangent{operand}",
            "its rule has no line for y_dot that reads it",
            "add it to the rule, or use srcgrad.vjp",
            *where,
            error=MissingRule,
        ).render()
    )
