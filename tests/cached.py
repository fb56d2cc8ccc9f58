"""A module on disk, an empty cache folder, and processes: what tests of the cache share."""

import importlib.util
import linecache
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

import srcgrad

ROOT = Path(__file__).parent.parent

MODEL = """
    import numpy as np

    SCALE = 2.0
    MODE = "square"
    WEIGHTS = np.array([1.0, 2.0, 3.0])


    def square(x, factor=1.0):
        return factor * x * x


    class Layer:
        gain = 3.0

        def __init__(self, w):
            self.w = w

        def __call__(self, x):
            return self.gain * self.w * x


    def loss(x):
        # the whole model
        y = square(x) if MODE == "square" else x
        return SCALE * np.sum(WEIGHTS * y)


    def layered(x, w):
        return np.sum(Layer(w)(x))


    def make(k):
        def inner(x):
            return np.sum(k * x)
        return inner
"""
EXPECTED = [4.0, 16.0, 36.0]
X = np.array([1.0, 2.0, 3.0])

RUN = """
    import sys
    import numpy as np
    import srcgrad, {module} as model
    found = srcgrad.vjp(model.loss, (np.array([1.0, 2.0, 3.0]),))[0]
    print(found.tolist(), "srcgrad.pipeline" in sys.modules)
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty cache folder."""
    place = tmp_path / "cache"
    monkeypatch.setenv("SRCGRAD_CACHE_DIR", str(place))
    return place


def imported(path, name="model"):
    """A module from a file, new each time."""
    linecache.checkcache(str(path))
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    exec(compile(path.read_text(), str(path), "exec"), module.__dict__)
    return module


@pytest.fixture
def model(tmp_path):
    """A module on disk, with functions to differentiate."""
    path = tmp_path / "model.py"
    path.write_text(textwrap.dedent(MODEL))
    yield imported(path)
    sys.modules.pop("model", None)


def again(module, old="", new=""):
    """The module as another process would import it, with its text changed."""
    path = Path(module.__file__)
    if old:
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))
        os.utime(path, ns=(1, path.stat().st_mtime_ns + 10**9))
    return imported(path)


def gradient(f, *inputs):
    return srcgrad.vjp(f, inputs)[0]


def files(folder):
    return sorted(folder.glob("*.py")) if folder.exists() else []


@pytest.fixture
def generations(monkeypatch):
    """The names of the functions that are generated, not loaded."""
    from srcgrad.dispatch import generate

    names = []
    original = generate.generate

    def counted(function, *rest, **options):
        names.append(function.__name__)
        return original(function, *rest, **options)

    monkeypatch.setattr(generate, "generate", counted)
    return names


def process(tmp_path, script, wait=True, python=sys.executable, **environment):
    """Run a script beside `model.py` in a process of its own."""
    place = {"PYTHONPATH": f"{ROOT}{os.pathsep}{tmp_path}", **environment}
    started = subprocess.Popen(
        [python, "-c", textwrap.dedent(script)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **place},
    )
    return finished(started) if wait else started


def finished(started):
    out, err = started.communicate(timeout=120)
    assert started.returncode == 0, err
    return out
