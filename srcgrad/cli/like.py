"""Specs of inputs that are described in words instead of passed: ``a=float64[3], n=int``.

====================  ===================================================================
``float``, ``int``    a Python number; likewise ``bool`` and ``complex``
``0.5``, ``100``      the same, by an example, which ``explain`` puts into its formulas
``float32``           a NumPy scalar, of any dtype by its name
``float64[3, n]``     an array: sizes are numbers, or letters that stand for equal sizes
``float64[()]``       an array without dimensions
``float64[...]``      an array of unknown rank
``True``, ``'sum'``   the value itself, where it steers the computation; likewise ``None``
``(float, int)``      a tuple; likewise a list or a dict of descriptions
====================  ===================================================================
"""

from __future__ import annotations

import ast
from typing import Any, NamedTuple

import numpy as np

from srcgrad.errors import InputError
from srcgrad.ir import kinds
from srcgrad.ir.nodes import Const
from srcgrad.values.signature import Dims, Structure

NUMBERS = {
    "float": kinds.FLOAT,
    "int": kinds.INT,
    "bool": kinds.BOOL,
    "complex": kinds.COMPLEX,
}
HINT = "write name=kind, as in a=float64[3], n=int, w=float32[n, m], x=float64[...], mode='sum'"


def described(text: str) -> dict[str, Any]:
    """The specs that a description such as ``a=float64[3], n=int`` gives to names.

    Raises ``InputError`` with the part that cannot be read.
    """
    return read(text).specs


class Read(NamedTuple):
    """A description: the ``sizes`` behind letters, and the ``integers`` that are given by examples."""

    specs: dict[str, Any]
    sizes: dict[str, int]
    integers: dict[str, int]


def read(text: str) -> Read:
    """The specs that a description gives to names, and the numbers in it.

    Raises ``InputError`` with the part that cannot be read.
    """
    try:
        call = ast.parse(f"_({text})", mode="eval").body
    except SyntaxError:
        raise _unreadable(text) from None
    if not isinstance(call, ast.Call) or call.args:
        raise _unreadable(text)
    letters = {node.id for node in ast.walk(call) if isinstance(node, ast.Name)}
    reader = _Reader(letters)
    specs = {str(keyword.arg): reader.spec(keyword.value) for keyword in call.keywords}
    sizes = {letter: size for size, letter in reader.sizes.items() if isinstance(letter, str)}
    integers = {
        str(keyword.arg): keyword.value.value
        for keyword in call.keywords
        if isinstance(keyword.value, ast.Constant) and type(keyword.value.value) is int
    }
    return Read(specs, sizes, integers)


def _unreadable(text: str) -> InputError:
    return InputError(f"`{text}` describes no input\n  why: it is no kind of value\n  try: {HINT}")


class _Reader:
    """Descriptions to specs; equal sizes get one letter, as in the signature of a call."""

    def __init__(self, letters: set[str]) -> None:
        self.letters = letters
        self.dims = Dims(True)
        self.sizes: dict[int, Any] = {}

    def spec(self, node: Any) -> Any:
        if isinstance(node, ast.Name):
            return NUMBERS.get(node.id) or kinds.scalar(self.dtype(node))
        if isinstance(node, ast.Subscript):
            return self.array(node)
        if isinstance(node, ast.Constant) and type(node.value) in (int, float):
            return kinds.INT if type(node.value) is int else kinds.FLOAT
        if isinstance(node, ast.Constant) and isinstance(node.value, bool | str | None):
            return Const(node.value)
        if isinstance(node, ast.Tuple | ast.List):
            cls = tuple if isinstance(node, ast.Tuple) else list
            items = tuple(self.spec(item) for item in node.elts)
            return Structure(cls, tuple(range(len(items))), items)
        if isinstance(node, ast.Dict) and all(isinstance(k, ast.Constant) for k in node.keys):
            keys = tuple(key.value for key in node.keys)  # type: ignore[union-attr]
            return Structure(dict, keys, tuple(self.spec(item) for item in node.values))
        raise _unreadable(ast.unparse(node))

    def dtype(self, node: Any) -> np.dtype[Any]:
        try:
            found = np.dtype(node.id)
        except (TypeError, AttributeError):
            raise _unreadable(ast.unparse(node)) from None
        if found.kind not in "fciub":
            raise _unreadable(ast.unparse(node))
        return found

    def array(self, node: ast.Subscript) -> Any:
        dtype = self.dtype(node.value)
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        if len(parts) == 1 and isinstance(parts[0], ast.Constant) and parts[0].value is Ellipsis:
            return kinds.array(dtype, None)
        return kinds.array(dtype, tuple(self.size(part) for part in parts))

    def size(self, node: Any) -> int | str:
        if isinstance(node, ast.Name):
            return node.id
        if not isinstance(node, ast.Constant) or type(node.value) is not int or node.value < 0:
            raise _unreadable(ast.unparse(node))
        size = node.value
        while size not in self.sizes:
            letter = self.dims.name(size)
            if letter in self.letters:  # the user's own letter: take the next
                self.dims.table[-len(self.dims.table) - 1] = self.dims.table.pop(size)
            else:
                self.sizes[size] = letter
        return self.sizes[size]
