"""`srcgrad export`: a file that needs NumPy alone, tests itself, and knows what it was made of."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import srcgrad
from srcgrad.cli.commands import main
from tests.oracle import assert_same_gradients

MODEL = """\
import numpy as np
import parts

K = 2.5
W = np.array([1.0, 2.0, 3.0])


def energy(x, stiffness: float):
    d = x[1:] - x[:-1]
    return 0.5 * stiffness * parts.squares(d)


def layer(p, x, n: int = 2):
    (w, b), c = p
    for _ in range(n):
        x = np.tanh(w @ x + b)
    return {"y": x * c, "k": np.sum(x), "n": n}


def weighted(x, *, power=2.0):
    x[0] = x[0] * K
    return np.sum(W * x**power)


def rotated(z):
    return np.exp(z) * z[::-1]


def halves(x):
    return np.sqrt(x - 2.0)


class Net:
    scale = 2.0

    def __init__(self, w: float):
        self.w = w

    def loss(self, x):
        return np.sum(x * self.w * self.scale)


net = Net(1.0)
"""
PARTS = """\
import numpy as np


def squares(d):
    return np.sum((np.sqrt(d * d + 1.0) - 1.5) ** 2)
"""


@pytest.fixture
def model(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    for name in ("model", "parts"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    (tmp_path / "parts.py").write_text(PARTS)
    (tmp_path / "model.py").write_text(MODEL)
    return tmp_path


@pytest.fixture
def changed(model, monkeypatch):
    """Rewrite a file; the modules are imported again."""

    def change(name, before, after):
        text = (model / name).read_text()
        assert before in text
        (model / name).write_text(text.replace(before, after))
        for known in ("model", "parts"):
            monkeypatch.delitem(sys.modules, known, raising=False)

    return change


def loaded(path):
    namespace = {"__name__": "shipped"}
    exec(compile(Path(path).read_text(), str(path), "exec"), namespace)
    return namespace


FUNCTIONS = [
    ("energy", "x=float64[n]"),
    ("layer", "p=((float64[n, n], float64[n]), float32), x=float64[n]"),
    ("weighted", "x=float64[3]"),
    ("rotated", "z=complex128[n]"),
    ("Net.loss", "x=float64[n]"),
]


@pytest.mark.parametrize(("name", "like"), FUNCTIONS)
def test_a_file_tests_itself(model, name, like, capsys):
    assert main(["export", f"model.py:{name}", "--like", like, "-o", "made.py"]) == 0
    text = (model / "made.py").read_text()
    short = name.rpartition(".")[2]
    namespace = loaded("made.py")
    namespace[f"test_{short}_vjp"]()
    assert "srcgrad." not in text.partition("text: ")[2].replace(srcgrad.__version__, "")
    assert main(["export", "--verify", "made.py"]) == 0
    assert capsys.readouterr().out == (
        f"made.py: the adjoint of model.py:{name}, which has not changed\n"
    )


def test_it_runs_where_srcgrad_is_not_installed(model):
    main(["export", "model.py:energy", "--like", "x=float64[n]", "-o", "made.py"])
    code = (
        "import runpy, sys; sys.modules['srcgrad'] = None; "
        "runpy.run_path('made.py', run_name='__main__')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=model)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "energy_vjp agrees with central differences\n"


def test_it_is_the_derivative(model):
    main(["export", "model.py:energy", "--like", "x=float64[n]", "-o", "made.py"])
    energy = sys.modules["model"].energy
    made, x = loaded("made.py"), np.linspace(0.0, 2.0, 5) ** 2
    assert_same_gradients(made["energy_vjp"](x, 2.0, 1.5), srcgrad.vjp(energy, (x, 2.0), 1.5))
    assert made["energy_value"](x, 2.0) == energy(x, 2.0)


def test_a_wrong_derivative_fails_the_test(model):
    main(["export", "model.py:energy", "--like", "x=float64[n]", "-o", "made.py"])
    text = (model / "made.py").read_text()
    assert "x_bar[:-1] = -t1" in text or "x_bar[:-1] = " in text
    (model / "made.py").write_text(text.replace("x_bar[:-1] = ", "x_bar[:-1] = 1.001 * ", 1))
    with pytest.raises(AssertionError, match="central differences give"):
        loaded("made.py")["test_energy_vjp"]()


def test_the_header_says_what_it_is_of(model, capsys):
    (model / "out").mkdir()
    main(["export", "model.py:energy", "--like", "x=float64[n]", "-o", "out/made.py"])
    lines = (model / "out" / "made.py").read_text().splitlines()
    assert lines[0] == "# energy_vjp for x: float64[n]; stiffness: float"
    assert "# source: ../model.py:energy" in lines
    assert "# like: x=float64[n]" in lines
    assert max(map(len, lines[:8])) < 100
    assert main(["export", "--verify", "out/made.py"]) == 0


CHANGES = [
    ("model.py", "0.5 * stiffness", "0.25 * stiffness"),
    ("parts.py", "- 1.5", "- 1.25"),
    ("model.py", "stiffness: float", "stiffness: int"),
]


@pytest.mark.parametrize(("name", "before", "after"), CHANGES)
def test_a_changed_function_is_seen(model, changed, name, before, after, capsys):
    main(["export", "model.py:energy", "--like", "x=float64[n]", "-o", "made.py"])
    changed(name, before, after)
    assert main(["export", "--verify", "made.py"]) == 1
    assert capsys.readouterr().out == (
        "made.py: model.py:energy has changed since: export it again\n"
    )


def test_other_changes_are_no_matter(model, changed, capsys):
    main(["export", "model.py:energy", "--like", "x=float64[n]", "-o", "made.py"])
    changed("model.py", "K = 2.5", "# moved\n\n\nK = 3.5")
    changed("model.py", "np.exp(z)", "np.log(z)")
    assert main(["export", "--verify", "made.py"]) == 0


def test_a_changed_class_is_seen(model, changed, capsys):
    main(["export", "model.py:Net.loss", "--like", "x=float64[n]", "-o", "made.py"])
    changed("model.py", "self.w = w", "self.w = 2 * w")
    assert main(["export", "--verify", "made.py"]) == 1


def test_each_file_has_its_line(model, changed, capsys):
    for name in ("energy", "rotated"):
        like = {"energy": "x=float64[n]", "rotated": "z=complex128[n]"}[name]
        main(["export", f"model.py:{name}", "--like", like, "-o", f"{name}_adjoint.py"])
    changed("model.py", "def rotated", "def turned")
    (model / "energy_adjoint.py").write_text(
        (model / "energy_adjoint.py").read_text().replace("y_bar", "z_bar")
    )
    found = main(["export", "--verify", "energy_adjoint.py", "rotated_adjoint.py", "parts.py"])
    assert found == 2
    assert capsys.readouterr().out.splitlines() == [
        "energy_adjoint.py: it has been edited since srcgrad wrote it",
        "rotated_adjoint.py: model.py:rotated cannot be differentiated any more: "
        "./model.py has no `rotated`",
        "parts.py: it was not written by `srcgrad export`",
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["model.py:halves", "--like", "x=float64[n]"], "the test of the file fails"),
        (["model.py:net.loss"], "bound to an object"),
        (["model.py:energy", "model.py:rotated"], "one function at a time"),
        (["model.py:energy", "--example", "y=1.0"], "there is no parameter `y`"),
        (["model.py:energy", "--example", "1.0"], "gives no inputs"),
        (
            ["model.py:energy", "-o", "nowhere/made.py", "--like", "x=float64[n]"],
            "cannot be written",
        ),
    ],
)
@pytest.mark.filterwarnings("ignore:invalid value")
def test_what_cannot_be_exported(model, arguments, message, capsys):
    assert main(["export", *arguments]) == 2
    assert message in capsys.readouterr().err


@pytest.mark.filterwarnings("ignore:invalid value")
def test_inputs_may_be_given(model):
    arguments = ["--like", "x=float64[n]", "--example", "x=np.linspace(3, 4, 5)", "-o", "made.py"]
    assert main(["export", "model.py:halves", *arguments]) == 0
    assert "np.linspace(3, 4, 5),  # x: float64[n]" in (model / "made.py").read_text()
    loaded("made.py")["test_halves_vjp"]()
