"""Forward-mode derivatives of functions on given inputs: ``jvp``.

The generated function takes the inputs and the tangents of their floating leaves, in order, and
gives ``(value, tangent)``. Nothing is kept on the way, so its memory is that of the function.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np

from srcgrad import pipeline
from srcgrad.backend import cache, emit
from srcgrad.dispatch import arrange, check_inputs, target
from srcgrad.dispatch import inputs as inputlib
from srcgrad.dispatch.derivative import Options
from srcgrad.dispatch.generate import LOCK, assumed, derived, input_names, no_output, written
from srcgrad.dispatch.outside import Captured, Guard, all_hold, relative, weak
from srcgrad.dispatch.result_classes import formed
from srcgrad.errors import CotangentError, InputError, SrcgradError, Wanted
from srcgrad.ir.kinds import Kind
from srcgrad.ir.nodes import Const
from srcgrad.values.signature import Structure, alike

SPECIALIZATIONS = 4  # shape patterns of one function, before the shape-generic source serves

Places = tuple[tuple[str, inputlib.Path], ...]


@dataclass(frozen=True)
class Request:
    """What is differentiated: derivatives of the function (``Target.orders``), keyword inputs."""

    orders: tuple[Any, ...] = ()
    keywords: tuple[str, ...] = ()


@dataclass
class Entry:
    """One generated function, and what it takes for granted."""

    specs: tuple[Any, ...]
    specialized: bool
    names: tuple[str, ...]  # of the inputs
    captures: list[Captured]
    guards: list[Guard]
    writes: Places
    contiguous: Places
    run: Any
    source: str
    form: Any = None  # the classes of the value and of its tangent

    def holds(self, function: Any) -> bool:
        return all_hold(self.guards, function) and all_hold(self.captures, function)

    def __call__(self, function: Any, inputs: tuple[Any, ...], tangents: list[Any]) -> Any:
        """Raises ``AliasError`` where arrays overlap, one of which is written."""
        captured = [item.place.now(function) for item in self.captures]
        named = [(c.param.split("%")[0], v) for c, v in zip(self.captures, captured, strict=True)]
        inputlib.refuse_overlap(self.writes, self.specs, inputs, self.names, named)
        inputlib.refuse_layout(self.contiguous, inputs)
        return self.run(*inputs, *captured, *tangents)


@dataclass
class Forward:
    """All generated tangent functions of one function and request."""

    request: Request
    entries: list[Entry] = field(default_factory=list)
    lock: Any = field(default_factory=threading.RLock)
    wanted: frozenset[type[Wanted]] = frozenset()  # what signatures hold beyond kinds

    def entry(self, function: Any, inputs: tuple[Any, ...]) -> Entry:
        """The entry for these inputs, generated if there is none yet."""
        with self.lock:
            refused: SrcgradError | None = None
            while True:
                try:
                    return self.entry_for(function, inputs)
                except Wanted as wanted:
                    refused = refused or wanted.instead
                    self.wanted |= {type(wanted)}
                except SrcgradError:
                    if refused is not None:
                        raise refused from None
                    raise

    def entry_for(self, function: Any, inputs: tuple[Any, ...]) -> Entry:
        special = inputlib.specs_of(inputs, True, self.wanted)
        generic = inputlib.specs_of(inputs, False, self.wanted)
        for found in self.entries:
            wanted = special if found.specialized else generic
            if alike(found.specs, wanted) and found.holds(function):
                return found
        narrow = pipeline.OPTIONS.specialize and len(self.entries) < SPECIALIZATIONS
        sizes = inputlib.sizes_of(inputs, self.wanted) if narrow else {}
        entry = build(function, self.request, special if narrow else generic, narrow, sizes)
        self.entries.append(entry)
        return entry


def build(
    function: Any,
    request: Request,
    specs: tuple[Any, ...],
    specialized: bool,
    sizes: Mapping[str, int] = MappingProxyType({}),
) -> Entry:
    """Generate, print and load the tangent function for one signature.

    Raises ``UnsupportedSyntax``, ``MissingRule`` and their like, as the adjoint does.
    """
    with LOCK, pipeline.recursion(function):
        primal = pipeline.elaborate(
            derived(function, request.orders), specs, request.keywords, sizes=sizes
        )
        if primal.output == Const(None):
            raise no_output(primal)
        moved = pipeline.tangent(primal, tuple(range(len(specs))))
        everything = (*specs, *(capture.spec for capture in primal.captures))
        module = emit.module(moved.function, f"{moved.function.name}_jvp", "Tangent", everything)
    guards = [Guard(relative(at, function), weak(value)) for at, value in primal.guards]
    captures = [Captured(c.param, c.spec, relative(c.place, function)) for c in primal.captures]
    run = cache.in_memory(module.source, module.name, module.objects)
    return Entry(
        specs,
        specialized,
        input_names(primal),
        captures,
        guards,
        written(primal),
        assumed(primal, moved.primal.contiguous),
        run,
        module.source,
        primal.form,
    )


_FORWARDS: weakref.WeakKeyDictionary[Any, dict[Any, Forward]] = weakref.WeakKeyDictionary()


def prepared(f: Any, inputs: tuple[Any, ...]) -> tuple[Any, tuple[Any, ...], int, Entry]:
    """The plain function behind ``f``, all its inputs, the place of the first, and their entry."""
    found = target(f)
    everything = inputs
    keywords: tuple[str, ...] = ()
    if found.leading or found.keywords:
        everything, keywords = arrange(found.function, (*found.leading, *inputs), found.keywords)
    request = Request(found.orders, keywords)
    key = (request, *Options.current())
    forward = _FORWARDS.setdefault(found.function, {}).setdefault(key, Forward(request))
    return found.function, everything, len(found.leading), forward.entry(found.function, everything)


def jvp(f: Any, inputs: tuple[Any, ...], tangents: tuple[Any, ...]) -> tuple[Any, Any]:
    """``(f(*inputs), tangent)``: the derivative of ``f`` at ``inputs`` in the direction ``tangents``.

    ``tangents`` has the structure and the shapes of ``inputs``; ``None`` stands for zeros, also in
    the place of what is no floating number. The tangent has the structure of the value, with None
    for what is no floating number. Raises ``CotangentError`` where structure or shape differ.
    """
    inputs = check_inputs(inputs)
    if not isinstance(tangents, tuple | list):
        raise InputError(
            f"the tangents are {type(tangents).__name__}, not a tuple\n"
            "  why: there is one tangent for each input\n  try: jvp(f, (x,), (x_dot,))"
        )
    if len(tangents) != len(inputs):
        raise CotangentError(
            f"{len(inputs)} inputs have {len(tangents)} tangents\n"
            "  why: there is one tangent for each input\n  try: pass None where it is zero"
        )
    function, everything, first, entry = prepared(f, inputs)
    given = [None] * len(everything)
    given[first : first + len(inputs)] = tangents
    moved = [
        leaf
        for k, spec in enumerate(entry.specs)
        for leaf in flat(spec, everything[k], given[k], f"the tangent of input {k - first}")
    ]
    value, tangent = entry(function, everything, moved)
    return formed(entry.form, value), formed(entry.form, tangent)


def flat(spec: Any, value: Any, tangent: Any, name: str) -> Iterator[Any]:
    """The tangents of the floating leaves of an input, checked and cast."""
    if isinstance(spec, Kind):
        if spec.floating:
            yield leaf_of(value, tangent, name)
        return
    if not isinstance(spec, Structure):
        return
    attributes = not issubclass(spec.cls, tuple | list | dict)
    if tangent is not None:
        check_structure(spec, tangent, attributes, name)
    for key, item in zip(spec.keys, spec.items, strict=True):
        part = getattr(value, key) if attributes else value[key]
        moved = None
        if tangent is not None:
            by_name = attributes and not isinstance(tangent, dict)
            moved = getattr(tangent, key) if by_name else tangent[key]
        yield from flat(item, part, moved, f"{name}[{key!r}]")


def check_structure(spec: Structure, tangent: Any, attributes: bool, name: str) -> None:
    if attributes:
        return
    wanted = dict if issubclass(spec.cls, dict) else tuple | list
    if (
        not isinstance(tangent, wanted)
        or len(tangent) != len(spec.items)
        or (isinstance(tangent, dict) and set(tangent) != set(spec.keys))
    ):
        raise CotangentError(
            f"{name} is {type(tangent).__name__}, the input is a {spec.cls.__name__} "
            f"of {len(spec.items)}\n  why: a tangent has the structure of its input\n"
            "  try: pass one item for each item of the input (None where it is zero)"
        )


def leaf_of(value: Any, tangent: Any, name: str) -> Any:
    """The tangent of one floating number or array."""
    dtype = np.asarray(value).dtype
    shape = np.shape(value)
    if tangent is None:
        found = np.zeros(shape, dtype)
    else:
        found = np.asarray(tangent)
        if found.dtype.kind not in "fiub" and found.dtype.kind != dtype.kind:
            raise CotangentError(
                f"{name} has dtype {found.dtype}, the input has dtype {dtype}\n"
                "  why: a tangent has the kind of its input\n  try: pass real numbers"
            )
        if found.shape != shape:
            raise CotangentError(
                f"{name} has shape {found.shape}, the input has shape {shape}\n"
                "  why: a tangent has the shape of its input; it is never broadcast\n"
                f"  try: pass an array of shape {shape}"
            )
        found = found.astype(dtype, copy=False)
    return found if isinstance(value, np.ndarray) else found[()]
