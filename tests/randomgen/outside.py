"""What a program reads of its module, and how that changes between calls: histories.

Each call must give what a first call in a fresh process would give, which the oracle finds.
"""

from __future__ import annotations

from tests.randomgen import expressions
from tests.randomgen.chooser import Chooser
from tests.randomgen.kinds import FLOAT, Expression, Kind
from tests.randomgen.writer import Writer

MODULE = """import contextlib

RATE = 0.7
OPTIONS = {"w": 0.4}
FACTORS = [0.3, 0.6]


class Base:
    offset = 0.2

    def twice(self, x):
        return 2.0 * x


class Config(Base):
    gain = 0.5

    def step(self, x):
        return 0.3 * x + self.offset

    @property
    def slope(self):
        return 0.5 * self.gain

    @staticmethod
    def bent(x):
        return x * (1.0 - 0.1 * x)


config = Config()


def scaled(x, k=0.5):
    return k * x


@contextlib.contextmanager
def rated(value):
    global RATE
    before, RATE = RATE, value
    try:
        yield
    finally:
        RATE = before
""".splitlines()

READS = {  # what is read: expressions of it and of a number
    "RATE": ("RATE * {}", "({} if RATE > 0.5 else 0.6 * {})", "{} - float(RATE)"),
    "OPTIONS": (
        'OPTIONS.get("b", 0.2) * {}',
        'OPTIONS["w"] * {}',
        '({} if "b" in OPTIONS else 0.4)',
        "{} - sum(OPTIONS.values())",
    ),
    "FACTORS": ("sum(FACTORS) * {}", "len(FACTORS) * {}", "sum(k * {} for k in FACTORS)"),
    "config": (
        "config.gain * {}",
        "config.step({})",
        "config.twice({})",
        "config.bent({})",
        "(config.slope + {})",
        'getattr(config, "bias", 0.3) * {}',
        '({} if hasattr(config, "bias") else 0.8)',
    ),
    "Config": ("Config.gain * {}", "Config().step({})", "Config.offset * {}", "Config.bent({})"),
    "rated": ("RATE * {}", "{} - float(RATE)"),
    "scaled": ("scaled({})", "scaled({}, k=RATE)", "(lambda k: scaled(k))({})"),
    "abs": ("abs({})",),
}

CHANGES = {
    "RATE": ("RATE = 0.35", "RATE = 2", "RATE = np.float64(0.9)", "RATE = np.array(0.8)"),
    "OPTIONS": (
        'OPTIONS["b"] = 0.9',
        'OPTIONS["w"] = 0.6',
        'OPTIONS = {"w": 1, "b": 0.1}',
        'OPTIONS.pop("b", None)',
    ),
    "FACTORS": ("FACTORS.append(0.2)", "FACTORS.clear()", "FACTORS = (0.4, 1)", "FACTORS[:] = [2]"),
    "config": (
        "Config.gain = 0.8",
        "config.gain = 0.9",
        "config.bias = 0.6",
        "config.step = lambda x: 0.4 - x",
        "config = Config()",
        "Base.twice = lambda self, x: 0.7 * x",
        "Config.twice = lambda self, x: x * 1.1",
        "Config.slope = property(lambda self: 0.9 * self.gain)",
        "Config.slope = 0.3",
        "Base.offset = 0.1",
    ),
    "Config": (
        "Config.gain = 0.3",
        "Config.offset = 0.9",
        "Config.step = lambda self, x: 0.5 * x * x",
        "Config.bent = staticmethod(lambda x: 0.7 - x)",
        "class Config(Base):\n    gain = 0.2\n    step = bent = lambda *given: 0.3 * given[-1]",
    ),
    "scaled": (
        "scaled.__defaults__ = (0.9,)",
        "def scaled(x, k=0.1):\n    return k - x",
        "scaled = lambda x, k=0.2: np.tanh(k * x)",
    ),
    "rated": (),
    "abs": ("abs = lambda x: 0.5 * x", "abs = np.cos", "globals().pop('abs', None)"),
}


def outside(w: Writer, kind: Kind, depth: int) -> Expression:
    """An expression that reads something of the module."""
    made = expressions.expression(w, FLOAT, depth)
    template = w.chooser.pick(READS[w.chooser.pick(list(READS))])
    return Expression(f"({template.format(*[made.operand] * 2)})", 2.0 * made.bound, atom=True)


def history(chooser: Chooser, text: str) -> tuple[str, ...]:
    """What happens to the module between calls of a program of this text."""
    changes = [change for name, known in CHANGES.items() if name in text for change in known]
    count = chooser.integer(2, 3) if changes else 0
    return tuple(chooser.pick(changes) for _ in range(count))
