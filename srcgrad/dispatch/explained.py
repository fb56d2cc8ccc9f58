"""The adjoint of one signature as IR, with what the passes have decided, for whoever asks for it."""

from __future__ import annotations

from typing import Any, NamedTuple

from srcgrad import pipeline
from srcgrad.dispatch import generate
from srcgrad.dispatch import inputs as inputlib
from srcgrad.dispatch.interface import everything
from srcgrad.dispatch.request import Request
from srcgrad.errors import shielded
from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import Function


class Explained(NamedTuple):
    """What came out of the passes, the function that is printed, and the sizes at hand."""

    adjoint: pipeline.Adjoint
    final: Function
    facts: Any
    axes: dict[str, str]  # the size of an axis -> where it is read
    sizes: dict[str, int]
    integers: dict[str, int]  # name of the IR -> value


def explained(
    function: Any,
    request: Request,
    specs: tuple[Any, ...],
    ask: bool,
    inputs: tuple[Any, ...] | None = None,
    captured: tuple[Any, ...] = (),
) -> Explained:
    """Run the passes once more, for specs that are known to be served.

    ``inputs`` and what is ``captured`` give sizes and integers their values. Raises what
    ``generate`` raises.
    """
    with generate.LOCK, shielded(function):
        primal = generate.primal_of(function, request, specs, ask)
        adjoint, facts = generate.adjoint_of(primal, request)
        final = adjoint.function
        if request.options.jit:
            final, _ = generate.form_of_loops(adjoint.primal, request.options).whole(final)
    found = adjoint.primal
    specs_of_all = everything(found)
    names = [ir.base(param) for param in primal.function.params]
    axes = {
        dim: f"{_place(names[path[0]], path[1:])}.shape[{axis}]"
        for dim, (path, axis) in inputlib.size_table(specs_of_all).items()
    }
    if inputs is None:
        return Explained(adjoint, final, facts, axes, {}, {})
    values = (*inputs, *captured)
    sizes = {
        dim: inputlib.size_of(place, values)
        for dim, place in inputlib.size_table(specs_of_all).items()
    }
    paths = [path for path, _ in inputlib.arrays_of(specs_of_all)]
    integers = {
        name: int(inputlib.fetch(path, values))
        for name, path in zip(ir.names((found.inputs, found.captured)), paths, strict=True)
        if found.names.kinds[name].base in ("int", "bool")
    }
    return Explained(adjoint, final, facts, axes, sizes, integers)


def _place(name: str, steps: Any) -> str:
    return name + "".join(f".{key}" if attribute else f"[{key!r}]" for attribute, key in steps)
