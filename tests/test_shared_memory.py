"""What may share memory with an array: written through it, or beneath it, right or refused."""

import linecache

import numpy as np
import pytest

import srcgrad

X = np.array([0.5, 0.7, 0.2, 0.9])

# what is made of an array ``d`` of 4 elements; refused where one is written: "may", else right
ROWS = [
    ("np.require(d)", ""),
    ("np.require(d, dtype=float, requirements='W')", ""),
    ("np.require(d, None, ['C', 'O'])", "may"),
    ("np.asarray(d, dtype=float)", ""),
    ("np.asanyarray(d)", ""),
    ("np.asarray_chkfinite(d)", ""),
    ("d.astype(float)", ""),
    ("d.astype(float, copy=False)", ""),
    ("np.array(d)", ""),
    ("np.array(d, copy=None)", ""),
    ("np.array(d, ndmin=2)", ""),
    ("np.nan_to_num(d)", ""),
    ("np.nan_to_num(d, copy=False)", ""),
    ("np.ascontiguousarray(d)", "may"),
    ("np.asfortranarray(d)", "may"),
    ("np.atleast_1d(d)", ""),
    ("np.atleast_2d(d)", ""),
    ("np.squeeze(d)", ""),
    ("np.squeeze(d[None])", ""),
    ("np.real(d)", ""),
    ("d.real", ""),
    ("np.real_if_close(d)", ""),
    ("d.T", ""),
    ("d.flat", "may"),
    ("d[:]", ""),
    ("d[::-1]", ""),
    ("d[[0, 1]]", ""),
    ("d.reshape(2, 2)", ""),
    ("d.ravel()", "may"),
    ("d.flatten()", ""),
    ("d.copy()", ""),
    ("d.view()", "may"),
    ("d.data", "may"),
    ("memoryview(d)", ""),
    ("np.frombuffer(d)", "may"),
    ("np.ndarray(4, float, d)", "may"),
    ("np.ndarray(4, buffer=d)", "may"),
    ("np.split(d, 2)[0]", ""),
    ("np.array_split(d, 3)[0]", ""),
    ("np.broadcast_arrays(d, np.zeros(4))[0]", "may"),
    ("np.broadcast_to(d, (2, 4))[0]", "may"),
    ("np.lib.stride_tricks.as_strided(d, (2, 2), (16, 8))", "may"),
    ("np.lib.stride_tricks.sliding_window_view(d, 2, writeable=True)", "may"),
    ("np.trim_zeros(d + 1.0)", ""),
    ("np.trim_zeros(d)", "may"),
    ("np.ma.getdata(d)", "may"),
    ("np.swapaxes(d[None], 0, 1)", ""),
    ("np.moveaxis(d[None], 0, 1)", ""),
    ("np.expand_dims(d, 0)", ""),
    ("np.flip(d)", ""),
    ("np.rot90(d[None])", ""),
    ("np.diff(d, n=0)", ""),
    ("np.diff(d)", ""),
    ("np.roll(d, 0)", ""),
    ("np.tile(d, 1)", ""),
    ("np.repeat(d, 1)", ""),
    ("np.take(d, [0, 1])", ""),
    ("np.pad(d, 0)", ""),
    ("np.concatenate([d])", ""),
    ("np.meshgrid(d, d, copy=False)[0][0]", "may"),
    ("np.einsum('i->i', d)", "may"),
    ("np.clip(d, None, 9.0)", ""),
    ("np.sort(d)", ""),
    ("np.unique(d)", ""),
    ("np.unwrap(d)", ""),
    ("np.copyto(d, d) or d", ""),
]


def program(lines):
    text = "def f(x):\n    " + "\n    ".join(["d = np.array([1.0, 2.0, 3.0, 4.0])", *lines]) + "\n"
    file = f"<shared {lines[0]} {lines[1]}>"
    linecache.cache[file] = (len(text), None, text.splitlines(True), file)
    space = {"np": np, "__name__": "shared"}
    exec(compile(text, file, "exec"), space)
    return space["f"]


def differences(f, x):
    found = np.zeros_like(x)
    for i in range(len(x)):
        step = np.zeros_like(x)
        step[i] = 1e-6
        found[i] = (f(x + step) - f(x - step)) / 2e-6
    return found


@pytest.mark.parametrize("write", ["w[0] = 9.0", "d[0] = 9.0"])
@pytest.mark.parametrize(("made", "may"), ROWS)
def test_a_write_is_seen_through_the_other(made, may, write):
    compared(made, write, bool(may))


@pytest.mark.parametrize(("made", "may"), ROWS[::8])
def test_compiled(made, may):
    pytest.importorskip("numba")
    compared(made, "w[0] = 9.0", True, jit=True)


def compared(made, write, may_be_refused, **options):
    total = "float(w[0])" if made == "memoryview(d)" else "np.sum(w)"
    f = program([f"w = {made}", write, f"return np.sum(d * x) + {total} * x[1]"])
    try:
        f(X)
    except (ValueError, AttributeError, TypeError) as error:  # not writable, or not in this NumPy
        pytest.skip(str(error))
    try:
        value, (x_bar,) = srcgrad.value_and_vjp(f, (X,), **options)
    except srcgrad.SrcgradError as error:
        assert may_be_refused and "report it" not in str(error)
        return
    np.testing.assert_allclose(value, f(X), rtol=1e-12)
    np.testing.assert_allclose(x_bar, differences(f, X), rtol=1e-6)
