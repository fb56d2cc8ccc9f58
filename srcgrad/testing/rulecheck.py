"""The check of one derivative rule: facts, adjoints, tangents."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

import srcgrad.rules  # noqa: F401  (registers the rules)
from srcgrad.differentiate.linear_lines import ZERO
from srcgrad.differentiate.tangent_lines import TangentLine
from srcgrad.ir import kinds
from srcgrad.ir.kinds import Kind
from srcgrad.ir.nodes import Const, Let
from srcgrad.ir.trees import leaves
from srcgrad.rules import registry
from srcgrad.rules.builder import Builder, Names
from srcgrad.rules.lines import is_none, lines_of
from srcgrad.rules.operation import OPS, Op, Rule
from srcgrad.rules.template import Expansion, bind
from srcgrad.runtime import unbroadcast
from srcgrad.testing.agreement import (
    assert_same,
    cast_like,
    copied,
    dtype_of,
    has_arrays,
    hidden_kind,
    in_double,
    inner_product,
    is_floating,
    is_int_tuple,
    map_leaves,
    mismatch,
)

STEP = 6e-6  # the cube root of float64's epsilon: best for central differences


@dataclass
class CheckedOperand:
    """A floating argument: where it stands, and the names it has in the generated code."""

    label: str
    param: str
    position: int
    element: int | None
    value: Any
    rng: np.random.Generator = field(repr=False)

    @property
    def target(self) -> str:
        """The line of the rule that gives its adjoint."""
        return f"{self.param}_bar" if self.element is None else "x_bar"

    @property
    def tangent(self) -> Any:
        noise = self.rng.normal(size=np.shape(self.value))
        return cast_like(noise, self.value)


class Unmoved:
    """What ``TangentLine`` asks of forward mode: the tangents of what is not moved."""

    def __init__(self, builder: Builder) -> None:
        self.b = builder
        self.names = builder.names

    def zero(self, operand: Any, dtype: str) -> Any:
        if self.names.kind(operand).immutable:
            return Const(0.0)
        return self.b.emit("np.zeros_like", operand)


class RuleCheck:
    """One operation with concrete arguments, and the small program its rule expands to."""

    def __init__(
        self, op: Op, args: tuple[Any, ...], kwargs: dict[str, Any], rtol: Any, atol: Any
    ) -> None:
        self.op = op
        bound = bind(op.key, list(args), kwargs)
        self.values = [v.value if isinstance(v, Const) else v for v in bound]
        self.values = [
            tuple(v) if param.several else v
            for param, v in zip(op.params, self.values, strict=True)
        ]
        self.operands = list(self._operands())
        single = any(dtype_of(o.value).itemsize < 8 for o in self.operands)
        self.step = STEP
        self.given = (rtol, atol)
        self.tolerances(single)

    def tolerances(self, single: bool) -> None:
        rtol, atol = self.given
        self.rtol = rtol if rtol is not None else (2e-3 if single else 1e-6)
        self.atol = atol if atol is not None else (1e-4 if single else 1e-8)

    def _operands(self) -> Iterator[CheckedOperand]:
        rng = np.random.default_rng(7)
        for position, (param, value) in enumerate(zip(self.op.params, self.values, strict=True)):
            if param.several:
                for k, item in enumerate(value):
                    if is_floating(item):
                        yield CheckedOperand(f"x[{k}]", param.name, position, k, item, rng)
            elif is_floating(value):
                yield CheckedOperand(param.name, param.name, position, None, value, rng)

    def result(self, y_bar: Any) -> None:
        """Run the operation; ``y_bar`` is drawn if it is not given."""
        before = copied(self.values)
        with np.errstate(all="ignore"):
            self.y = self.op.apply(self.values)
        assert_same(self.values, before, f"{self.op.key} changed its arguments")
        self.check_view()
        if any(dtype_of(leaf) == "float32" for leaf in leaves(self.y)):
            self.tolerances(single=True)
            with np.errstate(all="ignore"):
                double = self.op.apply([map_leaves(in_double, v) for v in self.values])
            if any(dtype_of(leaf) == "float32" for leaf in leaves(double)):
                self.step = 1e-3  # the operation itself casts
        rng = np.random.default_rng(3)
        self.y_bar = (
            y_bar
            if y_bar is not None
            else map_leaves(
                lambda leaf: cast_like(rng.uniform(0.5, 1.5, np.shape(leaf)), leaf), self.y
            )
        )

    def check_view(self) -> None:
        """Whether the result shares memory with what the record says that it may, alone."""
        constants = tuple(map(Const, self.values))
        made = [leaf for leaf in leaves(self.y) if isinstance(leaf, np.ndarray)]
        for position, (param, value) in enumerate(zip(self.op.params, self.values, strict=True)):
            for part in leaves(value):
                if not isinstance(part, np.ndarray) or self.op.view == "unknown":
                    continue
                stated = position == self.op.viewed and (
                    self.op.view_on(kinds.of_constant(part), constants) != "never"
                )
                shared = any(np.may_share_memory(leaf, part) for leaf in made)
                assert stated or not shared, (
                    f"the result of {self.op.spelling} shares memory with `{param.name}`: "
                    'state view="always" or view="maybe", and which parameter is `viewed`'
                )

    # --- expansion and interpretation -------------------------------------------------------

    def prepare(self, known: bool) -> None:
        """Name the arguments; ``known``: shapes and options are known to the facts."""
        self.names = Names()
        self.store: dict[str, Any] = {}
        self.sizes: dict[str, int] = {}
        self.known = known
        self.args = tuple(
            tuple(self._name(item, param.name) for item in value)
            if param.several
            else self._name(value, param.name)
            for param, value in zip(self.op.params, self.values, strict=True)
        )
        self.kind = registry.infer(self.op.key, self.args, self.names.kind)
        self.y_name = self._define("y", self.y, self.kind)
        self.y_bar_name = self._define("y_bar", self.y_bar, self.kind)

    def _define(self, base: str, value: Any, kind: Kind) -> str:
        name = self.names.fresh(base, kind)
        self.store[name] = value
        return name

    def _name(self, value: Any, base: str) -> Any:
        if isinstance(value, tuple | list) and has_arrays(value):
            return tuple(self._name(item, base) for item in value)
        if isinstance(value, bool | int) or is_int_tuple(value):
            return Const(value) if self.known else self._define(base, value, hidden_kind(value))
        if isinstance(value, float | complex | np.generic | np.ndarray):
            return self._define(base, value, self._kind_of(value))
        return Const(value)

    def _kind_of(self, value: Any) -> Kind:
        if not isinstance(value, np.ndarray):
            return kinds.of_constant(value)
        if not self.known:
            return kinds.array(value.dtype)
        return kinds.array(value.dtype, tuple(self._symbol(size) for size in value.shape))

    def _symbol(self, size: int) -> kinds.Dim:
        if size == 1:
            return 1
        self.sizes[f"n{size}"] = size
        return f"n{size}"

    def facts(self) -> None:
        """The kind that is inferred for the result is that of the result."""
        self._agrees(self.kind, self.y, self.op.key)

    def _agrees(self, kind: Kind, value: Any, what: str) -> None:
        wrong = mismatch(kind, value, self.sizes)
        shown = f"{type(value).__name__} {dtype_of(value)}{np.shape(value)}" if wrong else ""
        assert not wrong, f"{what}: inferred {kinds.describe(kind)}, but it is {shown}: {wrong}"

    def _run(self, rule: Rule, env: dict[str, Any], line: str) -> Any:
        """The value of one line of the rule; None if there is no such line."""
        builder = Builder(self.names, adjoint=True)
        if line == "y_dot":
            operand = TangentLine(Unmoved(builder), rule, env).line(line)
        else:
            operand = Expansion(builder, rule, env).line(line)
        before = copied([self.values, self.y, self.y_bar])
        with np.errstate(all="ignore"):
            for let in builder.block:
                assert isinstance(let, Let) and let.target is not None
                value = OPS[let.op].apply([self._read(arg) for arg in let.args])
                self.store[let.target] = value
                self._agrees(self.names.kinds[let.target], value, f"{self.op.key}, {let.op}")
        assert_same([self.values, self.y, self.y_bar], before, f"{self.op.key} changed its inputs")
        return None if operand is None else (self._read(operand),)

    def _read(self, operand: Any) -> Any:
        if isinstance(operand, tuple):
            return tuple(self._read(item) for item in operand)
        return operand.value if isinstance(operand, Const) else self.store[operand]

    def _environment(self, operand: CheckedOperand | None = None) -> dict[str, Any]:
        env = {p.name: arg for p, arg in zip(self.op.params, self.args, strict=True)}
        env.update(y=self.y_name, y_bar=self.y_bar_name)
        if operand is not None and operand.element is not None:
            env.update(x=self.args[operand.position][operand.element], k=Const(operand.element))
        return env

    # --- adjoints ---------------------------------------------------------------------------

    def adjoints(self, rule: Rule) -> dict[str, Any]:
        """The adjoint of each floating operand that has a line, with that operand's shape."""
        found = {}
        dtypes = {dtype_of(leaf) for leaf in (*(o.value for o in self.operands), *leaves(self.y))}
        one_dtype = len(dtypes) == 1
        for operand in self.operands:
            value = self._run(rule, self._environment(operand), operand.target)
            if value is None:
                continue
            bar = value[0]
            if rule.style == "elementwise":
                bar = unbroadcast(bar, np.shape(operand.value))
            where = f"{self.op.key}, {operand.label}_bar"
            have, want = np.shape(bar), np.shape(operand.value)
            assert have == want, f"{where} has shape {have}, not {want}"
            if one_dtype and not isinstance(operand.value, float):
                have, want = dtype_of(bar), dtype_of(operand.value)
                assert have == want, f"{where} has dtype {have}, not {want}"
            found[operand.label] = cast_like(bar, operand.value)
        return found

    def differences(self, adjoints: dict[str, Any]) -> None:
        """Compare with central differences, taken in float64."""
        for operand in self.operands:
            if operand.label not in adjoints or np.all(np.isinf(operand.value)):
                continue  # no step leads away from an infinite number

            def along(value: Any, operand: CheckedOperand = operand) -> float:
                return inner_product(self.y_bar, self.op.apply(self._replaced(operand, value)))

            expected = central_differences(along, operand.value, self.step)
            np.testing.assert_allclose(
                np.asarray(adjoints[operand.label], "float64"),
                expected,
                self.rtol,
                self.atol,
                err_msg=f"{self.op.key}, {operand.label}_bar against central differences",
            )

    def _replaced(self, operand: CheckedOperand, value: Any) -> list[Any]:
        """The arguments in double precision, with one of them replaced."""
        values = [map_leaves(in_double, v) for v in self.values]
        if operand.element is None:
            values[operand.position] = value
        else:
            items = list(values[operand.position])
            items[operand.element] = value
            values[operand.position] = tuple(items)
        return values

    # --- tangents ---------------------------------------------------------------------------

    def tangents(self, rule: Rule, adjoints: dict[str, Any]) -> None:
        """The dot-product identity of the rule's forward mode and its adjoints."""
        active = [o for o in self.operands if o.label in adjoints]
        dots = {o.label: o.tangent for o in active}
        if not active:
            return
        y_dot = getattr(self, f"_tangent_{rule.style}")(rule, active, dots)
        for leaf, dot in zip(leaves(self.y), leaves(y_dot), strict=True):
            have, want = np.shape(dot), np.shape(leaf)
            assert have == want, f"{self.op.key}: the tangent has shape {have}, not {want}"
        forward = inner_product(self.y_bar, y_dot)
        backward = sum(inner_product(adjoints[label], dot) for label, dot in dots.items())
        np.testing.assert_allclose(
            forward,
            backward,
            self.rtol,
            self.atol * 10,
            err_msg=f"{self.op.key}: <y_bar, J x_dot> against <J^T y_bar, x_dot>",
        )

    def _tangent_elementwise(self, rule: Rule, active: Any, dots: dict[str, Any]) -> Any:
        y_dot = np.zeros(np.shape(self.y))
        for operand in active:
            env = self._environment(operand)
            dot = np.broadcast_to(dots[operand.label], np.shape(self.y)).astype(dtype_of(self.y))
            env["y_bar"] = self._define("dot", cast_like(dot, self.y), self.kind)
            y_dot = y_dot + self._run(rule, env, operand.target)[0]
        return y_dot

    def _tangent_linear(self, rule: Rule, active: Any, dots: dict[str, Any]) -> Any:
        values = list(self.values)
        targets = {line.target for line in lines_of(rule) if not is_none(line)}
        for position, param in enumerate(self.op.params):
            mine = [o for o in active if o.position == position]
            if param.several and "x_bar" in targets:
                values[position] = tuple(dots[o.label] for o in mine)
            elif f"{param.name}_bar" in targets:
                zero = map_leaves(
                    lambda leaf: cast_like(np.zeros(np.shape(leaf)), leaf), values[position]
                )
                values[position] = dots[mine[0].label] if mine else zero
        return self.op.apply(values)

    def _tangent_adjoint(self, rule: Rule, active: Any, dots: dict[str, Any]) -> Any:
        line = next((line for line in lines_of(rule) if line.target == "y_dot"), None)
        assert line is not None, f"{self.op.key} has no line for y_dot"
        env = self._environment()
        for param, arg in zip(self.op.params, self.args, strict=True):
            env[f"{param.name}_dot"] = (
                self._define("dot", dots[param.name], self.names.kinds[str(arg)])
                if param.name in dots
                else ZERO
            )
        if not any(param.several for param in self.op.params):
            return self._run(rule, env, "y_dot")[0]
        total: Any = 0.0
        for operand in active:  # a sequence: the line is read for each element, and summed
            mine = self._environment(operand)
            kind = self.names.kind(mine["x"])
            mine["x_dot"] = self._define("dot", dots[operand.label], kind)
            total = total + self._run(rule, {**env, **mine}, "y_dot")[0]
        return total


def central_differences(f: Callable[[Any], float], value: Any, step: float = STEP) -> Any:
    """The gradient of the scalar function ``f`` at ``value``, an array or a float."""
    base = np.array(value, dtype="float64")
    gradient = np.zeros(base.shape)
    for index in np.ndindex(base.shape):
        h = step * max(1.0, abs(float(base[index])))
        sides = []
        for sign in (1.0, -1.0):
            moved = base.copy()
            moved[index] += sign * h
            with np.errstate(all="ignore"):
                sides.append(f(in_double(cast_like(moved, value, "float64"))))
        gradient[index] = (sides[0] - sides[1]) / (2.0 * h)
    return gradient
