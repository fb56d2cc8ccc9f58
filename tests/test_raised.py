"""``try`` by what operations really raise: a handler runs where Python runs it, or is left out."""

import math

import numpy as np
import pytest

import srcgrad

X = np.array([1.0, 2.0, 3.0])

# the body of a ``try``, the exception that is caught, and inputs ``k`` with which it is not raised
# and is
ROWS = [
    ("z = x[0] / k", "ZeroDivisionError", 2.0, None),  # a NumPy scalar gives an infinity
    ("z = x[0] * (1.0 / k)", "ZeroDivisionError", 2.0, 0.0),
    ("z = x[0] * (7 // k)", "ZeroDivisionError", 2, 0),
    ("z = x[0] * (7 % k)", "ZeroDivisionError", 2, 0),
    ("z = x[0] * k ** -1.0", "ZeroDivisionError", 2.0, 0.0),
    ("z = x[0] * k ** 400.0", "OverflowError", 1.5, 1e9),
    ("z = x[0] * math.exp(k)", "OverflowError", 1.5, 1e9),
    ("z = x[0] * math.sqrt(k)", "ValueError", 1.5, -1.0),
    ("z = x[0] * math.log(k)", "ValueError", 1.5, 0.0),
    ("z = x[0] * int(k)", "ValueError", 1.5, math.nan),
    ("z = x[0] * int(k)", "OverflowError", 1.5, math.inf),
    ("z = x[0] * round(k)", "OverflowError", 1.5, math.inf),
    ("z = x[0] * math.floor(k)", "ArithmeticError", 1.5, math.inf),
    ("z = x[0] * math.factorial(k)", "ValueError", 3, -1),
    ("z = x[k]", "IndexError", 1, 7),
    ("z = x[k]", "LookupError", 1, 7),
    ("z = x[k]", "Exception", 1, 7),
    ("z = x[k]", "(KeyError, IndexError)", 1, 7),
    ("z = np.take(x, k)", "IndexError", 1, 7),
    ("z = np.sum(np.delete(x, k))", "IndexError", 1, 7),
    ("z = np.sum(x, axis=k)", "IndexError", 0, 3),  # an AxisError
    ("z = np.sum(x, axis=k)", "ValueError", 0, 3),
    ("z = np.sum(np.flip(x, k))", "np.exceptions.AxisError", 0, 3),
    ("z = np.sum(np.expand_dims(x, k))", "IndexError", 0, 9),
    ("z = np.sum(np.linalg.cholesky(np.diag(x) * k))", "np.linalg.LinAlgError", 1.0, -1.0),
    ("z = np.sum(np.linalg.inv(np.diag(x) * k))", "ValueError", 1.0, 0.0),
    ("z = np.sum(np.linalg.solve(np.diag(x) * k, x))", "np.linalg.LinAlgError", 1.0, 0.0),
    ("z = np.sum(x + np.ones(k))", "ValueError", 3, 2),
    ("z = np.sum(x * np.ones(k))", "Exception", 3, 2),
    ("z = np.sum(x.reshape(k, -1))", "ValueError", 1, 2),
    ("z = np.sum(x @ np.ones(k))", "ValueError", 3, 2),
    ("z = np.sum(np.concatenate([x, np.ones((3, 3))[0] * k]))", "ValueError", 1.0, None),
    ("assert k > 0.0\n        z = x[0] * k", "AssertionError", 1.0, -1.0),
    ("assert k > 0.0\n        z = x[0] * k", "ValueError", 1.0, None),
    ("z = x[0] * float(f'{k}'.replace('2', ''))", "ValueError", 1, 2),
    ("z = x[[0.5, 1.0, 1.5].index(k)]", "ValueError", 1.0, 2.0),
    ("z = x[0] * max(range(k))", "ValueError", 3, 0),
]


def program(body, caught):
    """The function ``f(x, k)`` with this ``try``."""
    import linecache

    text = (
        "def f(x, k):\n    y = x * 2.0\n    try:\n        "
        f"{body}\n    except {caught}:\n        z = y[2] * 3.0\n    return z * y[1]\n"
    )
    file = f"<try {caught}: {body}>"
    linecache.cache[file] = (len(text), None, text.splitlines(True), file)
    space = {"np": np, "math": math, "__name__": "tried"}
    exec(compile(text, file, "exec"), space)
    return space["f"]


def differences(f, x, k):
    found = np.zeros_like(x)
    for i in range(len(x)):
        step = np.zeros_like(x)
        step[i] = 1e-6
        found[i] = (f(x + step, k) - f(x - step, k)) / 2e-6
    return found


@pytest.mark.parametrize(("body", "caught", "good", "bad"), ROWS)
def test_the_handler_that_python_runs(body, caught, good, bad):
    f = program(body, caught)
    for k in (good,) if bad is None else (good, bad):
        with np.errstate(all="ignore"):
            try:
                value, gradients = srcgrad.value_and_vjp(f, (X, k), argnums=(0,))
            except srcgrad.SrcgradError as error:
                assert "report it" not in str(error)
                pytest.skip(f"refused: {error}")
            np.testing.assert_allclose(value, f(X, k), rtol=1e-12)
            np.testing.assert_allclose(gradients[0], differences(f, X, k), rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize(
    ("body", "caught"),
    [
        ("z = x[0] + x[1] * k", "ValueError"),
        ("z = x[0] / k", "ValueError"),
        ("z = x[k]", "ZeroDivisionError"),
        ("z = x[k]", "KeyError"),
        ("z = np.sum(x * x)", "IndexError"),
        ("z = np.sum(x * x, axis=0)", "IndexError"),
        ("z = x[0] * float(k)", "ValueError"),
        ("z = x[0] * math.exp(k)", "ZeroDivisionError"),
        ("z = np.sum(np.linalg.inv(np.diag(x)))", "ZeroDivisionError"),
        ("z = x[0] * len(x)", "TypeError"),
    ],
)
def test_a_handler_of_what_cannot_be_raised_is_left_out(body, caught):
    assert "attempt" not in srcgrad.source(
        program(body, caught), X, 2.0 if "[k]" not in body else 1
    )


def popped(x, n):
    xs = []
    for i in range(n):
        xs.append(x[i] * x[i])
    total = 0.0
    for _ in range(3):
        try:
            v = xs.pop()
        except IndexError:
            v = x[0]
        total = total + v * x[1]
    return total


def test_the_pop_of_an_empty_list():
    try:
        gradients = srcgrad.vjp(popped, (X, 2))
    except srcgrad.SrcgradError:
        return  # refused: the body has an effect
    np.testing.assert_allclose(gradients[0], differences(popped, X, 2), rtol=1e-6)


# --- what is lost when shapes are simplified ------------------------------------------------------

MISFITS = {
    "product": (lambda x, w: np.sum(w @ x), (np.ones(3), np.ones((2, 2)))),
    "mean of a product": (lambda x, w: np.mean(w @ x), (np.ones(3), np.ones((4, 2)))),
    "transposed": (lambda x, w: np.sum((w @ x).T), (np.ones((3, 2)), np.ones((2, 2)))),
    "joined": (lambda x, w: np.sum(np.concatenate((x, w), 1)), (np.ones((2, 3)), np.ones((3, 3)))),
    "sum": (lambda x, w: np.sum(x + w), (np.ones(3), np.ones(4))),
}


@pytest.mark.parametrize("name", MISFITS)
def test_a_value_of_which_the_shape_alone_is_read_raises(name, mode):
    f, inputs = MISFITS[name]
    with pytest.raises(ValueError):
        f(*inputs)
    with pytest.raises(ValueError):
        srcgrad.vjp(f, inputs)
    with pytest.raises(ValueError):
        srcgrad.jvp(f, inputs, inputs)
