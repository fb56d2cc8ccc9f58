"""Entries are made here: read back from their files, or generated."""

from __future__ import annotations

import gc
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from srcgrad.backend import cache, record
from srcgrad.backend.notice import noticed
from srcgrad.dispatch.entry import Entry
from srcgrad.dispatch.request import Request
from srcgrad.dispatch.stored import load, place, stamp
from srcgrad.errors import Wanted


def make(
    function: Any,
    request: Request,
    specs: tuple[Any, ...],
    specialized: bool,
    options: tuple[Any, ...],
    store: bool,
    sizes: Mapping[str, int],
    granted: Collection[type[Wanted]],
    ask: bool = True,
) -> Entry:
    """The entry for a signature, from the cache on disk if it is there.

    ``options`` are the pipeline's, part of the key; without ``store`` the disk is left alone.
    Raises what generation raises: see ``generate``. A file remembers, too, that a signature must
    hold more; it counts where that is not ``granted`` yet, for other inputs may not be served by it.
    Nothing more is asked for unless ``ask``.
    """
    path, key = place(function, request, specs, options) if store else (None, "")
    found = None if path is None else load(function, path, key, specialized, granted)
    if found is not None:
        return found
    try:
        with uncollected(), noticed(function.__name__, "generating the derivative of"):
            from srcgrad.dispatch.generate import generate

            return generate(function, request, specs, specialized, path, key, ask, sizes)
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
