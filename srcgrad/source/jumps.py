"""Jumps into structure: early ``return``, ``break`` and ``continue`` are rewritten away.

1. ``return v`` becomes ``$value = v``; what follows it on the same path is dropped.
2. What follows an ``if`` whose one branch always jumps moves into the other branch.
3. What follows an ``if`` that may jump is guarded by a flag, ``if not $jump``.
4. ``break`` sets the loop's ``$stop`` flag, which the loop tests before each iteration;
   a ``return`` in a loop sets it too, and what follows the loop is guarded by ``$returned``.
5. ``continue`` needs rules 2 and 3 alone.
6. ``else`` of a loop becomes ``if not $broken`` after it.
7. ``match`` becomes conditions and assignments (``source.match``).

Before::

    for v in x:
        if v < 0:
            break
        total += v

After::

    $stop = False
    for v in x:          # runs while not $stop
        if v < 0:
            $stop = True
        else:
            total += v
"""

from __future__ import annotations

import copy
import itertools
from typing import Any

import gast

from srcgrad.source.match import conditions

JUMPS = (gast.Return, gast.Break, gast.Continue)
LOOPS = (gast.For, gast.While)
BLOCKS = ("body", "orelse", "handlers", "finalbody", "cases")
SCOPES = (gast.FunctionDef, gast.Lambda, gast.ClassDef, gast.AsyncFunctionDef)


def structured(body: list[Any]) -> list[Any]:
    """A function's body without jumps; ``$value`` holds what it returns."""
    return _Structure().function(body)


def children(node: Any) -> list[Any]:
    """The statements in the blocks of one: what is looked for here is in no expression."""
    return [
        child
        for name in BLOCKS
        for child in getattr(node, name, ())
        if not isinstance(child, SCOPES)
    ]


def has(node: Any, kinds: tuple[Any, ...], into_loops: bool = True) -> bool:
    """Whether a statement contains a jump of these kinds that leaves it."""
    if isinstance(node, SCOPES):
        return False
    if isinstance(node, kinds):
        return True
    if isinstance(node, LOOPS) and not into_loops:
        returns = tuple(kind for kind in kinds if kind is gast.Return)
        return any(has(child, returns, into_loops) for child in node.body) or any(
            has(child, kinds, into_loops) for child in node.orelse
        )
    return any(has(child, kinds, into_loops) for child in children(node))


def jumps(node: Any) -> bool:
    """Whether a statement may leave the block it stands in by a jump."""
    return has(node, JUMPS, into_loops=False)


def _is_rewritten(node: Any) -> bool:
    """Whether a loop, ``match`` or ``try`` stands in a statement, which must be rewritten then."""
    return isinstance(node, (*LOOPS, gast.Match, gast.Try)) or (
        not isinstance(node, SCOPES) and any(_is_rewritten(child) for child in children(node))
    )


def swallows(node: Any) -> bool:
    """Whether what is raised in a ``with`` is suppressed, so that what follows may run after all."""
    calls = [item.context_expr for item in node.items if isinstance(item.context_expr, gast.Call)]
    return any(
        "suppress" in (getattr(call.func, "id", ""), getattr(call.func, "attr", ""))
        for call in calls
    )


def always(body: list[Any]) -> bool:
    """Whether every path through ``body`` ends in a jump."""
    for node in body:
        if isinstance(node, (*JUMPS, gast.Raise)):
            return True
        if isinstance(node, gast.If) and always(node.body) and always(node.orelse):
            return True
        if isinstance(node, gast.With) and always(node.body) and not swallows(node):
            return True
        if isinstance(node, gast.While) and _endless(node):
            return True
        if (
            isinstance(node, gast.Try)
            and always([*node.body, *node.orelse])
            and all(always(handler.body) for handler in node.handlers)
        ):
            return True
    return False


def raises(body: list[Any]) -> bool:
    """Whether every path through ``body`` ends in ``raise``."""
    if not body:
        return False
    last = body[-1]
    if any(jumps(node) for node in body):
        return False
    return isinstance(last, gast.Raise) or (
        isinstance(last, gast.If) and raises(last.body) and raises(last.orelse)
    )


def leaves(body: list[Any]) -> bool:
    """Whether every path through ``body`` leaves the function."""
    if not body or any(has(node, (gast.Break, gast.Continue), False) for node in body):
        return False
    last = body[-1]
    return isinstance(last, gast.Return | gast.Raise) or (
        isinstance(last, gast.If) and leaves(last.body) and leaves(last.orelse)
    )


def _endless(loop: Any) -> bool:
    """Whether a ``while True`` is left by ``return`` or ``raise`` alone."""
    forever = isinstance(loop.test, gast.Constant) and bool(loop.test.value)
    return forever and not any(has(node, (gast.Break,), into_loops=False) for node in loop.body)


def returns_value(body: list[Any]) -> bool:
    """Whether a ``return`` gives a value."""

    def found(node: Any) -> bool:
        return (isinstance(node, gast.Return) and node.value is not None) or (
            not isinstance(node, SCOPES) and any(found(child) for child in children(node))
        )

    return any(found(node) for node in body)


class _Structure:
    def __init__(self) -> None:
        self.numbers = itertools.count()

    def name(self, base: str) -> str:
        return f"${base}{next(self.numbers)}"

    def function(self, body: list[Any]) -> list[Any]:
        result = self.block(list(body), None, None)
        return result

    def assign(self, name: str, value: Any, at: Any) -> Any:
        node = value if isinstance(value, gast.AST) else gast.Constant(value, None)
        if not hasattr(node, "lineno"):
            node = gast.copy_location(node, at)
        target = gast.Name(name, gast.Store(), None, None)
        return gast.copy_location(gast.Assign([target], node, None), at)

    def unless(self, flag: str, body: list[Any], at: Any) -> list[Any]:
        """``if not flag: body``"""
        if not body:
            return []
        test = gast.UnaryOp(gast.Not(), gast.Name(flag, gast.Load(), None, None))
        return [gast.copy_location(gast.If(gast.copy_location(test, at), body, []), at)]

    def block(self, body: list[Any], loop: Any, flag: str | None) -> list[Any]:
        """Rewrite a block of ``loop``; jumps out of it set ``flag``, where one is needed."""
        result: list[Any] = []
        for position, node in enumerate(body):
            rest = body[position + 1 :]
            if isinstance(node, JUMPS):
                return result + self.jump(node, loop, flag)
            if isinstance(node, gast.Raise):
                return [*result, node]
            if isinstance(node, gast.Match):
                return result + self.block([*conditions(node, self.name), *rest], loop, flag)
            if not jumps(node) and not _is_rewritten(node):
                result.append(node)
                continue
            if isinstance(node, gast.If):
                return result + self.branch(node, rest, loop, flag)
            if isinstance(node, LOOPS):
                orelse = node.orelse
                before, node = self.loop(node)
                result += [*before, node]
                rest = [*(self.unless(node.broken, orelse, node) if node.broken else orelse), *rest]
                leave: list[Any] = []
                after = self.block(rest, loop, flag)
                if node.returned:
                    leave = self.set_flags(node, loop, flag, node.returned)
                    after = self.unless(node.returned, after, node)
                return result + leave + after
            if isinstance(node, gast.With):
                return result + self.with_block(node, rest, loop, flag)
            if isinstance(node, gast.Try):
                return result + self.try_block(node, rest, loop, flag)
            result.append(node)
        return result

    def jump(self, node: Any, loop: Any, flag: str | None) -> list[Any]:
        result = []
        if isinstance(node, gast.Return):
            result.append(self.assign("$value", node.value or gast.Constant(None, None), node))
            if loop is not None:
                result.append(self.assign(loop.returned, True, node))
        if loop is not None and not isinstance(node, gast.Continue):
            result.append(self.assign(loop.stop, True, node))
            if isinstance(node, gast.Break) and loop.broken:
                result.append(self.assign(loop.broken, True, node))
        if flag is not None:
            result.append(self.assign(flag, True, node))
        return result

    def set_flags(self, node: Any, loop: Any, flag: str | None, returned: str) -> list[Any]:
        """After a loop that may return: pass the return on to the loop around it."""
        names = [name for name in (loop and loop.stop, loop and loop.returned, flag) if name]
        value = gast.Name(returned, gast.Load(), None, None)
        test = [self.assign(name, True, node) for name in names]
        return [gast.copy_location(gast.If(value, test, []), node)] if test else []

    def branch(self, node: Any, rest: list[Any], loop: Any, flag: str | None) -> list[Any]:
        body, orelse = node.body, node.orelse
        before: list[Any] = []
        after: list[Any] = []
        inner = flag
        if not jumps(node):
            after = self.block(rest, loop, flag)
        elif not rest:
            pass
        elif always(body):
            orelse = orelse + rest
        elif always(orelse):
            body = body + rest
        else:
            inner = flag or self.name("jump")
            if flag is None:
                before = [self.assign(inner, False, node)]
            after = self.unless(inner, self.block(rest, loop, flag), node)
        new = gast.If(
            node.test,
            self.block(body, loop, inner) or [gast.copy_location(gast.Pass(), node)],
            self.block(orelse, loop, inner),
        )
        return [*before, gast.copy_location(new, node), *after]

    def with_block(self, node: Any, rest: list[Any], loop: Any, flag: str | None) -> list[Any]:
        inner = flag
        before: list[Any] = []
        leaves, ends = jumps(node), always([node])
        if rest and leaves and not ends and flag is None:
            inner = self.name("jump")
            before = [self.assign(inner, False, node)]
        new = gast.copy_location(
            gast.With(node.items, self.block(node.body, loop, inner), None), node
        )
        if not leaves:
            return [new, *self.block(rest, loop, flag)]
        if ends or not rest:
            return [*before, new]
        return [*before, new, *self.unless(str(inner), self.block(rest, loop, flag), node)]

    def try_block(self, node: Any, rest: list[Any], loop: Any, flag: str | None) -> list[Any]:
        """The parts of a ``try``; its attributes say where its body was written."""
        leaves = jumps(node)
        inner = flag
        before: list[Any] = []
        if leaves and flag is None and (rest or node.orelse):
            inner = self.name("jump")
            before = [self.assign(inner, False, node)]
        body = self.block(node.body, loop, inner)
        orelse = self.block(node.orelse, loop, inner)
        if inner and any(map(jumps, node.body)):
            orelse = self.unless(inner, orelse, node)
        handlers = [self.handler(item, loop, inner) for item in node.handlers]
        new = gast.Try(body, handlers, orelse, self.block(node.finalbody, loop, None))
        new.span = (node.body[0], node.body[-1])
        new.written = [statement.lineno for statement in node.body]
        gast.copy_location(new, node)
        after = self.block(rest, loop, flag)
        return [*before, new, *(self.unless(inner, after, node) if leaves and inner else after)]

    def handler(self, node: Any, loop: Any, flag: str | None) -> Any:
        new = gast.ExceptHandler(node.type, node.name, self.block(node.body, loop, flag))
        new.raises = raises(node.body)
        new.leaves = leaves(node.body)
        return gast.copy_location(new, node)

    def loop(self, node: Any) -> tuple[list[Any], Any]:
        """What stands before a loop, and the loop without ``else``.

        Its attributes ``stop``, ``returned`` and ``broken`` name its flags, or are None.
        """
        leaves = any(has(child, (gast.Break, gast.Return), False) for child in node.body)
        returns = any(has(child, (gast.Return,)) for child in node.body)
        breaks = any(has(child, (gast.Break,), False) for child in node.body)
        orelse, node = node.orelse, copy.copy(node)
        node.orelse = []
        node.stop = self.name("stop") if leaves else None
        node.returned = self.name("returned") if returns else None
        node.broken = self.name("broken") if orelse and breaks else None
        before = [
            self.assign(name, False, node)
            for name in (node.stop, node.returned, node.broken)
            if name
        ]
        node.body = self.block(node.body, node, None)
        return before, node
