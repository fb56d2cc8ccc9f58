"""``srcgrad.explain``: why a derivative keeps what it keeps."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from srcgrad.api import derivative_of
from srcgrad.backend.emit import describe
from srcgrad.dispatch import Options, asked
from srcgrad.dispatch.assume import as_assumed
from srcgrad.dispatch.explained import Explained, explained
from srcgrad.errors import InputError
from srcgrad.explaining.formulas import Symbol
from srcgrad.explaining.operations import Quantities, calls, counted, nests
from srcgrad.explaining.report import KEPT, Size, Value
from srcgrad.explaining.shown import Explanation
from srcgrad.explaining.sizes import Sizes
from srcgrad.explaining.sweeps import Placed
from srcgrad.explaining.values import Fates
from srcgrad.ir import kinds
from srcgrad.ir import nodes as ir
from srcgrad.ir.kinds import Kind
from srcgrad.ir.nodes import Block, Let, Origin, While
from srcgrad.tracebacks import hiding


@hiding
def explain(f: Any, *inputs: Any, argnums: Any = None, jit: bool = False) -> Explanation:
    """What the gradient of ``f`` at ``inputs`` keeps, computes again and calls, and why.

    For each value of ``f``: whether it is kept for the reverse sweep, computed again there, or
    inactive, since no derivative passes it; why; the lines whose adjoints read it; and its bytes, as
    a formula in the sizes of the inputs and at these inputs. Beside that the operations of ``f`` and
    of both sweeps, what became one nest of loops (compiled), and what stayed a call.

    ``f`` is not run. What only running it tells, as how often a ``while`` loop runs, stands in the
    formulas by a name; numbers that need it are None. Bytes are those of the numbers (8 for a
    Python float); those in branches that may not be taken are upper bounds.

    Parameters
    ----------
    f, *inputs
        The function and its inputs, as of ``vjp``; it may be a gradient itself, ``srcgrad.grad(f)``,
        whose derivative is explained then. Without inputs, they are what annotations and default
        values say, as for ``srcgrad.source``.
    argnums : int or tuple of int, optional
        The inputs whose gradients are wanted; None is all floating ones.
    jit : bool
        True: of the loop form that is compiled.

    Returns
    -------
    Explanation
        ``str()`` of it is a table, and notebooks show one; ``values``, ``operations``, ``fused``, ``calls``
        and ``sizes`` are for programs.

    Raises
    ------
    InputError
        For other values of ``jit``.
    SrcgradError
        What ``vjp`` raises, for a function that cannot be differentiated.

    Examples
    --------
    >>> def logistic(x, r):
    ...     for _ in range(3):
    ...         x = r * x * (1.0 - x)
    ...     return x
    >>> found = srcgrad.explain(logistic, 0.5, 3.0)
    >>> found.kept.here  # bytes
    24
    """
    if jit not in (True, False):
        raise InputError(
            f"jit is {jit!r}\n  why: one mode is explained at a time\n  try: jit=True, or jit=False"
        )
    request = asked("vjp", argnums, Options(bool(jit)))
    if not inputs:
        request = replace(request, named=False)
        function, request, specs = as_assumed(f, request)
        return explanation(explained(function, request, specs, False), bool(jit), request.orders)
    derivative, function, everything = derivative_of(f, inputs, request)
    entry = derivative.entry(function, everything)
    found = explained(
        function,
        derivative.request,
        entry.specs,
        True,
        everything,
        tuple(entry.captured(function)),
    )
    return explanation(found, bool(jit), derivative.request.orders)


def explanation(
    found: Explained, jit: bool, orders: tuple[tuple[str, Any, bool], ...] = ()
) -> Explanation:
    """The report of what was found; ``orders`` are the derivatives that the function itself takes."""
    adjoint, work = found.adjoint, found.adjoint.work
    assert work.swept is not None
    sizes = Sizes(adjoint.primal.function, work.names.kinds, found.axes)
    for function in (work.swept.function, work.function, found.final):
        sizes.see(function)
    fates = Fates(work, found.final, sizes)
    sizes.counters = counters(work.swept.forward, fates.keeper.variables)
    rows = [(name, at, fates.fate(name, at)) for name, at in fates.names_in_order()]
    sweeps = {"forward": fates.final.forward, "reverse": fates.final.reverse}
    parts = {"primal": work.swept.forward, **sweeps}
    counted(parts, sizes, Quantities({}))  # so that all sizes have their names
    quantities = Quantities(values_at_hand(sizes, found))
    origin = work.function.origin or Origin("", 0, "")
    values = tuple(
        Value(
            fates.label(name),
            origin_of(at, origin).function or work.primal.function.name,
            origin_of(at, origin).line,
            told(name, at),
            kind_of(work.names.kinds[name], found.axes),
            name in fates.active,
            fate.status,
            fate.why,
            fate.read_in,
            quantities.sum([fate.bytes]),
        )
        for name, at, fate in rows
    )
    kept = quantities.sum(fate.bytes for _, _, fate in rows if fate.status == KEPT)
    operations = counted(parts, sizes, quantities)
    name = work.primal.function.name
    for style, _, _ in reversed(orders):
        name = f"{style}({name})"
    return Explanation(
        name,
        origin.file,
        origin.line,
        describe(list(found.facts.names), found.facts.specs).removeprefix(" for "),
        jit,
        sizes_told(sizes, quantities),
        values,
        kept,
        operations,
        nests(sweeps),
        calls(sweeps, found.final, jit),
    )


def counters(forward: Block, variables: dict[str, str]) -> dict[str, While]:
    """The names that say how often a ``while`` loop has run."""
    return {
        carry.out: loop
        for loop in ir.walk(forward)
        if isinstance(loop, While)
        for carry in loop.carries
        if variables.get(carry.phi) == loop.label
    }


def kind_of(kind: Kind, axes: dict[str, str]) -> str:
    """A kind with the letters of sizes that inputs have, and ``_`` for others."""

    def shown(dim: kinds.Dim) -> kinds.Dim:
        return dim if isinstance(dim, int) or kinds.parted(dim)[0] in axes else "_"

    return kinds.describe(kinds.resized(kind, shown))


def origin_of(at: Placed | None, function: Origin) -> Origin:
    """The line that a value comes of; of an input, that of the function."""
    return (at.statement.origin if at is not None else None) or function


def told(name: str, at: Placed | None) -> str:
    """The statement that a value comes of; of what a loop or a branch makes, when."""
    if at is None:
        return "an input"
    comment = at.statement.origin.comment if at.statement.origin is not None else ""
    if isinstance(at.statement, Let):
        return comment
    inside = name in ir.local(at.statement)
    return f"{'in each iteration of' if inside else 'after'}: {comment}"


def values_at_hand(sizes: Sizes, found: Explained) -> dict[Symbol, int]:
    """The values of what stands for sizes, as far as inputs give them."""
    known: dict[Symbol, int] = {}
    for key, symbol in sizes.symbols.items():
        sort, name = key if isinstance(key, tuple) and len(key) == 2 else ("", "")
        if sort == "dim" and name in found.sizes:
            known[symbol] = found.sizes[name]
        elif sort == "param" and name in found.integers:
            known[symbol] = found.integers[name]
    return known


def sizes_told(sizes: Sizes, quantities: Quantities) -> tuple[Size, ...]:
    """What the letters in the formulas stand for."""
    found = [
        Size(symbol.text, sizes.meanings.get(symbol, ""), quantities.given.get(symbol))
        for symbol in quantities.used
    ]
    return tuple(sorted(found, key=lambda size: size.name))
