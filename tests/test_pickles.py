"""``grad`` objects of ``__main__``, notebooks and ``python -c`` in other processes."""

import copy
import dataclasses
import functools
import importlib.util
import linecache
import os
import pickle
import subprocess
import sys
import threading
import types
import typing

import numpy as np
import pytest

import srcgrad
from srcgrad.dispatch import pickles, rebuilt
from srcgrad.errors import InputError
from tests import travelling
from tests.cached import ROOT

pytest_plugins = ("tests.cached",)
PROGRAM = "\n".join(travelling.CELLS)


def run(*command, folder, **environment):
    place = {"PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path]), **environment}
    done = subprocess.run(
        [sys.executable, *command],
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, **place},
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def cells(sources, name="__main__", label="cell"):
    """The namespace of a notebook with these cells."""
    space = {"__name__": name}
    for number, source in enumerate(sources):
        file = f"<{label} {number}>"
        linecache.cache[file] = (len(source), None, source.splitlines(True), file)
        exec(compile(source, file, "exec"), space)
    return space


# --- in other processes ---------------------------------------------------------------------------


def test_a_script(tmp_path, folder):
    (tmp_path / "program.py").write_text(PROGRAM + travelling.MAIN)
    assert run("program.py", folder=tmp_path) == "{}\n"


def test_a_command(tmp_path, folder):
    assert run("-c", PROGRAM + travelling.MAIN, folder=tmp_path) == "{}\n"


def test_a_notebook(tmp_path, folder):
    space = cells(travelling.CELLS)
    (tmp_path / "pickle").write_bytes(pickle.dumps(space["ALL"]))
    script = "import pickle\nALL = pickle.load(open('pickle', 'rb'))\n"
    script += f"EXPECTED = {space['EXPECTED']!r}\n"
    script += travelling.CELLS[-1][travelling.CELLS[-1].index("def wrong") :]
    script += "print(wrong(lambda g, inputs: g(*inputs)))\n"
    for _ in range(2):
        assert run("-c", script, folder=tmp_path) == "{}\n"


def test_joblib(tmp_path, folder):
    pytest.importorskip("joblib")
    call = "lambda g, inputs: joblib.Parallel(2)([joblib.delayed(g)(*inputs)])[0]"
    script = f"\nimport joblib\nif __name__ == '__main__':\n    print(wrong({call}))\n"
    assert run("-c", PROGRAM + script, folder=tmp_path) == "{}\n"


def test_dask(tmp_path, folder):
    pytest.importorskip("dask")
    call = "lambda g, inputs: dask.delayed(g)(*inputs).compute(scheduler='processes')"
    script = f"\nimport dask\nif __name__ == '__main__':\n    print(wrong({call}))\n"
    (tmp_path / "program.py").write_text(PROGRAM + script)
    assert run("program.py", folder=tmp_path) == "{}\n"


def test_compiled(tmp_path, folder):
    pytest.importorskip("numba")
    cell = (
        "import numba, srcgrad\nk = 3.0\n@numba.njit\ndef g(x):\n    return k * x\n"
        "def f(x):\n    return g(x) * x\nboth = [srcgrad.grad(f, jit=True), srcgrad.grad(g)]\n"
    )
    (tmp_path / "pickle").write_bytes(pickle.dumps(cells([cell])["both"]))
    script = "import pickle\nf, g = pickle.load(open('pickle', 'rb'))\nprint(f(2.0), g(2.0))\n"
    assert run("-c", script, folder=tmp_path) == "12.0 3.0\n"


def test_processes_share_what_was_generated_for_a_notebook(tmp_path, folder):
    space = cells(travelling.CELLS)
    (tmp_path / "pickle").write_bytes(pickle.dumps(space["ALL"]["loss"]))
    script = (
        "import pickle, sys\ng, x = pickle.load(open('pickle', 'rb'))\n"
        "print(g(x), 'srcgrad.pipeline' in sys.modules)\n"
    )
    assert run("-c", script, folder=tmp_path) == "[3. 6.] True\n"
    assert run("-c", script, folder=tmp_path) == "[3. 6.] False\n"
    space["SCALE"] = 5.0
    (tmp_path / "pickle").write_bytes(pickle.dumps(space["ALL"]["loss"]))
    assert run("-c", script, folder=tmp_path).startswith("[ 5. 10.] ")


# --- what travels by name -------------------------------------------------------------------------


def cube(x):
    return x * x * x


@srcgrad.grad
def decorated(x):
    return x * x


@srcgrad.compiled
def quickly(x):
    return x * x


class Layer:
    """A layer."""

    def __init__(self, w):
        self.w = w

    def plain(self, x):
        return self.w * x

    @srcgrad.grad
    def loss(self, x):
        return self.w * x * x


def test_what_can_be_imported_travels_by_name():
    for g in (srcgrad.grad(cube), srcgrad.grad(Layer(2.0).plain), srcgrad.grad(np.sin)):
        assert not pickles.content(g.__srcgrad_arguments__(), g)
        again = pickle.loads(pickle.dumps(g))
        assert again(0.0) == g(0.0)
    assert pickle.loads(pickle.dumps(srcgrad.grad(cube))).primal is cube
    assert pickle.loads(pickle.dumps(decorated)) is decorated
    assert len(pickle.dumps(srcgrad.grad(cube))) < 200


def test_what_travels_together_stays_together():
    layer = Layer(2.0)
    g, again = pickle.loads(pickle.dumps((srcgrad.grad(layer.plain), layer)))
    assert g.primal.__self__ is again


def test_what_can_be_imported_is_a_name_inside_of_what_cannot():
    cell = (
        f"import srcgrad\nfrom {__name__} import decorated, quickly\n"
        "@srcgrad.grad\ndef g(x):\n    return decorated(x) * quickly(x)\n"
    )
    space = pickle.loads(pickle.dumps(cells([cell])["g"])).primal.__globals__
    assert space["decorated"] is decorated and space["quickly"] is quickly


def test_a_compiled_function_that_calls_itself():
    cell = (
        "import srcgrad\n@srcgrad.compiled\n"
        "def power(x, n):\n    return 1.0 if n < 1 else x * power(x, n - 1)\n"
    )
    again = pickle.loads(pickle.dumps(cells([cell])["power"]))
    inner = again.py_func.__globals__["power"]
    assert type(inner) is type(again) and inner.py_func is again.py_func


def test_functions_inside_of_functions_find_their_module():
    def inner(x):
        return cube(x) + calls[0]

    calls = [2.0]
    g = pickle.loads(pickle.dumps(srcgrad.grad(inner)))
    assert g(2.0) == 12.0
    assert g.primal is not inner and g.primal.__globals__ is globals()
    found = pickle.loads(pickle.dumps(srcgrad.grad(decorated.primal)))
    assert found(3.0) == 6.0 and found.primal is not decorated


def test_a_method_that_is_decorated_where_it_stands():
    g = pickle.loads(pickle.dumps(Layer(3.0).loss))
    assert g(2.0) == 12.0


def test_a_module_from_a_file_that_is_on_no_path(tmp_path, folder):
    """Its name is in ``sys.modules``, and no other process could import it."""
    path = tmp_path / "hidden.py"
    path.write_text("K = 2.0\ndef f(x):\n    return K * x * x\n")
    spec = importlib.util.spec_from_file_location("hidden", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["hidden"] = module
    try:
        spec.loader.exec_module(module)
        content = pickle.dumps(srcgrad.grad(module.f))
    finally:
        del sys.modules["hidden"]
    (tmp_path / "pickle").write_bytes(content)
    script = "import pickle\nprint(pickle.load(open('pickle', 'rb'))(3.0))\n"
    os.mkdir(tmp_path / "elsewhere")
    found = run("-c", script.replace("'pickle'", "'../pickle'"), folder=tmp_path / "elsewhere")
    assert found == "12.0\n"


def test_another_module_of_the_same_name(tmp_path, monkeypatch):
    for place, k in (("one", 2.0), ("two", 5.0)):
        (tmp_path / place).mkdir()
        (tmp_path / place / "twin.py").write_text(f"def f(x):\n    return {k} * x\n")
    monkeypatch.syspath_prepend(str(tmp_path / "one"))
    f = importlib.import_module("twin").f
    assert pickles.importable(f)
    monkeypatch.syspath_prepend(str(tmp_path / "two"))
    assert not pickles.importable(f)
    monkeypatch.delitem(sys.modules, "twin")
    assert importlib.import_module("twin").f(1.0) == 5.0
    assert pickle.loads(pickle.dumps(srcgrad.grad(f)))(1.0) == 2.0
    monkeypatch.delitem(sys.modules, "twin")


# --- state ----------------------------------------------------------------------------------------


def test_functions_share_globals_and_cells():
    space = cells(
        [
            "import srcgrad\nK = 2.0\n"
            "def make():\n    count = 1.0\n"
            "    def step(x):\n        return count * x * K\n"
            "    def change(to):\n        nonlocal count\n        count = to\n"
            "    step.change = change\n"
            "    return step\n"
            "f = make()\ng = srcgrad.grad(f)\n"
        ]
    )
    g = pickle.loads(pickle.dumps(space["g"]))
    assert g(1.0) == 2.0
    g.primal.change(4.0)
    assert g(1.0) == 8.0
    g.primal.__globals__["K"] = 3.0
    assert g(1.0) == 12.0
    assert space["g"](1.0) == 2.0


def test_the_state_is_that_of_the_moment():
    space = cells(["import srcgrad\nK = 2.0\ndef f(x):\n    return K * x\ng = srcgrad.grad(f)\n"])
    first = pickle.dumps(space["g"])
    space["K"] = 3.0
    second = pickle.dumps(space["g"])
    assert pickle.loads(first)(1.0) == 2.0
    assert pickle.loads(second)(1.0) == 3.0


def test_errors_show_the_lines_of_the_function():
    space = cells(
        ["import srcgrad\n\n\ndef f(x):\n    return eval('x')  # here\ng = srcgrad.grad(f)\n"]
    )
    g = pickle.loads(pickle.dumps(space["g"]))
    linecache.cache.pop("<cell 0>")
    with pytest.raises(srcgrad.UnsupportedSyntax, match=r"5 \|     return eval\('x'\)  # here"):
        g(1.0)


def test_a_lambda_among_others():
    space = cells(
        ["import srcgrad\ngs = [srcgrad.grad(lambda x: x * x), srcgrad.grad(lambda x: 3 * x)]\n"]
    )
    content = pickle.dumps(space["gs"])
    linecache.cache.pop("<cell 0>")
    assert [g(2.0) for g in pickle.loads(content)] == [4.0, 3.0]


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_protocols(protocol):
    g = srcgrad.grad(lambda x: x * x)
    assert pickle.loads(pickle.dumps(g, protocol))(3.0) == 6.0


def test_copies_are_of_the_object_only():
    layer = Layer(np.ones(2))
    for g in (srcgrad.grad(lambda x: x * x, argnums=(0,)), srcgrad.grad(layer.plain)):
        for made in (copy.copy(g), copy.deepcopy(g)):
            assert made is not g and made.argnums == g.argnums
    assert copy.deepcopy(srcgrad.grad(cube)).primal is cube
    assert copy.deepcopy(srcgrad.grad(layer.plain)).primal.__self__ is not layer


# --- what cannot travel ---------------------------------------------------------------------------


def refused(cell, match):
    space = cells([f"import srcgrad, threading, types, typing\n{cell}\ng = srcgrad.grad(f)\n"])
    with pytest.raises(TypeError, match=match) as caught:
        pickle.dumps(space["g"])
    assert isinstance(caught.value, InputError)
    assert "\n  why: " in str(caught.value) and "\n  try: " in str(caught.value)


def test_a_lock():
    refused(
        "k = threading.Lock()\ndef f(x):\n    k\n    return x\n", "`k`, which it reads, cannot: "
    )


def test_a_cell_with_a_generator():
    cell = "def make():\n    k = (i for i in [])\n    def f(x):\n        k\n        return x\n    return f\n"
    refused(cell + "f = make()\n", "`k`, which it reads, cannot: ")


def test_a_module_that_cannot_be_imported():
    refused("k = types.ModuleType('made')\ndef f(x):\n    return x * k.a\n", "module made")


def test_what_has_a_name_in_main_only():
    refused("T = typing.TypeVar('T')\ndef f(x):\n    T\n    return x\n", "in __main__ only")


def test_another_version_of_python(monkeypatch):
    content = pickle.dumps(srcgrad.grad(lambda x: x))
    monkeypatch.setattr(rebuilt, "MAGIC", b"other")
    with pytest.raises(InputError, match="another version of Python"):
        pickle.loads(content)


@pytest.mark.parametrize("dump", [pickle.dumps, lambda pull: pickle.dumps([pull], 2)])
def test_a_pullback(dump):
    value, pull = srcgrad.pullback(cube, 2.0)
    assert value == 8.0
    with pytest.raises(
        TypeError, match="the pullback of cube cannot be pickled\n  why: "
    ) as caught:
        dump(pull)
    assert isinstance(caught.value, InputError)
    assert copy.deepcopy(pull)(1.0) == copy.copy(pull)(1.0) == pull(1.0) == (12.0,)


# --- the text of ``python -c`` --------------------------------------------------------------------


def test_a_command_is_read_for_what_was_compiled_from_it(tmp_path):
    script = """
import srcgrad
def f(x):
    return x * x
g, h = srcgrad.grad(f), srcgrad.grad(lambda x: 3 * x)
print(g(2.0), h(2.0), srcgrad.source(f, 2.0).count("# return x * x"))
exec(compile('''
import srcgrad
def f(x):
    return x * x * x
''', "<string>", "exec"))
try:
    srcgrad.grad(f)(2.0)
except srcgrad.MissingSource as error:
    print(str(error).splitlines()[0])
"""
    expected = "4.0 3.0 1\nthe source of f cannot be read\n"
    for options in (("-c", script), ("-Wignore", "-bc", script), ("-c" + script,)):
        assert run(*options, folder=tmp_path) == expected


# --- the parts ------------------------------------------------------------------------------------


def test_what_is_importable():
    @dataclasses.dataclass
    class Local:
        """Inside of a function."""

    for value in (cube, Layer, Layer.plain, np.sum, dataclasses.dataclass, pickles.Carrier):
        assert pickles.importable(value)
    for value in (Local, lambda x: x, functools.partial(cube), 3.0, decorated.primal):
        assert not pickles.importable(value)
    assert pickles.is_module("numpy.linalg") and pickles.is_module("sys")
    assert not pickles.is_module("__main__") and not pickles.is_module("no such module")
    assert not pickles.is_module(types.ModuleType("made").__name__)
    assert isinstance(threading.Lock, object) and typing.TYPE_CHECKING is False
