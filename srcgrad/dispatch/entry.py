"""An entry: one generated function with all that its calls need; generated, or from its file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from srcgrad.dispatch import inputs as inputlib
from srcgrad.dispatch.cotangent import Expected
from srcgrad.dispatch.outside import Captured, Guard, all_hold
from srcgrad.dispatch.result_classes import all_formed, formed


@dataclass(frozen=True)
class Request:
    """What is asked for: the derivative by which inputs, and in which form."""

    argnums: tuple[int, ...] | None = None
    value: bool = False  # give the value too
    jit: bool = False
    aux: bool = False  # of the outputs, the first alone is differentiated
    named: bool = True  # argnums are the user's: an input without derivative is an error
    keywords: tuple[str, ...] = ()  # names of the last inputs, which are keyword-only
    numerics: bool = False  # stop where finite values become NaN or infinity
    orders: tuple[Any, ...] = ()  # derivatives that the function itself takes: see ``Target``
    boundscheck: bool = True  # compiled code looks whether subscripts are in range


@dataclass(frozen=True)
class Facts:
    """What is known of a generated function without running it; written beside its text."""

    name: str
    specs: tuple[Any, ...]
    names: tuple[str, ...]  # of the inputs
    tree: Any  # the output, a tree of Leaf
    known: bool  # the output's shape follows from the inputs'
    sizes: inputlib.Sizes
    writes: tuple[tuple[str, inputlib.Path], ...]  # arrays among the inputs that are written
    casts: Any
    value: bool
    layout: Any = None  # of compiled code
    boundscheck: bool = True
    contiguous: tuple[tuple[str, inputlib.Path], ...] = ()  # arrays that must be C-contiguous
    forms: tuple[Any, ...] = ()  # the classes of the gradients
    form: Any = None  # the classes of the value


@dataclass
class Entry:
    """One generated function."""

    facts: Facts
    captures: list[Captured]
    guards: list[Guard]
    run: Any
    generated: Any  # the function of the module; ``run`` is it, or it compiled
    source: str
    specialized: bool
    kinds: tuple[Any, ...] = ()  # the specs without what is known of sizes
    expected: Expected = field(init=False)
    dispatch: Callable[[Any, Any, Any], Any] = field(init=False)

    def __post_init__(self) -> None:
        self.expected = Expected(self.facts.tree, self.facts.known, self.facts.sizes)

    @property
    def specs(self) -> tuple[Any, ...]:
        return self.facts.specs

    @property
    def casts(self) -> Any:
        return self.facts.casts

    @property
    def writes(self) -> tuple[tuple[str, inputlib.Path], ...]:
        return self.facts.writes

    @property
    def value(self) -> bool:
        return self.facts.value

    def holds(self, function: Any) -> bool:
        """Whether all that is taken for granted outside the inputs still holds."""
        return all_hold(self.guards, function) and all_hold(self.captures, function)

    def captured(self, function: Any) -> list[Any]:
        """The data that the function reads from outside, as it is now."""
        return [item.place.now(function) for item in self.captures]

    def call(self, function: Any, inputs: tuple[Any, ...], cotangent: Any) -> Any:
        """The careful path: every check with its message, then the generated function."""
        return self.apply(inputs, self.captured(function), cotangent)

    def apply(self, inputs: tuple[Any, ...], captured: list[Any], cotangent: Any) -> Any:
        """Call the generated function, on captured data that were read before."""
        self.refuse_overlap(inputs, captured)
        inputlib.refuse_layout(self.facts.contiguous, inputs)
        seeds = self.expected.seeds(cotangent, inputs)
        result = self.run(*inputs, *captured, *seeds)
        return self.finished(result) if self.unfinished else result

    @property
    def unfinished(self) -> bool:
        """Whether what generated code returns is brought to other kinds or classes."""
        return (
            inputlib.needs_cast(self.casts)
            or any(self.facts.forms)
            or (self.value and self.facts.form is not None)
        )

    def finished(self, result: Any) -> Any:
        """What generated code returned, in the kinds and classes of inputs and output."""
        gradients = inputlib.cast(self.casts, result[1] if self.value else result)
        gradients = all_formed(self.facts.forms, gradients)
        if not self.value:
            return gradients
        return formed(self.facts.form, result[0]), gradients

    def refuse_overlap(self, inputs: tuple[Any, ...], captured: list[Any]) -> None:
        if self.writes:
            named = [
                (c.param.split("%")[0], v) for c, v in zip(self.captures, captured, strict=True)
            ]
            inputlib.refuse_overlap(self.writes, self.specs, inputs, self.facts.names, named)
