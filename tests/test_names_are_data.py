"""Names of functions, classes, modules and files never become code, nor do lines of the primal."""

import ast
import os
import subprocess
import sys
import types

import numpy as np
import pytest

import srcgrad
from srcgrad.backend import record, text
from srcgrad.backend.standalone import standalone
from srcgrad.cli.check import bound
from srcgrad.dispatch.generate import generate
from srcgrad.dispatch.request import Request
from srcgrad.errors import InputError, InternalError
from srcgrad.ir.kinds import FLOAT
from srcgrad.ir.lexical import as_name, is_dotted, is_name, one_line
from tests.hostile import CODE, NAMES, Number, Real, Text, made, twice, unfollowed

pytest_plugins = ("tests.hostile",)
pytestmark = pytest.mark.usefixtures("nothing_is_executed")


# --- names of functions, classes and modules ------------------------------------------------------


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_a_name_of_a_function_and_its_file(name):
    source = "def f(x):\n    return np.sin(x) * x\n"
    f = made(source, file=f"/tmp/no folder/{name}")
    f.__name__ = f.__qualname__ = f.__module__ = name
    expected = np.cos(3.0) * 3.0 + np.sin(3.0)
    assert twice(f, 3.0) == pytest.approx(expected, rel=1e-15)
    assert srcgrad.pullback(f, 3.0)[1](1.0)[0] == pytest.approx(expected, rel=1e-15)
    generated = srcgrad.source(f, 3.0)
    compile(generated, "<generated>", "exec")
    assert all(line.isprintable() for line in generated.split("\n"))


MASKS = [
    ("builtins", "print"),
    ("builtins", "exec"),
    ("math", "sin"),
    ("numpy", "sin"),
    ("numpy.random", "normal"),
    ("os", "system"),
    ("rich", "np"),
    ("rich", "unbroadcast"),
    ("rich", "f_vjp"),
    ("rich", "x"),
    *[("builtins", name) for name in NAMES],
    *[(f"rich.{name}", "f") for name in NAMES],
]


@pytest.mark.parametrize(("module", "name"), MASKS, ids=ascii)
def test_an_object_that_claims_to_be_another(module, name, capsys):
    called, seen = unfollowed(module, name)
    source = "def f(x):\n    called(2, key=3)\n    return np.sum(np.sin(x) * x[:, None])\n"
    f = made(source, called=called)
    x = np.array([0.5, 1.5])
    expected = np.cos(x) * x.sum() + np.sin(x).sum()
    np.testing.assert_allclose(srcgrad.vjp(f, (x,))[0], expected, rtol=1e-15)
    assert seen == [(2, {"key": 3})]


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_a_keyword_of_an_unknown_function(name):
    called, seen = unfollowed()
    f = made("def f(x):\n    called(**{name: 3})\n    return x * x\n", called=called, name=name)
    assert srcgrad.vjp(f, (3.0,)) == (6.0,)
    assert seen == [({name: 3},)]


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_a_class_that_claims_to_be_another(name):
    kind = type("Kind", (Exception,), {"__module__": "builtins", "__qualname__": name})
    kind.__name__ = name
    f = made("def f(x):\n    if x > 5:\n        raise kind('x')\n    return x * x\n", kind=kind)
    assert twice(f, 3.0) == 6.0
    with pytest.raises(kind):
        srcgrad.vjp(f, (6.0,))


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_a_module_that_claims_to_be_another(name):
    module = types.ModuleType("m")
    module.note, seen = unfollowed()
    f = made("def f(x):\n    module.note(1)\n    return x * x\n", module=module)
    module.__name__ = name
    assert twice(f, 3.0) == 6.0
    assert seen == [1, 1]


def test_variables_with_the_names_of_what_is_generated():
    def f(locals, getattr, complex, slice, format, __comment__, np_, time, print):
        y = locals * getattr * complex * slice
        return y * np.sum(np.array([1.0, 2.0]) * format) * __comment__ * np_ * time * print

    inputs = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0)
    product = f(*inputs)
    for found in (
        srcgrad.vjp(f, inputs),
        srcgrad.value_and_vjp(f, inputs)[1],
        srcgrad.pullback(f, *inputs)[1](1.0),
    ):
        np.testing.assert_allclose(found, [product / x for x in inputs], rtol=1e-14)


# --- lines ----------------------------------------------------------------------------------------

SEPARATORS = ["\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029"]


@pytest.mark.parametrize("end", SEPARATORS, ids=ascii)
def test_what_ends_no_line_ends_no_comment(end):
    source = (
        f"def f(x):\n    y = x * x + len('{end}{CODE}')\n    try:\n        z = y * 3\n"
        f"        w = z / x  # {end}{CODE}\n    except ValueError:\n        w = 0.0\n"
        f"    return w * y, '{end}'\n"
    )
    f = made(source, file=f"<{end}>")
    y = 9.0 + len(end + CODE)
    assert f(3.0) == (y * y, end)
    assert srcgrad.grad(f, has_aux=True)(3.0) == (pytest.approx(12.0 * y - y * y / 3.0), end)
    generated = srcgrad.source(f, 3.0)
    assert all(line.isprintable() for line in generated.split("\n"))


def test_a_form_feed_between_functions(tmp_path):
    path = tmp_path / "fed.py"
    path.write_text("import numpy as np\n\x0c\n\x0cdef f(x):\n    \x0c\n    return x ** 3\n")
    f = made(path.read_text(), file=str(path))
    assert twice(f, 3.0) == 27.0
    assert "# return x ** 3" in srcgrad.source(f, 3.0)


TEXT = """
    # reverse sweep
    __comment__(0)
# record: 1

import os
    return x
"""


def test_a_text_with_the_lines_of_generated_code():
    quoted = '"""' + TEXT + '"""'
    source = f"def f(x):\n    y = np.sin(x)\n    note({quoted})\n    return y * x\n"
    note, seen = unfollowed()
    f = made(source, note=note)
    expected = pytest.approx(np.cos(3.0) * 3.0 + np.sin(3.0), rel=1e-15)
    assert srcgrad.vjp(f, (3.0,))[0] == expected
    assert srcgrad.pullback(f, 3.0)[1](1.0)[0] == expected
    assert seen == [TEXT, TEXT]


def test_a_primal_whose_lines_look_like_marks():
    source = "def f(x):\n    def __comment__(k):\n        return k * x\n    return __comment__(2.0) * x\n"
    assert twice(made(source), 3.0) == 12.0


# --- dtypes and arrays ----------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [">f8", ">i4", "f8", "f4", "?", "u1"])
def test_dtypes_are_what_they_were(dtype):
    note, seen = unfollowed()
    source = "def f(x):\n    note(np.zeros(2, dtype))\n    return x * x\n"
    f = made(source, dtype=np.dtype(dtype), note=note)
    assert srcgrad.vjp(f, (3.0,)) == (6.0,)
    assert [a.dtype.str for a in seen] == [np.dtype(dtype).str]


@pytest.mark.parametrize("name", [name for name in NAMES if name], ids=ascii)
def test_fields_of_a_dtype(name):
    note, seen = unfollowed()
    dtype = np.dtype([(name, "f8")])
    f = made("def f(x):\n    note(dtype)\n    return x * x\n", dtype=dtype, note=note)
    assert srcgrad.vjp(f, (3.0,)) == (6.0,)
    assert seen == [dtype]


# --- files of their own, and the command line -----------------------------------------------------


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_a_file_of_its_own_imports_by_names_only(name, monkeypatch):
    module = types.ModuleType(name)
    source = "def f(x):\n    note(1)\n    return x * x\n"
    note = made("def note(k):\n    note.seen = k\n", function="note")
    note.__module__, note.__qualname__ = name, "note"
    module.note = note
    monkeypatch.setitem(sys.modules, name, module)
    f = made(source, note=note.__call__)
    entry = generate(f, Request(), (FLOAT,), False, None, "", False)
    try:
        found = standalone(entry.source, entry.generated)
    except InputError:
        return
    assert is_name(name) and ast.parse(found)


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_a_method_of_a_class_with_an_odd_name(name):
    module = types.ModuleType("m")

    class Layer:
        def __init__(self, w):
            self.w = w

        def apply(self, x):
            return self.w * x

    Layer.__name__ = Layer.__qualname__ = name
    module.Layer = Layer
    setattr(Layer, name, Layer.apply)
    assert bound("Layer.apply", Layer.apply, module)(2.0, 3.0) == 6.0
    if is_name(name) or "." not in name:
        found = bound(f"Layer.{name}", Layer.apply, module)
        assert found is Layer.apply or found(2.0, 3.0) == 6.0


def test_records_are_one_line():
    assert record.parse(record.text({"k": TEXT}, ()), ()) == {"k": TEXT}
    assert "\n" not in record.text({"k": TEXT}, ())

    class Module(str):
        def __repr__(self):
            return f"1\n{CODE}"

        __str__ = __repr__

    with pytest.raises(record.NotStorable):
        named = unfollowed()[0]
        named.__module__ = Module("m")
        record.text(named, ())


def test_another_process_reads_odd_names_from_the_file(tmp_path):
    (tmp_path / "odd.py").write_text(
        "import numpy as np\nNAME = " + repr(NAMES[0]) + "\n"
        "class Box:\n    pass\n"
        "def f(box):\n    return np.sin(getattr(box, NAME)) * box.x\n"
    )
    script = (
        "import builtins, odd, srcgrad, sys\nbuiltins.EXECUTED = []\nbox = odd.Box()\nbox.x = 3.0\n"
        "setattr(box, odd.NAME, 0.0)\n"
        "found = vars(srcgrad.vjp(odd.f, (box,))[0])\n"
        "print(found['x'], found[odd.NAME], builtins.EXECUTED, 'srcgrad.pipeline' in sys.modules)\n"
    )
    place = os.pathsep.join([str(tmp_path), *sys.path])
    environment = {**os.environ, "PYTHONPATH": place, "SRCGRAD_CACHE_DIR": str(tmp_path / "cache")}
    for generated in (True, False):
        command = [sys.executable, "-c", script]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        assert done.stdout == f"0.0 3.0 [] {generated}\n"


# --- the printer ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [n for n in NAMES if n != "__comment__"], ids=ascii)
def test_the_printer_takes_names_for_names_only(name):
    here = {"lineno": 1, "col_offset": 0}
    load = ast.Load()
    for node in (
        ast.Name(name, load, **here),
        ast.Attribute(ast.Name("x", load, **here), name, load, **here),
        ast.Call(ast.Name("x", load, **here), [], [ast.keyword(name, ast.Constant(1))]),
    ):
        arguments = ast.arguments([], [], None, [], [], None, [])
        function = ast.FunctionDef("f", arguments, [ast.Return(node)], [])
        with pytest.raises(InternalError):
            text.render(function, [])


def test_the_printer_takes_plain_constants_only():
    for value in (Text("a"), Number(1), Real(1.0), (1, 2), object()):
        arguments = ast.arguments([], [], None, [], [], None, [])
        function = ast.FunctionDef("f", arguments, [ast.Return(ast.Constant(value))], [])
        with pytest.raises(InternalError):
            text.render(function, [])


def test_names_and_lines():
    assert [name for name in NAMES if is_name(name)] == ["__comment__"]
    assert not is_name(Text("a")) and not is_name(None)
    assert is_name("größe") and is_dotted("a.b") and not is_dotted("a.") and not is_dotted("a b.c")
    taken = {"a", "a_"}.__contains__
    assert as_name("a", "other", taken) == "a__"
    assert as_name("1", "other", taken) == "other"
    assert as_name("class", "other", taken) == "class_"
    assert as_name("a b\n", "other", taken) == "a_b_"
    assert one_line("a\tb'é") == "a\tb'é"
    assert one_line("a\nb\r\u2028\x0c\ud800") == "a\\nb\\r\\u2028\\x0c\\ud800"
