"""What generated code does without: helpers and checks where shapes and places are known."""

import numpy as np
import pytest

import srcgrad
from tests.oracle import assert_same_gradients, oracle_vjp, random_cotangent

X = np.linspace(0.3, 1.1, 5)
A = X[:, None] * X + 3.0 * np.eye(5)


def likelihood(x, y, length, noise):
    d = x[:, None] - x[None, :]
    k = np.exp(-0.5 * d**2 / length**2) + noise * np.eye(len(x))
    return 0.5 * y @ np.linalg.solve(k, y) + 0.5 * np.linalg.slogdet(k)[1]


def determinants(a):
    return np.linalg.slogdet(a)[1] + np.linalg.det(a)


def determinants_of_single_precision(a):
    return np.linalg.slogdet(a)[1] * np.linalg.det(a)


PLAIN = [
    (likelihood, (X, X[::-1].copy(), 0.7, 0.1), ("unbroadcast", "expand_dims", "\n    np.linalg")),
    (determinants, (A,), ("expand_dims", "\n    np.linalg")),
    (determinants_of_single_precision, (A.astype(np.float32),), ("expand_dims",)),
    (determinants, (np.stack([A, 2.0 * A])[1],), ("expand_dims",)),
]


@pytest.mark.parametrize(("f", "args", "needless"), PLAIN, ids=lambda f: getattr(f, "__name__", ""))
def test_shapes_that_fit_need_no_helpers(f, args, needless):
    assert not [part for part in needless if part in srcgrad.source(f, *args)]
    single = any(getattr(x, "dtype", None) == np.float32 for x in args)
    tolerance = (1e-4, 1e-4) if single else (1e-8, 1e-10)
    assert_same_gradients(
        srcgrad.vjp(f, args, None), oracle_vjp(f, args, f(*args) * 0 + 1), *tolerance
    )


def determinants_of_stacks(a):
    return np.linalg.det(a)


def test_stacks_of_matrices_keep_the_axes():
    a = np.stack([A, A.T + np.eye(5)])
    cotangent = random_cotangent(np.linalg.det(a))
    found = srcgrad.vjp(determinants_of_stacks, (a,), cotangent)
    assert_same_gradients(found, oracle_vjp(determinants_of_stacks, (a,), cotangent), 1e-8)


def test_what_is_no_square_matrix_still_raises():
    def unused(a):
        np.linalg.slogdet(a)
        return np.sum(a)

    with pytest.raises(np.linalg.LinAlgError):
        srcgrad.vjp(unused, (np.ones((2, 3)),))


# --- places that are in range, in loop form -------------------------------------------------------


def by_while(v):
    s, i = 0.0, 0
    while i < len(v):
        s += v[i] ** 2
        i += 1
    return s


def from_both_ends(v):
    low, high = 0, len(v) - 1
    s = 0.0
    while low < high:
        s += v[low] * v[high]
        if v[low] < v[high]:
            low += 1
        else:
            high -= 1
    return s


def triangle(v):
    s = 0.0
    for k in range(1, len(v)):
        for m in range(k):
            s += v[k - m - 1] * v[len(v) - 1 - k]
    return s


def guarded(v):
    s = 0.0
    for i in range(len(v)):
        if i != len(v) - 1:
            s += v[i + 1] * v[i]
    return s


def too_far_by_while(v):
    s, i = 0.0, 0
    while i <= len(v):
        s += v[i] ** 2
        i += 1
    return s


def steps_of_two(v):
    s, i = 0.0, 0
    while i < len(v):
        s += v[i] * v[i + 1]
        i += 2
    return s


def starts_too_far(v):
    s, i = 0.0, 7
    while i < len(v) or i == 7:
        s += v[i] ** 2
        i += 1
    return s


def wrongly_guarded(v):
    s = 0.0
    for i in range(len(v)):
        if i != 0:
            s += v[i + 1] * v[i]
    return s


def none_at_all(v):
    return v[len(v) - 1] ** 2


@pytest.mark.parametrize(
    "f", [by_while, from_both_ends, triangle, guarded], ids=lambda f: f.__name__
)
def test_places_in_range_are_not_checked(f):
    text = srcgrad.source(f, X, jit=True)
    assert "check_place" not in text, text
    namespace = {}
    exec(text, namespace)
    expected = oracle_vjp(f, (X,), 1.0)
    assert_same_gradients(namespace[f"{f.__name__}_vjp"](X, np.float64(1.0)), expected)


@pytest.mark.parametrize(
    "f", [too_far_by_while, steps_of_two, starts_too_far, wrongly_guarded], ids=lambda f: f.__name__
)
def test_places_that_may_be_out_of_range_are_checked(f):
    text = srcgrad.source(f, X, jit=True)
    namespace = {}
    exec(text, namespace)
    assert "check_place" in text
    with pytest.raises(IndexError):
        f(X)
    with pytest.raises(IndexError):
        namespace[f"{f.__name__}_vjp"](X, np.float64(1.0))


def test_an_empty_array_has_no_last_element():
    text = srcgrad.source(none_at_all, X, jit=True)
    namespace = {}
    exec(text, namespace)
    with pytest.raises(IndexError):
        namespace["none_at_all_vjp"](np.ones(0), np.float64(1.0))


# --- results in the place of what is not needed any more ------------------------------------------


def softmax(x):
    e = np.exp(x - np.max(x, axis=-1, keepdims=True))
    return e / np.sum(e, axis=-1, keepdims=True)


def layer(x, w):
    return np.tanh(x @ w)


def read_again(x, w):
    h = np.tanh(x @ w)
    return np.sum(h * w) + np.sum(h[0] * h.T[0])


def grows(x, w):
    h = np.sin(x[0])
    return np.sum(np.exp(h * w) * np.cos(h) * w)


def of_two_precisions(x, w):
    h = np.sin(x.astype(np.float32))
    return np.sum(np.cos(h * w.astype(np.float32)) * w)


def put_in_a_list(x, w):
    parts = []
    for _ in range(3):
        h = np.sin(x * w)
        parts.append(h)
        w = h * w
    return np.sum(parts[0] * parts[1]) + np.sum(parts[2] * w)


def stored_and_used(x, w):
    y = np.zeros((5, 5))
    h = np.sin(x * w)
    y[:, :] = h
    z = h * w
    return y * z


IN_PLACE = [read_again, grows, of_two_precisions, put_in_a_list, stored_and_used, layer]


@pytest.mark.parametrize("f", [softmax], ids=lambda f: f.__name__)
def test_results_take_the_place_of_what_is_read_last(f):
    args = (A, A + 1.0)[: f.__code__.co_argcount]
    assert "e_bar -= " in srcgrad.source(f, *args)
    cotangent = random_cotangent(f(*args))
    given = cotangent.copy()
    assert_same_gradients(srcgrad.vjp(f, args, cotangent), oracle_vjp(f, args, cotangent))
    assert (cotangent == given).all()


@pytest.mark.parametrize("f", IN_PLACE, ids=lambda f: f.__name__)
def test_what_is_still_read_keeps_its_place(f):
    args = (A / 4.0, A - 1.0)
    cotangent = random_cotangent(f(*args))
    single = f is of_two_precisions
    found, kept = srcgrad.vjp(f, args, cotangent), [x.copy() for x in args]
    tolerance = (1e-4, 1e-4) if single else (1e-9, 1e-11)
    assert_same_gradients(found, oracle_vjp(f, args, cotangent), *tolerance)
    assert all((x == y).all() for x, y in zip(args, kept, strict=True))
