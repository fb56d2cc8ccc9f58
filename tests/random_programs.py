"""Random NumPy programs to differentiate: valid, deterministic from a seed, numerically tame.

    program = random_program(1234, level=1)
    program.source, program.function, program.inputs, program.cotangent, program.features

`level=2` adds views, swaps, aliases, break and continue, containers, and callees that write into
their arguments. `knobs(level, **weights)` changes how often a feature occurs; 0 turns it off.
"""

from __future__ import annotations

from tests.randomgen.chooser import Chooser, HypothesisChooser, SeededChooser
from tests.randomgen.knobs import Knobs, knobs
from tests.randomgen.program import Program, Untamed, build, write_program

ATTEMPTS = 20


def random_program(seed: int, level: int = 1, weights: Knobs | None = None) -> Program:
    """The program of a seed; a few seeds need a second attempt to be tame."""
    for attempt in range(ATTEMPTS):
        chooser = SeededChooser(f"{level}/{seed}/{attempt}")
        try:
            return write_program(chooser, f"{level}-{seed}", level, weights)
        except Untamed as error:
            last = error
    raise last


__all__ = [
    "Chooser",
    "HypothesisChooser",
    "Knobs",
    "Program",
    "SeededChooser",
    "Untamed",
    "build",
    "knobs",
    "random_program",
    "write_program",
]
