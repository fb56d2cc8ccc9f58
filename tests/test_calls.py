"""NumPy's functions, methods and argument forms, one a row of ``tests/calls/*.txt``.

Each program's value must be NumPy's own, its gradient that of central differences with shape and
dtype of the input, its tangent agree with the gradient by the dot-product identity, and its inputs
stay as they were.
"""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest

import srcgrad
from tests.drawn import drawn

from .calls import INPUTS, program, rows

TABLES = ["methods", "ufunc", "funcs", "linalg", "complex", "forms"]
ONLY_SOME_VERSIONS = (
    "3-dimensional vectors",  # crosses in the plane, up to NumPy 2.4
    "clip() missing",  # min= and max=, from NumPy 2.1 on
    *("square matrix", "received a 3d-array"),  # stacks in scipy.linalg, from SciPy 1.17 on
    "(shape(b,0)==n) failed",  # no equations, from SciPy 1.15 on
    *("keyword argument 'extrapolate'", "keyword argument 'axis'"),  # from SciPy 1.14 on
    "keyword argument 'axes'",  # from SciPy 1.15 on
    *("keyword argument 'keepdims'", "keyword argument 'nan_policy'"),  # of some functions
    "not tuple",  # several axes of trim_mean: not in SciPy 1.13
    "length equal to input rank",  # some axes of filters by Gaussians: not in SciPy 1.13
    *("argument 'equal_var'", "argument 'sum_check'", "argument 'scalar_first'"),
    "'copy' is an invalid keyword",  # of reshape: from NumPy 2.1 on
    "expected a 2-D array",  # stacks of bands
    "Shape of weights must be consistent",  # weights that are broadcast
    *(
        "axis 1 is out of bounds for array",
        "axis 2 is out of bounds for array",
    ),  # keepdims= of t-tests
)
SCIPY = (
    "import scipy.fft, scipy.fftpack, scipy.integrate, scipy.linalg, scipy.optimize, scipy.signal\n"
    "import scipy.spatial.distance, scipy.spatial.transform, scipy.special, scipy.stats"
)
ROWS = [pytest.param(row, id=row) for table in TABLES for row in drawn(rows(table))]


def leaves(tree: Any) -> list[Any]:
    if isinstance(tree, dict):
        return [leaf for item in tree.values() for leaf in leaves(item)]
    if isinstance(tree, tuple | list):
        return [leaf for item in tree for leaf in leaves(item)]
    return [tree]


def mapped(function: Any, tree: Any) -> Any:
    if isinstance(tree, tuple | list):
        items = [mapped(function, item) for item in tree]
        return type(tree)(*items) if hasattr(tree, "_fields") else type(tree)(items)
    if isinstance(tree, dict):
        return {key: mapped(function, item) for key, item in tree.items()}
    return function(tree)


def kind(value: Any) -> str:
    return (
        np.asarray(value).dtype.kind
        if isinstance(value, float | complex | np.ndarray | np.generic)
        else ""
    )


def noise(value: Any, rng: Any) -> Any:
    """Random numbers of the kind of ``value``; None for what has no derivative."""
    if kind(value) not in ("f", "c"):
        return None
    drawn = rng.uniform(0.5, 1.5, np.shape(value))
    if kind(value) == "c":
        drawn = drawn + 1j * rng.uniform(0.5, 1.5, np.shape(value))
    if isinstance(value, np.ndarray):
        return np.asarray(drawn).astype(value.dtype)
    return complex(drawn) if isinstance(value, complex) else type(value)(drawn)


def paired(a: Any, b: Any) -> float:
    """The real inner product of two structures; for complex numbers as PyTorch takes it."""
    return sum(
        float(np.real(np.sum(np.conj(np.asarray(x, "complex128")) * y)))
        for x, y in zip(leaves(a), leaves(b), strict=True)
        if x is not None and y is not None
    )


def is_single(value: Any) -> bool:
    return np.asarray(value).dtype in (np.float32, np.complex64) if kind(value) else False


def differences(f: Any, inputs: tuple[Any, ...], y_bar: Any, k: int) -> Any:
    """The gradient by input ``k``."""
    x = inputs[k]
    step = 1e-2 if is_single(x) or any(map(is_single, leaves(y_bar))) else 1e-6
    found = np.zeros(np.shape(x), complex)
    for place in np.ndindex(np.shape(x)):
        for unit in (1, 1j) if kind(x) == "c" else (1,):
            values = []
            for sign in (1, -1):
                moved = list(copy.deepcopy(inputs))
                if isinstance(x, np.ndarray):
                    moved[k][place] += sign * step * unit
                else:
                    moved[k] = x + sign * step * unit
                values.append(paired(y_bar, f(*moved)))
            found[place] += unit * (values[0] - values[1]) / (2 * step)
    return found if kind(x) == "c" else found.real


@pytest.mark.parametrize("row", ROWS)
def test_call(row: str) -> None:
    check(row)


@np.errstate(all="ignore")
def check(row: str, modules: str = "") -> None:
    f, names = program(row, modules)
    inputs = tuple(copy.deepcopy(INPUTS[name]) for name in names)
    given = copy.deepcopy(inputs)
    rng = np.random.default_rng(0)
    try:
        y = f(*copy.deepcopy(inputs))
    except AttributeError as error:
        pytest.skip(f"not in NumPy {np.__version__}: {error}")
    except Exception as error:  # of Fortran's wrappers, too
        if not any(message in str(error) for message in ONLY_SOME_VERSIONS):
            raise
        pytest.skip(f"not in NumPy {np.__version__}: {error}")
    y_bar = mapped(lambda leaf: noise(leaf, rng), y)
    value, gradients = srcgrad.value_and_vjp(f, given, y_bar)
    for found, wanted in zip(leaves(value), leaves(y), strict=True):
        assert np.shape(found) == np.shape(wanted)
        assert kind(wanted) != "f" or np.asarray(found).dtype == np.asarray(wanted).dtype
        if kind(wanted):
            np.testing.assert_allclose(found, wanted, 1e-6, 1e-12)
    for found, x in zip(given, inputs, strict=True):
        np.testing.assert_array_equal(found, x)
    single = any(map(is_single, (*inputs, *leaves(y))))
    tolerance = 2e-2 if single else 1e-4
    for k, (gradient, x) in enumerate(zip(gradients, inputs, strict=True)):
        if gradient is None:
            continue
        assert np.shape(gradient) == np.shape(x) and kind(gradient) == kind(x)
        assert np.asarray(gradient).dtype == np.asarray(x).dtype
        np.testing.assert_allclose(gradient, differences(f, inputs, y_bar, k), tolerance, tolerance)
    tangents = tuple(noise(x, rng) for x in inputs)
    if not any(gradient is not None for gradient in gradients):
        return
    _, y_dot = srcgrad.jvp(f, copy.deepcopy(inputs), tangents)
    forward, backward = paired(y_bar, y_dot), paired(gradients, tangents)
    np.testing.assert_allclose(forward, backward, 1e-3 if single else 1e-6, 1e-6)


@pytest.mark.parametrize("row", drawn(rows("scipy") + rows("special") + rows("scipy_linalg")))
def test_scipy(row: str) -> None:
    scipy = pytest.importorskip("scipy")
    version = tuple(map(int, scipy.__version__.split(".")[:2]))
    if "expm(np.stack" in row and version < (1, 17):
        pytest.skip("its derivative takes single matrices in this SciPy")
    if "linalg.rq(" in row and version < (1, 15):
        pytest.skip("only of matrices whose sizes are known, in this SciPy")
    check(row, SCIPY)


@pytest.mark.parametrize("row", rows("refused"))
def test_refused(row: str) -> None:
    f, names = program(row)
    inputs = tuple(copy.deepcopy(INPUTS[name]) for name in names)
    y_bar = mapped(lambda leaf: noise(leaf, np.random.default_rng(0)), f(*copy.deepcopy(inputs)))
    with pytest.raises(srcgrad.SrcgradError) as caught:
        srcgrad.vjp(f, inputs, y_bar)
    assert not isinstance(caught.value, srcgrad.InternalError)
    assert "defect" not in str(caught.value)


# what older versions of SciPy do not take: the version that it came with
SINCE = {"linalg.inv(": (1, 17), "'upper triangular'": (1, 15), "'diagonal'": (1, 15)}


@pytest.mark.parametrize("row", drawn(rows("parameters")))
@pytest.mark.filterwarnings("ignore:numpy.fix is deprecated")
def test_parameters(row: str) -> None:
    """Never a zero in the place of a refusal."""
    modules = ""
    if "scipy" in row:
        scipy = pytest.importorskip("scipy")
        version = tuple(map(int, scipy.__version__.split(".")[:2]))
        if "assume_a=" in row and any(part in row and version < v for part, v in SINCE.items()):
            pytest.skip("this SciPy does not take it")
        modules = SCIPY
    try:
        check(row, modules)
    except srcgrad.InternalError:
        raise
    except srcgrad.SrcgradError as error:
        assert any(
            w in str(error) for w in ("no derivative", "not supported", "cannot be assigned")
        )


@pytest.mark.parametrize(
    "body",
    [
        "scipy.linalg.expm_frechet(T, T)[0]",
        "np.abs(scipy.linalg.null_space(T[:, :2]))",
        "scipy.linalg.qr(T, pivoting=True)[1]",
        "scipy.linalg.eigvals(T, np.eye(3))",
        "scipy.linalg.solve_banded((1, 1), T, np.ones(3))",
        "scipy.linalg.cho_solve((T, True), np.ones(3))",
        "scipy.linalg.solve_sylvester(T, np.eye(3), T)",
    ],
)
def test_stacks_are_taken_one_by_one_or_refused(body: str) -> None:
    """Never as one matrix."""
    pytest.importorskip("scipy")
    f, _ = program(f"T: {body}", SCIPY)
    stack = INPUTS["T"][..., :3] + 3 * np.eye(3)
    try:
        wanted = f(stack)
    except Exception as error:  # of Fortran's wrappers, too
        pytest.skip(f"not in this SciPy: {error}")
    try:
        found, _ = srcgrad.pullback(f, stack)
    except srcgrad.SrcgradError:
        return
    assert np.shape(found) == np.shape(wanted)
    np.testing.assert_allclose(found, wanted, 1e-6, 1e-12)
