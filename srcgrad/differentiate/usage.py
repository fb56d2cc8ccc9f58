"""What is not used makes no NaN: the slopes of an operation are taken where its result is used.

``x_bar = y_bar / x`` becomes ``x_bar = y_bar / np.where(used, x, 1.0)``, if elements of ``y`` may be
unused (``analysis.selection``): there ``y_bar`` is 0, and so is ``x_bar``, whatever ``x`` is. All
else keeps its value to the bit, NaN and infinity too.

``used`` is the adjoint of the companion of ``y`` (``differentiate.companions``): the rules' own lines
give it, with 1 for the adjoint of what is used in full, and without their factors. So it is positive
where an element reaches the result in some way, and 0 where it does not.
"""

from __future__ import annotations

import ast
from typing import Any

import numpy as np

from srcgrad.analysis.uses import left_out
from srcgrad.differentiate.sweeping import ELSEWHERE, Sweeping
from srcgrad.ir.nodes import Const, Let, Operand
from srcgrad.rules.builder import Builder, dtype_operand
from srcgrad.rules.operation import OPS, Op, Rule
from srcgrad.rules.ranges import WHOLE
from srcgrad.rules.slopes import Lines
from srcgrad.rules.template import Expansion


class Usage(Expansion):
    """The lines of a rule without factors: of ``used`` in the place of ``y_bar``."""

    def __init__(self, builder: Any, rule: Rule, env: dict[str, Any], spreads: bool) -> None:
        super().__init__(builder, rule, env)
        self.said = Lines(rule)
        self.spreads = spreads  # whether factors may have more elements than what they multiply

    def _binop(self, node: Any) -> Any:
        left, right = self.said.carries(node.left), self.said.carries(node.right)
        if not (left or right):
            return super()._binop(node)
        if left and right:
            return self.builder.emit("add", self.evaluate(node.left), self.evaluate(node.right))
        carrier, factor = (node.left, node.right) if left else (node.right, node.left)
        if self.said.weighs(factor):
            return super()._binop(node)
        used = self.evaluate(carrier)
        return self.spread(used, self.evaluate(factor)) if self.spreads else used

    def spread(self, used: Operand, factor: Operand) -> Operand:
        """What is used, in the shape that it has with a factor."""
        shape = self.builder.kind(factor).shape
        number = self.builder.kind(factor).ndim == 0
        if number or (shape is not None and self.builder.kind(used).shape == shape):
            return used
        return self.builder.emit("mul", used, self.builder.emit("np.ones_like", factor))

    def _unaryop(self, node: ast.UnaryOp) -> Any:
        return self.evaluate(node.operand) if self.said.carries(node) else super()._unaryop(node)


def harmless(b: Builder, env: dict[str, Any], mask: Operand, op: Op) -> dict[str, Any]:
    """What a rule reads, with the operands of a regular point where a mask is not."""

    def safe(value: Any) -> Any:
        if type(value) is tuple:
            return tuple(safe(item) for item in value)
        if not isinstance(value, str) or not b.kind(value).numeric:
            return value
        if b.kind(value).dtype == "bool" or b.kind(value).dim is not None:
            return value
        number = b.kind(value).immutable and b.kind(mask).immutable
        return b.emit("regular" if number else "np.where", mask, value, Const(op.regular))

    return {name: value if name == "y_bar" else safe(value) for name, value in env.items()}


class UsageSweep(Sweeping):
    """Which elements are used, and slopes that are finite where elements are not."""

    def ones(self, name: str) -> Operand:
        """That all of ``name`` is used."""
        kind = self.kind(name)
        if kind.immutable or kind.shape == ():
            return Const(1.0)
        dtype = np.zeros((), kind.dtype).real.dtype
        shape = self.b.emit("np.shape", name)
        return self.b.emit("np.ones", shape, dtype_operand(dtype))

    def note_usage(self, name: str, used: Operand | None) -> None:
        """Add what a statement uses of ``name`` to what is used of it: all of it is no more than all."""
        companion = self.companions[name]
        if companion in self.memory or companion in self.twins:
            self.accumulate(companion, self.ones(name) if used is None else used)
        elif self.bar.get(companion) in self.all_used:
            return
        elif used is not None:
            self.accumulate(companion, used)
        else:
            self.bar[companion] = self.ones(name)
            self.all_used.add(self.bar[companion])

    def used(self, target: str) -> Operand | None:
        """Positive where a result is used; None if all of it is."""
        found = self.adjoint_of(self.companions[target]) if target in self.companions else None
        whole = found in self.all_used or (isinstance(found, Const) and found != ELSEWHERE)
        return None if whole else found

    def condition(self, used: Operand) -> Operand:
        """The mask of what is used: the program's own, if it alone decides."""
        return self.tests.get(used) or self.b.emit("gt", used, Const(0.0))

    def usage(self, statement: Let, line: str, env: dict[str, Any]) -> Operand | None:
        """Positive where an operation uses an operand; None if it uses all, or it is not known."""
        op = OPS[statement.op]
        assert op.rule is not None
        moves, used = left_out(op, line), self.used(str(statement.target))
        if moves is None or (moves == WHOLE and used is None):
            return None
        whole = used is None
        used = self.ones(str(statement.target)) if used is None else used
        found = Usage(self.b, op.rule, {**env, "y_bar": used}, not op.elementwise).line(line)
        assert found is not None
        if whole:
            self.find_test(found, used)
        return found

    def joint_usage(
        self, usages: dict[str, Operand | None], name: str, found: Operand | None, fit: bool
    ) -> None:
        """Note the usage of an operand, or of one more of its occurrences."""
        if found is not None:
            like = self.companions[name]
            test = self.tests.get(found)
            found = self.fit(found, like) if fit else self.cast(found, self.kind(like))
            if test is not None and self.kind(test).immutable:
                self.tests[found] = test  # of one number: it decides for all elements
            have = usages.get(name, ELSEWHERE)
            if have != ELSEWHERE:
                found = None if have is None else self.b.emit("add", have, found)
        usages[name] = found

    def find_test(self, found: Operand, ones: Operand) -> None:
        """Remember the mask ``c`` of ``np.where(c, 1.0, 0.0)``."""
        made = self.b.block[-1]
        if not isinstance(made, Let) or made.target != found:
            return
        if made.op == "masked":
            self.tests[found] = made.args[1]
        elif made.op == "np.where" and made.args[1:] == (ones, Const(0.0)):
            self.tests[found] = made.args[0]
        elif made.op == "np.where" and made.args[1:] == (Const(0.0), ones):
            self.tests[found] = self.b.emit("np.logical_not", made.args[0])

    def regular(self, statement: Let, line: str, env: dict[str, Any]) -> dict[str, Any]:
        """What a rule reads, with harmless values for what is not used."""
        target = str(statement.target)
        used = self.used(target)
        if used is None or not self.partly.is_harmful(statement, line):
            return env
        return harmless(self.b, env, self.condition(used), OPS[statement.op])

    def without_unused(self, value: Operand, statement: Let, line: str, env: Any) -> Operand:
        """The adjoint of an operand whose elements are not those of the result, 0 where unused."""
        used = self.used(str(statement.target))
        if used is None or not self.partly.is_harmful(statement, line):
            return value
        found = self.usage(statement, line, env)
        return value if found is None else self.b.emit("masked", value, self.condition(found))
