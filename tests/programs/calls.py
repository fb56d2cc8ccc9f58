"""Calls of functions with source: keywords, defaults, recursion, lambdas, closures, mutation."""

import numpy as np

from .registry import SAME, program, torch

rng = np.random.default_rng(10)
normal, uniform = rng.normal, rng.uniform

SCALE = 1.5
WEIGHTS = np.array([0.5, -1.0, 2.0])


def square(x):
    return x * x


def affine(x, slope=2.0, offset=1.0):
    return slope * x + offset


def pick(x, i):
    return x[i]


def put(y, i, value):
    y[i] = value


def scale_in_place(x, k):
    x *= k


def lower_and_upper(x, width=1.0):
    return x - width, x + width


def power(x, n):
    if n == 0:
        return 1.0
    return x * power(x, n - 1)


def first_row(a):
    return a[0]


@program(normal(size=3), torch=SAME)
def call_of_a_helper(x):
    return square(x) + square(2.0 * x)


@program(1.5, 0.5, torch=SAME)
def keywords_and_defaults(x, k):
    return affine(x) * affine(x, offset=k) + affine(offset=x, slope=k, x=3.0)


@program(1.3, torch=SAME)
def default_left_alone(x, k=2.5, *, shift=1.0):
    return k * x * x + shift


@program(1.1, 4, torch=SAME)
def recursive_power(x, n):
    return power(x, n)


@program(1.1, 3, torch=SAME)
def self_recursion(x, n):
    if n <= 0:
        return x
    return self_recursion(x * x, n - 1) + x


@program(normal(size=3), torch=SAME)
def two_results_of_a_call(x):
    low, high = lower_and_upper(x, width=0.5)
    return low * high


@program(normal(size=4), torch=SAME)
def calls_that_read_one_element(x):
    total = 0.0
    for i in range(4):
        total = total + pick(x, i) ** 2
    return total


@program(normal(size=4), torch=lambda x: x * x)
def calls_that_write_one_element(x):
    y = np.zeros(4)
    for i in range(len(x)):
        put(y, i, x[i] * x[i])
    return y


@program(normal(size=3), 2.0, torch=lambda x, k: x * k + x * k * k)
def callee_scales_in_place(x, k):
    y = x.copy()
    scale_in_place(y, k)
    z = y.copy()
    scale_in_place(z, k)
    return y + z


@program(normal(size=(2, 3)))
def view_from_a_callee(a):
    row = first_row(a)
    row[1] = row[0] * row[2]
    return a * 2.0


@program(normal(size=3), torch=SAME, compiles=True)
def lambda_in_a_variable(x):
    cube = lambda v: v * v * v
    return cube(x) + cube(x + 1.0)


@program(normal(size=3), 0.7, torch=SAME, compiles=True)
def nested_function_with_capture(x, k):
    def damped(v):
        return v * k

    return damped(x) + damped(damped(x))


@program(1.2, torch=SAME)
def function_as_an_argument(x):
    def twice(g, v):
        return g(g(v))

    return twice(square, x)


@program(normal(size=3), torch=SAME, compiles=True)
def global_number(x):
    return SCALE * x


@program(normal(size=3), torch=lambda x: (x * torch.from_numpy(WEIGHTS)).sum(), compiles=True)
def global_array(x):
    return np.sum(x * WEIGHTS)


def _damping(k):
    def damp(x):
        return k * x * np.abs(k)

    return damp


@program(normal(size=3), torch=lambda x: 0.5 * x * 0.5 + 9.0 * x)
def two_closures_of_one_code(x):
    return _HALF(x) + _TRIPLE(x)


_HALF, _TRIPLE = _damping(0.5), _damping(3.0)


def integrate(g, a, b, n):
    h = (b - a) / n
    total = 0.5 * (g(a) + g(b))
    for i in range(1, n):
        total = total + g(a + i * h)
    return total * h


@program(0.2, 1.3, 0.8, torch=lambda a, b, w: integrate(lambda t: torch.sin(w * t) * t, a, b, 8))
def integral_of_a_closure(a, b, w):
    return integrate(lambda t: np.sin(w * t) * t, a, b, 8)


@program(0.4, 0.6, torch=lambda x, y: torch.exp(x) * torch.sin(y) + torch.sin(x))
def calls_in_calls(x, y):
    return np.exp(x) * np.sin(y) + np.sin(x * square(1.0))


def even_part(x, n):
    return x if n == 0 else odd_part(x * 1.5, n - 1)


def odd_part(x, n):
    return -x if n == 0 else even_part(x * x, n - 1)


@program(0.8, 5, torch=SAME)
def mutual_recursion(x, n):
    return even_part(x, n)


@program(normal(size=4), torch=lambda x: 2.0 * x + 1.0)
def keywords_by_star(x):
    options = {"slope": 2.0, "offset": 1.0}
    return affine(x, **options)
