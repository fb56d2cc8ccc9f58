"""The rules of ``rules/pointwise.py``: each on arrays, numbers, broadcast and empty operands."""

from __future__ import annotations

import numpy as np
import pytest

from srcgrad.runtime import logistic, masked, nonzero_or_one, regular, share, sinc_derivative

from . import Row, row, run, single, torch

rng = np.random.default_rng(0)
INF, NAN = np.inf, np.nan

# function, lower and upper end of its domain, torch's function
UNARY = [
    (np.exp, -2, 2, torch.exp),
    (np.exp2, -2, 2, torch.exp2),
    (np.expm1, -2, 2, torch.expm1),
    (np.log, 0.2, 3, torch.log),
    (np.log2, 0.2, 3, torch.log2),
    (np.log10, 0.2, 3, torch.log10),
    (np.log1p, -0.8, 3, torch.log1p),
    (np.sqrt, 0.2, 3, torch.sqrt),
    (np.cbrt, -3, -0.2, None),
    (np.square, -2, 2, torch.square),
    (np.reciprocal, 0.3, 2, torch.reciprocal),
    (np.sin, -4, 4, torch.sin),
    (np.cos, -4, 4, torch.cos),
    (np.tan, -1.3, 1.3, torch.tan),
    (np.arcsin, -0.9, 0.9, torch.arcsin),
    (np.arccos, -0.9, 0.9, torch.arccos),
    (np.arctan, -3, 3, torch.arctan),
    (np.sinh, -2, 2, torch.sinh),
    (np.cosh, -2, 2, torch.cosh),
    (np.tanh, -2, 2, torch.tanh),
    (np.arcsinh, -3, 3, torch.arcsinh),
    (np.arccosh, 1.2, 3, torch.arccosh),
    (np.arctanh, -0.9, 0.9, torch.arctanh),
    (np.deg2rad, -200, 200, torch.deg2rad),
    (np.radians, -200, 200, torch.deg2rad),
    (np.rad2deg, -3, 3, torch.rad2deg),
    (np.degrees, -3, 3, torch.rad2deg),
    (np.sinc, 0.1, 3, torch.sinc),
    (np.absolute, 0.1, 2, torch.abs),
    (np.fabs, -2, -0.1, torch.abs),
    (np.nan_to_num, -2, 2, torch.nan_to_num),
    (np.real, -2, 2, None),
    (np.conjugate, -2, 2, None),
    (logistic, -30, 30, torch.sigmoid),
    (nonzero_or_one, 0.5, 2, None),
]

# function, ends of the domains of both operands, torch's function
BINARY = [
    (np.logaddexp, (-2, 2), (-2, 2), torch.logaddexp),
    (np.logaddexp2, (-2, 2), (-2, 2), torch.logaddexp2),
    (np.hypot, (0.1, 2), (-2, -0.1), torch.hypot),
    (np.arctan2, (0.1, 2), (-2, 2), torch.arctan2),
    (np.maximum, (-2, 2), (-2, 2), torch.maximum),
    (np.minimum, (-2, 2), (-2, 2), torch.minimum),
    (np.fmax, (-2, 2), (-2, 2), torch.fmax),
    (np.fmin, (-2, 2), (-2, 2), torch.fmin),
    (np.copysign, (0.1, 2), (-2, -0.1), torch.copysign),
    (np.fmod, (4.2, 4.8), (-1.9, -1.7), torch.fmod),
]


def unary_rows() -> list[Row]:
    rows = []
    for function, low, high, there in UNARY:
        for shape in ((2, 3), (), (0, 3)):
            rows.append(row(function, rng.uniform(low, high, shape) * np.ones(shape), torch=there))
        rows.append(row(function, np.array(rng.uniform(low, high)), torch=there))
        rows.append(row(function, np.float64(rng.uniform(low, high)), torch=there))
        rows.append(row(function, float(rng.uniform(low, high)), torch=there))
    return rows


def binary_rows() -> list[Row]:
    rows = []
    shapes = [
        ((2, 3), (2, 3)),
        ((2, 3), (3,)),
        ((2, 1), (1, 3)),
        ((), (2,)),
        ((1,), ()),
        ((0, 3), (3,)),
    ]
    for function, a, b, there in BINARY:
        for first, second in shapes:
            operands = (np.array(rng.uniform(*a, first)), np.array(rng.uniform(*b, second)))
            rows.append(row(function, *operands, torch=there))
        rows.append(row(function, rng.uniform(*a, (2, 3)), float(rng.uniform(*b))))
        rows.append(row(function, float(rng.uniform(*a)), rng.uniform(*b, 4)))
        rows.append(row(function, float(rng.uniform(*a)), float(rng.uniform(*b))))
    return rows


def arrays(*values: float) -> list[np.ndarray]:
    """All pairs of these values, as two arrays."""
    return [np.array(part) for part in np.meshgrid(values, values)]


x23, x3, mask = rng.normal(size=(2, 3)), rng.normal(size=3), np.array([[True], [False]])
SPECIAL = [
    # three operands
    row(np.where, mask, x23, x3, torch=torch.where),
    row(np.where, mask, x3, 2.0),
    row(np.where, mask, 1.0, x23),
    row(np.where, x23 > 0, 1.0, 2.0),
    row(np.where, np.array([]) > 0, np.array([]), 0.0),
    row(np.where, np.array(True), np.array(1.0), np.array(2.0), torch=torch.where),
    row(np.where, True, 3.0, 2.0),
    row(np.clip, 3 * x23, -1.0, 1.5),
    row(np.clip, 3 * x23, 0.1, None),
    row(np.clip, 3 * x23, x3 - 1.0, x3 + 1.0, torch=torch.clamp),
    row(np.clip, 3 * x23, x3 - 1.0, None),
    row(np.clip, 3 * x23, None, np.array([[0.1], [-0.1]])),
    row(np.clip, 3 * x23, 0, 1),
    row(np.clip, np.float64(0.3), 0.0, 1.0),
    row(np.clip, 0.3, 0.0, 1.0),
    row(np.ldexp, x23, np.array([1, -2, 3])),
    row(np.ldexp, 1.5, 3),
    row(
        np.nan_to_num,
        np.array([1.0, NAN, INF, -INF]),
        nan=2.0,
        posinf=9.0,
        smooth=False,
        torch=lambda x, nan, posinf: torch.nan_to_num(x, 2.0, 9.0),
    ),
    # ties and kinks
    row(np.absolute, np.array([0.0, -0.0, 1.0]), smooth=False, torch=torch.abs),
    row(np.fabs, np.array([0.0, -2.0]), smooth=False, torch=torch.abs),
    row(np.maximum, *arrays(0.0, 1.0, NAN, INF), smooth=False, torch=torch.maximum),
    row(np.minimum, *arrays(0.0, 1.0, NAN, INF), smooth=False, torch=torch.minimum),
    row(np.fmax, *arrays(0.0, 1.0, NAN, INF), smooth=False, torch=torch.fmax),
    row(np.fmin, *arrays(0.0, 1.0, NAN, INF), smooth=False, torch=torch.fmin),
    row(np.copysign, *arrays(0.0, 1.0, -2.0), smooth=False, torch=torch.copysign),
    row(np.arctan2, *arrays(0.0, 1.0, -2.0), smooth=False, torch=torch.arctan2),
    row(np.hypot, *arrays(0.0, 1.0), smooth=False, torch=torch.hypot),
    row(
        np.clip,
        np.array([0.0, 1.0, 0.5, -1.0, 2.0, NAN]),
        np.zeros(6),
        np.ones(6),
        smooth=False,
        torch=torch.clamp,
    ),
    row(
        np.clip, np.array([0.0, 1.0, 2.0]), np.ones(3), np.ones(3), smooth=False, torch=torch.clamp
    ),
    row(
        np.clip,
        np.array([-1.0, 1.5, 4.0]),
        np.full(3, 2.0),
        np.ones(3),
        smooth=False,
        torch=torch.clamp,
    ),
    row(
        np.logaddexp, *arrays(INF, -INF, 1.0, 1000.0, -1000.0), smooth=False, torch=torch.logaddexp
    ),
    # singular points
    row(np.sqrt, np.array([0.0, 4.0]), smooth=False, torch=torch.sqrt),
    row(np.log, np.array([0.0, 4.0]), smooth=False, torch=torch.log),
    row(np.arcsin, np.array([1.0, -1.0]), smooth=False, torch=torch.arcsin),
    row(np.arccos, np.array([1.0, -1.0]), smooth=False, torch=torch.arccos),
    row(np.reciprocal, np.array([0.0, 4.0]), smooth=False, torch=torch.reciprocal),
    row(np.sinc, np.array([0.0, 1e-3, 0.3, -2.5, 20.0]), torch=torch.sinc),
    row(np.sinc, np.array([1e-9, -1e-7]), rtol=1e-4),
    # helpers
    row(masked, x23, x3 > 0),
    row(masked, 1.5, True),
    row(regular, True, 1.5, 1.0),
    row(share, x23, x3 > 0, np.zeros((2, 1), bool)),
    row(share, 1.5, False, True),
    row(nonzero_or_one, np.array([0.0, 2.0]), smooth=False),
    *(row(sinc_derivative, np.array([0.0, 0.1, 0.9, 1.1, -3.0]), n) for n in (0, 1, 2, 3)),
    row(sinc_derivative, 0.5, 1),
    row(np.heaviside, x23, 0.5),
    # 0 wherever there is a derivative: their kinds
    *(
        row(function, x)
        for function in (
            np.sign,
            np.floor,
            np.ceil,
            np.rint,
            np.trunc,
            np.fix,
            np.round,
            np.around,
            np.isnan,
            np.isinf,
            np.isfinite,
            np.signbit,
            np.logical_not,
            np.isposinf,
            np.isneginf,
        )
        for x in (x23, np.array(0.5), np.float64(0.5), 1.5, np.zeros((0, 2)))
    ),
    *(
        row(function, x23, x3)
        for function in (
            np.heaviside,
            np.logical_and,
            np.logical_or,
            np.logical_xor,
            np.isclose,
        )
    ),
    row(np.round, 100 * x23, 1),
    row(np.round, np.array([3, 4]), decimals=-1),
]

ROWS = [*unary_rows(), *binary_rows(), *SPECIAL]


@pytest.mark.filterwarnings("ignore:numpy.fix is deprecated")  # from NumPy 2.5 on
@pytest.mark.parametrize("row", ROWS, ids=str)
@pytest.mark.parametrize("precision", [lambda row: row, single], ids=["double", "single"])
def test_rule(row, precision):
    run(precision(row))


def test_nothing_overflows_in_logistic():
    with np.errstate(over="raise", invalid="raise"):
        assert logistic(np.array([1e4, 0.0, -700.0]))[1] == 0.5


def test_masked_is_0_where_the_mask_is_false_whatever_is_there():
    np.testing.assert_array_equal(masked(np.array([INF, NAN, 2.0]), np.array([0, 0, 1])), [0, 0, 2])


def test_maximum_keeps_an_infinite_cotangent_from_the_smaller_operand():
    from srcgrad.testing.checks import check_rule

    found = check_rule(
        np.maximum, (np.array([-1.0]), np.array([0.0])), smooth=False, y_bar=np.array([INF])
    )
    assert found["a"][0] == 0.0 and found["b"][0] == INF
