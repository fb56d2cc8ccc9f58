"""Names that are read late: by lambdas that a comprehension made, and of objects that are asked."""

import numpy as np
import pytest

import srcgrad

v = 100.0  # what such a lambda must not read
X = np.array([0.75, 2.0, -1.25])


def within(x):
    return sum([(lambda: v * v)() for v in x]) + max(x, key=lambda w: w * x[1])


def by_default(x):
    return sum(f(k) for k, f in enumerate([lambda u, v=v: u * v for v in x]))


def by_parameter(x):
    return sum(f(w) for f, w in zip([(lambda v: v * v) for v in x], x, strict=True))


def made_by_a_function(x):
    def made(v):
        return lambda: v * v

    return sum(f() for f in [made(v) for v in x])


def one_by_one(x):
    return sum(f() for f in (lambda: v * v for v in x))


@pytest.mark.parametrize(
    "f",
    [within, by_default, by_parameter, made_by_a_function, one_by_one],
    ids=lambda f: f.__name__,
)
def test_lambdas_read_what_is_theirs(f):
    value, (x_bar,) = srcgrad.value_and_vjp(f, (X,))
    np.testing.assert_allclose(value, f(X))
    expected = [(f(X + s) - f(X - s)) / 2e-6 for s in 1e-6 * np.eye(3)]
    np.testing.assert_allclose(x_bar, expected, rtol=1e-6)


LATE = {
    "all": lambda x: sum(f() for f in [lambda: v * v for v in x]),
    "one": lambda x: [lambda u: u * v for v in x][1](2.0),
    "of constants": lambda x: [lambda u: u * v for v in (1.0, 2.0)][1](x[0]),
    "beside a default": lambda x: [lambda u=v: u * v for v in x][1](),
}


@pytest.mark.parametrize("name", LATE)
def test_a_name_of_a_comprehension_that_is_over_is_refused(name):
    for call in (
        lambda: srcgrad.vjp(LATE[name], (X,)),
        lambda: srcgrad.jvp(LATE[name], (X,), (X,)),
    ):
        with pytest.raises(srcgrad.UnsupportedSyntax, match="reads a name of the comprehension"):
            call()


class Asked:
    def __init__(self, x):
        self.x = x

    def __getattr__(self, name):
        if name == "square":
            return self.x * self.x
        raise AttributeError(name)


def test_what_an_object_answers_is_not_guessed():
    def read(x):
        asked = Asked(x)
        try:
            return np.sum(asked.missing)
        except AttributeError:
            return np.sum(asked.square)

    np.testing.assert_allclose(srcgrad.grad(read)(X), 2.0 * X)
    np.testing.assert_allclose(
        srcgrad.grad(lambda x: np.sum(getattr(Asked(x), "x", 5.0)))(X), np.ones(3)
    )
    for f in (
        lambda x: np.sum(Asked(x).square if hasattr(Asked(x), "square") else x),
        lambda x: np.sum(getattr(Asked(x), "square", x)),
        lambda x: np.sum(getattr(Asked(x), "missing", x)),
    ):
        with pytest.raises(srcgrad.UnsupportedSyntax, match="its __getattr__ decides it"):
            srcgrad.grad(f)(X)
