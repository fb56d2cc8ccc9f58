"""An entry: one generated function with all that its calls need; generated, or from its file."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from srcgrad.backend import cache, fingerprint, record
from srcgrad.dispatch import inputs as inputlib
from srcgrad.dispatch import ways
from srcgrad.dispatch.cotangent import Expected, Leaf
from srcgrad.dispatch.forms import all_formed, formed
from srcgrad.dispatch.guard import MISS, dispatcher
from srcgrad.dispatch.places import Captured, Guard, all_hold
from srcgrad.errors import WANTED, Wanted
from srcgrad.frontend.signature import Dims, Structure, spec_of
from srcgrad.ir import Const
from srcgrad.kinds import Kind
from srcgrad.lexical import is_name


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
    contiguous: tuple[tuple[str, inputlib.Path], ...] = ()  # arrays that must be C-contiguous
    forms: tuple[Any, ...] = ()  # the classes of the gradients
    form: Any = None  # the classes of the value


STORED = (Facts, Leaf, Kind, Const, Structure)


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

    def ready(self, function: Any) -> Entry:
        """Make the guard; last of all, when the entry is complete."""
        self.dispatch = dispatcher(self, function) or miss
        return self

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


def miss(function: Any, inputs: Any, cotangent: Any) -> Any:
    """The guard of an entry that only the careful path can compare."""
    return MISS


# --- making entries ---------------------------------------------------------------------------


def make(
    function: Any,
    request: Request,
    specs: tuple[Any, ...],
    specialized: bool,
    options: tuple[Any, ...],
    store: bool,
    sizes: Mapping[str, int],
    granted: Collection[type[Wanted]],
) -> Entry:
    """The entry for a signature, from the cache on disk if it is there.

    ``options`` are the pipeline's, part of the key; without ``store`` the disk is left alone.
    Raises what generation raises: see ``generate``. A file remembers, too, that a signature must
    hold more; it counts where that is not ``granted`` yet, for other inputs may not be served by it.
    """
    path, key = place(function, request, specs, options) if store else (None, "")
    found = None if path is None else load(function, path, key, specialized, granted)
    if found is not None:
        return found
    try:
        with uncollected():
            from srcgrad.dispatch.generate import generate

            return generate(function, request, specs, specialized, path, key, sizes=sizes)
    except Wanted as wanted:
        if path is not None and wanted.instead is None:
            noted = {"key": key, "stamp": stamp(), "wanted": type(wanted).__name__}
            cache.store(
                path,
                "# These inputs are served by a file for their sizes or values.",
                record.text(noted, ()),
            )
        raise


@contextmanager
def uncollected() -> Iterator[None]:
    """Without the garbage collector, which finds nothing in what generation still needs."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def place(
    function: Any, request: Request, specs: tuple[Any, ...], options: tuple[Any, ...]
) -> tuple[str | None, str]:
    """The file for a signature, and the whole key; None for what no file can serve."""
    name = function.__name__ if is_name(function.__name__) else "lambda"
    names = record.labels(STORED)
    try:
        outside = [(n, _outside(v, names)) for n, v in fingerprint.reachable(function)]
        key = fingerprint.digest(
            function.__module__,
            function.__qualname__,
            outside,
            record.encode(specs, names),
            request,
            options,
            VERSION,
        )
    except (record.NotStorable, RecursionError):
        return None, ""
    return cache.path_of(function, name, key), key


VERSION = "0.1.0"


def _outside(value: Any, names: dict[type, str]) -> Any:
    """What data from outside mean for generated code: constants by value, numbers by kind."""
    if isinstance(value, str):
        return value
    try:
        return record.encode(spec_of(value, Dims(False)), names)
    except Exception:  # of no kind that generated code can take; the guards decide
        return type(value).__qualname__


def stamp() -> str:
    """What a file must have been made by to be run."""
    return fingerprint.digest(fingerprint.engine(), fingerprint.libraries(), fingerprint.rules())


def load(
    function: Any, path: str, key: str, specialized: bool, granted: Collection[type[Wanted]]
) -> Entry | None:
    """The entry that a file holds; None if it is not there, not whole, or not made for this.

    Raises ``Wanted`` where the file says that the signature must hold more.
    """
    found = cache.fetch(path)
    if found is None or os.environ.get("SRCGRAD_TRACE"):
        return None
    text, source, noted = found
    try:
        about = record.parse(noted, (*STORED, *layouts("'flat.Layout'" in noted)))
        if about["key"] != key or about["stamp"] != stamp():
            return None
        wanted = WANTED.get(about.get("wanted"))
        if wanted is not None:
            if wanted in granted:
                return None
            raise wanted
        facts: Facts = about["facts"]
        guards = [ways.guard(item, function) for item in about["guards"]]
        captures = [ways.captured(item, function) for item in about["captures"]]
        objects = {name: ways.value(way, function) for name, way in about["objects"].items()}
        entry_holds = all_hold(captures, function)
    except (
        record.NotStorable,
        KeyError,
        ValueError,
        SyntaxError,
        TypeError,
        AttributeError,
        IndexError,
    ):
        return None
    if not entry_holds:
        return None
    generated = cache.from_file(path, text, facts.name, objects)
    run = compiled(generated, facts.layout)
    return Entry(facts, captures, guards, run, generated, source, specialized)


def layouts(present: bool) -> tuple[type, ...]:
    """The classes of the layout of compiled code, where there is one."""
    if not present:
        return ()
    from srcgrad.backend import flat
    from srcgrad.ir import Origin

    return (flat.Layout, flat.Leaf, Origin)


def compiled(generated: Any, layout: Any) -> Any:
    """The function to call: the generated one, or Numba's of it."""
    if layout is None:
        return generated
    from srcgrad.backend import compile

    return compile.compiled(generated, layout)


def build(
    function: Any,
    specs: tuple[Any, ...],
    argnums: tuple[int, ...] | None,
    value: bool,
    specialized: bool,
    jit: bool,
) -> Entry:
    """An entry that serves no calls: to look at."""
    from srcgrad.dispatch.generate import generate

    return generate(function, Request(argnums, value, jit), specs, specialized, None, "")
