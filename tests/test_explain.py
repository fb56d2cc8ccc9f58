"""`srcgrad.explain`: what it says is what generated code does."""

from __future__ import annotations

import numpy as np
import pytest

import srcgrad
from srcgrad.api import derivative_of
from srcgrad.dispatch import Options, asked
from tests.kept_bytes import kept_bytes


def straight(x, w):
    y = np.exp(x) * w
    z = np.sum(y, axis=0)
    return np.sum(z * np.sin(z))


def relaxed(x, w, steps):
    for _ in range(steps):
        x = np.sin(w * x) + x
    return np.sum(x)


def scalars(x, w, n):
    for i in range(n):
        if x > 1.0:
            x = w * np.sqrt(x)
        else:
            x = x * x + w * i
    return x


def triangle(x, n):
    for i in range(1, n):
        for j in range(i):
            x[i] += x[j] * x[i]
    return x


def backwards(x, n):
    total = 0.0
    for i in range(n - 1, 0, -2):
        total = np.sin(total + x[i]) * total + 1.0
    return total


def rows(grid, k):
    for i in range(1, len(grid)):
        row = grid[i]
        row += k * grid[i - 1] * row
    return grid


def smooth(u, steps):
    for _ in range(steps):
        u[1:-1] = u[1:-1] * (u[:-2] + u[2:]) * 0.5
    return np.sum(u * u)


def nested(a, n, m):
    s = 1.0
    for i in range(n):
        t = s * a
        for j in range(m):
            t = np.sin(t) * t * (j + i)
        s = s + t * s
    return s


def masked(x, n):
    total = np.zeros_like(x)
    for _ in range(n):
        mask = x > 0.5
        total = total + np.where(mask, x * total, x)
        x = np.cos(x)
    return np.sum(total)


def views(x):
    y = np.outer(x, x)
    return np.sum(y.T[1:] * y.T[:-1])


def flags(x, n):
    count = 0
    total = x
    for i in range(n):
        if total < 2.0:
            count = count + i
        total = total * np.exp(x * 0.1) + count
    return total


def single(x, n):
    for _ in range(n):
        x = x * np.exp(-x)
    return np.sum(x)


PROGRAMS = [
    (straight, (np.ones((3, 4)), 2.0)),
    (relaxed, (np.ones(5), 0.3, 4)),
    (relaxed, (np.ones(5), 0.3, 0)),
    (scalars, (3.0, 1.2, 6)),
    (triangle, (np.linspace(0.1, 0.2, 7), 6)),
    (backwards, (np.linspace(0.1, 0.2, 8), 8)),
    (rows, (np.ones((4, 3)), 0.5)),
    (smooth, (np.linspace(0.1, 0.9, 9), 3)),
    (nested, (1.3, 3, 2)),
    (masked, (np.linspace(0.1, 0.9, 5), 3)),
    (views, (np.linspace(0.1, 0.9, 4),)),
    (flags, (0.7, 5)),
    (single, (np.linspace(0.1, 0.9, 5, dtype=np.float32), 3)),
]


@pytest.mark.parametrize(("f", "inputs"), PROGRAMS, ids=lambda p: getattr(p, "__name__", ""))
def test_bytes_are_those_that_are_kept(f, inputs):
    derivative, function, everything = derivative_of(f, inputs, asked("vjp"))
    entry = derivative.entry(function, everything)
    value = f(*fresh(inputs))
    seeds = [np.ones_like(value)] if isinstance(value, np.ndarray) else [1.0]
    real = kept_bytes(entry, function, fresh(inputs), seeds)
    found = srcgrad.explain(f, *inputs)
    assert found.kept.here is not None
    if found.kept.at_most:
        assert real <= found.kept.here <= real + 2 * sum(np.asarray(x).nbytes for x in inputs)
    else:
        assert found.kept.here == real


@pytest.mark.parametrize(
    ("f", "inputs"), [(nested, (1.3, 3, 2)), (smooth, (np.ones(9), 3)), (flags, (0.7, 5))]
)
def test_bytes_of_second_derivatives(f, inputs):
    """The tapes of the derivative inside are not those of the one outside."""
    f = srcgrad.grad(f, argnums=0)
    derivative, function, everything = derivative_of(f, inputs, asked("vjp"))
    entry = derivative.entry(function, everything)
    seeds = [np.ones_like(f(*fresh(inputs)))]
    real = kept_bytes(entry, function, fresh(inputs), seeds)
    assert srcgrad.explain(f, *inputs).kept.here == real > 0


@pytest.mark.parametrize(("f", "inputs"), PROGRAMS, ids=lambda p: getattr(p, "__name__", ""))
def test_bytes_of_loop_form(f, inputs):
    """It is run as Python. It holds sizes beside that, one or two numbers, which are not told of."""
    pytest.importorskip("numba")
    derivative, function, everything = derivative_of(f, inputs, asked("vjp", None, Options(True)))
    entry = derivative.entry(function, everything)
    value = f(*fresh(inputs))
    seeds = [np.ones_like(value)] if isinstance(value, np.ndarray) else [1.0]
    real = kept_bytes(entry, function, fresh(inputs), seeds)
    found = srcgrad.explain(f, *inputs, jit=True).kept
    assert found.here is not None
    assert (
        real - 16
        <= found.here
        <= real + (2 * sum(np.asarray(x).nbytes for x in inputs) if found.at_most else 0)
    )


def fresh(inputs):
    return tuple(np.copy(x) if isinstance(x, np.ndarray) else x for x in inputs)


def test_most_programs_are_known_exactly():
    exact = [f for f, inputs in PROGRAMS if not srcgrad.explain(f, *inputs).kept.at_most]
    assert len(exact) >= 8


def test_the_meter_counts_what_is_pushed():
    """Two numbers of an iteration, or one, differ: the test above can fail."""
    derivative, function, everything = derivative_of(scalars, (3.0, 1.2, 6), asked("vjp"))
    entry = derivative.entry(function, everything)
    assert kept_bytes(entry, function, (3.0, 1.2, 6), [1.0]) == 6 * 8
    assert srcgrad.explain(scalars, 3.0, 1.2, 6)["x"].bytes.here == 0  # the last one is not read


# --- what becomes of values -------------------------------------------------------------------


def fates(f, *inputs, **options):
    return {
        (v.name, v.line - f.__code__.co_firstlineno): v
        for v in srcgrad.explain(f, *inputs, **options).values
    }


def test_a_loop_of_numbers():
    found = fates(scalars, 3.0, 1.2, 6)
    x = found["x", 1]
    assert (x.status, x.why, x.bytes.formula, x.bytes.here) == (
        "kept",
        "it comes from the iteration before",
        "8*n",
        48,
    )
    first = scalars.__code__.co_firstlineno
    assert x.function == "scalars"
    assert set(x.read_in) <= {first + 2, first + 3, first + 5} and first + 3 in x.read_in
    assert found["x > 1.0", 2].status == "computed again"
    assert found["x > 1.0", 2].read_in == (first + 2,)
    assert "cheap" in found["x > 1.0", 2].why
    assert found["i", 1].status == "computed again"
    assert found["i", 1].why == "the reverse loop counts it itself"
    assert not found["i", 1].active and x.active


def test_arrays_are_kept_where_numbers_are_computed_again():
    found = fates(relaxed, np.ones(5), 0.3, 4)
    assert found["w * x", 2].status == "kept"
    assert found["w * x", 2].why.startswith("it is an array")
    assert found["w * x", 2].bytes.formula == "8*n*steps"


def test_what_is_overwritten():
    found = fates(triangle, np.linspace(0.1, 0.2, 7), 6)
    assert found["x[i]", 3].why == "what it is made of is overwritten later"
    assert found["x[i]", 3].bytes.formula == "4*n**2 - 4*n"
    assert found["x[i]", 3].bytes.here == 120
    assert found["x[j]", 3].status == "computed again"
    copy = next(v for v in srcgrad.explain(triangle, np.ones(7), 6).values if v.bytes.here == 56)
    assert copy.why == "a copy of the input, which the function writes into"


def test_earlier_elements_of_a_row():
    found = srcgrad.explain(rows, np.ones((4, 3)), 0.5)
    overwritten = [v for v in found.values if v.why.startswith("overwritten in line")]
    assert [v.bytes.here for v in overwritten] == [72]


def test_inactive_values():
    def f(x, table, n):
        size = len(table) * n
        scaled = table * 2.0
        unused = x * 3.0
        return np.sum(x * scaled) * size

    found = srcgrad.explain(f, np.ones(3), np.ones(3), 2, argnums=0)
    assert found["scaled"].status == "kept" and not found["scaled"].active
    assert found["table"].status == "inactive" and found["n"].status == "inactive"
    assert srcgrad.explain(lambda x, k: x * 2.0, 1.0, 3)["k"].status == "inactive"
    assert "int" in srcgrad.explain(lambda x, k: x * 2.0, 1.0, 3)["k"].why
    assert "unused" not in {v.name for v in found.values if v.status == "kept"}


def test_only_a_shape_is_kept():
    def f(x, n):
        total = 0.0
        for i in range(n):
            part = x[x > i * 0.1] * 2.0
            total += np.sum(part)
        return total

    (part,) = [v for v in srcgrad.explain(f, np.ones(9), 4).values if "shape" in v.why]
    assert (part.name, part.status) == ("x[x > (i * 0.1)]", "kept")
    assert (part.bytes.formula, part.bytes.here) == ("8*n", 32)
    assert part.kind == "float64[_]"


def test_views_share_memory():
    found = srcgrad.explain(views, np.ones(4))
    assert found.kept.here == 8 * 16
    assert any(v.why.startswith("shares memory with") for v in found.values)


def newton(x, a):
    while abs(x * x - a) > 1e-9:
        x = x - (x * x - a) / (2 * x)
    return x


def test_a_loop_that_values_end():
    found = srcgrad.explain(newton, 1.0, 2.0)
    line = newton.__code__.co_firstlineno + 1
    kept = [v for v in found.values if v.name == "x" and v.status == "kept"]
    assert [v.bytes.formula for v in kept] == [f"8*trips_{line}"]
    assert kept[0].bytes.here is None and found.kept.here is None
    assert [s.meaning for s in found.sizes] == [f"iterations of the loop in line {line}"]


def test_a_tape_that_grows():
    pytest.importorskip("numba")
    found = srcgrad.explain(newton, 1.0, 2.0, jit=True)
    assert found.kept.formula == srcgrad.explain(newton, 1.0, 2.0).kept.formula
    assert any("in an array that grows" in v.why for v in found.values)


# --- operations, nests, calls -----------------------------------------------------------------


def counts(found, where, name):
    (item,) = [o for o in found.operations if (o.where, o.name) == (where, name)]
    return item.times.here, item.elements.here


def test_operations_are_counted():
    found = srcgrad.explain(relaxed, np.ones(5), 0.3, 4)
    assert counts(found, "primal", "np.sin") == (4, 20)
    assert counts(found, "primal", "*") == (4, 20)
    assert counts(found, "primal", "np.sum") == (1, 5)
    sine = next(o for o in found.operations if o.where == "primal" and o.name == "np.sin")
    assert (sine.sort, sine.times.formula, sine.elements.formula) == (
        "elementwise",
        "steps",
        "n*steps",
    )
    assert {o.where for o in found.operations} == {"primal", "forward", "reverse"}


def test_nested_loops_are_added_up():
    found = srcgrad.explain(triangle, np.ones(7), 6)
    assert counts(found, "primal", "*") == (15, 15)


class Number:
    """A number that counts how often it is multiplied."""

    products = 0

    def __init__(self, value):
        self.value = value

    def __mul__(self, other):
        Number.products += 1
        return Number(self.value * getattr(other, "value", other))

    __rmul__ = __mul__

    def __add__(self, other):
        return Number(self.value + getattr(other, "value", other))

    __radd__ = __add__


def powers(x, n, m):
    total = x
    for i in range(1, n, 2):
        for j in range(i, m):
            total = total * x + j * x
        for _ in range(n - i):
            total = total * 0.5
    return total


def test_products_of_a_program_are_those_that_it_does():
    for n, m in [(5, 7), (8, 3), (0, 4), (6, 6)]:
        Number.products = 0
        powers(Number(1.5), n, m)
        assert counts(srcgrad.explain(powers, 1.5, n, m), "primal", "*")[0] == Number.products
    values = np.array([Number(0.5) for _ in range(7)], dtype=object)
    Number.products = 0
    triangle(values, 6)
    assert Number.products == 15


def test_compiled_code_has_nests_and_calls():
    pytest.importorskip("numba")

    def f(a, x):
        y = np.exp(x) * 2.0
        return np.sum(np.linalg.solve(a, y) * y)

    found = srcgrad.explain(f, np.eye(30), np.ones(30), jit=True)
    line = f.__code__.co_firstlineno
    assert any(line + 1 in nest.lines for nest in found.fused if nest.where == "forward")
    assert "np.linalg.solve" in {call.name for call in found.calls}
    assert srcgrad.explain(f, np.eye(30), np.ones(30)).fused == ()


def test_compiled_code_computes_arrays_again():
    pytest.importorskip("numba")
    plain = srcgrad.explain(relaxed, np.ones(50), 0.3, 4)
    compiled = srcgrad.explain(relaxed, np.ones(50), 0.3, 4, jit=True)
    assert compiled["w * x"].status == "computed again"
    assert compiled.kept.here < plain.kept.here


def test_calls_that_are_not_followed():
    def fib(x, n):
        return x if x > n else fib(x * 2.0, n) * x

    found = srcgrad.explain(fib, 1.0, 3)
    assert any(
        call.name == "fib_reverse" and call.why == "a function that calls itself"
        for call in found.calls
    )
