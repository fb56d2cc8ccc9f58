"""What a row of the benchmark consists of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

Program = Callable[..., Any]
Inputs = tuple[Any, ...]


@dataclass(frozen=True)
class Case:
    """One program at one size, with its derivative written by hand.

    `primal(*inputs)` is plain NumPy, and `adjoint(*inputs, y_bar)` returns the gradients with
    respect to `inputs[i]` for each i of `argnums`. `compiled_adjoint` replaces `adjoint` under
    Numba where a careful programmer would write loops, and `compiled_primal` the primal. `sized`
    says what the size is. `elsewhere` maps "torch", "autograd" and "jax" to a function that takes
    the framework's NumPy look-alike and returns the same program in its idiom.

    `cpp` is the text of a C++ function `adjoint`: `benchmarks.cpp` says what it is given.
    `mutates` is true of a primal that stores into its inputs; `tolerance` bounds how far the
    gradients may lie apart, relative to the largest value.
    """

    name: str
    size: int
    primal: Program
    adjoint: Program
    inputs: Inputs
    argnums: tuple[int, ...]
    cotangent: Any = 1.0
    compiled_adjoint: Program | None = None
    compiled_primal: Program | None = None
    cpp: str | None = None
    sized: str = "n = {}"
    mutates: bool = False
    parallel: bool = False
    tolerance: float = 1e-9
    elsewhere: Mapping[str, Callable[[ModuleType], Program]] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """The name with the size, as the tables print it."""
        return f"{self.name}, " + self.sized.format(f"{self.size:,}".replace(",", " "))

    @property
    def active(self) -> Inputs:
        """The inputs that are differentiated."""
        return tuple(self.inputs[i] for i in self.argnums)


def in_all(variant: Callable[[ModuleType], Program]) -> dict[str, Callable[[ModuleType], Program]]:
    """One spelling that torch, autograd and JAX all accept."""
    return dict.fromkeys(("torch", "autograd", "jax"), variant)
