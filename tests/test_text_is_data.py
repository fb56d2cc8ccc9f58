"""Text of the user's never becomes code: names of attributes and keys, and what prints as it likes."""

import enum
import types

import numpy as np
import pytest

import srcgrad
from srcgrad.errors import InputError
from tests.hostile import CODE, NAMES, Box, Number, Real, Text, made, twice

pytest_plugins = ("tests.hostile",)
pytestmark = pytest.mark.usefixtures("nothing_is_executed")


# --- attributes and keys --------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_an_attribute_that_is_not_read(name):
    def f(box):
        return box.x * box.x

    assert twice(f, Box(x=3.0, **{name: 1.0})).x == 6.0


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_an_attribute_that_is_read_and_set(name):
    def f(box):
        setattr(box, name, getattr(box, name) * box.x)
        return getattr(box, name) ** 2 + box.fi

    def g(box):
        return getattr(box, name) ** 2 + box.fi

    found = vars(twice(f, Box(x=3.0, fi=5.0, **{name: 2.0})))
    assert found == {"x": 24.0, "fi": 1.0, name: 36.0}
    found = vars(srcgrad.value_and_vjp(g, (Box(fi=5.0, **{name: 2.0}),))[1][0])
    assert found == {"fi": 1.0, name: 4.0}
    value, slope = srcgrad.jvp(g, (Box(fi=5.0, **{name: 2.0}),), (Box(fi=1.0, **{name: 1.0}),))
    assert (value, slope) == (9.0, 5.0)


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_a_key(name):
    def f(items):
        return items[name] ** 2 * items["fi"]

    assert twice(f, {"fi": 3.0, name: 2.0}) == {"fi": 4.0, name: 12.0}
    assert twice(f, {name: 2.0, "fi": 3.0}) == {name: 12.0, "fi": 4.0}


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_a_key_of_the_output(name):
    def f(x):
        return {name: x * x, "fi": x}

    assert srcgrad.vjp(f, (3.0,), {name: 1.0, "fi": 2.0}) == (8.0,)
    value, gradients = srcgrad.value_and_vjp(f, (3.0,), {name: 1.0, "fi": 2.0})
    assert value == {name: 9.0, "fi": 3.0} and gradients == (8.0,)


@pytest.mark.parametrize("name", [name for name in NAMES if name], ids=ascii)
def test_a_keyword(name):
    def f(x, **named):
        return x * named[name] * named["fi"]

    for _ in range(2):
        assert srcgrad.grad(f)(3.0, **{name: 2.0, "fi": 5.0}) == 10.0


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_what_a_module_and_a_class_hold(name):
    module = types.ModuleType("held")
    setattr(module, name, 2.0)

    class Holder:
        pass

    setattr(Holder, name, 5.0)
    source = "def f(x):\n    return x * getattr(module, name) * getattr(holder, name)\n"
    f = made(source, module=module, name=name, holder=Holder())
    assert twice(f, 3.0) == 10.0
    setattr(module, name, 7.0)
    assert twice(f, 3.0) == 35.0


def test_a_default_with_an_odd_name():
    def f(x, *, scale=2.0):
        return x * scale

    f.__kwdefaults__ = {"scale": 4.0, NAMES[0]: 1.0}
    assert twice(f, 3.0) == 4.0


# --- instances that print as they like ------------------------------------------------------------


class Mode(str, enum.Enum):
    SQUARE = "square"


def shown(x, mode):
    print(mode)
    return x * x


TEXTS = [Text("a"), Mode.SQUARE, np.str_("a"), Number(3), Real(3.0), np.datetime64("2020-01-01")]


@pytest.mark.parametrize("mode", TEXTS, ids=lambda mode: type(mode).__name__)
def test_an_input_is_printed_as_it_prints(mode, capsys):
    shown(1.0, mode)
    expected = capsys.readouterr().out
    assert twice(shown, 3.0, mode) == 6.0
    assert capsys.readouterr().out in (2 * expected, 2 * f"{float(mode)}\n" if mode == 3 else "")


@pytest.mark.parametrize("mode", TEXTS, ids=lambda mode: type(mode).__name__)
def test_what_is_captured_is_printed_as_it_prints(mode, capsys):
    f = made("def f(x):\n    print(mode)\n    print(f'{mode}')\n    return x * x\n", mode=mode)
    f(1.0)
    expected = capsys.readouterr().out
    assert twice(f, 3.0) == 6.0
    printed = capsys.readouterr().out
    assert printed == 2 * expected or isinstance(mode, Number | Real)


def test_one_text_does_not_stand_for_another(capsys):
    class Loud(str):
        def __str__(self):
            return self.upper()

    for mode, expected in (
        ("a", "a\n"),
        (Loud("a"), "A\n"),
        (Text("a"), f"{CODE}\n"),
        ("a", "a\n"),
    ):
        assert twice(shown, 3.0, mode) == 6.0
        assert capsys.readouterr().out == 2 * expected


def test_true_does_not_stand_for_one():
    def f(x, n):
        if n is True:
            return 5.0 * x
        return x if n == 0 else x * f(x, n - 1)

    for n, expected in ((True, 5.0), (1, 6.0), (2, 15.0), (True, 5.0), (False, 1.0), (0, 1.0)):
        if n is True or n is False:
            assert twice(f, 3.0, n) == expected
    g = made("def g(x, n):\n    return x if n == 0 else x * g(x, n - 1)\n", function="g")
    for n, expected in ((True, 6.0), (1, 6.0), (2, 27.0), (False, 1.0)):
        assert twice(g, 3.0, n) == expected


def test_a_key_that_prints_as_it_likes():
    def f(items):
        return sum(items.values()) * 2.0

    (found,) = twice(f, {Text("a"): 3.0}).values()
    assert found == 2.0


def test_an_attribute_that_prints_as_it_likes():
    def f(box):
        return box.x * box.x

    box = Box(x=3.0)
    box.__dict__[Text("y")] = 1.0
    with pytest.raises(InputError, match="no plain string"):
        srcgrad.vjp(f, (box,))
