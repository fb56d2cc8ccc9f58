"""What other differentiators got wrong, on scalars and on arrays.

Broadcasting traps are in `broadcasting.py` too; here stand the shortest programs that show each.
"""

import numpy as np

from .registry import SAME, program, torch

rng = np.random.default_rng(14)
normal, uniform = rng.normal, rng.uniform


# Gradients of the wrong shape


@program(uniform(1, 2, size=(2, 3)), 1.7, torch=SAME, compiles=True)
def divide_by_a_broadcast_float(x, k):
    return x / k


@program(uniform(1, 2, size=3), uniform(1, 2, size=(2, 1)), torch=SAME, compiles=True)
def broadcast_exponent(x, p):
    return x**p


@program(uniform(1, 2, size=(2, 3)), 2.5, torch=SAME, compiles=True)
def broadcast_float_exponent(x, p):
    return x**p


@program(
    normal(size=(2, 3)),
    0.1,
    torch=lambda x, k: torch.maximum(x, k) + torch.minimum(k, x),
    compiles=True,
)
def maximum_with_a_broadcast_float(x, k):
    return np.maximum(x, k) + np.minimum(k, x)


@program(
    normal(size=(2, 3)),
    0.1,
    normal(size=3),
    torch=lambda x, a, b: torch.where(x > 0, a, b),
    compiles=True,
)
def where_with_a_broadcast_float(x, a, b):
    return np.where(x > 0, a, b)


@program(normal(size=(3, 1)), torch=lambda x: x * x.T, compiles=True)
def broadcast_against_itself(x):
    return x * x.T


# Stores


@program(
    normal(size=3),
    2.0,
    torch=lambda x, e: x.clone().index_add(0, torch.tensor([1]), e[None]),
    compiles=True,
)
def augmented_store_is_kept(x, e):
    y = x.copy()
    y[1] += e
    return y


@program(normal(size=3), normal(size=3), torch=lambda v, x: v + x, compiles=True)
def store_of_a_sum_with_itself(v, x):
    for i in range(3):
        v[i] = v[i] + x[i]
    return v


@program(normal(size=3), np.array([0, 0, 2, 0]), torch=SAME, compiles=True)
def read_repeated_indices(x, index):
    return x[index] * x[index]


@program(normal(size=3), normal(size=4), np.array([0, 0, 2, 0]), compiles=True)
def last_store_to_a_repeated_index_wins(x, v, index):
    x[index] = v
    return x * 2.0


@program(normal(size=3), normal(size=4), np.array([0, 0, 2, 0]), compiles=True)
def augmented_store_to_repeated_indices(x, v, index):
    x[index] += v
    return x


@program(normal(size=4), 3.0, compiles=True)
def store_through_a_view(x, k):
    y = x.copy()
    view = y[1:3]
    view[0] = k * x[0]
    view *= 2.0
    return y


@program(normal(size=3), 3.0, torch=lambda x, k: x * k + 1.0, compiles=True)
def argument_is_mutated(x, k):
    x *= k
    x += 1.0
    return x


@program(normal(size=3), torch=lambda x: x * x, compiles=True)
def argument_is_mutated_after_use(x):
    y = x * x
    x[:] = 0.0
    return y


@program(normal(size=3), torch=lambda x: x**2 * 4.0, compiles=True)
def alias_sees_the_store(x):
    y = x.copy()
    z = y
    z[...] = z * 2.0
    return y * z


@program(normal(size=3), 1, -2, compiles=True)
def equal_and_negative_indices(x, i, j):
    x[i] = x[j] * 2.0
    x[j] = x[i] * x[0]
    return x


@program(
    normal(size=4),
    2.0,
    torch=lambda x, k: torch.stack((x[0], x[1], x[2] + k * x[3], x[3])),
    compiles=True,
)
def operand_of_the_store_is_overwritten(x, k):
    s = x[3]
    x[2] += k * s
    k = 0.0
    s = k
    return x + s


@program(normal(size=5), 2, compiles=True)
def subscript_changes_after_the_store(x, i):
    x[i] = x[i] ** 2
    i = i + 1
    x[i] = x[i - 1] * x[i]
    return x


# Loops


@program(2.0, 4, torch=SAME, compiles=True)
def defined_before_the_loop_and_used_after(x, n):
    a = x * x
    y = x
    for _ in range(n):
        y = y + a
    return y * a


@program(normal(size=3), 4, torch=SAME, compiles=True)
def array_before_the_loop_and_used_after(x, n):
    a = x * x
    y = x
    for _ in range(n):
        y = y * 0.5 + a
    return y * a


@program(1.2, 3, 2, torch=SAME, compiles=True)
def nested_runtime_bounds(x, n, m):
    y = x
    for _ in range(n):
        for _ in range(m):
            y = y * x
        m = m + 1
    return y


@program(1.2, 0, torch=SAME, compiles=True)
def loop_of_no_iterations(x, n):
    y = x * x
    for _ in range(n):
        y = y * x
    return y


@program(normal(size=3), torch=lambda x: x * 3.0, compiles=True)
def while_of_no_iterations(x):
    y = x * 3.0
    while np.sum(y * y) < 0.0:
        y = y * y
    return y


@program(1.5, 4, torch=SAME, compiles=True)
def loop_variable_after_the_loop(x, n):
    i = 0
    for i in range(n):
        x = x * 1.1 + i
    return x * i


@program(normal(size=3), torch=SAME, compiles=True)
def loop_element_after_the_loop(x):
    total = 0.0
    for v in x:
        total = total + v
    return total * v


@program(1.5, torch=SAME, compiles=True)
def defined_in_both_branches(x):
    if x > 1.0:
        y = x * x
        z = 2.0
    else:
        z = x
        y = 1.0
    return y * z


@program(normal(size=4), torch=SAME, compiles=True)
def defined_in_the_loop(x):
    for i in range(4):
        t = x[i] * x[i]
        u = t + x[0]
    return t * u


@program(np.array([1.0, 3.0, 2.0, 5.0, 4.0]), torch=lambda x: torch.amax(x), compiles=True)
def maximum_with_continue(x):
    best = x[0]
    for i in range(1, len(x)):
        if x[i] <= best:
            continue
        best = x[i]
    return best


@program(normal(size=4), torch=lambda x: torch.amax(x) * 2.0, compiles=True)
def argmax_by_a_loop(x):
    where = 0
    for i in range(1, len(x)):
        if not x[i] > x[where]:
            continue
        where = i
    return x[where] * 2.0


@program(2.0, 3, torch=SAME, compiles=True)
def reciprocal_from_zero(x, n):
    y = 0.0
    for _ in range(n):
        y = 1.0 / (x + y)
    return y


@program(uniform(1, 2, size=3), 3, torch=SAME, compiles=True)
def reciprocal_of_arrays_from_zero(x, n):
    y = 0.0 * x
    for _ in range(n):
        y = x / (1.0 + y)
    return y


@program(1.5, 3, torch=SAME, compiles=True)
def bound_changes_in_the_loop(x, n):
    for i in range(n):
        x = x * (i + 1)
        n = 0
    return x + n


# Integers and precisions


@program(2.5, 3, torch=SAME, compiles=True)
def integer_among_floats(x, n):
    return n * x + n // 2 + x / n


@program(np.array([1.0, 2.0, 3.0]), np.array([1, 2, 3]), torch=SAME, compiles=True)
def integer_array_among_floats(x, n):
    return n * x**2 + n // 2


@program(np.array([1.0, 2.0]), torch=lambda x: 3 * x)
def integers_become_floats(x):
    total = 0
    for _ in range(3):
        total = total + x
    return total


@program(uniform(1, 2, size=3).astype(np.float32), torch=SAME, compiles=True)
def single_precision_stays(x):
    return 2.0 * x + x**2 / 3


@program(uniform(1, 2, size=3).astype(np.float32), 1.5, torch=SAME, compiles=True)
def single_precision_with_a_float(x, k):
    return k * x + k


@program(np.float32(1.5), 3, torch=SAME, compiles=True)
def single_precision_in_a_loop(x, n):
    y = x
    for _ in range(n):
        y = y * x + 1.0
    return y


# Memory


@program(normal(size=3), normal(size=3), torch=SAME, compiles=True)
def sum_of_two(a, b):
    return a + b


@program(1.0, 2.0, torch=SAME, compiles=True)
def sum_of_two_floats(a, b):
    return a + b


@program(normal(size=3), torch=SAME, compiles=True)
def output_is_the_input(x):
    return x


@program(normal(size=(2, 3)), torch=SAME, compiles=True)
def output_is_a_view(x):
    return x.T


@program(normal(size=3), normal(size=3), torch=lambda a, b: (a, a, b), compiles=True)
def outputs_that_share(a, b):
    return a, a, b


@program(normal(size=3), torch=SAME, compiles=True)
def variable_is_reused(x):
    x = x * x
    x = x + 1.0
    x = x * x
    return x


@program(normal(size=3), torch=SAME, compiles=True)
def used_many_times(x):
    return x * x * x + x - x / 2.0 + x


# Defaults


@program(1.5, torch=SAME, compiles=True)
def default_does_not_take_the_seed(x, y=3.0):
    return x * y * y


@program(normal(size=2), 2.0, torch=SAME, compiles=True)
def default_overridden(x, k=3.0, n=2):
    return k * x**n


@program(1.5, torch=SAME, compiles=True)
def constant_result(x):
    return 0.0 * x + 2.0
