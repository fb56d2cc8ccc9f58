"""Names of users that are also names of generated code, of NumPy, or of Python."""

import numpy as np

from .registry import SAME, program

rng = np.random.default_rng(15)
normal, uniform = rng.normal, rng.uniform


@program(1.5, normal(size=3), torch=SAME, compiles=True)
def names_of_adjoints(y_bar, x_bar):
    y = y_bar * x_bar
    x_tape = y + x_bar
    return x_tape * y


@program(1.5, 2.0, 3, torch=SAME, compiles=True)
def names_of_versions(x, x0, x1):
    x = x * x0
    x = x * x1
    x2 = x + x0
    for x_tape in range(x1):
        x = x * 0.5 + x2 * x_tape
    return x * x2


@program(normal(size=(2, 3)), 2.0, torch=lambda x, k: x * k + k, compiles=True)
def names_of_helpers(unbroadcast, copy):
    zeros = unbroadcast * copy
    shape = zeros + copy
    return shape


@program(1.5, torch=SAME, compiles=True)
def names_of_builtins(x):
    len = x * 2.0
    range = len * x
    sum = range + len
    return sum * range


@program(normal(size=3), torch=SAME, compiles=True)
def name_of_numpy_as_a_local(x):
    np = x * 2.0
    return np * x


@program(1.3, 0.7, torch=SAME, compiles=True)
def names_of_the_pieces(saved, vjp):
    y = saved * vjp
    y_bar_ = y + saved
    return y_bar_ * y


def ones_like(x):
    return 5.0 * x


@program(normal(size=3), torch=SAME)
def global_with_the_name_of_a_function(x):
    return ones_like(x) * x


@program([1.0, 2.0, 4.0], 2)
def list_then_number(x, n):
    """A name that is a list before the loop, and a number in it."""
    d = [v - 1.0 for v in x]
    s = sum(d)
    for i in range(n):
        d = x[i + 1] - x[i]
        s += d * d
    return s


@program(np.array([1.0, 2.0, 4.0]), 3)
def dict_then_number_in_two_loops(x, n):
    s = 0.0
    for i in range(n):
        d = {"a": x[i]}
        for j in range(n):
            s += x[j] * x[i]
            d = s * x[j]
            s += d
    return s


@program(np.array([1.0, 2.0, 4.0]), 30.0)
def list_then_array_while(x, t):
    d = [x[0], x[1]]
    s = sum(d)
    while s < t:
        d = np.array([s, x[1]])
        s = s + np.sum(d**2)
    return s
