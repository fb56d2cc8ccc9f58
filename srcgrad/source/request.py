"""What an object such as ``grad(f)`` stands for: a request for a derivative of a function."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Request:
    """The derivative that an object stands for; ``argnums`` None means all floating inputs."""

    style: str  # "grad" or "value_and_grad"
    function: Any
    argnums: int | tuple[int, ...] | None = 0
    has_aux: bool = False


def request_of(function: Any) -> Request | None:
    found = getattr(function, "__srcgrad__", None)
    return found if isinstance(found, Request) else None


def innermost(function: Any) -> Any:
    """The user's function behind derivatives of derivatives."""
    request = request_of(function)
    return function if request is None else innermost(request.function)
