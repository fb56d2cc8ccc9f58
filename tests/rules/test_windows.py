"""The rules of ``rules/windows.py``: sliding windows, and strides by hand."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.lib.stride_tricks import as_strided, sliding_window_view

from srcgrad import runtime

from . import row, run, single

rng = np.random.default_rng(0)
x6, a45 = rng.normal(size=6), rng.normal(size=(4, 5))

ROWS = [
    row(sliding_window_view, x6, 3, torch=lambda x, n: x.unfold(0, n, 1)),
    row(sliding_window_view, a45, (2, 3)),
    row(sliding_window_view, a45, 3, 1),
    row(sliding_window_view, a45, (2,), axis=-2),
    row(sliding_window_view, x6, 6),
    row(runtime.unslide, rng.normal(size=(4, 3)), (6,), 3, None),
]
STRIDED = [
    row(as_strided, x6, (4, 3), (8, 8)),
    row(as_strided, x6, (3,), (16,)),
    row(as_strided, a45, (3, 3, 2, 3), (40, 8, 40, 8)),
    row(runtime.unstrided, rng.normal(size=(4, 3)), x6, (4, 3), (8, 8)),
]
EVERY = [*ROWS, *STRIDED]


@pytest.mark.parametrize("case", EVERY, ids=str)
def test_rule(case):
    run(case)


@pytest.mark.parametrize("case", ROWS, ids=str)
def test_rule_in_single_precision(case):
    run(single(case))


ROWS = EVERY


def test_an_array_with_gaps_is_refused():
    with pytest.raises(ValueError, match="pass a copy"):
        runtime.unstrided(np.ones((4, 3)), np.ones((6, 2))[:, 0], (4, 3), (16, 16))
