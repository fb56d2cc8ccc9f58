"""Methods and operators of lists, tuples and dicts: Python's results, and what it raises."""

import numpy as np
import pytest

import srcgrad
from srcgrad.testing.checks import check_vjp

X = np.array([0.5, 0.7, 0.2, 0.9])


def weighted(items):
    return sum((k + 1) * v for k, v in enumerate(items))


def searched_from_a_place(x):
    places = [1, 2, 1, 3, 1]
    first = places.index(1, 1) * x[0] + places.index(1, -2) * x[1] + places.index(1, 1, 3) * x[2]
    return first + (2, 1, 2).index(2, 1) * x[3] + range(0, 9, 3).index(6) * x[0]


def joined_with_an_array(x):
    items, same = [x[0], x[1]], [x[2], x[3]]
    held = items
    items += x[2:]
    same *= x[:2]
    return weighted(items) + weighted(held) * weighted(same)


def grown_and_joined_with_an_array(x):
    items = []
    for v in x:
        items.append(v * v)
    items += x
    return items


def updated_by_pairs(x):
    d = {"a": x[0]}
    d.update([("b", x[1]), ("a", x[2])], c=x[3])
    d |= [("d", x[0]), ("a", x[1])]
    return weighted(d.values())


@pytest.mark.parametrize(
    "f",
    [searched_from_a_place, joined_with_an_array, grown_and_joined_with_an_array, updated_by_pairs],
)
def test_results_are_those_of_python(f, mode):
    check_vjp(f, (X,))
    seed = np.ones_like(f(X)) if np.ndim(f(X)) else None
    value, _ = srcgrad.value_and_vjp(f, (X,), seed)
    assert type(value) is type(f(X))
    np.testing.assert_allclose(value, f(X))


def some(x):
    found = []
    for k in range(len(x)):
        if x[k] > 0.3:
            found.append(x[:2] * x[k])
    return found


@pytest.mark.parametrize("stack", [np.stack, np.vstack, np.hstack, np.concatenate])
def test_the_dtype_of_a_stacked_list(stack):
    def f(x):
        return stack(some(x), dtype=np.float32)

    y = f(X)
    value, (gradient,) = srcgrad.value_and_vjp(f, (X,), np.ones_like(y))
    assert value.dtype == y.dtype == np.float32 and value.shape == y.shape
    np.testing.assert_array_equal(value, y)
    np.testing.assert_allclose(gradient, srcgrad.vjp(lambda x: sum(map(np.sum, some(x))), (X,))[0])


def test_a_list_is_not_stacked_in_ways_that_are_not_known():
    with pytest.raises(srcgrad.UnsupportedSyntax, match=r"an option of `np\.stack`"):
        srcgrad.vjp(lambda x: np.stack(some(x), casting="unsafe"), (X,), np.ones((3, 2)))
    with pytest.raises(srcgrad.UnsupportedSyntax, match="axis=None"):
        srcgrad.vjp(lambda x: np.concatenate(some(x), axis=None), (X,), np.ones(6))


def not_there(x):
    return [1, 2, 1].index(2, 2) * x[0]


def key_by_position(x):
    items = [x[0]]
    items.sort(lambda v: v)
    return items[0]


def default_by_name(x):
    return {"a": x[0]}.get("a", default=2.0)


def popped_twice(x):
    d = {"a": x[0], "b": x[1]}
    d.pop("a")
    d.pop("a")
    return d["b"]


def no_such_method(x):
    items = [x[0]]
    items.push(x[1])
    return items[0]


def changed_tuple(x):
    pair = (x[0], x[1])
    pair.append(x[2])
    return pair[0]


def sum_of_a_number(x):
    return sum(x[0])


def too_many_arguments(x):
    items = some(x)
    items.insert(0, x[:2], 1)
    return np.sum(items[0])


@pytest.mark.parametrize(
    "f, error",
    [
        (not_there, ValueError),
        (key_by_position, TypeError),
        (default_by_name, TypeError),
        (popped_twice, KeyError),
        (no_such_method, AttributeError),
        (changed_tuple, AttributeError),
        (sum_of_a_number, TypeError),
        (too_many_arguments, TypeError),
    ],
)
def test_what_python_raises_is_raised(f, error):
    with pytest.raises(error) as raised:
        f(X)
    with pytest.raises(error) as found:
        srcgrad.vjp(f, (X,))
    assert str(found.value) == str(raised.value)
