"""Generators that are endless, left early, or stand in a `zip`."""

# ruff: noqa: B007, UP028 (what is tested is how a loop is written)

import itertools

import numpy as np

from .registry import program

X = np.array([0.5, 0.7, 0.2])
Y = np.array([1.1, 0.9, 1.3, 0.7])


@program(X)
def zip_range_gen(x):
    a = np.array([x[0], 1.0])

    def gen(n):
        for i in range(n):
            yield (a[0] * (i + 1.0))

    t = 0.0
    for k, v in zip(range(3), gen(5)):
        t += v
        a[0] = a[0] * x[1]
    return t


@program(X)
def zip_gen_range(x):
    a = np.array([x[0], 1.0])
    log = np.zeros(1)

    def gen(n):
        for i in range(n):
            log[0] += x[2]
            yield (a[0] * (i + 1.0))

    t = 0.0
    for v, k in zip(gen(5), range(3)):
        t += v
        a[0] = a[0] * x[1]
    return t + log[0] * log[0]


@program(X)
def zip_range_gen_log(x):
    log = np.zeros(1)

    def gen(n):
        for i in range(n):
            log[0] += x[2]
            yield (x[0] * (i + 1.0))
            log[0] *= 1.5

    t = 0.0
    for k, v in zip(range(3), gen(5)):
        t += v
    return t + log[0] * log[0]


@program(X, 3)
def zip_gen_runtime(x, n):
    log = np.zeros(1)

    def gen(m):
        i = 0
        while i < m:
            log[0] += x[2]
            yield (x[0] * (i + 1.0))
            i += 1
        log[0] *= 7.0

    t = 0.0
    for v, k in zip(gen(n), x):
        t += v * k
    for k, v in zip(x, gen(n + 4)):
        t += v * k
    return t + log[0] * log[0]


@program(1.3)
def endless_enumerate(x):

    def halvings(v):
        while True:
            yield v
            v = v * 0.5

    t = 0.0
    for i, v in enumerate(halvings(x)):
        if i == 3:
            break
        t += v
    return t


@program(1.3)
def endless_plain(x):

    def halvings(v):
        while True:
            yield v
            v = v * 0.5

    t = 0.0
    for v in halvings(x):
        if v < 0.1:
            break
        t += v * v
    else:
        t = 100.0
    return t


@program(1.3, 4)
def endless_zip(x, n):

    def halvings(v):
        while True:
            yield v
            v = v * 0.5

    t = 0.0
    for i, v in zip(range(n), halvings(x)):
        t += v * i
    return t


@program(1.3, 4)
def endless_islice(x, n):

    def halvings(v):
        while True:
            yield v
            v = v * 0.5

    return sum(itertools.islice(halvings(x), 3)) + sum(
        v * v for v in itertools.islice(halvings(x), 1, n, 2)
    )


@program(1.3)
def endless_takewhile(x):

    def halvings(v):
        while True:
            yield v
            v = v * 0.5

    return sum(itertools.takewhile(lambda v: v > 0.2, halvings(x)))


@program(1.3)
def endless_next(x):

    def halvings(v):
        while True:
            yield v
            v = v * 0.5

    g = halvings(x)
    a = next(g)
    b = next(g)
    c = next(g)
    return a * b + c


@program(1.3, 4)
def next_in_loop(x, n):

    def halvings(v):
        while True:
            yield v
            v = v * 0.5

    g = halvings(x)
    t = 0.0
    for i in range(n):
        t = t * x + next(g)
    return t


@program(1.3)
def next_in_while(x):

    def halvings(v):
        while True:
            yield v
            v = v * 0.5

    g = halvings(x)
    v = next(g)
    t = 0.0
    while v > 0.1:
        t += v * v
        v = next(g)
    return t


@program(1.3)
def next_then_for(x):

    def steps(v):
        for i in range(5):
            yield v
            v = v * 0.5

    g = steps(x)
    t = next(g) * 3.0
    for v in g:
        t = t * x + v
    return t


@program(X)
def break_generator(x):
    log = []

    def gen():
        for v in x:
            log.append(v * 2.0)
            yield v
        log.append(100.0 * x[0])

    t = 0.0
    for v in gen():
        t += v
        if v > 0.6:
            break
    return t + sum(log)


@program(X)
def no_break_generator(x):
    log = []

    def gen():
        for v in x:
            log.append(v * 2.0)
            yield v
        log.append(100.0 * x[0])

    t = 0.0
    for v in gen():
        t += v
        if v > 6:
            break
    else:
        t *= 2.0
    return t + sum(log)


@program(X)
def raise_after_break(x):

    def gen():
        for v in x:
            yield v
        raise ValueError("no")

    t = 0.0
    for i, v in enumerate(gen()):
        t += v
        if i == 2:
            break
    return t


@program(X)
def return_in_loop(x):

    def gen():
        s = 1.0
        for v in x:
            s *= v
            yield s

    for v in gen():
        if v < 0.36:
            return v * v
    return x[0]


@program(X)
def nested_break(x):

    def gen(a):
        for v in x:
            yield (v * a)
            a = a + v

    t = 0.0
    for u in gen(x[0]):
        for v in gen(u):
            if v > 0.5:
                break
            t += v
        if t > 10.0:
            break
    return t


@program(X)
def finally_break(x):
    log = np.ones(1)

    def gen():
        try:
            for v in x:
                yield v
        finally:
            log[0] *= 3.0 * x[0]

    t = 0.0
    for v in gen():
        if v > 0.6:
            break
        t += v
    return t * log[0]


@program(X)
def yield_from(x):

    def inner(k):
        for v in x:
            yield (v * k)

    def outer():
        yield x[0]
        yield from inner(2.0)
        yield from [x[1], x[2]]

    t = 0.0
    for i, v in enumerate(outer()):
        if i == 5:
            break
        t = t * 0.5 + v
    return t
