"""Series and frames of pandas, arrays of xarray: differentiated by their numbers, constants by the rest."""

import numpy as np
import pytest

import srcgrad

pd = pytest.importorskip("pandas")
xr = pytest.importorskip("xarray")

GAP = np.nan


def series(*numbers, index="abcd", name="price"):
    return pd.Series(numbers, index=list(index)[: len(numbers)], name=name)


def frame():
    return pd.DataFrame(
        {
            "a": [1.0, 2.0, 3.0, 0.5],
            "b": [2.0, -1.0, 5.0, 1.5],
            "n": [1, 2, 3, 4],
            "s": list("wxyz"),
        },
        index=[10, 20, 30, 40],
    )


def array():
    return xr.DataArray(
        np.arange(1.0, 7.0).reshape(2, 3), dims=("x", "y"), coords={"x": [1, 2]}, name="t"
    )


def along(dim="y", n=3):
    return xr.DataArray(np.linspace(0.5, 1.5, n), dims=dim)


S, T = series(1.2, 2.5, 3.0, 0.5), series(2.0, -1.0, 0.5, 1.0, name="other")
HOLES = series(1.0, GAP, 3.0, 0.5)
W = np.array([0.5, 2.0])
V = np.array([1.0, 2.0, 3.0, 4.0])

PROGRAMS = {
    "sum": (lambda s: s.sum(), S),
    "sum of NaN": (lambda s, t: (s * t).sum(), HOLES, T),
    "mean": (lambda s: (s * s).mean(), HOLES),
    "mean, NaN not skipped": (lambda s: (s * s).mean(skipna=False), S),
    "std and var": (lambda s: s.std() + s.var(ddof=0) + s.var(), HOLES),
    "min and max": (lambda s: s.min() * s.max(), HOLES),
    "prod and median": (lambda s: s.prod() + s.median() * s.count(), HOLES),
    "np.sum and np.mean": (lambda s: np.sum(s) * np.mean(s) + np.std(s) + np.max(s), HOLES),
    "values": (lambda s: np.sum(s.values[::2] ** 2), S),
    "to_numpy": (lambda s: np.sum(s.to_numpy() ** 2) + s.to_numpy(copy=True)[0], S),
    "ufuncs": (lambda s: np.exp(s).sum() + np.maximum(s, 1.5).sum() + np.maximum(2.0, s).mean(), S),
    "ufunc of two": (lambda s, t: np.hypot(s, t).sum() + np.maximum(t, s).sum(), S, T),
    "operators": (lambda s, t: (-s + 2.0 * t - t / s + 1.0 / s + s**2 + 2.0**t - 3.0).sum(), S, T),
    "named operators": (lambda s, t: s.add(t).mul(2.0).rsub(1.0).div(s).pow(2).sum(), S, T),
    "an array beside it": (lambda s, v: (v * s + s - v).sum(), S, V),
    "a list beside it": (lambda s: (s * [1.0, 2.0, 3.0, 4.0]).sum(), S),
    "mask": (lambda s: (s[s > 0.7] ** 2).sum(), S),
    "masks joined": (lambda s, t: s[(s > 0.7) & ~(t < 0.0)].mean(), S, T),
    "mask of an array": (lambda s: s[s.values > 0.7].sum() + len(s), S),
    "of one selection": (lambda df: (lambda d: (d.a * d["b"]).sum())(df[df.n > 1]), frame()),
    "dropna": (lambda s: (s.dropna() ** 2).sum(), HOLES),
    "fillna": (lambda s, t: (s.fillna(2.0) * s.fillna(t)).sum(), HOLES, T),
    "where": (lambda s, t: s.where(s > 1.0, t).sum() + s.mask(s > 1.0, 0.0).sum(), S, T),
    "where by name": (lambda s, t: s.where(cond=t > 0, other=0.0).sum(), S, T),
    "clip": (lambda s, t: (s.clip(0.7, 2.0) * t.clip(lower=0.0)).sum() + np.clip(s, 1, 2).sum(), S, T),
    "abs": (lambda s: (s.abs() * abs(s)).sum(), T),
    "cumsum": (lambda s: (s.cumsum() ** 2).sum(), HOLES),
    "diff and shift": (lambda s: (s.diff() * s.shift(2)).sum() + s.shift(-1).mean(), S),
    "returns": (lambda s: s.pct_change().std() / s.pct_change().mean(), S),
    "dot": (lambda s, t: s.dot(t) * (s @ t.values) + np.dot(s, t), S, T),
    "iloc": (lambda s: s.iloc[-1] * s.iloc[1:3].sum(), S),
    "astype and copy": (lambda s: s.astype(float).copy().sum() * s.size * s.shape[0] * s.ndim, S),
    "isna": (lambda s: (s[~s.isna()] * 2.0).sum() + s[s.notna()].mean(), HOLES),
    "NumPy's own": (lambda s, t: np.linalg.norm(s) + np.where(s > 1, s, t).sum() + np.diff(s)[0], S, T),
    "in a branch": (lambda s, k: (s * 2.0 if k else s * s).sum(), S, True),
    "in a loop": (lambda s, w: _steps(s, w).sum(), S, 0.5),
    "in a container": (lambda p: (p["x"] * p["y"][0]).sum(), {"x": S, "y": [T]}),
    "columns": (lambda df, w: ((df["a"] * w[0] + np.exp(df.b * 0.1) * w[1] - df.n) ** 2).mean(), frame(), W),
    "several columns": (lambda df, w: (df[["b", "a"]].to_numpy() @ w).sum(), frame(), W),
    "columns of integers": (lambda df: np.sum(df[["a", "n"]].values ** 2), frame()),
    "matrix times vector": (lambda df, w: ((df[["a", "b"]] @ w - df["n"]) ** 2).mean(), frame(), W),
    "assign": (lambda df, w: df.assign(c=df.a * w[0], d=lambda d: d.c + d.b, e=1.0).d.sum(), frame(), W),
    "selection of a frame": (lambda df: (df[df["a"] > 0.7]["b"] ** 2).sum() / len(df), frame()),
    "shape of a frame": (lambda df: df.a.sum() * len(df) * df.shape[1] + df.size, frame()),
    "names of columns": (lambda df: sum(df[c].sum() for c in df.columns if c != "s"), frame()),
    "array": (lambda a: float((a * a).sum()), array()),
    "array by names": (lambda a: (a.sum("y") ** 2).mean().item() + a.max(dim=("x", "y")).item(), array()),
    "array over all": (lambda a: a.std().item() + a.var(ddof=1).item() + np.mean(a).item(), array()),
    "arrays by dimensions": (lambda a, b: float((a * b).sum("x").mean()), array(), along()),
    "arrays the other way": (lambda a, b: ((b - a) ** 2).mean().item(), array(), along()),
    "less its mean": (lambda a, b: (((a - (a * b).sum("y")) ** 2) * b).sum().item(), array(), along()),
    "outer by dimensions": (lambda a, b: (a * b).sum().item(), along("x", 2), along("y", 3)),
    "array's numbers": (lambda a: np.sum(a.values[0] * a.data[1]) + a.to_numpy()[0, 0], array()),
    "array with holes": (lambda a, b: (a * b).sum().item(), array().where(array() > 1.5), along()),
    "array, elementwise": (lambda a: np.exp(-a / 3).clip(0.2, max=0.9).sum().item(), array()),
    "array, filled": (lambda a: (a.where(a > 1.5, 0.0) + a.fillna(1.0)).sum().item(), array()),
    "array, transposed": (lambda a: (a.T * np.array([[1.0, 2.0]] * 3)).sum().item(), array()),
}  # fmt: skip


def _steps(s, w):
    for _ in range(3):
        s = s * w + s * s
    return s


def numbers_of(x):
    """The floating numbers of an input, as one flat array."""
    if isinstance(x, dict):
        return np.concatenate([numbers_of(item) for item in x.values()])
    if isinstance(x, list):
        return np.concatenate([numbers_of(item) for item in x])
    if isinstance(x, pd.DataFrame):
        return x.select_dtypes("floating").to_numpy().ravel()
    return np.ravel(np.asarray(x, float))


def moved(x, k, step):
    """An input with its number ``k`` moved."""
    if isinstance(x, pd.DataFrame):
        names = x.select_dtypes("floating").columns
        x = x.copy()
        x.loc[x.index[k // len(names)], names[k % len(names)]] += step
        return x
    if isinstance(x, dict):
        size = len(x["x"])
        part, at = ("x", k) if k < size else ("y", k - size)
        new = moved(x[part] if part == "x" else x[part][0], at, step)
        return {**x, part: new if part == "x" else [new]}
    if isinstance(x, float):
        return x + step
    numbers = np.array(x, float)
    numbers.flat[k] += step
    if isinstance(x, pd.Series):
        return pd.Series(numbers, index=x.index, name=x.name)
    return x.copy(data=numbers) if isinstance(x, xr.DataArray) else numbers


def differences(function, inputs, place):
    found = []
    for k, number in enumerate(numbers_of(inputs[place])):
        ends = []
        for step in (1e-6, -1e-6):
            at = list(inputs)
            at[place] = moved(inputs[place], k, step)
            ends.append(function(*at))
        found.append(0.0 if np.isnan(number) else (ends[0] - ends[1]) / 2e-6)
    return np.array(found)


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_gradient_is_that_of_differences(name):
    function, *inputs = PROGRAMS[name]
    value, gradients = srcgrad.value_and_vjp(function, tuple(inputs))
    expected = function(*inputs)
    assert np.shape(value) == () and np.result_type(value) == np.result_type(expected)
    np.testing.assert_allclose(value, expected, rtol=1e-12)
    for place, (x, x_bar) in enumerate(zip(inputs, gradients, strict=True)):
        if isinstance(x, bool):
            assert x_bar is None
            continue
        same_form(x, x_bar)
        np.testing.assert_allclose(
            numbers_of(x_bar), differences(function, inputs, place), rtol=1e-6, atol=1e-7
        )


def same_form(x, x_bar):
    """A gradient has the class, labels and dtypes of its input; columns without one are left out."""
    assert type(x_bar) is type(x) or isinstance(x, float)
    if isinstance(x, dict):
        assert list(x) == list(x_bar)
        same_form(x["x"], x_bar["x"])
        same_form(x["y"][0], x_bar["y"][0])
    elif isinstance(x, pd.Series):
        assert x_bar.index.equals(x.index) and x_bar.name == x.name and x_bar.dtype == x.dtype
    elif isinstance(x, pd.DataFrame):
        assert x_bar.index.equals(x.index)
        assert list(x_bar.columns) == ["a", "b"] and list(x_bar.dtypes) == [float, float]
    elif isinstance(x, xr.DataArray):
        assert x_bar.dims == x.dims and x_bar.shape == x.shape and x_bar.name == x.name
        assert x_bar.coords.equals(x.coords)


@pytest.mark.parametrize("name", PROGRAMS)
def test_tangents_and_pullbacks_are_those_of_the_gradient(name):
    function, *inputs = PROGRAMS[name]
    gradients = srcgrad.vjp(function, tuple(inputs))
    value, pull = srcgrad.pullback(function, *inputs)
    along, total = [], 0.0
    for x_bar in gradients:
        along.append(x_bar)
        total += 0.0 if x_bar is None else np.sum(numbers_of(x_bar) ** 2)
    _, tangent = srcgrad.jvp(function, tuple(inputs), tuple(along))
    np.testing.assert_allclose(tangent, total, rtol=1e-9)
    for one, other in zip(pull(), gradients, strict=True):
        if one is not None:
            np.testing.assert_allclose(numbers_of(one), numbers_of(other), rtol=1e-12)


def test_the_precision_is_that_of_the_input():
    s = S.astype(np.float32)
    value, (s_bar,) = srcgrad.value_and_vjp(lambda s: (s * s).mean() + s.std() + s.sum(), (s,))
    expected = (s * s).mean() + s.std() + s.sum()
    assert value.dtype == expected.dtype == np.float32 and s_bar.dtype == np.float32
    np.testing.assert_allclose(value, expected, rtol=1e-6)


def test_no_two_gradients_and_no_input_share_memory():
    x = series(1.0, 2.0)
    one, other = srcgrad.vjp(lambda s, t: (s + t).sum(), (x, x))
    one.iloc[0] = 5.0
    assert other.tolist() == [1.0, 1.0] and x.tolist() == [1.0, 2.0]


def test_what_is_captured_is_constant():
    df = frame()
    s = df["a"]
    assert srcgrad.grad(lambda w: (df.b * df["a"]).sum() * w)(2.0) == 2.0 + -2.0 + 15.0 + 0.75
    assert srcgrad.grad(lambda w: np.sum(s.values * w) + len(df))(2.0) == 6.5


def test_a_gradient_of_a_gradient():
    def slope(s):
        return (srcgrad.grad(lambda t: (t**3).sum())(s) * s).sum()

    s_bar = srcgrad.grad(slope)(S)
    np.testing.assert_allclose(s_bar.to_numpy(), 9.0 * S.to_numpy() ** 2)
    assert s_bar.index.equals(S.index)


OTHER = series(1.0, 2.0, 3.0, 4.0, index="dcba")
REFUSED = {
    "another index": (lambda s, t: (s * t).sum(), S, OTHER),
    "a mask of another index": (lambda s, t: s[t > 1.0].sum(), S, OTHER),
    "a selection and the whole": (lambda s: (s[s > 1.0] * s).sum(), S),
    "two pieces": (lambda s: (s.iloc[1:] - s.iloc[:-1]).sum(), S),
    "ewm": (lambda s: s.ewm(alpha=0.5).mean().sum(), S),
    "a label": (lambda s: s["a"] * 2.0, S),
    "loc": (lambda s: s.loc["a"] * 2.0, S),
    "a loop": (lambda s: sum(x * x for x in s), S),
    "a truth": (lambda s: s.sum() if s.sum() > 0 and (s > 0) else 0.0, S),
    "a store": (lambda s: _stores(s), S),
    "an update": (lambda s: _updates(s), S),
    "a store into its numbers": (lambda s: _stores(s.values), S),
    "a new column": (lambda df: _adds(df), frame()),
    "a column of texts": (lambda df: df["s"].sum(), frame()),
    "a frame's mean": (lambda df: df[["a", "b"]].mean().sum(), frame()),
    "a frame's arithmetic": (lambda df: np.sum((df * 2.0).to_numpy()), frame()),
    "NumPy's of labels": (lambda s: np.cumsum(s).sum(), S),
    "a returned series": (lambda s: s * 2.0, S),
    "a returned array": (lambda a: a.sum(), array()),
    "an array's piece": (lambda a: float(a.isel(x=0).sum()), array()),
    "coordinates that differ": (
        lambda a, b: (a * b).sum().item(), array(), array().assign_coords(x=[2, 3])),
    "matmul by label": (lambda df: (df[["a", "b"]] @ df[["a", "b"]].T).sum(), frame()),
    "texts": (lambda s: s.values[0], pd.Series(["a", "b"])),
    "classes of pandas": (lambda s: s.sum(), pd.Series([1.0, 2.0], dtype="Float64")),
    "two columns of one name": (
        lambda df: 1.0, pd.DataFrame([[1.0, 2.0]], columns=["a", "a"])),
}  # fmt: skip


def _stores(x):
    x[0] = 1.0
    return x.sum()


def _updates(s):
    s += 1.0
    return s.sum()


def _adds(df):
    df["c"] = df["a"] * 2.0
    return df.c.sum()


@pytest.mark.parametrize("name", REFUSED)
def test_what_depends_on_labels_is_refused(name):
    function, *inputs = REFUSED[name]
    with pytest.raises(srcgrad.SrcgradError, match=r"why: (.|\n)*try: "):
        srcgrad.vjp(function, tuple(inputs))


def test_a_refusal_names_what_is_called():
    with pytest.raises(
        srcgrad.UnsupportedSyntax,
        match=r"`Series` of pandas: `ewm`.*\n.*\n.*\n.*\n.*\n.*to_numpy",
    ):
        srcgrad.grad(lambda s: s.ewm(alpha=0.5).mean().sum())(S)


def test_a_length_that_does_not_fit_raises_as_pandas_does():
    with pytest.raises(ValueError):
        srcgrad.grad(lambda s: (s * np.ones(3)).sum())(S)


def test_tangents_have_the_labels_of_the_input():
    for tangent in (OTHER, S.to_numpy(), frame()):
        with pytest.raises(srcgrad.CotangentError, match="has not the labels"):
            srcgrad.jvp(lambda s: (s * s).sum(), (S,), (tangent,))
    with pytest.raises(srcgrad.CotangentError, match="has not the labels"):
        srcgrad.jvp(lambda a: a.sum().item(), (array(),), (array().T,))


def test_gradients_in_several_directions_are_refused():
    _, pull = srcgrad.pullback(lambda s: s.values * 2.0, S)
    with pytest.raises(srcgrad.CotangentError, match="several gradients by a Series"):
        pull(np.eye(4))


def test_a_second_call_reads_what_is_there_then():
    slope = srcgrad.grad(lambda s, t: (s * t).sum())
    assert slope(S, T).tolist() == T.tolist()
    longer = series(1.0, 2.0, 3.0, index="xyz")
    assert slope(longer, longer).tolist() == [1.0, 2.0, 3.0]
    with pytest.raises(srcgrad.InputError, match="different labels"):
        slope(S, OTHER)


def test_classes_that_derive_and_datasets_are_refused():
    class Own(pd.Series):
        pass

    with pytest.raises(srcgrad.InputError, match="Own"):
        srcgrad.grad(lambda s: s.sum())(Own([1.0, 2.0]))
    with pytest.raises(srcgrad.InputError, match=r"xarray\.Dataset"):
        srcgrad.grad(lambda s: s.a.sum())(xr.Dataset({"a": ("x", [1.0])}))


def test_what_is_not_read_may_be_anything():
    texts, categories = pd.Series(["a", "b"]), pd.Series([1.0, 2.0], dtype="Float64")
    x_bar, *others = srcgrad.vjp(lambda x, s, t: x * x, (3.0, texts, categories))
    assert x_bar == 6.0 and others == [None, None]


def test_what_is_changed_after_the_forward_sweep_changes_nothing():
    s = series(1.0, 2.0, 3.0)
    _, pull = srcgrad.pullback(lambda s: (s * s).sum(), s)
    s.iloc[0] = 100.0
    assert pull()[0].tolist() == [2.0, 4.0, 6.0]


def test_compiled_code_gives_the_same():
    pytest.importorskip("numba")

    def misfit(df, w):
        return ((df["a"] * w[0] + df["b"] * w[1] - df["n"]) ** 2).mean()

    df_bar, w_bar = srcgrad.vjp(misfit, (frame(), W), jit=True)
    expected = srcgrad.vjp(misfit, (frame(), W))
    pd.testing.assert_frame_equal(df_bar, expected[0])
    np.testing.assert_allclose(w_bar, expected[1])
    slope = srcgrad.grad(lambda s, t: (s * t).sum(), jit=True)
    with pytest.raises(srcgrad.CompileError):
        slope(S, T)
