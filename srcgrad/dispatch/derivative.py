"""All generated functions of one primal, and the table that finds them without delay.

Nothing here keeps a primal alive: the tables are keyed by identity and emptied when it dies.
"""

from __future__ import annotations

import functools
import sys
import threading
import weakref
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from srcgrad import errors
from srcgrad.dispatch import inputs as inputlib
from srcgrad.dispatch.entry import Entry
from srcgrad.dispatch.guard import miss, ready
from srcgrad.dispatch.guard_lines import MISS
from srcgrad.dispatch.making import make
from srcgrad.dispatch.primal import run_primal
from srcgrad.dispatch.request import Request
from srcgrad.dispatch.target import bind
from srcgrad.errors import (
    CompileError,
    CotangentError,
    InternalError,
    LayoutsWanted,
    OtherPath,
    Sides,
    SizesDiffer,
    SrcgradError,
    Wanted,
)
from srcgrad.values.foreign import refuse_foreign

SPECIALIZATIONS = 4  # shape patterns for inputs of the same kinds, before generic source serves
PATHS = 16  # that one call tries
ENTRIES = 64  # of one function; the oldest is given up for another

Choice = tuple[bool, bool, bool, tuple[str, ...]]
USUAL: Choice = (True, True, True, ())


class Options:
    """Switches of the pipeline as dispatch needs to know them, without importing the pipeline."""

    @staticmethod
    def current() -> Choice:
        """``(optimize, specialize, short_axes, passes that are left out)``"""
        pipeline = sys.modules.get("srcgrad.pipeline")
        options = getattr(pipeline, "OPTIONS", None)
        if options is None:
            return USUAL
        left_out = tuple(sorted(options.off))
        return options.optimize, options.specialize, options.short_axes, left_out

    @staticmethod
    def traced() -> bool:
        """Whether somebody watches the passes, so that they must run."""
        pipeline = sys.modules.get("srcgrad.pipeline")
        return getattr(getattr(pipeline, "OPTIONS", None), "trace", None) is not None


class Derivative:
    """The entries of one function and request; ``fast`` is the guard of the last that served."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.entries: tuple[Entry, ...] = ()
        self.fast: Any = miss
        self.lock = threading.RLock()
        self.wanted: frozenset[type[Wanted]] = frozenset()  # what signatures hold beyond kinds

    def __call__(self, function: Any, inputs: Any, given: Any) -> Any:
        """``fast``, any other guard, and the careful path, in this order."""
        try:
            result = self.fast(function, inputs, given)
            return self.search(function, inputs, given) if result is MISS else result
        except SizesDiffer:
            return self.without_assumption(function, inputs, given)
        except OtherPath as other:
            return self.by_another_path(function, inputs, given, other.sides)
        except ValueError as error:  # it may come of sizes that were not tested yet
            known = isinstance(error, SrcgradError)
            if known or not any("check_size(" in entry.source for entry in self.entries):
                raise
            before = self.request, self.entries, self.fast
            try:
                return self.without_assumption(function, inputs, given)
            except Exception:
                self.request, self.entries, self.fast = before
                raise

    def by_another_path(
        self,
        function: Any,
        inputs: Any,
        given: Any,
        sides: Sides,
        wrong: CotangentError | None = None,
    ) -> Any:
        """The call, which takes a path that the source at hand does not follow to its end.

        Or so it seems by the structure of the cotangent, which is ``wrong`` for that source.
        """
        inputs = inputlib.check_inputs(inputs)
        waiting = [sides]
        tried: set[Sides] = set()
        refusal = ("", "")
        while waiting and len(tried) < PATHS:
            with self.lock:
                entry = self.on_path(function, inputs, waiting.pop())
            if entry.facts.sides in tried:
                continue
            tried.add(entry.facts.sides)
            try:
                result = self.carefully(entry, function, inputs, given)
            except OtherPath as other:
                waiting, refusal = [other.sides], other.refusal
            except CotangentError as error:
                wrong = wrong or error
                waiting += entry.facts.others.values()
            else:
                self.fast = entry.dispatch
                return result
        if wrong is not None:
            raise wrong
        raise getattr(errors, refusal[0])(refusal[1])

    def on_path(self, function: Any, inputs: Any, sides: Sides) -> Entry:
        """The entry that follows these sides of branches."""
        request = self.request
        served = (e for e in self.serving(function, inputs) if set(sides) <= set(e.facts.sides))
        found = next(served, None)
        if found is not None:
            return found
        self.request = replace(request, sides=sides)
        try:
            return self.enlarged(function, inputs)
        finally:
            self.request = request

    def without_assumption(self, function: Any, inputs: Any, given: Any) -> Any:
        """The call, of which the sizes are not those that its source took for granted."""
        with self.lock:
            self.request = replace(self.request, assumes=False)
            self.entries, self.fast = (), miss
        return self.search(function, inputs, given)

    def search(self, function: Any, inputs: Any, given: Any) -> Any:
        """The call that ``fast`` did not serve."""
        inputs = inputlib.check_inputs(inputs)
        for entry in self.entries:
            if entry.dispatch is not self.fast:
                result = entry.dispatch(function, inputs, given)
                if result is not MISS:
                    self.fast = entry.dispatch
                    return result
        try:
            entry = self.entry(function, inputs)
        except SrcgradError as error:
            self.refuse_foreign(inputs)
            doubtful = error.primal_raises or isinstance(error, InternalError)
            if doubtful and not self.request.orders:
                run_primal(function, inputs, self.request.keywords)
            raise
        if self.request.style == "jvp" and isinstance(given, tuple | list):
            moved = [x for x, dot in zip(inputs, given, strict=False) if dot is not None]
            refuse_foreign(moved, True)
        try:
            return self.carefully(entry, function, inputs, given)
        except CotangentError as error:  # of an output of their class
            self.refuse_foreign(inputs)
            if entry.facts.others and entry.facts.repeatable:
                sides = next(iter(entry.facts.others.values()))
                return self.by_another_path(function, inputs, given, sides, error)
            raise

    def refuse_foreign(self, inputs: tuple[Any, ...]) -> None:
        """Raise ``InputError`` if a derivative is asked for by an array of another package."""
        argnums = self.request.argnums
        asked = range(len(inputs)) if argnums is None else argnums
        refuse_foreign([x for k, x in enumerate(inputs) if k in asked], True)

    def carefully(self, entry: Entry, function: Any, inputs: tuple[Any, ...], given: Any) -> Any:
        """The call of an entry by way of every check."""
        return entry.call(function, inputs, given)

    def entry(self, function: Any, inputs: tuple[Any, ...]) -> Entry:
        """The entry for these inputs; generated, or loaded from its file, if there is none yet.

        Raises what ``generate`` raises.
        """
        found = self.entry_for(function, inputs)
        if found is not None:
            return found
        with self.lock:
            return self.entry_for(function, inputs) or self.enlarged(function, inputs)

    def enlarged(self, function: Any, inputs: tuple[Any, ...]) -> Entry:
        """A new entry, whose signature holds as much as source needs to be generated.

        The layouts of arrays that are not contiguous are held by this signature alone.
        """
        refused: SrcgradError | None = None
        held, lasting = self.wanted, self.wanted
        while True:
            try:
                entry = self.add(function, inputs, held)
            except Wanted as wanted:
                refused = refused or wanted.instead
                if type(wanted) in held and refused is not None:  # of no input
                    raise refused from None
                held |= {type(wanted)}
                lasting |= {type(wanted)}
                continue
            except SrcgradError as error:
                if refused is not None and not isinstance(error, CompileError):
                    raise refused from None
                raise
            if LayoutsWanted in held or inputlib.laid_out(entry.facts.contiguous, inputs):
                if lasting != self.wanted and entry.facts.closed:
                    found = self.unasked(function, inputs, entry)
                    if found is not None:
                        return found
                self.wanted = lasting
                return entry
            held |= {LayoutsWanted}

    def unasked(self, function: Any, inputs: tuple[Any, ...], entry: Entry) -> Entry | None:
        """An entry whose signature holds no more than usual, if it refuses the paths that ``entry`` does."""
        before = self.entries, self.fast
        try:
            found = self.add(function, inputs, self.wanted, ask=False)
        except (SrcgradError, Wanted):
            return None
        if found.facts.closed == entry.facts.closed:
            return found
        self.entries, self.fast = before
        return None

    def entry_for(self, function: Any, inputs: tuple[Any, ...]) -> Entry | None:
        return next(self.serving(function, inputs), None)

    def serving(self, function: Any, inputs: tuple[Any, ...]) -> Iterator[Entry]:
        """The entries that serve these inputs; several follow different paths."""
        found: dict[Any, tuple[Any, ...]] = {}
        for held, special in ((self.wanted, True), (self.wanted, False)):
            found[held, special] = inputlib.specs_of(inputs, special, held)
        for entry in self.entries:
            key = (entry.wanted, entry.specialized)
            if key not in found:
                found[key] = inputlib.specs_of(inputs, entry.specialized, entry.wanted)
            if (
                entry.serves(found[key])
                and inputlib.laid_out(entry.facts.contiguous, inputs)
                and entry.holds(function)
            ):
                yield entry

    def add(
        self,
        function: Any,
        inputs: tuple[Any, ...],
        wanted: frozenset[type[Wanted]],
        ask: bool = True,
    ) -> Entry:
        """A new entry, the newest; beyond ``ENTRIES``, the oldest is given up for it.

        Its specs hold what is ``wanted`` beyond kinds; more may be asked for, if ``ask``.
        """
        specs = inputlib.specs_of(inputs, True, wanted)
        kinds = inputlib.specs_of(inputs, False, wanted)
        sizes = inputlib.sizes_of(inputs, wanted)
        named = self.request.keywords
        bind(function, specs[: len(specs) - len(named)], dict.fromkeys(named))
        close = [e for e in self.entries if e.specialized and e.kinds == kinds]
        close = [e for e in close if e.holds(function)]
        special = Options.current()[1] and len(close) < SPECIALIZATIONS
        found = specs if special else kinds, special, sizes if special else {}, wanted, ask
        entry = made(function, self.request, *found)
        entry.kinds, entry.wanted = kinds, wanted
        if self.request.style in ("jvp", "pullback"):
            entry.remake = functools.partial(self.joint, weakref.ref(function), entry, sizes, ask)
        ready(entry, function)
        self.entries = (
            entry,
            *(
                e
                for e in self.entries[: ENTRIES - 1]
                if not e.serves(entry.specs)
                or e.specialized != special
                or e.facts.sides != entry.facts.sides
                or [c.spec for c in e.captures] != [c.spec for c in entry.captures]
            ),
        )
        self.fast = entry.dispatch
        return entry

    def joint(self, reference: Any, entry: Entry, sizes: dict[str, int], ask: bool) -> Entry | None:
        """The entry that serves several directions at once where ``entry`` serves one."""
        function = reference()
        if function is None:
            return None
        found = entry.specs, entry.specialized, sizes if entry.specialized else {}, entry.wanted
        request = replace(self.request, several=True, sides=entry.facts.sides)
        return made(function, request, *found, ask)


def made(
    function: Any,
    request: Request,
    specs: tuple[Any, ...],
    special: bool,
    sizes: Mapping[str, int],
    wanted: frozenset[type[Wanted]],
    ask: bool,
) -> Entry:
    """The entry for a signature; that for which no more is asked has a file of its own."""
    optimize, _, short, left_out = Options.current()
    options = (optimize, special, short, left_out, *(() if ask else ("unasked",)))
    store = not Options.traced()
    return make(function, request, specs, special, options, store, sizes, wanted, ask)


KINDS: dict[Any, type[Derivative]] = {}  # those that a mode has of its own


class Table:
    """Derivatives by the identity of their primals.

    ``quick`` serves what the public functions are called with: ``(id(f), ...)`` with all that
    tells one request from another.
    """

    def __init__(self) -> None:
        self.quick: dict[tuple[Any, ...], Derivative] = {}
        self.requests: dict[int, dict[Request, Derivative]] = {}
        self.references: dict[int, Any] = {}
        self.lock = threading.RLock()

    def derivative(self, function: Any, request: Request) -> Derivative:
        """The derivative of a plain function; the same one at each call."""
        with self.lock:
            number = id(function)
            if number not in self.references:
                self.references[number] = weakref.ref(function, lambda _: self.forget(number))
                self.requests[number] = {}
            found = self.requests[number].get(request)
            if found is None:
                found = KINDS.get(request.options.jit, Derivative)(request)
                self.requests[number][request] = found
            return found

    def remember(self, key: tuple[Any, ...], derivative: Derivative) -> None:
        """Let ``quick`` find a derivative that ``derivative`` has given for ``key[0]``."""
        with self.lock:
            self.quick[key] = derivative

    def forget(self, number: int) -> None:
        """The primal of this identity is dead."""
        with self.lock:
            self.references.pop(number, None)
            self.requests.pop(number, None)
            for key in [key for key in self.quick if key[0] == number]:
                del self.quick[key]


TABLES: dict[Choice, Table] = {}


class Active:
    """The table in use: one for each choice of the pipeline's options."""

    table = TABLES.setdefault(USUAL, Table())


def forget() -> None:
    """Let nothing be known of any function: another derivative of one was handed in."""
    TABLES.clear()
    choose_table()


def choose_table() -> None:
    """Let the table in use be that of the pipeline's options as they are now."""
    Active.table = TABLES.setdefault(Options.current(), Table())
