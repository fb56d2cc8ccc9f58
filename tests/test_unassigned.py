"""Variables that have no value yet, and values that may be None: what Python raises for them is raised."""

import numpy as np
import pytest

import srcgrad
from tests.oracle import central_differences

X = np.array([0.5, 1.5, -2.0])
MODES = pytest.mark.parametrize("jit", [False, True], ids=["plain", "compiled"])


class Holder:
    pass


class Shared:
    w = 3.0


def stored(x, n):
    y = x.copy()
    for k in range(n):
        if k > 0:
            w = w + x[k]  # noqa: F821
        else:
            w = x[0]
        y[k] = w * w
    return y.sum()


def stored_before(x, n):
    y = x.copy()
    for k in range(n):
        if k > 0:
            y[k] = w * 2.0  # noqa: F821
            w += x[k]  # noqa: F821
        else:
            w = x[0]
    return y.sum()


def appended(x, n):
    found = [x[0] * x[1]]
    for k in range(n):
        if k > 0:
            w = w * x[k]  # noqa: F821
        else:
            w = x[0]
        found.append(w)
    return sum(found)


def by_while(x, n):
    y, k = x.copy(), 0
    while k < n:
        if k > 0:
            y[k] = w * x[0]  # noqa: F821
            w += x[k]  # noqa: F821
        else:
            w = x[0]
        k += 1
    return y.sum()


def an_attribute(x, n):
    y, o = x.copy(), Holder()
    for k in range(n):
        if k > 0:
            y[k] = o.w * 2.0
            o.w = o.w + x[k]
        else:
            o.w = x[0]
    return y.sum()


@MODES
@pytest.mark.parametrize("n", [3, 1])
@pytest.mark.parametrize(
    "f", [stored, stored_before, appended, by_while, an_attribute], ids=lambda f: f.__name__
)
def test_what_is_assigned_in_the_first_iteration(f, n, jit):
    if jit:
        pytest.importorskip("numba")
    value, gradients = srcgrad.value_and_vjp(f, (X, n), 1.0, jit=jit)
    expected = central_differences(lambda x: f(x, n), (X,), 1.0)[0]
    assert np.isclose(value, f(X, n))
    assert gradients[0].dtype == X.dtype and gradients[0].shape == X.shape
    np.testing.assert_allclose(gradients[0], expected, rtol=1e-6, atol=1e-8)


def caught(x):
    total = 0.0
    for k in range(3):
        try:
            v = w
        except NameError:
            v = 2.0
        w = x[k]
        total = total + v * x[0]
    return total


def none_caught(x):
    total, a = 0.0, None
    for k in range(3):
        try:
            v = a * 2.0
        except TypeError:
            v = 2.0
        a = x[k]
        total = total + v * x[0]
    return total


def of_the_class(x):
    o, total = Shared(), 0.0
    for k in range(3):
        total = total + o.w * x[0]
        o.w = x[k]
    return total


def equal_or_none(x):
    a = None
    if x[0] > 1.0:
        a = x[1]
    b = a if x[1] > 100.0 else None
    return x[0] * (1.0 if a == 0.0 else 2.0) * (3.0 if a != 0.0 else 4.0) * (5.0 if a == b else 6.0)


class Lazy:
    def get(self, x):
        if not hasattr(self, "squares"):
            self.squares = x * x
        return self.squares


def made_once(x):
    lazy, total = Lazy(), 0.0
    for k in range(3):
        total = total + lazy.get(x)[k]
    return total


def one_of_none_and_a_number(x):
    a = x[0] if x[0] > 1.0 else None
    return x[1] if a in (None, 1.0) else x[2]


def guarded(x):
    best = None
    for v in x:
        if best is None or v > best:
            best = v
    if best is not None and best > 0.0:
        best = best * x[0]
    return best


NO_VALUE_YET = [
    caught, none_caught, of_the_class, equal_or_none, made_once, one_of_none_and_a_number, guarded,
]  # fmt: skip


@MODES
@pytest.mark.parametrize("f", NO_VALUE_YET, ids=lambda f: f.__name__)
def test_no_value_in_the_first_iteration_alone(f, jit):
    if jit:
        pytest.importorskip("numba")
    value, (gradient,) = srcgrad.value_and_vjp(f, (X,), 1.0, jit=jit)
    expected = central_differences(f, (X,), 1.0)[0]
    assert np.isclose(value, f(X))
    assert gradient.dtype == X.dtype and gradient.shape == X.shape
    np.testing.assert_allclose(gradient, expected, rtol=1e-6, atol=1e-8)


def never_set(x):
    a = None
    for v in x:
        if v > 100.0:
            a = v
    return a * 2.0


def an_array_never_set(x):
    a = None
    if x[0] > 100.0:
        a = x
    a += 1.0
    return a.sum()


def an_attribute_of_none(x):
    a = None
    if x[0] > 100.0:
        a = x
    return a.sum()


def an_item_of_none(x):
    a = None
    if x[0] > 100.0:
        a = x
    return -a[0]


def an_iteration_over_none(x):
    a = None
    if x[0] > 100.0:
        a = x
    total = 0.0
    for v in a:
        total += v * v
    return total


def read_first(x):
    total = 0.0
    for k in range(3):
        v = w  # noqa: F821
        w = x[k]
        total = total + v * x[0]
    return total


def updated_first(x, n=3):
    total = 0.0
    for k in range(n):
        w += x[k]  # noqa: F821
        total = total + w
    return total


RAISING = [
    never_set, an_array_never_set, an_attribute_of_none, an_item_of_none, an_iteration_over_none,
    read_first, updated_first,
]  # fmt: skip


@MODES
@pytest.mark.parametrize("f", RAISING, ids=lambda f: f.__name__)
def test_what_python_raises(f, jit):
    if jit:
        pytest.importorskip("numba")
    with pytest.raises(Exception) as expected:
        f(X)
    with pytest.raises(type(expected.value)) as found:
        srcgrad.vjp(f, (X,), 1.0, jit=jit)
    assert jit or str(found.value) == str(expected.value)


def none_as_an_axis(x):
    axis = None
    if x[0] > 1.0:
        axis = 0
    return np.sum(x[axis])


def test_none_that_has_a_meaning_is_refused():
    assert none_as_an_axis(X) == 0.0
    with pytest.raises(srcgrad.SrcgradError):
        srcgrad.vjp(none_as_an_axis, (X,), 1.0)


def last_of_all(x, n):
    for k in range(n):
        y = x[k] * x[k]
    return y


def last_positive(x, n):
    for k in range(n):
        if x[k] > 0.0:
            y = x[k] * x[k]
    return y * 1.0


def unneeded_value(x, n):
    for k in range(n):
        y = x[k] * 2.0
    return y + x.sum()


def by_condition(x, n):
    while n > 0:
        y = x * n
        n -= 1
    return np.sum(y)


def in_a_branch(x, n):
    if n > 1:
        y = x[0]
    total = x[1]
    if n > 0:
        total = total * y
    return total


def in_two_loops(x, n):
    total = 0.0
    for k in range(3):
        for j in range(n - k):
            y = x[j]
        total += y * x[k]
    return total


LATER = [last_of_all, last_positive, unneeded_value, by_condition, in_a_branch, in_two_loops]


@MODES
@pytest.mark.parametrize("f", LATER, ids=lambda f: f.__name__)
@pytest.mark.parametrize("n", [0, 1, 2, 3])
def test_read_after_the_loop_or_branch(f, n, jit):
    if jit:
        pytest.importorskip("numba")
    for x in (X, -np.abs(X)):
        try:
            expected = f(x, n)
        except UnboundLocalError as error:
            for call in (srcgrad.vjp, srcgrad.jvp):
                given = (1.0,) if call is srcgrad.vjp else ((x, None),)
                with pytest.raises(UnboundLocalError) as caught:
                    call(f, (x, n), *given, jit=jit)
                assert str(caught.value) == str(error)
            continue
        value, (gradient, _) = srcgrad.value_and_vjp(f, (x, n), 1.0, jit=jit)
        np.testing.assert_allclose(value, expected, rtol=1e-14)
        (difference,) = central_differences(lambda x: f(x, n), (x,), 1.0)
        np.testing.assert_allclose(gradient, difference, rtol=1e-5, atol=1e-7)


def one_element(x):
    return 1.0 / x[0].item() + x.max().item()


def of_single_precision(x):
    return x.item(1) * x[:1].item()


@MODES
def test_items_are_numbers_of_python(jit):
    if jit:
        pytest.importorskip("numba")
    value, (gradient,) = srcgrad.value_and_vjp(one_element, (X,), 1.0, jit=jit)
    assert value == one_element(X)
    np.testing.assert_allclose(gradient, [-4.0, 1.0, 0.0])
    with pytest.raises(ZeroDivisionError):
        srcgrad.vjp(one_element, (np.zeros(2),), 1.0, jit=jit)
    x = X.astype(np.float32)
    value, (gradient,) = srcgrad.value_and_vjp(of_single_precision, (x,), 1.0, jit=jit)
    assert value == of_single_precision(x)
    assert gradient.dtype == np.float32 and gradient.tolist() == [1.5, 0.5, 0.0]
