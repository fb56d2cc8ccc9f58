"""The command line: what it prints, and with which status it ends."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import srcgrad
from srcgrad.cli.commands import main
from srcgrad.cli.like import described
from srcgrad.ir.kinds import FLOAT, INT, array, scalar
from srcgrad.ir.nodes import Const
from srcgrad.values.signature import Structure

MODEL = """\
import numpy as np


def f(a, b, c):
    y = 3 * a + 2 * b * b + np.log(c)
    return y


def g(x: float, w: float, n: int = 3, mode="sum"):
    for i in range(n):
        x = np.tanh(w * x)
    return x


def refused(x):
    async def g():
        return x
    return eval("x")


class Slope:
    def __init__(self, slope):
        self.slope = slope

    def loss(self, x):
        return np.sum(self.slope * x)


class Line:
    slope = 2.0

    @staticmethod
    def at(x):
        return Line.slope * x
"""


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.delitem(sys.modules, "model", raising=False)
    path = tmp_path / "model.py"
    path.write_text(MODEL)
    return path


def test_version(capsys):
    with pytest.raises(SystemExit) as end:
        main(["--version"])
    assert end.value.code == 0
    assert capsys.readouterr().out == f"srcgrad {srcgrad.__version__}\n"


def test_show_prints_the_adjoint(model, capsys):
    assert main(["show", "model.py:f", "--like", "a=float64[3], b=float64[3], c=float64[3]"]) == 0
    printed = capsys.readouterr().out
    assert "def f_vjp(a, b, c, y_bar):" in printed
    assert "a, b, c: float64[n]" in printed
    assert "c_bar = y_bar / c" in printed


def test_show_runs_what_it_prints(model, capsys):
    main(["show", "model.py:f", "--like", "a=float, b=float, c=float"])
    namespace: dict = {}
    exec(capsys.readouterr().out, namespace)
    assert namespace["f_vjp"](0.1, 1.0, 0.1, 1.0) == (3.0, 4.0, 10.0)


def test_kinds_may_be_said_one_by_one(model, capsys):
    apart = ["--like", "a=float64[3]", "--like", "b=float64[3]", "--like", "c=float64[3]"]
    assert main(["show", "model.py:f", *apart]) == 0
    assert "a, b, c: float64[n]" in capsys.readouterr().out


def test_show_takes_a_module(model, capsys):
    assert main(["show", "model:g"]) == 0
    assert "for x, w: float" in capsys.readouterr().out


def test_show_takes_a_method_of_a_class(model, capsys):
    assert main(["show", "model.py:Line.at", "--like", "x=float"]) == 0
    assert "def at_vjp(x" in capsys.readouterr().out


def test_show_takes_a_method_of_an_object_that_is_made(model, capsys):
    like = "slope=float, x=float64[n]"
    assert main(["show", "model.py:Slope.loss", "--like", like]) == 0
    assert "def loss_vjp(slope, x, y_bar):" in capsys.readouterr().out


def test_show_of_the_value(model, capsys):
    main(["show", "model.py:f", "--like", "a=float, b=float, c=float", "--value"])
    namespace: dict = {}
    exec(capsys.readouterr().out, namespace)
    made = namespace["f_vjp"]
    assert made(0.1, 1.0, 1.0, 1.0) == (pytest.approx(2.3), (3.0, 4.0, 1.0))


def test_show_of_forward_mode(model, capsys):
    main(["show", "model.py:f", "--like", "a=float, b=float, c=float", "--forward"])
    namespace: dict = {}
    exec(capsys.readouterr().out, namespace)
    value, tangent = namespace["f_jvp"](0.1, 1.0, 1.0, 1.0, 0.0, 0.0)
    assert (value, tangent) == (pytest.approx(2.3), 3.0)


def test_show_into_a_file(model, capsys):
    main(["show", "model.py:f", "--like", "a=float"])
    printed = capsys.readouterr().out
    assert main(["show", "model.py:f", "--like", "a=float", "-o", "made.py"]) == 0
    assert (model.parent / "made.py").read_text() == printed
    assert capsys.readouterr().out == ""


def test_show_for_programs(model, capsys):
    assert main(["show", "model.py:g", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["function"] == "g"
    assert found["name"] == "g_vjp"
    assert found["style"] == "vjp"
    assert found["inputs"] == {"x": "float", "w": "float", "n": "int", "mode": "'sum'"}
    assert found["source"].startswith("import numpy as np\n")
    assert Path(found["file"]).name == "model.py"


@pytest.mark.parametrize("command", ["show", "explain", "check", "view", "export", "cache"])
def test_help_has_examples(command, capsys):
    with pytest.raises(SystemExit) as end:
        main([command, "--help"])
    assert end.value.code == 0
    assert f"examples:\n  srcgrad {command}" in capsys.readouterr().out


def test_show_prints_each_pass(model, capsys):
    assert main(["show", "model.py:g", "--passes"]) == 0
    printed = capsys.readouterr().out
    names = [line[4:] for line in printed.splitlines() if line.startswith("--- ")]
    assert names[0] == "elaborate"
    assert names[-1] == "source"
    assert {"reverse", "keep", "headings"} <= set(names)


def test_show_colours_on_demand(model, capsys):
    pytest.importorskip("pygments")
    main(["show", "model.py:g", "--color", "always"])
    assert "\x1b[" in capsys.readouterr().out
    main(["show", "model.py:g"])
    assert "\x1b[" not in capsys.readouterr().out


def test_show_lists_what_it_refuses(model, capsys):
    assert main(["show", "model.py:refused"]) == 1
    error = capsys.readouterr().err
    assert "2 constructs cannot be differentiated" in error
    assert "`async def`" in error
    assert "`eval`" in error


def test_check_goes_through_a_module(model, capsys):
    assert main(["check", "model.py"]) == 1
    printed = capsys.readouterr().out
    assert "f: differentiable\ng: differentiable\nrefused: refused" in printed
    assert "  try: write the expression out" in printed


def test_check_of_one_function(model, capsys):
    assert main(["check", "model:f"]) == 0
    assert capsys.readouterr().out == "f: differentiable\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["show", "nowhere.py:f"], "there is no file nowhere.py"),
        (["show", "no_such_module:f"], "there is no module `no_such_module`"),
        (["show", "model.py"], "names no function"),
        (["show", "model.py:f", "--json", "--passes"], "exclude each other"),
        (["show", "model.py:f", "-o", "nowhere/f.py"], "nowhere/f.py cannot be written"),
        (["show", "model.py:h"], "model.py has no `h`\n  it defines: f, g, refused"),
        (["show", "model.py:np"], "`np` in model.py is no function"),
        (["show", "broken.py:f"], "broken.py cannot be imported: ZeroDivisionError"),
        (["check", "empty.py"], "empty.py defines no functions"),
        (["show", "model.py:f", "--like", "a=float65[3]"], "`float65` describes no input"),
        (["show", "model.py:f", "--like", "a=float64[-1]"], "`-1` describes no input"),
        (["show", "model.py:f", "--like", "a="], "`a=` describes no input"),
        (["show", "model.py:f", "--like", "float"], "`float` describes no input"),
        (["show", "model.py:f", "--like", "z=float"], "f has no parameter `z`"),
        (["check", "model.py:f", "--like", "a=float65"], "`float65` describes no input"),
        (["check", "model.py:f", "--like", "z=float"], "f has no parameter `z`"),
        (["check", "model.py", "--like", "z=float"], "none of 5 functions has a parameter `z`"),
    ],
)
def test_a_wrong_command_is_explained(model, capsys, arguments, message):
    (model.parent / "broken.py").write_text("1 / 0\n")
    (model.parent / "empty.py").write_text("x = 1\n")
    assert main(arguments) == 2
    error = capsys.readouterr().err
    assert error.startswith("srcgrad: ")
    assert message in error


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        ("float", FLOAT),
        ("int", INT),
        ("float32", scalar("float32")),
        ("float64[3]", array("float64", ("n",))),
        ("float64[3, 4, 3]", array("float64", ("n", "m", "n"))),
        ("float32[k, 1]", array("float32", ("k", 1))),
        ("float64[n, 3]", array("float64", ("n", "m"))),
        ("float64[()]", array("float64", ())),
        ("float64[...]", array("float64", None)),
        ("True", Const(True)),
        ("'sum'", Const("sum")),
        ("(float, int)", Structure(tuple, (0, 1), (FLOAT, INT))),
        ("{'w': float}", Structure(dict, ("w",), (FLOAT,))),
    ],
)
def test_descriptions(text, spec):
    assert described(f"x={text}") == {"x": spec}


def test_what_is_not_described_is_assumed(model, capsys):
    main(["show", "model.py:g", "--like", "mode='mean', n=int"])
    assert "for x, w: float; n: int; mode: 'mean'" in capsys.readouterr().out
    main(["show", "model.py:f", "--like", "b=float"])
    assert "for a, c: float64[...]; b: float" in capsys.readouterr().out


def test_the_package_is_a_command(model):
    command = [sys.executable, "-m", "srcgrad", "show", "model.py:g"]
    root = str(Path(__file__).parent.parent)
    environment = {"PYTHONPATH": root, "SRCGRAD_CACHE_DIR": str(model.parent / "cache")}
    done = subprocess.run(
        command, capture_output=True, text=True, env=environment, cwd=model.parent, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "def g_vjp(x, w, n, mode, y_bar):" in done.stdout
