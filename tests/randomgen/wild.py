"""Wild functions: syntactically valid, seldom sensible, with every construct that Python has.

They show that whatever a user passes is differentiated or refused with an error made for users.
Nothing here touches files or the network, and integer powers and shifts stay small.
"""

from __future__ import annotations

import warnings

from tests.randomgen.chooser import Chooser
from tests.randomgen.wild_tables import CALLS, CONSTANTS, EXPRESSIONS, METHODS, STATEMENTS

NAMES = ["a", "b", "x", "y", "n", "t", "u", "v"]
INDENT = "    "
ATTEMPTS = 50


class Wild:
    """One function under construction; templates hold the grammar."""

    def __init__(self, chooser: Chooser):
        self.chooser = chooser
        self.inside_async = False
        self.loops = 0

    def expression(self, depth: int) -> str:
        """An expression of at most this depth."""
        c = self.chooser
        if depth <= 0 or c.chance(0.15):
            return c.pick(NAMES) if c.chance(0.75) else c.pick(CONSTANTS)
        return self.fill(c.weighted(EXPRESSIONS), depth - 1)

    def fill(self, template: str, depth: int) -> str:
        """The template with its letters replaced.

        `E` is an expression, `N` a name to assign, `V` a name to read, `C` a function of NumPy,
        `M` a method, `K` a constant.
        """
        out = []
        for word in template.split("$"):
            if word and word[0] in "ENVCMK":
                out.append(self._hole(word[0], depth) + word[1:])
            else:
                out.append(word)
        return "".join(out)

    def _hole(self, letter: str, depth: int) -> str:
        c = self.chooser
        if letter == "E":
            return self.expression(depth)
        if letter in "NV":
            return c.pick(NAMES)
        return c.pick({"C": CALLS, "M": METHODS, "K": CONSTANTS}[letter])

    def block(self, depth: int, count: int) -> list[str]:
        """The lines of a block, with no indentation of its own."""
        lines: list[str] = []
        for _ in range(max(1, count)):
            lines += self.statement(depth)
        return lines

    def statement(self, depth: int) -> list[str]:
        """One statement; `@` in a template stands for a block at that indentation."""
        template = self.chooser.weighted(STATEMENTS)
        if depth <= 0 and "@" in template:
            return [self.fill("$N = $E", 2)]
        if template.startswith("async ") or "await" in template:
            template = template if self.inside_async else "$N = $E"
        lines = []
        for line in template.split("\n"):
            text = line.lstrip(" ")
            margin = line[: len(line) - len(text)]
            if text == "@":
                inner = self.block(depth - 1, self.chooser.integer(1, 2))
                lines += [margin + each for each in inner]
            else:
                lines.append(margin + self.fill(text, 2))
        return lines

    def function(self) -> str:
        """The source of a module that defines `f`."""
        c = self.chooser
        form = c.weighted(FORMS)
        self.inside_async = form == "async"
        if form == "lambda":
            return HEADER + f"f = lambda a, b, x, y, n: {self.expression(3)}\n"
        body = [INDENT + line for line in self.block(2, c.integer(1, 5))]
        if c.chance(0.85):
            body.append(f"{INDENT}return {self.expression(2)}")
        return HEADER + WRAPPERS[form](body) + "\n"


FORMS = [
    *((14, "plain"), (2, "async"), (2, "lambda"), (2, "method"), (2, "decorated")),
    *((2, "starred"), (2, "closure"), (1, "callable"), (1, "partial"), (1, "static")),
]

HEADER = """\
import contextlib
import functools
import logging
import math
import operator
import time
import warnings

import numpy as np
import srcgrad

SCALE = 2.5
TABLE = np.array([1.0, 2.0])
rng = np.random.default_rng(0)


def numbers(items):
    for item in items:
        yield item
"""


def _plain(body: list[str], head: str = "def f(a, b, x, y, n):") -> str:
    return "\n".join([head, *body])


def _indented(body: list[str], first: str, head: str, last: str) -> str:
    return "\n".join([first, INDENT + head, *(INDENT + line for line in body), last])


WRAPPERS = {
    "plain": _plain,
    "async": lambda body: _plain(body, "async def f(a, b, x, y, n):"),
    "starred": lambda body: _plain(body, "def f(a, /, b, *rest, u=0.5, **more):"),
    "decorated": lambda body: _plain(body, "@functools.lru_cache\ndef f(a, b, x, y, n):"),
    "method": lambda body: _indented(
        body, "class Model:\n    w = 1.5\n", "def run(self, a, b, x, y, n):", "f = Model().run"
    ),
    "static": lambda body: _indented(
        body, "class Model:\n    @staticmethod", "def run(a, b, x, y, n):", "f = Model.run"
    ),
    "callable": lambda body: _indented(
        body, "class Model:", "def __call__(self, a, b, x, y, n):", "f = Model()"
    ),
    "closure": lambda body: _indented(
        body, "def make(u, v):", "def f(a, b, x, y, n):", "    return f\nf = make(1.5, TABLE)"
    ),
    "partial": lambda body: (
        _plain(body, "def g(s, a, b, x, y, n):") + "\nf = functools.partial(g, 0.5)"
    ),
}


def wild_source(chooser: Chooser) -> str:
    """The source of a module with a function `f` of five arguments that compiles."""
    for _ in range(ATTEMPTS):
        source = Wild(chooser).function()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                compile(source, "<wild>", "exec")
            return source
        except SyntaxError:
            continue
    return HEADER + "def f(a, b, x, y, n):\n    return a * b\n"
