"""What is drawn: kept bytes over both sweeps, and patterns of Jacobians."""

import subprocess
import sys

import numpy as np
import pytest

import srcgrad
from srcgrad.errors import InputError
from srcgrad.explaining.drawn import timeline


def steps(x, w):
    a = np.sin(w * x)
    b = np.exp(a)
    c = b * b
    return np.sum(c)


def relaxed(u, rate, n):
    for _ in range(n):
        flow = rate * u
        u = u + np.sin(flow)
    return np.sum(u * u)


def neighbours(x):
    y = 2.0 * x
    y[1:] -= x[:-1] ** 2
    return y


def energy(x):
    return np.sum((x[1:] - x[:-1]) ** 2)


@pytest.fixture(autouse=True)
def _no_screen(monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "Agg")


def test_what_is_kept_rises_and_falls():
    found = srcgrad.explain(steps, np.ones(100), np.ones(100))
    line = timeline(found)
    first = found.line
    assert line.steps[: line.turn] == tuple(str(first + k) for k in range(4))
    assert line.steps[line.turn :] == line.steps[: line.turn][::-1]
    total = line.bytes.sum(axis=0)
    assert total[0] == total[-1] == 0
    assert total.max() == found.kept.here
    assert np.all(np.diff(total[: line.turn]) >= 0)
    assert np.all(np.diff(total[line.turn :]) <= 0)


def test_a_value_is_kept_until_its_first_reader_is_passed():
    found = srcgrad.explain(steps, np.ones(100), np.ones(100))
    line = timeline(found)
    values = [v for v in found.values if v.status == "kept" and v.bytes.here]
    for value, row in zip(values, line.bytes, strict=True):
        assert row.max() == value.bytes.here
        there = np.flatnonzero(row)
        assert line.steps[there[0]] == str(value.line)
        assert int(line.steps[there[-1]]) in (min(value.read_in) + 1, min(value.read_in))


def test_loops_count_at_once():
    found = srcgrad.explain(relaxed, np.ones(10), 0.5, 7)
    line = timeline(found)
    assert line.bytes.max() == 10 * 7 * 8
    assert line.bytes.sum(axis=0).max() <= found.kept.here


def test_sizes_must_be_known():
    with pytest.raises(InputError, match=r"explain\(f, \*inputs\)\.plot"):
        srcgrad.explain(relaxed).plot()


def test_plot_of_what_is_kept(tmp_path):
    pytest.importorskip("matplotlib")
    import matplotlib.pyplot as plt

    found = srcgrad.explain(steps, np.ones(100), np.ones(100))
    ax = found.plot()
    assert str(found.kept.here) in ax.get_title()
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert any(label.startswith("b (line") for label in labels)
    ax.figure.savefig(tmp_path / "kept.png")
    _, own = plt.subplots()
    assert found.plot(own) is own
    plt.close("all")


def test_spy():
    pytest.importorskip("matplotlib")
    pytest.importorskip("scipy")
    import matplotlib.pyplot as plt

    ax = srcgrad.spy(neighbours, np.ones(5))
    assert ax.get_title() == "5 x 5, 9 entries (36%), 2 products"
    drawn = {tuple(map(int, point)) for point in ax.collections[0].get_offsets()}
    dense = srcgrad.jacobian(neighbours)(np.ones(5))
    assert drawn == {(int(j), int(i)) for i, j in np.argwhere(dense)}
    hessian = srcgrad.spy(srcgrad.grad(energy), np.ones(4))
    assert hessian.get_title().startswith("4 x 4, 10 entries")
    with pytest.raises(InputError, match="no real floating array"):
        srcgrad.spy(neighbours, 1.0)
    plt.close("all")


def test_importing_draws_nothing():
    code = "import sys, srcgrad; srcgrad.explain(abs, 1.0); print('matplotlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_without_matplotlib(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(InputError, match=r"pip install 'srcgrad\[plot\]'"):
        srcgrad.explain(steps, np.ones(3), np.ones(3)).plot()
