"""Keys that a dict does not have, where the keys are known only at run time: raised, handled, asked for."""

import numpy as np
import pytest

import srcgrad
from srcgrad.errors import UnsupportedSyntax
from srcgrad.testing.checks import check_vjp


def best_by_key(x, n):
    best = {}
    for i in range(n):
        if x * i > 5.0:
            break
        key = int(x * i)
        if key not in best or x > best[key]:
            best[key] = x * (i + 1)
        x = np.tanh(x + 0.3)
    return x * x + sum(best.values())


def best_by_key_of_some(x, n):
    best = {}
    for i in range(n):
        if x < 0.35:
            continue
        if i not in best or best[i] > x:
            best[i] = x * i
        x = x + 0.1
    return x + sum(best.values())


def rows_of_rows(x, n):
    d = {}
    if x > 0.2:
        for i in range(n):
            s = x
            for j in range(i):
                s += d[j] * x
            d[i] = s
    return sum(d.values()) + x


def of_one_key_or_another(x, n):
    d, y = {}, x
    for i in range(n):
        y = x
        if i > 0:
            y = d[i - 1] if d[i - 1] > 0.1 else d[0]
        d[i] = x * y
    return y + sum(d.values())


def both_and_and_or(x, n):
    d = {}
    for i in range(n):
        key = int(x * i)
        if x > 0.2 and (key not in d or not x > d[key]):
            if (key in d and d[key] > 0.01) or x > 5:
                d[key] = d[key] * x
            d[key] = x * i + d.get(key, 1.0)
    return sum(d.values()) * x


def handled(x, n):
    d = {}
    s = 0.0
    for i in range(n):
        try:
            s += d[int(x * i * 2)]
        except KeyError:
            s += x**3
        d[i] = x * i
    return s


def handled_update(x, n):
    d = {}
    for i in range(n):
        try:
            d[i % 2] = d[i % 2] * x
        except KeyError:
            d[i % 2] = x
    return sum(d.values())


def handled_after_more(x, n):
    d = {int(x * n): x}
    s, t = x, x
    try:
        t = x * x
        s = d[int(x * 3)]
        t = t * s
    except LookupError:
        s = s * t
    else:
        s = s * 3.0
    finally:
        s = s * x
    return s * t


def handled_with_jumps(x, n):
    d = {int(x * 3): x}
    for i in range(n):
        try:
            y = d[i]
        except KeyError:
            if i > 1:
                return x**2
            continue
        x = x * y
    return x


def handled_in_a_function(x, n):
    d = {int(x * 3): x}

    def look(key):
        return d[key] * x

    try:
        y = look(n)
    except KeyError:
        y = x**3
    return y


def handled_of_nothing(x, n):
    d = {}
    k = 0
    try:
        k = 3
        y = d[int(x * 3)]
        k = 4
    except KeyError:
        y = x * k
    try:
        d.popitem()
    except KeyError:
        y = y * x
    d[n] = x
    return y + d.pop(n)


def handled_after_an_early_return(x, n):
    if x > 1.0:
        return x * 3
    d = {}
    try:
        d[int(x * 3)] = d[int(x * 3)]
    except KeyError:
        d[int(x * 3)] = x * x
    return sum(d.values()) * x


def displays_of_tables(x, n):
    d = {}
    d.update({int(x * 3): x * x})
    e = {0: x, **d, 1: x**3}
    return sum(k * v for k, v in e.items()) + sum(e.values()) * x + n


@pytest.mark.parametrize("jit", [False, True])
@pytest.mark.parametrize("x", [0.15, 0.45, 0.7, 1.1])
@pytest.mark.parametrize("n", [0, 1, 4])
@pytest.mark.parametrize(
    "f",
    [
        *(best_by_key, best_by_key_of_some, rows_of_rows, both_and_and_or, handled, handled_update),
        *(handled_after_more, handled_with_jumps, handled_in_a_function, handled_of_nothing),
        *(handled_after_an_early_return, displays_of_tables, of_one_key_or_another),
    ],
)
def test_keys_that_may_be_there(f, x, n, jit):
    if jit:
        pytest.importorskip("numba")
    value, gradients = srcgrad.value_and_vjp(f, (x, n), jit=jit)
    np.testing.assert_allclose(value, f(x, n), rtol=1e-12)
    assert np.shape(gradients[0]) == () and gradients[1] is None
    check_vjp(f, (x, n), jit=jit)


def lost(x, n):
    d = {}
    y = x
    if x > 0.3:
        y = d[n]
    d[int(x * 2)] = x
    return y * x


def lost_on_both_sides(x, n):
    d = {}
    if x > 0.3:
        y = d[n]
    else:
        y = d[n + 1]
    d[int(x * 2)] = x
    return y * x


def lost_in_a_loop(x, n):
    d = {}
    y = x
    if x > 0.3:
        for k in range(n, n + 2):
            y = y * d[k]
    d[int(x * 2)] = x
    return y + sum(d.values())


def lost_in_a_call(x, n):
    d = {}

    def look(key):
        return d[key] * x if x > 0.3 else x

    y = look(n) if x < 5.0 else x
    d[int(x * 2)] = x
    return y + sum(d.values())


def lost_item(x, n):
    d = {}
    if x > 0.3 and d.popitem()[1] > 0.2:
        x = x * 2
    d[int(x * 2)] = x
    return x + sum(d.values())


@pytest.mark.parametrize("f", [lost, lost_on_both_sides, lost_in_a_loop, lost_in_a_call, lost_item])
@pytest.mark.parametrize("differentiate", [srcgrad.vjp, srcgrad.jvp])
def test_what_is_raised_on_one_path_is_raised(f, differentiate):
    """Nothing was put into the dict before, so that nothing is known of what stands there."""
    given = (1.0,) if differentiate is srcgrad.vjp else ((1.0, None),)
    with pytest.raises(KeyError) as expected:
        f(0.7, 3)
    with pytest.raises(KeyError) as found:
        differentiate(f, (0.7, 3), *given)
    assert str(found.value) == str(expected.value)
    if f not in (lost_on_both_sides, lost_item):
        check_vjp(f, (0.1, 3))


def walrus(x, d):
    n = 1
    try:
        y = (n := 5) * d[0]
    except KeyError:
        y = x * n
    return y * n


def a_call_before(x, d):
    class Counter:
        n = 1

    counter = Counter()

    def count():
        counter.n = 3
        return x

    try:
        y = count() * d[0]
    except KeyError:
        y = x * counter.n
    return y * counter.n


def an_iterator_before(x, d):
    items = iter([1, 2, 3])
    try:
        y = next(items) * d[0]
    except KeyError:
        y = x * next(items)
    return y * next(items)


def an_array_before(x, d):
    a = np.ones(2)

    def write():
        a[0] = 3.0
        return x

    try:
        y = write() * d[0]
    except KeyError:
        y = x * a[0]
    return y * a[0]


@pytest.mark.parametrize("f", [walrus, a_call_before, an_iterator_before, an_array_before])
def test_what_is_done_before_a_key_is_missed_is_refused(f):
    def table(x):
        return f(x, {int(x * 3): x})

    with pytest.raises(UnsupportedSyntax, match="`try` with `except`"):
        srcgrad.grad(table)(0.7)


def set_in_place(x, n):
    w = {0, 2}
    for i in range(n):
        w |= {4}
        if i > 1:
            w -= {0}
    return x * len(w) * sum(w)


def set_by_value(x, n):
    w = {0, 2}
    for _ in range(int(x * n)):
        w = w | {4}
    return x * len(w)


def test_sets_of_constants_that_a_loop_changes():
    for n in (0, 1, 3):
        check_vjp(set_in_place, (0.7, n))
    with pytest.raises(UnsupportedSyntax, match="different dicts or sets in two iterations"):
        srcgrad.grad(set_by_value)(0.7, 5)
