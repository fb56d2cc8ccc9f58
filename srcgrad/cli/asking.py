"""What a command asks for: the plain function, the derivative, and the kinds that ``--like`` describes."""

from __future__ import annotations

import argparse
import inspect
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from srcgrad.cli.finding import UsageError
from srcgrad.cli.like import described
from srcgrad.dispatch.assume import assumed
from srcgrad.dispatch.entry import Entry
from srcgrad.dispatch.generate import generate
from srcgrad.dispatch.inputs import specs_of
from srcgrad.dispatch.request import Options, Request
from srcgrad.dispatch.target import target
from srcgrad.errors import InputError

WHERE = "FILE_OR_MODULE:FUNCTION"


class _Joined(argparse.Action):
    """What is said of inputs by one option is said by several, too."""

    def __call__(self, parser: Any, namespace: Any, values: Any, option: Any = None) -> None:
        before = getattr(namespace, self.dest)
        setattr(namespace, self.dest, f"{before}, {values}" if before else values)


def add_like(command: Any) -> None:
    """Add the option that describes inputs."""
    command.add_argument(
        "--like",
        action=_Joined,
        default="",
        metavar="KINDS",
        help="the kinds of the inputs, as in 'a=float64[3], n=int'; "
        "by default what annotations say, or arrays of float64 of unknown rank",
    )


def derivative(function: Any, options: Any, alone: bool = False) -> tuple[Any, Entry]:
    """The plain function, and its derivative for described inputs.

    In a file ``alone``, there is no other source if sizes differ.
    """
    plain, request, specs = asked(function, options)
    request = replace(request, assumes=not alone)
    return plain, generate(plain, request, specs, True, None, "", False)


def asked(function: Any, options: Any) -> tuple[Any, Request, tuple[Any, ...]]:
    """The plain function, what is asked of it, and the specs of its described inputs."""
    found = target(function)
    specs, keywords = assumed(found.function)
    first = len(found.leading)
    specs = (
        *specs_of(found.leading, True),
        *with_described(found.function, specs, options.like)[first:],
    )
    request = Request(
        style_of(options),
        tuple(range(first, len(specs))),
        Options(options.jit, parallel=options.parallel),
        keywords=keywords,
        named=False,
    )
    return found.function, request, specs


def style_of(options: Any) -> str:
    """The style of the derivative; forward mode always gives the value."""
    if options.forward:
        return "jvp"
    return "value_and_vjp" if options.value else "vjp"


def with_described(function: Any, specs: tuple[Any, ...], like: str) -> tuple[Any, ...]:
    """The specs, with those that ``--like`` describes. Raises ``UsageError`` for other names."""
    given = given_by(like)
    refuse_unknown(given, [function])
    return with_given(function, specs, given)


def given_by(like: str) -> dict[str, Any]:
    """The specs that ``--like`` gives to names. Raises ``UsageError`` where it cannot be read."""
    try:
        return described(like)
    except InputError as error:
        raise UsageError(error) from None


def refuse_unknown(given: dict[str, Any], functions: Sequence[Any]) -> None:
    """Raises ``UsageError`` for a name that is a parameter of none of the functions."""
    names = dict.fromkeys(name for function in functions for name in parameters_of(function))
    who = functions[0].__name__ if len(functions) == 1 else f"none of {len(functions)} functions"
    has = "has no" if len(functions) == 1 else "has a"
    for name in given:
        if name not in names:
            its = "its" if len(functions) == 1 else "their"
            raise UsageError(
                f"{who} {has} parameter `{name}`\n"
                f"  {its} parameters are {', '.join(names) or 'none'}"
            )


def with_given(function: Any, specs: tuple[Any, ...], given: dict[str, Any]) -> tuple[Any, ...]:
    """The specs, with those that are given to parameters of the function."""
    names = parameters_of(function)
    return tuple(given.get(name, spec) for name, spec in zip(names, specs, strict=True))


def parameters_of(function: Any) -> list[str]:
    """The names of the parameters, without stars."""
    parameters = inspect.signature(function, follow_wrapped=False).parameters.values()
    return [
        param.name
        for param in parameters
        if param.kind not in (param.VAR_POSITIONAL, param.VAR_KEYWORD)
    ]
