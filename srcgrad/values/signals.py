"""What leaves the walk: exceptions that carry a decision to the statement that takes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from srcgrad.errors import Refusal
from srcgrad.values.store import Key


class Raised(Exception):
    """Leaves the walk to the ``try`` around it: here an exception is certain."""

    def __init__(self, error: BaseException, operand: Any = None) -> None:
        super().__init__(error)
        self.error = error
        self.operand = operand


class LoopConflict(Exception):
    """A variable that cannot be carried from iteration to iteration."""

    def __init__(self, key: Key, why: str, lists: tuple[Any, ...] = (), other: Any = None) -> None:
        super().__init__(why)
        self.key = key
        self.why = why
        self.lists, self.other = lists, other  # of known length, where another list is met


class Refused(Exception):
    """Leaves the statement that holds a refused construct; the refusal is already listed."""


class Closed(Exception):
    """Leaves a branch one side of which is refused, where that side is to raise it."""

    def __init__(self, side: bool) -> None:
        super().__init__("closed")
        self.side = side


@dataclass(frozen=True)
class Side:
    """The side of a branch that is followed, and why the other is not followed with it."""

    taken: bool
    refusal: Refusal


class Uncovered(Exception):
    """A definition does not cover the arguments of a call."""


class Diverges(Exception):
    """A call of a function by itself whose result is not known yet."""


class Missing(Exception):
    """What certainly raises, in ``statement``: nothing is known of its result."""

    statement: Any = None


LEAF = "*"  # in the template of a record: a number or an array


class Restart(Exception):
    """The list made at ``site`` must be kept as a list, or lists, of the generated code."""

    def __init__(self, site: Any, template: Any = LEAF) -> None:
        super().__init__("restart")
        self.site = site
        self.template = template


class Unroll(Exception):
    """The loop around this must be unrolled: it indexes what is known only by structure."""


class UnknownLength(Exception):
    """Leaves a comprehension over what is known only at run time."""
