"""Functions of libraries that are followed as the user's are, where a derivative passes one without a rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from srcgrad.analysis.activity import active_names
from srcgrad.analysis.alias import aliases
from srcgrad.analysis.refusals import called
from srcgrad.analysis.useful import is_call
from srcgrad.elaborate.primal import Primal
from srcgrad.errors import SrcgradError, Wanted
from srcgrad.ir import nodes as ir
from srcgrad.source.read import library_source

Make = Callable[[Mapping[int, Any]], Primal]


def opening(make: Make, argnums: tuple[int, ...] | None) -> Primal:
    """What ``make`` makes, with the functions opened that derivatives by ``argnums`` must pass.

    Where one of them cannot be followed, none is: the refusal is that of the user's own line.
    """
    opened: dict[int, Any] = {}
    first: Primal | None = None
    refused: SrcgradError | None = None
    while True:
        try:
            made, error = _attempt(make, opened, argnums)
        except Wanted as wanted:
            wanted.instead = refused or wanted.instead
            raise
        if made is not None and error is None:
            return replace(made, refused=refused)
        first, refused = first or made, refused or error
        found = _openings(error.uncovered if error is not None else (), opened)
        if not found and first is not None:
            return first
        if not found and refused is not None:
            raise refused
        opened.update(found)


def _attempt(
    make: Make, opened: Mapping[int, Any], argnums: tuple[int, ...] | None
) -> tuple[Primal | None, SrcgradError | None]:
    """What is made, and why a derivative cannot pass it, as far as that may be mended."""
    try:
        primal = make(opened)
    except SrcgradError as error:
        return None, error
    statements = [s for s in ir.walk(primal.function.body) if isinstance(s, ir.Let) and is_call(s)]
    if not any(library_source(called(s)) is not None for s in statements):
        return primal, None
    numbers = range(len(primal.inputs)) if argnums is None else argnums
    wanted = [name for k in numbers for name in ir.names(primal.inputs[k])]
    try:
        active_names(primal.function, wanted, aliases(primal.function))
    except SrcgradError as error:
        return primal, error
    return primal, None


def _openings(functions: tuple[Any, ...], opened: Mapping[int, Any]) -> dict[int, Any]:
    """Those of them that can be opened and are not yet; none where one cannot be."""
    found = {
        id(function): library_source(function)
        for function in functions
        if id(function) not in opened
    }
    return {} if any(plain is None for plain in found.values()) else found
