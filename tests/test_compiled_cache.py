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

# functions that call themselves: with constants, with other types, and by turns
THEMSELVES = """
    import numpy as np
    import srcgrad

    def steps(x):
        y = x * 1.0
        for _ in srcgrad.checkpointed(range(5), slots=2):
            y = np.sin(y) * x
        return np.sum(y)

    def walk(x, i, s):
        if s > 3.0 or i >= len(x):
            return s
        return walk(x, i + 1, s + x[i] * s)

    def walked(x):
        return walk(x, 0, 1)

    def even(x, y):
        return x if x < 1e-2 else np.sin(odd(x / 2, y)) * x + y

    def odd(x, y):
        return x * x if x < 1e-2 else even(x / 2, y) + x * even(x / 3, x)

    def both(x):
        return even(x[0], 1.0) + odd(x[0], 2.0)
"""
USE_THEM = """
    import numpy as np
    import srcgrad
    import model

    x = np.array([0.5, 0.7, 0.9])
    for f in (model.walked, model.both):
        assert abs(srcgrad.compiled(f)(x) - f(x)) < 1e-12
    gradient = srcgrad.grad(model.steps, jit=True)(x)
    assert gradient.shape == (3,) and np.allclose(gradient, srcgrad.grad(model.steps)(x), 1e-12, 0)
    print(0)
    print(gradient.tolist())
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


def test_functions_that_call_themselves_are_read_from_disk(tmp_path, monkeypatch):
    """Numba's files of them lacked addresses: the second process ended with a segmentation fault."""
    (tmp_path / "model.py").write_text(textwrap.dedent(THEMSELVES))
    (tmp_path / "use.py").write_text(textwrap.dedent(USE_THEM))
    cache = tmp_path / "cache"
    monkeypatch.setenv("NUMBA_OPT", "1")  # what is not optimised is not kept there
    _, result = run_process(tmp_path, cache)
    assert list(cache.rglob("*steps*.nbc")), "checkpointed steps are kept on disk"
    assert run_process(tmp_path, cache)[1] == result
