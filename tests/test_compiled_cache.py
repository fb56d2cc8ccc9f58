"""Compiled code on disk: shared by processes, mended when damaged, done without where it must be."""

import os
import subprocess
import sys
import textwrap

import pytest

pytest.importorskip("numba")

MODEL = """
    import numpy as np

    def loss(x, w):
        return np.sum(np.tanh(x @ w) ** 2)
"""
USE = """
    import time
    import numpy as np
    import numba
    import srcgrad
    from model import loss

    @numba.njit
    def warm(x):
        return x + 1.0

    warm(np.ones(2))
    start = time.perf_counter()
    x_bar, w_bar = srcgrad.vjp(loss, (np.ones((4, 3)), np.ones((3, 2)) / 9), jit=True)
    print(time.perf_counter() - start)
    print(w_bar.tolist())
"""


def run_process(folder, cache):
    environment = {
        **os.environ,
        "SRCGRAD_CACHE_DIR": str(cache),
        "PYTHONPATH": os.pathsep.join([str(folder), *sys.path]),
    }
    done = subprocess.run(
        [sys.executable, "use.py"], cwd=folder, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    seconds, result = done.stdout.splitlines()
    return float(seconds), result


@pytest.fixture
def program_files(tmp_path):
    (tmp_path / "model.py").write_text(textwrap.dedent(MODEL))
    (tmp_path / "use.py").write_text(textwrap.dedent(USE))
    return tmp_path


def test_processes_share_compiled_code(program_files):
    cache = program_files / "cache"
    first, result = run_process(program_files, cache)
    stored = {path: path.stat().st_mtime_ns for path in cache.rglob("*.nb*")}
    second, again = run_process(program_files, cache)
    assert stored
    assert stored == {path: path.stat().st_mtime_ns for path in cache.rglob("*.nb*")}
    assert second < 0.3 * first
    assert again == result

    for path in stored:
        path.write_bytes(b"damaged")
    assert run_process(program_files, cache)[1] == result


def test_without_a_folder_compiled_code_lives_in_memory(program_files):
    (program_files / "no_folder").write_text("a file")
    run_process(program_files, program_files / "no_folder")
    assert not list(program_files.rglob("*.nb*"))
