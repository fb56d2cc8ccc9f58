"""The oracle is right: it agrees with finite differences and with torch on the corpus."""

import hashlib
from pathlib import Path

import numpy as np
import pytest

from tests.oracle import (
    assert_same_gradients,
    central_differences,
    leaves,
    oracle_value_and_vjp,
    oracle_vjp,
    random_cotangent,
    torch_vjp,
)
from tests.programs import PROGRAMS, Program

CHECKED = Path(__file__).with_name("oracle_checked.txt")


def digest() -> str:
    """Of the oracle and the corpus."""
    folder = Path(__file__).parent
    files = sorted([*folder.glob("oracle*.py"), *(folder / "programs").rglob("*.py")])
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in files)).hexdigest()


on_change = pytest.mark.skipif(
    CHECKED.exists() and CHECKED.read_text().strip() == digest(),
    reason="oracle and corpus are what they were when this passed: see conftest",
)


def is_single(program: Program, output: object) -> bool:
    """Whether float32 takes part, as far as inputs and outputs tell."""
    return any(np.asarray(x).dtype == np.float32 for _, x in leaves((program.inputs, output)))


def run(program: Program) -> tuple:
    """The program's value, and a cotangent for it."""
    with np.errstate(all="ignore"):
        output = program.f(*program.fresh())
    return output, random_cotangent(output)


def test_corpus_is_large_and_named() -> None:
    assert len(PROGRAMS) >= 150
    assert sum(p.torch is not None for p in PROGRAMS) >= 70
    assert all(p.f.__name__ == p.name for p in PROGRAMS)


@on_change
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p.name)
def test_value_is_the_primal_s(program: Program) -> None:
    output, cotangent = run(program)
    found, _ = oracle_value_and_vjp(program.f, program.fresh(), cotangent)
    tolerance = 1e-5 if is_single(program, output) else 1e-10
    for (path, got), (_, want) in zip(leaves(found), leaves(output), strict=True):
        assert np.shape(got) == np.shape(want), path
        np.testing.assert_allclose(got, want, tolerance, tolerance, err_msg=path)


@on_change
@pytest.mark.parametrize("program", [p for p in PROGRAMS if p.smooth], ids=lambda p: p.name)
def test_against_central_differences(program: Program) -> None:
    output, cotangent = run(program)
    got = oracle_vjp(program.f, program.fresh(), cotangent)
    want = central_differences(program.f, program.fresh(), cotangent)
    tolerance = 1e-5 if is_single(program, output) else 1e-7
    assert_same_gradients(got, want, tolerance, tolerance)


@on_change
@pytest.mark.parametrize("program", [p for p in PROGRAMS if p.torch], ids=lambda p: p.name)
def test_against_torch(program: Program) -> None:
    pytest.importorskip("torch")
    output, cotangent = run(program)
    got = oracle_vjp(program.f, program.fresh(), cotangent)
    want = torch_vjp(program.torch, program.fresh(), cotangent)
    rtol, atol = (1e-4, 1e-5) if is_single(program, output) else (1e-9, 1e-10)
    assert_same_gradients(got, want, rtol, atol)


def test_inputs_and_cotangent_stay_unchanged() -> None:
    def scale(x: np.ndarray) -> np.ndarray:
        x *= 3.0
        return x

    x, cotangent = np.array([1.0, 2.0]), np.array([1.0, -1.0])
    assert_same_gradients(oracle_vjp(scale, (x,), cotangent), (np.array([3.0, -3.0]),))
    assert x.tolist() == [1.0, 2.0]
    assert cotangent.tolist() == [1.0, -1.0]


def test_a_cotangent_of_another_shape_is_refused() -> None:
    with pytest.raises(ValueError, match=r"\(2,\), cotangent: \(3,\)"):
        oracle_vjp(lambda x: x, (np.ones(2),), np.ones(3))


def test_what_would_drop_a_derivative_raises() -> None:
    with pytest.raises(TypeError):
        oracle_vjp(lambda x: complex(x).real, (1.0,))


@pytest.mark.parametrize(
    ("got", "want", "message"),
    [
        (np.ones((1, 2)), np.ones(2), "shape (1, 2), not (2,)"),
        (np.ones(2), np.ones(2, np.float32), "float64, not float32"),
        (np.ones(()), 1.0, "ndarray, not float"),
        (None, 1.0, "None, not 1."),
        (1, 1.0, "int is not a float"),
        ([1.0], (1.0,), "list, not tuple"),
        ({"a": 1.0}, {"b": 1.0}, "has ['a'], not ['b']"),
        (np.array([1.0, 2.0]), np.array([1.0, 2.5]), "1 of 2 elements differ"),
    ],
)
def test_comparison_says_what_differs(got: object, want: object, message: str) -> None:
    with pytest.raises(AssertionError) as error:
        assert_same_gradients((got,), (want,))
    assert message in str(error.value)


def test_comparison_accepts_numpy_scalars_for_floats() -> None:
    assert_same_gradients((np.float64(1.0), np.array([np.nan])), (1.0, np.array([np.nan])))
