"""Arithmetic, comparison and boolean operators, and the ufuncs behind them."""

from __future__ import annotations

import operator

import numpy as np

from srcgrad.rules import ranges
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


for python, numpy, rule, values in (
    (operator.add, np.add, add, ranges.added),
    (operator.sub, np.subtract, sub, ranges.tame),
    (operator.mul, np.multiply, mul, ranges.meet),
    (operator.truediv, np.true_divide, truediv, ranges.divided),
    (operator.pow, np.power, pow, ranges.power),
    (operator.neg, np.negative, neg, ranges.tame),
    (operator.pos, np.positive, pos, ranges.first),
    (operator.mod, np.mod, mod, None),
):
    elementwise(python, values=values, **OPERATOR)(rule)
    elementwise(numpy, values=values, **UFUNC)(rule)
elementwise(np.float_power, values=ranges.power, **UFUNC)(pow)

for python, numpy in (
    (operator.eq, np.equal),
    (operator.ne, np.not_equal),
    (operator.lt, np.less),
    (operator.le, np.less_equal),
    (operator.gt, np.greater),
    (operator.ge, np.greater_equal),
    (operator.and_, np.bitwise_and),
    (operator.or_, np.bitwise_or),
    (operator.xor, np.bitwise_xor),
    (operator.lshift, np.left_shift),
    (operator.rshift, np.right_shift),
):
    constant(python, **OPERATOR)(lambda a, b: None)
    constant(numpy, **UFUNC)(lambda a, b: None)
constant(operator.floordiv, values=ranges.divided, **OPERATOR)(lambda a, b: None)
constant(np.floor_divide, values=ranges.divided, **UFUNC)(lambda a, b: None)
constant(operator.invert, **OPERATOR)(lambda x: None)
constant(np.invert, **UFUNC)(lambda x: None)


# --- the helpers of x ** p --------------------------------------------------------------------


@elementwise(dpower, facts=power_facts, values=ranges.slope_of_power, cost=10)
def dpower_(y_bar, y, x, p):  # p * x ** (p - 1), whose derivative is p * (p - 1) * x ** (p - 2)
    x_bar = masked(y_bar * p * dpower(x, p - 1.0), p != 0)
    p_bar = y_bar * (np.power(x, p - 1.0) + y * log_where(x, y))


@elementwise(log_where, facts=log_facts, values=ranges.logarithm, cost=10)
def log_where_(y_bar, y, x, power):
    x_bar = masked(y_bar / nonzero_or_one(x), (power != 0) & (x != 0))
    power_bar = None
