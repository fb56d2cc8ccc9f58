"""The traps that other differentiators fell into, one function each.

Each runs in specialised and in generic form, on scalars and on arrays where both make sense, and is
compared with the oracle in value, shape and dtype. Nothing is changed, and nothing is shared.
"""

import copy

import numpy as np
import pytest

import srcgrad
from tests.oracle import assert_same_gradients, leaves, oracle_vjp, random_cotangent

TRAPS = {}


def trap(*examples):
    """Register a function with several tuples of inputs that it runs on."""

    def register(f):
        for k, inputs in enumerate(examples):
            TRAPS[f"{f.__name__}-{k}"] = (f, inputs)
        return f

    return register


def ramp(*shape, dtype="float64"):
    """Numbers between 0.5 and 2 that are all different."""
    return np.linspace(0.5, 2.0, int(np.prod(shape))).reshape(shape).astype(dtype)


def arrays_of(*trees):
    return [leaf for tree in trees for _, leaf in leaves(tree) if isinstance(leaf, np.ndarray)]


def check(f, inputs, cotangent=None):
    """Compare with the oracle; inputs and cotangent stay, gradients are nobody else's."""
    if cotangent is None:
        cotangent = random_cotangent(f(*copy.deepcopy(inputs)))
    given, seed = copy.deepcopy(inputs), copy.deepcopy(cotangent)
    gradients = srcgrad.vjp(f, given, seed)
    single = any(a.dtype == np.float32 for a in map(np.asarray, arrays_of(inputs)))
    expected = oracle_vjp(f, copy.deepcopy(inputs), cotangent)
    assert_same_gradients(gradients, expected, *((1e-5, 1e-6) if single else (1e-9, 1e-12)))
    for before, after in zip(arrays_of(inputs, cotangent), arrays_of(given, seed), strict=True):
        np.testing.assert_array_equal(after, before)
    own, others = arrays_of(gradients), arrays_of(given, seed)
    for k, array in enumerate(own):
        assert array.flags.writeable
        for other in own[k + 1 :] + others:
            assert not np.may_share_memory(array, other)
    return gradients


# --- broadcasting -------------------------------------------------------------------------------

COLUMN_AND_ROW = (ramp(3, 1), ramp(4))
BROADCAST = [
    COLUMN_AND_ROW,
    COLUMN_AND_ROW[::-1],
    (ramp(2, 3), 1.7),
    (1.7, ramp(2, 3)),
    (1.5, 0.7),
    (ramp(1), ramp(3)),
    (ramp(2, 1, 3), ramp(2, 1)),
    (np.array(1.2), ramp(3)),
    (ramp(0, 3), ramp(3)),
    (ramp(3, dtype="float32"), ramp(2, 1, dtype="float32")),
]


@trap(*BROADCAST)
def quotient(a, b):
    return a / b


@trap(*BROADCAST)
def product(a, b):
    return a * b


@trap(*BROADCAST)
def power(a, b):
    return a**b


@trap(*BROADCAST)
def larger(a, b):
    return np.maximum(a, b)


@trap(*BROADCAST)
def chosen(a, b):
    return np.where(a > 1.0, a, b)


@trap((ramp(3, 1),), (ramp(3),), (1.5,))
def against_itself(x):
    return x * np.transpose(x)


# --- stores -------------------------------------------------------------------------------------


@trap((ramp(4), 2.0), (ramp(4, 3), ramp(3)), (ramp(4, 3), 0.5))
def augmented_store(x, e):
    y = x * x
    y[1] += e
    y[-1] *= e
    return y


@trap((ramp(4), ramp(4)), (ramp(4, 2), ramp(4, 1)))
def store_of_a_sum_with_itself(v, x):
    for i in range(4):
        v[i] = v[i] + x[i]
    return v


@trap((ramp(3),), (ramp(3, 2),))
def repeated_reads(x):
    index = np.array([0, 0, 2, 0])
    return x[index] * x[index]


@trap((ramp(3), ramp(4)), (ramp(3, 2), ramp(4, 2)), (ramp(3), 1.5))
def repeated_stores(x, v):
    index = np.array([0, 0, 2, 0])
    x[index] = v
    return x * x


@trap((ramp(3), ramp(4)), (ramp(3, 2), ramp(4, 2)), (ramp(3), 1.5))
def repeated_augmented_stores(x, v):
    index = np.array([0, 0, 2, 0])
    x[index] += v
    return x * x


@trap((ramp(4), 3.0), (ramp(4, 2), ramp(2)))
def store_through_a_view(x, k):
    y = x * 1.0
    view = y[1:3]
    view[0] = k * x[0]
    view *= y[0]
    return y


@trap((ramp(4), 3.0), (ramp(4, 3), ramp(3)), (np.array(2.0), 3.0))
def argument_is_mutated(x, k):
    x *= k
    x += x * x
    return x


@trap((ramp(3),), (ramp(3, 2),))
def argument_is_cleared(x):
    y = x * x
    x[:] = 0.0
    return y + x


# --- variables and loops ------------------------------------------------------------------------


@trap((1.5, 4), (ramp(3), 4), (ramp(3), 0))
def defined_before_and_used_after(x, n):
    a = x * x
    y = x
    for _ in range(n):
        y = y * 0.5 + a
    return y * a


@trap((1.2, 3, 2), (ramp(2), 3, 2), (ramp(2), 0, 2), (1.2, 3, 0))
def nested_loops(x, n, m):
    y = x
    for i in range(n):
        for _ in range(i, m):
            y = y * x
        m = m + 1
    return y


@trap((1.5, 0), (ramp(3), 0), (ramp(2, 0), 0))
def loop_of_no_iterations(x, n):
    y = x * x
    for _ in range(n):
        y = y * x
    return y


@trap((1.5, 4), (ramp(3), 4), (ramp(3), 0))
def loop_variable_afterwards(x, n):
    i = 7
    for i in range(n):
        x = x * 1.1 + i
    return x * i


@trap((ramp(3),), (ramp(3, 2),))
def element_afterwards(x):
    total = 0.0
    for v in x:
        total = total + v * v
    return total * v


@trap((1.5,), (0.5,), (ramp(3),), (ramp(3) - 2.0,))
def first_defined_in_a_branch(x):
    if np.sum(x) > 1.0:
        z = x * x
    else:
        z = 3.0 * x
    return z * x


@trap((ramp(4),), (ramp(4, 2),))
def first_defined_in_a_loop(x):
    for i in range(4):
        t = x[i] * x[i]
        u = t + x[0]
    return t * u


@trap((np.array([1.0, 3.0, 2.0, 5.0, 4.0]),), (np.array([2.0, 1.0]),))
def maximum_with_continue(x):
    best = x[0]
    for i in range(1, len(x)):
        if x[i] <= best:
            continue
        best = x[i]
    return best


@trap((2.0, 3), (ramp(3), 3), (ramp(3), 0))
def reciprocal_from_zero(x, n):
    y = 0.0 * x
    for _ in range(n):
        y = 1.0 / (x + y)
    return y


# --- numbers ------------------------------------------------------------------------------------


@trap((2.5, 3), (ramp(3), 3), (ramp(3), np.array([1, 2, 3])), (ramp(3, dtype="float32"), 3))
def integers_among_floats(x, n):
    return n * x + n // 2 + x / 3 + x**2


@trap((1.5,), (ramp(3),), (ramp(3, dtype="float32"),))
def sum_from_an_integer(x):
    total = 0
    for _ in range(3):
        total = total + x * x
    return total


@trap((ramp(3, dtype="float32"), 1.5), (ramp(3, dtype="float32"), ramp(3)), (np.float32(2.0), 1.5))
def single_precision(x, k):
    return k * x + 2.0 * x / 3 + k


# --- memory -------------------------------------------------------------------------------------


@trap((ramp(3), ramp(3)), (1.0, 2.0), (ramp(2, 3), ramp(3)))
def sum_of_two(a, b):
    return a + b


@trap((ramp(3),), (1.5,), (ramp(2, 3),))
def identity(x):
    return x


@trap((ramp(3),), (ramp(2, 3),))
def view_of_the_input(x):
    return x.T


@trap((ramp(3), ramp(3)), (1.5, 2.0))
def outputs_that_share(a, b):
    return a, (a, b), {"sum": a + b}


# --- names --------------------------------------------------------------------------------------


@trap((1.5, 2.0, 3), (ramp(3), 2.0, 3))
def names_of_generated_code(y, y_bar, x_tape):
    x = y * y_bar
    for t in range(x_tape):
        x0 = x * y_bar
        x = x0 + t * x
    return x


@trap((1.5, 2.0), (ramp(3), 2.0))
def names_of_builtins(range, len):
    np = range * len
    reversed = np + range
    return np * reversed


def unbroadcast(x):
    return 5.0 * x


zeros_like = 3.0


@trap((1.5, 2.0), (ramp(3), ramp(2, 1)))
def names_of_globals(x, copy):
    return unbroadcast(x) * zeros_like + copy * x


@trap((1.5,), (ramp(3),), (1.5, 2.5), (ramp(3), 2.5))
def default_arguments(x, y=3.0):
    return x * y * y


def scaled(x, k=2.0, *, shift=1.0):
    return k * x * x + shift * x


@trap((1.5, 0.5), (ramp(3), ramp(3)))
def keyword_arguments(x, k):
    return scaled(x, shift=k) + scaled(shift=x, x=k) + scaled(x, k)


@pytest.mark.parametrize("name", TRAPS)
def test_trap(name, mode):
    f, inputs = TRAPS[name]
    check(f, inputs)


# --- inputs that are no floats ------------------------------------------------------------------


def test_integer_inputs_are_never_truncated(mode):
    def f(x, n):
        return x * n / 2

    x_bar, n_bar = srcgrad.vjp(f, (1.5, 3), 1.0)
    assert (x_bar, n_bar) == (1.5, None)
    with pytest.raises(TypeError, match="float"):
        srcgrad.grad(f, argnums=1)(1.5, 3)
    with pytest.raises(TypeError, match="float"):
        srcgrad.vjp(f, (1.5, np.arange(3)), np.ones(3), argnums=1)


def test_a_seed_of_integers_is_no_reason_to_truncate(mode):
    for seed in (np.array([1, 2, 3]), np.ones(3, np.float32)):
        (x_bar,) = srcgrad.vjp(lambda x: x / 4.0, (ramp(3),), seed)
        assert x_bar.dtype == np.float64
        np.testing.assert_array_equal(x_bar, seed / 4.0)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_no_other_precision_comes_in(mode, dtype):
    def f(x, w):
        return np.sum(np.tanh(2.0 * x @ w + 0.5) ** 3) / len(x)

    for gradient in srcgrad.vjp(f, (ramp(2, 3, dtype=dtype), ramp(3, 2, dtype=dtype))):
        assert gradient.dtype == dtype
