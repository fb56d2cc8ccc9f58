"""Several directions at once: one run gives what one run for each gives."""

import warnings

import numpy as np
import pytest

import srcgrad
from srcgrad.api import derivative_of
from srcgrad.dispatch import USUAL, asked
from tests.corpus import REFUSED, single
from tests.oracle import leaves, map_structure, random_cotangent
from tests.programs import PROGRAMS

COUNT = 3


def stacked(trees):
    """One structure, each leaf with an axis in front; None where there is nothing."""
    return map_structure(
        lambda *parts: None if parts[0] is None else np.stack(parts), *map(list, trees)
    )


def assert_same(found, trees, tolerance):
    for (_, one), (_, all_) in zip(leaves(list(found)), leaves(stacked(trees)), strict=True):
        if all_ is None:
            assert one is None
            continue
        assert one.shape == all_.shape
        assert one.dtype == all_.dtype
        np.testing.assert_allclose(one, all_, tolerance, tolerance)


@pytest.mark.parametrize("program", PROGRAMS[::17], ids=lambda program: program.name)
def test_corpus(program):
    if program.name in REFUSED:
        return
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        value = program.f(*program.fresh())
        tolerance = 2e-3 if single(program) else 1e-9
        tangents = [random_cotangent(program.fresh(), seed) for seed in range(COUNT)]
        one_by_one = [srcgrad.jvp(program.f, program.fresh(), given)[1] for given in tangents]
        found = srcgrad.jvp(program.f, program.fresh(), tuple(stacked(tangents)))
        assert_same([found[1]], [[one] for one in one_by_one], tolerance)
        _, pull = srcgrad.pullback(program.f, *program.fresh())
        cotangents = [[random_cotangent(value, seed)] for seed in range(COUNT)]
        gradients = [pull(given) for (given,) in cotangents]
        (together,) = stacked(cotangents)
        found = pull.each(together)
        if found is not None:  # else there is a list whose length is not known
            assert_same(found, gradients, tolerance)
        again = pull(cotangents[0][0])  # nothing of what was left is spoiled
        assert_same(stacked([again]), [gradients[0]], tolerance)


def recurrence(x, w):
    y = np.sin(x) * w
    for i in range(1, len(x)):
        if y[i] > 0.0:
            y[i] += y[i - 1] * x[i]
        else:
            y[i] = x[i - 1] * w
    return y @ np.outer(y, x), np.sum(y[::2])


X = np.array([0.5, -0.3, 0.8, 1.2])


def joint(f, *inputs, style="jvp", options=USUAL):
    """The source that serves several directions; None if they are taken one after the other."""
    derivative, function, everything = derivative_of(f, inputs, asked(style, options=options))
    entry = derivative.entry(function, everything).joint()
    return None if entry is None else entry.source


@pytest.mark.parametrize("style", ["jvp", "pullback"])
def test_loops_and_branches_of_the_primal_run_once(style):
    text = joint(recurrence, X, 2.0, style=style)
    alone = srcgrad.source(recurrence, X, 2.0)
    assert text is not None
    assert text.count("for ") <= alone.count("for ")
    assert "[:, i" in text and "[:, i" not in alone


def test_tangents():
    v, w = np.random.default_rng(0).normal(size=(2, 5, 4))[0], np.arange(5.0)
    value, dots = srcgrad.jvp(recurrence, (X, 2.0), (v, w))
    singles = [srcgrad.jvp(recurrence, (X, 2.0), (v[k], w[k]))[1] for k in range(5)]
    np.testing.assert_array_equal(value[0], recurrence(X, 2.0)[0])
    assert_same(dots, singles, 1e-12)
    _, dots = srcgrad.jvp(recurrence, (X, 2.0), (v, None))
    assert_same(dots, [srcgrad.jvp(recurrence, (X, 2.0), (row, None))[1] for row in v], 1e-12)


def test_structures_and_classes():
    def f(p):
        return {"y": p["a"] * p["b"] ** 2, "n": p["n"]}

    p = {"a": X, "b": 2.0, "n": 3}
    dot = {"a": np.eye(4), "b": np.zeros(4), "n": None}
    _, found = srcgrad.jvp(f, (p,), (dot,))
    assert found["n"] is None
    np.testing.assert_array_equal(found["y"], 4.0 * np.eye(4))
    _, pull = srcgrad.pullback(f, p)
    (bar,) = pull({"y": np.eye(4), "n": None})
    np.testing.assert_array_equal(bar["a"], 4.0 * np.eye(4))
    np.testing.assert_array_equal(bar["b"], 4.0 * X)
    assert bar["n"] is None


def test_dtypes():
    x = X.astype("float32")
    _, dots = srcgrad.jvp(lambda x: x * x, (x,), (np.eye(4),))
    _, pull = srcgrad.pullback(lambda x, s: x * s, x, 2.0)
    bars = pull(np.eye(4))
    assert dots.dtype == np.float32
    assert [bar.dtype for bar in bars] == ["float32", "float64"]
    assert [bar.shape for bar in bars] == [(4, 4), (4,)]


def test_what_is_given_is_not_changed_and_shares_no_memory():
    def f(x):
        x[1:] *= x[:-1]
        return x

    seeds, kept = np.eye(4), np.eye(4)
    _, dots = srcgrad.jvp(f, (X,), (seeds,))
    _, pull = srcgrad.pullback(f, X)
    (bars,), (again,) = pull(seeds), pull(seeds)
    np.testing.assert_array_equal(seeds, kept)
    np.testing.assert_allclose(dots, again.T)
    assert not any(np.shares_memory(a, b) for a, b in [(dots, seeds), (bars, seeds), (bars, again)])


def test_a_function_without_a_joint_form():
    """A list that grows has none: it is run for each direction."""

    def f(x):
        values = []
        for v in x:
            values.append(v * v)
        return np.stack(values) * np.sum(x)

    assert joint(f, X) is None
    _, dots = srcgrad.jvp(f, (X,), (np.eye(4),))
    _, pull = srcgrad.pullback(f, X)
    np.testing.assert_allclose(dots.T, pull(np.eye(4))[0])
    assert_same([dots], [[srcgrad.jvp(f, (X,), (row,))[1]] for row in np.eye(4)], 1e-13)


@pytest.mark.parametrize("shape", [(3,), (4, 3), (2, 4, 4), (0, 4), ()])
def test_other_shapes_are_refused(shape):
    with pytest.raises(srcgrad.CotangentError, match="has shape"):
        srcgrad.jvp(np.sin, (X,), (np.ones(shape),))
    with pytest.raises(srcgrad.CotangentError, match=r"has shape|dimensions"):
        srcgrad.pullback(lambda x: x * x, X)[1](np.ones(shape))


def test_outputs_that_depend_on_no_input():
    def scaled(x, v):
        y = np.zeros(3)
        for k in range(len(v)):
            y += v[k] * x
        return y

    for cotangent, shapes in ((np.eye(3), [(3, 3), (3, 0)]), (np.ones(3), [(3,), (0,)])):
        bars = srcgrad.pullback(scaled, np.ones(3), np.ones(0))[1](cotangent)
        assert [bar.shape for bar in bars] == shapes
    pull = srcgrad.pullback(lambda x: np.sum(np.floor(x)), np.ones(2))[1]
    assert [pull(given)[0].shape for given in (np.ones(5), 1.0, None)] == [(5, 2), (2,), (2,)]


def test_counts_that_differ_are_refused():
    with pytest.raises(srcgrad.CotangentError):
        srcgrad.jvp(recurrence, (X, 2.0), (np.ones((3, 4)), np.ones(2)))
    with pytest.raises(srcgrad.CotangentError):
        srcgrad.jvp(recurrence, (X, 2.0), (np.ones((3, 4)), 1.0))


def test_the_function_runs_once(capsys):
    def f(x):
        print("run")
        return x * x

    srcgrad.jvp(f, (X,), (np.eye(4),))
    srcgrad.jacobian(f, mode="forward")(X)
    assert capsys.readouterr().out == "run\nrun\n"


# --- inside of functions that are differentiated ------------------------------------------------


def pair(x):
    return np.array([x[0] * x[1], np.sum(x**2)])


def stepping(u):
    for _ in range(3):
        v = u.copy()
        v[1:-1] += 0.1 * (u[2:] - 2.0 * u[1:-1] + u[:-2]) * u[0]
        u = v
    return u, np.sum(u)


def of_pull(x):
    _, pull = srcgrad.pullback(stepping, x)
    return np.sum(pull((np.eye(4) * x, x))[0] ** 3)


def of_two_inputs(x):
    def f(x, s):
        return np.cumsum(np.sin(x) * s) * x

    _, dots = srcgrad.jvp(f, (x, x[0]), (np.eye(4) * x, None))
    return np.sum(dots**2)


NESTED = {
    "tangents": lambda x: np.sum(srcgrad.jvp(pair, (x,), (np.eye(4),))[1] ** 2),
    "tangents of two inputs": of_two_inputs,
    "cotangents": of_pull,
    "of a gradient": lambda x: np.sum(
        srcgrad.jvp(srcgrad.grad(lambda x: np.sum(x**3) * x[0]), (x,), (np.eye(4),))[1] ** 2
    ),
}


@pytest.mark.parametrize("name", NESTED)
def test_nested(name):
    f, v = NESTED[name], np.array([1.0, -2.0, 0.5, 3.0])
    value, dot = srcgrad.jvp(f, (X,), (v,))
    np.testing.assert_allclose(value, f(X), 1e-12)
    np.testing.assert_allclose(srcgrad.grad(f)(X) @ v, dot, 1e-10)
    step = 1e-5
    np.testing.assert_allclose((f(X + step * v) - f(X - step * v)) / (2.0 * step), dot, 1e-6)


@pytest.mark.parametrize("shape", [(3, 5), (3, 1), (2,)])
def test_nested_sizes_are_compared(shape):
    def f(x):
        return np.sum(srcgrad.jvp(np.sin, (x,), (np.ones(shape),))[1])

    with pytest.raises(srcgrad.CotangentError, match="shape"):
        srcgrad.grad(f)(X)


def test_lists_in_nested_derivatives():
    def squares(x):
        found = []
        for v in x:
            found.append(v * v)
        return np.stack(found)

    found = srcgrad.grad(lambda x: np.sum(srcgrad.jvp(squares, (x,), (np.eye(4),))[1]))(X)
    np.testing.assert_array_equal(found, np.full(4, 2.0), strict=True)


def rolled(x, k):
    return np.roll(x, k) * x


def rolled_along(x, k):
    return np.roll(x, k, axis=-1) * np.roll(x, 2, axis=0)


def rolled_flat(x, k):
    return np.roll(x, k) * np.cos(x)


@pytest.mark.parametrize(
    ("f", "shape"), [(rolled, 5), (rolled, 0), (rolled_along, (3, 4)), (rolled_flat, (3, 4))]
)
@pytest.mark.parametrize("jit", [False, True])
def test_rolls_of_several_directions(f, shape, jit):
    x = np.random.default_rng(1).normal(size=shape)
    moved = np.random.default_rng(2).normal(size=(3, *x.shape))
    _, dots = srcgrad.jvp(f, (x, -7), (moved, None), jit=jit)
    (bars,) = srcgrad.pullback(f, x, -7, argnums=(0,), jit=jit)[1](moved)
    for k in range(3):
        _, dot = srcgrad.jvp(f, (x, -7), (moved[k], None))
        (bar,) = srcgrad.vjp(f, (x, -7), moved[k], argnums=(0,))
        for found, one in ((dots[k], dot), (bars[k], bar)):
            assert found.shape == one.shape and found.dtype == one.dtype
            np.testing.assert_allclose(found, one, rtol=1e-14)


@pytest.mark.parametrize("jit", [False, True])
@pytest.mark.parametrize("join", [np.column_stack, np.vstack, np.hstack, np.dstack, np.stack])
def test_joined_numbers(join, jit):
    def f(x, y):
        return join((x, y, x * y))

    value, pull = srcgrad.pullback(f, 2.0, 3.0, jit=jit)
    cotangents = np.arange(2.0 * value.size).reshape(2, *value.shape)
    assert_same(pull(cotangents), [pull(one) for one in cotangents], 1e-12)
    x_bar, y_bar = pull(cotangents[1])
    a, b, c = cotangents[1].ravel()
    assert (x_bar, y_bar) == (a + 3 * c, b + 2 * c)
