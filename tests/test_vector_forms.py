"""``exp``, ``log`` and ``tanh`` in compiled loops: in the form of which several are computed at once."""

import math
import os
import subprocess
import sys

import numpy as np
import pytest

import srcgrad

numba = pytest.importorskip("numba")

import srcgrad.backend.numba_overloads  # noqa: E402
from srcgrad import runtime  # noqa: E402
from tests.test_compiled import check  # noqa: E402

RNG = np.random.default_rng(0)
NEAR_ONE = [1.0 + RNG.normal(size=10_000) * 1e-9, RNG.uniform(0.5, 2.0, 100_000)]
SMALL = [RNG.normal(size=10_000) * scale for scale in (1e-300, 1e-8, 0.1, 1.0, 10.0)]
RANGES = {
    "exp": [RNG.uniform(-745.0, 709.7, 100_000), *SMALL],
    "log": [np.exp(RNG.uniform(-744.0, 709.0, 100_000)), *NEAR_ONE],
    "tanh": [*SMALL, RNG.uniform(-25.0, 25.0, 100_000)],
}
ENDS = [0.0, -0.0, 1.0, -1.0, math.inf, -math.inf, math.nan, 709.782712893384, 709.8, 711.0, -745.1]
ENDS += [-745.2, -747.0, -708.5, 1e-300, 1e300, -1e300, 5e-324, 1e-310, 20.1, -20.1, 19.0]


def each(function):
    @numba.njit(error_model="numpy")
    def loop(x):
        y = np.empty_like(x)
        for i in range(x.shape[0]):
            y[i] = function(x[i])
        return y

    return loop


@pytest.mark.parametrize("name", RANGES)
@np.errstate(all="ignore")
def test_precision(name):
    x = np.concatenate(RANGES[name])
    want = getattr(np, name)(x)
    found = each(getattr(runtime, name))(x)
    assert np.max(np.abs(found - want) / np.spacing(np.abs(want))) <= 3.0
    ends = np.array(ENDS)
    want, found = getattr(np, name)(ends), each(getattr(runtime, name))(ends)
    np.testing.assert_allclose(found, want, 1e-15, 5e-324)
    np.testing.assert_array_equal(np.signbit(found[want == want]), np.signbit(want[want == want]))


def mixed(x, w):
    return np.sum(np.tanh(np.exp(x) * w) + np.log(1.0 + x * x))


def by_loop(x, w):
    s = 0.0
    for i in range(len(x)):
        s += math.exp(-x[i] * w) + (math.log(x[i]) if x[i] > 0.0 else math.tanh(x[i]))
    return s


@pytest.mark.parametrize("size", [0, 1, 7, 100])
@pytest.mark.parametrize("f", [mixed, by_loop])
def test_gradients(f, size):
    check(f, (RNG.normal(size=size), 0.7), 1.0)


@pytest.mark.parametrize("x", [RNG.normal(size=9).astype(np.float32), RNG.normal(size=9) + 2j])
def test_other_numbers_are_numpys(x):
    def f(x):
        return np.sum(np.abs(np.exp(x)))

    assert "np.exp(" in srcgrad.source(f, x, jit=True)
    check(f, (x,), np.abs(x[:1]).sum().dtype.type(1))


def test_what_an_iteration_hands_on_stays_as_it_is():
    def chain(x):
        s = 0.0
        for i in range(len(x)):
            s = np.tanh(s * x[i])
        return s

    assert "np.tanh(" in srcgrad.source(chain, np.ones(3), jit=True)
    check(chain, (RNG.normal(size=9),), 1.0)


def test_errors_of_math_are_raised():
    for x, error in (([1.0, 800.0], OverflowError), ([0.0, 1.0], None)):
        if error is None:
            assert srcgrad.grad(by_loop, jit=True)(np.array(x), -1.0).shape == (2,)
            continue
        with pytest.raises(error):
            srcgrad.grad(by_loop, jit=True)(np.array(x), -1.0)


@pytest.mark.parametrize("halves", [-7, -5, -3, -1, 1, 3, 5, 7])
@np.errstate(all="ignore")
def test_powers_of_halves(halves):
    def f(x):
        return np.sum(x ** (halves / 2))

    x = np.exp(RNG.uniform(-60.0, 60.0, 10_000))
    want, found = x ** (halves / 2), each(numba.njit(lambda v: runtime.half_power(v, halves)))(x)
    assert np.max(np.abs(found - want) / np.spacing(want)) <= 4.0
    check(f, (RNG.uniform(0.5, 2.0, 9),), 1.0)


def test_powers_of_halves_raise_what_pythons_do():
    def f(x):
        s = 0.0
        for i in range(len(x)):
            s += float(x[i]) ** -1.5
        return s

    assert "half_power(" in srcgrad.source(f, np.ones(3), jit=True)
    check(f, (np.array([1.0, 0.5]),), 1.0)
    with pytest.raises(ZeroDivisionError):
        srcgrad.grad(f, jit=True)(np.array([1.0, 0.0]))


# --- extrema ------------------------------------------------------------------------------------


def largest(x):
    return np.max(x)


def smallest(x):
    return np.min(np.abs(x) - 2.0)


def of_rows(x):
    y = x.reshape(-1, 1) * np.array([1.0, -2.0, 0.5])
    return np.sum(np.max(y, axis=1) * np.min(y, axis=1))


def around(x):
    m = -np.inf
    for i in range(len(x)):
        m = np.maximum(x[i] * x[i], m)
    return m


SPECIAL = [[0.5], [1.0, 3.0, 2.0], [-1.0, -3.0], [np.inf, 1.0], [-np.inf, -1.0], [5e-324, -5e-324]]
UNKNOWN = [[np.nan, 1.0, 2.0], [1.0, np.nan], [-np.nan, 1.0], [np.inf, np.nan]]


@pytest.mark.parametrize("x", [*SPECIAL, *UNKNOWN, RNG.normal(size=1000)], ids=len)
@pytest.mark.parametrize("f", [largest, smallest, of_rows, around])
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_extrema(f, x):
    x = np.clip(x, -9.0, 9.0) if f is of_rows else np.array(x)
    value, _ = check(f, (x,), 1.0)
    np.testing.assert_allclose(value, f(x), 1e-12)
    _, tangent = srcgrad.jvp(f, (x,), (np.ones_like(x),), jit=True)
    np.testing.assert_allclose(tangent, srcgrad.jvp(f, (x,), (np.ones_like(x),))[1], 1e-12)


def test_extrema_are_found_among_integers():
    text = srcgrad.source(lambda x: np.max(x) ** 2, np.ones(3), jit=True)
    assert "ordinal(x[i])" in text and "np.maximum(" not in text


def test_the_order_of_doubles():
    x = np.sort(np.concatenate([RNG.normal(size=100), ENDS[4:6], [0.0, 5e-324, -5e-324]]))
    places = [runtime.ordinal(v) for v in x]
    assert places == sorted(set(places))
    assert runtime.ordinal(-math.nan) == runtime.ordinal(math.nan) > places[-1]
    np.testing.assert_array_equal([runtime.of_ordinal(place) for place in places], x)


@pytest.mark.skipif("SRCGRAD_MODES" in os.environ, reason="the compiler is the same")
def test_as_users_compile_it():
    """Tests compile with fewer optimisations, so that nothing of several numbers is seen there."""
    used = {"NUMBA_OPT": "3", "NUMBA_LOOP_VECTORIZE": "1", "NUMBA_SLP_VECTORIZE": "1"}
    chosen = "precision or (halves and not raise) or (extrema and not integers)"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, "-k", chosen, __file__],
        env={**os.environ, **used},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0 and " passed" in done.stdout, done.stdout[-3000:]
