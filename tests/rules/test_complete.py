"""Every derivative rule has a row in one of the tables of this folder."""

from __future__ import annotations

import importlib
import pkgutil

import pytest

import tests.rules as tables
from srcgrad.rules.lines import adjoint_line, is_none, lines_of, stated, tangents_read
from srcgrad.rules.operation import OPS
from tests.calls import rows

WITHOUT_ROW = {  # key -> why it cannot have one
    **dict.fromkeys(
        (
            "np.imag",
            "modulus",
            "np.fft.fft",
            "np.fft.ifft",
            "np.fft.rfft",
            "np.fft.irfft",
            "irfft_adjoint",
            "cut_or_padded",
            "complex_qr",
            "complex_svd",
            "np.linalg.eig",
            "pencil_eig",
            "roots_of",
            "with_imag",
            "with_real",
        ),
        "complex numbers: see tests/test_complex*.py and tests/calls/complex.txt",
    ),
    **dict.fromkeys(
        (
            "beta_drawn",
            "beta_slope",
            "between",
            "dirichlet_drawn",
            "gamma_drawn",
            "gamma_slope",
            "location_scale",
            "log_normal",
            "lomax",
            "rooted",
            "student_drawn",
            "student_slope",
            "triangle",
        ),
        "their derivatives are those of draws: see tests/test_draws.py",
    ),
    **dict.fromkeys(("slope_at", "slope_by"), "of differences there are no derivatives"),
    "procedure": "its derivatives are procedures: see tests/test_recursion.py",
}


def keys_of_rows() -> set[str]:
    found: set[str] = set()
    for module in pkgutil.iter_modules(tables.__path__):
        rows = getattr(importlib.import_module(f"tests.rules.{module.name}"), "ROWS", ())
        found.update(row.key for row in rows)
    return found


def test_every_rule_has_a_row():
    rules = {
        key
        for key, op in OPS.items()
        if op.rule is not None
        and op.rule.function.__module__.startswith("srcgrad.")  # not of another test
        and not key.startswith(("scipy.", "cmath."))  # these have rows in tests/calls/
    }
    assert len(rules) > 100
    assert sorted(rules - keys_of_rows() - set(WITHOUT_ROW)) == []


def test_every_line_of_a_rule_has_a_target_that_exists():
    for key, op in OPS.items():
        if op.rule is None:
            continue
        lines = lines_of(op.rule)
        names = {param.name for param in op.params}
        read = set().union(*(line.reads for line in lines))
        for line in lines:
            known = line.target in ("y_dot", "x_bar") or line.target.removesuffix("_bar") in names
            assert known or line.target in read, f"{key}: nothing reads {line.target}"
        if op.rule.style == "adjoint":
            dots = [line for line in lines if line.target == "y_dot"]
            assert len(dots) == 1 and not is_none(dots[0]), f"{key} has no line for y_dot"


def test_the_tangent_reads_what_has_an_adjoint():
    for key, op in OPS.items():
        if op.rule is not None and op.rule.style == "adjoint" and key != "procedure":
            given = [p for p in op.params if p.name in stated(key).differentiable]
            wanted = {adjoint_line(param).replace("_bar", "_dot") for param in given}
            assert tangents_read(op.rule) == wanted, key


def test_every_rule_for_scipy_has_a_row():
    pytest.importorskip("scipy")
    import scipy.linalg
    import scipy.special  # noqa: F401

    from srcgrad.rules import on_demand

    on_demand.load()
    table = "\n".join(rows("scipy") + rows("special") + rows("scipy_linalg"))
    helpers = "srcgrad.runtime."  # called by rows of tests/calls/sparse.txt
    keys = [
        key
        for key, op in OPS.items()
        if key.startswith("scipy.")
        and not str(getattr(op.function, "__module__", "")).startswith(helpers)
    ]
    assert keys
    missing = [key for key in keys if f"{key}(" not in table]
    assert missing == []
