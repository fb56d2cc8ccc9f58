"""Values of inner loops that are computed again from arrays which later lines of the same turn write."""

import numpy as np
import pytest

import srcgrad
from srcgrad.testing import generated

RNG = np.random.default_rng(0)
X, V = RNG.normal(size=(4, 2)), RNG.normal(size=(4, 2))


def pairs(x, v, dt, steps):
    n, d = x.shape
    for _ in range(steps):
        for i in range(n):
            for j in range(n):
                for k in range(d):
                    e = x[j, k] - x[i, k]
                    v[i, k] += dt * e / (1.0 + e * e)
        for i in range(n):
            for k in range(d):
                x[i, k] += dt * v[i, k]
    return x


def written_between(x, v, dt, steps):
    """Some reads are of places that the same loop writes before it is left."""
    n, d = x.shape
    s = 0.0
    for _ in range(steps):
        for i in range(n):
            for j in range(n):
                e = x[j, 0] * x[i, 1]
                s += e * e * dt
            x[i, 0] = np.sin(x[i, 1]) + v[i, 0] * x[i, 0]
    return s + x


def written_in_a_branch(x, v, dt, steps):
    n, d = x.shape
    s = 0.0
    for t in range(steps):
        for i in range(n):
            for j in range(n):
                e = x[j, 0] - v[i, 1]
                if e > 0.0:
                    s += e * e
                    if j == i:
                        v[j, 1] *= 0.5
        if t % 2 == 0:
            x[t % n] *= dt + x[0, 1]
    return s * x + v


def through_a_view(x, v, dt, steps):
    n, d = x.shape
    for _ in range(steps):
        first = x[0]
        for i in range(n):
            for j in range(n):
                for k in range(d):
                    e = first[k] * x[j, k] - v[i, k]
                    v[j, k] += dt * np.sin(e * e)
        first *= 0.9
        x[1:] += dt * v[:-1]
    return x


def while_it_lasts(x, v, dt, steps):
    n, d = x.shape
    t = 0
    while t < steps and x[0, 0] < 50.0:
        for i in range(n):
            for j in range(n):
                e = x[j, 1] - x[i, 0]
                v[i, 1] += dt * e * e
        x[:, 0] += dt * v[:, 1]
        t += 1
    return x


def rows_of_rows(x, v, dt, steps):
    """Made anew in each turn: another turn's stores are to another array."""
    n, d = x.shape
    s = 0.0
    for _ in range(steps):
        w = x * dt
        for i in range(n):
            for j in range(n):
                e = w[i, 0] - w[j, 1]
                s += e**2 * v[j, 0]
        for i in range(n):
            w[i, 0] = w[i, 1] * w[i, 0]
        x = x + w
    return s + x


PROGRAMS = [
    pairs,
    written_between,
    written_in_a_branch,
    through_a_view,
    while_it_lasts,
    rows_of_rows,
]


@pytest.mark.parametrize("jit", [False, True])
@pytest.mark.parametrize("f", PROGRAMS)
def test_gradients(f, jit):
    cotangent = RNG.normal(size=X.shape)
    if jit:
        pytest.importorskip("numba")

    def value(x, v, dt):
        return np.sum(cotangent * f(x.copy(), v.copy(), dt, 3))

    found = srcgrad.vjp(f, (X.copy(), V.copy(), 0.3, 3), cotangent, jit=jit)
    h = 1e-6
    for array, gradient, at in ((X, found[0], 0), (V, found[1], 1)):
        assert gradient.shape == array.shape and gradient.dtype == np.float64
        for place in np.ndindex(array.shape):
            step = np.zeros(array.shape)
            step[place] = h
            moved = [(X + s * step, V) if at == 0 else (X, V + s * step) for s in (1, -1)]
            want = (value(*moved[0], 0.3) - value(*moved[1], 0.3)) / (2 * h)
            np.testing.assert_allclose(gradient[place], want, rtol=1e-5, atol=1e-7)
    want = (value(X, V, 0.3 + h) - value(X, V, 0.3 - h)) / (2 * h)
    assert np.shape(found[2]) == ()
    np.testing.assert_allclose(found[2], want, rtol=1e-5, atol=1e-7)


def test_places_are_kept_once_a_step():
    """Not the differences of all pairs."""
    forward, reverse = srcgrad.source(pairs, X, V, 0.3, 3).split("# reverse sweep")
    assert forward.count(".append(") == 1 and "tape.append((v_ik, x_ik))" in forward
    assert "e = x[j, k] - x[i, k]" in reverse


def test_few_turns_are_no_reason():
    """A loop of three turns keeps no more than the store around it."""

    def short(x, n):
        s = 0.0
        for i in range(n):
            for k in range(3):
                e = x[k] - x[i]
                s += e * e
            x[i] = s
        return s

    forward, reverse = srcgrad.source(short, X[0], 2).split("# reverse sweep")
    assert "e_tape.append(e)" in forward and "e_tape.pop()" in reverse


def test_the_generated_function_runs_alone():
    cotangent = np.ones(X.shape)
    found = generated(pairs, X, V, 0.3, 3)(X.copy(), V.copy(), 0.3, 3, cotangent)
    for mine, theirs in zip(found, srcgrad.vjp(pairs, (X, V, 0.3, 3), cotangent), strict=True):
        assert (mine is None) == (theirs is None)
        if mine is not None:
            assert np.shape(mine) == np.shape(theirs)
            np.testing.assert_array_equal(mine, theirs)
