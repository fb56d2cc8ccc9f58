"""Values of series and labelled arrays in generated code: those of pandas and xarray, with their dtypes."""

import numpy as np
import pytest

import srcgrad

pd = pytest.importorskip("pandas")
xr = pytest.importorskip("xarray")

INDEX = list("abcd")
SERIES = (
    pd.Series([1.0, np.nan, 3.0, np.inf], index=INDEX),
    pd.Series([2.0, 1.0, np.nan, 4.0], index=INDEX),
    pd.Series([3, 0, 2, 1], index=INDEX),
    pd.Series([True, False, True, True], index=INDEX),
    pd.Series([1.0, 2.0, 3.0, 4.0], index=INDEX, dtype=np.float32),
    pd.Series([1, 2, 3, 4], index=INDEX, dtype=np.uint8),
    2.0,
)
OF_SERIES = [
    lambda s, t, i, b, f, u, x: (
        s.sum(),
        s.mean(),
        s.min(),
        s.max(),
        s.count(),
        s.median(),
        s.prod(),
        s.std(),
        s.var(),
    ),
    lambda s, t, i, b, f, u, x: (
        i.sum(),
        i.mean(),
        i.min(),
        i.max(),
        i.prod(),
        i.std(),
        i.median(),
        i.count(),
    ),
    lambda s, t, i, b, f, u, x: (
        b.sum(),
        b.mean(),
        f.mean(),
        f.std(),
        f.sum(),
        f.var(),
        f.median(),
        f.prod(),
    ),
    lambda s, t, i, b, f, u, x: (
        (s / i).to_numpy(),
        (i / i).to_numpy(),
        (i * f).to_numpy(),
        (f * 2).to_numpy(),
        (f + np.float64(1)).to_numpy(),
        (u * f).to_numpy(),
        (u + i).to_numpy(),
    ),
    lambda s, t, i, b, f, u, x: (
        s.fillna(0.0).to_numpy(),
        s.where(b).to_numpy(),
        s.mask(b).to_numpy(),
        s.clip(0, 2).to_numpy(),
        s.clip(lower=t).to_numpy(),
    ),
    lambda s, t, i, b, f, u, x: (
        s.cumsum().to_numpy(),
        s.diff().to_numpy(),
        s.shift(2).to_numpy(),
        s.pct_change().to_numpy(),
        f.shift(1).to_numpy(),
        f.cumsum().to_numpy(),
        f.diff().to_numpy(),
    ),
    lambda s, t, i, b, f, u, x: (
        i.fillna(1).to_numpy(),
        i.where(b, 0).to_numpy(),
        i.clip(1, 2).to_numpy(),
        i.abs().to_numpy(),
        i.cumsum().to_numpy(),
    ),
    lambda s, t, i, b, f, u, x: (
        (s > t).to_numpy(),
        (s == t).to_numpy(),
        (s != t).to_numpy(),
        (b & (s > 1)).to_numpy(),
        (b | ~b).to_numpy(),
        (b ^ b).to_numpy(),
    ),
    lambda s, t, i, b, f, u, x: (
        np.std(s),
        np.var(t),
        np.prod(f),
        np.max(t),
        np.sum(b),
        np.mean(i),
        np.maximum(s, t).to_numpy(),
        np.fmin(s, t).to_numpy(),
    ),
    lambda s, t, i, b, f, u, x: (
        (2.0**f).to_numpy(),
        (f**2).to_numpy(),
        (1 / f).to_numpy(),
        (f.rpow(2)).to_numpy(),
        f.rtruediv(1).to_numpy(),
    ),
    lambda s, t, i, b, f, u, x: (
        s.sum(skipna=False),
        s.std(ddof=0),
        s.median(skipna=False),
        s.dropna().to_numpy(),
        s[b].to_numpy(),
        s[b.to_numpy()].mean(),
    ),
    lambda s, t, i, b, f, u, x: (i**2).to_numpy(),
    lambda s, t, i, b, f, u, x: (b * 2).to_numpy(),
    lambda s, t, i, b, f, u, x: (b + b).to_numpy(),
    lambda s, t, i, b, f, u, x: (b * f).to_numpy(),
    lambda s, t, i, b, f, u, x: (
        s.astype(np.float32).to_numpy(),
        f.astype("float64").to_numpy(),
        i.astype(float).to_numpy(),
        s.to_numpy(dtype=np.float32),
    ),
    lambda s, t, i, b, f, u, x: (f.iloc[1], f.iloc[-2:].to_numpy(), f.iloc[::2].mean()),
    lambda s, t, i, b, f, u, x: (f.dot(f), f @ f, f.dot(f.to_numpy())),
    lambda s, t, i, b, f, u, x: (
        np.where(s > 1, s, t),
        np.median(f),
        np.percentile(f, 30),
        np.linalg.norm(f),
        np.interp(f, f, s),
        np.diff(f),
    ),
    lambda s, t, i, b, f, u, x: (
        np.add(f, np.float64(1)).to_numpy(),
        np.multiply(np.float64(2), f).to_numpy(),
        np.maximum(f, np.float64(2)).to_numpy(),
        (f == np.float64(1)).to_numpy(),
        (f * np.array(2.0)).to_numpy(),
        (f - x).to_numpy(),
        np.subtract(1.0, f).to_numpy(),
        np.subtract(f, s).to_numpy(),
        s.clip(np.nan, 3.0).to_numpy(),
    ),
    lambda s, t, i, b, f, u, x: (b.any(), b.all(), b.min(), b.max(), b.prod()),
    lambda s, t, i, b, f, u, x: (s.isna().sum(), s.notna().mean(), len(s), s.size),
]
HOLES = xr.DataArray(
    np.array([[1.0, np.nan, 3.0], [4.0, 5.0, 6.0]]), dims=("x", "y"), coords={"x": [1, 2]}
)
ARRAYS = (
    HOLES,
    xr.DataArray(np.arange(6).reshape(2, 3), dims=("x", "y")),
    xr.DataArray(np.array([[True, False, True], [False, True, True]]), dims=("x", "y")),
    HOLES.astype(np.float32),
    2.0,
)
OF_ARRAYS = [
    lambda A, N, B, F, x: [
        A.sum(),
        A.mean("x"),
        A.min("y"),
        A.max(),
        A.std("x"),
        A.var(),
        A.median("y"),
        A.prod(),
        A.count("x"),
    ],
    lambda A, N, B, F, x: [
        N.sum(),
        N.mean("x"),
        N.min(),
        N.max("y"),
        N.std(),
        N.prod("x"),
        N.var("x"),
        N.median(),
    ],
    lambda A, N, B, F, x: [B.sum(), B.mean(), B.sum("x"), B.mean("y")],
    lambda A, N, B, F, x: [
        F.sum(),
        F.mean("x"),
        F.std(),
        F.var("y"),
        F.min(),
        F.prod("x"),
        F.median(),
    ],
    lambda A, N, B, F, x: [
        A + N,
        A * F,
        F * 2,
        F + np.float64(1),
        N / N,
        1 / A,
        2**F,
        F**2,
        A > N,
        A == A,
        B & B,
        B | (A > 2),
        ~B,
        -A,
    ],
    lambda A, N, B, F, x: [
        A.where(B),
        A.where(B, 0.0),
        A.fillna(2.0),
        A.fillna(N * 1.0),
        A.where(A > 2, N * 1.0),
        A.isnull(),
        A.notnull(),
        A.clip(2, 5),
        A.clip(min=2.0),
    ],
    lambda A, N, B, F, x: [
        A.sum(skipna=False),
        A.mean(skipna=False),
        A.std(ddof=1),
        A.sum(["x", "y"]),
        A.sum(("y",)),
        A.mean(dim="y"),
    ],
    lambda A, N, B, F, x: [
        A.T,
        A.transpose("y", "x"),
        A.T * A,
        np.exp(A),
        np.maximum(A, 2.0),
        np.hypot(A, A.T),
        abs(-A),
        A.astype(np.float32),
        A.T.sum("x"),
    ],
    lambda A, N, B, F, x: [
        np.sum(A),
        np.mean(A),
        np.std(A),
        np.max(A),
        np.clip(A, 2, 3),
        np.var(F),
    ],
    lambda A, N, B, F, x: [
        A.mean("x") * A,
        A - A.mean("y"),
        A.sum("y") * A.sum("x"),
        (A * A.sum("x")).sum(),
    ],
    lambda A, N, B, F, x: [F.clip(0.1, 3.0)],
]
REFUSED = [  # pandas and xarray look at the numbers before they choose a dtype
    lambda s, t, i, b, f, u, x: f.where(b, 0.1).sum(),
    lambda s, t, i, b, f, u, x: f.clip(t).sum(),
    lambda s, t, i, b, f, u, x: f.fillna(0.1).sum(),
    lambda s, t, i, b, f, u, x: (i.where(b) * x).sum(),
    lambda s, t, i, b, f, u, x: (i.diff() * x).sum(),
]


def alike(found, expected):
    assert np.result_type(found) == np.result_type(expected)
    assert np.shape(found) == np.shape(expected)
    single = np.result_type(expected) == np.float32
    np.testing.assert_allclose(found, expected, rtol=2e-7 if single else 1e-13)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("program", OF_SERIES)
def test_series(program):
    def numbers(*inputs):
        found = program(*inputs)
        return (found if isinstance(found, tuple) else (found,)), inputs[-1]

    expected = numbers(*SERIES)[0]
    value, _ = srcgrad.pullback(numbers, *SERIES)
    for found, right in zip(value[0], expected, strict=True):
        alike(found, right)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("program", OF_ARRAYS)
def test_arrays(program):
    def numbers(*inputs):
        found = program(*inputs)
        return [part.values for part in found], [part.dims for part in found], inputs[-1]

    expected = numbers(*ARRAYS)
    value, _ = srcgrad.pullback(numbers, *ARRAYS)
    assert [tuple(dims) for dims in value[1]] == expected[1]
    for found, right in zip(value[0], expected[0], strict=True):
        alike(found, right)


@pytest.mark.parametrize("program", REFUSED)
def test_where_numbers_decide_the_dtype_it_is_refused(program):
    with pytest.raises(srcgrad.UnsupportedSyntax, match=r"of pandas: .* is not supported"):
        srcgrad.grad(program, argnums=6)(*SERIES)
