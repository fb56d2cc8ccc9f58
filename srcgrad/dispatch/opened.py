"""Functions of libraries that are followed as the user's are, where a derivative passes one without a rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from srcgrad.analysis.activity import active_names
from srcgrad.analysis.alias import aliases
from srcgrad.analysis.recursion import procedures
from srcgrad.analysis.refusals import called
from srcgrad.analysis.useful import is_call
from srcgrad.elaborate.primal import Primal
from srcgrad.errors import SrcgradError, Wanted
from srcgrad.ir import nodes as ir
from srcgrad.values.standard import library_source

Make = Callable[[Mapping[int, Any]], Primal]


def opening(make: Make, argnums: tuple[int, ...] | None) -> Primal:
    """What ``make`` makes, with the functions opened that derivatives by ``argnums`` must pass.

    Where one of them cannot be followed, none is: the refusal is that of the user's own line.
    """
    opened: dict[int, Any] = {}
    held: list[Any] = []  # what is known by its id must not go
    best: Primal | None = None
    refused: SrcgradError | None = None
    while True:
        try:
            made, error = _attempt(make, opened, argnums)
        except Wanted as wanted:
            wanted.instead = refused or wanted.instead
            raise
        inner = _within(made) if made is not None and error is None else None
        if made is not None and (error is None or best is None):
            best = replace(made, refused=refused)
        found = _openings(error or inner, opened)
        if not found and best is not None:
            return best
        refused = refused or error or inner
        if not found and refused is not None:
            raise refused
        opened.update(found)
        held.append((error, inner))


def _attempt(
    make: Make, opened: Mapping[int, Any], argnums: tuple[int, ...] | None
) -> tuple[Primal | None, SrcgradError | None]:
    """What is made, and why a derivative cannot pass it, as far as that may be mended."""
    try:
        primal = make(opened)
    except SrcgradError as error:
        return None, error
    if not any(map(_is_followable, ir.walk(primal.function.body))):
        return primal, None
    numbers = range(len(primal.inputs)) if argnums is None else argnums
    wanted = [name for k in numbers for name in ir.names(primal.inputs[k])]
    try:
        active_names(primal.function, wanted, aliases(primal.function))
    except SrcgradError as error:
        return primal, error
    return primal, None


def _within(primal: Primal) -> SrcgradError | None:
    """Why derivatives of the functions that solvers call, or that call themselves, may not be passed."""
    for procedure in procedures(primal.function):
        function = procedure.body
        if not procedure.family and any(map(_is_followable, ir.walk(function.body))):
            floating = [function.params[k] for k in procedure.wrt]
            try:
                active_names(function, floating, aliases(function, strict=False))
            except SrcgradError as error:
                return error
    return None


def _is_followable(statement: ir.Statement) -> bool:
    """Whether a statement calls a function of a library that could be followed."""
    found = isinstance(statement, ir.Let) and is_call(statement) and called(statement)
    return library_source(found) is not None


def _openings(error: SrcgradError | None, opened: Mapping[int, Any]) -> dict[int, Any]:
    """The functions of a refusal that can be opened and are not yet; none where one cannot be."""
    found = {
        id(function): library_source(function)
        for function in (error.uncovered if error is not None else ())
        if id(function) not in opened
    }
    known = set(map(_made_of, opened.values()))
    if any(plain is None or _made_of(plain) in known for plain in found.values()):
        return {}
    return found


def _made_of(function: Any) -> tuple[Any, ...]:
    """What is the same of two functions of which one would be made anew at each call."""
    return function.__code__, *(id(cell.cell_contents) for cell in function.__closure__ or ())
