"""What is said of the size of values, and of what moves elements, holds on the rows of the tables."""

from __future__ import annotations

import importlib
import pkgutil
import warnings

import numpy as np
import pytest

import tests.rules as tables
from srcgrad.ir.nodes import Const
from srcgrad.rules import ranges
from srcgrad.rules.builder import Builder, Names
from srcgrad.rules.lines import lines_of
from srcgrad.rules.operation import OPS
from srcgrad.rules.ranges import NEVER, NONNEGATIVE, OVERFLOW, POLE, POSITIVE, Range
from srcgrad.rules.slopes import Lines, line_of
from srcgrad.rules.template import Expansion, bind, operator_of
from srcgrad.testing.agreement import leaves

ROWS = [
    row
    for module in pkgutil.iter_modules(tables.__path__)
    if module.name != "test_ranges"
    for row in getattr(importlib.import_module(f"tests.rules.{module.name}"), "ROWS", ())
]


def numbers(value):
    parts = [np.ravel(np.asarray(leaf)) for leaf in leaves(value)]
    found = np.concatenate(parts) if parts else np.zeros(0)
    return found if found.dtype.kind in "fciub" else np.zeros(0)


def range_of(value):
    if isinstance(value, Const):
        return ranges.of_constant(value.value)
    found = numbers(value)
    sign = 0
    if found.size and found.dtype.kind != "c":
        sign = POSITIVE if found.min() > 0 else NONNEGATIVE if found.min() == 0 else 0
    return Range(NEVER if np.all(np.isfinite(found)) else ranges.GIVEN, sign)


def by_operands():
    """Rows of operations whose result depends on the values of their operands alone."""
    return [
        row
        for row in ROWS
        if row.key not in ("getitem", "procedure")
        and not OPS[row.key].effect
        and not OPS[row.key].shape_only
    ]


@pytest.mark.parametrize("row", by_operands(), ids=str)
def test_results_have_the_range_that_is_said(row):
    op = OPS[row.key]
    args = bind(row.key, list(row.args), row.kwargs)
    said = op.range([range_of(arg) for arg in args])
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # ``np.fix``, of newer NumPy
        result = op.apply([arg.value if isinstance(arg, Const) else arg for arg in args])
    found = numbers(result)
    if found.dtype.kind not in "f":
        return
    if said.hazard == NEVER:
        assert np.all(np.isfinite(found))
    if said.sign == POSITIVE and said.hazard > OVERFLOW:
        assert np.all(found > 0)
    if said.sign == NONNEGATIVE:
        assert np.all((found >= 0) | np.isnan(found))


def elementwise_rows():
    seen = {}
    for row in ROWS:
        op = OPS[row.key]
        if op.rule is not None and op.rule.style == "elementwise" and row.key not in seen:
            seen[row.key] = row
    return list(seen.values())


def slopes_at(op, values):
    """The lines of a rule with 1.0 for ``y_bar``, where the operands have these values."""
    names = Names()
    builder = Builder(names, adjoint=True)
    env = {"y": op.apply(values), "y_bar": 1.0}
    env.update(zip((param.name for param in op.params), values, strict=True))

    class Computed(Expansion):
        def _binop(self, node):
            left, right = self.evaluate(node.left), self.evaluate(node.right)
            return OPS[operator_of(node.op)].function(left, right)

        def _unaryop(self, node):
            return OPS[operator_of(node.op)].function(self.evaluate(node.operand))

        def _compare(self, node):
            left = self.evaluate(node.left)
            return OPS[operator_of(node.ops[0])].function(left, self.evaluate(node.comparators[0]))

        def _constant(self, node):
            return node.value

        def _call(self, node):
            keywords = {keyword.arg: self.evaluate(keyword.value) for keyword in node.keywords}
            return self.resolve(node.func)(*self._spread(node.args), **keywords)

    for param, value in zip(op.params, values, strict=True):
        if value is None:
            continue  # there is no such operand
        local = dict(env)
        if param.several:
            local.update(x=value[0], k=0, xs=value)
        found = Computed(builder, op.rule, local)
        if line_of(param) in found.pending and found.pending[line_of(param)].expression is not None:
            line = next(item for item in lines_of(op.rule) if item.target == line_of(param))
            if getattr(line.expression, "value", 0) is not None:
                yield line_of(param), found.evaluate(line.expression)


@pytest.mark.parametrize("row", elementwise_rows(), ids=str)
def test_slopes_are_finite_where_they_are_said_to_be_regular(row):
    """Also with the result replaced: so are those of what is not used."""
    op = OPS[row.key]
    args = [
        a.value if isinstance(a, Const) else a for a in bind(row.key, list(row.args), row.kwargs)
    ]

    def regular(value):
        if type(value) in (tuple, list):
            return tuple(regular(item) for item in value)
        floating = isinstance(value, float) or getattr(value, "dtype", None) in (
            np.float64,
            np.float32,
        )
        return op.regular if floating else value

    values = [regular(arg) for arg in args]
    for line, slope in slopes_at(op, values):
        assert np.all(np.isfinite(slope)), f"{row.key}: {line} is {slope}"


@pytest.mark.parametrize(
    "key, operands, hazard",
    [
        ("truediv", [Range(NEVER), Range(NEVER, POSITIVE)], NEVER),
        ("truediv", [Range(NEVER), Range(NEVER, NONNEGATIVE)], POLE),
        ("truediv", [Range(NEVER), ranges.of_constant(-2.0)], NEVER),
        ("pow", [Range(NEVER), ranges.of_constant(3)], NEVER),
        ("pow", [Range(NEVER), ranges.of_constant(-1)], POLE),
        ("pow", [Range(NEVER), ranges.of_constant(0.5)], POLE),
        ("dpower", [Range(NEVER), ranges.of_constant(1.5)], POLE),
        ("np.exp", [Range(NEVER)], OVERFLOW),
        ("np.arccos", [Range(NEVER, POSITIVE)], POLE),
        ("np.sin", [Range(POLE)], POLE),
    ],
)
def test_hazards(key, operands, hazard):
    assert OPS[key].range(operands).hazard == hazard


def moving_rows():
    return [row for row in ROWS if OPS[row.key].moves is not None and OPS[row.key].rule is not None]


@pytest.mark.parametrize("row", moving_rows(), ids=str)
def test_what_moves_elements_keeps_their_sign(row):
    """Of what is nowhere negative it makes such; ``WHOLE``: of ones something positive everywhere."""
    op = OPS[row.key]
    args = [
        a.value if isinstance(a, Const) else a for a in bind(row.key, list(row.args), row.kwargs)
    ]
    lines = Lines(op.rule).lines

    def ones(value, several):
        if several:
            return tuple(ones(item, False) for item in value)
        kind = getattr(value, "dtype", np.dtype(type(value)) if isinstance(value, float) else None)
        return np.ones_like(value)[()] if kind is not None and kind.kind in "fc" else value

    values = [
        ones(value, bool(param.several)) if line_of(param) in lines else value
        for param, value in zip(op.params, args, strict=True)
    ]
    with np.errstate(all="ignore"):
        found = numbers(op.apply(values)).real
    assert np.all(found >= 0)
    if op.moves == ranges.WHOLE and all(np.size(leaf) for leaf in leaves(args)):
        assert np.all(found > 0)
