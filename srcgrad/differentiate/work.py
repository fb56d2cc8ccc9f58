"""What the passes hand on to each other, and what they make in the end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from srcgrad.differentiate.halves import Halves
from srcgrad.differentiate.reverse import Reversed
from srcgrad.elaborate.primal import Primal
from srcgrad.ir.nodes import Function
from srcgrad.optimize.assumed import Assumed
from srcgrad.rules.builder import Names


class Adjoint(NamedTuple):
    """An adjoint function of the IR, ready to be printed."""

    function: Function
    primal: Primal
    seeds: dict[int, str]
    argnums: tuple[int, ...]


class Tangent(NamedTuple):
    """A function of the IR that gives ``(value, tangent)``, ready to be printed."""

    function: Function
    primal: Primal
    wrt: tuple[str, ...]
    argnums: tuple[int, ...]


@dataclass(frozen=True)
class Work:
    """What travels down the lists; its function's result is first ``(outputs, inputs asked for)``."""

    function: Function
    names: Names
    primal: Primal
    argnums: tuple[int, ...]
    value: bool = False
    check_shapes: bool = False
    aux: bool = False
    assume: Assumed = "none"
    loops: bool = False
    wrt: tuple[str, ...] = ()
    differentiated: Function | None = None
    swept: Reversed | None = None
    seeds: dict[int, str] | None = None
    tangents: tuple[str, ...] = ()
    halves: Halves | None = None
    several: bool = False  # directions at once
