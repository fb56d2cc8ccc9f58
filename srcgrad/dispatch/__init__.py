"""From a call to the generated function that serves it: requests, signatures, guards, entries.

``request``     what is asked for, and with which options
``target``      from any callable to a plain function and its inputs
``derivative``  the entries of one function, and the tables that find them
``auto``        which of plain and compiled code serves (``jit="auto"``)
``entry``       one generated function, from the pipeline (``generate``) or from its file (``stored``)
``guard``       the generated comparison of a call with an entry
``outside``     what a function reads from outside
``inputs``      sizes, overlap, the form of gradients
``cotangent``   the output and its cotangent; ``tangents`` those of the inputs
``pull``        the second half of a pullback
"""

from srcgrad.dispatch import auto as _auto  # noqa: F401  (the derivatives of jit="auto")
from srcgrad.dispatch.derivative import Active, Derivative, choose_table, forget
from srcgrad.dispatch.entry import Entry
from srcgrad.dispatch.guard_lines import MISS
from srcgrad.dispatch.inputs import check_inputs, position
from srcgrad.dispatch.pull import Pull
from srcgrad.dispatch.request import USUAL, Jit, Options, Request, asked, positions
from srcgrad.dispatch.tangents import among, check_count
from srcgrad.dispatch.target import Target, arrange, no_source, plain_function, shift, target

__all__ = [
    "MISS",
    "USUAL",
    "Active",
    "Derivative",
    "Entry",
    "Jit",
    "Options",
    "Pull",
    "Request",
    "Target",
    "among",
    "arrange",
    "asked",
    "check_count",
    "check_inputs",
    "choose_table",
    "forget",
    "no_source",
    "plain_function",
    "position",
    "positions",
    "shift",
    "target",
]
