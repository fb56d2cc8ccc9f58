"""Functions that call themselves: how deep is decided by integers, by sizes, or by values."""

import numpy as np

from .registry import program

rng = np.random.default_rng(77)


@program(rng.uniform(0.5, 1.5, size=8), twice=False)
def product_of_halves(x):
    """Divide and conquer: the depth follows from the size."""
    n = len(x)
    if n == 1:
        return x[0] * x[0]
    middle = n // 2
    return product_of_halves(x[:middle]) * product_of_halves(x[middle:])


def _cosine_part(x):
    n = x.shape[0]
    if n <= 1:
        return x
    even, odd = _cosine_part(x[::2]), _cosine_part(x[1::2])
    turned = np.cos(2.0 * np.pi * np.arange(n // 2) / n) * odd
    return np.concatenate([even + turned, even - turned])


@program(rng.normal(size=8), rng.normal(size=8), twice=False)
def recursive_transform(x, weights):
    """The butterflies of Cooley and Tukey, with the real parts of the roots of unity."""
    return np.sum(weights * _cosine_part(x) ** 2)


@program(1.3, 0.7, 5)
def chebyshev(x, scale, n):
    """T[n](x) by its recurrence: an integer decides the depth."""

    def t(k):
        if k == 0:
            return 1.0
        if k == 1:
            return x
        return 2.0 * x * t(k - 1) - t(k - 2)

    return scale * t(n)


@program(rng.normal(size=5))
def list_of_an_array(x):
    """A list of as many items as the array has."""
    first, *inner, last = list(x)
    return first * last + sum(v * v for v in inner)


@program(1.0, 2.0, compiles=True)
def newton_by_recursion(x, a):
    """The values decide when it ends."""
    if abs(x * x - a) < 1e-9:
        return x
    return newton_by_recursion(0.5 * (x + a / x), a)


def _simpson(f, a, b, tol, fa, fm, fb, whole, depth=0):
    m = (a + b) / 2
    left_middle, right_middle = f((a + m) / 2), f((m + b) / 2)
    left = (m - a) / 6 * (fa + 4 * left_middle + fm)
    right = (b - m) / 6 * (fm + 4 * right_middle + fb)
    delta = left + right - whole
    if depth >= 12 or abs(delta) <= 15 * tol:
        return left + right + delta / 15
    return _simpson(f, a, m, tol / 2, fa, left_middle, fm, left, depth + 1) + _simpson(
        f, m, b, tol / 2, fm, right_middle, fb, right, depth + 1
    )


@program(1.3, 0.0, 2.0, smooth=False, twice=False)
def adaptive_simpson(k, a, b):
    """Adaptive quadrature. Lyness, Notes on the adaptive Simpson quadrature routine, 1969."""
    f = lambda x: np.exp(-k * x * x) * np.sin(3.0 * x)
    fa, fm, fb = f(a), f((a + b) / 2), f(b)
    return _simpson(f, a, b, 1e-5, fa, fm, fb, (b - a) / 6 * (fa + 4 * fm + fb))


@program(1.5, 1.2)
def recursion_of_a_closure(x, y):
    def grown(t):
        if t > 5.0:
            return t * y
        return y * grown(t * x + 1.0)

    return grown(x)


@program(1.5, 2.0)
def recursion_with_two_results(x, y):
    def both(x, y):
        if x > 3.0 * y:
            return x, y
        a, b = both(x * x, y)
        return a + b * x, b * y

    a, b = both(x, y)
    return a * b


@program(2.1)
def even_and_odd(x):
    """Two functions that call each other."""

    def even(x):
        return x if x < 0.1 else odd(x * 0.5) * x

    def odd(x):
        return x * x if x < 0.1 else even(x - 0.3) + x

    return even(x)


def _branches(x, n):
    if abs(x) > 4.0 or n == 0:
        return x
    total = 0.0
    for i in range(3):
        total += _branches(x * 1.3 + i, n - 1)
    return total * x


@program(0.5, 3, twice=False)
def recursion_in_a_loop(x, n):
    return _branches(x, n)


@program(rng.uniform(1.0, 2.0, size=3), rng.uniform(1.0, 1.5, size=3), twice=False)
def recursion_on_arrays(x, w):
    if np.sum(x) > 20.0:
        return x
    return recursion_on_arrays(x * w + 0.5, w) * w


@program(80.0)
def ninety_one(x):
    """McCarthy's function, which calls itself on its own result."""
    if x > 100.0:
        return x - 10.0
    return ninety_one(ninety_one(x + 11.5))


def _heron(x, a):
    if abs(x * x - a) < 1e-12:
        return x
    return _heron(0.5 * (x + a / x), a)


@program(3.0, 1.0)
def recursion_in_a_branch(a, s):
    y = a
    if s > 0.0:
        y = _heron(1.0, a)
    return y


def _bounces(h, e):
    if h < 0.1:
        return h
    return h + _bounces(h * e, e)


@program(0.57)
def recursion_from_a_constant(e):
    """The constant decides its first condition, and no other."""
    return _bounces(1.4, e) + _bounces(2, e * 1.1) * _heron(1.0, e)


@program(0.5, 3)
def recursions_in_a_loop(e, n):
    s = 0.0
    for i in range(n):
        if i % 2 == 0:
            s += _bounces(1.4 + i, e)
        else:
            s *= _heron(1.0, e + 2.0)
    return s


def _heights(h, e):
    if h < 0.3:
        return _heron(1.0, h + e)
    return _heights(h * e, e) + _heron(1.0, e + 1.0)


@program(0.5, 1.0)
def recursion_in_a_recursion(e, s):
    return _heights(1.4, e) if s > 0 else e


@program(1.3, 1.2, 0.5)
def recursion_of_three(a, s, t):
    """They call each other, and read what is around them."""
    b, c = a * a, a + s

    def first(x):
        return x * b if x < 0.5 else second(x * t) + b

    def second(x):
        return x * c if x < 0.3 else third(x * 0.9) * c + x

    def third(x):
        return t * x if x < 0.4 else first(x * 0.8) + second(x * 0.5) * t

    y = a
    if s > 0:
        y = first(2.0)
    return y + second(3.0)


def _shrunk(x, k):
    if np.sum(x) < 0.5:
        return x
    return x + _shrunk(x * k, k)


@program(np.array([1.0, 2.0]), 0.53)
def recursion_on_arrays_in_a_branch(x, k):
    y = x
    if k > 0.1:
        y = _shrunk(x * 2.0, k)
    return y * x + _shrunk(np.ones(2), k)


@program(0.8)
def recursion_of_itself(a):
    """McCarthy's function of real numbers: an argument is a call of itself."""

    def go(x):
        if x > 3.0:
            return x - a
        return go(go(x + 2.0 * a))

    return go(1.0)


@program(1.3, 0.5)
def recursion_of_lists(a, s):
    def go(x):
        if x < 0.5:
            return [x, a]
        inner = go(x * 0.5)
        return [inner[0] * a, inner[1] + x]

    y = a
    if s > 0:
        found = go(2.0)
        y = found[0] * found[1]
    return y


@program(2.1, 1.3, 0.52, 3)
def recursion_with_a_loop(x, a, t, n):
    def go(x):
        s = x
        for _ in range(n):
            if s < 0.5:
                s = s * a
            s = s * s * 0.7
        if x < 0.4:
            return s
        return go(x * t) + s

    return go(x)


@program(0.5, 1.0)
def recursion_on_a_written_array(k, s):
    def go(x):
        if np.sum(x) < 0.5:
            return k * x
        y = x.copy()
        y[0] *= k
        return y * go(y * k)

    z = np.zeros(2)
    if s > 0:
        z = go(np.array([1.0, 2.0]) * k)
    return z
