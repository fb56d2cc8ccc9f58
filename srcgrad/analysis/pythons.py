"""Which of NumPy's numbers may be Python's in some calls, as ``v = x[0] if x[0] > 0 else 0.0``.

Python's raise where NumPy's give infinity: ``0.0 ** -0.5``.
"""

from __future__ import annotations

from srcgrad.ir import nodes as ir
from srcgrad.ir.kinds import PYTHON_SCALARS
from srcgrad.ir.nodes import Const, Function, If, Let, Operand, Statement
from srcgrad.rules.operation import OPS


def may_be_python(function: Function) -> set[str]:
    """The names of kind ``scalar`` that may hold one of Python's numbers."""
    search = _Search(function)
    size = -1
    while size < len(search.found):
        size = len(search.found)
        for statement in ir.walk(function.body):
            search.see(statement)
    return search.found


class _Search:
    def __init__(self, function: Function) -> None:
        self.kinds = function.kinds
        self.found: set[str] = set()
        self.kept = False  # whether a tape keeps such a number

    def is_python(self, operand: Operand | None) -> bool:
        if operand is None:
            return False
        if isinstance(operand, Const):
            return type(operand.value) in (int, float, bool, complex)
        return operand in self.found or self.kinds[operand].base in PYTHON_SCALARS

    def note(self, name: str) -> None:
        if self.kinds[name].base == "scalar":
            self.found.add(name)

    def see(self, statement: Statement) -> None:
        if isinstance(statement, Let):
            self.kept = self.kept or (
                statement.op == "push"
                and isinstance(statement.args[1], str)
                and statement.args[1] in self.found
            )
            if statement.target is not None and self.gives_python(statement):
                self.note(statement.target)
        elif isinstance(statement, If):
            for merge in statement.merges:
                if any(map(self.is_python, (merge.then, merge.orelse))):
                    self.note(merge.out)
        else:
            for carry in statement.carries:
                if any(map(self.is_python, (carry.init, carry.next, carry.phi))):
                    self.note(carry.phi)
                    self.note(carry.out)

    def gives_python(self, let: Let) -> bool:
        """Whether a result may be one: not of NumPy's functions and arrays, nor of its numbers by + - * /."""
        op = OPS[let.op]
        if op.spelling.startswith("np."):
            return False
        operands = [
            part
            for arg in let.args
            for part in (arg if isinstance(arg, tuple) else (arg,))
            if isinstance(part, str | Const)
        ]
        if any(isinstance(arg, str) and self.kinds[arg].base == "array" for arg in operands):
            return False
        if op.symbol is not None:
            return all(map(self.is_python, operands))
        if let.op == "pop":
            return self.kept
        return any(map(self.is_python, operands))
