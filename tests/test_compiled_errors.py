"""What Python's numbers and ``math`` raise in plain code, compiled code raises, too."""

from __future__ import annotations

import linecache
import math

import numpy as np
import pytest

import srcgrad
from srcgrad.errors import CompileError

pytest.importorskip("numba")

INF, NAN, BIG = math.inf, math.nan, 1e300
# an expression of the floats ``x`` and ``z`` and the ints ``n`` and ``m``, and values of x, z, n, m
ROWS = [
    ("x / z", [(1.0, 0.0), (0.0, 0.0), (1.0, -0.0), (1.0, 2.0), (1.0, NAN), (INF, 1.0)]),
    ("x // z", [(1.0, 0.0), (1.0, 2.0), (1.0, INF)]),
    ("x % z", [(1.0, 0.0), (5.0, 3.0)]),
    ("x * (n / m)", [(1.0, 0.0, 1, 0), (1.0, 0.0, 1, 2)]),
    ("x * (n // m)", [(1.0, 0.0, 1, 0), (1.0, 0.0, 7, 2)]),
    ("x * (n % m)", [(1.0, 0.0, 1, 0), (1.0, 0.0, 7, 2)]),
    ("x / n", [(1.0, 0.0, 0, 0), (1.0, 0.0, 3, 0)]),
    ("n / x", [(0.0, 0.0, 1, 0), (2.0, 0.0, 1, 0)]),
    ("x / (n > m)", [(1.0, 0.0, 1, 2), (1.0, 0.0, 2, 1)]),
    ("1.0 / (x - z)", [(2.0, 2.0), (1.0, 2.0)]),
    (
        "x ** z",
        [(0.0, -1.0), (BIG, 2.0), (2.0, 3.0), (0.0, 0.0), (INF, 2.0), (BIG, INF), (0.0, NAN)],
    ),
    ("x ** 2", [(BIG, 0.0), (-3.0, 0.0), (INF, 0.0)]),
    ("x ** -1", [(0.0, 0.0), (4.0, 0.0)]),
    ("x ** n", [(0.0, 0.0, -2, 0), (BIG, 0.0, 3, 0), (2.0, 0.0, -2, 0)]),
    ("x * n ** -1", [(1.0, 0.0, 0, 0), (1.0, 0.0, 4, 0)]),
    ("x * n ** m", [(1.0, 0.0, 4, 2)]),
    ("x * (n << m)", [(1.0, 0.0, 1, -1), (1.0, 0.0, 1, 2)]),
    ("x * (n >> m)", [(1.0, 0.0, 1, -1), (1.0, 0.0, 8, 2)]),
    ("math.sqrt(x)", [(-1.0, 0.0), (-0.0, 0.0), (4.0, 0.0), (NAN, 0.0), (INF, 0.0), (-INF, 0.0)]),
    ("math.log(x)", [(0.0, 0.0), (-1.0, 0.0), (2.0, 0.0), (NAN, 0.0), (INF, 0.0)]),
    ("math.log2(x)", [(0.0, 0.0), (-1.0, 0.0), (2.0, 0.0)]),
    ("math.log10(x)", [(0.0, 0.0), (-1.0, 0.0), (2.0, 0.0)]),
    ("math.log1p(x)", [(-1.0, 0.0), (-2.0, 0.0), (2.0, 0.0), (NAN, 0.0)]),
    ("math.log(x, z)", [(2.0, 1.0), (2.0, 0.0), (-1.0, 2.0), (4.0, 2.0)]),
    ("math.exp(x)", [(709.782712893384, 0.0), (709.7827128933841, 0.0), (INF, 0.0), (-BIG, 0.0)]),
    ("math.expm1(x)", [(709.782712893384, 0.0), (709.7827128933841, 0.0), (INF, 0.0)]),
    ("math.asin(x)", [(1.1, 0.0), (-1.1, 0.0), (1.0, 0.0), (NAN, 0.0), (INF, 0.0)]),
    ("math.acos(x)", [(1.1, 0.0), (-1.1, 0.0), (0.5, 0.0), (NAN, 0.0)]),
    ("math.atanh(x)", [(1.0, 0.0), (-1.0, 0.0), (2.0, 0.0), (0.5, 0.0)]),
    ("math.acosh(x)", [(0.9, 0.0), (1.0, 0.0), (2.0, 0.0), (-INF, 0.0)]),
    ("math.sin(x)", [(INF, 0.0), (1.0, 0.0), (NAN, 0.0)]),
    ("math.cos(x)", [(-INF, 0.0), (1.0, 0.0)]),
    ("math.tan(x)", [(INF, 0.0), (1.0, 0.0)]),
    ("math.sinh(x)", [(1e3, 0.0), (-1e3, 0.0), (INF, 0.0), (1.0, 0.0)]),
    ("math.cosh(x)", [(1e3, 0.0), (INF, 0.0), (1.0, 0.0)]),
    (
        "math.gamma(x)",
        [(0.0, 0.0), (-2.0, 0.0), (-INF, 0.0), (200.0, 0.0), (-2.5, 0.0), (3.0, 0.0)],
    ),
    ("math.lgamma(x)", [(0.0, 0.0), (-2.0, 0.0), (-INF, 0.0), (BIG * 1e8, 0.0), (3.0, 0.0)]),
    ("math.pow(x, z)", [(-1.0, 0.5), (0.0, -1.0), (BIG, 2.0), (2.0, 3.0), (NAN, 0.0), (0.0, -INF)]),
    ("math.ldexp(x, n)", [(1.0, 0.0, 5000, 0), (1.0, 0.0, 3, 0), (INF, 0.0, 3, 0)]),
    ("x * int(z)", [(1.0, NAN), (1.0, INF), (1.0, 2.5)]),
    ("x * round(z)", [(1.0, NAN), (1.0, -INF), (1.0, 2.5)]),
    ("x * math.floor(z)", [(1.0, NAN), (1.0, INF), (1.0, 2.5)]),
    ("x * math.ceil(z)", [(1.0, NAN), (1.0, INF), (1.0, 2.5)]),
    ("math.sqrt(np.float64(x))", [(-1.0, 0.0), (4.0, 0.0)]),
    ("math.exp(np.float32(x))", [(1e3, 0.0), (1.0, 0.0)]),
    ("x * float(np.float32(z)) / 3.0", [(1.0, 0.1), (1.0, INF)]),
    ("x / float(np.float32(z))", [(1.0, 0.1), (1.0, 0.0)]),
    ("x * int(np.float32(z))", [(1.0, NAN), (1.0, INF), (1.0, 2.5)]),
    # the value is not needed
    ("x + 0 * (7 // n)", [(1.0, 0.0, 0, 0), (1.0, 0.0, 2, 0)]),
    ("x + math.log(z)", [(1.0, -1.0), (1.0, 2.0)]),
    # the first of several
    ("math.sqrt(x) / z", [(-1.0, 0.0), (1.0, 0.0), (1.0, 1.0)]),
    ("math.sqrt(x / z)", [(-1.0, 0.0), (-1.0, 1.0), (1.0, 1.0)]),
    # NumPy's numbers and arrays raise nothing
    ("np.float64(x) / z", [(1.0, 0.0), (0.0, 0.0), (1.0, 2.0)]),
    ("x / np.float64(z)", [(1.0, 0.0), (1.0, 2.0)]),
    ("np.sqrt(x)", [(-1.0, 0.0), (1.0, 0.0)]),
    ("np.log(x) / z", [(0.0, 0.0), (1.0, 0.0)]),
    ("np.float64(x) ** z", [(0.0, -1.0), (BIG, 2.0)]),
    ("np.sum(np.array([x, 1.0]) / z)", [(1.0, 0.0), (1.0, 2.0)]),
    ("1.0 / np.array([x, 1.0])[n]", [(0.0, 0.0, 0, 0), (0.0, 0.0, 1, 0)]),
]


def defined(text, name):
    """A function of a text that has a file and lines."""
    file = f"<compiled errors {name}>"
    linecache.cache[file] = (len(text), None, text.splitlines(True), file)
    scope = {"math": math, "np": np}
    exec(compile(text, file, "exec"), scope)
    return scope[name]


def chosen(rows, name):
    """One function of all expressions: each is compiled once, all together."""
    lines = [f"def {name}(x, z, n, m, which):"]
    for number, (expression, _) in enumerate(rows):
        lines += [f"    if which == {number}:", f"        return x * 2.0 + {expression}"]
    return defined("\n".join([*lines, "    return x + z", ""]), name)


CHUNKS = [ROWS[k : k + 14] for k in range(0, len(ROWS), 14)]
FUNCTIONS = {k: chosen(rows, f"rows{k}") for k, rows in enumerate(CHUNKS)}
CASES = [
    pytest.param(k, j, (*values, 0, 0)[:4], id=f"{row[0]}-{values}")
    for k, rows in enumerate(CHUNKS)
    for j, row in enumerate(rows)
    for values in row[1]
]


def outcome(function, *args):
    """What a call gives, or raises."""
    with np.errstate(all="ignore"):
        try:
            return function(*args), None
        except (ArithmeticError, ValueError) as error:
            return None, error


@pytest.mark.parametrize(("chunk", "which", "values"), CASES)
def test_expressions(chunk, which, values):
    f = FUNCTIONS[chunk]
    args = (*values, which)
    expected, error = outcome(f, *args)
    plain, _ = outcome(srcgrad.vjp, f, args)
    for argnums in ((0, 1),):
        found = outcome(lambda: srcgrad.value_and_vjp(f, args, 1.0, argnums=argnums, jit=True))
        if error is not None:
            assert type(found[1]) is type(error), found
            assert found[1].args == error.args
            continue
        value, gradients = found[0] or pytest.fail(repr(found[1]))
        np.testing.assert_allclose(value, expected, 1e-12)
        np.testing.assert_allclose(gradients, plain[:2], 1e-10)


def filter_of(x, stages):
    n = 2**stages
    bands = np.zeros(n)
    for k in range(n // 2):
        bands[k] = x * k
    return np.sum(bands**2)


def test_powers_of_ints_are_ints():
    plain = srcgrad.value_and_vjp(filter_of, (1.5, 3))
    value, gradients = srcgrad.value_and_vjp(filter_of, (1.5, 3), jit=True)
    np.testing.assert_allclose((value, gradients[0]), (plain[0], plain[1][0]))
    with pytest.raises(CompileError, match="a negative power"):
        srcgrad.vjp(lambda x, n, m: x * n**m, (1.0, 4, -1), jit=True)


# --- programs -----------------------------------------------------------------------------------


def in_a_loop(x, k):
    s = 0.0
    for i in range(k):
        s += math.sqrt(x - i) * x
    return s


def carried(x, k):
    for i in range(k):
        x = 1.0 / (x - i)
    return x


def which_comes_first(x, k):
    s = x
    for i in range(k):
        s += math.log(3.5 - i) + 1.0 / (2 - i) * x
    return s


def which_comes_first_in_another_order(x, k):
    s = x
    for i in range(k):
        s += math.log(1.5 - i) + 1.0 / (2 - i) * x
    return s


def while_it_lasts(x, k):
    n = 0
    while math.sqrt(x) > k + n:
        x = x / 2.0 - 1.0
        n += 1
    return x


def in_a_branch(x, k):
    if k > 2:
        y = x / (k - 4)
    else:
        y = math.log(x - k)
    return y * x


def of_a_condition(x, k):
    if 1.0 / k > 0.3:
        return x * x
    return x


def helper(x, k):
    return math.acos(x / k)


def called(x, k):
    return helper(x, k) + helper(x, 5.0)


def unneeded(x, k):
    y = 1.0 / (k - 4)
    math.log(k)
    for i in range(k):
        7 // (5 - i)
    return x * x


def before_a_raise(x, k):
    y = math.sqrt(x - k)
    if k > 3:
        raise ValueError("too large")
    return y


def elements(x, k):
    a = np.arange(3.0) * x
    s = 0.0
    for i in range(k):
        s += math.sqrt(a[i] - 1.0) / k + 1.0 / a[i]
    return s


def of_elements_and_numbers(x, k):
    a = np.zeros(3)
    a[0] = x
    for i in range(1, 3):
        a[i] = a[i - 1] / (k - 4) + a[i - 1] / a[0]
    return np.sum(a)


def nested_loops(x, k):
    s = 0.0
    for i in range(k):
        for j in range(i):
            s += x / (2 - j) * math.exp(300.0 * i)
    return s


def in_a_recursion(x, k):
    if x > k:
        return math.log(x)
    return in_a_recursion(x * x / (k - 4), k)


def filled_list(x, k):
    xs = [x / (i - 4) for i in range(k)]
    return sum(xs) * len(xs)


PROGRAMS = [
    (in_a_loop, [(9.0, 3), (1.5, 3), (1.5, 9), (-1.0, 1), (-1.0, 0)]),
    (carried, [(9.0, 3), (0.0, 3), (1.0, 4), (0.5, 9)]),
    (which_comes_first, [(1.0, 2), (1.0, 3), (1.0, 5)]),
    (which_comes_first_in_another_order, [(1.0, 1), (1.0, 3), (1.0, 5)]),
    (while_it_lasts, [(5.0, 1), (9.0, 0), (5.0, -9), (-4.0, 9)]),
    (in_a_branch, [(9.0, 3), (9.0, 4), (1.0, 1), (0.5, 1)]),
    (of_a_condition, [(2.0, 0), (2.0, 1), (2.0, 9)]),
    (called, [(0.5, 1), (0.5, 0), (3.0, 2), (7.0, 10)]),
    (unneeded, [(2.0, 4), (2.0, 0), (2.0, -1), (2.0, 5), (2.0, 6)]),
    (before_a_raise, [(2.0, 1), (5.0, 4), (2.0, 4)]),
    (elements, [(2.0, 1), (2.0, 3), (0.0, 0)]),
    (of_elements_and_numbers, [(2.0, 1), (2.0, 4), (0.0, 3)]),
    (nested_loops, [(2.0, 2), (2.0, 4), (2.0, 3)]),
    (in_a_recursion, [(2.0, 1), (2.0, 5), (2.0, 4), (0.5, -3)]),
    (filled_list, [(2.0, 3), (2.0, 5), (2.0, 0)]),
]


@pytest.mark.parametrize(("f", "inputs"), PROGRAMS, ids=lambda x: getattr(x, "__name__", ""))
def test_programs(f, inputs):
    for args in inputs:
        expected, error = outcome(f, *args)
        plain = outcome(srcgrad.vjp, f, args)
        found = outcome(lambda args=args: srcgrad.vjp(f, args, jit=True))
        both = outcome(lambda args=args: srcgrad.value_and_vjp(f, args, jit=True))
        if error is not None:
            for _, raised in (plain, found, both):
                assert type(raised) is type(error), args
                assert raised.args == error.args
        else:
            np.testing.assert_allclose(both[0][0], expected, 1e-12)
            np.testing.assert_allclose(found[0][0], plain[0][0], 1e-10)


# --- what raises nothing ---------------------------------------------------------------------------


def root(x):
    return math.sqrt(x)


def slope(x):
    return srcgrad.vjp(root, (x,))[0]


def power(x):
    return x**1.5 + abs(x) ** 0.5


def norm(x):
    return math.hypot(x, 0.0 * x)


@pytest.mark.parametrize("f", [root, power, norm], ids=lambda f: f.__name__)
def test_the_adjoint_divides_silently(f):
    expected, error = outcome(srcgrad.vjp, f, (0.0,))
    found, raised = outcome(lambda: srcgrad.vjp(f, (0.0,), jit=True))
    assert error is None and raised is None
    np.testing.assert_array_equal(found, expected)


def test_the_derivative_of_an_adjoint_divides_silently():
    for jit in (False, True):
        found, raised = outcome(lambda jit=jit: srcgrad.vjp(slope, (0.0,), jit=jit))
        assert raised is None
        assert not np.isfinite(found[0])


def divided(a, h):
    s = 0.0
    for i in range(1, len(a)):
        s += (a[i] - a[i - 1]) ** 2 / h + a[i] ** 1.5
    return s + np.sum(a / h)


def test_loops_over_elements_have_no_checks():
    f = srcgrad.grad(divided, jit=True)
    f(np.ones(3), 2.0)
    assert "raise" not in f.source


def test_a_check_is_made_once_and_where_it_may_be_needed():
    def f(x, z):
        return x / z + 1.0 / z + x / 3.0 + x**2 / math.e + x * (1.0 / z)

    g = srcgrad.grad(f, jit=True)
    g(1.0, 2.0)
    assert g.source.count("ZeroDivisionError") == 1 and g.source.count("OverflowError") == 1


def test_a_mask_of_one_truth_value_is_refused_by_its_line():
    def f(x):
        y = x.copy()
        y[x < 0] = 0.0
        return 2.0 * y

    x = np.array(0.5)
    assert srcgrad.vjp(f, (x,), 1.0)[0] == 2.0
    with pytest.raises(srcgrad.CompileError, match=r"y\[x < 0\] = 0.0"):
        srcgrad.vjp(f, (x,), 1.0, jit=True)
