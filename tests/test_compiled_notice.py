"""What is said while something is compiled."""

import io
import re
import sys
import time
import types

import pytest

from srcgrad.backend import notice


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def said(monkeypatch):
    """Run something that takes a while; what was written to this stream."""
    monkeypatch.setattr(notice, "PATIENCE", 0.05)
    monkeypatch.delenv("SRCGRAD_QUIET", raising=False)

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
