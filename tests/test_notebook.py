"""The magics of notebooks, in the real IPython."""

import subprocess
import sys

import numpy as np
import pytest

import srcgrad

pytest.importorskip("IPython")
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

CELL = """\
import numpy as np
def loss(w, x):
    return np.sum((w * x) ** 2)
def helper(a, b):
    return a * b
"""


@pytest.fixture
def shell():
    InteractiveShell.clear_instance()
    found = InteractiveShell.instance()
    found.run_line_magic("load_ext", "srcgrad")
    yield found
    InteractiveShell.clear_instance()


def cell(shell, text):
    """What a cell shows, and prints."""
    with capture_output() as seen:
        shell.run_cell(text)
    return seen


def test_grad_runs_the_cell_and_shows_gradients(shell):
    seen = cell(shell, "%%grad\n" + CELL)
    loss, grad_loss = shell.user_ns["loss"], shell.user_ns["grad_loss"]
    w, x = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    np.testing.assert_array_equal(grad_loss(w, x), srcgrad.grad(loss)(w, x))
    assert shell.user_ns["grad_helper"](2.0, 3.0) == 3.0
    pages = [output.data["text/html"] for output in seen.outputs if "text/html" in output.data]
    assert len(pages) == 2
    assert pages[0].startswith("<iframe")
    assert "loss_vjp" in pages[0]
    assert "def loss_vjp(w, x, y_bar):" in seen.outputs[0].data["text/plain"]


def test_grad_takes_options(shell):
    seen = cell(shell, "%%grad --argnums 0,1 --value --quiet\n" + CELL)
    assert not seen.outputs
    value, gradients = shell.user_ns["value_and_grad_helper"](2.0, 3.0)
    assert (value, gradients) == (6.0, (3.0, 2.0))
    assert "grad_helper" not in shell.user_ns


def test_kinds_of_inputs(shell):
    seen = cell(shell, "%%grad --like 'x=float64[n], w=float64[n]'\n" + CELL.split("def helper")[0])
    assert "w, x: float64[n]" in seen.outputs[0].data["text/plain"]


def test_a_cell_that_fails_makes_nothing(shell):
    cell(shell, "%%grad\n1 / 0\ndef f(x):\n    return x\n")
    assert "grad_f" not in shell.user_ns


def test_what_is_refused_says_why(shell):
    seen = cell(shell, "%%grad\ndef f(x):\n    return eval('x')\n")
    assert "`eval` cannot be differentiated" in seen.stdout
    assert "Cell In[" in seen.stdout
    assert ", line 2, in f" in seen.stdout


def test_show(shell):
    cell(shell, CELL)
    found = shell.run_line_magic("srcgrad", "show loss --like 'w=float, x=float'")
    assert found == srcgrad.source(shell.user_ns["loss"], 1.0, 1.0)
    assert shell.run_line_magic("srcgrad", "show helper --forward").count("def helper_jvp") == 1
    assert "srcgrad.runtime" not in shell.run_line_magic("srcgrad", "show loss --standalone")


def test_sources_are_shown_as_code(shell):
    cell(shell, CELL)
    helper, shown = shell.user_ns["helper"], shell.display_formatter.formatters
    gradient = srcgrad.grad(helper)
    for source in (srcgrad.source(helper, 1.0, 2.0), gradient.source):
        assert isinstance(source, str)
        plain = shown["text/plain"](source)
        assert "\\n" not in plain
        assert "def helper_vjp(a, b, y_bar):\n" in plain
        assert "helper_vjp" in shown["text/html"](source)
        assert "<pre" in shown["text/html"](source)
    assert shown["text/html"](gradient).startswith("<iframe")


def test_explain_and_view(shell):
    cell(shell, CELL)
    found = shell.run_line_magic("srcgrad", "explain loss --like 'w=float64[30], x=float64[30]'")
    assert (
        found.kept.here
        == srcgrad.explain(shell.user_ns["loss"], np.ones(30), np.ones(30)).kept.here
    )
    assert "<iframe" in shell.run_line_magic("srcgrad", "view loss")._repr_html_()


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("draw loss", "invalid choice: 'draw'"),
        ("show", "the following arguments are required: function"),
        ("show loss --like 'z=float'", "loss has no parameter `z`"),
        ("show loss --like 'z", "No closing quotation"),
    ],
)
def test_a_wrong_line_is_explained(shell, line, message):
    from IPython.core.error import UsageError

    cell(shell, CELL)
    with pytest.raises(UsageError, match=message):
        shell.run_line_magic("srcgrad", line)


def test_refusals_name_the_cell_and_are_short(shell):
    cell(shell, "import srcgrad")
    shell.run_cell("def f(x):\n    return eval('x')\n", store_history=True)
    seen = cell(shell, "srcgrad.grad(f)(1.0)")
    assert "Cell In[" in seen.stdout
    assert ", line 2, in f" in seen.stdout
    assert "srcgrad/elaborate" not in seen.stdout


def test_it_can_be_unloaded(shell):
    shell.run_line_magic("unload_ext", "srcgrad")
    assert shell.find_line_magic("srcgrad") is None


def test_importing_srcgrad_imports_no_ipython():
    code = "import sys, srcgrad, srcgrad.cli; print('IPython' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
