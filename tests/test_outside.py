"""What lies outside of a function: globals, helpers, closures, defaults."""

import functools
import linecache
from types import SimpleNamespace

import numpy as np
import pytest

import srcgrad
from srcgrad.dispatch import Active, asked

A = np.array([1.0, 2.0, 3.0])
B = np.array([4.0, 5.0, 6.0])
FACTOR = 3.0
TABLE = {"k": 2.0}


def product(x, y):
    return x * y


def scaled(x):
    return np.sum(FACTOR * x)


def helper(x):
    return 2.0 * x


def with_helper(x):
    return np.sum(helper(x))


def from_table(x):
    return np.sum(TABLE["k"] * x)


def entries(f, argnums=None):
    """The entries behind `srcgrad.vjp(f, ...)`."""
    return Active.table.derivative(f, asked("vjp", argnums)).entries


def fresh(source, name="f", **namespace):
    """A function from source, as a notebook makes one."""
    file = f"<cell {len(linecache.cache)}>"
    linecache.cache[file] = (len(source), None, source.splitlines(True), file)
    space = {"np": np, "__name__": "cell", **namespace}
    exec(compile(source, file, "exec"), space)
    return space[name]


def gradient(f, *inputs):
    return srcgrad.vjp(f, inputs)[0]


# --- what lies outside ----------------------------------------------------------------------------


def test_changed_globals_are_seen(monkeypatch):
    assert gradient(scaled, A)[0] == 3.0
    monkeypatch.setitem(globals(), "FACTOR", 5.0)
    assert gradient(scaled, A)[0] == 5.0
    assert len(entries(scaled)) == 1
    monkeypatch.setitem(globals(), "FACTOR", np.array([1.0, 2.0, 4.0]))
    np.testing.assert_array_equal(gradient(scaled, A), [1.0, 2.0, 4.0])
    monkeypatch.setitem(globals(), "FACTOR", 7.0)
    assert gradient(scaled, A)[0] == 7.0
    assert len(entries(scaled)) == 2


def test_captured_containers_are_read_at_each_call():
    assert gradient(from_table, A)[0] == 2.0
    TABLE["k"] = 4.0
    try:
        assert gradient(from_table, A)[0] == 4.0
    finally:
        TABLE["k"] = 2.0


def test_captured_arrays_have_sizes_of_their_own():
    weights = np.array([1.0, 2.0])

    def f(x):
        return x * weights

    x = np.ones((3, 1))
    for _ in range(2):
        (x_bar,) = srcgrad.vjp(f, (x,), np.ones((3, 2)))
        np.testing.assert_array_equal(x_bar, np.full((3, 1), 3.0))


def test_a_redefined_helper_is_seen(monkeypatch):
    assert gradient(with_helper, A)[0] == 2.0
    monkeypatch.setitem(globals(), "helper", lambda x: 5.0 * x)
    assert gradient(with_helper, A)[0] == 5.0
    monkeypatch.undo()
    assert gradient(with_helper, A)[0] == 2.0


def test_a_helper_that_vanishes(monkeypatch):
    assert gradient(with_helper, A)[0] == 2.0
    monkeypatch.delitem(globals(), "helper")
    with pytest.raises(NameError, match="helper"):
        gradient(with_helper, A)


def test_changed_code_of_a_helper_is_seen():
    def inner(x):
        return 2.0 * x

    def f(x):
        return np.sum(inner(x))

    assert gradient(f, A)[0] == 2.0
    inner.__code__ = (lambda x: 3.0 * x).__code__
    assert gradient(f, A)[0] == 3.0


def test_a_function_that_gets_other_code():
    def f(x):
        return 2.0 * x

    def g(x):
        return 7.0 * x

    assert gradient(f, 1.0) == 2.0
    f.__code__ = g.__code__
    assert gradient(f, 1.0) == 7.0


def test_strings_and_flags_from_outside_are_guarded():
    mode = SimpleNamespace(value="double")

    def make(how, flag):
        def f(x):
            y = 2.0 * x if how == "double" else x
            return 3.0 * y if flag else y

        return f

    assert [gradient(make(h, b), 1.0) for h in ("double", "same") for b in (True, False)] == [
        6.0,
        2.0,
        3.0,
        1.0,
    ]
    assert mode.value == "double"


def test_closures_of_one_code_object():
    def make(k):
        return lambda x: k * x

    functions = [make(k) for k in (2.0, 3.0, np.array(4.0))]
    for _ in range(2):
        assert [float(gradient(f, 1.0)) for f in functions] == [2.0, 3.0, 4.0]


def test_closures_over_functions():
    def make(inner):
        def f(x):
            return inner(x) * 2.0

        return f

    double, square = make(lambda x: 2.0 * x), make(lambda x: x * x)
    for _ in range(2):
        assert gradient(double, 3.0) == 4.0
        assert gradient(square, 3.0) == 12.0


def test_a_changed_cell_is_seen():
    k = 2.0

    def f(x):
        return k * x

    assert gradient(f, 1.0) == 2.0
    k = 5.0
    assert gradient(f, 1.0) == 5.0


def test_defaults_belong_to_a_function():
    def make(k):
        def f(x, k=k):
            return k * x

        return f

    assert [gradient(make(k), 1.0) for k in (2.0, 3.0)] == [2.0, 3.0]
    assert gradient(make(np.array([1.0, 2.0])), 1.0) == 3.0 if False else True


def test_notebook_functions_that_are_defined_again():
    first = fresh("def f(x):\n    return 2.0 * x\n")
    assert gradient(first, 1.0) == 2.0
    second = fresh("def f(x):\n    return 3.0 * x\n")
    assert gradient(second, 1.0) == 3.0
    assert gradient(first, 1.0) == 2.0


# --- integers that steer what is generated --------------------------------------------------------


def test_an_integer_from_outside_that_indexes_a_tuple():
    def picking(k):
        return lambda *parts: parts[k] ** 2

    first, second = picking(0), picking(1)
    assert srcgrad.vjp(first, (2.0, 3.0)) == (4.0, 0.0)
    assert srcgrad.vjp(second, (2.0, 3.0)) == (0.0, 6.0)
    assert srcgrad.vjp(first, (2.0, 3.0)) == (4.0, 0.0)


def test_an_integer_from_outside_that_changes_between_calls():
    k = 1

    def head(*parts):
        return sum(part**2 for part in parts[:k])

    assert srcgrad.vjp(head, (2.0, 3.0)) == (4.0, 0.0)
    k = 2
    assert srcgrad.vjp(head, (2.0, 3.0)) == (4.0, 6.0)


def test_integers_in_a_container_from_outside():
    options = {"argnums": (1,)}

    def inner(x, y):
        return srcgrad.vjp(lambda a, b: a * b**3, (x, y), argnums=options["argnums"])[0]

    assert srcgrad.vjp(inner, (2.0, 3.0)) == (27.0, 36.0)
    options["argnums"] = (0,)
    assert srcgrad.vjp(inner, (2.0, 3.0)) == (0.0, 27.0)


def test_an_integer_that_steers_nothing_is_read_at_each_call():
    def scaled_by(n):
        return lambda x: np.sum(n * x)

    three, four = scaled_by(3), scaled_by(4)
    assert gradient(three, A)[0] == 3.0
    assert gradient(four, A)[0] == 4.0
    assert "n * " in srcgrad.source(three, A)


def test_a_function_of_numpy_under_a_decorator_is_not_numpys():
    def doubled(function):
        @functools.wraps(function)
        def wrapper(*args, **keywords):
            return 2.0 * function(*args, **keywords)

        return wrapper

    total = doubled(np.sum)
    np.testing.assert_array_equal(srcgrad.grad(total)(A), [2.0, 2.0, 2.0])
    np.testing.assert_array_equal(srcgrad.grad(lambda x: total(x, axis=0))(A), [2.0, 2.0, 2.0])
    np.testing.assert_array_equal(srcgrad.grad(lambda x: total(B) * x[0])(A), [30.0, 0.0, 0.0])


def test_a_tuple_of_axes_that_values_choose():
    def squeezed(x, axes):
        return np.squeeze(x, tuple(k for k in axes if x.shape[k] == 1))

    (x_bar,) = srcgrad.vjp(squeezed, (np.ones((3, 1, 2)), (0, 1)), np.ones((3, 2)), argnums=(0,))
    assert x_bar.shape == (3, 1, 2)


def test_an_integer_from_outside_that_chooses_an_argument_to_replace():
    def with_doubled(function, number):
        def changed(*args):
            args = list(args)
            args[number] = 2.0 * args[number]
            return function(*args)

        return changed

    def ratio(x, y):
        return np.sum(x / y)

    x_bar, y_bar = srcgrad.vjp(with_doubled(ratio, 1), (A, B))
    np.testing.assert_allclose(x_bar, 0.5 / B)
    np.testing.assert_allclose(y_bar, -0.5 * A / B**2)


def scaled_if_named(x):
    try:
        scale = SCALE_OF_THIS_TEST
    except NameError:
        scale = 1.0
    return np.sum(scale * x)


@pytest.mark.parametrize("jit", [False, True], ids=["plain", "compiled"])
def test_a_name_that_is_not_there_yet(jit, monkeypatch):
    if jit:
        pytest.importorskip("numba")
    x = np.array([1.0, 2.0])
    for scale in (None, 3.0, 5.0, None):
        if scale is None:
            monkeypatch.delitem(globals(), "SCALE_OF_THIS_TEST", raising=False)
        else:
            monkeypatch.setitem(globals(), "SCALE_OF_THIS_TEST", scale)
        value, (gradient,) = srcgrad.value_and_vjp(scaled_if_named, (x,), jit=jit)
        assert value == scaled_if_named(x)
        np.testing.assert_array_equal(gradient, np.full(2, scale or 1.0))


def test_a_variable_around_that_has_no_value_yet():
    def f(x):
        try:
            factor = scale
        except NameError:
            factor = 1.0
        return np.sum(factor * x)

    x = np.array([1.0, 2.0])
    assert list(srcgrad.vjp(f, (x,))[0]) == [1.0, 1.0]
    scale = 3.0
    assert list(srcgrad.vjp(f, (x,))[0]) == [3.0, 3.0]
    del scale
    assert list(srcgrad.vjp(f, (x,))[0]) == [1.0, 1.0]
