"""NumPy's own functions as what is differentiated, and arrays of classes that mean something else."""

import functools
import inspect
import math
import operator

import numpy as np
import pytest

import srcgrad
from srcgrad.errors import CotangentError, InputError
from tests.oracle import assert_same_gradients

ONES = np.ones((2, 3))


@pytest.mark.parametrize(
    ("f", "inputs", "cotangent", "expected"),
    [
        (np.sin, (1.0,), None, (np.cos(1.0),)),
        (np.sum, (ONES,), None, (ONES,)),
        (np.sum, (ONES, 0), np.arange(3.0), (np.array([[0.0, 1.0, 2.0]] * 2), None)),
        (functools.partial(np.sum, axis=1), (ONES,), np.ones(2), (ONES,)),
        (np.matmul, (ONES, ONES.T), np.ones((2, 2)), (2.0 * ONES, 2.0 * ONES.T)),
        (
            np.concatenate,
            ([np.ones(2), np.ones(1)],),
            np.arange(3.0),
            ([np.array([0.0, 1.0]), np.array([2.0])],),
        ),
        (np.linalg.det, (np.eye(2),), None, (np.eye(2),)),
        (math.sqrt, (4.0,), None, (0.25,)),
        (operator.mul, (2.0, 5.0), None, (5.0, 2.0)),
        (abs, (-2.0,), None, (-1.0,)),
        (max, (-2.0, 3.0), None, (0.0, 1.0)),
        (
            np.gradient,
            (np.array([1.0, 2.0, 4.0]),),
            np.array([1.0, 0.0, 0.0]),
            (np.array([-1.0, 1.0, 0.0]),),
        ),
        (np.average, (ONES, 0), np.arange(3.0), (np.array([[0.0, 0.5, 1.0]] * 2), None)),
    ],
)
def test_a_function_of_a_library(f, inputs, cotangent, expected):
    assert_same_gradients(srcgrad.vjp(f, inputs, cotangent), expected)


def test_functions_of_scipy_are_taken_by_rule_or_definition():
    special = pytest.importorskip("scipy.special")
    stats = pytest.importorskip("scipy.stats")
    slope = 2.0 / math.sqrt(math.pi)
    assert_same_gradients(srcgrad.vjp(special.erf, (0.0,)), (slope,))
    half = np.full(2, 0.5)
    assert_same_gradients(srcgrad.vjp(special.softmax, (half,), half), (np.zeros(2),))
    # methods of one name, of different distributions
    x = np.array([2.0])
    assert_same_gradients(srcgrad.vjp(stats.norm.logpdf, (x,), np.ones(1)), (-x,))
    assert_same_gradients(srcgrad.vjp(stats.expon.logpdf, (x,), np.ones(1)), (-np.ones(1),))
    assert_same_gradients(srcgrad.vjp(stats.norm.logpdf, (x,), np.ones(1)), (-x,))


def test_a_distribution_under_a_name_of_its_own():
    norm = pytest.importorskip("scipy.stats").norm

    def total(x, scale):
        return np.sum(norm.logpdf(x, 0, scale)) + norm(scale, 1.0).logpdf(1.0)

    gradients = srcgrad.vjp(total, (np.array([1.0, 2.0]), 2.0))
    assert_same_gradients(gradients, (np.array([-0.25, -0.5]), 5.0 / 8.0 - 1.0 - 1.0))


def test_its_source_says_what_was_differentiated():
    assert "# return np.exp(x)" in srcgrad.source(np.exp, 1.0)


def test_a_result_without_derivative():
    with pytest.raises(CotangentError, match="int64"):
        srcgrad.vjp(np.argmax, (np.ones(3),))


@pytest.mark.parametrize("cls", [np.matrix, np.ma.MaskedArray])
def test_arrays_whose_operators_mean_something_else(cls):
    value = np.ones((1, 2)).view(cls)
    with pytest.raises(InputError, match=cls.__name__):
        srcgrad.vjp(lambda x: x * x, (value,), np.asarray(value))


def test_an_array_in_a_file_is_an_array(tmp_path):
    x = np.memmap(tmp_path / "x", np.float64, "w+", shape=(3,))
    x[:] = [1.0, 2.0, 3.0]
    (x_bar,) = srcgrad.vjp(lambda x: x * x, (x,), np.ones(3))
    np.testing.assert_array_equal(x_bar, [2.0, 4.0, 6.0])


SPELLED_OTHERWISE = {
    ("zeros", "dtype"),
    ("ones", "dtype"),
    ("empty", "dtype"),
    ("identity", "dtype"),
    ("arange", "step"),
    ("pad", "constant_values"),
    ("solve", "assume_a"),  # "gen" before SciPy 1.15
    ("zeta", "q"),  # None is 1
    ("RectBivariateSpline", "bbox"),  # a list of Nones
    ("UnivariateSpline", "bbox"),
    ("InterpolatedUnivariateSpline", "bbox"),
    ("LSQUnivariateSpline", "bbox"),
    ("tocoo", "copy"),  # False of some formats, True of others
    ("median_abs_deviation", "center"),  # None is np.median
    ("splu", "options"),  # None is a dict of none
}


def test_rules_and_definitions_have_the_defaults_of_the_functions():
    """A call that leaves an argument out is read with the default of the rule."""
    import srcgrad.pipeline  # noqa: F401  (registers all rules)
    from srcgrad import definitions
    from srcgrad.rules.operation import OPS, REQUIRED

    definitions.load()
    rules = [
        (op.function, {param.name: param.default for param in op.params}) for op in OPS.values()
    ]
    wrong = []
    for function, given in [*definitions.DEFINITIONS.items(), *rules]:
        if isinstance(function, functools.partial):
            continue  # of what it fixes, generated code says it all the same
        try:
            found = inspect.signature(function).parameters
            if not isinstance(given, dict):
                given = {p.name: p.default for p in inspect.signature(given).parameters.values()}
        except (TypeError, ValueError):
            continue
        for name, default in given.items():
            own = found[name].default if name in found else inspect.Parameter.empty
            none = (REQUIRED, inspect.Parameter.empty)
            if default in none or own in none or default is own or default == own:
                continue
            given_or_not = own is np._NoValue or type(own) is object
            if str(own).replace("_periodic", "") == str(
                default
            ):  # as newer versions of SciPy name it
                continue
            if not given_or_not and (function.__name__, name) not in SPELLED_OTHERWISE:
                wrong.append((function, name, default, own))
    assert wrong == []


def test_singular_values_that_rcond_leaves_out():
    matrix = np.diag([1.0, 0.5, 1e-3])
    with pytest.raises(NotImplementedError, match="rcond"):
        srcgrad.vjp(lambda a: np.linalg.pinv(a, 0.01), (matrix,), np.ones((3, 3)))
    (found,) = srcgrad.vjp(lambda a: np.linalg.pinv(a, 1e-6), (matrix,), np.ones((3, 3)))
    expected = -np.linalg.inv(matrix).T @ np.ones((3, 3)) @ np.linalg.inv(matrix).T
    np.testing.assert_allclose(found, expected)


@pytest.mark.parametrize("mode", ["empty", "constant"])
def test_what_is_padded_with_nothing(mode):
    x, v = np.array([1.0, 2.0, 3.0]), np.arange(1.0, 8.0)
    (found,) = srcgrad.vjp(lambda x: np.pad(x, 2, mode=mode), (x,), v)
    np.testing.assert_array_equal(found, v[2:5])
