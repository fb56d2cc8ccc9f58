"""The lines of a guard as they are written: what it compares with, and what it has read."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from srcgrad.dispatch.outside import GONE
from srcgrad.values.outside import ABSENT, EMPTY


class Miss:
    """The answer of a guard that does not fit."""

    def __repr__(self) -> str:
        return "MISS"


MISS = Miss()


class Unwritable(Exception):
    """The comparison is left to the careful path."""


class Lines:
    """The lines of one guard; ``names`` are the objects that it needs."""

    def __init__(self, function: Any) -> None:
        self.function = function
        self.lines: list[str] = []
        self.names: dict[str, Any] = {
            "MISS": MISS,
            "GONE": GONE,
            "ABSENT": ABSENT,
            "EMPTY": EMPTY,
            "ndarray": np.ndarray,
            "overlap": np.may_share_memory,
        }
        self.shapes: dict[tuple[Any, ...], str] = {}  # symbolic shape -> variable
        self.sizes: dict[Any, str] = {}  # symbol -> expression
        self.uses: Counter[Any] = Counter()  # how often each symbol occurs; constants twice
        self.paths: dict[Any, str] = {}  # path of an array among the inputs -> variable
        self.holders: dict[int, str] = {}  # identity of a function or class -> variable
        self.inputs = 0  # how many there are; what is captured is numbered after them
        self.count = 0

    # --- small parts ------------------------------------------------------------------------

    def fresh(self, base: str) -> str:
        self.count += 1
        return f"{base}{self.count}"

    def constant(self, value: Any, base: str = "c") -> str:
        for name, known in self.names.items():
            if known is value:
                return name
        name = self.fresh(base)
        self.names[name] = value
        return name

    def need(self, *conditions: str) -> None:
        """The guard misses if one of these does not hold; each is written as its contrary."""
        if not conditions:
            return
        self.lines.append(f"if {' or '.join(conditions)}:")
        self.lines.append("    return MISS")

    def let(self, base: str, value: str) -> str:
        name = self.fresh(base)
        self.lines.append(f"{name} = {value}")
        return name

    def key(self, key: Any) -> str:
        """A key or name of the user's: written only if its ``repr`` is Python's own."""
        return repr(key) if type(key) in (str, int) else self.constant(key, "key")
