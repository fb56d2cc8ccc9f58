"""Loops that threads share: no part meets another, and results are those of one thread."""

import copy
import os
import pickle
import threading
import zlib

import numpy as np
import pytest

import srcgrad
from srcgrad.dispatch import derivative
from srcgrad.loopform import parallel
from tests.golden.loop_programs import stencil
from tests.interleaved import interleaved
from tests.programs import PROGRAMS
from tests.test_compiled import assert_same, cotangent_of

numba = pytest.importorskip("numba")


@pytest.fixture
def eager(monkeypatch, tmp_path):
    """All loops are shared that may be, however little they do."""
    monkeypatch.setattr(parallel, "WORTH", 0)
    monkeypatch.setattr(parallel, "COPY", 0)
    monkeypatch.setenv("SRCGRAD_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(derivative.Active, "table", derivative.Table())


@pytest.fixture
def in_turns(eager, monkeypatch):
    """Loop form is run as Python, its parts in turns; a list of the functions that had some."""
    from srcgrad.backend import compile as compiler

    found = []

    def jitted(function, args, layout):
        made = interleaved(function)
        assert layout.parallel == (made is not function)
        found.extend([function] if layout.parallel else [])
        return made

    monkeypatch.setattr(compiler, "jitted", jitted)
    return found


PART = 200


def chosen():
    """The programs to run: all, or a part that does not depend on their order."""
    if os.environ.get("SRCGRAD_FULL"):
        return PROGRAMS
    return sorted(PROGRAMS, key=lambda program: zlib.crc32(program.name.encode()))[:PART]


@pytest.mark.parametrize("program", chosen(), ids=lambda program: program.name)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_program(program, in_turns):
    rng = np.random.default_rng(zlib.crc32(program.name.encode()))
    cotangent = cotangent_of(program.f(*program.fresh()), rng)
    expected = srcgrad.value_and_vjp(program.f, program.fresh(), cotangent)
    options = {"jit": True, "parallel": True}
    try:
        actual = srcgrad.value_and_vjp(program.f, program.fresh(), cotangent, **options)
    except srcgrad.CompileError as error:
        pytest.skip(str(error).splitlines()[0])
    assert_same(actual, expected)


# --- programs of which it is known what threads may share -------------------------------------

RNG = np.random.default_rng(3)
JIT = {"jit": True, "parallel": True}


def heat_1d(u, k, steps):
    for _ in range(steps):
        u[1:-1] += k * (u[2:] - 2 * u[1:-1] + u[:-2])
    return np.sum(u**2)


def heat_3d(u, k, steps):
    for _ in range(steps):
        u[1:-1, 1:-1, 1:-1] += k * (
            u[2:, 1:-1, 1:-1]
            + u[:-2, 1:-1, 1:-1]
            + u[1:-1, 2:, 1:-1]
            + u[1:-1, 1:-1, :-2]
            - 4 * u[1:-1, 1:-1, 1:-1]
        )
    return np.sum(u**2)


def bodies(x, v, masses, steps):
    n, m = x.shape
    for _ in range(steps):
        for i in range(n):
            for j in range(n):
                if i != j:
                    square = 0.1
                    for k in range(m):
                        square += (x[j, k] - x[i, k]) ** 2
                    for k in range(m):
                        v[i, k] += 0.01 * masses[j] * (x[j, k] - x[i, k]) / square
        for i in range(n):
            for k in range(m):
                x[i, k] += 0.01 * v[i, k]
    return np.sum(x**2)


def mixture(logs, means, x):
    terms = np.zeros(len(logs))
    total = 0.0
    for i in range(len(x)):
        for c in range(len(logs)):
            square = 0.0
            for a in range(x.shape[1]):
                square += (x[i, a] - means[c, a]) ** 2
            terms[c] = logs[c] - 0.5 * square
        m = terms[0]
        for c in range(1, len(terms)):
            if terms[c] > m:
                m = terms[c]
        s = 0.0
        for c in range(len(terms)):
            s += np.exp(terms[c] - m)
        total += m + np.log(s)
    return total


def softmax(s):
    e = np.exp(s - np.max(s, axis=-1, keepdims=True))
    return e / np.sum(e, axis=-1, keepdims=True)


def product(a, b):
    n, m = a.shape
    y = np.zeros((n, b.shape[1]))
    for i in range(n):
        for j in range(b.shape[1]):
            for k in range(m):
                y[i, j] += a[i, k] * b[k, j]
    return y


def recurrence(w, x, steps):
    for _ in range(steps):
        x = np.tanh(w @ x)
    return np.sum(x)


def largest(x):
    most = x[0, 0]
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            most = np.maximum(most, x[i, j])
    return most


def added(x, k):
    y = np.zeros(4)
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            y[k[i]] += np.sin(x[i, j])
    return np.sum(y**2)


def unevenly(x):
    total = 0.0
    for i in range(len(x)):
        for j in range(i):
            total += 1.0 / (1.0 + (x[i] - x[j]) ** 2)
    return total


SHARED = {
    "heat_1d": (heat_1d, (RNG.normal(size=40), 0.1, 3)),
    "stencil": (stencil, (RNG.normal(size=(19, 23)), 0.1, 3)),
    "heat_3d": (heat_3d, (RNG.normal(size=(7, 8, 9)), 0.1, 2)),
    "bodies": (bodies, (RNG.normal(size=(18, 3)), RNG.normal(size=(18, 3)), RNG.random(18), 2)),
    "mixture": (mixture, (RNG.normal(size=5), RNG.normal(size=(5, 2)), RNG.normal(size=(40, 2)))),
    "softmax": (softmax, (RNG.normal(size=(33, 7)),)),
    "product": (product, (RNG.normal(size=(20, 5)), RNG.normal(size=(5, 3)))),
    "recurrence": (recurrence, (RNG.normal(size=(18, 18)), RNG.normal(size=18), 3)),
    "unevenly": (unevenly, (RNG.normal(size=37),)),
    "nothing": (product, (np.zeros((0, 5)), np.zeros((5, 3)))),
    "fewer_rows_than_parts": (product, (RNG.normal(size=(3, 5)), RNG.normal(size=(5, 3)))),
}


@pytest.mark.parametrize("name", SHARED)
def test_shared(name, in_turns):
    f, inputs = SHARED[name]
    cotangent = cotangent_of(f(*copy.deepcopy(inputs)), RNG)
    expected = srcgrad.value_and_vjp(f, copy.deepcopy(inputs), cotangent)
    assert_same(srcgrad.value_and_vjp(f, copy.deepcopy(inputs), cotangent, **JIT), expected)
    assert in_turns


@pytest.mark.parametrize("name", SHARED)
def test_tangents(name, in_turns):
    f, inputs = SHARED[name]
    moved = cotangent_of(copy.deepcopy(inputs), RNG)
    moved = tuple(
        m if type(x) is not float else float(m) for m, x in zip(moved, inputs, strict=True)
    )
    expected = srcgrad.jvp(f, copy.deepcopy(inputs), moved)
    assert_same(srcgrad.jvp(f, copy.deepcopy(inputs), moved, **JIT), expected)


COMPILED = ["stencil", "mixture", "unevenly"]


@pytest.mark.parametrize("name", SHARED if os.environ.get("SRCGRAD_FULL") else COMPILED)
def test_compiled(name, eager):
    f, inputs = SHARED[name]
    cotangent = cotangent_of(f(*copy.deepcopy(inputs)), RNG)

    def run(threads):
        numba.set_num_threads(threads)
        return srcgrad.value_and_vjp(f, copy.deepcopy(inputs), cotangent, **JIT)

    before = numba.get_num_threads()
    try:
        first = run(before)
        assert_same(first, srcgrad.value_and_vjp(f, copy.deepcopy(inputs), cotangent))
        for again in (run(before), run(1)):  # to the last bit
            assert pickle.dumps(again) == pickle.dumps(first)
    finally:
        numba.set_num_threads(before)


# --- what must stay in order ------------------------------------------------------------------


def running_sum(x):
    y = np.zeros(len(x))
    for i in range(1, len(x)):
        y[i] = np.sin(y[i - 1]) + x[i]
    return y


def moved_up(x):
    x = x.copy()
    for i in range(len(x) - 1):
        x[i] = np.sin(x[i + 1])
    return x


def from_the_end(x, y):
    for i in range(len(x)):
        y[i - 1] = np.sin(y[len(y) - 1]) * x[i]
    return np.sum(y)


def in_two_views(x):
    x = x.copy()
    first, second = x[:-1], x[1:]
    for i in range(len(first)):
        second[i] = np.sin(first[i])
    return x


def last(x):
    y = x[0]
    for i in range(len(x)):
        y = np.sin(x[i]) * 0.5
    return y


def product_of_all(x):
    p = 1.0
    for i in range(len(x)):
        p = np.cos(p) * x[i]
    return p


def kept_row(x):
    row = np.zeros(3)
    y = np.zeros(len(x))
    for i in range(len(x)):
        row[i % 3] = np.sin(x[i])
        y[i] = row[0] + row[1] * row[2]
    return y


def conditional_row(x):
    row = np.zeros(2)
    y = np.zeros(x.shape[0])
    for i in range(x.shape[0]):
        if x[i, 0] > 0.0:
            for j in range(2):
                row[j] = np.sin(x[i, j])
        y[i] = row[0] * row[1]
    return y


def written_twice(x, k):
    y = np.zeros(4)
    for i in range(len(x)):
        y[k[i]] = np.sin(x[i])
    return y


IN_ORDER = {
    "running_sum": (running_sum, (RNG.normal(size=40),)),
    "moved_up": (moved_up, (RNG.normal(size=40),)),
    "from_the_end": (from_the_end, (RNG.normal(size=9), RNG.normal(size=9))),
    "in_two_views": (in_two_views, (RNG.normal(size=40),)),
    "product_of_all": (product_of_all, (RNG.normal(size=40),)),
    "kept_row": (kept_row, (RNG.normal(size=40),)),
    "conditional_row": (conditional_row, (RNG.normal(size=(40, 2)),)),
    "written_twice": (written_twice, (RNG.normal(size=40), RNG.integers(0, 4, 40))),
    "added": (added, (RNG.normal(size=(20, 6)), RNG.integers(0, 4, 20))),
    "last": (last, (RNG.normal(size=40),)),
}


@pytest.mark.parametrize("boundscheck", [True, False])
@pytest.mark.parametrize("name", IN_ORDER)
def test_in_order(name, boundscheck, in_turns):
    f, inputs = IN_ORDER[name]
    cotangent = cotangent_of(f(*copy.deepcopy(inputs)), RNG)
    expected = srcgrad.value_and_vjp(f, copy.deepcopy(inputs), cotangent)
    options = {**JIT, "boundscheck": boundscheck}
    assert_same(srcgrad.value_and_vjp(f, copy.deepcopy(inputs), cotangent, **options), expected)


@pytest.mark.parametrize("name", ["running_sum", "moved_up", "product_of_all", "in_two_views"])
def test_nothing_is_shared(name, eager):
    f, inputs = IN_ORDER[name]
    assert srcgrad.source(f, *inputs, **JIT) == srcgrad.source(f, *inputs, jit=True)


def test_what_is_added_to_places_that_data_name_is_added_to_copies(in_turns):
    f, inputs = IN_ORDER["added"]
    compiled = srcgrad.compiled(f, boundscheck=False, parallel=True)
    assert "[part, k[i]] += " in compiled.source(*inputs)
    assert_same(compiled(*inputs), f(*inputs))
    assert in_turns


def test_an_extremum_is_that_of_the_parts(in_turns):
    x = RNG.normal(size=(20, 6))
    assert_same(srcgrad.compiled(largest, parallel=True)(x), largest(x))
    x[7, 2] = np.nan
    assert_same(srcgrad.compiled(largest, parallel=True)(x), largest(x))
    assert in_turns


# --- errors -----------------------------------------------------------------------------------


def of_some(x, n, m):
    y = np.zeros(x.shape)
    for i in range(n):
        for j in range(m):
            y[i, j] = np.exp(x[i, j])
    return y


@pytest.mark.parametrize(("n", "m"), [(5, 4), (9, 4), (5, 7), (6, 4), (2, 3), (-1, 9), (9, 0)])
def test_subscript_out_of_range(n, m, in_turns):
    x = np.ones((6, 4))
    try:
        expected = of_some(x, n, m)
    except IndexError as error:
        with pytest.raises(IndexError, match=str(error)):
            srcgrad.vjp(of_some, (x, n, m), np.ones((6, 4)), **JIT)
    else:
        actual = srcgrad.value_and_vjp(of_some, (x, n, m), x, **JIT)
        assert_same(actual, srcgrad.value_and_vjp(of_some, (x, n, m), x))
        assert_same(actual[0], expected)
    assert in_turns


def demanding(x):
    total = 0.0
    for i in range(len(x)):
        if x[i] < 0.0:
            raise ValueError(f"negative at {i}")
        total += np.sqrt(x[i])
    return total


def test_what_raises_is_not_shared(in_turns):
    forward, reverse = srcgrad.source(demanding, np.ones(40), **JIT).split("# reverse sweep")
    assert "prange(" not in forward
    assert "prange(" in reverse
    with pytest.raises(ValueError, match="negative at 4"):
        srcgrad.vjp(demanding, (np.arange(3.0, -9.0, -1.0),), **JIT)


def test_parallel_needs_compiled_code():
    with pytest.raises(srcgrad.InputError, match="parallel=True needs compiled code"):
        srcgrad.vjp(softmax, (np.ones((2, 2)),), np.ones((2, 2)), parallel=True)
    with pytest.raises(srcgrad.InputError, match="jit=True, parallel=True"):
        srcgrad.grad(unevenly, parallel=True)


# --- how it runs ------------------------------------------------------------------------------


def test_small_loops_are_not_shared():
    text = srcgrad.source(unevenly, np.ones(5), **JIT)
    assert "if n * " in text or "> " in text
    assert text.count("prange(16)") == text.count("else:")


def test_two_threads_at_once(eager):
    f, inputs = SHARED["unevenly"]
    derivative = srcgrad.grad(f, **JIT)
    expected = derivative(*inputs)
    found = []

    def run():
        found.extend(derivative(*inputs) for _ in range(50))

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 150
    assert all(np.array_equal(x, expected) for x in found)


def test_halves(in_turns):
    f, inputs = SHARED["product"]
    value, pull = srcgrad.pullback(f, *inputs, **JIT)
    y_bar = RNG.normal(size=value.shape)
    assert_same((value, pull(y_bar)), srcgrad.value_and_vjp(f, inputs, y_bar))
    assert len(in_turns) == 2
