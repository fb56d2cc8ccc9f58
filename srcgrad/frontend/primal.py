"""What the front end hands on: a function in the IR, with its inputs, captures and guards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from srcgrad.build import Names
from srcgrad.frontend.calls import Capture
from srcgrad.ir import Function


@dataclass
class Primal:
    """An elaborated function: its IR, and how its inputs map to names of it."""

    function: Function
    names: Names
    inputs: tuple[Any, ...]  # the inputs as trees of names and constants
    specs: tuple[Any, ...]
    captures: list[Capture]
    guards: list[Any]
    output: Any  # the output as a tree of operands
    contiguous: tuple[str, ...] = ()  # inputs whose adjoint is right for C-contiguous arrays only
