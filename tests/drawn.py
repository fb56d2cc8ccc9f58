"""Families of many like tests: a fifth of each is run, or with `SRCGRAD_INPUTS=all` every one."""

import os
import zlib
from collections.abc import Callable, Iterable
from typing import Any

ALL = os.environ.get("SRCGRAD_INPUTS") == "all"
PARTS = 5


def is_drawn(name: str, part: int = 0) -> bool:
    """Whether the test of this name is run; families that differ in `part` share none."""
    return ALL or zlib.crc32(name.encode()) % PARTS == part


def drawn(cases: Iterable[Any], name: Callable[[Any], str] = str) -> list[Any]:
    """The cases of a family that are run, drawn by their names: the same ones each time."""
    return [case for case in cases if is_drawn(name(case))]
