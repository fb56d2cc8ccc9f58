"""Elaboration of calls: parameters and their defaults."""

from __future__ import annotations

import types
from typing import Any

from srcgrad.handlers.builtins import class_of
from srcgrad.ir.nodes import Const
from srcgrad.source.parameters import signature
from srcgrad.values.abstract import FunctionV
from srcgrad.values.sequences import TupleV
from srcgrad.values.walk import Walk


class Binding(Walk):
    """Values for parameters."""

    def bind_call(
        self, node: Any, function: Any, args: list[Any], keywords: dict[str, Any]
    ) -> dict[str, Any]:
        """Parameters to values, as Python binds them."""
        spec = node.args
        names = [arg.id for arg in [*spec.posonlyargs, *spec.args]]
        bound: dict[str, Any] = dict(zip(names, args, strict=False))
        extra = args[len(names) :]
        if spec.vararg is not None:
            bound[spec.vararg.id] = TupleV(tuple(extra))
        elif extra:
            raise self.not_bound(f"the call passes {len(args)} arguments, {len(names)} are taken")
        rest = {}
        allowed = {*names[len(spec.posonlyargs) :], *(arg.id for arg in spec.kwonlyargs)}
        twice = set(names[len(spec.posonlyargs) : len(args)]).intersection(keywords)
        if twice:
            raise self.not_bound(f"`{min(twice)}` is given twice")
        for name, value in keywords.items():
            if name in allowed:
                bound[name] = value
            else:
                rest[name] = value
        if spec.kwarg is not None:
            bound[spec.kwarg.id] = self.new_dict([(Const(k), v) for k, v in rest.items()])
        elif rest:
            raise self.not_bound(f"unexpected keyword arguments: {', '.join(rest)}")
        self.bind_defaults(node, function, names, bound)
        return bound

    def bind_defaults(
        self, node: Any, function: Any, names: list[str], bound: dict[str, Any]
    ) -> None:
        if isinstance(function, FunctionV):
            positional, keyword = function.defaults, dict(function.keyword_defaults)
        else:
            positional = tuple(
                self.default(function, k, value)
                for k, value in enumerate(function.__defaults__ or ())
            )
            keyword = {
                name: self.default(function, name, value)
                for name, value in (function.__kwdefaults__ or {}).items()
            }
        for name, value in zip(reversed(names), reversed(positional), strict=False):
            bound.setdefault(name, value)
        for name, value in keyword.items():
            bound.setdefault(name, value)
        for name in [*names, *(arg.id for arg in node.args.kwonlyargs)]:
            if name not in bound:
                raise self.not_bound(f"the argument `{name}` is missing")

    def not_bound(self, what: str) -> BaseException:
        """What to raise for a call whose arguments are not those that the function takes."""
        return self.raising(
            TypeError(what), what, "Python itself raises TypeError here", "mend the call"
        )

    def check_arguments(
        self, function: Any, args: list[Any], keywords: dict[str, Any]
    ) -> tuple[list[Any], dict[str, Any]]:
        """The arguments of a function without source, those it must have in their places.

        Raises what a call raises for the number of its arguments, and for their names.
        """
        try:
            taken = signature(function)
        except TypeError:  # it has no hash
            taken = None
        if taken is None:
            return args, keywords
        try:
            taken.bind(*args, **keywords)
        except TypeError as error:
            raise self.not_bound(f"the call does not fit: {error}") from None
        args, keywords = list(args), dict(keywords)
        for name, parameter in [*taken.parameters.items()][len(args) :]:
            needed = parameter.kind == parameter.POSITIONAL_OR_KEYWORD and name in keywords
            if not needed or parameter.default is not parameter.empty:
                break
            args.append(keywords.pop(name))
        return args, keywords

    def check_method(
        self, owner: Any, name: str, args: list[Any], keywords: dict[str, Any]
    ) -> None:
        """Raise what Python raises for a method that a container has not, and for its arguments."""
        cls = class_of(self, owner) if self.is_sequence(owner) else getattr(owner, "cls", None)
        if not isinstance(cls, type):
            return
        if not hasattr(cls, name):
            raise self.raising(
                AttributeError(f"{cls.__name__!r} object has no attribute {name!r}"),
                f"a {cls.__name__} has no method `{name}`",
                "the function itself raises here",
                "mend the function",
            )
        self.check_arguments(getattr(cls, name), [owner, *args], keywords)

    def default(self, function: Any, which: Any, value: Any) -> Any:
        """A default value: constants as they are, arrays and containers captured."""
        if isinstance(value, int | float | str | bool) or value is None:
            if isinstance(function, types.FunctionType) and not is_definition(function):
                place = ("defaults", "") if isinstance(which, int) else ("default", which)
                held = function.__defaults__ if isinstance(which, int) else value
                self.look(place[0], function, place[1], held)
            return Const(value)
        return self.capture(
            ("default", id(function), str(which)), str(which), value, ("default", function, which)
        )


def is_definition(function: Any) -> bool:
    """Whether a function of srcgrad's own is followed: it is written in terms of others."""
    module = getattr(function, "__module__", None) or ""
    return module.startswith(("srcgrad.definitions", "srcgrad.calls"))
