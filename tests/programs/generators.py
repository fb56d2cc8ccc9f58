"""Generators that are run through and made of others."""

# ruff: noqa: UP028 (what is tested is how a loop is written)

import functools
import itertools

import numpy as np

from .registry import program

X = np.array([0.5, 0.7, 0.2])
Y = np.array([1.1, 0.9, 1.3, 0.7])


@program(Y)
def islice_of_enumerate(x):

    def g():
        v = x[0]
        while True:
            yield v
            v = v * x[1]

    t = 0.0
    for i, v in itertools.islice(enumerate(g(), 1), 3):
        t = t * 0.5 + i * v
    return t


@program(Y)
def accumulate_endless(x):

    def g():
        v = x[0]
        while True:
            yield v
            v = v * x[1]

    t = 0.0
    for s in itertools.accumulate(g()):
        if s > 4.0:
            break
        t = t * 0.5 + s
    return t


@program(Y)
def pairwise_gen(x):

    def g():
        for v in x:
            yield (v * v)

    return sum((a * b for a, b in itertools.pairwise(g())))


@program(Y)
def chain_gens(x):

    def g(k):
        for v in x:
            yield (v * k)

    t = 0.0
    for v in itertools.chain(g(1.0), [x[0]], g(2.0)):
        t = t * 0.9 + v
        if t > 4.0:
            break
    return t


@program(Y)
def listcomp_over_gen(x):

    def g():
        for v in x:
            yield (v * v)

    ys = [v * 2 for v in g()]
    zs = [v for v in (w * w for w in ys) if v > 2.0]
    return sum(ys) * sum(zs)


@program(Y)
def min_key_default(x):

    def g():
        for v in x:
            yield (v * v)

    return min(g(), key=lambda v: (v - 1.0) ** 2) + max((v for v in x if v > 100.0), default=x[0])


@program(Y)
def gen_closure_cell(x):
    k = x[0]

    def g():
        for v in x:
            yield (v * k)

    t = 0.0
    for v in g():
        t = t * 0.5 + v
        k = k * 0.9
    return t


@program(Y)
def gen_nonlocal(x):
    k = x[0]

    def g():
        nonlocal k
        for v in x:
            k = k * 0.9
            yield (v * k)

    t = 0.0
    for v in g():
        t = t * 0.5 + v + k
    return t


@program(Y)
def try_around_gen(x):

    def g():
        yield x[0]
        raise ValueError

    t = 0.0
    try:
        for v in g():
            t += v
    except ValueError:
        t = t * x[1]
    return t


@program(Y)
def with_in_gen(x):

    def g():
        with np.errstate(all="ignore"):
            for v in x:
                yield (v * v)

    t = 0.0
    for v in g():
        if v < 0.9:
            break
        t += v
    return t


@program(Y)
def finally_exhausted(x):
    log = np.ones(1)

    def g():
        try:
            for v in x:
                yield v
        finally:
            log[0] = x[0] * 7.0

    t = 0.0
    for v in g():
        t += v * log[0]
    return t + log[0]


@program(Y)
def reduce_gen(x):

    def g():
        for v in x:
            yield (v * 1.5)

    return functools.reduce(lambda a, b: a * b, g()) + functools.reduce(
        lambda a, b: a + b, (v * v for v in x), x[0]
    )


@program(Y)
def sum_start_gen(x):

    def g():
        for v in x:
            if v > 0.8:
                yield (v * 1.5)

    return sum(g(), x[0]) + sum((v for v in x if v > 1.0), 2.0)


@program(Y, 2)
def two_yields_in_loop(x, n):

    def g():
        for v in x:
            yield v
            yield (v * v)

    t = 0.0
    for i, v in enumerate(g()):
        t = t * 0.9 + v * i
        if i == n * 2 + 1:
            break
    return t


@program(Y)
def zip_three(x):

    def g():
        for v in x:
            yield v

    t = 0.0
    for a, b, c in zip(x, g(), range(3)):
        t = t * 0.9 + a * b * c
    return t


@program(Y)
def global_gen(x):
    t = 0.0
    for v in multiples(x, 2):
        t = t * 0.5 + v
        if t > 3:
            break
    return t


def multiples(x, k):
    yield from (v * k for v in x)


@program(Y)
def returned_gen_of_gen(x):

    def outer():
        for k in (1.0, 2.0):
            yield (v * k for v in x)

    t = 0.0
    for g in outer():
        t = t * 0.5 + sum(g)
    return t


@program(Y)
def yield_expr_sum(x):

    def g():
        a = 1.0 + 0.0 * x[0]
        b = yield a
        yield x[1]

    return sum(g())


@program(Y)
def sum_of_generator_of_views(x):
    a = x.copy()

    def rows():
        for i in range(3):
            yield a[i : i + 2]

    t = 0.0
    for r in rows():
        r[0] = r[0] * r[1]
        t += np.sum(r)
    return t + np.sum(a)
