"""Classes that decide what a call of them makes, or what attributes are: followed, or refused by name."""

import numpy as np
import pytest

import srcgrad

X = np.array([0.6, 1.1, 0.4])


MADE = {}


class Singleton(type):
    def __call__(cls, *given):
        if cls not in MADE:
            MADE[cls] = super().__call__(*given)
        return MADE[cls]


class OnlyOne(metaclass=Singleton):
    def __init__(self, v):
        self.v = v


class Remembered:
    one = None

    def __new__(cls, *given):
        if cls.one is None:
            cls.one = super().__new__(cls)
        return cls.one

    def __init__(self, v):
        self.v = v


class Doubled:
    def __new__(cls, v):
        return v * 2.0


class Five:
    def __init__(self, v):
        self.v = v

    def __getattribute__(self, name):
        return 5.0


@pytest.mark.parametrize(
    ("f", "why"),
    [
        (lambda x: OnlyOne(2.0).v * OnlyOne(3.0).v * x[0], "by its class `Singleton`"),
        (lambda x: Remembered(2.0).v * x[0], "its `__new__`"),
        (lambda x: Doubled(x[0]) * x[1], "its `__new__`"),
        (lambda x: Five(x[0]).v * x[1], "its `__getattribute__`"),
    ],
)
def test_what_is_no_new_object_is_refused(f, why):
    with pytest.raises(srcgrad.UnsupportedSyntax, match=why):
        srcgrad.vjp(f, (X,))


class Counted(type):
    def __init__(cls, *given):
        super().__init__(*given)
        cls.factor = 4.0


class Made(metaclass=Counted):
    def __init__(self, v):
        self.v = v


class Hidden:
    """A property, behind which an attribute of the same name is kept."""

    def __init__(self, v):
        self.__dict__["v"] = v

    @property
    def v(self):
        return 3.0 * self.__dict__["v"]


@pytest.mark.parametrize(
    ("f", "slope"),
    [
        (lambda x: Made(x[0]).v * Made.factor * Made(1.0).factor, 16.0),
        (lambda x: Hidden(x[0]).v, 3.0),
    ],
)
def test_what_is_followed(f, slope, mode):
    value, (found,) = srcgrad.value_and_vjp(f, (X,))
    assert value == f(X)
    np.testing.assert_allclose(found, [slope, 0.0, 0.0], rtol=1e-12)


def test_calls_that_a_context_may_leave_early(mode):
    """``contextlib.suppress`` is a ``try``."""
    import contextlib

    def f(x):
        total = 0.0
        for i in range(6):
            with contextlib.suppress(IndexError):
                total += i * x[0]
                total += x[i] * x[i]
        return total

    found = srcgrad.vjp(f, (X,))[0]
    np.testing.assert_allclose(found, 2.0 * X + [15.0, 0.0, 0.0], rtol=1e-12)
