"""What Python has and srcgrad does not: every such construct of a function is found at once.

The table says for each what it is, why it has no derivative and what to write instead. The scan
looks at syntax alone, the functions defined inside included; what depends on kinds and values is
refused later, where the function is elaborated.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import gast

from srcgrad.errors import Refusal, UnsupportedSyntax, refuse
from srcgrad.source.read import Source


class Fenced(NamedTuple):
    """Why a construct is refused; ``width`` is that of the caret, None for the whole node."""

    what: str
    why: str
    fix: str
    width: int | None = None


YIELDS = (gast.Yield, gast.YieldFrom)
GENERATOR = (
    "it makes the function a generator, which computes nothing until it is asked",
    "append to a list and return it",
)
COROUTINE = (
    "it hands control to an event loop, so the order of what is computed is not known",
    "compute in a plain def, and await its result outside",
)

TABLE: dict[str, Fenced] = {
    "Yield": Fenced("`yield`", *GENERATOR),
    "YieldFrom": Fenced("`yield from`", *GENERATOR),
    "Await": Fenced("`await`", *COROUTINE),
    "AsyncFunctionDef": Fenced("`async def`", *COROUTINE, width=len("async def")),
    "AsyncFor": Fenced("`async for`", *COROUTINE, width=len("async for")),
    "AsyncWith": Fenced("`async with`", *COROUTINE, width=len("async with")),
    "Try": Fenced(
        "`finally` that returns or jumps",
        "it swallows what the body raises or returns",
        "return after the `try`",
        width=len("try"),
    ),
    "TryStar": Fenced(
        "`try` with `except*`",
        "where an exception would leave the body is not known when the adjoint is written",
        "test the condition beforehand, or catch the exception outside this function",
        width=len("try"),
    ),
    "TypeAlias": Fenced(
        "`type`",
        "a type alias computes nothing that could be differentiated",
        "move it to the level of the module",
        width=len("type"),
    ),
}


def check(source: Source) -> None:
    """Raises the error that lists every unsupported construct of ``source``, if there is one."""
    found = refusals(source)
    if found:
        raise refuse(found)


def refusals(source: Source, called: bool = False) -> list[Refusal]:
    """One refusal for each unsupported construct, in the order of the source.

    Of a function that is ``called``, and of those inside, loops may go over what they yield.
    """
    nodes = list(gast.walk(source.node))
    allowed = {id(node) for node in nodes if isinstance(node, YIELDS)}
    if allowed and not called and isinstance(source.node, gast.FunctionDef):
        allowed -= set(map(id, yields(source.node)))
    found = [
        (node, entry)
        for node in nodes
        if id(node) not in allowed
        for entry in [_entry(node)]
        if entry is not None
    ]
    found.sort(key=lambda pair: (pair[0].lineno, pair[0].col_offset))
    return [_refusal(source, node, entry) for node, entry in found]


def yields(function: Any) -> list[Any]:
    """The ``yield`` expressions of a function itself, not of those defined in it."""
    found: list[Any] = []
    work = list(function.body)
    while work:
        node = work.pop()
        if isinstance(node, YIELDS):
            found.append(node)
        if not isinstance(node, gast.FunctionDef | gast.Lambda | gast.AsyncFunctionDef):
            work.extend(gast.iter_child_nodes(node))
    return found


def _entry(node: Any) -> Fenced | None:
    """The entry of the table for a node, unless this use of it is harmless."""
    name = type(node).__name__
    return None if name == "Try" and not _leaves(node.finalbody) else TABLE.get(name)


def _leaves(body: list[Any]) -> bool:
    """Whether ``finally`` returns or jumps, which would swallow what the body does."""
    jumps = (gast.Return, gast.Break, gast.Continue)
    return any(isinstance(node, jumps) for part in body for node in gast.walk(part))


def _refusal(source: Source, node: Any, entry: Fenced) -> Refusal:
    origin = source.origin(node)
    return Refusal(
        f"{entry.what} cannot be differentiated",
        entry.why,
        entry.fix,
        origin.file,
        origin.line,
        origin.text,
        origin.column,
        entry.width or source.width(node),
        origin.function,
        UnsupportedSyntax,
    )
