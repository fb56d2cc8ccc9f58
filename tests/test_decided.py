"""What is decided when source is generated: classes, dtypes, attributes that arrays have not."""

from __future__ import annotations

import collections.abc
import numbers
import typing

import numpy as np
import pytest

import srcgrad

X = np.array([1.1, 0.9, 1.3, 0.7])
Y_BAR = np.array([0.3, -1.0, 0.5, 2.0])


class Own:
    pass


@typing.runtime_checkable
class Summed(typing.Protocol):
    def sum(self): ...


def of_number(x, c):
    if isinstance(c, numbers.Real) and not isinstance(x, numbers.Number):
        return x * c * 3
    return x


def of_union(x, c):
    if isinstance(c, int | float) and isinstance(c, typing.Union[int, float]):  # noqa: UP007
        return x * c * 3
    return x


def of_abstract_class(x, c):
    if isinstance(x, collections.abc.Sized) and not isinstance(x, collections.abc.Sequence):
        return x * c * 3
    return x


def of_protocol(x, c):
    if isinstance(x, Summed) and isinstance(x, typing.SupportsFloat) and not isinstance(x, Own):
        return x * c * 3
    return x


def of_numpy(x, c):
    if isinstance(x[0], np.floating) and issubclass(x.dtype.type, (np.integer, np.floating)):
        return x * c * 3
    return x


def of_class(x, c):
    if issubclass(type(c), numbers.Complex) and not issubclass(type(x), (Own, list)):
        return x * c * 3
    return x


def for_type_checkers(x, c):
    return typing.cast(np.ndarray, x) * typing.cast("float", c) * 3


def of_result(x, c):
    made = np.empty(4, dtype=np.result_type(x, c, 1))
    made[:] = x * c * 3
    return made


def of_promoted(x, c):
    dtype = np.promote_types(np.float32, x.dtype)
    if np.can_cast(np.float32, dtype) and np.issubdtype(dtype, np.floating):
        return np.maximum(x, np.finfo(dtype).tiny).astype(dtype) * c * 3
    return x


def of_refused_attribute(x, c):
    try:
        x.note = 1
    except AttributeError:
        return x * c * 3
    return x


def of_refused_attribute_by_name(x, c):
    try:
        setattr(x, "note", c)  # noqa: B010
    except AttributeError:
        c = 3 * c
    return x * c


FUNCTIONS = [
    *(of_number, of_union, of_abstract_class, of_protocol, of_numpy, of_class, for_type_checkers),
    *(of_result, of_promoted, of_refused_attribute, of_refused_attribute_by_name),
]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("f", FUNCTIONS, ids=lambda f: f.__name__)
def test_one_path_is_taken(f, dtype):
    x, y_bar = X.astype(dtype), Y_BAR.astype(f(X.astype(dtype), 1.5).dtype)
    value, (x_bar, c_bar) = srcgrad.value_and_vjp(f, (x, 1.5), y_bar)
    assert value.dtype == f(x, 1.5).dtype
    np.testing.assert_allclose(value, 4.5 * x, rtol=1e-6)
    np.testing.assert_allclose(x_bar, 4.5 * Y_BAR, rtol=1e-6)
    assert x_bar.dtype == dtype
    np.testing.assert_allclose(c_bar, 3 * np.sum(x * Y_BAR), rtol=1e-5)
    _, y_dot = srcgrad.jvp(f, (x, 1.5), (np.ones_like(x), 0.0))
    np.testing.assert_allclose(y_dot, np.full(4, 4.5), rtol=1e-6)


def test_a_function_handed_to_a_solver_is_refused_by_its_name():
    optimize = pytest.importorskip("scipy.optimize")

    def root(x, c):
        return optimize.differential_evolution(lambda t: (t[0] - c) ** 2, [(0.0, 5.0)]).x * x

    with pytest.raises(srcgrad.UnsupportedSyntax, match=r"differential_evolution"):
        srcgrad.vjp(root, (X, 1.5), Y_BAR)


def changed_behind(x, c):
    import types

    found = types.MappingProxyType({"a": x})
    found["b"] = c
    return found["a"]


def test_a_mapping_that_cannot_be_changed_is_not():
    with pytest.raises(TypeError, match="does not support item assignment"):
        srcgrad.vjp(changed_behind, (X, 1.5), Y_BAR)


class Emptied:
    def __init__(self):
        self.w = 1.0


def without_attributes(x, c):
    made = Emptied()
    made.a = x
    vars(made).clear()
    return x * c


def test_attributes_that_are_removed_by_a_dict_are_refused():
    with pytest.raises(srcgrad.UnsupportedSyntax, match="removed"):
        srcgrad.vjp(without_attributes, (X, 1.5), Y_BAR)


def test_identity_with_true_and_false():
    def f(x):
        a = x[0] if np.allclose(x, x) is True else x[1]
        b = x[0] if (x[0] > 1.0) is True else x[1]  # NumPy's True is another object
        c = x[0] if (float(x[0]) > 1.0) is False else x[1]
        d = x[0] if np.isclose(1.0, 1.0) is not False else x[1]
        return a + 10.0 * b + 100.0 * c + 1000.0 * d

    x = np.array([2.0, 3.0])
    value, (gradient,) = srcgrad.value_and_vjp(f, (x,), 1.0)
    assert value == f(x)
    np.testing.assert_array_equal(gradient, [1001.0, 110.0])
