"""Windows, groups and places of pandas' series and frames, against pandas and central differences."""

import numpy as np
import pytest

import srcgrad

pd = pytest.importorskip("pandas")

SERIES = pd.Series([1.0, 2.5, 0.7, 4.0, 3.0], index=list("abcde"))
GAPS = pd.Series([1.0, np.nan, 0.7, 4.0, 3.0, np.inf, 2.0, 1.0])
FRAME = pd.DataFrame(
    {
        "a": [1.0, 2.5, 0.7, 4.0, 3.0],
        "b": [0.5, 0.1, np.nan, 0.2, 0.4],
        "name": ["x", "y", "x", None, "y"],
        "number": [7, 3, 7, 7, 5],
    },
    index=[10, 20, 30, 40, 50],
)

OF_SERIES = [
    lambda s: (s.rolling(2).mean() * s).sum(),
    lambda s: s.rolling(window=3).sum().fillna(0.0).to_numpy(),
    lambda s: s.rolling(3).std().to_numpy(),
    lambda s: s.rolling(2).var(ddof=0).dropna().sum(),
    lambda s: s.rolling(1).mean().to_numpy(),
    lambda s: s.rolling(9).mean().to_numpy(),
    lambda s: s.iloc[:5].cumprod().to_numpy(),
    lambda s: (s.loc[(s > 1.5) & (s < 9.0)] ** 2).sum(),
    lambda s: s.pipe(lambda t, k: t * k, 2.0).to_numpy()[:5],
]
OF_FRAMES = [
    lambda df: df.groupby("name")["a"].sum().to_numpy(),
    lambda df: (df.groupby("name").b.mean() ** 2).sum(),
    lambda df: df.groupby("number", sort=True)["b"].mean().to_numpy(),
    lambda df: (df.a - df.groupby("number")["a"].transform("mean")).to_numpy() ** 2,
    lambda df: df.groupby(by="name")["b"].transform("sum").to_numpy(),
    lambda df: df.assign(c=df.a * df.a).groupby("number")["c"].sum().to_numpy(),
    lambda df: df.assign(number=df.number * 2).groupby("number")["a"].sum().to_numpy(),
    lambda df: df[["a", "name"]].groupby("name")["a"].mean().to_numpy(),
    lambda df: df.iloc[1, 0] ** 2 + df.iloc[-1, 1],
    lambda df: (df.iloc[1:4]["a"] ** 2).sum() + df.iloc[2:, 0].sum(),
    lambda df: df.loc[:, "a"].to_numpy() ** 2,
    lambda df: (df.loc[df.a > 2.0, "a"] ** 2).sum(),
    lambda df: df.loc[df.a > 2.0]["b"].sum(),
    lambda df: df.loc[:, ["a", "number"]].to_numpy(),
]


def moved(data, k, step):
    found = data.copy()
    if isinstance(found, pd.Series):
        found.iloc[k] += step
    else:
        found.iloc[k, found.columns.get_loc("a")] += step
    return found


def agrees(f, data):
    wanted = f(data)
    y_bar = np.cos(np.arange(np.size(wanted))).reshape(np.shape(wanted))
    y_bar = y_bar if y_bar.ndim else float(y_bar)
    value, (bar,) = srcgrad.value_and_vjp(f, (data,), y_bar)
    assert np.shape(value) == np.shape(wanted)
    np.testing.assert_allclose(value, wanted, 1e-12)
    found = bar if isinstance(data, pd.Series) else bar["a"]
    pd.testing.assert_index_equal(found.index, data.index)
    numbers = (data if isinstance(data, pd.Series) else data["a"]).to_numpy()
    for k in np.flatnonzero(np.isfinite(numbers)):
        ends = [np.nansum(y_bar * f(moved(data, k, step))) for step in (1e-6, -1e-6)]
        np.testing.assert_allclose(found.iloc[k], (ends[0] - ends[1]) / 2e-6, 1e-6, 1e-6)


@pytest.mark.parametrize("f", OF_SERIES)
@pytest.mark.parametrize("series", [SERIES, GAPS], ids=["whole", "gaps"])
def test_series(f, series):
    agrees(f, series)


@pytest.mark.parametrize("f", OF_FRAMES)
def test_frames(f):
    agrees(f, FRAME)


def test_groups_of_the_call():
    """Names of groups are read at each call."""
    gradient = srcgrad.grad(lambda df: (df.groupby("name")["a"].sum() ** 2).sum())
    for names in (list("xyxyx"), list("zzzzz")):
        frame = FRAME.assign(name=names)
        wanted = 2.0 * frame.groupby("name")["a"].transform("sum")
        np.testing.assert_allclose(gradient(frame)["a"], wanted)


REFUSED = [
    (lambda df: df.groupby("a")["b"].sum().sum(), FRAME, "groupby"),
    (lambda df: df[df.a > 2.0].groupby("name")["a"].sum().sum(), FRAME, "groupby"),
    (lambda df: df.groupby("name", sort=False)["a"].sum().sum(), FRAME, "groupby"),
    (lambda df: df.groupby(["name", "number"])["a"].sum().sum(), FRAME, "groupby"),
    (lambda df: df.groupby("name").sum()["a"].sum(), FRAME, "all columns"),
    (lambda df: df.groupby("name")["a"].max().sum(), FRAME, "max"),
    (lambda df: df.groupby("name")["a"].transform("max").sum(), FRAME, "transform"),
    (lambda df: df.groupby("name")["a"].sum().sum(), FRAME.astype({"name": "category"}), "groupby"),
    (lambda df: df.iloc[1]["a"], FRAME, "iloc"),
    (lambda df: df.loc[10, "a"], FRAME, "loc"),
    (lambda s: s.loc["b"], SERIES, "loc"),
    (lambda s: s.rolling(2, min_periods=1).sum().sum(), SERIES, "rolling"),
    (lambda s: s.rolling("2D").sum().sum(), SERIES, "rolling"),
    (lambda s: s.rolling(2).median().sum(), SERIES, "median"),
    (lambda s: s.rolling(2).mean().sum(), SERIES.astype(np.float32), "mean"),
]


@pytest.mark.parametrize(("f", "data", "named"), REFUSED)
def test_what_is_not_followed_is_refused(f, data, named):
    with pytest.raises(srcgrad.SrcgradError, match=named) as caught:
        srcgrad.grad(f)(data)
    assert "report it" not in str(caught.value)
