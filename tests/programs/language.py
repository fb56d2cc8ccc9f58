"""The language around the arithmetic: try, with, match, generators, closures, builtins, text."""

import contextlib
import functools
import logging
import math
import operator
from typing import NamedTuple

import numpy as np

from .registry import program

rng = np.random.default_rng(42)
normal, uniform = rng.normal, rng.uniform
log = logging.getLogger(__name__)


@program(uniform(0.5, 2.0, 3), "3")
def try_to_read_a_number(x, text):
    try:
        n = int(text)
    except ValueError:
        n = 2
    else:
        n = n + 1
    finally:
        log.debug("n = %d", n)
    return x**n


@program(uniform(0.5, 2.0, 3), "three")
def try_and_fall_back(x, text):
    try:
        n = int(text)
    except (ValueError, TypeError):
        n = 2
    return x**n


@program(uniform(0.5, 2.0, 4), 2, twice=False)
def division_that_may_fail(x, n):
    total = 0.0
    for i in range(len(x)):
        try:
            k = 6 // (i - n)
        except ZeroDivisionError:
            k = 1
        total = total + k * x[i] ** 2
    return total


@program(np.diag([1.0, -2.0, 3.0]), twice=False, smooth=False)
def inverse_or_shifted_inverse(a):
    try:
        if a[1, 1] < 0.0:
            raise np.linalg.LinAlgError("negative")
        b = np.linalg.inv(a)
    except np.linalg.LinAlgError:
        b = np.linalg.inv(a + 5.0 * np.eye(len(a)))
    return b


@program(uniform(0.5, 2.0, 3))
def contexts(x):
    with np.errstate(all="ignore"), contextlib.nullcontext(2.0) as two:
        y = two * np.log(x)
    with contextlib.suppress(KeyError):
        y = y + {"a": 1.0}["b"]
    return y * x


@program(uniform(0.5, 2.0, 3), ("scale", 2.0))
def match_a_command(x, command):
    match command:
        case ("scale", k):
            return k * x
        case ("power", int(n)) if n > 1:
            return x**n
        case {"shift": s, **rest}:
            return x + s + len(rest)
        case None | False:
            return -x
        case [first, *others]:
            return first * x + sum(others)
        case _:
            return x


@program(uniform(0.5, 2.0, 3), {"shift": 2.0, "other": 1.0})
def match_a_dict(x, command):
    match command:
        case {"shift": s, **rest}:
            return x * s + len(rest)
    return x


@program(uniform(0.5, 2.0, 3), [3.0, 1.0, 2.0])
def match_a_list(x, command):
    match command:
        case [first, *others] if first > 2.0:
            return first * x + sum(others) * x * x
    return x


class Point(NamedTuple):
    x: float
    y: float

    def norm(self):
        return math.hypot(self.x, self.y)


@program(1.5, -0.5)
def match_on_classes(a, b):
    match Point(a, b):
        case Point(x=u, y=v) if v < 0.0:
            return u * u - v
        case Point(u, v):
            return u + v


def pairs(x):
    for i in range(len(x)):
        for j in range(i):
            yield x[i] * x[j], i - j


def announced(items):
    for number, item in enumerate(items):
        log.debug("step %d", number)
        yield item


@program(normal(size=4))
def loops_over_generators(x):
    total = 0.0
    for product, distance in pairs(x):
        total = total + product / distance
    for i in announced(range(len(x))):
        total = total * x[i]
    return total


@program(uniform(0.5, 2.0, 3))
def a_generator_of_known_length(x):
    def parts():
        yield x[0]
        yield x[1] * x[2]
        yield from (x[0], x[2])

    first, *rest = parts()
    return first * sum(rest) + max(parts())


@program(uniform(0.5, 2.0, 3), 2.0)
def functions_chosen_by_values(x, k):
    scale = (lambda v: v * k) if x[0] > 0.0 else (lambda v: v / k)
    if x[1] > 1.0:

        def bend(v):
            return np.sin(v)

    else:

        def bend(v):
            return np.cos(v)

    squash = np.tanh if k > 1.0 else np.exp
    return squash(bend(scale(x)))


def times(n):
    def decorate(f):
        @functools.wraps(f)
        def wrapped(*args, **options):
            return n * f(*args, **options)

        return wrapped

    return decorate


@times(3.0)
def decorated_cube(x):
    return x**3


@program(uniform(0.5, 2.0, 3))
def decorated_functions(x):
    @times(2.0)
    def square(v):
        return v * v

    return decorated_cube(x) + square(x)


@program(uniform(0.5, 2.0, 4))
def a_class_in_a_function(x):
    class Cubic:
        slope = 2.0

        def __init__(self, a):
            self.a = a

        def __call__(self, v):
            return self.a * v**3 + self.slope * v

    return Cubic(x[0])(x)


@program(uniform(0.5, 2.0, 3))
def operators_as_functions(x):
    first, last = operator.itemgetter(0, 2)(x)
    size = operator.attrgetter("size")(x)
    total = operator.methodcaller("sum")(x)
    power = functools.partial(operator.pow, total)
    return functools.reduce(operator.mul, [first, last, power(2)], 1.0) * size


@program(np.array([3.0, 1.0, 2.0]))
def sorted_by_value_and_key(x):
    values = [x[0], x[1], x[2]]
    ascending = sorted(values)
    far = sorted(values, key=lambda v: -v)
    best = max([("a", x[0]), ("b", x[1])], key=lambda pair: pair[1])
    return ascending[0] * far[0] + ascending[1] ** 2 + best[1] * min(values, default=0.0)


@program(np.array([3.0, 1.0, 2.0]))
def filtered_and_taken(x):
    kept = list(filter(lambda v: v > 1.5, [x[0], x[1], x[2]]))
    rest = iter([x[0], x[1]])
    return sum(kept) * next(rest) * next(rest) * next(rest, x[2])


@program(2.3, 0.4)
def floors_and_remainders(a, b):
    quotient, rest = divmod(a, b)
    return quotient * b + rest * a + (a // b) * a + (a % b) * b + (-a) % b + pow(a, 2)


@program(uniform(0.5, 2.0, 5))
def ranges_and_slices_in_variables(x):
    steps, cut, every = range(1, 4), slice(1, 3), slice(None, None, 2)
    total = sum(x[i] ** 2 for i in steps)
    if 2 in steps and 4 not in steps:
        total = total * steps[-1] + x[steps.stop]
    return total + np.sum(x[cut]) * np.sum(x[every]) * len(steps)


@program(uniform(0.5, 2.0, 3), " Mean-Square ")
def text_that_steers(x, mode):
    kind, _, what = mode.strip().lower().partition("-")
    label = f"{kind}:{what:>8}".format() + f"{what:s}" + "|".join([kind, what])
    if kind in {"mean", "sum"} and label.startswith("mean"):
        return np.mean(x**2)
    return np.sum(x)


@program(uniform(0.5, 2.0, 3), 2.0)
def closures_that_change(x, k):
    total = 0.0
    count = 0

    def add(v):
        nonlocal total, count
        total = total + scale * v
        count += 1

    scale = k
    for i in range(len(x)):
        add(x[i] ** 2)
        scale = scale * k
    return total * count


@program(uniform(0.5, 2.0, 3))
def short_circuits(x):
    if ((n := len(x)) > 2 and (m := x[0] * x[1]) > 0.0) or n > 100:
        return m * n * x
    return x if 0.0 < x[0] < x[1] < 9.0 else -x


@program(0.7, 2.0)
def early_exceptions(x, k):
    if k < 0.0:
        raise ValueError(f"k is {k}")
    assert x > 0.0, f"x is {x}"
    result = x**k
    del k
    return result


@program(np.array([1.1, 0.9]), (0, 2), "sum")
def sets_that_are_only_asked(x, axes, mode):
    if axes in {(0,), (0, 2)} and mode in {"sum", "mean"}:
        return x * 2.0
    return x
