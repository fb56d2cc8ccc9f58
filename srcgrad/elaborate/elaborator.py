"""From syntax to IR: a function is run once on abstract values, and what it does is written down.

Names are resolved, containers and objects are taken apart, calls of functions with source are
followed, kinds are inferred, and variables become single assignments, all in this one walk over
structured syntax (``source.jumps``). Conditions and loops over what is known are decided
here; all others become ``If``, ``For`` and ``While``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import gast

from srcgrad.elaborate.adjoint_blocks import Surgeries
from srcgrad.elaborate.binding import Binding
from srcgrad.elaborate.branches import Branching
from srcgrad.elaborate.calls import Calls
from srcgrad.elaborate.captures import Captures, Imports
from srcgrad.elaborate.comprehensions import Comprehensions
from srcgrad.elaborate.conditions import Truths
from srcgrad.elaborate.contexts import Contexts
from srcgrad.elaborate.displays import Displays
from srcgrad.elaborate.expressions import Expressions
from srcgrad.elaborate.generators import Generators
from srcgrad.elaborate.iterables import Iterables
from srcgrad.elaborate.kept_calls import Effects
from srcgrad.elaborate.lazy import Lazies
from srcgrad.elaborate.library_calls import Library
from srcgrad.elaborate.list_operations import Lists
from srcgrad.elaborate.looks import Looks
from srcgrad.elaborate.loops import Loops
from srcgrad.elaborate.object_operators import Operators
from srcgrad.elaborate.objects import Objects
from srcgrad.elaborate.optional import Optionals
from srcgrad.elaborate.outside_changes import OutsideChanges
from srcgrad.elaborate.outside_states import OutsideStates
from srcgrad.elaborate.recursion import Recursion
from srcgrad.elaborate.runtime_lists import Sequences
from srcgrad.elaborate.selecting import Selecting
from srcgrad.elaborate.sequence_operators import SequenceOperators
from srcgrad.elaborate.stores import Stores
from srcgrad.elaborate.subscripts import Structures
from srcgrad.elaborate.suspended import Suspended
from srcgrad.elaborate.texts import Texts
from srcgrad.elaborate.try_except import Attempts
from srcgrad.elaborate.unpacking import Unpacking
from srcgrad.elaborate.unwritten import Unwritten
from srcgrad.elaborate.whiles import Whiles
from srcgrad.errors import (
    IntegersWanted,
    MissingRule,
    Refusal,
    ShortAxesWanted,
    SizesWanted,
    SrcgradError,
    UnsupportedSyntax,
    Wanted,
    refuse,
)
from srcgrad.handlers.complex import part_of
from srcgrad.ir.nodes import Const, Origin
from srcgrad.rules.builder import Names
from srcgrad.source import fence
from srcgrad.source.jumps import always, returns_value, structured
from srcgrad.source.read import Source
from srcgrad.values.abstract import Conflict, FunctionV
from srcgrad.values.frames import Frame
from srcgrad.values.short_axes import axis_of
from srcgrad.values.signals import (
    Closed,
    Diverges,
    LoopConflict,
    Missing,
    Raised,
    Refused,
    Restart,
    Uncovered,
    UnknownLength,
    Unroll,
)
from srcgrad.values.signature import SHORT
from srcgrad.values.store import UNDEFINED

# decisions on their way
PASSING = (Unroll, LoopConflict, Restart, Diverges, Missing, Closed, UnknownLength)


class Elaborator(
    Expressions,
    SequenceOperators,
    Operators,
    Structures,
    Displays,
    Unpacking,
    Branching,
    Binding,
    Calls,
    Recursion,
    Library,
    Stores,
    Objects,
    Loops,
    Whiles,
    Iterables,
    Comprehensions,
    Sequences,
    Lists,
    Attempts,
    Contexts,
    Effects,
    Imports,
    Surgeries,
    Optionals,
    Texts,
    Truths,
    Generators,
    Lazies,
    Suspended,
    Unwritten,
    Captures,
    Looks,
    OutsideChanges,
    OutsideStates,
    Selecting,
):
    """The walk; ``b`` is the builder, ``store`` what all variables hold."""

    def __init__(self, names: Names) -> None:
        super().__init__(names)
        self.store.lent_changes = self.lent_changes

    # --- refusals ---------------------------------------------------------------------------

    def refuse(
        self,
        what: str,
        why: str,
        fix: str,
        node: Any = None,
        error: type = UnsupportedSyntax,
        raises: bool = False,
        branch: int | None = None,
    ) -> Refused:
        """List a refusal; the caller raises what this returns.

        ``raises``: the function itself raises there, as it seems. ``branch``: the number of the branch
        whose two sides cannot be followed together.
        """
        frame, node = self.place(node if node is not None else self.node)
        origin = frame.source.origin(node)
        width = frame.source.width(node)
        self.refusals.append(
            Refusal(
                what,
                why,
                fix,
                origin.file,
                origin.line,
                origin.text,
                origin.column,
                width,
                origin.function,
                error,
                raises,
                branch=branch,
            )
        )
        return Refused()

    def fence(self, source: Source) -> None:
        """List the syntax of a function that is not supported at all."""
        found = fence.refusals(source, called=bool(self.stack))
        self.fenced = self.fenced or bool(found)
        self.refusals.extend(found)

    def want(self, *needs: type[Wanted]) -> None:
        """Begin anew with a signature that holds more, if it can; else go on."""
        if self.fixable and IntegersWanted in needs:
            raise IntegersWanted
        for need in needs:
            if need in self.grantable:
                raise need

    def want_short(self, dim: Any, count: int) -> None:
        """Begin anew where a size may be less than a ``count``, if the signature can hold it."""
        if not isinstance(dim, str) or axis_of(dim) != dim or count > SHORT:
            self.want(SizesWanted)
        elif dim in self.b.sizes:
            raise ShortAxesWanted

    def finish(self) -> None:
        """Raise the error that lists all refusals, if there are any.

        What cannot be followed for all sizes may be for given ones, where loops are unrolled.
        """
        if not self.refusals:
            return
        error = refuse(self.refusals)
        if not self.fenced:
            if self.fixable:
                raise IntegersWanted(error)
            for need in (SizesWanted, IntegersWanted):
                if need in self.grantable:
                    raise need(error)
        raise error

    # --- statements -------------------------------------------------------------------------

    def run(self, body: list[Any]) -> None:
        for node in body:
            self.at(node)
            try:
                with self.net():
                    getattr(self, f"do_{type(node).__name__.lower()}", self.do_unknown)(node)
            except Refused:
                self.break_names(node)

    @contextmanager
    def net(self) -> Iterator[None]:
        """Under each statement: no exception of the walk itself goes further."""
        try:
            yield
        except (Refused, Raised, SrcgradError, Wanted, *PASSING) as error:
            if not isinstance(error, MissingRule) or error.refusals or "\n" in str(error):
                raise
            raise self.refuse(  # of what is known of an operation, which does not know where it is
                str(error),
                "no derivative code is known for these arguments",
                "write it in terms of other functions",
                error=MissingRule,
            ) from None
        except Uncovered as error:
            if self.frame.site is not None:
                raise
            raise self.refuse(
                f"these arguments are not supported: {error}",
                "no derivative code is known for them",
                "write it in terms of other functions",
                error=MissingRule,
                raises=True,
            ) from None
        except Exception as error:
            raise self.defect(error) from error

    def defect(self, error: Exception) -> SrcgradError:
        """What the walk cannot cope with, where it came to; behind a refusal, the refusal."""
        if not self.refusals:
            self.refuse(
                f"this cannot be followed: {type(error).__name__}: {error}",
                "if the function itself runs here, this is a defect of srcgrad",
                "please report it, with the function",
                raises=True,
            )
        return refuse(self.refusals)

    def at(self, node: Any) -> None:
        self.node = node
        frame, node = self.place(node)
        self.b.origin = frame.source.origin(node)

    def place(self, node: Any) -> tuple[Frame, Any]:
        """Where a node stands in the user's code: the call, if it is one of a definition."""
        frame = self.frame
        while frame.site is not None:
            frame, node = frame.site
        return frame, node

    def break_names(self, node: Any) -> None:
        """What a refused statement assigns is unknown from here on."""
        for child in gast.walk(node):
            if isinstance(child, gast.Name) and isinstance(child.ctx, gast.Store):
                self.set_name(child.id, Conflict(""))

    def do_unknown(self, node: Any) -> None:
        name = type(node).__name__
        raise self.refuse(
            f"`{name.lower()}` cannot be differentiated",
            "this statement has no derivative code",
            "write it in plain Python",
            node,
        )

    def do_pass(self, node: Any) -> None:
        pass

    def do_expr(self, node: Any) -> None:
        if not isinstance(node.value, gast.Constant):
            self.discarded = node.value
            self.eval(node.value)

    def do_assign(self, node: Any) -> None:
        value = self.eval(node.value)
        for target in node.targets:
            self.assign(target, value)

    def do_annassign(self, node: Any) -> None:
        if node.value is not None:
            self.assign(node.target, self.eval(node.value))

    def do_augassign(self, node: Any) -> None:
        from srcgrad.rules.template import operator_of

        key = operator_of(node.op)
        target = node.target
        if isinstance(target, gast.Name):
            old = self.get_name(target.id, target)
            if isinstance(old, str) and old in self.flat_views:
                raise self.refuse(
                    "`x.flat` is updated by an operator",
                    "it is an iterator: NumPy makes a new array for arrays, and raises for numbers",
                    "write x.flat[...] = x.flat[...] * v, or use np.ravel",
                )
            self.set_name(
                target.id, self.named(self.update(old, key, self.eval(node.value)), target.id)
            )
        elif isinstance(target, gast.Subscript):
            owner, index = self.owner_of(target.value), self.index(target.slice)
            self.update_item(owner, index, key, lambda: self.eval(node.value))
        else:
            owner = self.eval(target.value)
            part = part_of(self, owner, target.attr)
            if part is not None:
                self.update_item(part, Const(Ellipsis), key, lambda: self.eval(node.value))
                return
            old = self.attribute(owner, target.attr)
            self.set_attribute(owner, target.attr, self.update(old, key, self.eval(node.value)))

    def do_delete(self, node: Any) -> None:
        for target in node.targets:
            if isinstance(target, gast.Name):
                self.store.content.pop((self.frame.number, target.id), None)
            elif isinstance(target, gast.Attribute):
                self.delete_attribute(self.eval(target.value), target.attr)
            else:
                self.delete_item(self.eval(target.value), self.index(target.slice))

    def do_global(self, node: Any) -> None:
        pass  # see globals_of

    def do_nonlocal(self, node: Any) -> None:
        self.frame.cells = {**self.frame.cells, **dict.fromkeys(())}
        for name in node.names:
            self.nonlocals.add((self.frame.number, name))

    def do_functiondef(self, node: Any) -> None:
        value: Any = self.closure(node)
        for decorator in reversed([self.eval(item) for item in node.decorator_list]):
            self.node = node
            value = self.call(decorator, [value], {})
        self.set_name(node.name, value)

    def closure(self, node: Any) -> FunctionV:
        args = node.args
        defaults = tuple(self.eval(item) for item in args.defaults)
        keyword = tuple(
            (arg.id, self.eval(default))
            for arg, default in zip(args.kwonlyargs, args.kw_defaults, strict=True)
            if default is not None
        )
        self.close_over_all()
        return FunctionV(self.frame.source, node, self.frame, defaults, keyword)

    def close_over_all(self) -> None:
        """The variables here and around are read by what is made here, as long as that lives."""
        frame: Any = self.frame
        while frame is not None:
            self.closed_over.add(frame.number)
            frame = frame.parent

    # --- functions --------------------------------------------------------------------------

    def body(self, node: Any) -> Any:
        """Run a function's body in the current frame; what it returns."""
        if isinstance(node, gast.Lambda):
            with self.net():
                return self.eval(node.body)
        if not hasattr(node, "structured"):
            node.may_end = returns_value(node.body) and not always(node.body)
            node.structured = structured(node.body)
        if node.may_end:
            self.store.set(self.frame.number, "$value", Const(None))
        self.run(node.structured)
        value = self.store.get(self.frame.number, "$value")
        return Const(None) if value is UNDEFINED else value

    def origin(self) -> Origin | None:
        return self.b.origin
