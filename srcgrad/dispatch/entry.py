"""An entry: one generated function with all that its calls need; generated, or from its file."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from srcgrad import errors
from srcgrad.dispatch import inputs as inputlib
from srcgrad.dispatch import several
from srcgrad.dispatch.cotangent import Expected
from srcgrad.dispatch.outside import Captured, Guard, all_hold, serves
from srcgrad.dispatch.primal import run_primal
from srcgrad.dispatch.pull import Pull
from srcgrad.dispatch.request import Options
from srcgrad.dispatch.result_classes import all_formed, formed
from srcgrad.dispatch.several import runs_differ
from srcgrad.dispatch.tangents import Directions
from srcgrad.errors import CompileError, CotangentError, OtherPath, Sides, SrcgradError, Wanted
from srcgrad.values.signature import Path

UNSEEDED = ("pullback", "value")  # styles that take the inputs alone


@dataclass(frozen=True)
class Facts:
    """What is known of a generated function without running it; written beside its text."""

    name: str
    style: str  # of the request
    options: Options
    specs: tuple[Any, ...]
    names: tuple[str, ...]  # of the inputs
    argnums: tuple[int, ...]
    writes: tuple[tuple[str, Path], ...]  # arrays that are written, also of the captures
    contiguous: tuple[tuple[str, Path], ...]  # arrays that must be C-contiguous
    form: Any  # the classes of the value
    again: Any  # names of the keywords, if the function may be run to see what it raises, or None
    # refused paths, which raise when they are taken: the short texts -> the errors' names, whole texts
    closed: dict[str, tuple[str, str]] = field(default_factory=dict)
    sides: Sides = ()  # the path that is followed: see ``Request``
    others: dict[str, Any] = field(default_factory=dict)  # the short texts -> the sides of those
    # of reverse mode:
    tree: Any = None  # the output, a tree of Leaf
    known: bool = False  # the output's shape follows from the inputs'
    sizes: inputlib.Sizes = field(default_factory=dict)
    casts: Any = ()
    forms: tuple[Any, ...] = ()  # the classes of the gradients
    layout: Any = None  # of compiled code
    halves: Any = None  # of a pullback: the name of the second one, and what it changes
    after: Any = None  # the layout of the second one, compiled
    repeatable: bool = False  # nobody sees how often it runs
    mixed: bool = False  # of a tangent: numbers of several precisions meet


@dataclass
class Entry:
    """One generated function."""

    facts: Facts
    captures: list[Captured]
    guards: list[Guard]
    generated: Any  # the function of the module
    source: str
    specialized: bool
    kinds: tuple[Any, ...] = ()  # the specs without what is known of sizes
    wanted: frozenset[type[Wanted]] = frozenset()  # what its specs hold beyond kinds
    run: Any = field(init=False)  # ``generated``, or it compiled
    expected: Expected = field(init=False)  # of the cotangent
    directions: Directions = field(init=False)
    as_they_are: bool = field(init=False)  # gradients are given as generated code gives them
    trial: Any = None  # of jit="auto", while plain code serves
    reverse: Any = None  # the second half of a pullback
    taken: Any = None  # the dtype of the one array whose cotangents that half takes as they are
    remake: Callable[[], Entry | None] | None = None  # for several directions, until it is called
    together: Entry | None = None  # what it gave
    dispatch: Callable[[Any, Any, Any], Any] = field(init=False)

    def __post_init__(self) -> None:
        facts = self.facts
        self.expected = Expected(facts.tree, facts.known, facts.sizes)
        self.directions = Directions(facts.specs, facts.argnums)
        self.as_they_are = not inputlib.needs_cast(facts.casts) and not any(facts.forms)
        self.run = runnable(self.generated, facts.layout)
        if facts.halves is not None:
            self.reverse = runnable(self.generated.__globals__[facts.halves[0]], facts.after)
            self.taken = self.expected.array() if self.as_they_are else None

    @property
    def specs(self) -> tuple[Any, ...]:
        return self.facts.specs

    @property
    def style(self) -> str:
        return self.facts.style

    def serves(self, specs: tuple[Any, ...]) -> bool:
        """Whether inputs of these specs may be passed."""
        return len(specs) == len(self.specs) and all(map(serves, self.specs, specs))

    def holds(self, function: Any) -> bool:
        """Whether all that is taken for granted outside the inputs still holds."""
        return all_hold(self.guards, function) and all_hold(self.captures, function)

    def captured(self, function: Any) -> list[Any]:
        """The data that the function reads from outside, as it is now."""
        return [item.place.now(function) for item in self.captures]

    def call(self, function: Any, inputs: tuple[Any, ...], given: Any) -> Any:
        """The careful path: every check with its message, then the generated function."""
        captured = self.captured(function)
        self.refuse_overlap(inputs, captured)
        inputlib.refuse_layout(self.facts.contiguous, inputs)
        run: Callable[..., Any] = functools.partial(self.run, *inputs, *captured)
        try:
            seeds = self.seeds(inputs, given)
        except CotangentError:
            found = several.of_tangents(self.directions, given, inputs) if self.moves else None
            if found is None:
                raise
            seeds, run = found, self.along(inputs, captured)
        try:
            result = run(*seeds)
        except Exception as error:
            self.ask(function, inputs, error)
            raise
        return self.finished(result, inputs) if self.unfinished else result

    @property
    def moves(self) -> bool:
        """Whether it takes tangents."""
        return self.style == "jvp"

    def along(self, inputs: tuple[Any, ...], captured: list[Any]) -> Callable[..., Any]:
        """What gives the value and its tangents in several directions."""

        def together(entry: Entry, *seeds: Any) -> Any:
            return entry.run(*inputs, *captured, *seeds)

        def apart(*seeds: Any) -> Any:
            if len(seeds[0]) > 1 and not self.facts.repeatable:
                raise runs_differ(self.facts.name.removesuffix("_jvp"))
            one = functools.partial(self.run, *inputs, *captured)
            found = several.one_by_one(one, list(seeds))
            return found[0][0], several.stacked([tangent for _, tangent in found])

        return functools.partial(self.at_once, together, apart)

    def at_once(self, together: Callable[..., Any], apart: Callable[..., Any], *seeds: Any) -> Any:
        """What the entry for several directions gives; one after the other, where none compiles."""
        entry = self.joint()
        if entry is not None:
            try:
                return together(entry, *seeds)
            except CompileError:
                self.together = None
        return apart(*seeds)

    def joint(self) -> Entry | None:
        """The entry that serves several directions at once; None if there can be none."""
        remake, self.remake = self.remake, None
        if remake is not None:
            try:
                self.together = remake()
            except (SrcgradError, Wanted):
                self.together = None
        return self.together

    def same_forward(self, other: Entry) -> bool:
        """Whether the forward halves of two pullbacks leave the same."""
        mine, its = self.generated.__code__, other.generated.__code__
        return self.facts.halves == other.facts.halves and all(
            getattr(mine, name) == getattr(its, name)
            for name in ("co_code", "co_names", "co_varnames")
        )

    def ask(self, function: Any, inputs: tuple[Any, ...], error: Exception) -> None:
        """Raise what the function itself does, where generated code raises ``error``.

        That may be another one: the reverse sweep computes what it needs from the end.
        """
        if type(error) is NotImplementedError and self.facts.repeatable:
            sides = self.facts.others.get(str(error))
            if sides is not None:
                raise OtherPath(sides, self.facts.closed[str(error)]) from None
        own = isinstance(error, SrcgradError | Wanted | MemoryError | RecursionError)
        if self.facts.again is not None and not own:
            run_primal(function, inputs, self.facts.again)
        if self.facts.closed and type(error) is NotImplementedError:
            found = self.facts.closed.get(str(error))
            if found is not None:
                raise getattr(errors, found[0])(found[1]) from None

    def seeds(self, inputs: tuple[Any, ...], given: Any) -> list[Any]:
        """The cotangent or the tangents, as arguments of the generated function."""
        if self.style in UNSEEDED:
            return []
        if self.style == "jvp":
            return self.directions.seeds(given, inputs)
        return self.expected.seeds(given, self.expected.sizes_of(inputs))

    @property
    def unfinished(self) -> bool:
        """Whether what generated code returns is brought to other kinds or classes."""
        return (
            self.style == "pullback"
            or (self.style != "vjp" and self.facts.form is not None)
            or inputlib.needs_cast(self.facts.casts)
            or self.facts.mixed
            or any(self.facts.forms)
        )

    def finished(self, result: Any, inputs: tuple[Any, ...]) -> Any:
        """What generated code returned, in the kinds and classes of inputs and output."""
        if self.style == "vjp":
            return self.gradients(result, self.likes(inputs))
        if self.style == "value":
            return formed(self.facts.form, result)
        value, second = result
        if self.facts.mixed:
            second = inputlib.cast_like(value, second)
        value = formed(self.facts.form, value)
        if self.style == "jvp":
            return value, formed(self.facts.form, second, value)
        if self.style == "pullback":
            sizes = self.expected.sizes_of(inputs)
            shape = (
                self.expected.shape(self.facts.tree.kind, sizes) if self.taken is not None else None
            )
            return value, Pull(self, second, sizes, shape, self.likes(inputs))
        return value, self.gradients(second, self.likes(inputs))

    def likes(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        """The inputs whose gradients are no plain arrays."""
        if self.as_they_are:
            return ()
        pairs = zip(self.facts.argnums, self.facts.forms, strict=True)
        return tuple([inputs[k] if form else None for k, form in pairs])

    def gradients(self, found: tuple[Any, ...], likes: tuple[Any, ...] = ()) -> tuple[Any, ...]:
        """Gradients in the kinds and classes of inputs."""
        if self.as_they_are:
            return found
        return all_formed(self.facts.forms, inputlib.cast(self.facts.casts, found), likes)

    def gradients_of_several(self, found: tuple[Any, ...]) -> tuple[Any, ...]:
        """Gradients with an axis in front, in the dtypes and classes of inputs."""
        specs = (self.specs[k] for k in self.facts.argnums)
        cast = map(several.as_gradients, specs, found)
        return all_formed(self.facts.forms, tuple(cast))

    def refuse_overlap(self, inputs: tuple[Any, ...], captured: list[Any]) -> None:
        """Raises ``AliasError`` where an array that is written overlaps another."""
        if self.facts.writes:
            inputlib.refuse_overlap(
                self.facts.writes,
                (*self.specs, *(item.spec for item in self.captures)),
                (*inputs, *captured),
                (*self.facts.names, *(item.param.split("%")[0] for item in self.captures)),
            )


def runnable(generated: Any, layout: Any) -> Any:
    """The function to call: the generated one, or Numba's of it."""
    if layout is None:
        return generated
    from srcgrad.backend import compile

    return compile.compiled(generated, layout)
