"""Gradients in the structure of the inputs, and their names."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from srcgrad.ir import nodes as ir
from srcgrad.ir.kinds import Kind
from srcgrad.ir.nodes import Const, Function
from srcgrad.ir.trees import map_tree


def gradient_tree(spec: Any, tree: Any, gradients: dict[str, Any]) -> Any:
    """The gradient of an input: its structure, with None for what has no derivative."""

    def leaf(name: Any, spec: Any) -> Any:
        return gradients.get(name, Const(None)) if isinstance(spec, Kind) else Const(None)

    return map_tree(leaf, tree, spec)


def named(function: Function, gradients: Any, labels: Any) -> Function:
    """Name the gradients that are still temporaries after their inputs."""
    table = {
        leaf: f"{label.value}{leaf}"
        for leaf, label in zip(ir.leaves(gradients), ir.leaves(labels), strict=True)
        if isinstance(leaf, str) and not ir.base(leaf) and label.value
    }
    for old, new in table.items():
        function.kinds[new] = function.kinds[old]
    body = tuple(ir.rename_all(statement, table) for statement in function.body)
    return replace(function, body=body, result=ir.rename(function.result, table))
