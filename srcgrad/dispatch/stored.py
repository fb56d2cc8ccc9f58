"""An entry's file, written and read back."""

from __future__ import annotations

import os
from collections.abc import Collection
from typing import Any

from srcgrad.backend import cache, emit, fingerprint, record
from srcgrad.dispatch import paths as ways
from srcgrad.dispatch.cotangent import Leaf
from srcgrad.dispatch.entry import Entry, Facts
from srcgrad.dispatch.outside import Captured, Guard, all_hold
from srcgrad.dispatch.paths import Atlas
from srcgrad.dispatch.request import Options, Request
from srcgrad.errors import WANTED, Wanted
from srcgrad.ir.kinds import Kind
from srcgrad.ir.lexical import is_name
from srcgrad.ir.nodes import Const
from srcgrad.values.outside import Whole
from srcgrad.values.signature import Dims, Structure, spec_of
from srcgrad.version import __version__

STORED = (Facts, Options, Leaf, Kind, Const, Structure, Whole)


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
            __version__,
        )
    except (record.NotStorable, RecursionError):
        return None, ""
    return cache.path_of(function, name, key), key


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
    return Entry(facts, captures, guards, generated, source, specialized)


def layouts(present: bool) -> tuple[type, ...]:
    """The classes of the layout of compiled code, where there is one."""
    if not present:
        return ()
    from srcgrad.backend import flat
    from srcgrad.ir.nodes import Origin

    return (flat.Layout, flat.Leaf, Origin)


def write(
    path: str,
    key: str,
    module: emit.Module,
    facts: Facts,
    guards: list[Guard],
    captures: list[Captured],
    function: Any,
) -> str | None:
    """Write the module's file; its text, or None if it cannot be written or found again."""
    atlas = Atlas(function, guards)
    try:
        noted = record.text(
            {
                "key": key,
                "stamp": stamp(),
                "facts": facts,
                "guards": [atlas.guard(item) for item in guards],
                "captures": [atlas.captured(item) for item in captures],
                "objects": {name: atlas.way(item) for name, item in module.objects.items()},
            },
            (*STORED, *layouts(facts.layout is not None)),
        )
    except record.NotStorable:
        return None
    if not cache.store(path, module.source, noted):
        return None
    found = cache.fetch(path)
    return found[0] if found is not None and found[1] == module.source else None
