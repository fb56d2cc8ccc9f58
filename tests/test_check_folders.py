"""`srcgrad check` on folders and packages: each file, a summary, and the same for programs."""

import io
import json
import sys

import pytest

from srcgrad.backend import notice
from srcgrad.cli.commands import main

FILES = {
    "waves/__init__.py": "from waves.inner import speed\n",
    "waves/inner.py": "def speed(x):\n    return 2.0 * x\n",
    "waves/deep/__init__.py": "",
    "waves/deep/most.py": "from ..inner import speed\n\n\ndef fast(x):\n    return speed(x) ** 2\n\n\n"
    "def hidden(x):\n    return eval('x')\n\n\ndef name(n: int):\n    return 'a' * n\n",
    "waves/broken.py": "1 / 0\n",
    "waves/setup.py": "raise SystemExit\n",
    "waves/.hidden/no.py": "1 / 0\n",
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    for name in [n for n in sys.modules if n.partition(".")[0] == "waves"]:
        monkeypatch.delitem(sys.modules, name)
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.mark.parametrize("where", ["waves", "./waves/"])
def test_a_folder(folder, where, capsys):
    assert main(["check", where]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if line and not line.startswith("    ")] == [
        "waves/broken.py: cannot be imported: ZeroDivisionError: division by zero",
        "waves/deep/most.py",
        "  fast: differentiable",
        "  hidden: refused",
        "  name: no floating inputs",
        "waves/inner.py",
        "  speed: differentiable",
        "4 functions in 5 files: 2 differentiable, 1 with nothing to differentiate, 1 refused, "
        "1 file not imported",
    ]


def test_a_package_by_its_name(folder, capsys):
    (folder / "waves" / "broken.py").unlink()
    assert main(["check", "waves.deep"]) == 1
    assert capsys.readouterr().out.splitlines()[-1].startswith("3 functions in 2 files: ")


def test_a_folder_without_refusals(folder, capsys):
    (folder / "waves" / "broken.py").unlink()
    (folder / "waves" / "deep" / "most.py").unlink()
    assert main(["check", "waves"]) == 0


def test_for_programs(folder, capsys):
    assert main(["check", "waves", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["summary"]["differentiable"] == 2
    assert found["summary"]["refused"] == 1
    assert found["summary"]["not imported"] == 1
    most = next(of for of in found["files"] if of["file"].endswith("most.py"))
    assert [f["verdict"] for f in most["functions"]][:2] == ["differentiable", "refused"]
    assert most["functions"][1]["error"] == "UnsupportedSyntax"
    assert "`eval`" in most["functions"][1]["message"]


def test_a_folder_without_files(folder, capsys):
    (folder / "empty").mkdir()
    assert main(["check", "empty"]) == 2
    assert "there is no Python file in empty" in capsys.readouterr().err


def test_a_terminal_sees_how_far_it_is(folder, monkeypatch, capsys):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.delenv("SRCGRAD_QUIET", raising=False)
    monkeypatch.setattr(notice, "PATIENCE", 0.0)
    monkeypatch.setattr(notice, "EVERY", 0.0)
    monkeypatch.setitem(sys.modules, "rich", None)
    monkeypatch.setattr(sys, "stderr", Terminal())
    main(["check", "waves/inner.py"])
    said = sys.stderr.getvalue()
    assert "srcgrad: checking" in said
    assert "waves/inner.py:speed" in said
    assert said.endswith("\r")
