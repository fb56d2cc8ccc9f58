"""Generators that are asked for single items, left early, or stand beside others."""

# ruff: noqa: B007, UP028 (what is tested is how a loop is written)

import numpy as np

from .registry import program

X = np.array([0.5, 0.7, 0.2])
Y = np.array([1.1, 0.9, 1.3, 0.7])


@program(X)
def views(x):
    a = x.copy()

    def gen():
        for i in range(2):
            yield a[i : i + 2]
            a[i] *= 2.0

    t = 0.0
    for v in gen():
        v *= x[0]
        t += v[0] * v[1]
    return t + np.sum(a)


@program(Y)
def unpack_gen(x):

    def gen():
        for v in x:
            yield (v * v)

    a, b, *c = gen()
    p, q = (x[i] * 2 for i in range(2))
    return a * b + sum(c) + p * q


@program(Y)
def eaters(x):

    def gen():
        for v in x:
            yield (v * v)

    return (
        sum(gen())
        + min(gen())
        + max(gen()) * 3
        + sum(list(gen()))
        + tuple(gen())[1]
        + sorted(gen())[1]
        + np.sum(np.array(list(gen())))
        + np.sum(np.fromiter(gen(), float))
        + (1.0 if any(v > 1.0 for v in gen()) else 0.0) * x[0]
        + (x[1] if all(v > 0.0 for v in gen()) else 0.0)
    )


@program(Y)
def in_gen(x):

    def gen():
        for v in [1, 2, 3]:
            yield v

    return x[0] if 2 in gen() else x[1]


@program(1.3)
def any_endless(x):

    def halvings(v):
        while True:
            yield v
            v = v * 0.5

    if any(v < 0.1 for v in halvings(x)):
        return x * x
    return x


@program(Y)
def gen_in_branch(x):

    def up():
        for v in x:
            yield v

    t = 0.0
    if x[0] > 1.0:
        for v in up():
            t += v
            if t > 1.5:
                break
    else:
        for v in up():
            t -= v
    return t * t


@program(Y, 3)
def recursive_gen(x, n):

    def walk(k, v):
        if k > 0:
            yield v
            yield from walk(k - 1, v * x[0])

    t = 0.0
    for v in walk(3, x[1]):
        t += v * v
    return t


@program(Y)
def two_generators(x):

    def up(k):
        v = k
        while True:
            yield v
            v = v * 0.5

    def over():
        for v in x:
            yield (v * v)

    t = 0.0
    for a, b in zip(over(), up(x[0])):
        t += a * b
    return t


@program(Y, 3)
def two_while_generators(x, n):

    def up(k):
        i = 0
        while i < n:
            yield (k * i)
            k = k * x[0]
            i += 1

    t = 0.0
    for a, b in zip(up(x[1]), up(x[2])):
        t = t * 0.5 + a * b * b
        if a > 1000000000.0:
            break
    return t


@program(Y)
def row_generator(x):

    def three():
        yield x[0]
        s = x[1] * x[2]
        yield s
        yield (s * s)

    g = three()
    return next(g) + next(g) * 2 + next(g, 0.0) * 3 + next(g, x[3])


@program(Y)
def next_branch_gen(x):

    def up(v):
        while True:
            yield v
            v = v * x[1]

    g = up(x[0])
    t = next(g)
    if t > 1.0:
        t = t * next(g)
    else:
        t = -next(g)
    return t + next(g)


@program(Y)
def next_static_loop(x):

    def ups():
        for v in x:
            yield (v * v)

    g = ups()
    t = 0.0
    for i in range(3):
        t = t * 0.5 + next(g)
    return t


@program(Y)
def next_static_after(x):

    def ups():
        a = x[0]
        for v in x:
            yield (v * a)
            a = a * v

    g = ups()
    t = next(g)
    for i in range(2):
        t = t * 0.5 + next(g)
    for w in g:
        t = t + w * w
    return t


@program(Y)
def else_no_break(x):

    def g():
        for v in x:
            yield v

    for v in g():
        if v > 5.0:
            break
    else:
        return x[0] * x[1]
    return x[2]


@program(Y)
def continue_gen(x):

    def g():
        for v in x:
            if v < 0.8:
                continue
            yield v

    t = 0.0
    for i, v in enumerate(g()):
        if i == 1:
            continue
        t = t * 0.5 + v
    return t


@program(Y)
def gen_early_return(x):

    def g():
        for v in x:
            if v > 1.2:
                return
            yield v

    t = 0.0
    for v in g():
        t = t * 0.5 + v
    return t


@program(Y)
def while_with_gen_inside(x):

    def g(a):
        for v in x:
            yield (v * a)

    t = 0.0
    k = 1.0
    while k < 3.0:
        for v in g(k):
            if v > 2.0:
                break
            t += v
        k += 1.0
    return t


@program(Y)
def gen_param_array_mutation(x):

    def g(a):
        for i in range(len(a)):
            a[i] = a[i] * 2.0
            yield a[i]

    a = x.copy()
    t = 0.0
    for v, w in zip(g(a), a):
        t = t * 0.5 + v * w
    return t


@program(Y)
def gen_before_array_mutation(x):

    def g(a):
        for i in range(len(a)):
            a[i] = a[i] * 2.0
            yield a[i]

    a = x.copy()
    t = 0.0
    for w, v in zip(a, g(a)):
        t = t * 0.5 + v * w
    return t


@program(Y)
def nested_zip_enumerate(x):

    def g():
        v = x[0]
        while True:
            yield v
            v = v * x[1]

    t = 0.0
    for i, (a, b) in enumerate(zip(x, g())):
        t = t * 0.5 + i * a * b
    return t
