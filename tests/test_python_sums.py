"""Python's ``sum`` gives what it gives in Python: of nothing its start, in the start's kind."""

import numpy as np
import pytest

import srcgrad
from tests.test_subscripted_numbers import compare


def squares(x):
    for v in x:
        yield v * v
        if v > 3.0:
            return


SUMS = {
    "list": lambda x: sum([v * v for v in x if v > 2.0]),
    "generator": lambda x: sum(v * v for v in x if v > 2.0),
    "numbers of Python's": lambda x: x * (0.5 * sum([float(v) for v in x if v > 2.0])),
    "a start": lambda x: x * sum((v for v in x if v > 2.0), x[0]),
    "a start of Python's": lambda x: x * sum((v for v in x if v > 2.0), 0.25),
    "counted": lambda x: x * sum(1 for v in x if v > 2.0),
    "masks": lambda x: x * sum(v > 2.0 for v in x),
    "within": lambda x: sum(sum(a * b for b in x if b > 2.0) for a in x),
    "left early": lambda x: sum(squares(x)) * x,
    "of two": lambda x: sum(a * b for a, b in zip(x, x[1:], strict=False)),
    "map": lambda x: sum(map(np.sin, x)),
    "grown": lambda x: sum([v * k for k, v in enumerate(x)]) * x,
    "of arrays": lambda x: sum(x * v for v in x),
}


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", SUMS)
def test_a_sum_has_the_value_and_kind_that_python_gives(name, dtype):
    compare(SUMS[name], np.array([1.25, 2.5, 3.5], dtype))


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_the_sum_of_nothing_is_the_start(dtype):
    x = np.array([1.25, 2.5], dtype)
    of_none = {
        0: lambda x: sum(v for v in x if v > 9.0),
        0.5: lambda x: sum([v for v in x if v > 9.0], 0.5),
    }
    for expected, f in of_none.items():
        for value, _ in (srcgrad.value_and_vjp(f, (x,), 0.0), srcgrad.jvp(f, (x,), (x,))):
            assert type(value) is type(expected) and value == expected
    compare(lambda x: x * (0.5 * sum(v for v in x if v > 9.0) + 1.0), x)


def test_compiled_sums():
    compare(lambda x: x * sum(v * v for v in x if v > 2.0), np.array([1.25, 2.5, 3.5]), jit=True)
