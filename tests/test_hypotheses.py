"""Tests of hypotheses and summaries of samples in ``scipy.stats``: values, derivatives, refusals."""

from __future__ import annotations

from collections import namedtuple

import numpy as np
import pytest

import srcgrad

from .calls import rows
from .test_calls import check

stats = pytest.importorskip("scipy.stats")
VERSION = tuple(map(int, pytest.importorskip("scipy").__version__.split(".")[:2]))
V, W = np.array([1.0, 0.5, 2.0, 3.0]), np.array([2.0, 1.0, 0.3, 4.0])
EQUAL = np.full(4, 0.1)


@pytest.mark.filterwarnings("ignore:As of SciPy 1.17:FutureWarning")
@pytest.mark.parametrize("row", rows("hypotheses"))
def test_call(row: str) -> None:
    heads, old = row.split(":")[0].split(), VERSION < (1, 17)
    if old and ({"f", "F"} & set(heads) or "wilcoxon" in row or "'trimmed'" in row):
        pytest.skip("refused in this SciPy")
    check(row, "import scipy.stats")


def test_samples_with_nans_are_refused_where_that_is_asked_for() -> None:
    with pytest.raises(ValueError, match="nan values"):
        srcgrad.grad(lambda v: stats.bartlett(v, W, nan_policy="raise").statistic)(V * np.nan)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "f",
    [
        lambda v: tuple(stats.f_oneway(v, EQUAL + 1.0)),
        lambda v: tuple(stats.f_oneway(v, EQUAL)),
        lambda v: tuple(stats.linregress(W, v)),
        lambda v: tuple(stats.pearsonr(W, v)),
        lambda v: tuple(stats.ttest_1samp(v, 0.2)),
    ],
)
def test_equal_values_give_what_they_do(f) -> None:
    for found, wanted in zip(srcgrad.pullback(f, EQUAL)[0], f(EQUAL), strict=True):
        assert np.shape(found) == np.shape(wanted)
        np.testing.assert_allclose(found, wanted, 1e-6)


@pytest.mark.parametrize(
    "f",
    [
        lambda v: stats.pearsonr(v, W[:3])[0],
        lambda v: stats.ttest_rel(v, W[:3])[0],
        lambda v: stats.linregress(EQUAL, v)[0],
        lambda v: stats.f_oneway(v)[0],
        lambda v: stats.chisquare(v, W)[0],
        lambda v: stats.ttest_1samp(v, 0.0, alternative="more")[1],
    ],
)
def test_what_it_raises_is_raised(f) -> None:
    with pytest.raises(Exception) as wanted:
        f(V)
    with pytest.raises(wanted.type):
        srcgrad.grad(f)(V)


def test_a_named_tuple_is_returned_as_it_is() -> None:
    def f(v):
        return stats.f_oneway(v, W)

    value, pull = srcgrad.pullback(f, V)
    assert type(value) is type(f(V)) and value.pvalue == pytest.approx(f(V).pvalue)
    assert pull(type(value)(1.0, 0.0))[0].shape == V.shape


def test_objects_that_stand_for_those_of_scipy_are_not_returned() -> None:
    with pytest.raises(srcgrad.UnsupportedSyntax, match="an object that a library makes"):
        srcgrad.pullback(lambda v: stats.ttest_ind(v, W), V)


def test_what_no_derivative_is_written_for_is_refused() -> None:
    programs = [
        lambda v: stats.ttest_ind(v, W, trim=0.2).statistic,
        lambda v: stats.median_test(v, W).median,
        lambda v: stats.anderson(v, "gumbel_l").statistic,
    ]
    for f in programs:
        with pytest.raises(srcgrad.SrcgradError):
            srcgrad.grad(f)(V)


class Checked(namedtuple("Checked", "a b")):
    """A named tuple that looks at what it is made of."""

    def __init__(self, a, b):
        if a > 1.0:
            raise ValueError("too large")


def test_a_named_tuple_with_an_init_of_its_own_runs_it() -> None:
    def f(x):
        return Checked(x, 2.0).a * x

    assert srcgrad.grad(f)(0.5) == 1.0
    with pytest.raises(ValueError, match="too large"):
        srcgrad.grad(f)(1.5)
