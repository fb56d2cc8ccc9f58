"""Python's ``cmath``. Slopes of inverse functions are written by their results, which know the branch."""

from __future__ import annotations

import cmath

from srcgrad.ir.kinds import COMPLEX, Kind
from srcgrad.rules import exceptions
from srcgrad.rules import pointwise as numpy_rules
from srcgrad.rules.facts import python_bool
from srcgrad.rules.operation import Arg
from srcgrad.rules.registry import constant, elementwise


def python_complex(*args: Arg) -> Kind:
    return COMPLEX


NUMBER = {"facts": python_complex, "cost": 10, "holomorphic": True, "raises": exceptions.of_numbers}

for function, rule in (  # rules that hold as they stand for NumPy's function of that name
    (cmath.exp, numpy_rules.exp),
    (cmath.log, numpy_rules.log),
    (cmath.log10, numpy_rules.log10),
    (cmath.sqrt, numpy_rules.sqrt),
    (cmath.tanh, numpy_rules.tanh),
    (cmath.atan, numpy_rules.arctan),
):
    elementwise(function, **NUMBER)(rule)
elementwise(cmath.atanh, regular=0.5, **NUMBER)(numpy_rules.arctanh)


@elementwise(cmath.sin, **NUMBER)
def sin(y_bar, y, x):
    x_bar = y_bar * cmath.cos(x)


@elementwise(cmath.cos, **NUMBER)
def cos(y_bar, y, x):
    x_bar = -y_bar * cmath.sin(x)


@elementwise(cmath.tan, **NUMBER)
def tan(y_bar, y, x):
    x_bar = y_bar * (1.0 + y * y)


@elementwise(cmath.sinh, **NUMBER)
def sinh(y_bar, y, x):
    x_bar = y_bar * cmath.cosh(x)


@elementwise(cmath.cosh, **NUMBER)
def cosh(y_bar, y, x):
    x_bar = y_bar * cmath.sinh(x)


@elementwise(cmath.asin, regular=0.5, **NUMBER)
def asin(y_bar, y, x):
    x_bar = y_bar / cmath.cos(y)


@elementwise(cmath.acos, regular=0.5, **NUMBER)
def acos(y_bar, y, x):
    x_bar = -y_bar / cmath.sin(y)


@elementwise(cmath.asinh, **NUMBER)
def asinh(y_bar, y, x):
    x_bar = y_bar / cmath.cosh(y)


@elementwise(cmath.acosh, regular=2.0, **NUMBER)
def acosh(y_bar, y, x):
    x_bar = y_bar / cmath.sinh(y)


TEST = {"facts": python_bool, "raises": exceptions.of_numbers}
constant(cmath.isnan, cmath.isinf, cmath.isfinite, cost=1, **TEST)(lambda x: None)
constant(cmath.isclose, cost=2, **TEST)(lambda a, b, rel_tol=1e-09, abs_tol=0.0: None)
