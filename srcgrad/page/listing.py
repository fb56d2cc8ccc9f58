"""What a page shows of a derivative: two texts, which lines belong together, and every pass."""

from __future__ import annotations

import ast
import linecache
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from srcgrad import pipeline
from srcgrad.backend.emit import Module
from srcgrad.backend.origins import lines_of
from srcgrad.dispatch.generate import made
from srcgrad.dispatch.request import Request
from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import Origin
from srcgrad.source.read import read

Place = tuple[str, int]  # file and line
Bytes = dict[tuple[str, int], tuple[str, ...]]  # by function and line
SWEEPS = {
    "# forward sweep": "forward",
    "# reverse sweep": "reverse",
    "# forward and reverse sweep": "reverse",
}


@dataclass(frozen=True)
class Excerpt:
    """A function of the user's, as it stands in its file."""

    name: str
    file: str
    first: int  # the number of its first line
    lines: tuple[str, ...]

    @property
    def title(self) -> str:
        return f"{self.name} ({os.path.basename(self.file)})"

    def holds(self, place: Place) -> bool:
        return place[0] == self.file and 0 <= place[1] - self.first < len(self.lines)


@dataclass(frozen=True)
class Listing:
    """A derivative and where it comes from.

    ``origins`` holds the primal's place for a line of ``source``, counted from 1; ``sweeps`` its
    sweep, ``forward`` or ``reverse``; ``kept`` the variables that the reverse sweep reads, by the
    line that assigns them. ``passes`` are the program after each pass.
    """

    name: str
    excerpts: tuple[Excerpt, ...]
    source: str
    origins: dict[int, Place]
    sweeps: dict[int, str]
    kept: dict[int, tuple[str, ...]]
    passes: tuple[tuple[str, str], ...]
    bytes: Bytes = field(default_factory=dict)  # of what is kept


def listing(
    function: Any,
    request: Request,
    specs: tuple[Any, ...],
    sizes: Mapping[str, int] = MappingProxyType({}),
) -> Listing:
    """What is generated for inputs of these specs and sizes, beside the primal.

    Raises what ``srcgrad.vjp`` raises for a function that cannot be differentiated.
    """
    with traced() as passes:
        _, module, facts = made(function, request, specs, False, sizes)
    found = dict(origins(module))
    tree = ast.parse(module.source)
    lines = module.source.splitlines()
    places = with_comments(found, lines)
    sweeps = dict(swept(tree, lines))
    return Listing(
        facts.name,
        tuple(excerpts(function, found.values())),
        module.source,
        places,
        sweeps,
        kept(tree, sweeps),
        tuple(passes),
    )


@contextmanager
def traced() -> Iterator[list[tuple[str, str]]]:
    """The program after each pass, by the name of the pass."""
    before, found = pipeline.OPTIONS.trace, list[tuple[str, str]]()
    pipeline.OPTIONS.trace = lambda name, function: found.append((name, ir.show(function)))
    try:
        yield found
    finally:
        pipeline.OPTIONS.trace = before


def origins(module: Module) -> Iterator[tuple[int, Origin]]:
    """The lines of a module that come from a line of the user's."""
    tree = ast.parse(module.source)
    first = {node.name: node.lineno for node in tree.body if isinstance(node, ast.FunctionDef)}
    for node in module.nodes:
        for number, origin in lines_of(node, module.source):
            yield first[node.name] + number, origin


def with_comments(found: dict[int, Origin], lines: list[str]) -> dict[int, Place]:
    """The places of lines; a comment goes with the line below it."""
    places = {number: (origin.file, origin.line) for number, origin in found.items()}
    for number in range(len(lines) - 1, 0, -1):
        text = lines[number - 1].strip()
        if text.startswith("#") and text not in SWEEPS and number + 1 in places:
            places[number] = places[number + 1]
    return places


def swept(tree: ast.Module, lines: list[str]) -> Iterator[tuple[int, str]]:
    """The lines of the sweeps; what has no forward sweep is the reverse sweep as a whole."""
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef):
            continue
        doc = node.body[0]
        first = (doc.end_lineno or doc.lineno) + 1 if is_text(doc) else doc.lineno
        sweep = "reverse"
        for number in range(first, (node.end_lineno or first) + 1):
            sweep = SWEEPS.get(lines[number - 1].strip(), sweep)
            yield number, sweep


def is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def kept(tree: ast.Module, sweeps: dict[int, str]) -> dict[int, tuple[str, ...]]:
    """What the forward sweep leaves to the reverse one, by the line that assigns or appends it."""
    assigned: dict[str, int] = {}
    pushed: dict[str, list[tuple[int, str]]] = {}  # by the tape
    read: set[str] = set()
    for node in ordered(tree):
        sweep = sweeps.get(node.lineno)
        if sweep == "forward" and isinstance(node, ast.Call):
            for tape, what in pushes(node):
                pushed.setdefault(tape, []).append((node.lineno, what))
        elif isinstance(node, ast.Name) and sweep == "forward" and is_target(node):
            assigned[node.id] = node.lineno
        elif isinstance(node, ast.Name) and sweep == "reverse":
            if is_target(node) and node.id not in read:
                assigned.pop(node.id, None)  # assigned anew before it is read
            elif node.id in assigned:
                read.add(node.id)
    found: dict[int, tuple[str, ...]] = {}
    for name in sorted(read):
        for line, what in pushed.get(name, [(assigned.get(name, 0), name)]):
            found[line] = (*found.get(line, ()), what)
    return found


def ordered(tree: ast.AST) -> list[Any]:
    """Names and calls as they are met; the targets of a statement after what it reads."""
    nodes = [n for n in ast.walk(tree) if isinstance(n, ast.Name | ast.Call)]
    return sorted(nodes, key=lambda n: (n.lineno, is_target(n), n.col_offset))


def is_target(node: ast.AST) -> bool:
    return isinstance(getattr(node, "ctx", None), ast.Store)


def pushes(call: ast.Call) -> Iterator[tuple[str, str]]:
    """``(tape, value)`` for each value that ``tape.append(...)`` keeps."""
    if isinstance(call.func, ast.Attribute) and call.func.attr == "append":
        for item in call.args:
            parts = item.elts if isinstance(item, ast.Tuple) else [item]
            yield from ((ast.unparse(call.func.value), ast.unparse(part)) for part in parts)


# --- the user's functions -------------------------------------------------------------------------


def excerpts(function: Any, found: Any) -> Iterator[Excerpt]:
    """The function, and the others that its derivative comes from, in the order they are met."""
    whole = read(function)
    known = [Excerpt(whole.name, whole.file, whole.first_line, whole.lines)]
    yield known[0]
    for origin in found:
        place = origin.file, origin.line
        if any(excerpt.holds(place) for excerpt in known):
            continue
        first, last = enclosing(*place)
        lines = [text.rstrip("\n") for text in linecache.getlines(origin.file)[first - 1 : last]]
        name = origin.function or "module"
        known.append(Excerpt(name, origin.file, first, tuple(lines or [origin.text])))
        yield known[-1]


def enclosing(file: str, line: int) -> tuple[int, int]:
    """The first and last line of the innermost definition around a line; else the line itself."""
    try:
        tree = ast.parse("".join(linecache.getlines(file)))
    except (SyntaxError, ValueError):
        return line, line
    spans = [
        (node.lineno, node.end_lineno or node.lineno)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.lineno <= line <= (node.end_lineno or 0)
    ]
    return max(spans, default=(line, line))
