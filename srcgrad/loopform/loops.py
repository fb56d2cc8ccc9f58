"""The loop form of a function: tapes as arrays, subscripts with their checks, nests of loops."""

from __future__ import annotations

from srcgrad.ir.nodes import Function
from srcgrad.loopform.again import computed_again
from srcgrad.loopform.expand import expanded
from srcgrad.loopform.fuse import fused
from srcgrad.loopform.nests import nests
from srcgrad.loopform.places import checked
from srcgrad.loopform.tapes import arrays_for_tapes
from srcgrad.rules.builder import Names


def looped(function: Function, names: Names, checks: bool) -> tuple[Function, bool]:
    """The function in loop form, and whether the compiler has to check its subscripts.

    Without ``checks``, subscripts are taken to be in range.
    """
    found = checked(function) if checks else function
    function = arrays_for_tapes(found or function, names)
    function = computed_again(expanded(function, names), names)
    return fused(nests(function, names), names), found is None
