"""One activation of a function during the walk."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from srcgrad.source.read import Source
from srcgrad.values.store import new_number


@dataclass(eq=False)
class Frame:
    """One activation of a function: where its variables stand and where names lead."""

    source: Source
    namespace: dict[str, Any]
    cells: dict[str, Any]
    parent: Frame | None = None
    node: Any = None
    number: int = field(default_factory=new_number)
    site: tuple[Frame, Any] | None = None  # the call, if this is a definition of srcgrad's own
