"""`try` with `except`, and `with`: which handler runs, what is kept, what is raised."""

import contextlib
import math
import warnings

import numpy as np
import pytest

import srcgrad
from srcgrad.testing.checks import check_vjp
from tests.oracle import assert_same_gradients

X = np.array([0.5, 1.5, 2.0])


def power(x, text):
    try:
        n = int(text)
    except ValueError:
        n = 2
    return np.sum(x**n)


@pytest.mark.parametrize(("text", "n"), [("3", 3), ("three", 2)])
def test_what_is_known_chooses_its_handler_when_source_is_generated(text, n, mode):
    assert_same_gradients(srcgrad.vjp(power, (X, text)), (n * X ** (n - 1), None))
    assert "attempt(" not in srcgrad.source(power, X, text)


def optional(x):
    try:
        from no_such_package import fast_sum as add
    except ImportError:
        add = np.sum
    return add(x * x)


def weighted(x, weights, name):
    try:
        w = weights[name]
    except KeyError as error:
        w = 10.0 * len(error.args)
    else:
        w = w + 1.0
    finally:
        scale = 2.0
    return np.sum(w * scale * x)


def test_imports_and_keys(mode):
    assert_same_gradients(srcgrad.vjp(optional, (X,)), (2 * X,))
    gradients = srcgrad.vjp(weighted, (X, {"a": 2.0}, "a"))
    assert_same_gradients(gradients[:1], (np.full(3, 6.0),))
    assert gradients[1] == {"a": 9.0 - 1.0} or gradients[1]["a"] == 2.0 * np.sum(X)
    assert_same_gradients(srcgrad.vjp(weighted, (X, {"a": 2.0}, "b"))[:1], (np.full(3, 20.0),))


def find(names, wanted):
    for k, name in enumerate(names):
        if name == wanted:
            return k
    raise LookupError(wanted)


def chosen(x, wanted):
    try:
        k = find(("a", "b"), wanted)
    except LookupError:
        k = 2
    return x[k] ** 2


@pytest.mark.parametrize(("wanted", "k"), [("a", 0), ("b", 1), ("z", 2)])
def test_what_a_called_function_raises(wanted, k, mode):
    expected = np.zeros(3)
    expected[k] = 2 * X[k]
    assert_same_gradients(srcgrad.vjp(chosen, (X, wanted)), (expected,)[:1] + (None,))


class NotPositive(Exception):
    pass


def half_logdet(a):
    try:
        factor = np.linalg.cholesky(a)
    except np.linalg.LinAlgError:
        print("not positive definite")
        raise NotPositive from None
    return np.sum(np.log(np.diag(factor)))


def test_handlers_that_raise_leave_the_body_as_it_is(mode):
    a = np.diag([2.0, 3.0])
    assert_same_gradients(srcgrad.vjp(half_logdet, (a,)), (np.diag([0.25, 1 / 6]),))
    assert "attempt" not in srcgrad.source(half_logdet, a)
    with pytest.raises(NotPositive):  # by a run of the function itself
        srcgrad.vjp(half_logdet, (-a,))


def with_jitter(a, jitter):
    try:
        factor = np.linalg.cholesky(a)
    except np.linalg.LinAlgError as error:
        message = str(error)
        factor = np.linalg.cholesky(a + jitter * np.eye(len(a)))
        factor = factor * (1.0 if message else 0.0)
    return np.sum(np.log(np.diag(factor)))


def test_a_handler_that_computes_something_else_is_a_branch(mode):
    good, bad = np.diag([2.0, 3.0]), np.diag([2.0, -3.0])
    assert_same_gradients(srcgrad.vjp(with_jitter, (good, 5.0)), (np.diag([0.25, 1 / 6]), 0.0))
    a_bar = np.diag([1 / 14, 0.25])
    assert_same_gradients(srcgrad.vjp(with_jitter, (bad, 5.0)), (a_bar, np.trace(a_bar)))
    value, tangent = srcgrad.jvp(with_jitter, (bad, 5.0), (np.zeros((2, 2)), 1.0))
    assert value == with_jitter(bad, 5.0)
    np.testing.assert_allclose(tangent, np.trace(a_bar))


def inverse(x, n):
    total = 0.0
    for i in range(n):
        try:
            k = 10 // (i - 1)
        except ZeroDivisionError:
            continue
        total = total + k * x[i % len(x)]
    return total


def test_an_inactive_body_in_a_loop(mode):
    assert_same_gradients(
        srcgrad.vjp(inverse, (X, 4)), (np.array([0.0, 0.0, 10.0]) + [-10.0 + 5.0, 0.0, 0.0], None)
    )


def adaptive(x, n):
    def risky(v):
        if v > limit:
            raise OverflowError("too large")
        return v * v

    limit = 3.0
    total = 0.0
    for i in range(n):
        try:
            y = risky(x[i])
            if y > 100.0:
                continue
            z = x[i + 1] * y
        except (OverflowError, IndexError) as error:
            y = 1.0
            z = x[i] * len(str(error))
        total = total + y * z
    return total


def test_bodies_with_functions_jumps_and_several_statements(mode):
    x = np.array([1.0, 2.0, 4.0, 0.5])
    expected = np.zeros(4)
    for i in range(4):
        step = np.zeros(4)
        step[i] = 1e-6
        expected[i] = (adaptive(x + step, 4) - adaptive(x - step, 4)) / 2e-6
    np.testing.assert_allclose(srcgrad.vjp(adaptive, (x, 4))[0], expected, rtol=1e-7)


def guarded(x):
    y = x
    try:
        with np.errstate(divide="raise"):
            y = 1.0 / x
    except FloatingPointError:
        y = 0.0 * x
    return np.sum(y)


def half_written(x):
    y = np.zeros(3)
    try:
        for i in range(3):
            y[i] = x[i + 1]
    except IndexError:
        pass
    return np.sum(y)


def noisy(x):
    try:
        print("trying")
        y = np.linalg.inv(x)
    except np.linalg.LinAlgError:
        y = x
    return np.sum(y)


def unclear(x):
    try:
        n = 1
        while n < 3:
            y = np.linalg.inv(x - n)
            n = n + 1
    except np.linalg.LinAlgError:
        y = x
    return n * np.sum(y)


@pytest.mark.parametrize(
    ("f", "why"),
    [
        (guarded, "another order"),
        (half_written, "how much of an array is written"),
        (noisy, "it has an effect"),
        (unclear, "depending on where the body of `try` fails"),
    ],
)
def test_what_is_refused(f, why):
    with pytest.raises(srcgrad.UnsupportedSyntax) as caught:
        srcgrad.vjp(f, (np.eye(3) if f in (noisy, unclear) else X,))
    assert why in str(caught.value)


def test_the_body_is_tried_out_on_copies():
    def f(x, n):
        y = x * x
        try:
            y[n] = 1.0
        except IndexError:
            y = 3.0 * y
        return np.sum(y)

    assert_same_gradients(srcgrad.vjp(f, (X, 1)), (2 * X * [1.0, 0.0, 1.0], None))
    assert_same_gradients(srcgrad.vjp(f, (X, 7)), (6 * X, None))


# --- with -------------------------------------------------------------------------------------


class Clock:
    def __enter__(self):
        self.ticks = 2.0
        return self

    def __exit__(self, *exception):
        self.ticks = self.ticks + 1.0


@contextlib.contextmanager
def announced(name):
    print("begin", name)
    yield len(name)
    print("end", name)


def managed(x, path):
    with contextlib.nullcontext(2.0) as two, np.printoptions(precision=2):
        print(two, x)
    with contextlib.suppress(ValueError):
        n = int("no number")
    with Clock() as clock:
        y = clock.ticks * x
    with announced("part"), open(path, "w") as file:
        file.write(f"{x[0]:.1f} {clock.ticks}")
        y = y * clock.ticks
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return np.sum(y / x * x)


def test_context_managers(mode, tmp_path, capsys):
    path = str(tmp_path / "out")
    with warnings.catch_warnings():
        filters = list(warnings.filters)
        (x_bar, _) = srcgrad.vjp(managed, (X, path))
        assert warnings.filters == filters
    assert_same_gradients((x_bar,), (np.full(3, 6.0),))
    assert capsys.readouterr().out == "2.0 [0.5 1.5 2. ]\nbegin part\nend part\n"
    assert (tmp_path / "out").read_text() == "0.5 3.0"


def silent(x):
    with np.errstate(divide="ignore", invalid="ignore"):
        y = np.where(x > 0, np.log(x), 0.0)
    return np.sum(y)


def test_the_reverse_sweep_is_as_silent_as_the_function(mode):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        (x_bar,) = srcgrad.vjp(silent, (np.array([0.0, 2.0]),))
    assert x_bar[1] == 0.5


def test_value_of_a_handler_that_returns():
    def log_likelihood(a, y):
        try:
            factor = np.linalg.cholesky(a + a.T)
        except np.linalg.LinAlgError:
            return -1e9
        total = -0.5 * np.sum(np.linalg.solve(factor, y) ** 2)
        for i in range(len(factor)):
            total -= np.log(factor[i, i])
        return total

    y = np.array([0.3, 0.4])
    check_vjp(log_likelihood, (np.array([[2.0, 0.3], [0.1, 1.0]]), y))
    found = srcgrad.vjp(log_likelihood, (-np.eye(2), y))
    assert_same_gradients(found, (np.zeros((2, 2)), np.zeros(2)))


def scaled(x, y):
    try:
        x[abs(x) < 1e-3] = 0.0
    except TypeError:
        if abs(x) < 1e-3:
            x = 0.0
    try:
        inverse = 1.0 / y
        ratio = 2.0 * inverse
    except ZeroDivisionError:
        return 0.0
    return np.sum(x * x) * ratio + inverse


def test_kinds_decide_about_type_errors_and_handlers_that_return_leave_nothing_half_done(mode):
    check_vjp(scaled, (1.5, 2.0))
    check_vjp(scaled, (X, 2.0))
    assert_same_gradients(srcgrad.vjp(scaled, (1.5, 0.0)), (0.0, 0.0))


def solved_for(d, tol):
    for _ in range(50):
        try:
            if d < 1.0:
                v = d * (1.0 + tol)
            else:
                v = d * (1.0 - tol)
            return math.log(v - 1.0) * d
        except ValueError:
            tol = tol + tol + 1.0
    raise ValueError("not found")


def test_a_name_that_both_branches_assign_is_not_read_before():
    value, (gradient, _) = srcgrad.value_and_vjp(solved_for, (0.5, 1e-3), 1.0)
    assert value == solved_for(0.5, 1e-3)
    difference = (solved_for(0.5 + 1e-8, 1e-3) - solved_for(0.5 - 1e-8, 1e-3)) / 2e-8
    np.testing.assert_allclose(gradient, difference, rtol=1e-5)
    with pytest.raises(ValueError, match="not found"):
        srcgrad.vjp(solved_for, (0.0, 1e-3), 1.0)
