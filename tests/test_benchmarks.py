"""The benchmark: rows that can be made, gradients that are checked, targets that are judged."""

from __future__ import annotations

import shutil

import numpy as np
import pytest

import srcgrad
from benchmarks import contest, cpp, derivatives, rows, targets, worker
from benchmarks.timing import Timing


def test_rows_have_names_of_their_own() -> None:
    names = rows.names()
    assert len(set(names)) == len(names) > 40


@pytest.mark.parametrize("name", ["tridiagonal", "triangular-rows", "lu", "heat-1d"])
def test_adjoints_by_hand_agree(name: str) -> None:
    case = rows.make(name)
    expected = case.adjoint(*case.inputs, case.cotangent)
    loops = case.compiled_adjoint or case.adjoint
    assert worker.disagreement(case, expected, loops(*case.inputs, case.cotangent)) is None
    found = srcgrad.vjp(case.primal, case.inputs, case.cotangent, argnums=case.argnums)
    assert worker.disagreement(case, expected, found) is None


def test_wrong_gradients_are_told() -> None:
    case = rows.make("elementwise-3")
    expected = case.adjoint(*case.inputs, case.cotangent)
    told = [
        worker.disagreement(case, expected, found)
        for found in (
            expected[:2],
            (expected[0][:2], *expected[1:]),
            (expected[0].astype(np.float32), *expected[1:]),
            (expected[0] + 1e-6, *expected[1:]),
            (expected[0] * np.nan, *expected[1:]),
        )
    ]
    for what, part in zip(told, ("2 gradients", "shape", "dtype", "differ", "differ"), strict=True):
        assert what is not None and part in what


@pytest.mark.skipif(shutil.which(cpp.COMPILER) is None, reason="no C++ compiler")
def test_adjoints_in_cpp_get_arrays_and_numbers() -> None:
    case = rows.make("heat-1d")
    expected = case.adjoint(*case.inputs, case.cotangent)
    assert worker.disagreement(case, expected, cpp.adjoint(case)()) is None


@pytest.mark.skipif(shutil.which(cpp.COMPILER) is None, reason="no C++ compiler")
def test_blocks_in_cpp_agree() -> None:
    case = derivatives.block_case()
    found = cpp.adjoint(case)()[0]
    np.testing.assert_allclose(case.primal(*case.inputs), found, 1e-9, 1e-9)


def test_a_row_is_run_in_a_process_of_its_own() -> None:
    outcome = contest.run("elementwise-3", ["by hand", "srcgrad", "nobody"], True, growing=True)
    assert set(outcome.timings) == {"by hand", "srcgrad"}
    assert "nobody" in outcome.skipped
    assert outcome.wrong == {}
    assert contest.Outcome.from_json(outcome.to_json()) == outcome


def test_targets_are_judged_by_mean_and_worst_row() -> None:
    def outcome(row: str, seconds: float) -> contest.Outcome:
        timings = {"srcgrad, jit": Timing((seconds,)), "by hand, Numba": Timing((1.0,))}
        return contest.Outcome(row, row, timings=timings)

    judged = {t.promise: t for t in targets.judge([outcome("slow", 1.6), outcome("fast", 0.625)])}
    mean = judged["compiled over hand-written Numba loops: mean"]
    worst = judged["compiled over hand-written Numba loops: worst"]
    assert (mean.measured, mean.verdict) == (pytest.approx(1.0), "pass")
    assert (worst.measured, worst.where, worst.verdict) == (1.6, "slow", "FAIL")
    assert judged["compiled over hand-written C++: mean"].verdict == "not measured"
