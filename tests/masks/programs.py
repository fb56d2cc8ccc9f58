"""Programs in which some of the singular points are not used: inputs, and the gradient there."""

import numpy as np

PROGRAMS = {}  # name -> (function, inputs, gradient of the sum by the first input)


def case(inputs, gradient):
    def register(f):
        PROGRAMS[f.__name__] = (f, inputs, np.asarray(gradient)[()])
        return f

    return register


AT_ZERO = np.array([0.0, 1.0, 4.0])
ROOTS = [0.0, 0.5, 0.25]  # the slopes of the square root where it is used
POINTS = np.array([0.0, 1.0, 4.0])
PAIRS = [-0.75, 0.5 - 0.5 / np.sqrt(3), 0.25 + 0.5 / np.sqrt(3)]  # of all pairs' sqrt(distance)
ROWS = np.array([[0.0, 0.0], [3.0, 4.0]])
UNIT_ROWS = [[0.0, 0.0], [4 / 125, -3 / 125]]


def roots_of_distances(x):
    return np.sqrt(np.abs(x[:, None] - x))


# --- what loses a comparison ------------------------------------------------------------------


@case((AT_ZERO,), ROOTS)
def loses_to_a_number(x):
    return np.maximum(np.sqrt(x), 0.5)


@case((AT_ZERO,), ROOTS)
def loses_in_fmax(x):
    return np.fmax(np.sqrt(x), 0.5)


@case((AT_ZERO,), ROOTS)
def clipped(x):
    return np.clip(np.sqrt(x), 0.5, 9.0)


@case((np.array([1000.0, 1.0]),), [0.0, np.e])
def overflow_that_loses(x):
    return np.minimum(np.exp(x), 1e10)


@case((AT_ZERO,), [0.0, 0.0, 0.25])
def largest(x):
    return np.max(np.sqrt(x))


@case((AT_ZERO,), [0.0, 0.0, 0.25])
def largest_of_rows(x):
    return np.max(np.sqrt(x[None]), axis=1)


@case((AT_ZERO,), [0.0, 0.5, 0.0])
def middle(x):
    return np.median(np.sqrt(x))


@case((AT_ZERO,), ROOTS)
def largest_two(x):
    return np.sort(np.sqrt(x))[1:]


@case((AT_ZERO,), [0.0, 0.0, 0.25])
def at_the_largest(x):
    r = np.sqrt(x)
    return r[np.argmax(r)]


@case((AT_ZERO,), [0.0, 0.5, 0.0])
def larger_of_two(x):
    return max(np.sqrt(x[0]), np.sqrt(x[1]))


# --- what is not read, or written over --------------------------------------------------------


@case((AT_ZERO,), ROOTS)
def rest(x):
    return np.sqrt(x)[1:]


@case((AT_ZERO,), [0.0, 0.0, 0.25])
def last(x):
    return np.sqrt(x)[-1]


@case((AT_ZERO,), [0.0, 2.0, 0.5])
def two_slices(x):
    r = np.sqrt(x)
    return r[1:] * r[1:][::-1]


@case((AT_ZERO,), ROOTS)
def rest_of_a_column(x):
    return np.sqrt(x)[None].T[1:]


@case((AT_ZERO,), ROOTS)
def second_part(x):
    return np.split(np.sqrt(x), [1])[1]


@case((POINTS,), PAIRS)
def upper_triangle(x):
    return np.triu(roots_of_distances(x), 1)


@case((POINTS,), PAIRS)
def lower_triangle(x):
    return np.tril(roots_of_distances(x), -1)


@case((POINTS,), PAIRS)
def pairs_by_indices(x):
    return roots_of_distances(x)[np.triu_indices(len(x), 1)]


@case((POINTS,), PAIRS)
def pairs_by_loops(x):
    r = roots_of_distances(x)
    s = 0.0
    for i in range(len(x)):
        for j in range(i + 1, len(x)):
            s += r[i, j]
    return s


@case((POINTS,), PAIRS)
def pairs_that_skip_the_diagonal(x):
    r = roots_of_distances(x)
    s = 0.0
    for i in range(len(x)):
        for j in range(len(x)):
            if i == j:
                continue
            s += 0.5 * r[i, j]
    return s


@case((POINTS,), PAIRS)
def pairs_that_test_the_distance(x):
    s = 0.0
    for i in range(len(x)):
        for j in range(len(x)):
            r = np.sqrt(abs(x[i] - x[j]))
            if r > 0.0:
                s += 0.5 * r
    return s


@case((POINTS,), PAIRS)
def triangle_of_what_loops_filled(x):
    r = np.zeros((len(x), len(x)))
    for i in range(len(x)):
        for j in range(len(x)):
            r[i, j] = np.sqrt(abs(x[i] - x[j]))
    return np.triu(r, 1)


@case((POINTS,), PAIRS)
def diagonal_filled(x):
    r = roots_of_distances(x)
    np.fill_diagonal(r, 1.0)
    return 0.5 * r


@case((POINTS, 3), 3 * np.array(PAIRS))
def one_array_for_all_steps(x, steps):
    r = np.empty((len(x), len(x)))
    total = 0.0
    for _ in range(steps):
        r[...] = roots_of_distances(x)
        np.fill_diagonal(r, 0.0)
        total += 0.5 * np.sum(r)
    return total


@case((AT_ZERO,), [0.0, 1.0, 0.5])
def first_written_over(x):
    r = np.sqrt(x)
    r[0] = 7.0
    r[1:] *= 2.0
    return r


@case((AT_ZERO,), ROOTS)
def written_over_through_a_view(x):
    r = np.sqrt(x)
    head = r[:2]
    head[0] = 3.0
    return r


@case((np.array([4.0, 9.0, 1.0]), np.array([0.0, 2.0, 5.0])), [0.0, 0.5, 0.2])
def out_of_a_buffer(a, b):
    out = np.zeros(3)
    np.divide(a, b, out=out, where=b > 0.0)
    return out


# --- branches ---------------------------------------------------------------------------------


@case((AT_ZERO,), [0.0, 2.0, 8.0])
def branch_not_taken(x):
    y = np.sqrt(x)
    if x[1] > 5.0:
        return np.sum(y)
    return np.sum(x * x)


@case((0.0,), 3.0)
def early_return(x):
    y = np.sqrt(x)
    if x == 0.0:
        return x * 3.0
    return y


@case((0.0,), 1.0)
def value_of_another_branch(x):
    z = 2.0 * np.sqrt(x)
    return x if x < 1.0 else z


@case((AT_ZERO,), [0.0, 1.5, 1.25])
def goes_round_a_loop_and_is_not_used_in_the_end(x):
    y, z = np.sqrt(x), np.zeros(3)
    for _ in range(2):
        z = z + np.where(x > 0.0, y, 0.0)
        y = y * y
    return z


@case((AT_ZERO, 2), [2.0, 0.5, 0.25])
def branch_in_a_loop(x, steps):
    s = 0.0
    for i in range(len(x)):
        r = np.sqrt(x[i])
        if r > 0.0:
            s = s + r
        else:
            s = s + steps * x[i]
    return s


# --- numbers, rows, missing values ------------------------------------------------------------


@case((0.0,), 0.0)
def where_of_a_number(x):
    return np.where(x > 0.0, np.log(x), 0.0)


@case((2.0,), 0.5)
def where_of_a_number_that_is_used(x):
    return np.where(x > 0.0, np.log(x), 0.0)


@case((np.array(0.0),), 1.0)
def where_of_an_array_without_axes(x):
    return np.where(x > 0.0, np.log(x), x)


@case((np.zeros(3),), np.ones(3))
def vector_of_length_zero(x):
    n = np.sqrt(np.sum(x * x))
    return np.where(n > 0.0, x / n, x)


@case((ROWS,), UNIT_ROWS)
def rows_of_unit_length(x):
    n = np.sqrt(np.sum(x * x, axis=1, keepdims=True))
    return np.where(n > 0.0, x / n, 0.0)


@case((ROWS,), UNIT_ROWS)
def rows_but_the_first(x):
    return (x / np.sqrt(np.sum(x * x, axis=1))[:, None])[1:]


@case((ROWS,), UNIT_ROWS)
def rows_by_their_norm(x):
    n = np.linalg.norm(x, axis=1, keepdims=True)
    return np.where(n > 0.0, x / n, 0.0)


@case((np.array([1.0, 2.0]), np.array([0, 2])), [0.0, 0.5])
def means_of_groups(total, count):
    return np.where(count > 0, total / count, 0.0)


@case((np.array([1.0, 2.0]), np.array([np.nan, 3.0])), [0.0, 3.0])
def missing_values(w, x):
    return np.where(np.isnan(x), 0.0, x * w)


@case((2.0, np.array([np.nan, 3.0])), 3.0)
def one_factor_of_missing_values(w, x):
    return np.where(np.isnan(x), 0.0, x * w)


@case((np.array([1.0, 2.0]), np.array([np.nan, 3.0])), [0.0, 3.0])
def sum_without_missing_values(w, x):
    return np.nansum(x * w)


@case((np.array([1.0, 2.0]), np.array([np.nan, 3.0])), [0.0, 3.0])
def missing_values_made_zero(w, x):
    return np.nan_to_num(x * w)


@case((np.array([1000.0, -1.0]),), [1.0, np.exp(-1.0)])
def exponential_linear_unit(x):
    return np.where(x > 0.0, x, np.exp(x) - 1.0)


@case((AT_ZERO,), [1.0, 0.5, 0.25])
def pieces(x):
    return np.piecewise(x, [x <= 0.0, x > 0.0], [lambda v: v, np.sqrt])


@case((AT_ZERO,), [1.0, 0.5, 0.25])
def several_conditions(x):
    return np.select([x > 2.0, x > 0.0], [np.log(x), np.sqrt(x)], x)


# --- what is used -----------------------------------------------------------------------------


@case((AT_ZERO,), [np.nan, 1.0, 1.0])
def square_of_a_root(x):
    return np.sqrt(x) ** 2


@case((AT_ZERO,), [np.nan, 0.0, 0.0])
def explicit_factor_of_zero(x):
    return 0.0 * np.log(x)


@case((AT_ZERO,), [np.nan, 1.0, 1.0])
def used_under_a_mask(x):
    return np.where(x >= 0.0, np.sqrt(x) ** 2, 0.0)


@case((AT_ZERO,), [np.nan, 0.5, 0.25])
def used_elsewhere(x):
    r = np.sqrt(x)
    return np.sum(np.where(x > 0.0, r, 0.0)) + np.sum(0.0 * r)


@case((AT_ZERO,), [np.inf, 0.5, 0.0])
def used_slice(x):
    return np.sqrt(x)[:2]


@case((AT_ZERO,), [np.nan, 0.5, 0.25])
def used_item(x):
    r = np.sqrt(x)
    return np.sum(r[1:]) + r[0] * 0.0
