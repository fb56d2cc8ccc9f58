"""Texts that are code, and functions and objects that carry them: what tests of them share."""

import builtins
import linecache

import numpy as np
import pytest

import srcgrad

CODE = '__import__("builtins").EXECUTED.append(1)'
NAMES = [
    f"__class__, {CODE}",
    f"x\n        {CODE}\n        x",
    f'"""\n{CODE}\n"""',
    f"a'+{CODE}+'b",
    f"a\\\n{CODE}",
    f"\r{CODE}",
    f"\u2028{CODE}",
    f"a # {CODE}",
    "we ird",
    "class",
    "None",
    "__debug__",
    "\ufb01",  # the parser reads it as "fi"
    "1",
    "",
    "%",
    "{x}",
    "__comment__",
]


@pytest.fixture
def nothing_is_executed():
    builtins.EXECUTED = []
    yield
    executed = builtins.EXECUTED
    del builtins.EXECUTED
    assert executed == []


class Box:
    """An object with attributes of any name."""

    def __init__(self, **attributes):
        for name, value in attributes.items():
            setattr(self, name, value)


def twice(f, *inputs, **options):
    """The first gradient, by way of the generator and then by the guard."""
    first = srcgrad.vjp(f, inputs, **options)[0]
    second = srcgrad.vjp(f, inputs, **options)[0]
    assert repr(first) == repr(second) or vars(first) == vars(second)
    return second


def made(source, file="<made>", function="f", **namespace):
    """A function from a text, as a notebook makes it."""
    linecache.cache[file] = (len(source), None, source.splitlines(True), file)
    space = {"np": np, **namespace}
    exec(compile(source, file, "exec"), space)
    return space[function]


NOTE = "def note(*values, **named):\n    seen.append((*values, named) if named else values[0])\n"


def unfollowed(module="rich", name="note"):
    """A function that is called as it is, for it claims to be one for output; and its calls."""
    seen = []
    note = made(NOTE, file="<note>", function="note", seen=seen, __name__="rich")
    note.__module__, note.__name__ = module, name
    return note, seen


class Text(str):
    """A text that prints as code."""

    def __repr__(self):
        return CODE

    __str__ = __repr__

    def __format__(self, spec):
        return CODE

    def isidentifier(self):
        return True


class Number(int):
    """A number that prints as code."""

    def __repr__(self):
        return CODE

    __str__ = __repr__

    def __format__(self, spec):
        return CODE


class Real(float):
    """Another."""

    __repr__ = Number.__repr__
    __str__ = __repr__
    __format__ = Number.__format__
