"""Shrinking a failing program: less of it, as long as it fails."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator

from tests.randomgen.limits import Hangs, time_limit
from tests.randomgen.program import Program, Untamed, build

SECONDS = 10.0  # for one candidate, which may have lost the end of a loop

Test = Callable[[Program], bool]


def minimize(program: Program, fails: Test, limit: int = 2000) -> Program:
    """A smaller program for which `fails` still holds; at most `limit` candidates are tried.

    A candidate must run on the same inputs and give a finite result, and is otherwise passed over.
    """

    def smaller_fails(source: str) -> Program | None:
        try:
            with time_limit(SECONDS):
                smaller = build(_name(program, tried), source, program.inputs, program.features)
                return smaller if fails(smaller) else None
        except (Untamed, SyntaxError, Hangs):
            return None

    tried, progress = 0, True
    while progress and tried < limit:
        progress = False
        for source in candidates(program.source):
            tried += 1
            smaller = smaller_fails(source)
            if smaller is not None:
                program, progress = smaller, True
                break
            if tried >= limit:
                break
    return program


def _name(program: Program, number: int) -> str:
    return f"{program.name.partition('-smaller-')[0]}-smaller-{number}"


def candidates(source: str) -> Iterator[str]:
    """Every program with one thing less, large things first."""
    tree = ast.parse(source)
    edits = sorted(_edits(tree), key=lambda edit: -edit[0])
    for _, path, index, with_what in edits:
        changed = copy.deepcopy(tree)
        body = _at(changed, path)
        body[index : index + 1] = copy.deepcopy(with_what)
        if body:
            yield ast.unparse(ast.fix_missing_locations(changed)) + "\n"
    yield from _simpler_expressions(tree)


Path = tuple[tuple[str, int | None], ...]


def _edits(tree: ast.AST) -> Iterator[tuple[int, Path, int, list[ast.stmt]]]:
    """For each statement: its size, the path to its block, its place, and what may replace it."""
    for path, block in _blocks(tree, ()):
        for index, statement in enumerate(block):
            size = sum(1 for _ in ast.walk(statement))
            if isinstance(statement, (ast.Import, ast.Return)) and len(block) == 1:
                continue
            yield size, path, index, []
            for name in ("body", "orelse"):
                inner = getattr(statement, name, [])
                if inner and not isinstance(statement, ast.FunctionDef):
                    yield size, path, index, inner
            if isinstance(statement, ast.If) and statement.orelse:
                without = ast.If(statement.test, statement.body, [])
                yield size, path, index, [without]


def _blocks(node: ast.AST, path: Path) -> Iterator[tuple[Path, list[ast.stmt]]]:
    for name in ("body", "orelse"):
        block = getattr(node, name, None)
        if not isinstance(block, list) or not block:
            continue
        here = (*path, (name, None))
        yield here, block
        for index, statement in enumerate(block):
            yield from _blocks(statement, (*path, (name, index)))


def _at(tree: ast.AST, path: Path) -> list[ast.stmt]:
    node = tree
    for name, index in path[:-1]:
        node = getattr(node, name)[index]
    return getattr(node, path[-1][0])


def _simpler_expressions(tree: ast.Module) -> Iterator[str]:
    """Each program in which one operand stands for the expression that holds it."""
    count = sum(1 for node in ast.walk(tree) if _operands(node))
    for number in range(count):
        for choice in range(3):
            replacer = _Replace(number, choice)
            changed = replacer.visit(copy.deepcopy(tree))
            if replacer.done:
                yield ast.unparse(ast.fix_missing_locations(changed)) + "\n"


def _operands(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.BinOp):
        return [node.left, node.right]
    if isinstance(node, ast.UnaryOp):
        return [node.operand]
    if isinstance(node, ast.IfExp):
        return [node.body, node.orelse]
    if isinstance(node, ast.Call):
        return list(node.args)
    return []


class _Replace(ast.NodeTransformer):
    """Replaces the expression of a number, in the order of visits, by one of its operands."""

    def __init__(self, number: int, choice: int):
        self.left, self.choice, self.done = number, choice, False

    def visit(self, node: ast.AST) -> ast.AST:
        operands = _operands(node)
        if operands:
            if self.left == 0 and self.choice < len(operands):
                self.left, self.done = -1, True
                return operands[self.choice]
            self.left -= 1
        return self.generic_visit(node)
