"""Elaboration of calls."""

from __future__ import annotations

import contextlib
import sys
import types
import typing
from collections.abc import Hashable
from typing import Any

import gast
import numpy as np

from srcgrad.definitions import definition_of
from srcgrad.elaborate.binding import is_definition
from srcgrad.errors import IntegersWanted, MissingSource, SizesWanted, SrcgradError
from srcgrad.handlers import array_methods as methods
from srcgrad.handlers import container_methods as containers
from srcgrad.handlers import iterating, stacked_lists
from srcgrad.handlers import numpy_functions as numpy_forms
from srcgrad.handlers import parameters as tables
from srcgrad.handlers import shared_arguments as arguments
from srcgrad.handlers import stdlib as standard
from srcgrad.handlers.complex import method_of_part
from srcgrad.handlers.labelled import methods as labelled
from srcgrad.handlers.library import is_pure
from srcgrad.handlers.lookup import handler_of
from srcgrad.ir.nodes import Const
from srcgrad.rules import facts, registry
from srcgrad.rules.kept import of_method
from srcgrad.rules.template import bind as bind_arguments
from srcgrad.source.read import module_of, read, unwrapped
from srcgrad.values.abstract import ContextV, FunctionV, MethodV, Value
from srcgrad.values.complex_parts import PartV
from srcgrad.values.dicts import DictV
from srcgrad.values.iterators import GeneratorV, IteratorV, OnceV
from srcgrad.values.labelled import LabelledV
from srcgrad.values.objects import ObjectV
from srcgrad.values.refusals import no_array, not_called
from srcgrad.values.sequences import SequenceV, TupleV
from srcgrad.values.signals import Refused
from srcgrad.values.standard import is_standard, library_source, of_library
from srcgrad.values.subclasses import is_named_tuple
from srcgrad.values.walk import Walk

DEPTH_LIMIT = 200
DECORATED = contextlib.ContextDecorator()(lambda: None).__code__  # what such a decorator makes
STEERING = ("axis", "axes", "shape", "newshape")  # NumPy takes tuples for them


class Calls(Walk):
    """What a call means."""

    def eval_call(self, node: Any) -> Any:
        function, args, keywords = self.call_parts(node)
        return self.call(function, args, keywords)

    def callee_of(self, node: Any) -> Any:
        """What is called; a method of a value of which nothing is known is not read first."""
        if isinstance(node, gast.Attribute):
            owner = self.eval(node.value)
            if isinstance(owner, IteratorV) and owner.style == "progress":
                owner = owner.start
            if isinstance(owner, str) and self.b.kind(owner).base == "opaque":
                return MethodV(owner, node.attr)
            self.node = node
            return self.attribute(owner, node.attr)
        return self.eval(node)

    def call_parts(self, node: Any) -> tuple[Any, list[Any], dict[str, Any]]:
        """The function, arguments and keywords of a call."""
        function = self.callee_of(node.func)
        args: list[Any] = []
        self.advancing = function == Const(next)
        for arg in node.args:
            if isinstance(arg, gast.Starred):
                value = self.eval(arg.value)
                if (
                    function == Const(zip)
                    and len(node.args) == 1
                    and not node.keywords
                    and (self.unknown_length(value))
                ):
                    return Const(iterating.transposed), [value], {}
                args.extend(self.items_of(value))
            else:
                args.append(self.eval(arg))
        self.advancing = False
        keywords: dict[str, Any] = {}
        for keyword in node.keywords:
            value = self.eval(keyword.value)
            if keyword.arg is not None:
                keywords[keyword.arg] = value
            else:
                keywords.update({key.value: item for key, item in self.pairs(value)})
        self.node = node
        return function, args, keywords

    def call(self, function: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
        function = self.given(function, TypeError)
        if isinstance(function, Value):
            return function.called(self, args, keywords)
        if isinstance(function, Const):
            return self.call_constant(function.value, args, keywords)
        if not isinstance(function, str) or self.b.kind(function).base != "opaque":
            raise not_called(self)
        known = of_method(self.b.kind(function), "", keywords)
        return self.keep(function, None, self.handed(known, args, keywords), known, None)

    def call_method(self, owner: Any, name: str, args: list[Any], keywords: dict[str, Any]) -> Any:
        """A method of an array, number or container."""
        if isinstance(owner, LabelledV):
            return labelled.method(self, owner, name, args, keywords)
        if isinstance(owner, PartV):
            return method_of_part(self, owner, name, args, keywords)
        if self.is_sequence(owner):
            return self.list_method(owner, name, args, keywords)
        if self.is_numbers(owner):
            owner = TupleV(self.items_of(owner))
        if isinstance(owner, str):
            return methods.call_method(self, owner, name, args, keywords)
        return containers.container_method(self, owner, name, args, keywords)

    def call_constant(self, function: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
        if isinstance(function, types.GenericAlias | typing._GenericAlias):  # type: ignore[attr-defined]
            function = function.__origin__
        if isinstance(getattr(function, "py_func", None), types.MethodType):  # bound, and compiled
            function = function.py_func
        if isinstance(function, types.MethodType) and handler_of(function) is None:
            return self.call_bound(function, args, keywords)
        if id(function) in self.opened and not _searches(function, args, keywords):
            return self.call_python(self.opened[id(function)], args, keywords)
        asked = self.of_object(function, args, keywords) if isinstance(function, Hashable) else None
        if asked is not None:
            return asked
        once = any(isinstance(arg, OnceV) for arg in args)
        if once and function is not np.fromiter and is_pure(function):
            raise no_array(self)
        common = arguments.shared(self, function, args, keywords)
        if common is not None:
            return common
        handler = handler_of(function)
        if handler is not None:
            self.callee = function
            return self.handled(handler, *self.check_arguments(function, args, keywords))
        static = self.call_static(function, args, keywords)
        if static is not None:
            return static
        if isinstance(function, type) and is_named_tuple(function):
            return self.instantiate(function, args, keywords)
        key = registry.key_of(function)
        if key is not None and args and self.is_sequence(args[0]):
            stacked = stacked_lists.stacked(self, function, args[0], args[1:], keywords)
            if stacked is not None:
                return stacked
        if key is not None or is_pure(function) or definition_of(function) is not None:
            if not isinstance(function, type):
                self.check_arguments(function, args, keywords)
            self.check_states(function)
            return self.call_ruled(function, args, keywords)
        static = self.method_of_constant(function, args, keywords)
        if static is not None:
            return static
        made = self.progress(function, args, keywords)
        if made is not None:
            return made
        made = standard.call_made(self, function, args, keywords)
        if made is not None:
            return made
        inner = self.managing(function)
        if inner is not None:
            return ContextV("generator", (self.call_constant(inner, args, keywords),))
        function = unwrapped(function)
        if self.is_followed(function):
            if isinstance(function, types.FunctionType):
                return self.call_python(function, args, keywords)
            return self.instantiate(function, args, keywords)
        followed = self.followed_inside(function, args, keywords)
        return self.call_unknown(function, args, keywords) if followed is None else followed

    def followed_inside(self, function: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
        """What a library's function gives to another that is followed; None if it is kept."""
        if not of_library(self.frame.source.function):
            return None
        is_class = isinstance(function, type) and self.is_followed(function)
        plain = library_source(function)
        if (not is_class and plain is None) or _searches(function, args, keywords):
            return None
        moves = any(map(self.may_move, (*args, *keywords.values())))
        if self.is_plain_result(function, args, keywords, moves):
            return None
        state = self.state()
        known = len(self.refusals)
        try:
            if is_class:
                found = self.instantiate(function, args, keywords)
            else:
                found = self.call_python(plain, args, keywords)
        except (Refused, SrcgradError):
            found = None
        if found is not None and len(self.refusals) == known:
            return found
        self.reset(state)
        return None

    def may_move(self, value: Any) -> bool:
        """Whether a value may hold numbers that have a derivative."""
        if isinstance(value, SequenceV):
            return any(map(self.may_move, self.items_of(value)))
        if isinstance(value, str):
            kind = self.b.kind(value)
            return kind.floating or kind.base in ("opaque", "any", "list", "tuple")
        return not isinstance(value, Const)

    def call_bound(self, function: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
        owner = function.__self__
        made = self.made_again(function)
        if made is not None:
            return made
        if is_standard(owner if isinstance(owner, type) else type(owner)):
            return self.call_unknown(function, args, keywords)
        if function == getattr(owner, "_make", None) and hasattr(owner, "_fields"):
            return self.call_constant(tuple.__new__, [Const(owner), *args], keywords)
        if isinstance(owner, type):
            return self.call_constant(function.__func__, [Const(owner), *args], keywords)
        bound = self.capture(("self", id(owner), ""), "self", owner, ("self", function, ""))
        return self.call_constant(function.__func__, [bound, *args], keywords)

    def is_followed(self, function: Any) -> bool:
        """Whether a call is elaborated from source: of the user's functions and classes."""
        if handler_of(function) is not None:
            return True
        if isinstance(function, type):
            return issubclass(function, BaseException) or not is_standard(function)
        function = unwrapped(function)
        if not isinstance(function, types.FunctionType) or _library(function):
            return False
        home = sys.modules.get(module_of(function), function)
        return function.__code__ is DECORATED or not is_standard(home)

    def call_operation(self, key: str, args: list[Any], keywords: dict[str, Any]) -> Any:
        """A registered operation; several results with derivatives are taken apart."""
        if not self.takes(key, args, keywords):  # kept as it is, for constants
            return self.call_unknown(registry.OPS[key].function, args, keywords)
        bound = bind_arguments(key, args, keywords)
        params = registry.OPS[key].params
        operands = [self.argument(value, param) for value, param in zip(bound, params, strict=True)]
        if any(
            isinstance(operand, str) and self.b.kind(operand).base == "list"
            for operand, param in zip(operands, params, strict=True)
            if param.name in STEERING
        ):
            self.want(IntegersWanted, SizesWanted)  # a tuple when they are known
            if any(
                self.is_long_tuple(operand) and param.name == "axis"
                for operand, param in zip(operands, params, strict=True)
            ):
                raise self.refuse(
                    "`axis` is a tuple of unknown length",
                    "its length decides the number of axes of the result",
                    "make it of a known length",
                )
        if registry.OPS[key].facts is facts.none:
            self.b.effect(key, *operands)
            return Const(None)
        result = self.b.emit(key, *operands)
        self.or_real = self.or_real or registry.OPS[key].or_real
        if registry.OPS[key].rule is None:
            return result
        return numpy_forms.several(
            self, result, numpy_forms.named_results(registry.OPS[key].function)
        )

    def takes(self, key: str, args: list[Any], keywords: dict[str, Any]) -> bool:
        """Whether the rule of an operation has these parameters."""
        try:
            bind_arguments(key, args, keywords)
        except TypeError:
            return False
        return True

    def argument(self, value: Any, param: Any) -> Any:
        """An argument of an operation as its parameter takes it."""
        taken = self.to_operand if param.name in tables.STRUCTURAL else self.as_operand
        if param.name == "dtype" and isinstance(value, SequenceV | DictV):
            raise self.refuse(
                "arrays of records are not supported",
                "a derivative is known of arrays of one dtype",
                "use one array for each field",
            )
        if param.several:
            return tuple(map(taken, value if type(value) is tuple else self.items_of(value)))
        return taken(value)

    def call_python(self, function: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
        try:
            source = read(function)
        except MissingSource:
            return self.call_unknown(function, args, keywords)
        return self.inline(source, source.node, args, keywords, function)

    def inline(
        self, source: Any, node: Any, args: list[Any], keywords: dict[str, Any], function: Any
    ) -> Any:
        """Follow a call: the callee's statements are elaborated in a frame of their own."""
        from srcgrad.values.frames import Frame

        if not self.is_recursive(node):
            self.check_recursion(source, node)
        parent = function.frame if isinstance(function, FunctionV) else self.made_in.get(function)
        namespace = function.__globals__ if parent is None else parent.namespace
        cells = {} if parent is None else parent.cells
        if not isinstance(function, FunctionV):
            cells = {**cells, **cells_of(function)}
            if not is_definition(function):
                self.guard_function(function)
                self.fence(source)
        frame = Frame(source, namespace, cells, parent, node)
        if is_definition(function) or (parent is not None and parent.site is not None):
            frame.site = (self.frame, self.node)
        bound = self.bind_call(node, function, args, keywords)
        if self.is_recursive(node):
            return self.call_recursive(frame, bound)
        if self.is_generator(node):
            for name, value in bound.items():
                self.store.set(frame.number, name, value)
            return self.generator_of(GeneratorV(frame))
        saved, at, origin = self.frame, self.node, self.b.origin
        self.frame = frame
        self.stack.append(node)
        self.call_sites.append(id(at))
        self.levels.append(self.level)
        for name, value in bound.items():
            self.store.set(frame.number, name, value)
        try:
            value = self.body(node)
        finally:
            self.stack.pop()
            self.call_sites.pop()
            self.levels.pop()
            self.frame, self.node, self.b.origin = saved, at, origin
        self.leave_frame(frame.number)
        return value

    def leave_frame(self, number: int) -> None:
        """Forget the variables of a call that is over, unless a function made there reads them."""
        if number not in self.closed_over:
            for key in [key for key in self.store.content if key[0] == number]:
                del self.store.content[key]

    def check_recursion(self, source: Any, node: Any) -> None:
        """A function is followed into itself where what ends it is known when source is generated.

        Raises ``Wanted`` where values of integer inputs, or sizes of arrays, may decide that;
        ``Restart`` where it must be a procedure.
        """
        outer = [k for k, item in enumerate(self.stack) if item is node]
        if not outer:
            return
        open_end = self.level > self.levels[outer[-1]]
        if open_end:
            self.want(IntegersWanted, SizesWanted)
        if open_end or len(self.stack) > DEPTH_LIMIT:
            self.make_recursive(node)

    def guard_function(self, function: Any) -> None:
        self.guards.setdefault(
            ("code", id(function.__code__), ""), (("code", function, ""), function.__code__)
        )


def _library(function: Any) -> bool:
    """Whether a Python function belongs to NumPy: known by its rule or not at all."""
    module = module_of(function)
    return module.split(".")[0] in ("numpy", "scipy", "math") or (
        module.startswith("srcgrad.") and not is_definition(function)
    )


def _searches(function: Any, args: list[Any], keywords: dict[str, Any]) -> bool:
    """Whether a solver is handed a function: what it finds has not the derivative of its steps."""
    handed = any(map(_is_function, (*args, *keywords.values())))
    return handed and module_of(function).startswith("scipy.optimize")


def _is_function(value: Any) -> bool:
    if isinstance(value, ObjectV):
        return hasattr(value.cls, "__call__")  # noqa: B004
    if isinstance(value, Const):
        return callable(value.value) and not isinstance(value.value, type)
    return isinstance(value, Value) and value.is_function


def cells_of(function: Any) -> dict[str, Any]:
    """The closure cells of a function by name."""
    return dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
