"""Histories: calls of one derivative between which what lies outside of the function changes.

Each call must give what a first call in a fresh process would give.
"""

import linecache
import textwrap

import numpy as np
import pytest

import srcgrad
from tests.oracle import central_differences

# name: (the module, what happens to it between the calls of ``f``)
HISTORIES = {
    "an attribute of a class, read through the class": (
        """
        class Config:
            rate = 2.0

        def f(x):
            return np.sum(Config.rate * x * x)
        """,
        ["Config.rate = 3.0", "Config.rate = np.array([1.0, 2.0])", "Config.rate = 7"],
    ),
    "an attribute of a class, read through an instance": (
        """
        class Config:
            rate = 2.0

        config = Config()

        def f(x):
            return np.sum(config.rate * x * x)
        """,
        ["Config.rate = 3.0", "config.rate = 5.0", "del config.rate", "config = Config()"],
    ),
    "an attribute of a base, hidden by one of a class that derives": (
        """
        class Base:
            rate = 2.0

        class Config(Base):
            pass

        config = Config()

        def f(x):
            return np.sum(config.rate * Config.rate * x)
        """,
        ["Base.rate = 3.0", "Config.rate = 5.0", "config.rate = 7.0", "del Config.rate"],
    ),
    "a flag of a class": (
        """
        class Config:
            fast = True

        def f(x):
            return np.sum(x * x) if Config.fast else np.sum(x * x * x)
        """,
        ["Config.fast = False", "Config.fast = True", "Config.fast = 0"],
    ),
    "a method that is replaced on the class": (
        """
        class Model:
            def step(self, x):
                return 2.0 * x

        model = Model()

        def f(x):
            return np.sum(model.step(x) * x)
        """,
        [
            "Model.step = lambda self, x: 3.0 * x",
            "Model.step = staticmethod(lambda x: 5.0 * x)",
            "Model.step = classmethod(lambda cls, x: 7.0 * x)",
            "model.step = lambda x: 11.0 * x",
            "del model.step",
        ],
    ),
    "a method that a deriving class gets": (
        """
        class Base:
            def step(self, x):
                return 2.0 * x

        class Model(Base):
            pass

        def f(x):
            return np.sum(Model().step(x))
        """,
        [
            "Model.step = lambda self, x: 3.0 * x",
            "del Model.step",
            "Base.step = lambda self, x: 5.0 * x",
        ],
    ),
    "a method that hides behind super": (
        """
        class Base:
            def step(self, x):
                return 2.0 * x

        class Model(Base):
            def step(self, x):
                return super().step(x) * x

        def f(x):
            return np.sum(Model().step(x))
        """,
        ["Base.step = lambda self, x: 3.0 * x", "Base.step = lambda self, x: x * x"],
    ),
    "a method called through the class": (
        """
        class Model:
            @staticmethod
            def step(x):
                return 2.0 * x

        def f(x):
            return np.sum(Model.step(x))
        """,
        ["Model.step = staticmethod(lambda x: 3.0 * x)", "Model.step = lambda x: 4.0 * x"],
    ),
    "a property that is replaced": (
        """
        class Model:
            scale = 2.0

            @property
            def rate(self):
                return 2.0 * self.scale

        model = Model()

        def f(x):
            return np.sum(model.rate * x)
        """,
        ["Model.rate = property(lambda self: 3.0)", "Model.rate = 5.0", "Model.scale = 9.0"],
    ),
    "a constructor that is replaced": (
        """
        class Model:
            def __init__(self, k):
                self.k = k

        def f(x):
            return np.sum(Model(2.0).k * x)
        """,
        [
            "def init(self, k):\n    self.k = 3.0 * k\nModel.__init__ = init",
        ],
    ),
    "an operator that a class gets": (
        """
        class Vector:
            def __init__(self, v):
                self.v = v

            def __mul__(self, other):
                return Vector(self.v * other)

        def f(x):
            y = Vector(x)
            y *= 2.0
            return np.sum(y.v)
        """,
        [
            "Vector.__imul__ = lambda self, other: Vector(self.v * other * other)",
            "del Vector.__imul__",
            "Vector.__mul__ = lambda self, other: Vector(self.v + other)",
        ],
    ),
    "a call of an object": (
        """
        class Layer:
            def __init__(self, w):
                self.w = w

            def __call__(self, x):
                return self.w * x

        layer = Layer(2.0)

        def f(x):
            return np.sum(layer(x))
        """,
        [
            "layer.w = 3.0",
            "Layer.__call__ = lambda self, x: self.w * x * x",
            "layer = Layer(np.array([1.0, 4.0]))",
        ],
    ),
    "hasattr of an instance": (
        """
        class Config:
            pass

        config = Config()

        def f(x):
            return np.sum(config.rate * x) if hasattr(config, "rate") else np.sum(x * x)
        """,
        ["config.rate = 3.0", "del config.rate", "Config.rate = 5.0"],
    ),
    "getattr with a default": (
        """
        class Config:
            name = "plain"

        config = Config()

        def f(x):
            return np.sum(getattr(config, "rate", 2.0) * x)
        """,
        ["config.rate = 3.0", "config.rate = 4.0", "del config.rate", "Config.rate = 5.0"],
    ),
    "hasattr and getattr of a class, a function and a module": (
        """
        import types
        settings = types.ModuleType("settings")

        class Config:
            pass

        def helper(x):
            return x

        def f(x):
            y = getattr(settings, "rate", 2.0) * x
            if hasattr(Config, "power"):
                y = y * x
            return np.sum(getattr(helper, "gain", 1.0) * y)
        """,
        ["settings.rate = 3.0", "Config.power = 2", "helper.gain = 5.0", "helper.gain = 7.0"],
    ),
    "attributes of functions and modules": (
        """
        import types
        settings = types.ModuleType("settings")
        settings.rate = 2.0

        def helper(x):
            return helper.gain * x

        helper.gain = 3.0

        def f(x):
            return np.sum(helper(x) * settings.rate)
        """,
        ["helper.gain = 5.0", "settings.rate = 7.0", "settings.rate = 7"],
    ),
    "get of a dict with a default": (
        """
        options = {"other": 1.0}

        def f(x):
            return np.sum(options.get("rate", 2.0) * x)
        """,
        ["options['rate'] = 3.0", "options['rate'] = 4.0", "options.clear()", "options = {}"],
    ),
    "an empty dict": (
        """
        options = {}

        def f(x):
            y = x * x if "square" in options else x
            return np.sum(y) * options.get("rate", 2.0)
        """,
        ["options['square'] = True", "options['rate'] = 3.0", "options.clear()"],
    ),
    "what is in a dict, and its keys": (
        """
        options = {"a": 1.0}

        def f(x):
            y = 0.0
            for key in options.keys():
                y = y + np.sum(x ** len(key))
            return y + len(options) * np.sum(x)
        """,
        ["options['bb'] = 2.0", "options.pop('a')", "options = {'ccc': 'text'}"],
    ),
    "an empty list, and its length": (
        """
        factors = []

        def f(x):
            for factor in factors:
                x = factor * x
            return np.sum(x) * (1 + len(factors))
        """,
        [
            "factors.append(2.0)",
            "factors.append(3.0)",
            "factors.clear()",
            "factors.append('x' and 5.0)",
        ],
    ),
    "what is in a list": (
        """
        names = ["sin"]

        def f(x):
            return np.sum(np.sin(x)) if "sin" in names else np.sum(np.cos(x))
        """,
        ["names.remove('sin')", "names.append('cos')", "names.append('sin')"],
    ),
    "what is in a set": (
        """
        flags = {"sin"}

        def f(x):
            y = np.sin(x) if "sin" in flags else np.cos(x)
            return np.sum(y) * len(flags)
        """,
        ["flags.discard('sin')", "flags.add('a')", "flags.add('sin')", "flags = frozenset()"],
    ),
    "an empty tuple and an object without attributes": (
        """
        class Empty:
            pass

        parts = ()
        empty = Empty()

        def f(x):
            y = sum(part for part in parts) * np.sum(x) + np.sum(x * x)
            return y * (3.0 if hasattr(empty, "three") else 1.0)
        """,
        ["parts = (2.0, 3.0)", "empty.three = 1", "parts = ()"],
    ),
    "members of an enumeration": (
        """
        import enum

        class Mode(enum.Enum):
            SIN = 1
            COS = 2

        mode = Mode.SIN

        def f(x):
            return np.sum(np.sin(x)) if mode is Mode.SIN else np.sum(np.cos(x)) * mode.value
        """,
        ["mode = Mode.COS", "mode = Mode.SIN", "mode = Mode(2)"],
    ),
    "an enumeration that is defined again": (
        """
        import enum

        class Mode(enum.Enum):
            RATE = 2.0

        def f(x):
            return np.sum(Mode.RATE.value * x)
        """,
        ["class Mode(enum.Enum):\n    RATE = 3.0"],
    ),
    "a builtin that a global hides": (
        """
        def f(x):
            return np.sum(x * x) * abs(-2.0) + sum([x[0], x[1]])
        """,
        [
            "abs = lambda v: v * v",
            "sum = lambda items: items[0] * 5.0",
            "del abs",
            "del sum",
        ],
    ),
    "a builtin that a helper's global hides": (
        """
        def helper(x):
            return max(x[0], x[1]) * x

        def f(x):
            return np.sum(helper(x))
        """,
        ["max = min", "max = lambda a, b: a * b", "del max"],
    ),
    "defaults that are assigned": (
        """
        def helper(x, k=2.0, *, n=1):
            return k * x ** n

        def f(x, p=3.0):
            return np.sum(helper(x)) * p
        """,
        [
            "helper.__defaults__ = (5.0,)",
            "helper.__kwdefaults__ = {'n': 2}",
            "helper.__kwdefaults__['n'] = 3",
            "f.__defaults__ = (7.0,)",
        ],
    ),
    "a name imported inside": (
        """
        import sys, types
        settings = sys.modules["tests_settings"] = types.ModuleType("tests_settings")
        settings.rate = 2.0
        settings.helper = lambda x: x

        def f(x):
            from tests_settings import helper, rate
            import tests_settings
            return np.sum(rate * helper(x)) * tests_settings.rate
        """,
        ["settings.rate = 3.0", "settings.helper = lambda x: x * x"],
    ),
    "a namespace of arguments": (
        """
        import argparse
        args = argparse.Namespace(rate=2.0, square=False)

        def f(x):
            y = x * x if args.square else x
            return np.sum(args.rate * y)
        """,
        [
            "args.rate = 3.0",
            "args.square = True",
            "args = argparse.Namespace(rate=1.0, square=True)",
        ],
    ),
    "a dataclass, its default and its field": (
        """
        from dataclasses import dataclass

        @dataclass
        class Config:
            rate: float = 2.0

        config = Config()

        def f(x):
            return np.sum(config.rate * Config().rate * x)
        """,
        ["config.rate = 3.0", "config = Config(5.0)", "Config.rate = 7.0"],
    ),
    "a class that is defined again": (
        """
        class Model:
            def step(self, x):
                return 2.0 * x

        def f(x):
            return np.sum(Model().step(x))
        """,
        ["class Model:\n    def step(self, x):\n        return 3.0 * x * x"],
    ),
    "a table of functions": (
        """
        table = {"f": np.sin}

        def f(x):
            return np.sum(table["f"](x))
        """,
        ["table['f'] = np.cos", "table['f'] = lambda x: x * x", "table = {'f': np.tanh}"],
    ),
    "a bound method from outside": (
        """
        class Model:
            def __init__(self, k):
                self.k = k

            def step(self, x):
                return self.k * x

        step = Model(2.0).step

        def f(x):
            return np.sum(step(x))
        """,
        [
            "step.__self__.k = 3.0",
            "Model.step = lambda self, x: 9.0 * x",
            "step = Model(5.0).step",
        ],
    ),
    "a length of a user's class": (
        """
        class Stack:
            def __init__(self):
                self.items = []

            def __len__(self):
                return len(self.items)

        stack = Stack()

        def f(x):
            return len(stack) * np.sum(x) + (np.sum(x * x) if stack else 0.0)
        """,
        [
            "stack.items.append(1.0)",
            "Stack.__len__ = lambda self: 5",
            "Stack.__bool__ = lambda self: False",
        ],
    ),
    "named tuples": (
        """
        from typing import NamedTuple

        class Pair(NamedTuple):
            a: float
            b: float

            def total(self):
                return self.a + self.b

        pair = Pair(1.0, 2.0)

        def f(x):
            return np.sum(x) * pair.total()
        """,
        ["pair = Pair(3.0, 4.0)", "Pair.total = lambda self: self.a * self.b"],
    ),
}


class History:
    """A module in which things happen."""

    count = 0

    def __init__(self, source):
        History.count += 1
        self.space = {"np": np, "__name__": f"history{History.count}"}
        self.happens(textwrap.dedent(source).replace("\n", "\n"))

    def happens(self, text):
        text = text.replace("\n", "\n")
        file = f"<history {History.count} {len(linecache.cache)}>"
        linecache.cache[file] = (len(text), None, (text + "\n").splitlines(True), file)
        exec(compile(text, file, "exec"), self.space)


X = np.array([0.7, 1.3])
USES = {
    "value_and_vjp": lambda f: srcgrad.value_and_vjp(f, (X,)),
    "grad": lambda f: (f(X), (srcgrad.grad(f)(X),)),
    "pullback": lambda f: (lambda value, pull: (value, pull()))(*srcgrad.pullback(f, X)),
    "jvp": lambda f: (
        srcgrad.jvp(f, (X,), (X,))[0],
        (np.array([srcgrad.jvp(f, (X,), (e,))[1] for e in np.eye(2)]),),
    ),
}


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize("name", HISTORIES)
def test_each_call_sees_the_outside_as_it_is(name, use):
    source, steps = HISTORIES[name]
    history = History(source)
    for step in ["pass", *steps, "pass"]:
        history.happens(step)
        f = history.space["f"]
        value, gradients = USES[use](f)
        np.testing.assert_allclose(value, f(X), 1e-12, err_msg=step)
        expected = central_differences(f, (X,))
        np.testing.assert_allclose(gradients[0], expected[0], 1e-6, 1e-8, err_msg=step)
