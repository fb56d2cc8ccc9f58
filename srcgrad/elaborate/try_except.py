"""Elaboration of ``try`` with ``except``.

1. What is raised when source is generated (``int("a")``, a module that is not there, a key that a
   dict does not have) chooses its handler there and then.
2. Handlers of what the body cannot raise are dropped, and so are those that only raise in turn: where
   generated code raises, the function itself is run for what it makes of that (``retold``).
3. Where the body fails only if a dict does not have a key, a branch asks for the key beforehand.
4. For any other, the body is tried out first, as it was written and on copies; the number of the
   handler that catches what it raises is then a value that decides a branch like any other.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import gast

from srcgrad.ir import kinds
from srcgrad.ir import nodes as ir
from srcgrad.ir.kinds import Kind
from srcgrad.ir.nodes import CONTEXTS, STORES, TAPES, Block, Const, Let
from srcgrad.rules.exceptions import ANYTHING, Classes, caught
from srcgrad.rules.kept import PURE, of_statement, repeatable
from srcgrad.rules.operation import OPS
from srcgrad.source.try_body import (
    assigned,
    assigned_last,
    contents_are_known,
    free_names,
    half_done,
    is_traced,
    raises_another,
    reads,
    trial,
)
from srcgrad.values.abstract import Conflict, FunctionV
from srcgrad.values.dicts import DictV
from srcgrad.values.frames import Frame
from srcgrad.values.lookups import TEST, Part, sole_lookup
from srcgrad.values.sequences import ListV, TupleV
from srcgrad.values.signals import Raised
from srcgrad.values.store import NUMBERS, UNDEFINED, same
from srcgrad.values.trees import tree_of
from srcgrad.values.walk import Walk


class Attempts(Walk):
    """``try`` statements."""

    # --- what is certain --------------------------------------------------------------------

    @contextmanager
    def uncertain(self) -> Iterator[None]:
        """For what runs only under a condition, or more than once."""
        if self.doubts:
            self.doubts[-1] += 1
        try:
            yield
        finally:
            if self.doubts:
                self.doubts[-1] -= 1

    def raising(
        self, error: BaseException, what: str, why: str, fix: str, node: Any = None
    ) -> BaseException:
        """What to raise where the function itself raises ``error``: for a ``try``, or a refusal."""
        if self.doubts and not self.doubts[-1]:
            return Raised(error)
        refused: BaseException = self.refuse(what, why, fix, node, raises=True)
        return refused

    def do_assert(self, node: Any) -> None:
        cond = self.condition(node.test)
        if isinstance(cond, Const) and cond.value:
            return
        message = Const("") if node.msg is None else self.to_operand(self.eval(node.msg))
        self.b.effect("assert", cond, message)

    def do_raise(self, node: Any) -> None:
        value = Const(None) if node.exc is None else self.eval(node.exc)
        error: Any = value.value if isinstance(value, Const) else self.errors.get(value)
        if error is not None and self.doubts and not self.doubts[-1]:
            known = BaseException.__new__(error) if isinstance(error, type) else error
            raise Raised(known, None if isinstance(value, Const) else value)
        if isinstance(value, Const) and isinstance(value.value, type):
            value = self.exception(value.value, [], {})
        self.b.effect("raise", self.to_operand(value))

    # --- the statement ----------------------------------------------------------------------

    def do_try(self, node: Any) -> None:
        """``finally`` comes after what it belongs to, also where that is certain to raise."""
        if not node.finalbody:
            self.body_of_try(node)
            return
        with self.put_back() as region:
            self.covered(region)
            try:
                self.body_of_try(node)
            except Raised:
                with self.leaving(region):
                    self.run(node.finalbody)
                raise
            with self.leaving(region):
                self.run(node.finalbody)

    def body_of_try(self, node: Any) -> None:
        if node.handlers:
            self.attempted(node)
        else:
            self.run(node.body)

    def attempted(self, node: Any) -> None:
        state = self.state()
        refused = len(self.refusals)
        parts: list[Part] = []
        with self.b.nested() as inner:
            raised = self.certainly(node.body, parts)
        if raised is not None:
            self.b.block.extend(inner.block)
            return self.caught(node, raised)
        if len(self.refusals) > refused or self.is_refused(node):
            return None
        needed = [
            item for item in node.handlers if self.may_be_raised(inner.block, self.classes(item))
        ]
        told = [item for item in needed if not item.raises or raises_another(item)]
        if not told or (not self.doubts and all(item.raises for item in told)):
            self.retold = self.retold or bool(told)
            needed = []
        if not needed:
            self.b.block.extend(inner.block)
            return self.run(node.orelse)
        classes = tuple(cls for item in node.handlers for cls in self.classes(item))
        failing = [k for k, part in enumerate(parts) if self.may_be_raised(part.block, classes)]
        if failing == failing[:1] and self.looked_up(node, failing[0], parts, needed):
            return None
        why = self.obstacle(inner.block, [parts[k].block for k in failing], node)
        touched = {k for k, part in enumerate(parts) if part.touches(self.frame.number)}
        if not why and not contents_are_known(node, failing, touched):
            why = "where its body fails decides what a list, a dict or an object holds"
        if why:
            raise self.refuse(
                "`try` with `except` cannot be differentiated",
                why,
                "test the condition beforehand, or let the handler raise",
                node,
            )
        self.reset(state)
        return self.tried(node, failing)

    def is_refused(self, node: Any) -> bool:
        """Whether something in a statement is refused by its syntax: no more is said of it then."""
        first = self.frame.source.first_line - 1
        lines = range(first + node.lineno, first + node.end_lineno + 1)
        return any(
            item.file == self.frame.source.file and item.line in lines for item in self.refusals
        )

    def certainly(self, body: list[Any], parts: list[Part]) -> Raised | None:
        """Elaborate a body; what it certainly raises. ``parts`` gets what each statement becomes."""
        self.doubts.append(0)
        try:
            for statement in body:
                before, there = self.state(), self.store.snapshot()
                count, made = len(self.b.block), NUMBERS.value
                self.run([statement])
                changed = {
                    key
                    for key, value in self.store.content.items()
                    if key[0] <= made and not same(there.get(key, UNDEFINED), value)
                }
                parts.append(Part(tuple(self.b.block[count:]), before, changed))
        except Raised as raised:
            return raised
        finally:
            self.doubts.pop()
        return None

    def caught(self, node: Any, raised: Raised) -> None:
        """The handler that is certain to run."""
        for item in node.handlers:
            if isinstance(raised.error, self.classes(item)):
                operand = raised.operand
                self.handle(item, Const(raised.error) if operand is None else operand)
                return
        if self.doubts and not self.doubts[-1]:
            raise raised
        name = type(raised.error).__name__
        raise self.refuse(
            f"this raises {name}: {raised.error}",
            "the function itself raises here",
            "mend the function",
            node,
            raises=True,
        )

    def handle(self, handler: Any, error: Any) -> None:
        self.at(handler)
        if handler.name is not None:
            self.set_name(handler.name.id, error)
        self.run(handler.body)
        if handler.name is not None:
            self.store.content.pop((self.frame.number, handler.name.id), None)

    def handle_of(self, node: Any, handler: Any, error: Any) -> None:
        """A handler, on a path of its own."""
        self.handle(handler, error)
        if handler.leaves:  # nothing reads them after it
            for name in assigned(node.body):
                self.store.content.pop((self.frame.number, name), None)

    def classes(self, handler: Any) -> tuple[Any, ...]:
        """The exceptions that a handler catches."""
        if hasattr(handler, "caught"):
            return tuple(handler.caught)
        if handler.type is None:
            return (BaseException,)
        value = self.to_operand(self.eval(handler.type))
        found = value.value if isinstance(value, Const) else None
        found = found if isinstance(found, tuple) else (found,)
        if not all(isinstance(item, type) and issubclass(item, BaseException) for item in found):
            raise self.refuse(
                "what this `except` catches is not known",
                "it decides which handler runs",
                "name the exception",
                handler.type,
            )
        return found

    # --- a key that may not be there -----------------------------------------------------------

    def looked_up(self, node: Any, k: int, parts: list[Part], handlers: list[Any]) -> bool:
        """Ask for the key beforehand, if it is all by which the body fails, in its statement ``k``."""
        classes = tuple(cls for item in handlers for cls in self.classes(item))
        own = assigned_last(node.body[k])
        if own is None or parts[k].changed - {(self.frame.number, name) for name in own}:
            return False  # what of it comes before the lookup is not known
        found = sole_lookup(
            parts[k].block,
            lambda statement: self.may_be_raised((statement,), classes),
            lambda statement: statement.op not in STORES and not self.has_effect(statement),
        )
        handler = handlers[0]
        if found is None or handler.name is not None or handler.raises:
            return False
        outside = self.b.block
        self.reset(parts[k].before)
        self.b.block = [*outside, *self.b.block, *found.before]
        there = self.b.emit(TEST, *found.args, kind=kinds.BOOL)

        def body() -> None:
            self.run(node.body[k:])
            self.run(node.orelse)

        self.branch(there, body, lambda: self.handle_of(node, handler, Const(None)))
        return True

    # --- tried out --------------------------------------------------------------------------

    def tried(self, node: Any, failing: list[int]) -> None:
        """A branch on what the body, run on copies, raises."""
        source, names, constants = self.frame.source, {}, {}
        inner: dict[str, Any] = {}  # functions defined in this one that the body calls
        work = reads(source, node)
        while work:
            name = work.pop(0)
            if not self.visible(name) or name in names or name in inner:
                continue
            value = self.get_name(name, node)
            if (
                isinstance(value, FunctionV)
                and value.frame is self.frame
                and isinstance(value.node, gast.FunctionDef)
            ):
                inner[name] = value.node
                work += free_names(value.node)
                continue
            if isinstance(value, Const):
                constants[name] = value.value
            elif isinstance(value, str | TupleV | ListV | DictV):
                names[name] = tree_of(self, value)
            else:
                raise self.refuse(
                    "`try` with `except` cannot be differentiated",
                    f"its body is tried out first, and `{name}` cannot be handed to a copy of it",
                    "test the condition beforehand, or let the handler raise",
                    node,
                )
        body, lines = trial(
            source, node, list(inner.values()), list(names), constants, self.frame.namespace
        )
        caught = [self.classes(item) for item in node.handlers]
        classes = Const(tuple(item[0] if len(item) == 1 else item for item in caught))
        kind = Kind("tuple", items=(kinds.INT, kinds.OPAQUE, kinds.INT))
        given = Const(body), classes, Const(lines), tuple(names.values())
        outcome = self.b.emit("attempt", *given, kind=kind)
        number = self.b.emit("getitem", outcome, Const(0), base="failed", kind=kinds.INT)
        error = self.b.emit("getitem", outcome, Const(1), kind=kinds.OPAQUE)
        done = self.b.emit("getitem", outcome, Const(2), base="done", kind=kinds.INT)

        def before() -> None:
            self.run_before(node, done, failing)

        self.choose(node, number, error, list(enumerate(node.handlers)), before)

    def run_before(self, node: Any, done: Any, failing: list[int]) -> None:
        """What the body has done where its statement of the number ``done`` fails."""
        for k, statement in enumerate(node.body[: failing[-1]] if is_traced(node) else []):
            if k < failing[0]:
                self.run([statement])
            else:
                cond = self.b.emit("gt", done, Const(k))
                self.branch(cond, functools.partial(self.run, [statement]), lambda: None)
        for name in half_done(node, failing):
            self.set_name(
                name, Conflict("assigned or not, depending on where the body of `try` fails")
            )

    def choose(
        self, node: Any, number: Any, error: Any, handlers: list[Any], before: Callable[[], None]
    ) -> None:
        if not handlers:
            self.run(node.body)
            self.run(node.orelse)
            return
        (k, first), *rest = handlers
        cond = self.b.emit("eq", number, Const(k))

        def handle() -> None:
            before()
            self.handle_of(node, first, error)

        self.branch(cond, handle, lambda: self.choose(node, number, error, rest, before))

    def visible(self, name: str) -> bool:
        """Whether a name is a variable of the function, or of one that it is defined in."""
        frame: Frame | None = self.frame
        while frame is not None:
            if self.store.get(frame.number, name) is not UNDEFINED or name in frame.cells:
                return True
            frame = frame.parent
        return False

    def obstacle(self, block: Block, failing: list[Block], node: Any) -> str:
        """Why a body cannot be tried out; empty if it can. ``failing``: what may fail of it."""
        for _, name in self.changed_states():
            return f"its body is tried out first, when `{name}` outside has not its value yet"
        if any(isinstance(s, Let) and self.has_effect(s) for s in ir.walk(block)):
            return "its body is run twice, first to see what it raises, and it has an effect"
        inside = {name for s in ir.walk(block) for name in ir.defined(s)}
        for part in failing if is_traced(node) else [block]:
            stores = [
                s
                for s in ir.walk(part)
                if isinstance(s, Let) and s.op in STORES and s.args[0] not in inside
            ]
            if not stores or (stores == [part[-1]] and (is_traced(node) or len(node.body) == 1)):
                continue
            return "where its body fails decides how much of an array is written"
        return ""

    def has_effect(self, statement: Let) -> bool:
        """Whether running a statement twice would be seen."""
        if statement.target in self.errors:
            return False  # an exception is made
        return statement.op in TAPES or not repeatable(statement, self.b.names.kinds)

    def may_be_raised(self, block: Block, classes: tuple[Any, ...]) -> bool:
        """Whether a statement may raise what one of ``classes`` catches."""
        return any(
            caught(self.raised(statement), cls)
            for statement in ir.walk(block)
            if isinstance(statement, Let)
            for cls in classes
        )

    def raised(self, statement: Let) -> Classes:
        """What a statement may raise."""
        kind_of = self.b.names.kinds
        if statement.target in self.errors:
            return ()
        if statement.op == "raise":
            return self.raised_by(statement.args[0])
        if statement.op in CONTEXTS and of_statement(statement, kind_of) == PURE:
            return ()  # np.errstate
        result = kinds.NONE if statement.target is None else kind_of[statement.target]
        return OPS[statement.op].raised(statement.args, self.b.kind, result)

    def raised_by(self, error: Any) -> Classes:
        """What ``raise error`` raises."""
        known = error.value if isinstance(error, Const) else self.errors.get(error)
        known = known if isinstance(known, type) else type(known)
        return (known,) if issubclass(known, BaseException) else ANYTHING
