"""Each error by an example: its class, what it says, where it points, and the way out it offers."""

from __future__ import annotations

import inspect
import linecache
import pickle
import re
import textwrap

import numpy as np
import pytest

import srcgrad
from srcgrad import errors
from srcgrad.errors import Refusal, UnsupportedSyntax
from srcgrad.source import fence
from srcgrad.source.read import read
from tests.oracle import assert_same_gradients

X = np.array([1.0, 2.0])


def double(x):
    return 2 * x


def raised(f, *inputs, cotangent=None, **options):
    """The error that differentiating ``f`` ends with."""
    with pytest.raises(errors.SrcgradError) as caught:
        srcgrad.vjp(f, inputs, cotangent, **options)
    return caught.value


def function(body, parameters="x"):
    """A function of this body, whose source can be read."""
    text = f"def f({parameters}):\n" + textwrap.indent(textwrap.dedent(body).strip(), "    ")
    name = f"<errors {abs(hash(text))}>"
    linecache.cache[name] = (len(text), None, text.splitlines(True), name)
    namespace = {"np": np}
    exec(compile(text, name, "exec"), namespace)
    return namespace["f"]


# --- the fence --------------------------------------------------------------------------------

FENCED = {
    "`yield`": "yield x",
    "`yield from`": "yield from x",
    "`finally` that returns or jumps": "try:\n    y = x\nfinally:\n    return x",
    "`global` of a name that is assigned": "global g\ng = x\nreturn g",
    "`exec`": "exec('y = 1')\nreturn x",
    "`eval`": "return eval('x')",
    "`compile`": "compile('x', '', 'eval')\nreturn x",
    "`__import__`": "return __import__('math').sin(x)",
    "`globals()`": "return globals()['np'].sin(x)",
    "`locals()`": "return locals()['x']",
    "`async def`": "async def g():\n    return x\nreturn x",
}


@pytest.mark.parametrize("what", FENCED)
def test_fence(what):
    f = function(FENCED[what])
    error = raised(f, X)
    assert isinstance(error, srcgrad.UnsupportedSyntax)
    assert isinstance(error, NotImplementedError)
    assert f"{what} cannot be differentiated" in str(error)
    assert "\n  why: " in str(error)
    assert "\n  try: " in str(error)


ASYNCHRONOUS = {
    "`await`": "y = await x",
    "`async for`": "async for y in x:\n    pass",
    "`async with`": "async with x:\n    pass",
}


@pytest.mark.parametrize("what", ASYNCHRONOUS)
def test_fence_of_coroutines(what):
    inner = textwrap.indent(ASYNCHRONOUS[what], "    ")
    error = raised(function(f"async def g():\n{inner}\nreturn x"), X)
    assert f"{what} cannot be differentiated" in str(error)


@pytest.mark.parametrize(
    "body",
    [
        "try:\n    y = x * x\nfinally:\n    z = 1\nreturn y",
        "with np.errstate(all='ignore'):\n    return x * x",
        "def eval(v):\n    return v * v\nreturn eval(x)",
        "global np\nreturn np.multiply(x, x)",
        "import math\nreturn x * x * math.cos(0)",
        "y = x * x\nz = 1\ndel z\nreturn y",
        "name = None\nif isinstance(name, str):\n    name = __import__(name)\nreturn x * x",
        "if len(x) > 9:\n    return eval('x')\nreturn x * x",
        "def unused():\n    return locals()\nreturn x * x",
    ],
)
def test_what_the_fence_lets_through(body):
    np.testing.assert_array_equal(srcgrad.vjp(function(body), (X,), X)[0], 2 * X * X)


def test_all_is_listed_at_once_in_the_order_of_the_source():
    def helper(v):
        global state  # noqa: PLW0603
        state = v
        return v

    def f(x):
        y = helper(x)

        async def g():
            pass

        z = eval("y")
        return y.tobytes() + z

    error = raised(f, X)
    text = str(error)
    assert text.startswith("4 constructs cannot be differentiated\n")
    order = ["`async def`", "`eval`", "`tobytes`", "`global`"]
    places = [text.index(part) for part in order]
    first = f.__code__.co_firstlineno
    for number, offset in zip(order, (3, 6, 7), strict=False):
        assert f"{__file__}:{first + offset}, in f" in text, number
    assert places[0] < places[1] < places[2]
    assert f"{__file__}:{helper.__code__.co_firstlineno + 1}, in helper" in text


def test_the_caret_stands_under_the_construct():
    def f(x):
        größe = 2.0
        y = größe * (yield x)
        return y

    refusal = fence.refusals(read(f))[0].render().splitlines()
    code, caret = refusal[2:4]
    start = code.index("yield")
    assert caret[start:] == "^" * len("yield x")
    assert caret.strip("| ^") == ""


def test_one_refusal_to_the_letter():
    def f(x):
        return eval("x") + 1

    line = f.__code__.co_firstlineno + 1
    margin = " " * len(str(line))
    assert str(raised(f, X)) == (
        "`eval` cannot be differentiated\n"
        f"  {__file__}:{line}, in f\n"
        f'    {line} |     return eval("x") + 1\n'
        f"    {margin} |            ^^^^^^^^^\n"
        "  why: the code it runs or the names it reads are not visible in the source\n"
        "  try: write the expression out"
    )


# --- what depends on kinds and values ---------------------------------------------------------

REFUSED = {
    "`vars` of this is not supported": "return vars()['x']",
    "the attribute `base` is not supported": "return x * x.base[0]",
    "the method `tobytes` of arrays is not supported": "return x.tobytes()",
    "`np.errstate` with 'raise' is not supported": (
        "with np.errstate(all='raise'):\n    return x / x"
    ),
    "`try` with `except` cannot be differentiated": (
        "y = x.copy()\ntry:\n    for i in range(9):\n        y[i] = x[i]\nexcept IndexError:\n    y = x\nreturn y"
    ),
    "the method `resize` of arrays is not supported": "x.resize((2,))\nreturn x",
}


RAISES = [
    "return nowhere * x",
    "a, b = x, x, x\nreturn a",
    "def g(a, b):\n    return a\nreturn g(x)",
    "def g(a):\n    return a\nreturn g(x, x)",
    "def g(a):\n    return a\nreturn g(x, b=1)",
    "y = [x, x]\nreturn y[2]",
    "return x * (1 / 0)",
    "return x * len(5)",
]


@pytest.mark.parametrize("body", RAISES)
def test_what_the_function_itself_raises(body):
    f = function(body)
    with pytest.raises(Exception) as wanted:
        f(X)
    with pytest.raises(type(wanted.value), match=f"^{re.escape(str(wanted.value))}$"):
        srcgrad.vjp(f, (X,), 1.0)


@pytest.mark.parametrize("what", REFUSED)
def test_refusal(what):
    error = raised(function(REFUSED[what]), X)
    assert isinstance(error, srcgrad.UnsupportedSyntax), error
    assert what in str(error)
    assert re.search(r"<errors \d+>:\d+, in f\n +\d+ \| .*\n +\| +\^+\n", str(error))
    assert "\n  why: " in str(error)
    assert "\n  try: " in str(error)


def test_a_missing_rule_shows_the_lines_to_fill_in():
    def f(x):
        return np.interp(x, np.arange(3.0), np.frombuffer(x))

    error = raised(f, X, cotangent=X)
    assert isinstance(error, srcgrad.MissingRule)
    assert isinstance(error, NotImplementedError)
    text = str(error)
    assert "no derivative rule for `numpy.frombuffer`" in text
    stub = [line.strip() for line in text.splitlines()[-4:]]
    assert stub[1] == "def frombuffer_vjp(y_bar, y, x):"
    assert stub[-1] == "srcgrad.defvjp(numpy.frombuffer, frombuffer_vjp)"


def test_the_lines_to_fill_in_name_a_module_that_can_be_imported():
    """The function is defined in ``scipy.optimize._isotonic``."""
    optimize = pytest.importorskip("scipy.optimize")

    def f(x):
        return optimize.isotonic_regression(x).x

    text = str(raised(f, X, cotangent=X))
    stub = "\n".join(line[9:] for line in text.splitlines()[-4:])
    assert stub.startswith("import scipy.optimize, srcgrad\n")
    name = "scipy.optimize.isotonic_regression"
    assert stub.endswith(f"srcgrad.defvjp({name}, isotonic_regression_vjp)")
    exec(compile(stub.rpartition("\n")[0], "stub", "exec"), {})


def test_the_caret_stands_under_the_expression_that_is_refused():
    def f(x):
        y = 2.0 * np.interp(x, x, np.frombuffer(x))
        return y

    lines = str(raised(f, X, cotangent=X)).splitlines()
    start = lines[2].index("np.frombuffer")
    assert lines[3][start:] == "^" * len("np.frombuffer(x)")
    assert lines[3][:start].strip("| ") == ""


def test_a_defect_names_the_line_it_came_to():
    def f(x):
        y = x * x
        return np.sum(y)

    from srcgrad.differentiate.reverse import Sweep

    line = f.__code__.co_firstlineno + 1
    with pytest.MonkeyPatch.context() as patch:
        before = Sweep.operation

        def operation(self, statement):
            if statement.op == "mul":
                raise KeyError("broken")
            before(self, statement)

        patch.setattr(Sweep, "operation", operation)
        error = raised(f, X)
    assert isinstance(error, srcgrad.InternalError)
    assert f"{__file__}:{line}, in f\n    y = x * x\n" in str(error)


def test_a_function_without_source():
    namespace = {}
    exec("def f(x):\n    return x", namespace)
    error = raised(namespace["f"], X)
    assert isinstance(error, srcgrad.MissingSource)
    assert isinstance(error, TypeError)
    assert "the source of f cannot be read" in str(error)


def test_a_builtin_is_no_python_function():
    error = raised(sorted, X)
    assert isinstance(error, srcgrad.MissingSource)
    assert "sorted is not a Python function" in str(error)


# --- defects ----------------------------------------------------------------------------------


def test_a_defect_names_the_function_and_asks_for_a_report():
    with (
        pytest.raises(srcgrad.InternalError, match="please report it") as caught,
        errors.shielded(double),
    ):
        raise KeyError("no")
    assert f"double ({__file__}:{double.__code__.co_firstlineno})" in str(caught.value)
    assert isinstance(caught.value.__cause__, KeyError)


def test_deep_nesting_is_explained():
    with pytest.raises(srcgrad.InternalError, match="nested too deeply"), errors.shielded(double):
        raise RecursionError


def test_what_the_function_raises_passes_unchanged():
    def f(x):
        if x > 0:
            raise KeyError("mine")
        return x

    with pytest.raises(KeyError, match="mine"):
        srcgrad.vjp(f, (1.0,))


# --- rendering --------------------------------------------------------------------------------


def test_equal_places_are_listed_once():
    first = Refusal("a", "b", "c", "m.py", 3, "x = 1", 0, 5, "f")
    later = Refusal("follows from a", "b", "c", "m.py", 3, "x = 1", 0, 5, "f")
    other = Refusal("d", "b", "c", "m.py", 2, "y = 1", 0, 5, "f")
    assert str(errors.refuse([first, later])) == first.render()
    text = str(errors.refuse([first, later, other]))
    assert text.startswith("2 constructs cannot be differentiated")
    assert text.index("UnsupportedSyntax: d") < text.index("UnsupportedSyntax: a")


def classes():
    return [
        value
        for value in vars(errors).values()
        if inspect.isclass(value) and issubclass(value, errors.SrcgradError)
    ]


@pytest.mark.parametrize("cls", classes(), ids=lambda cls: cls.__name__)
def test_classes_are_public_and_pickle(cls):
    assert getattr(srcgrad, cls.__name__) is cls
    assert cls.__doc__
    again = pickle.loads(pickle.dumps(cls("text")))
    assert type(again) is cls
    assert str(again) == "text"


def test_classes_are_those_that_users_catch():
    assert all(len(cls.__bases__) == 2 for cls in classes() if cls is not errors.SrcgradError)
    assert issubclass(UnsupportedSyntax, errors.SrcgradError)


def test_a_view_or_copy_that_is_returned_after_what_it_may_share_is_written():
    def f(x):
        y = x.T.reshape(-1)
        x[0, 0] = 5.0
        return y

    for order, expected in (("F", [[0.0, 1.0], [1.0, 1.0]]), ("C", np.ones((2, 2)))):
        x = np.ones((2, 2), order=order)
        assert_same_gradients(srcgrad.vjp(f, (x,), np.ones(4)), (np.array(expected),), 0.0, 0.0)


def test_a_function_without_a_rule_that_takes_a_list_is_refused_by_name():
    signal = pytest.importorskip("scipy.signal")

    def shown(x):
        return np.sum(signal.remez(5, [0.0, 0.1, 0.2, 0.5], [x, 0.0]))

    with pytest.raises(errors.MissingRule, match=r"scipy\.signal\.remez"):
        srcgrad.grad(shown)(1.0)


def test_arrays_of_records_are_refused():
    def f(x):
        rows = np.zeros(3, dtype=[("a", float), ("b", int)])
        rows["a"] = x
        return rows["a"].sum()

    with pytest.raises(srcgrad.UnsupportedSyntax, match="arrays of records") as caught:
        srcgrad.vjp(f, (np.ones(3),), 1.0)
    assert "report it" not in str(caught.value)


@pytest.mark.parametrize("derivative", [srcgrad.grad, srcgrad.value_and_grad])
def test_a_power_of_a_negative_float_that_becomes_complex_is_refused(derivative):
    def f(x):
        return abs(x ** (1 / 3))

    assert f(-8.0) == 2.0
    with pytest.raises(srcgrad.InputError, match=r"-8\.0 \*\* 0\.33\d+ is complex"):
        derivative(f)(-8.0)
    np.testing.assert_allclose(derivative(f)(8.0), derivative(f)(np.float64(8.0)), rtol=1e-15)
    with np.errstate(invalid="ignore"):
        found = srcgrad.grad(f)(np.float64(-8.0))
    assert type(found) is np.float64 and np.isnan(found)
