"""What is not used makes no NaN: selections by singular operations, plain, compiled, twice."""

import itertools
import warnings

import numpy as np
import pytest

import srcgrad
from srcgrad.analysis import selection
from srcgrad.differentiate import sweeping
from srcgrad.testing import options
from tests.drawn import ALL, drawn
from tests.masks.programs import PROGRAMS as CASES
from tests.masks.singular import SELECTIONS, SINGULAR
from tests.oracle import assert_same_gradients, oracle_vjp, random_cotangent
from tests.programs import PROGRAMS
from tests.test_corpus import REFUSED, tolerances


@pytest.fixture(autouse=True)
def quiet():
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield


def composed(operation, selection):
    f, harmful, harmless = SINGULAR[operation]
    select = SELECTIONS[selection]
    x = np.array([harmful[0], harmless[0], harmless[1], harmful[-1], harmless[2]])
    return (lambda x, m: select(f(x), m)), x, np.array([False, True, True, False, True])


def of_harmless_operands(program, x, m, cotangent):
    """The gradient at other operands where nothing is used, which is 0 there."""
    safe = np.where(m, x, x[m][0])
    return np.where(m, srcgrad.vjp(program, (safe, m), cotangent)[0], 0.0)


def check_grid(operation, selection, jit=False, dtype=None):
    program, x, m = composed(operation, selection)
    x = x if dtype is None else x.astype(dtype)
    y = np.asarray(program(x, m))
    cotangent = np.random.default_rng(0).normal(size=y.shape).astype(y.dtype)[()]
    (got, _) = srcgrad.vjp(program, (x, m), cotangent, jit=jit)
    want = of_harmless_operands(program, x, m, cotangent)
    assert got.dtype == x.dtype and got.shape == x.shape
    np.testing.assert_allclose(got, want, rtol=1e-4 if dtype else 1e-10)
    np.testing.assert_array_equal(got[~m], 0.0)
    return program, x, m, cotangent, want


GRID = drawn(itertools.product(SINGULAR, SELECTIONS))


@pytest.mark.parametrize("operation, selection", GRID)
def test_unused_elements_contribute_exactly_nothing(operation, selection):
    program, x, m, cotangent, want = check_grid(operation, selection)
    direction = np.random.default_rng(1).normal(size=x.shape)
    _, tangent = srcgrad.jvp(program, (x, m), (direction, None))
    np.testing.assert_allclose(np.sum(tangent * cotangent), np.sum(want * direction), rtol=1e-8)


@pytest.mark.parametrize("selection", ["where", "mask", "overwritten", "sum where"])
@pytest.mark.parametrize("operation", ["quotient", "sqrt", "arccosh", "product of missing values"])
def test_single_precision(operation, selection):
    check_grid(operation, selection, dtype=np.float32)


COMPILED = [("sqrt", s) for s in SELECTIONS if s != "choose"] + [(op, "where") for op in SINGULAR]


@pytest.mark.parametrize("operation, selection", drawn(COMPILED))
def test_compiled(operation, selection):
    pytest.importorskip("numba")
    check_grid(operation, selection, jit=True)


@pytest.mark.parametrize("selection", ["where", "mask", "indices", "overwritten", "two uses"])
@pytest.mark.parametrize("operation", ["quotient", "sqrt", "log", "arccos", "chain", "exp"])
def test_second_derivatives(operation, selection):
    program, x, m = composed(operation, selection)

    def gradient(x, m):
        return srcgrad.grad(lambda x: np.sum(program(x, m)))(x)

    safe = np.where(m, x, x[m][0])
    want = np.where(m, srcgrad.grad(lambda x: np.sum(gradient(x, m)))(safe), 0.0)
    np.testing.assert_allclose(srcgrad.grad(lambda x: np.sum(gradient(x, m)))(x), want, rtol=1e-9)
    forward = srcgrad.jvp(gradient, (x, m), (np.ones(5), None))[1]
    np.testing.assert_allclose(forward, want, rtol=1e-9)


@pytest.mark.parametrize("jit", [False, True], ids=["plain", "compiled"])
@pytest.mark.parametrize("name", CASES)
def test_programs(name, jit):
    if jit:
        pytest.importorskip("numba")
    f, inputs, want = CASES[name]
    cotangent = np.ones_like(f(*inputs))[()]
    got = srcgrad.vjp(f, inputs, cotangent, jit=jit)[0]
    assert np.shape(got) == np.shape(want)
    np.testing.assert_allclose(got, want, rtol=1e-12)


@pytest.mark.parametrize("name", [name for name in CASES if np.all(np.isfinite(CASES[name][2]))])
def test_tangents_of_programs(name):
    f, inputs, want = CASES[name]
    direction = np.cos(np.arange(1.0, 1.0 + np.size(want))).reshape(np.shape(want))[()]
    rest = [np.zeros_like(a) if np.asarray(a).dtype.kind == "f" else None for a in inputs[1:]]
    tangent = srcgrad.jvp(f, inputs, (direction, *rest))[1]
    np.testing.assert_allclose(np.sum(tangent), np.sum(want * direction), rtol=1e-12)


# --- the energy of bodies, by masks ------------------------------------------------------------


def energy(pos, mass):
    dx, dy, dz = (pos[:, k : k + 1].T - pos[:, k : k + 1] for k in range(3))
    r = np.sqrt(dx**2 + dy**2 + dz**2)
    inv_r = r ** (-1)
    inv_r[r > 0] = 1.0 / r[r > 0]
    return np.sum(np.triu(-(6.7 * mass * mass.T) * inv_r, 1))


def energy_where(pos, mass):
    d = pos[:, None] - pos
    r = np.sqrt(np.sum(d * d, axis=-1))
    return np.sum(np.triu(-6.7 * mass * mass.T * np.where(r > 0, 1.0 / r, 0.0), 1))


def energy_stored(pos, mass):
    d = pos[:, None] - pos
    r = np.sqrt(np.sum(d * d, axis=-1))
    inv = np.zeros_like(r)
    inv[r > 0] = 1.0 / r[r > 0]
    return -0.5 * 6.7 * np.sum(mass * mass.T * inv)


def forces(pos, mass):
    d = pos[:, None] - pos
    size = np.sqrt(np.sum(d * d, axis=-1)) + np.eye(len(pos))
    pull = 6.7 * mass.T * mass / size**3
    potential = -6.7 * np.sum((mass.T / size) * (1.0 - np.eye(len(pos))), axis=1, keepdims=True)
    return np.sum(pull[..., None] * d, axis=1), potential


BODIES = np.random.default_rng(0).normal(size=(4, 3)), np.arange(1.0, 5.0)[:, None]


@pytest.mark.parametrize("jit", [False, True], ids=["plain", "compiled"])
@pytest.mark.parametrize("f", [energy, energy_where, energy_stored])
def test_energy_of_bodies(f, jit):
    if jit:
        pytest.importorskip("numba")
    for got, want in zip(srcgrad.vjp(f, BODIES, jit=jit), forces(*BODIES), strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-10)


@pytest.mark.parametrize("f", [energy, energy_where, energy_stored])
def test_second_derivatives_of_the_energy(f):
    pos, mass = BODIES
    got = srcgrad.grad(lambda p: np.sum(srcgrad.grad(f)(p, mass) ** 2))(pos)
    step = 1e-6
    for index in np.ndindex(pos.shape):
        moved = [pos.copy(), pos.copy()]
        moved[0][index] -= step
        moved[1][index] += step
        low, high = (np.sum(forces(p, mass)[0] ** 2) for p in moved)
        np.testing.assert_allclose(got[index], (high - low) / (2 * step), rtol=1e-5)


# --- the rest ----------------------------------------------------------------------------------


def test_no_warning_and_no_exception_of_what_is_not_used():
    x = np.array([0.0, 1.0, 4.0])
    with warnings.catch_warnings(), np.errstate(all="raise"):
        warnings.simplefilter("error")
        for f in (
            lambda x: np.sum(np.sqrt(x)[1:]),
            lambda x: np.sum(np.where(x > 0, np.sqrt(x), 0.0)),
            lambda x: np.max(np.sqrt(x)),
        ):
            gradient = srcgrad.grad(f, check_numerics=True)(x)
            assert np.all(np.isfinite(gradient))


def test_complex_numbers():
    z = np.array([0j, 1 + 1j, 2.0])
    got = srcgrad.vjp(lambda z: np.sum(np.where(np.abs(z) > 0, (1 / z).real, 0.0)), (z,), 1.0)[0]
    np.testing.assert_allclose(got, [0.0, *(-1 / np.conj(z[1:]) ** 2)], atol=1e-15)


def test_code_is_as_it_was_where_no_selection_meets_a_pole():
    def harmless(x, w):
        h = np.maximum(x @ w, 0.0)
        p = np.exp(h) / np.sum(np.exp(h), axis=1, keepdims=True)
        return np.sum((1.0 / (1.0 + np.exp(-p)))[:, 1:])

    text = srcgrad.source(harmless, np.ones((3, 2)), np.ones((2, 4)))
    assert "used" not in text and "np.where" not in text and "> 0.0" not in text


def test_what_a_loop_uses_in_full_has_no_mask():
    def exercised(x, k):
        v = np.maximum(1.0 - x, 0.0)
        for _ in range(2):
            x = x[1:] / k
            v = np.maximum(0.5 * k * v[1:], 1.0 - x)
        return v[0]

    assert "x_used" not in srcgrad.source(exercised, np.ones(3), 2.0)
    x_bar, k_bar = srcgrad.vjp(exercised, (np.array([0.5, 1.5, 3.0]), 2.0), 1.0)
    np.testing.assert_allclose(x_bar, [0.0, 0.0, -0.25], 1e-14)
    np.testing.assert_allclose(k_bar, 0.75, 1e-14)


def test_used_elements_are_as_torch_has_them():
    torch = pytest.importorskip("torch")
    for name, f in {
        "square_of_a_root": lambda x: torch.sqrt(x) ** 2,
        "explicit_factor_of_zero": lambda x: 0.0 * torch.log(x),
        "used_under_a_mask": lambda x: torch.where(x >= 0.0, torch.sqrt(x) ** 2, 0.0 * x),
        "early_return": lambda x: x * 3.0,
    }.items():
        _, inputs, want = CASES[name]
        x = torch.tensor(inputs[0], dtype=torch.float64, requires_grad=True)
        f(x).sum().backward()
        np.testing.assert_array_equal(want, x.grad.numpy())


def everything(function, active, alias):
    """As if each value were used in part, and each slope infinite."""
    found = selection._Selections(function, active, alias)
    names = {n: selection.REJECTED for n in active if n not in function.params}
    names = {n: s for n, s in names.items() if found.key(n) not in found.arrays.untracked}
    for name, made in found.uses.made_by.items():
        base = made.args[0] if made.op == "getitem" else alias.base.get(name)
        if name in active and base in names:
            names.setdefault(name, selection.REJECTED)
    return Everywhere(names, found.known)


class Everywhere(selection.PartlyUsed):
    def is_harmful(self, statement, line):
        return statement.target in self.strength


SHARE = 6  # of the corpus, one program in so many for each part


@pytest.mark.parametrize("optimize", [True, False], ids=["optimized", "plain"])
@pytest.mark.parametrize("part", range(SHARE) if ALL else [0])
def test_following_everything_changes_no_gradient(monkeypatch, part, optimize):
    """So no element that is used is ever taken for one that is not."""
    monkeypatch.setattr(sweeping, "partly_used", everything)
    for program in PROGRAMS[part + SHARE * (not optimize) :: 2 * SHARE]:
        if program.name in REFUSED:
            continue
        cotangent = random_cotangent(program.f(*program.fresh()))
        with options(optimize=optimize, short_axes=False):  # a table of its own: all is generated
            actual = srcgrad.vjp(program.f, program.fresh(), cotangent)
        expected = oracle_vjp(program.f, program.fresh(), cotangent)
        assert_same_gradients(actual, expected, *tolerances(program))


def first_positive_root(b, c):
    coefficients = [1.0, 1.0, 1.0, 1.0]
    coefficients[-1] = -c / b
    for k in range(2):
        coefficients[-2 - k] = b * (k + 1.0)
    for root in np.roots(coefficients):
        if abs(root.imag) < 1e-12 and root.real > 0.0:
            return float(c / (b * root.real))
    raise ValueError("no positive root")


def test_factors_with_more_elements_than_what_is_used():
    """One root is used, of which each coefficient decides."""
    value, gradients = srcgrad.value_and_vjp(first_positive_root, (1.3, 2.5), 1.0)
    assert value == first_positive_root(1.3, 2.5)
    for k, gradient in enumerate(gradients):
        step = np.eye(2)[k] * 1e-6
        ends = [first_positive_root(*(np.array([1.3, 2.5]) + s * step)) for s in (1, -1)]
        np.testing.assert_allclose(gradient, (ends[0] - ends[1]) / 2e-6, rtol=1e-6)
