"""Processes that are killed while they write to the cache leave nothing that is wrong.

``SRCGRAD_KILLS=200`` kills as many; by default it is a few.
"""

import os
import subprocess
import sys

import pytest

from srcgrad.backend import cache
from tests.cached import ROOT
from tests.killing import CASES, MODEL, ONE, check

pytest_plugins = ("tests.cached",)
KILLS = int(os.environ.get("SRCGRAD_KILLS", "20"))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are started as copies")
@pytest.mark.parametrize("mode", ["plain", "jit"])
def test_processes_that_are_killed_while_they_write(folder, tmp_path, monkeypatch, mode):
    if mode == "jit":
        pytest.importorskip("numba")
    path = tmp_path / "model.py"
    path.write_text(MODEL)
    kills = KILLS if mode == "plain" else max(KILLS // 4, 5)
    command = [sys.executable, "-m", "tests.killing", str(tmp_path), str(kills), mode]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "wrong").exists(), (tmp_path / "wrong").read_text()
    if mode == "plain":  # they were killed at what this is about
        assert int(done.stdout) >= kills

    for file in folder.glob("*-*.py"):
        assert cache.fetch(str(file)) is not None, f"{file} is not whole"
    for case in [*CASES, ONE] if mode == "plain" else [ONE]:
        check(path, case, mode == "jit")
        check(path, case, mode == "jit")

    cache._TIDY.clear()
    monkeypatch.setattr(cache, "OLD", -1.0)
    for file in folder.glob("*-*.py"):
        file.unlink()
    check(path, ONE, False)
    assert not [item for item in folder.rglob("*") if cache.is_temporary(item.name)]
