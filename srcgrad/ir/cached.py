"""What a walk knows of a cached function of the user's, for the analysis of what is written."""

from __future__ import annotations

from typing import NamedTuple

from srcgrad.ir.nodes import Origin


class CacheUse(NamedTuple):
    """``results``: what it returned. ``arrays``: what it read. ``calls``: a name that each defines."""

    name: str
    results: tuple[str, ...]
    arrays: tuple[str, ...]
    calls: tuple[str, ...]
    origin: Origin | None
