"""The printer as its parts see it: its state, and the methods that they use of each other."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from srcgrad.analysis.alias import aliases
from srcgrad.backend.bundles import bundled
from srcgrad.backend.nest import nested
from srcgrad.backend.ownership import owned
from srcgrad.backend.text import MARK
from srcgrad.backend.variables import variables
from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import Block, Const, Function, Let, Origin
from srcgrad.ir.procedures import Procedure
from srcgrad.rules.operation import OPS


class Printing:
    """One function as syntax; ``helpers`` and ``objects`` gather what its module must import."""

    def __init__(self, function: Function, name: str, calls: dict[Procedure, str]) -> None:
        self.function = function
        self.name = name
        self.calls = calls
        self.inline = nested(function)
        self.count = Counter(ir.all_uses(function.body))
        self.count.update(ir.names(function.result))
        self.alias = aliases(function, strict=False)
        self.owned = owned(function, self.alias, self.inline)
        function, self.bundles = bundled(function)
        self.function = function
        self.helpers: set[str] = set()
        self.objects: dict[str, Any] = {}
        self.modules: set[str] = {"np"}
        self.reserved = {name}  # functions of the module
        taken = (
            set(calls.values())
            | {"np", "math", name}
            | {
                OPS[s.op].spelling
                for s in ir.walk(function.body)
                if isinstance(s, Let) and s.op not in ("tape", *ir.TAPES)
            }
            | {"len", "range", "abs", "min", "max", "float", "int", "bool", "print", "locals", MARK}
        )
        self.variables = variables(function, self.inline, taken, self.owned)
        self.comments: list[str] = []
        self.origin: Origin | None = None
        self.reverse = False
        self.node: Any = None  # the definition, when it is made

    if TYPE_CHECKING:  # defined in ``unparse``

        def block(self, block: Block) -> list[Any]: ...
        def operation(self, let: Let) -> Any: ...
        def expression(self, value: Any) -> Any: ...
        def subscript(self, x: Any, index: Any, context: Any) -> Any: ...
        def store(self, name: str) -> Any: ...
        def call(self, function: Any, args: list[Any]) -> Any: ...
        def method(self, owner: Any, name: str) -> Any: ...
        def path(self, dotted: str) -> Any: ...
        def builtin(self, value: Any) -> Any: ...

    if TYPE_CHECKING:  # in ``spellings`` and ``updates``

        def opaque_call(self, function: Any, args: Any, keys: Const, named: Any) -> Any: ...
        def in_place(self, x: Any, index: Any, value: Any) -> Any: ...
        def add_item(self, x: Any, index: Any, value: Any) -> Any: ...
