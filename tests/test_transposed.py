"""Matrices that compiled loops go through by columns: stored by columns, where that pays."""

import numpy as np
import pytest

import srcgrad
from tests.test_compiled import check, cotangent_of

pytest.importorskip("numba")

A = np.random.default_rng(4).normal(size=(6, 4)) + np.eye(6, 4)
S = A[:4] @ A[:4].T + 4.0 * np.eye(4)
PROGRAMS = {}


def runs(*inputs, turned=True):
    """Inputs on which a program runs; whether a matrix is transposed in its loop form."""

    def register(function):
        PROGRAMS[function.__name__] = function, inputs, turned
        return function

    return register


@runs((A,), (A[:4],), (np.asfortranarray(A),), (np.repeat(A, 2, axis=0)[::2],))
def gram_schmidt(a):
    for k in range(a.shape[1]):
        a[:, k] /= np.sqrt(a[:, k] @ a[:, k])
        for j in range(k + 1, a.shape[1]):
            a[:, j] -= (a[:, k] @ a[:, j]) * a[:, k]
    return a


@runs((A,))
def factors(a):
    n, m = a.shape
    q, r = np.zeros((n, m)), np.zeros((m, m))
    for k in range(m):
        v = a[:, k].copy()
        for j in range(k):
            r[j, k] = q[:, j] @ a[:, k]
            v -= r[j, k] * q[:, j]
        r[k, k] = np.sqrt(v @ v)
        q[:, k] = v / r[k, k]
    return q, r


@runs((A, 0.3))
def by_elements(a, w):
    n, m = a.shape
    b = a.copy()
    for k in range(m):
        for j in range(m):
            for i in range(n):
                b[i, j] = b[i, j] + w * b[i, k] * b[-1, j]
    return b


@runs((A, 0.3), turned=False)
def by_rows(a, w):
    n, m = a.shape
    b = a.copy()
    for k in range(n):
        for i in range(n):
            for j in range(m):
                b[i, j] = b[i, j] + w * b[k, j]
    return b


@runs((A, 0.3), turned=False)
def both_ways(a, w):
    b = a.copy()
    for _ in range(3):
        for j in range(b.shape[1]):
            b[:, j] = np.sin(b[:, j]) * w
        for i in range(b.shape[0]):
            b[i] = b[i] * np.cos(b[i])
    return b


@runs((A, 0.3), turned=False)
def used_as_a_whole(a, w):
    b = a.copy()
    for k in range(b.shape[1]):
        for j in range(k):
            b[:, j] -= w * b[:, k] * b[:, j]
    return b.T @ b


@runs((S,), turned=False)
def lower_triangle(a):
    n = a.shape[0]
    for k in range(n):
        a[k, k] = np.sqrt(a[k, k])
        for i in range(k + 1, n):
            a[i, k] = a[i, k] / a[k, k]
        for i in range(k + 1, n):
            for j in range(k + 1, i + 1):
                a[i, j] = a[i, j] - a[i, k] * a[j, k]
    return a


def cotangent(function, inputs):
    return cotangent_of(function(*map(np.copy, inputs)), np.random.default_rng(1))


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize("optimize", [True, False])
def test_loop_form(name, optimize, interpreted):
    function, cases, _ = PROGRAMS[name]
    with srcgrad.testing.options(optimize=optimize):
        for inputs in cases:
            check(function, inputs, cotangent(function, inputs))


@pytest.mark.parametrize("name", PROGRAMS)
def test_compiled(name):
    function, cases, turned = PROGRAMS[name]
    for inputs in cases:
        check(function, inputs, cotangent(function, inputs))
    source = srcgrad.source(function, *cases[0], jit=True)
    assert any(f"[i, j] = {x}[j, i]" in source for x in ("a", "b_bar", "a_bar", "b")) == turned


@pytest.mark.parametrize("name", ["gram_schmidt", "by_elements"])
def test_results_are_laid_out_by_rows(name):
    function, cases, _ = PROGRAMS[name]
    value, gradients = srcgrad.value_and_vjp(
        function, cases[0], cotangent(function, cases[0]), jit=True
    )
    assert value.flags.c_contiguous and gradients[0].flags.c_contiguous
    assert not np.shares_memory(value, gradients[0])
