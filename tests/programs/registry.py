"""How a program joins the corpus: the `@program` decorator and the list it fills."""

import copy
import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


class LazyModule:
    """A module that is imported at its first use: the corpus itself needs no torch."""

    def __init__(self, name: str):
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        return getattr(importlib.import_module(self._name), attribute)


torch = LazyModule("torch")
SAME = object()  # torch=SAME: the program is its own torch twin


@dataclass(frozen=True)
class Program:
    """One function of the corpus, with inputs to run it on and what holds for it there.

    smooth    finite differences converge at these inputs
    torch     the same function in torch; takes tensors for arrays and floats, all else unchanged
    compiles  `numba.njit` compiles the function itself for these inputs
    twice     second derivatives exist at these inputs, and are cheap enough to test
    tags      the name of the module, and further subjects
    """

    name: str
    f: Callable
    inputs: tuple | Callable[[], tuple]
    smooth: bool = True
    torch: Callable | None = None
    compiles: bool = False
    twice: bool = True
    tags: tuple[str, ...] = ()

    def fresh(self) -> tuple:
        """Inputs that the caller may do anything with."""
        return self.inputs() if callable(self.inputs) else copy.deepcopy(self.inputs)

    def __repr__(self) -> str:
        return f"Program({self.tags[0]}.{self.name})"


PROGRAMS: list[Program] = []


def program(
    *inputs: Any,
    smooth: bool = True,
    torch: Any = None,
    compiles: bool = False,
    twice: bool = True,
    tags: tuple[str, ...] = (),
) -> Callable[[Callable], Callable]:
    """Register the decorated function, unchanged, as a program that runs on `inputs`.

    A single callable without arguments in place of the inputs makes them afresh at each use.
    """

    def register(f: Callable) -> Callable:
        if any(known.name == f.__name__ for known in PROGRAMS):
            raise ValueError(f"two programs are named {f.__name__}")
        subject = f.__module__.rpartition(".")[2]
        PROGRAMS.append(
            Program(
                name=f.__name__,
                f=f,
                inputs=inputs[0] if len(inputs) == 1 and callable(inputs[0]) else inputs,
                smooth=smooth,
                torch=f if torch is SAME else torch,
                compiles=compiles,
                twice=twice,
                tags=(subject, *tags),
            )
        )
        return f

    return register
