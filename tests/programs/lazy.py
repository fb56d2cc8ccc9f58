"""Iterators whose items are computed as they are asked for: what they read changes meanwhile."""

# ruff: noqa: B007, C401, C417 (what is tested is how a loop is written)

import itertools
import math

import numpy as np

from .registry import program

X = np.array([0.5, 0.7, 0.2])
Y = np.array([1.1, 0.9, 1.3, 0.7])


@program(X)
def late_name(x):
    s = 1.0
    t = 0.0
    for i, v in enumerate(s * w for w in x):
        t += v
        s = s + v
    return t


@program(X)
def late_name_plain(x):
    s = 1.0
    t = 0.0
    for v in (s * w for w in x):
        t += v
        s = s + v
    return t


@program(X)
def late_map(x):
    s = 1.0
    t = 0.0
    for v in map(lambda w: s * w, x):
        t += v
        s = s + v
    return t


@program(X)
def late_map_array(x):
    a = x.copy()
    t = 0.0
    for v in map(lambda w: w * w, a):
        t += v
        a[1] = a[1] + v
        a[2] = t * x[0]
    return t


@program(X)
def late_filter(x):
    a = x.copy()
    t = 0.0
    for v in filter(lambda w: w > 0.4, a):
        t = t * 0.5 + v
        a[2] = a[2] + v
    return t


@program(X)
def late_genexp_if(x):
    a = x.copy()
    t = 0.0
    for v in (w * 2.0 for w in a if w > 0.4):
        t = t * 0.5 + v
        a[2] = a[2] + v
    return t


@program(X)
def late_zip_genexps(x):
    s = 1.0
    t = 0.0
    for a, b in zip((s * w for w in x), (s + w for w in x)):
        t += a * b
        s = s + a
    return t


@program(Y)
def accumulate_late(x):
    a = x.copy()
    t = 0.0
    for s in itertools.accumulate(a):
        t += s * s
        a[3] = s
    return t


@program(Y)
def pairwise_late(x):
    a = x.copy()
    t = 0.0
    for p, q in itertools.pairwise(a):
        t += p * q
        a[1] = a[1] + 1.0
        a[2] *= p
    return t


@program(Y)
def chain_late(x):
    a = x.copy()
    t = 0.0
    for p in itertools.chain(a, x):
        t = t * 0.5 + p
        a[3] = t
    return t


@program(Y)
def function_returning_gen(x):

    def make(k):
        return (v * k for v in x)

    t = 0.0
    for i, v in enumerate(make(x[0])):
        t += v * i
    return t


@program(Y)
def gen_stored_mutation(x):
    a = x.copy()
    g = (v * v for v in a)
    a[0] = 3.0 * x[1]
    return sum(g)


@program(Y)
def gen_stored_rebound(x):
    s = x[0]
    g = (s * v for v in x)
    s = x[1]
    return sum(g)


@program(Y)
def gen_first_iterable_at_once(x):
    a = x
    g = (v * v for v in a)
    a = x * 2.0
    return sum(g)


@program(Y)
def nested_genexp(x):
    s = 1.0
    t = 0.0
    for v in (a * b * s for a in x for b in x if a > b):
        t += v
        s = s * 0.9
    return t


@program(Y)
def closures(x):
    fs = [lambda w, i=i: w * x[i] for i in range(3)]
    t = 0.0
    for v in (f(x[0]) for f in fs):
        t = t * 0.5 + v
    return t


@program(Y)
def two_filters(x):
    t = 0.0
    for a, b in zip((v for v in x if v > 0.8), (v * v for v in x if v < 1.2)):
        t += a * b
    return t


@program(Y)
def starmap_late(x):
    s = 1.0
    t = 0.0
    for v in map(lambda a, b: a * b * s, x, x[1:]):
        t += v
        s = s + v
    return t


@program(Y)
def map_two(x):
    s = 1.0
    t = 0.0
    for v in map(lambda a, b: a * b * s, x, x[1:]):
        t += v
        s = s + v
    return t


@program(Y)
def islice_late(x):
    a = x.copy()
    t = 0.0
    for v in itertools.islice(a, 1, 4):
        t += v * v
        a[3] = t
    return t


@program(Y)
def enumerate_filter(x):
    t = 0.0
    for i, v in enumerate(v for v in x if v > 0.8):
        t += v * (i + 1)
        if i == 1:
            break
    return t


@program(Y)
def side_effects(x):
    log = np.zeros(1)

    def note(v):
        log[0] = log[0] * 0.5 + v
        return v * v

    t = 0.0
    for v in map(note, x):
        t += v * log[0]
        if v < 0.9:
            break
    return t + log[0]


@program(Y)
def log_not_reached(x):
    t = 0.0
    for v in (math.log(w - 0.8) for w in x):
        t += v
        if v < -2.0:
            break
    return t


@program(Y)
def zip_in_turn(x):
    return sum((a * b * b for a, b in zip(*[iter(x)] * 2)))


@program(Y)
def zip_shared_loop(x):
    it = iter(x)
    t = 0.0
    for a, b in zip(it, it):
        t = t * 0.5 + a * b * b
    return t


@program(Y)
def chain_from_gen(x):
    t = 0.0
    for v in itertools.chain.from_iterable((v, v * v) for v in x):
        t = t * 0.9 + v
    return t


@program(Y)
def chain_from_rows(x):
    t = 0.0
    m = x.reshape(2, 2)
    for v in itertools.chain.from_iterable(m):
        t = t * 0.9 + v
    return t


@program(Y)
def star_unpack_calls(x):

    def f(a, b, c, d):
        return a * b + c * d

    return f(*(v * v for v in x)) + f(*map(lambda v: v + 1.0, x))


@program(Y)
def walrus_gen(x):
    t = 0.0
    last = x[0]
    for v in ((last := (w * last)) for w in x):
        t += v + last
    return t


@program(Y)
def gen_in_object(x):

    class A:
        pass

    a = A()
    a.g = (v * v for v in x)
    t = 0.0
    for v in a.g:
        t = t * 0.5 + v
    return t


@program(Y)
def rebinding_source(x):
    xs = x
    t = 0.0
    for v in map(lambda w: w * w, xs):
        xs = xs * 2.0
        t = t * 0.5 + v + xs[0]
    return t


@program(Y)
def repeat_map(x):
    return sum(map(lambda a, b: a * b, x, itertools.repeat(x[0])))


@program(Y)
def all_any_effects(x):
    log = np.zeros(1)

    def note(v):
        log[0] = log[0] * 0.5 + v
        return v < 1.0

    r = any(note(v) for v in x)
    return log[0] * x[0] if r else x[1]


@program(Y)
def enumerate_list_of_tuples(x):
    ps = [(x[0], 2.0), (x[1], 3.0)]
    t = 0.0
    for i, (a, b) in enumerate(((p, q * a) for (p, q), a in zip(ps, x))):
        t = t * 0.5 + a * b * i
    return t


@program(Y)
def extend_gen(x):
    xs = [x[0]]
    xs.extend(v * v for v in x)
    xs += (v for v in [x[1], x[2]])
    return sum(xs) + xs[-1] * xs[1]


@program(Y)
def set_of_gen(x):
    s = set(k % 2 for k in range(5))
    return x[0] * len(s)


@program(Y)
def sorted_genexp(x):
    ys = sorted((v * v for v in x), reverse=True)
    zs = sorted(((v, k) for k, v in enumerate([3, 1, 2])))
    return ys[0] * ys[1] + zs[0][1] * x[0]


@program(Y)
def default_late(x):
    s = 2.0
    g = map(lambda v, s=s: v * s, x)
    s = 3.0
    return sum(g) * s


@program(Y)
def pools_written(x):
    a = x.copy()
    t = 0.0
    for p, q in itertools.product(a, repeat=2):
        t = t * 0.5 + p * q
        a[3] = t
    return t


@program(Y)
def written_through_a_view(x):
    a = x.copy()
    t = 0.0
    for p, q in itertools.product(a[1:], repeat=2):
        t = t * 0.5 + p * q
        a[3] = t
    return t
