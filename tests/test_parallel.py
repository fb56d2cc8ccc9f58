"""Loops that threads share: no part meets another, and results are those of one thread."""

import copy
import os
import pickle
import threading
import zlib

import numpy as np
import pytest

import srcgrad
from srcgrad.cli.commands import main
from srcgrad.dispatch import derivative
from srcgrad.loopform import parallel
from tests.interleaved import interleaved
from tests.parallel_programs import IN_ORDER, RNG, SHARED, largest, softmax, unevenly
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

JIT = {"jit": True, "parallel": True}


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


def of_the_iteration_before(x, w):
    row, total, m = np.zeros(5), 0.0, len(x[3:])
    for i in range(len(w)):
        for j in range(2):
            total += w[j]
        for j in range(len(x) - 2):
            row[j] = w[i]
        for j in range(m + 1):
            total += row[j] * w[i]
        row[0] = w[i]
    return total


def test_a_piece_is_not_shorter_than_nothing(in_turns):
    compiled = srcgrad.compiled(of_the_iteration_before, parallel=True)
    w = RNG.normal(size=40)
    for n in (4, 3, 2):
        x = np.ones(n)
        np.testing.assert_allclose(compiled(x, w), of_the_iteration_before(x, w), 1e-12)
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


def test_it_is_kept_apart(eager, tmp_path):
    f, inputs = SHARED["unevenly"]
    shared, serial = (srcgrad.source(f, *inputs, jit=True, parallel=p) for p in (True, False))
    assert "prange" in shared
    assert "prange" not in serial
    assert len(list(tmp_path.rglob("*unevenly*.py"))) == 2


def test_show(eager, capsys):
    where = [
        "tests.golden.loop_programs:stencil",
        "--like",
        "u=float64[20, 20], k=float, steps=int",
    ]
    assert main(["show", *where, "--jit", "--parallel"]) == 0
    assert "for part in prange(16):" in capsys.readouterr().out
    assert main(["show", *where, "--parallel"]) == 1
    assert "parallel=True needs compiled code" in capsys.readouterr().err
