"""What is said while something takes long: compilation, generation, a list of things."""

import io
import re
import sys
import time
import types

import numpy as np
import pytest

import srcgrad
from srcgrad.backend import notice


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def said(monkeypatch):
    """Run something that takes a while; what was written to this stream."""
    monkeypatch.setattr(notice, "PATIENCE", 0.05)
    monkeypatch.delenv("SRCGRAD_QUIET", raising=False)
    monkeypatch.setitem(sys.modules, "rich", None)

    def run(stream, seconds=0.2):
        monkeypatch.setattr(sys, "stderr", stream)
        with notice.noticed("f_vjp"):
            time.sleep(seconds)
        return stream.getvalue()

    return run


def test_a_terminal_is_told_once(said):
    assert re.fullmatch(r"srcgrad: compiling f_vjp \.\.\. \d\.\d s\n", said(Terminal()))


def test_what_is_quick_is_not_told(said):
    assert said(Terminal(), 0.0) == ""


def test_a_file_is_not_told(said):
    assert said(io.StringIO()) == ""


def test_a_notebook_is_told(said, monkeypatch):
    shell = types.SimpleNamespace(kernel=object())
    module = types.SimpleNamespace(get_ipython=lambda: shell)
    monkeypatch.setitem(sys.modules, "IPython", module)
    assert "compiling f_vjp" in said(io.StringIO())


def test_it_can_be_kept_back(said, monkeypatch):
    monkeypatch.setenv("SRCGRAD_QUIET", "1")
    assert said(Terminal()) == ""


def test_it_is_said_too_of_what_fails(said, monkeypatch):
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    with pytest.raises(ValueError, match="no"), notice.noticed("f_vjp"):
        time.sleep(0.2)
        raise ValueError("no")
    assert stream.getvalue().endswith(" s\n")


# --- generation, and what has steps -----------------------------------------------------------------


def cube(x):
    return x**3


def test_generation_is_told_too(said, monkeypatch, tmp_path):
    monkeypatch.setenv("SRCGRAD_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(notice, "PATIENCE", 0.0)
    monkeypatch.setattr(sys, "stderr", stream := Terminal())
    srcgrad.grad(lambda x: cube(x) * 2.0)(2.0)
    assert re.match(r"srcgrad: generating the derivative of <lambda> \.\.\. ", stream.getvalue())


@pytest.fixture
def steps(said, monkeypatch):
    """Go through parts; what was written."""
    monkeypatch.setattr(notice, "PATIENCE", 0.0)
    monkeypatch.setattr(notice, "EVERY", 0.0)

    def run(stream, total=2, patience=60.0):
        monkeypatch.setattr(sys, "stderr", stream)
        with notice.steps("checking", total) as step:
            monkeypatch.setattr(notice, "PATIENCE", patience)
            for part in ("one", "two"):
                step(part)
                with notice.noticed("f_vjp"):
                    time.sleep(0.1 if patience < 0.1 else 0.0)
        return stream.getvalue()

    return run


def test_steps_have_a_bar_that_goes_away(steps):
    shown = steps(Terminal()).split("\r")
    half = notice.WIDTH // 2
    assert shown[0] == f"srcgrad: checking [{'.' * notice.WIDTH}] 0/2 one"
    assert shown[1] == f"srcgrad: checking [{'#' * half}{'.' * half}] 1/2 two"
    assert shown[2:] == [" " * len(shown[1]), ""]


def test_steps_of_which_nobody_knows_how_many(steps):
    assert steps(Terminal(), None).startswith("srcgrad: checking one\rsrcgrad: checking 1 two")


def test_what_takes_long_on_the_way_is_told_there(steps):
    shown = steps(Terminal(), patience=0.01)
    assert f"srcgrad: checking [{'.' * notice.WIDTH}] 0/2 compiling f_vjp ..." in shown
    assert "\n" not in shown


def test_steps_are_not_told_to_a_file(steps):
    assert steps(io.StringIO()) == ""


def test_rich_draws_the_line_where_it_is(steps, monkeypatch):
    monkeypatch.delitem(sys.modules, "rich")
    pytest.importorskip("rich")
    shown = steps(Terminal())
    assert "srcgrad: checking" in shown
    assert "0/2" in shown
    assert "one" in shown


def test_a_fit_is_told(steps, monkeypatch):
    pytest.importorskip("scipy")
    import srcgrad.scipy

    monkeypatch.setattr(sys, "stderr", stream := Terminal())
    found = srcgrad.scipy.minimize(lambda x: (x - 3.0) ** 2, 0.0)
    assert found.x == pytest.approx(3.0)
    assert re.search(r"srcgrad: minimising, evaluation \d+ value ", stream.getvalue())
    monkeypatch.setattr(sys, "stderr", stream := Terminal())
    srcgrad.scipy.least_squares(lambda x: x - 3.0, np.zeros(2))
    assert "sum of squares" in stream.getvalue()
