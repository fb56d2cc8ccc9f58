"""Arithmetic, comparison and boolean operators, and the ufuncs behind them."""

from __future__ import annotations

import ast
import operator

import numpy as np

from srcgrad.rules import exceptions, ranges, shifts
from srcgrad.rules.facts import elementwise as numpy_facts
from srcgrad.rules.facts import log_where as log_facts
from srcgrad.rules.facts import of_power as power_facts
from srcgrad.rules.facts import python_operator
from srcgrad.rules.registry import constant, elementwise
from srcgrad.runtime import dpower, log_where, masked, nonzero_or_one

OPERATOR = {"facts": python_operator, "foldable": True, "cost": 1}
UFUNC = {"facts": numpy_facts, "cost": 1}


def add(y_bar, y, a, b):
    a_bar = y_bar
    b_bar = y_bar


def sub(y_bar, y, a, b):
    a_bar = y_bar
    b_bar = -y_bar


def mul(y_bar, y, a, b):
    a_bar = b * y_bar
    b_bar = a * y_bar


def truediv(y_bar, y, a, b):  # +-inf or nan at b = 0, as the division itself
    a_bar = y_bar / b
    b_bar = -y_bar * y / b


def pow(y_bar, y, x, p):  # x_bar = 0 where p = 0; p_bar = 0 where y = 0 and at 0 ** 0
    x_bar = y_bar * dpower(x, p)
    p_bar = y_bar * y * log_where(x, y)


def neg(y_bar, y, x):
    x_bar = -y_bar


def pos(y_bar, y, x):
    x_bar = y_bar


def mod(y_bar, y, a, b):  # a - floor(a / b) * b; the jumps are passed over
    a_bar = y_bar
    b_bar = -y_bar * np.floor_divide(a, b)


MEETS = {"meets": True}
HOLDS = {"holomorphic": True}
TOTAL = {"total": True, **MEETS}
FIELD = {"arithmetic": True, **MEETS, **HOLDS}  # + - * /
RING = {**FIELD, **TOTAL}  # + - *
SIGN = {**HOLDS, "total": True}
DIVIDES = {"raises": exceptions.division}
RAISED = {"raises": exceptions.power}
CALLED = {"called": 1}
SHIFTS = {"raises": exceptions.shifts, "numbers": False}

for python, numpy, rule, values, form in (
    (
        operator.add,
        np.add,
        add,
        ranges.added,
        {**RING, "symbol": ast.Add, "commutative": True, "shift": shifts.added},
    ),
    (
        operator.sub,
        np.subtract,
        sub,
        ranges.tame,
        {**RING, "symbol": ast.Sub, "shift": shifts.subtracted},
    ),
    (
        operator.mul,
        np.multiply,
        mul,
        ranges.meet,
        {**RING, "symbol": ast.Mult, "commutative": True, "shift": shifts.multiplied},
    ),
    (
        operator.truediv,
        np.true_divide,
        truediv,
        ranges.divided,
        {**FIELD, **DIVIDES, "symbol": ast.Div, "shift": shifts.divided},
    ),
    (
        operator.pow,
        np.power,
        pow,
        ranges.power,
        {**HOLDS, **MEETS, **RAISED, **CALLED, "symbol": ast.Pow},
    ),
    (
        operator.neg,
        np.negative,
        neg,
        ranges.tame,
        {**SIGN, "symbol": ast.USub, "shift": shifts.negative},
    ),
    (
        operator.pos,
        np.positive,
        pos,
        ranges.first,
        {**SIGN, "symbol": ast.UAdd, "shift": shifts.same},
    ),
    (operator.mod, np.mod, mod, None, {**MEETS, **DIVIDES, "symbol": ast.Mod}),
):
    elementwise(python, values=values, **OPERATOR, **form)(rule)
    kept = {name: form.get(name) for name in ("holomorphic", "raises", "called", "shift")}
    elementwise(numpy, values=values, meets=numpy is np.power, **UFUNC, **kept)(rule)
elementwise(np.float_power, values=ranges.power, **UFUNC, **RAISED, **CALLED)(pow)

for python, numpy, form in (
    (operator.eq, np.equal, {"symbol": ast.Eq, **TOTAL, "mirrored": "eq"}),
    (operator.ne, np.not_equal, {"symbol": ast.NotEq, **TOTAL, "mirrored": "ne"}),
    (operator.lt, np.less, {"symbol": ast.Lt, **TOTAL, "mirrored": "gt"}),
    (operator.le, np.less_equal, {"symbol": ast.LtE, **TOTAL, "mirrored": "ge"}),
    (operator.gt, np.greater, {"symbol": ast.Gt, **TOTAL, "mirrored": "lt"}),
    (operator.ge, np.greater_equal, {"symbol": ast.GtE, **TOTAL, "mirrored": "le"}),
    (
        operator.floordiv,
        np.floor_divide,
        {"symbol": ast.FloorDiv, **MEETS, **DIVIDES, "values": ranges.divided, "numbers": False},
    ),
    (operator.and_, np.bitwise_and, {"symbol": ast.BitAnd}),
    (operator.or_, np.bitwise_or, {"symbol": ast.BitOr}),
    (operator.xor, np.bitwise_xor, {"symbol": ast.BitXor}),
    (operator.lshift, np.left_shift, {"symbol": ast.LShift, **SHIFTS}),
    (operator.rshift, np.right_shift, {"symbol": ast.RShift, **SHIFTS}),
):
    raises = form.get("raises", exceptions.arithmetic)
    constant(python, **OPERATOR, **{**form, "raises": raises})(lambda a, b: None)
    kept = {"raises": raises, "values": form.get("values"), "numbers": form.get("numbers")}
    constant(numpy, **UFUNC, **kept)(lambda a, b: None)
INVERT = {"raises": exceptions.arithmetic, "numbers": False}
constant(operator.invert, **OPERATOR, **INVERT, symbol=ast.Invert)(lambda x: None)
constant(np.invert, **UFUNC, **INVERT)(lambda x: None)


# --- the helpers of x ** p --------------------------------------------------------------------


POWERS = {"cost": 10, "holomorphic": True, "numbers": True, "meets": True}


@elementwise(dpower, facts=power_facts, values=ranges.slope_of_power, **POWERS)
def dpower_(y_bar, y, x, p):  # p * x ** (p - 1), whose derivative is p * (p - 1) * x ** (p - 2)
    x_bar = masked(y_bar * p * dpower(x, p - 1.0), p != 0)
    p_bar = y_bar * (np.power(x, p - 1.0) + y * log_where(x, y))


@elementwise(log_where, facts=log_facts, values=ranges.logarithm, **POWERS)
def log_where_(y_bar, y, x, power):
    x_bar = masked(y_bar / nonzero_or_one(x), (power != 0) & (x != 0))
    power_bar = None
