"""Lists that change in place, and what ``finally`` and ``with`` change on the way to a handler."""

import contextlib
import operator

import numpy as np

from .registry import program

X = np.array([1.1, 0.7])


@program(X)
def repeated_in_place(x):
    a = [x[0], x[1] ** 2]
    b = a
    b *= 2
    return sum(a) * a[3]


@program(X)
def stored_by_the_operator(x):
    a = [x[0], x[1]]
    b = {"v": x[1]}
    operator.setitem(a, 0, x[1] ** 2)
    operator.setitem(b, "v", x[0] * a[0])
    operator.delitem(a, 1)
    return a[0] * b["v"] * len(a)


@program(X)
def finally_on_the_way_to_a_handler(x):
    t = 0.0
    try:
        try:
            t = x[0]
            raise KeyError
        except IndexError:
            t = x[1]
        finally:
            t = t * x[1]
    except KeyError:
        t = t + x[0]
    return t


class _Doubling:
    def __init__(self):
        self.n = 1.0

    def __enter__(self):
        self.n *= 2
        return self

    def __exit__(self, *raised):
        self.n += 1.0 if raised[0] is None else 3.0
        return False


@program(X)
def with_on_the_way_to_a_handler(x):
    c = _Doubling()
    try:
        with c:
            t = x[0] * c.n
            raise KeyError
    except KeyError:
        t = t * x[1] * c.n
    with c:
        t = t + x[1] * c.n
    return t * c.n


class _Settings:
    def __init__(self):
        self.rate = 1.0


settings = _Settings()


@contextlib.contextmanager
def set_to(rate):
    before = settings.rate
    settings.rate = rate
    try:
        yield rate * 2
    finally:
        settings.rate = before


@program(X)
def setting_in_a_with(x):
    with set_to(3.0) as twice:
        y = x[0] * settings.rate * twice
    with set_to(x[1]) as twice:
        y = y * x[1] + twice
    return y * settings.rate


@program(X)
def stack_in_a_with(x):
    stack = [1.0]

    @contextlib.contextmanager
    def pushed(v):
        stack.append(v)
        try:
            yield stack[-1]
        finally:
            stack.pop()

    for v in x:
        with pushed(v) as top:
            if top > 1:
                continue
            stack[0] = stack[0] * top
    return stack[0] * len(stack) + x[0]


@program(X)
def raised_in_a_with(x):
    stack = [1.0]

    @contextlib.contextmanager
    def pushed(v):
        stack.append(v)
        try:
            yield
        finally:
            stack[0] = stack[0] * stack.pop()

    try:
        with pushed(x[0]):
            raise ValueError
    except ValueError:
        return stack[0] * x[1]


@program(np.array([0.7, 1.3, 0.4]), 2)
def stored_twice_by_a_list(x, n):
    """Of elements that are written twice, the last one stays."""
    y = x.copy()
    y[[0, 0, -1]] = y[[-1, 0, 0]] * n
    return np.sum(y * np.arange(1.0, len(y) + 1))
