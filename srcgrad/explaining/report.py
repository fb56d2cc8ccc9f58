"""What an explanation consists of."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

KEPT = "kept"
AGAIN = "computed again"
INACTIVE = "inactive"
UNREAD = "not read"


@dataclass(frozen=True)
class Quantity:
    """How much of something: as a formula, and here; None if a size is not known before it runs.

    ``at_most``: it is less where a branch is not taken, or where memory is shared.
    """

    formula: str
    here: int | None
    at_most: bool = False

    def __str__(self) -> str:
        bound = "<= " if self.at_most else ""
        if self.here is None or self.formula == str(self.here):
            return f"{bound}{self.formula}"
        return f"{bound}{self.formula} = {self.here}"


@dataclass(frozen=True)
class Size:
    """What a letter in the formulas stands for, and its value here, if it is known."""

    name: str
    meaning: str
    here: int | None


@dataclass(frozen=True)
class Value:
    """A value of the function, and what becomes of it.

    ``status`` is "kept", "computed again", "inactive" (no derivative passes it, and nothing reads
    it) or "not read"; ``function`` is where its line stands; ``read_in`` are the lines whose adjoints read it.
    """

    name: str
    function: str
    line: int
    text: str
    kind: str
    active: bool
    status: str
    why: str
    read_in: tuple[int, ...]
    bytes: Quantity


@dataclass(frozen=True)
class Operation:
    """An operation of one sort: how often it runs, and on how many elements in all.

    ``where`` is "primal", "forward" or "reverse". An element counts once for each time that an
    operation runs on the largest array that it reads or makes.
    """

    where: str
    name: str
    sort: str
    times: Quantity
    elements: Quantity


@dataclass(frozen=True)
class Fused:
    """Array statements that are one nest of loops: their lines, and its operations on numbers."""

    where: str
    lines: tuple[int, ...]
    operations: int


@dataclass(frozen=True)
class Call:
    """What stayed a call, and why."""

    where: str
    name: str
    line: int
    why: str


@dataclass(frozen=True)
class Report:
    """What the derivative of a function keeps, computes and calls."""

    function: str
    file: str
    line: int
    signature: str
    jit: bool
    sizes: tuple[Size, ...]
    values: tuple[Value, ...]
    kept: Quantity
    operations: tuple[Operation, ...]
    fused: tuple[Fused, ...]
    calls: tuple[Call, ...]

    def __getitem__(self, name: str) -> Value:
        """The last value of a name. Raises ``KeyError`` if there is none."""
        for value in reversed(self.values):
            if value.name == name:
                return value
        raise KeyError(name)

    def to_dict(self) -> dict[str, Any]:
        """All of it in dicts, lists, strings and numbers, as JSON takes them."""
        return {key: _plain(value) for key, value in asdict(self).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, tuple | list) else value
