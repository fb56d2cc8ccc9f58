"""The loop form of a function: tapes as arrays, subscripts with their checks, nests of loops."""

from __future__ import annotations

from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import For, Function
from srcgrad.loopform import SHARED
from srcgrad.loopform.again import computed_again
from srcgrad.loopform.both_sweeps import sweeps_joined
from srcgrad.loopform.expand import expanded
from srcgrad.loopform.extrema import found_among_integers
from srcgrad.loopform.fuse import fused
from srcgrad.loopform.growing import growing_tapes
from srcgrad.loopform.guarded import guarded
from srcgrad.loopform.hoisted import allocated_once
from srcgrad.loopform.lengths import known_lengths
from srcgrad.loopform.nests import nests
from srcgrad.loopform.parallel import parallel
from srcgrad.loopform.places import checked
from srcgrad.loopform.reused import reused
from srcgrad.loopform.shapes import known_shapes
from srcgrad.loopform.shrinking import counted_lengths
from srcgrad.loopform.small import numbers_for_arrays
from srcgrad.loopform.tapes import arrays_for_tapes
from srcgrad.loopform.transposed import stored_by_columns
from srcgrad.loopform.vectors import several_at_once
from srcgrad.rules.builder import Names


def prepared(function: Function, names: Names, checks: bool) -> tuple[Function, bool]:
    """The function before nests are made, and whether the compiler has to check its subscripts.

    Without ``checks``, subscripts are taken to be in range.
    """
    found = checked(function) if checks else function
    function = counted_lengths(known_lengths(found or function, names), names)
    function = arrays_for_tapes(known_shapes(function, names), names)
    function = growing_tapes(function, names)
    return computed_again(expanded(function, names), names), found is None


def nested(function: Function, names: Names, threads: bool = False) -> Function:
    """The function with nests of loops for its array statements, shared among ``threads``."""
    function = sweeps_joined(nests(function, names), names)
    function = reused(numbers_for_arrays(fused(function, names), names))
    if not threads:
        function = stored_by_columns(function, names)
    function = parallel(function, names) if threads else function
    function = allocated_once(guarded(function, names), names)
    return found_among_integers(several_at_once(function, names), names)


def is_shared(function: Function) -> bool:
    """Whether threads share a loop of the function."""
    return any(isinstance(s, For) and s.label == SHARED for s in ir.walk(function.body))
