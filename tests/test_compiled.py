"""Compiled mode: `jit=True` gives what plain NumPy gives, in value, shape and dtype.

By default a part of the corpus is compiled; `SRCGRAD_FULL=1` compiles every program whose primal
Numba compiles.
"""

import dataclasses
import inspect
import os
import sys
import zlib
from dataclasses import dataclass

import numpy as np
import pytest

import srcgrad
from srcgrad import runtime
from srcgrad.errors import CompileError, CotangentError
from tests.programs import PROGRAMS

numba = pytest.importorskip("numba")

PART = 30
COMPILABLE = [program for program in PROGRAMS if program.compiles]


def chosen():
    """The programs to compile: all, or a part that does not depend on their order."""
    if os.environ.get("SRCGRAD_FULL"):
        return COMPILABLE
    return sorted(COMPILABLE, key=lambda program: zlib.crc32(program.name.encode()))[:PART]


# Comparison


def cotangent_of(value, rng):
    """A cotangent for each floating leaf of `value`; None for the others."""
    if isinstance(value, dict):
        return {key: cotangent_of(item, rng) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        items = [cotangent_of(item, rng) for item in value]
        return type(value)(*items) if hasattr(value, "_fields") else type(value)(items)
    dtype = np.asarray(value).dtype
    if dtype.kind != "f":
        return None
    return np.asarray(rng.uniform(-1.0, 1.0, np.shape(value)), dtype)


def assert_same(actual, expected):
    """One structure, and for each leaf one shape, one dtype, and values equal up to rounding."""
    if dataclasses.is_dataclass(actual):
        assert type(actual) is type(expected)
        actual, expected = vars(actual), vars(expected)
    if isinstance(expected, dict):
        assert list(actual) == list(expected)
        for key in expected:
            assert_same(actual[key], expected[key])
    elif isinstance(expected, (tuple, list)):
        assert type(actual) is type(expected)
        assert len(actual) == len(expected)
        for part, expected_part in zip(actual, expected, strict=True):
            assert_same(part, expected_part)
    elif expected is None or isinstance(expected, str):
        assert actual == expected
    else:
        assert np.shape(actual) == np.shape(expected)
        assert np.asarray(actual).dtype == np.asarray(expected).dtype
        single = np.asarray(expected).dtype == np.float32
        rtol, atol = (2e-4, 2e-5) if single else (1e-9, 1e-11)
        np.testing.assert_allclose(actual, expected, rtol=rtol, atol=atol, equal_nan=True)


def check(function, inputs, cotangent=None):
    """Compare both modes on `inputs`; the compiled result."""
    expected = srcgrad.value_and_vjp(function, inputs, cotangent)
    actual = srcgrad.value_and_vjp(function, inputs, cotangent, jit=True)
    assert_same(actual, expected)
    return actual


# The corpus


@pytest.mark.parametrize("program", chosen(), ids=lambda program: program.name)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_program(program):
    rng = np.random.default_rng(zlib.crc32(program.name.encode()))
    cotangent = cotangent_of(program.f(*program.fresh()), rng)
    expected = srcgrad.value_and_vjp(program.f, program.fresh(), cotangent)
    actual = srcgrad.value_and_vjp(program.f, program.fresh(), cotangent, jit=True)
    assert_same(actual, expected)


# Layouts, containers, dtypes


def weighted(x, w):
    return np.sum(w * x**2, axis=0)


MATRIX = np.arange(1.0, 13.0).reshape(3, 4)
LAYOUTS = {
    "contiguous": MATRIX,
    "fortran": np.asfortranarray(MATRIX),
    "transposed": np.ascontiguousarray(MATRIX.T).T,
    "every_other": np.repeat(MATRIX, 2, axis=1)[:, ::2],
    "reversed": MATRIX[::-1],
    "broadcast": np.broadcast_to(MATRIX[0], (3, 4)),
    "big_endian": MATRIX.astype(">f8"),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_layout_of_an_input(layout):
    x = LAYOUTS[layout]
    before = x.copy()
    _, (x_bar, _) = check(weighted, (x, 1.5), np.ones(4))
    assert x_bar.flags.writeable
    assert not np.shares_memory(x_bar, x)
    np.testing.assert_array_equal(x, before)


def test_layout_of_a_cotangent():
    cotangent = np.broadcast_to(2.0, (4,))
    _, (x_bar, _) = check(weighted, (MATRIX, 1.5), cotangent)
    assert not np.shares_memory(x_bar, cotangent)
    check(weighted, (MATRIX, 1.5), np.arange(8.0)[::2])


def test_read_only_input():
    x = MATRIX.copy()
    x.flags.writeable = False
    check(weighted, (x, 1.5), np.ones(4))


@dataclass
class Model:
    weight: np.ndarray
    bias: float
    name: str = "linear"


def of_containers(model, options, x, unused=None):
    y = x @ model.weight + model.bias
    if options["square"]:
        y = y * y
    return {"y": y, "parts": [y[0], options["scale"] * y]}


def test_containers():
    model = Model(np.arange(1.0, 9.0).reshape(4, 2), 0.5)
    inputs = (model, {"square": True, "scale": 3.0, "how": "all"}, MATRIX, None)
    value = of_containers(*inputs)
    check(of_containers, inputs, cotangent_of(value, np.random.default_rng(1)))


def written_and_returned(x, k):
    x[1:] = k * x[:-1]
    return x


def test_an_input_that_is_written_keeps_its_value():
    x = np.array([1.0, 2.0, 3.0])
    check(written_and_returned, (x, 2.0), np.ones(3))
    np.testing.assert_array_equal(x, [1.0, 2.0, 3.0])


def single(x, k):
    for _ in range(2):
        x = 0.5 * x + k * np.sin(x) / 3
    return x


def test_single_precision_stays_single():
    x = np.array([0.5, 1.5], np.float32)
    value, (x_bar, _) = check(single, (x, 2.0), np.ones(2, np.float32))
    assert value.dtype == x_bar.dtype == np.float32


def reciprocal(x):
    return np.sum(1.0 / x) + 1.0 / x[0]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_division_by_zero_gives_infinity():
    value, (x_bar,) = check(reciprocal, (np.array([0.0, 2.0]),))
    assert value == np.inf
    assert x_bar[0] == -np.inf


@numba.njit
def already_compiled(x):
    total = 0.0
    for i in range(len(x)):
        total += x[i] ** 3
    return total


def test_a_compiled_function_is_differentiated_from_its_source():
    x = np.array([1.0, 2.0])
    _, (x_bar,) = check(already_compiled, (x,))
    np.testing.assert_allclose(x_bar, 3 * x**2)


def test_grad():
    gradient = srcgrad.grad(already_compiled, jit=True)
    np.testing.assert_allclose(gradient(np.array([1.0, 2.0])), [3.0, 12.0])
    value, x_bar = srcgrad.value_and_grad(already_compiled, jit=True)(np.array([1.0, 2.0]))
    assert value == 9.0
    np.testing.assert_allclose(x_bar, [3.0, 12.0])


PLAIN = {  # modules of helpers of operations whose primals Numba does not compile either
    "adjoint_blocks",
    "constraints",
    "differences",
    "distributions",
    "draws",
    "flows",
    "fourier",
    "given",  # derivatives of the user's run as they are
    "images",
    "integrals",
    "interpolation",
    "labels",
    "matrices",
    "roots",
    "solving",
    "sparse",
    "tables",
}
WITHOUT = {  # such helpers of other modules
    "as_cached",
    "attempt",
    "below_solved",
    "below_solved_across",
    "check_finite",
    "check_gradient",
    "dtype_of",
    "einsum_part",
    "flat_of",  # np.ravel for Numba
    "modulus",
    "mutated",
    "next_slots",
    "prange",  # Numba's own
    "schur_form",
    "schur_triangle",
    "shaped_like",  # np.zeros for Numba
    "untouched",
    "vector_order",
}


def test_each_helper_has_an_overload():
    from srcgrad.backend.numba_overloads.common import OVERLOADED

    missing = {
        name
        for name, helper in vars(runtime).items()
        if inspect.isfunction(helper)
        and helper.__module__.startswith(runtime.__name__)
        and helper.__module__.rpartition(".")[2] not in PLAIN
        and not name.startswith("_")
        and helper not in OVERLOADED
    }
    assert missing == WITHOUT


# What is written otherwise for Numba


def of_complex_numbers(x):
    z = np.zeros(2, dtype=complex)
    for i in range(2):
        z[i] = x[i] * (1.0 + 2.0j)
    return np.sum(np.abs(z) ** 2)


def crossed(x):
    return np.sum(np.cross(x, np.array([1.0, 2.0, 3.0])) ** 2)


def of_all_elements(x):
    return np.linalg.norm(np.outer(x, x), "fro")


@pytest.mark.parametrize("function", [of_complex_numbers, crossed, of_all_elements])
def test_a_spelling_that_numba_lacks(function):
    check(function, (np.array([1.9, 1.7, 0.3]),))


# What is refused


def contracted(x, a):
    y = 2.0 * x
    return np.einsum("i...,...->i", a, y)


def test_what_numba_refuses_is_reported_with_the_line_of_the_user():
    with pytest.raises(CompileError) as caught:
        srcgrad.vjp(contracted, (np.ones(3), np.ones((3, 3))), np.ones(3), jit=True)
    message = str(caught.value)
    line = inspect.getsourcelines(contracted)[1] + 2
    assert f"test_compiled.py:{line}, in contracted" in message
    assert 'np.einsum("i...,...->i", a, y)' in message
    assert (
        "why: the derivative of this line needs `einsum_part`, which has no compiled form"
        in message
    )
    assert "try: " in message


def outer_quotient(a, b):
    return a / b


def test_cotangent_of_another_shape():
    with pytest.raises(CotangentError, match=r"\(2,\).*\(3,\)"):
        srcgrad.vjp(outer_quotient, (np.ones(3), np.ones(1)), np.ones(2), jit=True)


def cubed(x):
    return np.sum(x**3)


def test_numba_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "numba", None)
    with pytest.raises(CompileError, match=r"srcgrad\[jit\]"):
        srcgrad.vjp(cubed, (np.ones(3),), jit=True)


def raising(x):
    if x[0] < 0.0:
        raise ValueError("negative")
    return np.sqrt(x[0])


def test_what_the_function_raises_it_raises_compiled():
    check(raising, (np.array([4.0]),))
    with pytest.raises(ValueError, match="negative"):
        srcgrad.vjp(raising, (np.array([-4.0]),), jit=True)


def test_negative_powers_of_zero_are_infinite_as_in_numpy():
    x = np.array([0.0, 2.0])
    with np.errstate(divide="ignore"):
        (gradient,) = srcgrad.vjp(lambda x: np.sum(x**-1), (x,), jit=True)
    np.testing.assert_array_equal(gradient, [-np.inf, -0.25])
