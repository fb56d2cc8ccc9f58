"""Which generated function serves a call: signatures, guards, captured data, threads."""

import gc
import linecache
import threading
import weakref
from types import SimpleNamespace

import numpy as np
import pytest

import srcgrad
from srcgrad.dispatch import MISS, Active, asked, derivative
from srcgrad.dispatch.inputs import specs_of
from srcgrad.testing import checks as testing
from tests.programs import PROGRAMS

A = np.array([1.0, 2.0, 3.0])
B = np.array([4.0, 5.0, 6.0])
FACTOR = 3.0
TABLE = {"k": 2.0}


def product(x, y):
    return x * y


def scaled(x):
    return np.sum(FACTOR * x)


def helper(x):
    return 2.0 * x


def with_helper(x):
    return np.sum(helper(x))


def from_table(x):
    return np.sum(TABLE["k"] * x)


def entries(f, argnums=None):
    """The entries behind `srcgrad.vjp(f, ...)`."""
    return Active.table.derivative(f, asked("vjp", argnums)).entries


def fresh(source, name="f", **namespace):
    """A function from source, as a notebook makes one."""
    file = f"<cell {len(linecache.cache)}>"
    linecache.cache[file] = (len(source), None, source.splitlines(True), file)
    space = {"np": np, "__name__": "cell", **namespace}
    exec(compile(source, file, "exec"), space)
    return space[name]


def gradient(f, *inputs):
    return srcgrad.vjp(f, inputs)[0]


# --- signatures -----------------------------------------------------------------------------------


def test_a_second_call_takes_the_generated_guard():
    def f(x, y):
        return x * y

    srcgrad.vjp(f, (A, B), np.ones(3))
    (entry,) = entries(f)
    assert entry.dispatch(f, (A, B), np.ones(3)) is not MISS
    assert entry.dispatch(f, (B[:2], A[:2]), np.ones(2)) is not MISS
    for inputs, cotangent in (
        ((A,), np.ones(3)),
        ((A, B, B), np.ones(3)),
        ((A, 2.0), np.ones(3)),
        ((A, B[:2]), np.ones(3)),
        ((A.reshape(1, 3), B), np.ones((1, 3))),
        ((A.astype("float32"), B), np.ones(3)),
        ((A, B), np.ones(2)),
        ((A, B), None),
        ((A, B), np.ones((3, 1))),
        ((A, B), 1.0),
        ((A, None), np.ones(3)),
        ((A, B), [1.0]),
        (A, np.ones(3)),
        (None, np.ones(3)),
        ((A, [1.0, 2.0, 3.0]), np.ones(3)),
    ):
        assert entry.dispatch(f, inputs, cotangent) is MISS


def test_tangents_take_a_generated_guard():
    def f(x, y, k):
        return x * y["a"] * k

    y = {"a": B, "n": 3}
    value, tangent = srcgrad.jvp(f, (A, y, 2.0), (B, {"a": A, "n": None}, 1.0))
    (entry,) = Active.table.derivative(f, asked("jvp")).entries
    for inputs, tangents in (
        ((A, y, 2.0), (B, {"a": A, "n": None}, 1.0)),
        ((A[:2], {"a": B[:2], "n": 1}, 2.0), (B[:2], {"a": None, "n": None}, None)),
    ):
        found = entry.dispatch(f, inputs, tangents)
        assert found is not MISS
        for mine, theirs in zip(found, srcgrad.jvp(f, inputs, tangents), strict=True):
            np.testing.assert_array_equal(mine, theirs)
    np.testing.assert_array_equal(tangent, B * B * 2.0 + A * A * 2.0 + A * B)
    np.testing.assert_array_equal(value, A * B * 2.0)
    for inputs, tangents in (
        ((A, y, 2.0), (B, {"a": A}, 1.0)),
        ((A, y, 2.0), (B[:2], {"a": A, "n": None}, 1.0)),
        ((A, y, 2.0), (B.astype("float32"), {"a": A, "n": None}, 1.0)),
        ((A, y, 2.0), (B, A, 1.0)),
        ((A, y, 2.0), (B, {"a": A, "n": None})),
        ((A, y, 2.0), None),
        ((A, y, 2), (B, {"a": A, "n": None}, 1.0)),
        ((A, y, 2.0), (B, {"a": A, "n": None}, 1)),
    ):
        assert entry.dispatch(f, inputs, tangents) is MISS


def test_almost_all_programs_have_a_guard():
    served = 0
    chosen = PROGRAMS[::9]
    for program in chosen:
        try:
            value = program.f(*program.fresh())
            if not isinstance(value, float):
                continue
            srcgrad.vjp(program.f, program.fresh())
        except srcgrad.SrcgradError:
            continue
        fast = Active.table.derivative(program.f, asked("vjp")).fast
        assert fast(program.f, program.fresh(), None) is not MISS, program.name
        served += 1
    assert served > 10


def test_equal_kinds_share_an_entry_and_others_do_not():
    def f(x, y):
        return np.sum(x * y)

    for inputs, count in (
        ((A, B), 1),
        ((A[:2], B[:2]), 1),
        ((A, 2.0), 2),
        ((A, np.float32(2.0)), 3),
        ((A.astype("float32"), B), 4),
        ((np.ones((2, 3)), B), 5),
        ((A, B), 5),
        ((A, 2), 6),
    ):
        srcgrad.vjp(f, inputs)
        assert len(entries(f)) == count, inputs


def test_after_four_patterns_generic_source_serves():
    def f(x, y):
        return np.sum(x * y)

    shapes = [
        ((3, 2), (3, 2)),
        ((3, 1), (3, 2)),
        ((1, 2), (3, 2)),
        ((3, 2), (1, 2)),
        ((3, 2), (3, 1)),
        ((1, 1), (3, 2)),
        ((2, 2), (2, 2)),
        ((1, 2), (3, 1)),
    ]
    for one, other in shapes:
        x, y = np.full(one, 2.0), np.full(other, 3.0)
        x_bar, y_bar = srcgrad.vjp(f, (x, y))
        assert x_bar.shape == one and y_bar.shape == other
        assert x_bar.sum() == 3.0 * (x * y).size and y_bar.sum() == 2.0 * (x * y).size
    found = entries(f)
    assert len(found) == derivative.SPECIALIZATIONS + 1
    assert sum(entry.specialized for entry in found) == derivative.SPECIALIZATIONS
    srcgrad.vjp(f, (A, B))  # other kinds have specialisations of their own
    assert entries(f)[0].specialized


def test_empty_arrays_and_single_elements():
    for n in (0, 1, 3, 1, 0):
        x_bar, y_bar = srcgrad.vjp(product, (np.ones(n), np.ones(n)), np.ones(n))
        assert x_bar.shape == y_bar.shape == (n,)
    x_bar, y_bar = srcgrad.vjp(product, (np.ones(1), np.ones(3)), np.ones(3))
    assert x_bar.shape == (1,) and x_bar[0] == 3.0


def test_entries_are_limited():
    def f(x, how):
        return x * len(how)

    for k in range(derivative.ENTRIES + 5):
        assert srcgrad.vjp(f, (2.0, "a" * k))[0] == k
    assert len(entries(f)) == derivative.ENTRIES


def test_subclasses_take_the_careful_path():
    class Number(float):
        pass

    class Array(np.ndarray):
        pass

    assert srcgrad.vjp(product, (Number(2.0), 3.0))[1] == 2.0
    x = A.view(Array)
    np.testing.assert_array_equal(srcgrad.vjp(product, (x, B), np.ones(3))[0], B)


def test_structures():
    def f(p):
        return p["a"] * p["b"][0] + p["c"].d

    def inputs(d=1.0):
        return ({"a": 2.0, "b": (3.0,), "c": SimpleNamespace(d=d)},)

    for _ in range(2):
        (found,) = srcgrad.vjp(f, inputs())
        assert found["a"] == 3.0 and found["b"] == (2.0,)
    assert len(entries(f)) == 1
    assert entries(f)[0].dispatch(f, inputs(), None) is not MISS
    assert entries(f)[0].dispatch(f, inputs(A), None) is MISS
    assert entries(f)[0].dispatch(f, ({"a": 2.0, "b": [3.0]},), None) is MISS


# --- overlap --------------------------------------------------------------------------------------


def fill(x, y):
    x[0] = y[1] * x[1]
    return np.sum(x * y)


def test_overlapping_inputs_are_refused_at_each_call_if_one_is_written():
    whole = np.arange(6.0)
    apart = (whole[:3], whole[3:])
    for _ in range(2):
        srcgrad.vjp(fill, apart)
        for inputs in ((whole[:3], whole[2:5]), (A, A), (A, A[::-1])):
            with pytest.raises(srcgrad.AliasError, match="`x` and `y` may share memory"):
                srcgrad.vjp(fill, inputs)
            with pytest.raises(srcgrad.AliasError):
                srcgrad.pullback(fill, *inputs)
    np.testing.assert_array_equal(whole, np.arange(6.0))


def test_overlap_with_captured_data_is_refused():
    def f(x):
        x[0] = 2.0
        return np.sum(x * A)

    srcgrad.vjp(f, (B.copy(),))
    with pytest.raises(srcgrad.AliasError, match="`A`"):
        srcgrad.vjp(f, (A,))


def test_inputs_that_are_only_read_may_overlap():
    x_bar, y_bar = srcgrad.vjp(product, (A, A), np.ones(3))
    np.testing.assert_array_equal(x_bar, A)
    assert not np.may_share_memory(x_bar, y_bar)


# --- lifetime -------------------------------------------------------------------------------------


def test_nothing_keeps_a_closure_alive():
    def make(k):
        def inner(x):
            return k * x

        def f(x):
            return np.sum(inner(x) * weights)

        weights = np.ones(3)
        return f

    references = []
    for k in range(3):
        f = make(float(k))
        assert gradient(f, A)[0] == k
        srcgrad.value_and_vjp(f, (A,))
        references.append(weakref.ref(f))
    number = id(f)
    del f
    gc.collect()
    assert [reference() for reference in references] == [None] * 3
    assert number not in Active.table.requests
    assert not any(key[0] == number for key in Active.table.quick)


def test_nothing_keeps_a_notebook_namespace_alive():
    f = fresh("def g(x):\n    return x * k\ndef f(x):\n    return g(x) * g(x)\n", k=2.0)
    assert gradient(f, 1.0) == 8.0
    reference = weakref.ref(f)
    del f
    gc.collect()
    assert reference() is None


def test_callables_that_cannot_be_hashed():
    class Model:
        __hash__ = None

        def __init__(self, k):
            self.k = k

        def __eq__(self, other):
            return False

        def __call__(self, x):
            return self.k * x

    for k in (2.0, 3.0):
        assert gradient(Model(k), 1.0) == k


def test_slots_and_bound_methods():
    class Model:
        __slots__ = ("k",)

        def __call__(self, x):
            return 2.0 * x

    assert gradient(Model(), 1.0) == 2.0


# --- options and threads --------------------------------------------------------------------------


def test_options_keep_their_entries_apart():
    def f(x, y):
        return np.sum(x * y + 0.0 * x)

    plain = srcgrad.source(f, A, B)
    with testing.options(specialize=False):
        generic = srcgrad.source(f, A, B)
        with testing.options(optimize=False):
            raw = srcgrad.source(f, A, B)
            np.testing.assert_array_equal(gradient(f, A, B), B)
    assert len({plain, generic, raw}) == 3
    assert srcgrad.source(f, A, B) == plain
    with pytest.raises(TypeError), testing.options(fast=True):
        pass


def test_generated_is_the_raw_function():
    run = testing.generated(product, A, B)
    x_bar, y_bar = run(A, B, np.ones(3))
    np.testing.assert_array_equal(x_bar, B)
    assert run.__name__ == "product_vjp"


def test_threads():
    functions = [fresh(f"def f(x, y):\n    return x * y * {k}.0\n") for k in range(1, 6)]
    failures = []
    start = threading.Barrier(8)

    def work(seed):
        rng = np.random.default_rng(seed)
        start.wait()
        for _ in range(60):
            k = int(rng.integers(5))
            shape = tuple(rng.integers(1, 4, size=int(rng.integers(0, 3))))
            x, y = rng.normal(size=shape), rng.normal(size=shape)
            x_bar, y_bar = srcgrad.vjp(functions[k], (x, y), np.ones(shape))
            if not np.allclose(x_bar, (k + 1) * y) or np.shape(x_bar) != shape:
                failures.append((k, shape))

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


def test_signatures_are_deterministic():
    inputs = (np.ones((3, 2)), np.ones(2), {"b": 1.0, "a": np.ones(3)})
    assert specs_of(inputs, True) == specs_of(inputs, True)
    texts = set()
    for _ in range(2):

        def product(x, y):
            return x @ y

        texts.add(srcgrad.source(product, *inputs[:2]))
    assert len(texts) == 1
