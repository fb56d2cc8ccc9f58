"""What has no derivative for a reason of its own says which, and what to use; and that has one."""

import importlib

import numpy as np
import pytest

import srcgrad
from srcgrad.rules.without import WITHOUT

pytest.importorskip("scipy")
import scipy.linalg
import scipy.signal
import scipy.stats

A = np.array([[2.0, 1.0, 0.3], [0.5, 3.0, 0.2], [0.1, 0.4, 4.0]])
P = np.array([1.0, 3.5, 2.0])
VARIABLE = scipy.stats.Normal() if hasattr(scipy.stats, "Normal") else None
CALLS = {
    "scipy.linalg.qz": (lambda a: np.sum(scipy.linalg.qz(a, np.eye(3))[0]), A),
    "scipy.signal.residue": (lambda p: np.sum(np.abs(scipy.signal.residue([1.0, 2.0], p)[0])), P),
    "scipy.signal.unique_roots": (lambda p: np.sum(scipy.signal.unique_roots(p)[0]), P),
    "scipy.stats.truncate": (
        lambda m: scipy.stats.truncate(VARIABLE, m, 2.0).cdf(0.3) * m,
        -1.0,
    ),
}


@pytest.mark.parametrize("name", CALLS)
def test_the_reason_is_told(name):
    if not hasattr(importlib.import_module(name.rpartition(".")[0]), name.rpartition(".")[2]):
        pytest.skip("SciPy has no such function in this version")
    f, x = CALLS[name]
    with pytest.raises(srcgrad.MissingRule) as caught:
        srcgrad.grad(f)(x)
    why, instead = WITHOUT[name]
    text = str(caught.value)
    assert f"no derivative rule for `{name}`\n" in text
    assert f"why: {why}\n" in text and f"try: {instead}" in text


def residues(a):
    p = np.roots(a)
    return np.sum(np.abs(np.polyval([1.0, 2.0], p) / np.polyval(np.polyder(a), p)))


@pytest.mark.parametrize(
    ("f", "x"),
    [
        (residues, P),
        (lambda m: scipy.stats.norm(m, 2.0).logpdf(0.3), np.array(1.0)),
    ],
)
def test_what_is_said_to_use_has_a_derivative(f, x):
    value, slope = srcgrad.value_and_grad(f)(x)
    assert value == f(x)
    for at in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[at] = 1e-6
        assert abs((f(x + step) - f(x - step)) / 2e-6 - slope[at]) < 1e-6


def test_the_value_of_it_is_a_constant():
    slope = srcgrad.grad(lambda x: x * float(np.abs(scipy.linalg.qz(A, A)[0][0, 0])))(2.0)
    assert slope == np.abs(scipy.linalg.qz(A, A)[0][0, 0])
