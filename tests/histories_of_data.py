"""What happens to modules between calls of a derivative: to their containers and names."""

# name: (the module, what happens to it between the calls of ``f``)
OF_DATA = {
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
