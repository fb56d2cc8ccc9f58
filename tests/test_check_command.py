"""`srcgrad check` on a module of many kinds of functions: what is said of each."""

import json
import sys

import pytest

from srcgrad.cli.commands import main

MODULE = """\
import enum, functools, json, math, sys
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

G = 9.81
print("imported", file=sys.stderr)


class Color(enum.Enum):
    RED = 1

    def shade(self):
        return 1


class Failure(Exception):
    def info(self):
        return 1


@dataclass
class Params:
    k: float
    w: np.ndarray
    tag: str = "a"

    def energy(self, x):
        return self.k * np.sum(self.w * x * x)

    def hidden(self, x):
        return eval("self.k")


class Net:
    def __init__(self, w, n=3):
        self.w = w
        self.n = n
        self.history = []

    def __call__(self, x):
        return np.tanh(self.w @ x)

    def forward(self, x):
        for _ in range(self.n):
            x = self(x)
        self.history.append(x)
        return x

    @staticmethod
    def act(x):
        return np.maximum(x, 0)

    @classmethod
    def make(cls, n: int):
        return cls(np.zeros(n))

    def __repr__(self):
        return "Net"

    def reset(self):
        self.history = []


class Point(NamedTuple):
    x: float
    y: float

    def distance(self):
        return math.hypot(self.x, self.y)


def main():
    print("hi")
    sys.exit(0)


def load(path: str):
    with open(path) as file:
        return json.load(file)


def power(x, n):
    for _ in range(n):
        x = x * x
    return x


def rosen(x):
    return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def solve(a, b):
    return np.linalg.solve(a, b)


def step(x, dt):
    x[1:-1] += dt * (x[2:] - 2 * x[1:-1] + x[:-2])


def numbers(x):
    for v in x:
        yield v


async def later(x):
    return x


def bad(x):
    return eval("x")


def unruly(x):
    return np.frombuffer(x)


def count(n: int):
    return n + 1


def label(x: float):
    return f"{x:.2f}"


def newton(f, x0, tol=1e-8):
    while abs(f(x0)) > tol:
        x0 = x0 - f(x0)
    return x0


@functools.lru_cache
def coefficient(n: int):
    return n * 2.0


def doubled(f):
    @functools.wraps(f)
    def wrapper(*args):
        return 2 * f(*args)

    return wrapper


@doubled
def decorated(x):
    return x * x


def decay(y, t: float, dt: float = 0.1, steps: int = 3):
    for _ in range(steps):
        y = y - dt * y
    return y


lam = lambda x: x * G


def optional(x, bias=None):
    return x + bias if bias is not None else x


def scaled(x, *, scale=2.0):
    return x * scale


def total(*xs):
    return sum(xs)


def mixed(a: float, b: int, mode="sum"):
    return a * b if mode == "sum" else a**b


def matvec(a, x):
    m, n = a.shape
    y = np.zeros(m)
    for i in range(m):
        for j in range(n):
            y[i] += a[i, j] * x[j]
    return y


if __name__ == "__main__":
    main()
"""
EXPECTED = """\
Params.energy: differentiable
Params.hidden: refused
Net.__call__: differentiable
Net.forward: differentiable
Net.act: differentiable
Net.make: no floating inputs
Net.reset: no output
Point.distance: differentiable
main: no floating inputs
load: no floating inputs
power: differentiable
rosen: differentiable
solve: differentiable
step: no output, but it writes into x
numbers: refused
later: refused
bad: refused
unruly: refused
count: no floating inputs
label: no floating output that depends on its inputs
newton: takes a function, `f`: it is checked where it is called
coefficient: no floating inputs
doubled: takes a function, `f`: it is checked where it is called
decorated: differentiable
decay: differentiable
<lambda>: differentiable
optional: differentiable
scaled: differentiable
total: differentiable
mixed: differentiable
matvec: differentiable
"""


@pytest.fixture
def module(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    # a name that Python has a module of, too
    monkeypatch.setitem(sys.modules, "wave", None)
    (tmp_path / "wave.py").write_text(MODULE)
    return tmp_path


def test_every_function_of_a_module(module, capsys):
    assert main(["check", "wave.py"]) == 1
    printed = capsys.readouterr().out
    assert "\n".join(line for line in printed.splitlines() if line[:1].strip()) + "\n" == EXPECTED
    assert 'return eval("x")' in printed


@pytest.mark.parametrize(
    ("name", "status"),
    [("rosen", 0), ("bad", 1), ("main", 0), ("Net", 0), ("Params", 1), ("Net.forward", 0)],
)
def test_named_functions(module, name, status, capsys):
    assert main(["check", f"wave.py:{name}"]) == status
    assert capsys.readouterr().out.startswith(f"{name}")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("import sys\nsys.exit(3)\n", "SystemExit: 3"),
        ("def f(:\n", "SyntaxError"),
        ("import no_such_package\n", "No module named 'no_such_package'"),
        ("1 / 0\n", "ZeroDivisionError"),
    ],
)
def test_files_that_cannot_be_imported(module, text, what, capsys):
    (module / "broken.py").write_text(text)
    assert main(["check", "broken.py"]) == 2
    error = capsys.readouterr().err
    assert "broken.py cannot be imported" in error
    assert what in error


PRINTS = "print('loading')\ndef f(x):\n    return x * x\ndef g(y):\n    return y\n"


def test_kinds_are_for_the_functions_that_have_the_name(module, capsys):
    (module / "prints.py").write_text(PRINTS)
    assert main(["check", "prints.py", "--like", "x=int"]) == 0
    assert capsys.readouterr().out == "f: no floating inputs\ng: differentiable\n"


def test_what_a_module_prints_does_not_spoil_the_output(module, capsys):
    (module / "prints.py").write_text(PRINTS)
    assert main(["check", "prints.py", "--json"]) == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out)["summary"]["differentiable"] == 2
    assert "loading" in printed.err
