"""The loop form of compiled code: right as it is read, run as Python; and what it builds on."""

import ast
import itertools
import operator
import os
import zlib
from pathlib import Path

import numpy as np
import pytest

import srcgrad
from srcgrad.rules.operation import OPS, REQUIRED
from tests.drawn import drawn
from tests.golden.loop_programs import GOLDEN, stencil
from tests.programs import PROGRAMS
from tests.test_compiled import assert_same, check, cotangent_of

numba = pytest.importorskip("numba")

import srcgrad.backend.numba_overloads  # noqa: E402

EXPECTED = Path(__file__).parent / "golden" / "loops"
RNG = np.random.default_rng(0)
name_of = operator.attrgetter("name")


@pytest.mark.parametrize("program", drawn(PROGRAMS, name_of), ids=name_of)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_program(program, interpreted):
    rng = np.random.default_rng(zlib.crc32(program.name.encode()))
    cotangent = cotangent_of(program.f(*program.fresh()), rng)
    expected = srcgrad.value_and_vjp(program.f, program.fresh(), cotangent)
    try:
        actual = srcgrad.value_and_vjp(program.f, program.fresh(), cotangent, jit=True)
    except srcgrad.CompileError as error:
        pytest.skip(str(error).splitlines()[0])
    assert_same(actual, expected)


# --- what operations do to numbers ----------------------------------------------------------

VALUES = [-np.inf, -2.5, -1.0, -0.3, -0.0, 0.0, 0.4, 1.0, 3.0, 7.5, np.inf, np.nan]
SYMBOLS = {"Add": "+", "Sub": "-", "Mult": "*", "Div": "/", "Pow": "**", "Mod": "%", "USub": "-"}
SYMBOLS |= {"UAdd": "+", "Eq": "==", "NotEq": "!=", "Lt": "<", "LtE": "<=", "Gt": ">", "GtE": ">="}
SYMBOLS |= {"BitAnd": "&", "BitOr": "|", "BitXor": "^"}


def on_elements():
    """The operations that loop form does to numbers, with the dtypes that they take."""
    for key, op in OPS.items():
        module = getattr(op.function, "__module__", None) or ""
        plain = not isinstance(op.function, np.ufunc) or hasattr(np, op.function.__name__)
        plain = plain and "scipy" not in module and not key.startswith("scipy.")
        if op.on_elements and plain and op.symbol is not ast.Not:
            if op.symbol is None or op.symbol.__name__ in SYMBOLS:
                yield key


def callable_of(op):
    """The operation as a function that Numba can compile."""
    names = [p.name for p in op.params if p.default is REQUIRED]
    if op.symbol is not None:
        sign = SYMBOLS[op.symbol.__name__]
        text = f"{sign}{names[0]}" if len(names) == 1 else f"{names[0]} {sign} {names[1]}"
    elif op.key == "np.where":
        text = "a if condition else b"
    else:
        text = f"function({', '.join(names)})"
    namespace = {"function": op.function}
    exec(f"def applied({', '.join(names)}):\n    return {text}", namespace)
    return namespace["applied"], len(names)


@pytest.mark.parametrize("key", list(on_elements()))
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@np.errstate(all="ignore")
def test_operation_on_numbers(key):
    op = OPS[key]
    applied, count = callable_of(op)
    tried = 0
    for dtype in ("float64", "float32", "bool"):
        values = np.array(VALUES).astype(dtype)
        picked = list(itertools.product(values, repeat=count))
        picked = picked[:: max(len(picked) // 100, 1)]
        operands = [np.array(column) for column in zip(*picked, strict=True)]
        if key == "np.where":
            operands[0] = operands[0] != 0
        whole = op.function if op.symbol is None else applied
        try:
            expected = np.asarray(whole(*operands))
        except TypeError:
            continue
        if dtype == "bool" and expected.dtype != "bool":
            continue  # as ``members.fit`` says
        if dtype == "bool" and op.arithmetic:
            continue
        compiled = numba.njit(error_model="numpy")(applied)
        found = [compiled(*(column[k] for column in operands)) for k in range(len(picked))]
        assert (
            numba.np.numpy_support.as_dtype(compiled.nopython_signatures[0].return_type)
            == expected.dtype
        )
        tolerance = 1e-5 if dtype == "float32" else 1e-12
        np.testing.assert_allclose(np.array(found), expected, tolerance, 0)
        tried += 1
    assert tried


# --- nests ----------------------------------------------------------------------------------

M, N = 4, 5
X = RNG.normal(size=(M, N))
V = RNG.normal(size=N)
C = RNG.normal(size=(3, M, N))
NESTS = {
    "transposed": (lambda x, v: (x.T * 2.0 + np.exp(x.T)).T * v, (X, V)),
    "new_axes": (lambda x, v: v[:, None] * v[None, :] + x[0][None], (X, V)),
    "steps": (lambda x, v: x[::2, 1::3] ** 2 + x[1::2, :2], (X, V)),
    "backwards": (lambda x, v: x[::-1] * x + v[::-1], (X, V)),
    "last_row": (lambda x, v: x[-1] * v - x[-2, :], (X, V)),
    "short_axis": (lambda x, v: x[:, :1] * x + x[:1] - np.sum(x, axis=1, keepdims=True), (X, V)),
    "sums": (lambda x, v: np.sum(x * v, axis=0) * np.sum(x) + np.sum(x**2, axis=1)[0], (X, V)),
    "sums_of_three": (
        lambda c: np.sum(c * c, axis=(0, 2)) + np.sum(c, axis=1)[0, 0] + np.sum(c, axis=(1, 2))[1],
        (C,),
    ),
    "outer": (lambda x, v: np.outer(v, v) + np.outer(x[0], v[::-1]), (X, V)),
    "choices": (lambda x, v: np.where(x > 0, x * v, 0.0) + np.maximum(x, v), (X, V)),
    "ends_of_views": (
        lambda x, v: x[:3][-1] * v + x[:-1][-2] * v * x[1:-1][-1] * x[:3:2][-1],
        (X, V),
    ),
    "of_no_elements": (lambda x, v: np.sum(x[4:] * v) + np.sum(v[5:] ** 2), (X, V)),
}


@pytest.mark.parametrize("name", NESTS)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_nest(name, dtype, interpreted):
    f, inputs = NESTS[name]
    inputs = tuple(x.astype(dtype) for x in inputs)
    check(f, inputs, cotangent_of(f(*inputs), RNG))


def shifted(x, n):
    y = x * 1.0
    for i in range(1, n):
        y[i] = y[i] + y[i - 1] * x[i]
        y[:i] += y[1 : i + 1]
        y[1:] *= y[:-1]
    return y


def rows(a, n):
    b = a.copy()
    for i in range(1, n):
        b[i] -= b[i - 1] * a[i, 0]
        b[i, 1:] /= 1.0 + b[i - 1, :-1] ** 2
    return np.sum(b, axis=0)


def triangular(n, x):
    total = 0.0
    for i in range(n):
        for j in range(i, n):
            for k in range(n - 1, j, -1):
                total = total + np.sin(total * x[k]) * x[i] * x[j]
    return total


def later(x, first, last):
    total = x[0]
    for i in range(first, last):
        total = np.cos(total) * x[i % 3]
    return total


def some(x, n):
    total = x[0] * 1.0
    for i in range(n):
        if x[i % 3] > 0.5:
            for j in range(3):
                total = np.sin(total) + x[j]
        else:
            total = total * x[1]
    return total


def ends(x, n):
    y = x * 1.0
    for k in range(-n, n):
        z = y[:-1]
        z[k] = z[k] * y[0] + z[-1]
        z[:2][-1] += y[:n][k]
    return y


LOOPS = {
    "ends": (ends, (RNG.normal(size=(4, 3)), 3)),
    "stencil": (stencil, (RNG.normal(size=(6, 5)), 0.1, 4)),
    "stencil_of_nothing": (stencil, (RNG.normal(size=(1, 2)), 0.1, 4)),
    "stencil_without_steps": (stencil, (RNG.normal(size=(4, 4)), 0.1, 0)),
    "shifted": (shifted, (RNG.uniform(0.5, 1.0, size=6), 5)),
    "rows": (rows, (RNG.normal(size=(5, 4)), 5)),
    "triangular": (lambda x, n: triangular(n, x), (RNG.normal(size=5), 5)),
    "later": (later, (RNG.uniform(0.2, 1.0, size=3), 4, 9)),
    "never": (later, (RNG.uniform(0.2, 1.0, size=3), 9, 4)),
    "from_below_zero": (later, (RNG.uniform(0.2, 1.0, size=3), -3, 2)),
    "some": (some, (np.array([0.7, 0.2, 0.9]), 7)),
}


@pytest.mark.parametrize("name", LOOPS)
def test_loop(name, interpreted):
    f, inputs = LOOPS[name]
    check(f, inputs, cotangent_of(f(*inputs), RNG))


@pytest.mark.parametrize("name", ["stencil", "rows", "triangular", "some"])
def test_compiled_loop(name):
    f, inputs = LOOPS[name]
    check(f, inputs, cotangent_of(f(*inputs), RNG))


# --- sizes that are taken for equal ---------------------------------------------------------


def cell(z, n, steps):
    c = np.zeros(n)
    for t in range(steps):
        c = np.tanh(z[:n]) * c + z[n : 2 * n] * (t + 1.0)
    return c


def test_sizes_are_tested_and_then_not_assumed(interpreted):
    text = srcgrad.source(cell, np.ones(6), 3, 2, jit=True)
    assert "check_size" in text and "unbroadcast" not in text
    for length in (6, 4, 6, 7):  # of four, the second piece has one element
        z = RNG.normal(size=length)
        check(cell, (z, 3, 2), np.ones(3))


def grown(z, w, k, steps):
    c = w[:k] * 2.0
    for _ in range(steps):
        c = np.tanh(c * z) + z * c
    return c


def grown_from_one(z, w, k, steps):
    c, t = w * 2.0, 0
    while t < steps:
        c = c * z + w
        t += k
    return c


def halved(z, w, k, steps):
    c = z * w
    for _ in range(k, steps):
        c = c[: len(c) // 2 + 1] * w[0]
    return c


def swapped(z, w, k, steps):
    a, b = z[:k], z
    for _ in range(steps):
        a, b = b * a + w[0], a
    return np.sum(a) * b


def piece_before(z, w, k, steps):
    total, piece = w[0], z[:0]
    for t in range(k, steps):
        total = total + np.sum(piece * z[: t - 1])
        piece = z[:t] * z[0]
    return total * piece


@pytest.mark.parametrize("f", [grown, grown_from_one, halved, swapped, piece_before])
def test_sizes_that_change_in_plain_code(f):
    for length, count in ((5, 1), (3, 1), (1, 1), (4, 4)):
        for steps in (4, 2, 0):
            inputs = RNG.normal(size=length), RNG.normal(size=count), 1, steps
            cotangent = cotangent_of(f(*inputs), RNG)
            with srcgrad.testing.options(off=("assumed sizes",)):
                expected = srcgrad.value_and_vjp(f, inputs, cotangent)
            assert_same(srcgrad.value_and_vjp(f, inputs, cotangent), expected)


def lengthened(x, n):
    for _ in range(n):
        x = np.concatenate([x, x[-1:]])
    return x * x


def test_sizes_that_differ_before_they_are_tested(interpreted):
    tangents = np.ones(3), None
    expected = srcgrad.jvp(lengthened, (np.ones(3), 2), tangents)
    assert_same(srcgrad.jvp(lengthened, (np.ones(3), 2), tangents, jit=True), expected)


def test_plain_code_tests_sizes():
    text = srcgrad.source(cell, np.ones(6), 3, 2)
    assert "check_size" in text and "unbroadcast" not in text
    assert "check_size" not in srcgrad.source(cell, np.ones(6), 3, 2, standalone=True)
    for length in (6, 4, 6, 7):
        z = RNG.normal(size=length)
        with srcgrad.testing.options(off=("assumed sizes",)):
            expected = srcgrad.value_and_vjp(cell, (z, 3, 2), np.ones(3))
        assert_same(srcgrad.value_and_vjp(cell, (z, 3, 2), np.ones(3)), expected)


@pytest.mark.parametrize("f", [grown, grown_from_one, halved, swapped, piece_before])
def test_sizes_that_change_in_a_loop(f, interpreted):
    for length, count in ((5, 1), (3, 1), (1, 1), (4, 4)):
        for steps in (4, 2, 0):
            inputs = RNG.normal(size=length), RNG.normal(size=count), 1, steps
            check(f, inputs, cotangent_of(f(*inputs), RNG))


@pytest.mark.parametrize("shape", [(2,), (9,), (0,), (), (3, 1)])
def test_cotangent_gives_no_size(shape, interpreted):
    with pytest.raises(srcgrad.CotangentError):
        srcgrad.value_and_vjp(cell, (np.ones(6), 3, 2), np.ones(shape), jit=True)


def test_output_is_not_printed_twice(interpreted, capsys):
    def f(z, n):
        print("once")
        return z[:n] * z[n:]

    check(f, (np.arange(1.0, 5.0), 3), np.ones(3))
    assert capsys.readouterr().out == "once\n" * 2


COUNTS = np.zeros(1)


def counted(z, n):
    COUNTS[0] += 1.0
    return z[:n] * z[n:]


def test_arrays_outside_are_not_written_twice(interpreted):
    COUNTS[0] = 0.0
    srcgrad.vjp(counted, (np.arange(1.0, 5.0), 3), np.ones(3), jit=True)
    assert COUNTS[0] == 1.0


def shrinking(x, n):
    for _ in range(n):
        x = x[1:] * np.cos(x[:-1])
    return np.sum(x)


def of_several_sizes(x, n):
    kept = [x[: i + 1] * 2.0 for i in range(n)]
    total = 0.0
    for _ in range(n):
        a = kept.pop()
        total = total + np.sum(a * a)
        if kept:
            b = kept[-1]
            total = total + np.sum(np.sin(a)) * np.sum(b**3)
    return total


@pytest.mark.parametrize("f", [shrinking, of_several_sizes])
def test_one_symbol_may_stand_for_several_sizes(f, interpreted):
    check(f, (RNG.normal(size=6), 4))


# --- to the letter --------------------------------------------------------------------------


@pytest.mark.parametrize("name", GOLDEN)
def test_source(name):
    f, inputs = GOLDEN[name]
    text = srcgrad.source(f, *inputs, jit=True)
    path = EXPECTED / f"{name}.py"
    if os.environ.get("SRCGRAD_UPDATE_GOLDEN"):
        path.write_text(text)
    assert text == path.read_text()


def test_no_file_is_left_over():
    assert {path.stem for path in EXPECTED.glob("*.py")} == set(GOLDEN)
