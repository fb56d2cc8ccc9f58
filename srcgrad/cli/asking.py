"""What a command asks for: the plain function, the derivative, and the kinds that ``--like`` describes."""

from __future__ import annotations

import argparse
import inspect
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
    try:
        given = described(like)
    except InputError as error:
        raise UsageError(error) from None
    parameters = inspect.signature(function, follow_wrapped=False).parameters.values()
    names = [
        param.name
        for param in parameters
        if param.kind not in (param.VAR_POSITIONAL, param.VAR_KEYWORD)
    ]
    for name in given:
        if name not in names:
            raise UsageError(
                f"{function.__name__} has no parameter `{name}`\n"
                f"  its parameters are {', '.join(names) or 'none'}"
            )
    return tuple(given.get(name, spec) for name, spec in zip(names, specs, strict=True))
