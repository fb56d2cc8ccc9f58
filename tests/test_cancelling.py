"""What is taken away and put back, as the maximum of a softmax, passes no derivative."""

import numpy as np
import pytest

import srcgrad
from tests.oracle import assert_same_gradients, oracle_vjp, random_cotangent

X = np.random.default_rng(0).standard_normal((4, 5))
G = 0.7


def softmax(x):
    e = np.exp(x - np.max(x, axis=-1, keepdims=True))
    return e / np.sum(e, axis=-1, keepdims=True)


def softmax_of_columns(x):
    e = np.exp(x - np.max(x, axis=0))
    return e / e.sum(axis=0)


def log_softmax(x):
    z = x - x.max(axis=1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=1, keepdims=True))


def logsumexp(x):
    m = x.max()
    return m + np.log(np.exp(x - m).sum())


def logsumexp_of_rows(x):
    m = np.max(x, axis=1)
    return m + np.log(np.sum(np.exp(x - m[:, None]), axis=1))


def by_a_column(x):
    m = np.max(x, axis=1).reshape(-1, 1)
    return m[:, 0] + np.log(np.sum(np.exp(x - m), axis=1))


def at_a_temperature(x, t):
    m = np.max(x)
    return m + t * np.log(np.sum(np.exp((x - m) / t)))


def in_place(q, k, v):
    s = q @ k.T / 2.0
    s -= s.max(axis=-1, keepdims=True)
    w = np.exp(s)
    w /= w.sum(axis=-1, keepdims=True)
    return w @ v


def weighted_before_it_is_divided(q, v):
    e = np.exp(q - np.max(q, axis=1, keepdims=True))
    return (e @ v) / np.sum(e, axis=1, keepdims=True)


def of_two(x):
    a, b = x[0], x[1]
    m = np.maximum(a, b)
    return m + np.log(np.exp(a - m) + np.exp(b - m))


def soft_minimum(x):
    total = 0.0
    for i in range(len(x)):
        a, b, d = x[i, 0], x[i, 1], x[i, 2]
        least = min(a, b, d)
        s = np.exp(-(a - least) / G) + np.exp(-(b - least) / G) + np.exp(-(d - least) / G)
        total += x[i, 3] * (least - G * np.log(s))
    return total


def softplus(x):
    m = np.where(x > 0, x, 0.0)
    return m + np.log(np.exp(x - m) + np.exp(-m))


CANCEL = [
    (softmax, (X,)),
    (softmax_of_columns, (X,)),
    (log_softmax, (X,)),
    (logsumexp, (X,)),
    (logsumexp_of_rows, (X,)),
    (by_a_column, (X,)),
    (at_a_temperature, (X, 0.6)),
    (in_place, (X, X + 1.0, X - 0.3)),
    (weighted_before_it_is_divided, (X, X.T.copy())),
    (of_two, (X,)),
    (soft_minimum, (X,)),
    (softplus, (X,)),
]


# --- what looks like it, and depends on the maximum ---------------------------------------------


def divided_along_the_other_axis(x):
    e = np.exp(x - np.max(x, axis=1, keepdims=True))
    return e / np.sum(e, axis=0, keepdims=True)


def subtracted_along_the_other_axis(x):
    square = x[:4, :4]
    e = np.exp(square - np.max(square, axis=1))
    return e / e.sum(axis=1, keepdims=True)


def of_columns_divided_by_rows(x):
    e = np.exp(x - np.max(x, axis=0))
    return e / e.sum(axis=1, keepdims=True)


def not_divided(x):
    return np.exp(x - np.max(x))


def not_put_back(x):
    return np.log(np.sum(np.exp(x - np.max(x))))


def put_back_twice(x):
    m = np.max(x)
    return 2.0 * m + np.log(np.sum(np.exp(x - m)))


def at_another_temperature(x, t):
    m = np.max(x)
    return m + t * np.log(np.sum(np.exp((x - m) * t)))


def with_one_more_term(x):
    m = np.where(x > 0, x, 0.0)
    return m + np.log(np.exp(x - m) + 1.0)


def kept_for_the_next(x):
    total, m = 0.0, 0.0
    for i in range(len(x)):
        total += np.exp(x[i, 0] - m)
        m = np.max(x[i])
    return total


def kept_in_a_list(x):
    m = np.max(x, axis=1)
    kept = [m]
    for i in range(2):
        kept.append(kept[i] * 2.0)
    return np.log(np.sum(np.exp(x - m[:, None]), axis=1)) + kept[-1]


def stored_in_part(x):
    m = np.max(x)
    z = x - m
    z[0] = x[0]
    return m + np.log(np.sum(np.exp(z)))


def stored_under_another_name(x):
    m = np.max(x)
    z = x - m
    row = z[0]
    row += m
    return m + np.log(np.sum(np.exp(z)))


def of_another_row(x):
    m = np.max(x, axis=1)
    return m[1] + np.log(np.sum(np.exp(x[0] - m[0])))


def through_a_square(x):
    m = np.max(x)
    return (x - m) ** 2 + 2.0 * m * x


def handed_to_a_branch(x):
    m = np.max(x)
    s = np.log(np.sum(np.exp(x - m)))
    if x[0, 0] > 0.0:
        s = s + m
    return s


def less_its_whole_part(x):
    m = np.max(x, axis=1)
    return m - m.astype(int)


def less_what_an_array_of_integers_holds(x):
    m = np.max(x, axis=1)
    whole = np.zeros(4, dtype=int)
    whole[...] = m
    return m - whole


def whose_memory_is_used_again(x):
    m = np.max(x, axis=1)
    s = x - m[:, None] + m[:, None]
    m[...] = x[:, 0] ** 2
    return m + np.sum(s)


def emptied_and_added_to(x):
    m = np.max(x, axis=1)
    m -= m.copy()
    m += x[:, 0] ** 2
    return m


def changed_where_a_list_says(x):
    m = np.max(x, axis=1)
    m[[0, -1, 0]] += np.tanh(x[1, 2])
    return m - x[:, 0]


def of_rows_that_a_list_says(x):
    m = np.max(x, axis=1)
    return x[[2, 0, 0]] - m[[2, 0, 1]][:, None] + m[:3, None]


DEPEND = [
    (changed_where_a_list_says, (X,)),
    (of_rows_that_a_list_says, (X,)),
    (less_its_whole_part, (X,)),
    (less_what_an_array_of_integers_holds, (X,)),
    (whose_memory_is_used_again, (X,)),
    (emptied_and_added_to, (X,)),
    (divided_along_the_other_axis, (X,)),
    (subtracted_along_the_other_axis, (X,)),
    (of_columns_divided_by_rows, (X,)),
    (not_divided, (X,)),
    (not_put_back, (X,)),
    (put_back_twice, (X,)),
    (at_another_temperature, (X, 0.6)),
    (with_one_more_term, (X,)),
    (kept_for_the_next, (X,)),
    (kept_in_a_list, (X,)),
    (stored_in_part, (X,)),
    (stored_under_another_name, (X,)),
    (of_another_row, (X,)),
    (through_a_square, (X,)),
    (handed_to_a_branch, (X,)),
    (handed_to_a_branch, (-X,)),
]


def fresh(inputs):
    return tuple(np.copy(x) if isinstance(x, np.ndarray) else x for x in inputs)


@pytest.mark.parametrize("f, inputs", CANCEL + DEPEND, ids=lambda x: getattr(x, "__name__", ""))
def test_gradients(f, inputs, mode):
    cotangent = random_cotangent(f(*fresh(inputs)))
    found = srcgrad.vjp(f, fresh(inputs), cotangent)
    assert_same_gradients(found, oracle_vjp(f, fresh(inputs), cotangent))


@pytest.mark.parametrize("f, inputs", CANCEL + DEPEND, ids=lambda x: getattr(x, "__name__", ""))
def test_second_derivatives_and_tangents(f, inputs):
    srcgrad.testing.check_grads(f, fresh(inputs), order=2, modes=("forward", "reverse"))


@pytest.mark.parametrize("f, inputs", CANCEL + DEPEND, ids=lambda x: getattr(x, "__name__", ""))
def test_compiled(f, inputs):
    cotangent = random_cotangent(f(*fresh(inputs)))
    found = srcgrad.vjp(f, fresh(inputs), cotangent, jit=True)
    assert_same_gradients(found, srcgrad.vjp(f, fresh(inputs), cotangent))


@pytest.mark.parametrize("f, inputs", CANCEL, ids=lambda x: getattr(x, "__name__", ""))
def test_nothing_flows_through_what_cancels(f, inputs):
    text = srcgrad.source(f, *inputs).rpartition("# reverse sweep")[2]
    assert "ties" not in text and "share" not in text and "m_bar" not in text
    assert "least_bar" not in text


def test_a_softmax_adds_up_to_one_to_the_last_bit():
    """The derivative of a sum that is 1 has no rounding of two parts that cancel."""
    x = np.array([1.0, 1e8, -1e8])
    (x_bar,) = srcgrad.vjp(lambda x: logsumexp(x) - np.max(x), (x,))
    np.testing.assert_array_equal(x_bar, [0.0, 0.0, 0.0])


def test_numbers_too_large_for_floats():
    """They stand where the function does not come."""

    def f(x):
        m = np.max(x)
        if m > 1e9:
            return m * 10**400
        return m / 5e-324 * 0.0 + np.sum(x)

    np.testing.assert_array_equal(srcgrad.grad(f)(np.zeros(2)), [1.0, 1.0])


def test_a_sum_in_integers_follows_no_maximum():
    def f(x):
        m = np.max(x)
        return m + np.log(np.sum(np.exp(x - m + 3.0), dtype=int))

    srcgrad.testing.check_grads(f, (X,))
    np.testing.assert_array_equal(srcgrad.grad(f)(X), X == np.max(X))


def test_truth_as_a_subscript_is_an_axis_of_its_own():
    def f(x):
        m = np.max(x, axis=1)
        return x - m[True].T + m[:, None]

    srcgrad.testing.check_grads(f, (X,))
