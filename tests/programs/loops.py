"""`for` and `while`, nested, with `break`, `continue`, over ranges, arrays, `enumerate`, `zip`."""

import numpy as np

from .registry import SAME, program, torch

rng = np.random.default_rng(8)
normal, uniform = rng.normal, rng.uniform


@program(1.1, 0.4, 6, torch=lambda x, w, n: _branch_in_a_loop(x, w, n), compiles=True)
def branch_in_a_loop(x, w, n):
    for _ in range(n):
        if x > 1.0:
            x = w * np.sqrt(x)
        else:
            x = x * x + w
    return x


def _branch_in_a_loop(x, w, n):
    for _ in range(n):
        x = w * torch.sqrt(x) if x > 1.0 else x * x + w
    return x


@program(0.9, 4, torch=SAME, compiles=True)
def repeated_square(x, n):
    for _ in range(n):
        x = x * x
    return x


@program(normal(size=5), torch=SAME, compiles=True)
def sum_by_a_loop(x):
    total = 0.0
    for i in range(len(x)):
        total = total + x[i] * x[i]
    return total


@program(normal(size=5), torch=SAME, compiles=True)
def sum_over_elements(x):
    total = 0.0
    for v in x:
        total += v**3
    return total


@program(normal(size=(3, 2)), torch=lambda x: sum((row**2).sum() * row for row in x), compiles=True)
def sum_over_rows_of_a_matrix(x):
    total = np.zeros(2)
    for row in x:
        total = total + row * np.sum(row**2)
    return total


@program(normal(size=4), normal(size=4), torch=SAME, compiles=True)
def loop_over_zip(a, b):
    total = 0.0
    for p, q in zip(a, b):
        total += p * q * q
    return total


@program(normal(size=4), torch=SAME, compiles=True)
def loop_over_enumerate(x):
    total = 0.0
    for i, v in enumerate(x):
        total += (i + 1) * v * v
    return total


@program(normal(size=4), normal(size=4), torch=SAME, compiles=True)
def loop_over_enumerate_of_zip(a, b):
    total = 0.0
    for k, (p, q) in enumerate(zip(a, b)):
        total += k * p / (1.0 + q * q)
    return total


@program(2.0, torch=SAME, compiles=True)
def loop_over_a_tuple(x):
    y = 0.0
    for c in (1.0, -2.0, 0.5):
        y = y * x + c
    return y


@program(10.0, 2, 9, 3, torch=SAME, compiles=True)
def range_with_steps(x, start, stop, step):
    for i in range(start, stop, step):
        x = x / i + i
    for i in range(stop, start, -step):
        x = x * i
    return x


@program(100.0, torch=SAME, compiles=True)
def halving(x):
    while x > 1.0:
        x = 0.5 * x
    return x


@program(9.0, torch=SAME, compiles=True)
def heron_square_root(a):
    x = a
    n = 0
    while abs(x * x - a) > 1e-12 and n < 50:
        x = 0.5 * (x + a / x)
        n += 1
    return x


@program(0.7, torch=SAME, compiles=True)
def exponential_series(x):
    term = 1.0
    total = 1.0
    for k in range(1, 20):
        term = term * x / k
        total = total + term
    return total


@program(normal(size=(3, 4)), torch=lambda a: (a * a * torch.arange(1, 5)).sum(1), compiles=True)
def nested_loops(a):
    n, m = a.shape
    y = np.zeros(n)
    for i in range(n):
        s = 0.0
        for j in range(m):
            s += a[i, j] ** 2 * (j + 1)
        y[i] = s
    return y


@program(1.01, 4, torch=SAME, compiles=True)
def triangular_loops(x, n):
    y = x
    for i in range(n):
        for j in range(i):
            y = y * x + j
        y = y - i
    return y


@program(uniform(0.2, 1, size=6), 1.5, torch=SAME, compiles=True)
def break_at_a_threshold(x, limit):
    total = 0.0
    for v in x:
        total = total + v * v
        if total > limit:
            break
    return total


@program(np.array([1.0, -2.0, 3.0, -0.5]), torch=SAME, compiles=True)
def skip_negative_numbers(x):
    total = 1.0
    for v in x:
        if v < 0.0:
            continue
        total *= v
    return total


@program(1.3, torch=SAME, compiles=True)
def break_from_an_endless_loop(x):
    y = x
    while True:
        y = y * x
        if y > 4.0:
            break
    return y


@program(np.array([0.2, 0.5, 3.0, 1.0]), torch=SAME, compiles=True)
def return_from_a_loop(x):
    total = 0.0
    for v in x:
        if v > 1.0:
            return total * v
        total = total + v
    return total


@program(np.array([1.0, -2.0, 4.0]), torch=SAME, compiles=True)
def for_with_else(x):
    total = 0.0
    for v in x:
        if v > 10.0:
            break
        total += v * v
    else:
        total = total * 2.0
    return total


@program(0.5, 0.3, 5, torch=SAME, compiles=True)
def swap_in_a_loop(a, b, n):
    for _ in range(n):
        a, b = b, a + b * b
    return a * b


@program(np.array([1.0, 2.0]), 7, torch=SAME, compiles=True)
def fibonacci_of_vectors(x, n):
    previous, current = x, x * x
    for _ in range(n):
        previous, current = current, 0.5 * (previous + current) * x[0]
    return current


@program(0.8, 12, torch=lambda x, n: torch.cos(x) if n == 0 else _fixed_point(x, n), compiles=True)
def cosine_fixed_point(x, n):
    for _ in range(n):
        x = np.cos(x)
    return x


def _fixed_point(x, n):
    for _ in range(n):
        x = torch.cos(x)
    return x


@program(normal(size=4), torch=SAME, compiles=True)
def running_average(x):
    mean = 0.0
    spread = 0.0
    for i in range(4):
        delta = x[i] - mean
        mean = mean + delta / (i + 1)
        spread = spread + delta * (x[i] - mean)
    return spread


@program(3.7, torch=SAME, compiles=True)
def digits_of_a_continued_fraction(x):
    y = x
    for k in [3, 7, 15, 1]:
        y = k + 1.0 / y
    return y


@program(
    normal(size=5),
    torch=lambda x: torch.stack([v * v + i for i, v in enumerate(x)]).sum(),
    compiles=True,
)
def comprehension(x):
    return sum([v * v + i for i, v in enumerate(x)])


@program(
    normal(size=6),
    torch=lambda x: torch.stack([x[i] * x[i + 1] for i in range(0, 5, 2)]),
    compiles=True,
)
def array_of_a_comprehension(x):
    return np.array([x[i] * x[i + 1] for i in range(0, 5, 2)])


@program(1.3, 0.5, twice=False)
def condition_that_assigns_and_fails(x, y):
    """The loop runs no iteration, but its condition has assigned."""
    n, v = 0, 0.0
    while n < 3 and (v := x) < 0.9:
        n += 1
        y = y * x
    while (w := x * v) < 0.1:
        y = y + w
    return np.sin(v * y) + w


@program(normal(size=(3, 4)))
def number_that_becomes_a_row(rows):
    total = 0.0
    for i in range(len(rows)):
        total += rows[i] * rows[i]
    return total / len(rows)


@program(uniform(0.5, 1.5, (3, 2)), 2)
def products_in_place(rows, n):
    product, sums = 1, (0, 1.0)
    for k in range(n):
        for row in rows:
            product *= row
            sums = sums[0] + k * row, sums[1] * row
    product -= sums[0]
    return np.sum(product) + sums[1]


@program(normal(size=(3, 4)), twice=False)
def number_or_row_with_a_view(rows):
    """The view is taken before the update in place, which it sees from the second row on."""
    total = 0.0
    seen = 0.0
    for row in rows:
        total = total + row
        last = total[:2]
        seen = seen + last
    return seen * total[0]
