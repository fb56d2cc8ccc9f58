"""`if`, conditional expressions, boolean operators, early returns."""

import sys

import numpy as np

from .registry import SAME, program, torch

rng = np.random.default_rng(7)
normal, uniform = rng.normal, rng.uniform


@program(1.5, torch=SAME, compiles=True)
def piecewise_of_a_float(x):
    if x > 1.0:
        y = x * x
    elif x > 0.0:
        y = 3.0 * x
    else:
        y = -x
    return y


@program(normal(size=3) + 3.0, torch=SAME, compiles=True)
def branch_on_a_sum(x):
    total = x.sum()
    if total > 1.0:
        return x * total
    return x / 2.0


@program(0.5, -0.7, torch=SAME, compiles=True)
def early_returns(a, b):
    if a > b:
        if b > 0.0:
            return a * b
        return a - b * b
    return b


@program(0.3, torch=SAME, compiles=True)
def conditional_expression(x):
    return x**2 if x < 1.0 else 2.0 * x - 1.0


@program(normal(size=4), True, torch=SAME, compiles=True)
def branch_on_a_flag(x, squared):
    if squared:
        x = x * x
    return x + 1.0


@program(normal(size=4), "mean", torch=lambda x, how: (x * x).mean(), compiles=True)
def branch_on_a_string(x, how):
    if how == "mean":
        return np.mean(x * x)
    if how == "sum":
        return np.sum(x * x)
    raise ValueError(how)


@program(normal(size=4), None, torch=lambda x, weights: x * 2.0, compiles=True)
def optional_argument(x, weights):
    if weights is None:
        return x * 2.0
    return x * weights


@program(0.3, 2.0, torch=SAME, compiles=True)
def boolean_operators(a, b):
    if (a > 0.0 and b > 1.0) or not a < 1.0:
        return a * b
    return a + b


@program(0.3, torch=SAME, compiles=True)
def chained_comparison(x):
    if 0.0 < x <= 1.0:
        return x**3
    return 0.0 * x


@program(2.0, 3.0, torch=SAME, compiles=True)
def two_names_from_one_branch(a, b):
    if a < b:
        low, high = a, b
    else:
        low, high = b, a
    return high * high - low


@program(-0.4, torch=SAME, compiles=True)
def reassignment_in_one_branch(x):
    y = x * 2.0
    if x < 0.0:
        y = y * y
    return y + x


@program(normal(size=3), torch=lambda x: x * 2.0 if x.ndim == 1 else x, compiles=True)
def branch_on_dimensions(x):
    if x.ndim == 1 and x.shape[0] == 3 and len(x) == 3:
        return x * 2.0
    return x


@program(
    uniform(0, 1, size=4), torch=lambda x: torch.exp(x) if torch.all(x > 0) else x, compiles=True
)
def branch_on_all(x):
    if np.all(x >= 0) and np.any(x > 0.0):
        return np.exp(x)
    return x


@program(3.0, 1.0, -2.0, torch=SAME, compiles=True)
def median_of_three(a, b, c):
    if a > b:
        a, b = b, a
    if b > c:
        b, c = c, b
    if a > b:
        a, b = b, a
    return a * 0.25 + b * 0.5 + c * 0.25


@program(0.4, 2.0, torch=lambda x, delta: 0.5 * x * x, compiles=True)
def huber(x, delta):
    r = abs(x)
    return 0.5 * r * r if r <= delta else delta * (r - 0.5 * delta)


@program(
    np.array([-3.0, -0.4, 0.2, 2.5]),
    torch=lambda x: torch.nn.functional.huber_loss(x, 0.0 * x, reduction="none"),
    compiles=True,
)
def huber_of_an_array(x):
    r = np.abs(x)
    return np.where(r <= 1.0, 0.5 * r**2, r - 0.5)


@program(1.2, 0.7, torch=SAME)
def walrus(a, b):
    if (c := a * b) > 0.5:
        return c * c
    return c


@program(4.0, 2, torch=SAME, compiles=True)
def nested_conditional_expressions(x, kind):
    return x if kind == 0 else x * x if kind == 1 else x * x * x


@program(normal(size=3), torch=lambda x: x * 2.0, compiles=True)
def assertion(x):
    assert x.shape == (3,), "three components are expected"
    return x * 2.0


@program(2.0, 0.0, smooth=False, twice=False, compiles=True)
def python_maximum_at_a_tie(a, b):
    return max(a, 2.0) * 3.0 + min(b, a, 0.0)


@program(1.0, 3.0, torch=lambda a, b: b * 3.0 + a, compiles=True)
def python_maximum(a, b):
    return max(a, b) * 3.0 + min(a, b)


def _scaled(a, limit):
    scaled = a
    for i in range(len(a)):
        if a[i, 0] > limit:
            scaled = a * a[i]
            break
    else:
        return a[0, 1]
    return np.sum(scaled * scaled)


@program(np.array([[0.4, 0.2], [0.7, 0.1]]))
def return_in_the_else_of_a_loop(a):
    return _scaled(a, 0.6) + _scaled(a, 0.9)


def _until(a, limit):
    total = 0.0
    for i in range(len(a)):
        for j in range(len(a)):
            if a[i, j] > limit:
                break
            total += a[i, j] ** 2
        else:
            total *= 3.0
            continue
        break
    else:
        return total
    return a[i, j] * total


@program(np.array([[0.4, 0.2], [0.7, 0.1]]))
def break_out_of_two_loops(a):
    return _until(a, 0.6) + _until(a, 0.9) + _until(a, 0.3)


@program(-1.0, normal(size=(2, 2)))
def arrays_of_one_path(x, a):
    """The flags say whether the arrays are there; adjoint code asks for their sizes all the same."""
    total = 0.0
    for y in (x, x + 3.0):
        if y > 0.0:
            missing = True
        else:
            squares = a * a
            listed = [a[0] * k for k in range(3)]
            missing = False
        if not missing:
            total += np.sum(squares[0] * squares[1]) + squares[1, 1] + np.sum(listed[1])
    return total


class Unconverged(Exception):
    def __init__(self, message, iterations=None, point=None):
        super().__init__(message)
        self.iterations, self.point = iterations, point


@program(1.5)
def exceptions_that_hold_values(x):
    for k in range(20):
        new = x - (x * x - 2.0) / (3.0 * x)
        if abs(new - x) < 1e-3:
            return new * x
        if abs(new) > sys.float_info.max / 2.0:
            raise Unconverged("overflow", iterations=k, point=new)
        x = new
    raise Unconverged(f"no convergence at {x}", point=x)


@program(np.array([0.6, 0.9]), np.array([[0.3, 1.2], [0.7, 0.4]]))
def condition_with_a_loop_inside(x, d):
    """A function with a loop of its own decides whether to go on; nothing else reads it."""

    def first_above(v):
        for i in range(4):
            if i % 2 == 1:
                return np.sin(v[i - 1])
        return v[0]

    k = 0
    while k < 2 and x[k] < 1.0 and first_above(x) > -0.4:
        x = x * d[k]
        k += 1
    return x * d[0, k - 1]


@program(np.array([1.3, 0.5, 0.8]), 1.0)
def buffer_of_a_branch_not_taken(x, c):
    """Its adjoint has a shape that nothing tells here, in the second derivative above all."""
    if c > 2.0:
        t = x.copy()
        t[1:] *= t[:-1]
        return np.sum(t**3)
    u = x.copy()
    u[0] *= c
    return np.sum(u**3)


@program(np.array([1.3, 0.5, 0.8]), 0)
def buffer_of_a_loop_not_run(x, n):
    y = x
    for _ in range(n):
        t = y.copy()
        t[0] *= t[1]
        y = t * t
    return y * x


@program(np.array([1.3, 0.5, 0.8]), 3)
def buffer_of_some_iterations(x, n):
    s = 0.0
    for i in range(n):
        t = x.copy()
        if i % 2 == 1:
            w = t * x
            w[0] = w[1] * w[2]
            t += w
        s = s + np.sum(t**3)
    return s


@program(np.array([1.3, 0.5, 0.8]), 1.0)
def buffers_of_nested_branches(x, c):
    y = x
    if c > 0.5:
        if c > 2.0:
            t = x.copy()
            t[1] *= t[0]
            y = t**2
        else:
            for i in range(3):
                u = y.copy()
                u[i] *= x[i]
                y = u
    return y**2


@program(np.array([1.2, -0.7, 0.4]), 2.0)
def number_or_array(x, b):
    if b > 3:
        u = b
    else:
        u = x * x
    return x * u
