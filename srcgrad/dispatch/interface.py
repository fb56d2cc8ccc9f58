"""What a function takes and gives, by its IR: names, arrays that it writes, the tree of its output."""

from __future__ import annotations

from typing import Any

from srcgrad.analysis.alias import aliases
from srcgrad.dispatch import inputs as inputlib
from srcgrad.dispatch.cotangent import Leaf
from srcgrad.errors import InputError
from srcgrad.ir import nodes as ir
from srcgrad.ir.kinds import Kind
from srcgrad.ir.nodes import Const
from srcgrad.values.signature import Path


def everything(primal: Any) -> tuple[Any, ...]:
    """The specs of all parameters: of inputs, then of what is captured."""
    return (*primal.specs, *(capture.spec for capture in primal.captures))


def input_names(primal: Any) -> tuple[str, ...]:
    count = len(primal.specs)
    return tuple(ir.base(param) for param in primal.function.params[:count])


def written(primal: Any) -> tuple[tuple[str, Path], ...]:
    """The arrays that the function writes into, their names and places: among the inputs, then
    among what is captured.
    """
    alias = aliases(primal.function, strict=False)
    paths = [path for path, _ in inputlib.arrays_of(everything(primal))]
    names = list(ir.names((primal.inputs, primal.captured)))
    found = tuple(map(ir.base, primal.function.params))
    return tuple(
        (found[path[0]], path)
        for name, path in zip(names, paths, strict=True)
        if primal.names.kinds[name].base == "array" and alias.is_buffer(name)
    )


def leaf_tree(primal: Any, output: Any) -> Any:
    """The output with a ``Leaf`` for each operand. Raises ``InputError`` if there is none."""
    if output == Const(None):
        raise no_output(primal)
    if isinstance(output, tuple | list):
        return type(output)([_leaf(primal, item) for item in output])
    if isinstance(output, dict):
        return {key: _leaf(primal, item) for key, item in output.items()}
    return _leaf(primal, output)


def _leaf(primal: Any, value: Any) -> Any:
    if isinstance(value, tuple | list | dict):
        return leaf_tree(primal, value)
    kind: Kind = primal.names.kind(value)
    return Leaf(kind, kind.floating)


def first_of(primal: Any) -> Any:
    """The output that ``has_aux`` differentiates."""
    output = primal.output
    if isinstance(output, tuple) and len(output) == 2:
        return output[0]
    raise InputError(
        f"{primal.function.name} does not return a pair\n"
        "  why: with has_aux=True a function returns (value, aux)\n"
        "  try: return a tuple of two, or leave out has_aux"
    )


def no_output(primal: Any) -> Exception:
    names = list(dict.fromkeys(name for name, _ in written(primal)))
    name = primal.function.name
    args = ", ".join(input_names(primal))
    fix = f"def wrapper({args}):\n           {name}({args})\n           return {', '.join(names)}"
    error = InputError(
        f"{name} returns None, so it has no output to differentiate; it writes into: "
        f"{', '.join(names) or 'nothing'}\n"
        "  why: a cotangent belongs to an output\n"
        f"  try: {fix if names else 'return what is to be differentiated'}"
    )
    body = ir.walk(primal.function.body)
    error.primal_raises = any(isinstance(s, ir.Let) and s.op == "raise" for s in body)
    return error
