"""Calls that are kept as they are: programs that write around them are right, or refused."""

import copy
import queue
import random

import numpy as np
import pytest

import srcgrad
from srcgrad.errors import AliasError, SrcgradError

X = np.array([0.5, 0.7, 0.2])
D = np.array([1.0, 2.0, 3.0])
OUTSIDE = queue.Queue()
HIDDEN: dict = {"np": np}
exec(
    """
def fill(d):
    d[0] += 3.0
    return 1

def fill_second(a, d):
    d[0] = 2.0

def fill_first_of(arrays):
    arrays[0][0] = 3.0

def same(d):
    return d

def put(table):
    table["a"] = 3.0

def add(xs):
    xs.append(1.0)

def one(*args):
    return 1
""",
    HIDDEN,
)
fill, fill_second, fill_first_of = (HIDDEN[k] for k in ("fill", "fill_second", "fill_first_of"))
same, put, add, one = (HIDDEN[k] for k in ("same", "put", "add", "one"))


def written_through_require(x):
    d = np.zeros(3)
    w = np.require(d, requirements="W")
    for i in range(3):
        w[i] = x[i] * x[i]
    return np.sum(d)


def written_through_a_dtype(x):
    d = np.zeros(3)
    w = np.asarray(d, dtype=float)
    w[0] = x[0]
    return np.sum(d * x)


def written_through_a_cast(x):
    d = np.zeros(3)
    w = d.astype(float, copy=False)
    w[1] = x[0]
    return np.sum(d * x)


def written_after_a_check(x):
    c = D.copy()
    t = 0.0
    for i in range(3):
        w = np.asarray_chkfinite(c)
        c[i] = 50.0
        t = t + x[i] * w[i]
    return t


def stored_by_nan_to_num(x):
    d = np.array([1.0, np.nan, 3.0])
    w = np.nan_to_num(d, copy=False, nan=7.0)
    w[0] = x[1]
    return np.sum(x * d)


def stored_by_an_unbound_method(x):
    d = x * 1.0
    np.ndarray.fill(d[1:], 3.0)
    return np.sum(d * x)


def stored_by_an_operator(x):
    import operator

    d = x * 2.0
    w = operator.imul(d, 3.0)
    return np.sum(d * w)


def drawn_into(x):
    d = np.zeros(3)
    e = np.zeros(3)
    rng = np.random.default_rng(0)
    rng.random(out=d)
    w = rng.standard_normal(3, out=e)
    w[0] = x[0]
    rng.permuted(d, out=d)
    return np.sum(d * x * x + e)


def into_an_output(x):
    from scipy import ndimage

    d = np.zeros(5)
    ndimage.gaussian_filter(np.arange(5), 1.0, output=d)
    return x[0] * d[2]


def overwritten_and_not_read(x):
    import scipy.linalg

    t = 0.0
    for i in range(3):
        a = np.eye(3) * (x[i] + 2.0)
        t = t + np.sum(scipy.linalg.solve(a, x, overwrite_a=True))
    return t


def an_object_that_holds_an_array(x):
    q = queue.Queue()
    d = np.zeros(3)
    q.put(d)
    w = q.get()
    w[0] = 3.0
    return np.sum(d * x)


def an_array_that_changes_inside_of_an_object(x):
    q = queue.Queue()
    d = np.zeros(3)
    q.put(d)
    d[0] = 3.0
    return float(q.get()[0]) * x[0]


def a_buffer(x):
    d = np.zeros(3)
    m = memoryview(d)
    m[1] = 3.0
    return np.sum(d * x)


def an_object_from_outside(x):
    d = np.zeros(3)
    OUTSIDE.put(d)
    w = OUTSIDE.get()
    w[0] = 3.0
    return np.sum(d * x)


def a_copy_that_stays(x):
    c = D.copy()
    w = np.require(c.copy())
    c[0] = 50.0
    return x[0] * w[0]


def what_is_only_looked_at(x):
    d = np.arange(3.0)
    k = one(d, [d, d])
    return np.sum(d * x * k if k is not None else x)


def a_copy_may_be_written(x):
    d = np.arange(3.0)
    fill(d.copy())
    return np.sum(d * x)


def the_item_of_a_list(x):
    a = np.zeros(3)
    w = random.choice([a])
    w[0] = 9.0
    return np.sum(a * x)


def a_memory_that_is_returned(x):
    d = np.zeros(3)
    w = same(d)
    w[0] = 3.0
    return np.sum(d * x)


def a_shallow_copy(x):
    a = np.zeros(3)
    w = copy.copy(a)
    w[0] = 9.0
    return np.sum(a * x) + w[0] * x[0]


RIGHT = [
    *(written_through_require, written_through_a_dtype, written_through_a_cast),
    *(written_after_a_check, stored_by_nan_to_num, stored_by_an_unbound_method),
    *(stored_by_an_operator, drawn_into, into_an_output, overwritten_and_not_read),
    *(an_object_that_holds_an_array, an_array_that_changes_inside_of_an_object, a_buffer),
    *(an_object_from_outside, a_copy_that_stays, a_copy_may_be_written, the_item_of_a_list),
    *(a_memory_that_is_returned, a_shallow_copy),
]


def differences(f, x):
    found = np.zeros_like(x)
    for i in range(len(x)):
        step = np.zeros_like(x)
        step[i] = 1e-6
        found[i] = (f(x + step) - f(x - step)) / 2e-6
    return found


@pytest.mark.parametrize("f", RIGHT, ids=lambda f: f.__name__)
def test_right(f):
    if f in (into_an_output, overwritten_and_not_read):
        pytest.importorskip("scipy")
    value, (x_bar,) = srcgrad.value_and_vjp(f, (X,))
    np.testing.assert_allclose(value, f(X), rtol=1e-12)
    np.testing.assert_allclose(x_bar, differences(f, X), rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(srcgrad.jvp(f, (X,), (np.ones(3),))[1], np.sum(x_bar), rtol=1e-12)


def written_by_a_call(x):
    d = np.zeros(3)
    fill(d)
    return np.sum(d * x)


def written_in_a_loop(x):
    d, t = np.zeros(3), 0.0
    for i in range(3):
        fill(d)
        t = t + d[0] * x[i]
    return t


def written_in_a_branch(x):
    d = np.zeros(3)
    if x[0] > 0.0:
        fill(d)
    return np.sum(d * x)


def written_second(x):
    d = np.zeros(3)
    fill_second(np.ones(3), d)
    return np.sum(d * x)


def written_in_a_list(x):
    d = np.zeros(3)
    fill_first_of([d, np.ones(3)])
    return np.sum(d * x)


def written_with_a_derivative(x):
    d = x * 2.0
    fill(d)
    return np.sum(d * x)


def written_table(x):
    table = {"a": 1.0}
    put(table)
    return x[0] * table["a"]


def written_list(x):
    xs = [1.0, 2.0]
    add(xs)
    return x[0] * len(xs)


def shuffled_list(x):
    xs = [3.0, 1.0, 2.0]
    random.Random(1).shuffle(xs)
    return xs[0] * x[0]


def a_list_that_changes_inside_of_an_object(x):
    q, xs = queue.Queue(), [1.0]
    q.put(xs)
    xs.append(2.0)
    return len(q.get()) * x[0]


def a_source_that_is_written(x):
    c = D.copy()
    w = np.frombuffer(c)
    c[0] = 50.0
    return x[0] * w[0]


def a_result_that_is_written(x):
    c = D.copy()
    w = np.frombuffer(c)
    w[0] = x[0]
    return np.sum(c * x)


def a_result_that_is_written_in_a_branch(x):
    c = D.copy()
    w = np.frombuffer(c) if x[0] > 0.0 else c * 2.0
    w[0] = 9.0
    return np.sum(c * x)


def several_results(x):
    edges = np.array([0.0, 1.0, 2.0])
    counts, found = np.histogramdd(x.reshape(-1, 1) * 0.0, bins=[edges])
    edges[0] = 7.0
    return found[0][0] * x[0]


def overwritten_and_read(x):
    d = np.array([3.0, 1.0, 2.0, 5.0])
    m = np.median(d, overwrite_input=True)
    return d[0] * m * x[0]


def an_update_of_what_an_object_holds(x):
    q, d = queue.Queue(), np.zeros(3)
    q.put(d)
    w = q.get()
    w += 1.0
    return np.sum(d * x)


def a_derivative_in_an_object(x):
    q, d = queue.Queue(), np.zeros(3)
    q.put(d)
    w = q.get()
    w[0] = x[0]
    return np.sum(d)


def a_derivative_in_an_object_from_outside(x):
    OUTSIDE.put(x * 2.0)
    return float(OUTSIDE.get()[0]) * x[0]


def a_derivative_in_an_item(x):
    a = np.zeros(3)
    w = random.choice([a, a])
    w[0] = x[0]
    return np.sum(a)


REFUSED = [
    *(written_by_a_call, written_in_a_loop, written_in_a_branch, written_second),
    *(written_in_a_list, written_with_a_derivative, written_table, written_list, shuffled_list),
    *(a_list_that_changes_inside_of_an_object, a_source_that_is_written),
    *(a_result_that_is_written, a_result_that_is_written_in_a_branch, several_results),
    *(overwritten_and_read, an_update_of_what_an_object_holds, a_derivative_in_an_object),
    *(a_derivative_in_an_object_from_outside, a_derivative_in_an_item),
]


@pytest.mark.parametrize("f", REFUSED, ids=lambda f: f.__name__)
def test_refused(f):
    with pytest.raises(SrcgradError) as caught:
        srcgrad.vjp(f, (X.copy(),))
    assert "report it" not in str(caught.value)


def test_what_a_call_writes_into_the_callers_array_is_put_back():
    def filled(x):
        fill(x)
        return x[1]

    x = X.copy()
    with pytest.raises(AliasError, match="`fill` writes into what it is passed"):
        srcgrad.vjp(filled, (x,))
    np.testing.assert_array_equal(x, X)
