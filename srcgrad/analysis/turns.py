"""Arrays that go round steps: which of them a step writes into, and who else would see that.

In ``new[1:] = f(old); old, new = new, old`` each array is written in every other step. Steps that are run
again write into copies, which is the same where nothing else shows these arrays.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from srcgrad.analysis.alias import aliases
from srcgrad.analysis.alias_classes import Aliases
from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import Block, For, Function, If, Let, Statement, While

NUMBERS = ("int", "float", "bool", "complex", "scalar")


class Turns(NamedTuple):
    """Of what a step writes into, and of the places of what it is written into in some step."""

    written: tuple[str, ...]
    places: tuple[int, ...]
    shared: str = ""  # one of these that a step hands on under another name, too


def turns(
    step: Function, phis: tuple[str, ...], nexts: tuple[Any, ...], free: tuple[str, ...]
) -> Turns:
    """What a step does to ``phis``, in the place of which the next step is given ``nexts``."""
    alias = aliases(step, strict=False)
    written = tuple(name for name in (*free, *phis) if alias.is_buffer(name))
    reach = [alias.reach(x) if holds(x, step) else frozenset() for x in nexts]
    roots = {k: alias.root(phi) for k, phi in enumerate(phis) if holds(phi, step)}
    places = {k for k, phi in enumerate(phis) if phi in written}
    size = -1
    while size != len(places):
        size = len(places)
        places |= {k for k, root in roots.items() if any(root in reach[j] for j in places)}
    around = {name: alias.root(name) for name in free if holds(name, step)}
    outside, changed = set(around.values()), {around[name] for name in written if name in around}
    for j, phi in enumerate(phis):
        others = outside.union(*(r for k, r in enumerate(reach) if k != j))
        if reach[j] & (others if j in places else changed):
            return Turns(written, tuple(sorted(places)), phi)
    return Turns(written, tuple(sorted(places)))


def seen_after(function: Function, call: Let, name: str, alias: Aliases) -> bool:
    """Whether an array that a call is given may be read later on, under any name."""
    root = alias.root(name)
    sharing = {n for n in function.kinds if holds(n, function) and root in alias.reach(n)}
    if not sharing.isdisjoint((*function.params, *ir.names(function.result))):
        return True
    return _after(function.body, call, sharing, function) is not False


def _after(block: Block, call: Let, sharing: set[str], function: Function) -> bool | None:
    """Whether names are read after a call in a block; None if the block is not where it is."""
    passed = False
    for s in block:
        if passed:
            if not sharing.isdisjoint(ir.all_uses((s,))):
                return True
        elif s is call:
            passed = True
        elif not isinstance(s, Let):
            found = [_after(inner, call, sharing, function) for inner in ir.blocks(s)]
            if True in found or (False in found and _hands_on(s, sharing, function)):
                return True
            passed = False in found
    return False if passed else None


def _hands_on(s: Statement, sharing: set[str], function: Function) -> bool:
    """Whether what a branch or loop around a call gives, or its next iteration, may show an array."""
    if isinstance(s, If):
        return any(m.then in sharing or m.orelse in sharing for m in s.merges)
    assert isinstance(s, For | While)
    made = {n for inner in ir.walk(s.body) for n in (*ir.defined(inner), *ir.local(inner))}
    known = {n for inner in ir.walk(function.body) for n in (*ir.defined(inner), *ir.local(inner))}
    return not sharing & known <= made


def holds(name: Any, function: Function) -> bool:
    """Whether a name may show an array."""
    return isinstance(name, str) and function.kinds[name].base not in NUMBERS
