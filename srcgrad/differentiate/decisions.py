"""What ``keep`` has decided of a value, and why: for whoever asks afterwards."""

from __future__ import annotations

from typing import NamedTuple

COUNTER = "counter"  # the reverse loop counts it itself
AGAIN = "again"  # it is computed again
SHAPE = "shape"  # its shape alone is kept
KEPT = "kept"  # it is pushed on a tape


class Obstacle(NamedTuple):
    """Why a value is not computed again, as a sentence says it; the cost, where that is why."""

    why: str
    cost: int = 0


CARRIED = Obstacle("it comes from the iteration before")
DECIDED = Obstacle("a branch or a loop has made it")
EFFECT = Obstacle("its operation may run only once")
ARRAY = Obstacle("it is an array, which costs as much the second time")
SEVERAL = Obstacle("it is one of several results")
OVERWRITTEN = Obstacle("what it is made of is overwritten later")


class Decision(NamedTuple):
    """What becomes of a value of a loop's body that the reverse sweep reads."""

    how: str
    tape: str = ""
    obstacle: Obstacle | None = None
    cost: int = 0  # of computing it again
