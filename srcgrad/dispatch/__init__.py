"""From a call to the generated function that serves it: signatures, guards, entries.

``target``      from any callable to a plain function and its inputs
``derivative``  the entries of one function, and the tables that find them
``entry``       one generated function, from the pipeline (``generate``) or from its file (``ways``)
``guard``       the generated comparison of a call with an entry
``places``      what a function reads from outside
``inputs``      sizes, overlap, the form of gradients
``cotangent``   the output and its cotangent
"""

from srcgrad.dispatch.derivative import Active, Derivative, choose_table
from srcgrad.dispatch.entry import Entry, Request
from srcgrad.dispatch.guard import MISS
from srcgrad.dispatch.inputs import check_inputs, position
from srcgrad.dispatch.making import build
from srcgrad.dispatch.outside import captured, holds
from srcgrad.dispatch.target import Target, arrange, plain_function, shift, target

__all__ = [
    "MISS",
    "Active",
    "Derivative",
    "Entry",
    "Request",
    "Target",
    "arrange",
    "build",
    "captured",
    "check_inputs",
    "choose_table",
    "holds",
    "plain_function",
    "position",
    "shift",
    "target",
]
