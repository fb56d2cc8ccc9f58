"""Signs move outwards until a sum takes them in: exact, since rounding is symmetric about zero.

Before::

    t = -y_bar
    x_bar = x_bar + k * t

After::

    x_bar = x_bar - k * y_bar
"""

from __future__ import annotations

from typing import Any

from srcgrad.ir.nodes import Let
from srcgrad.optimize.patterns import Definitions, again, definition, emitted
from srcgrad.rules.builder import Builder


def moved_sign(let: Let, definitions: Definitions, b: Builder) -> Let | None:
    """``-a * c`` as ``-(a * c)``, and quotients alike."""
    x, y = let.args
    minus = [definition(arg, "neg", definitions) for arg in (x, y)]
    if not any(minus) or not let.adjoint or not b.names.kinds[str(let.target)].floating:
        return None
    args = [arg if made is None else made.args[0] for arg, made in zip((x, y), minus, strict=True)]
    if all(minus):
        return again(let, let.op, *args)
    return again(let, "neg", emitted(let.op, *args, definitions=definitions, b=b))


def subtracted(let: Let, definitions: Definitions, b: Builder) -> Any:
    """``x - (-y)`` is ``x + y``."""
    minus = definition(let.args[1], "neg", definitions)
    return again(let, "add", let.args[0], minus.args[0]) if minus and let.adjoint else None
