"""`srcgrad.explain`: its formulas, how it is shown, and the command."""

from __future__ import annotations

import json
import sys
from html.parser import HTMLParser

import numpy as np
import pytest

import srcgrad
from srcgrad.cli.commands import main
from srcgrad.cli.like import read
from srcgrad.errors import InputError, UnsupportedSyntax
from srcgrad.explaining.formulas import Amount, Formula, Loop, Symbol
from srcgrad.explaining.shown import text
from srcgrad.ir.kinds import FLOAT, INT
from tests.test_explain import relaxed, scalars

# --- formulas ---------------------------------------------------------------------------------

N, K = Symbol("n"), Symbol("k")


@pytest.mark.parametrize("step", [1, -1, 2, 3, -2])
@pytest.mark.parametrize("power", range(4))
@pytest.mark.parametrize("n", [0, 1, 6, 7])
def test_sums_over_loops(step, power, n):
    """`start` to `n`, or back: against adding up."""
    one, end = Formula.of(1), Formula.of(N)
    body = Formula.of(3)
    for _ in range(power):
        body = body * Formula.of(K)
    bounds = (one, end) if step > 0 else (end, one)
    amount = Amount((Loop(K, *bounds, step),), body)
    places = range(1, n, step) if step > 0 else range(n, 1, step)
    real = sum(3 * k**power for k in places)
    assert amount.at({N: n}) == real
    if n > 1 and abs(step) == 1:
        assert amount.formula.at({N: n}) == real


@pytest.mark.parametrize(("n", "first"), [(12, 0), (12, 4), (300, 0), (300, 4)])
def test_loops_in_loops(n, first):
    """`for i in range(n): for j in range(first, i): for k in range(j)`, also where it is too long."""
    i, j = Symbol("i"), Symbol("j")
    zero, size = Formula(), Formula.of(N)
    loops = Loop(i, zero, size, 1), Loop(j, Formula.of(first), Formula.of(i), 1)
    amount = Amount((*loops, Loop(K, zero, Formula.of(j), 1)), Formula.of(8))
    real = sum(8 * b for a in range(n) for b in range(first, a))
    assert amount.at({N: n}) == real


def test_what_would_take_too_long_is_not_guessed():
    """The closed form does not hold where ranges end before they start."""
    i, j = Symbol("i"), Symbol("j")
    loops = Loop(i, Formula(), Formula.of(N), 1), Loop(j, Formula(), Formula.of(i), 1)
    amount = Amount((*loops, Loop(K, Formula.of(20), Formula.of(j), 1)), Formula.of(K))
    real = sum(sum(range(20, b)) for a in range(40) for b in range(a))
    assert amount.at({N: 40}) == real != amount.formula.at({N: 40})
    assert amount.at({N: 300}) is None


def test_formulas_are_readable():
    m, n = Formula.of(Symbol("m")), Formula.of(N)
    assert str(Formula.of(8) * n * m - Formula.of(2) * n + Formula.of(1)) == "8*m*n - 2*n + 1"
    assert str(Formula()) == "0" and str(n * n * n) == "n**3" and str(Formula() - n) == "-n"
    assert str(Amount((Loop(K, Formula(), n, 1),), Formula.of(K)).formula) == "n**2/2 - n/2"
    assert (n - n).constant == 0 and n.constant is None and n.at({}) is None


# --- how it is shown --------------------------------------------------------------------------


class Text(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.words = [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)

    def handle_data(self, data):
        self.words.append(data)


def test_html_is_escaped():
    def f(x):
        y = x if x < 2.0 else x * 3.0
        return y * y

    html = srcgrad.explain(f, 1.0)._repr_html_()
    parser = Text()
    parser.feed(html)
    assert set(parser.tags) == {"div", "p", "b", "table", "caption", "tr", "th", "td"}
    assert "x < 2.0" in parser.words and "x &lt; 2.0" in html
    assert html.count("<table>") == html.count("</table>") > 0


def test_json_round_trip():
    found = srcgrad.explain(scalars, 3.0, 1.2, 6)
    table = json.loads(json.dumps(found.to_dict()))
    assert table == found.to_dict()
    assert table["values"][3]["bytes"].keys() == {"formula", "here", "at_most"}
    assert [v["name"] for v in table["values"]] == [v.name for v in found.values]
    assert table["kept"]["here"] == found.kept.here


def test_colours(monkeypatch):
    found = srcgrad.explain(scalars, 3.0, 1.2, 6)
    assert "\033[" not in str(found)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\033[33mkept" in str(found)
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\033[" not in str(found)
    assert text(found, True).replace("\033[33m", "").count("\033[32m") > 0


def test_the_last_value_of_a_name():
    found = srcgrad.explain(relaxed, np.ones(5), 0.3, 4)
    assert found["steps"].kind == "int"
    with pytest.raises(KeyError):
        found["nothing"]


# --- errors and the command line --------------------------------------------------------------


def test_refusals():
    def refused(x):
        return eval("x")

    with pytest.raises(UnsupportedSyntax):
        srcgrad.explain(refused, 1.0)
    with pytest.raises(InputError, match="jit is 'auto'"):
        srcgrad.explain(scalars, 3.0, 1.2, 6, jit="auto")
    with pytest.raises(InputError, match="argnums names input 9"):
        srcgrad.explain(scalars, 3.0, 1.2, 6, argnums=9)


def test_nothing_is_run_or_changed():
    ran = []

    def f(x):
        ran.append(1)
        x[0] = x[1] * x[0]
        return x

    x = np.ones(3)
    try:
        srcgrad.explain(f, x)
    except srcgrad.SrcgradError:
        pass
    assert not ran and np.array_equal(x, np.ones(3))


def test_without_inputs():
    """Inputs are then what annotations and default values say."""

    def f(x, n: int = 3):
        return x * n

    found = srcgrad.explain(f)
    assert found.signature == "x: float64[...]; n: int"
    assert found["x"].kind == "float64[...]"
    (product,) = [o for o in found.operations if o.where == "primal"]
    assert product.elements.here is None and product.times.here == 1
    with pytest.raises(InputError):
        srcgrad.explain(f, 1.0, 2, 3)


def doubled(y):
    z = np.sin(y)
    return z * z


def test_lines_of_other_functions():
    def f(x):
        return np.sum(doubled(x))

    found = srcgrad.explain(f, np.ones(3))
    line = doubled.__code__.co_firstlineno + 1
    assert (found["z"].function, found["z"].line) == ("doubled", line)
    assert f"doubled:{line}" in str(found)


def test_methods_and_derivatives():
    class Model:
        def __init__(self, w):
            self.w = w

        def loss(self, x):
            return np.sum(np.sin(self.w * x))

    assert srcgrad.explain(Model(2.0).loss, np.ones(3)).function == "loss"
    second = srcgrad.explain(srcgrad.grad(lambda x: np.sin(x) * x), 1.0)
    assert second.values and second.operations


@pytest.fixture
def model(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.delitem(sys.modules, "model", raising=False)
    (tmp_path / "model.py").write_text(
        "import numpy as np\n\n\ndef f(x, n):\n    for _ in range(n):\n"
        "        x = np.sin(x) * x\n    return np.sum(x)\n\n\ndef refused(x):\n    return eval('x')\n"
    )


def test_the_command(model, capsys):
    assert main(["explain", "model.py:f", "--like", "x=float64[300], n=100"]) == 0
    out = capsys.readouterr().out
    assert "8*m*n = 240000" in out or "8*n*x.shape[0] = 240000" in out
    assert main(["explain", "model.py:f", "--like", "x=float64[300], n=int", "--json"]) == 0
    table = json.loads(capsys.readouterr().out)
    assert table["kept"]["here"] is None and "n" in table["kept"]["formula"]
    assert main(["explain", "model.py:f", "--like", "x=float64[300], n=100", "--jit"]) == 0
    assert "nests of loops" in capsys.readouterr().out


def test_numbers_in_descriptions():
    found = read("x=float64[300, 20], n=100, k=0.5, flag=True, y=float64[300]")
    assert (found.specs["n"], found.specs["k"]) == (INT, FLOAT)
    assert found.sizes == {"n": 300, "m": 20} and found.integers == {"n": 100}


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["explain", "model.py:refused", "--like", "x=float"], 1, "UnsupportedSyntax"),
        (["explain", "model.py:f", "--like", "z=float"], 2, "f has no parameter `z`"),
        (["explain", "model.py:f", "--like", "x=float65[3]"], 2, "`float65` describes no input"),
        (["explain", "model.py:f", "--like", "x=1j"], 2, "`1j` describes no input"),
        (["explain", "model.py"], 2, "names no function"),
    ],
)
def test_wrong_commands(model, capsys, arguments, status, message):
    assert main(arguments) == status
    assert message in capsys.readouterr().err


def test_a_gradient_is_explained_by_its_own_name():
    def energy(x):
        return np.sum(x**3)

    x = np.ones(3)
    found = srcgrad.explain(srcgrad.grad(energy), x)
    assert str(found).startswith("grad(energy) (")
    assert str(srcgrad.explain(energy, x)).startswith("energy (")
    assert found.operations != srcgrad.explain(energy, x).operations
