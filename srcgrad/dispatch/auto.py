"""``jit="auto"``: plain code, until compiling has a chance to pay; then the faster of the two.

The calls of a plain entry are timed. When they have cost about what compiling would, it is done, both
are timed on the arguments at hand, and the faster one serves from there on; the choice is kept on
disk. Of a function whose runs can be seen from outside, nothing is run twice: it stays plain.
"""

from __future__ import annotations

import importlib.util
import sys
import threading
import time
import warnings
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from srcgrad.dispatch import choices
from srcgrad.dispatch.derivative import KINDS, Derivative
from srcgrad.dispatch.entry import Entry
from srcgrad.dispatch.guard import miss
from srcgrad.dispatch.guard_lines import MISS
from srcgrad.dispatch.request import Request
from srcgrad.errors import UnsupportedSyntax

# seconds that compiling takes, measured on programs of 3 to 130 lines: those of a straight line
BASE, LINE = 0.3, 0.035
LOAD = 0.1  # seconds that reading compiled code takes
IMPORT = 1.0  # seconds that importing Numba takes
REPEATED = 0.002  # seconds that quick calls are repeated for, to be timed


class Auto(Derivative):
    """A derivative in plain code, and the compiled one that may take its place."""

    def __init__(self, request: Request) -> None:
        options = request.options
        plain = replace(options, jit=False, boundscheck=True, parallel=False)
        super().__init__(replace(request, options=plain))
        self.compiled = Derivative(replace(request, options=replace(options, jit=True)))

    def add(self, function: Any, inputs: tuple[Any, ...], wanted: Any, ask: bool = True) -> Entry:
        entry = super().add(function, inputs, wanted, ask)
        if entry.facts.repeatable and importlib.util.find_spec("numba") is not None:
            self.begin(entry, function, inputs)
        return entry

    def begin(self, entry: Entry, function: Any, inputs: tuple[Any, ...]) -> None:
        """Let the calls of an entry be timed, unless plain code was faster in another process."""
        known = choices.recalled(entry)
        if known == "plain":
            return
        ready = known == "compiled" and self.is_on_disk(function, inputs)
        entry.trial = Trial(self, entry, price("" if ready else entry.source))
        self.fast = entry.dispatch = entry.trial

    def is_on_disk(self, function: Any, inputs: tuple[Any, ...]) -> bool:
        """Whether compiled code for these inputs need not be compiled anew."""
        try:
            return choices.is_compiled(self.compiled.entry(function, inputs))
        except Exception:  # what cannot be compiled stays plain
            return False

    def refuse_closed(self, entry: Entry, function: Any, inputs: tuple[Any, ...]) -> None:
        """Raise if compiled code refuses calls that plain code serves."""
        if self.compiled.entry(function, inputs).facts.closed != entry.facts.closed:
            raise UnsupportedSyntax

    def carefully(self, entry: Entry, function: Any, inputs: tuple[Any, ...], given: Any) -> Any:
        trial = entry.trial
        if trial is None:
            return entry.call(function, inputs, given)
        if not trial.compiled:
            return trial.timed(entry.call, function, inputs, given)
        result = self.compiled(function, inputs, given)
        self.fast = entry.dispatch = self.compiled.fast
        return result


class Trial:
    """The timed calls of a plain entry. It stands in the place of the entry's guard."""

    def __init__(self, auto: Auto, entry: Entry, price: float) -> None:
        self.auto = auto
        self.entry = entry
        self.plain = entry.dispatch
        self.compiled = False  # whether compiled code was chosen
        self.spent = 0.0
        self.price = price  # in seconds
        self.lock = threading.Lock()

    def __call__(self, function: Any, inputs: Any, given: Any) -> Any:
        return self.timed(self.plain, function, inputs, given)

    def timed(self, call: Callable[..., Any], function: Any, inputs: Any, given: Any) -> Any:
        """A plain call, after which it may be decided which mode serves the next."""
        start = time.perf_counter()
        result = call(function, inputs, given)
        if result is not MISS:
            self.spent += time.perf_counter() - start
            if self.spent >= self.price and self.lock.acquire(blocking=False):
                try:
                    self.decide(function, inputs, given)
                finally:
                    self.lock.release()
        return result

    def decide(self, function: Any, inputs: Any, given: Any) -> None:
        """Compile, time both modes on these arguments, and settle on the faster one."""
        if self.spent < self.price:  # another thread has decided
            return
        self.price, entry, auto = float("inf"), self.entry, self.auto
        plain = entry.call if self.plain is miss else self.plain
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # they were given by the call itself
            try:
                auto.refuse_closed(entry, function, inputs)
                by_numba = run(auto.compiled, function, inputs, given)
                by_numba()
                by_python = run(plain, function, inputs, given)
                self.compiled = seconds(by_numba) < seconds(by_python)
            except Exception:  # what cannot be compiled stays plain
                self.compiled = False
        if self.compiled:
            entry.dispatch = auto.compiled.fast
        else:
            entry.dispatch, entry.trial = self.plain, None
        auto.fast = entry.dispatch
        choices.remember(entry, "compiled" if self.compiled else "plain")


def price(source: str) -> float:
    """About how many seconds it takes to compile what the plain ``source`` does; to load it, if empty."""
    lines = [line.strip() for line in source.splitlines()]
    code = sum(1 for line in lines if line and not line.startswith(("#", "import ", "from ")))
    found = BASE + LINE * code if code else LOAD
    return found + (0.0 if "numba" in sys.modules else IMPORT)


def run(call: Callable[..., Any], function: Any, inputs: Any, given: Any) -> Callable[[], Any]:
    """A function that makes a call; of a pullback, with its second half."""

    def once() -> Any:
        result = call(function, tuple(inputs), given)
        if type(result) is tuple and len(result) == 2 and hasattr(result[1], "_saved"):
            result[1](unit(result[0]))
        return result

    return once


def unit(value: Any) -> Any:
    """A cotangent of ones for a value; None for what is no floating number."""
    if isinstance(value, tuple | list):
        return [unit(item) for item in value]
    if isinstance(value, dict):
        return {key: unit(item) for key, item in value.items()}
    if isinstance(value, np.ndarray | np.generic):
        return np.ones_like(value)[()] if value.dtype.kind in "fc" else None
    if isinstance(value, float | complex):
        return 1.0
    return unit(vars(value)) if hasattr(value, "__dict__") else None


def seconds(call: Callable[[], Any]) -> float:
    """The time that a call takes: the least of a few, where it is short."""
    least, begun = float("inf"), time.perf_counter()
    while True:
        start = time.perf_counter()
        call()
        end = time.perf_counter()
        least = min(least, end - start)
        if end - begun > REPEATED:
            return least


KINDS["auto"] = Auto
