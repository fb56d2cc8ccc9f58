"""Statements for the reverse sweep, written in the primal."""

from __future__ import annotations

import sys
from typing import Any


class adjoint_of:  # noqa: N801 - it is used as a function
    """``with adjoint_of(x) as x_bar:`` puts its block into the reverse sweep, at this point.

    There, ``x_bar`` is the adjoint of ``x`` that what follows has given; what the block makes of
    it, by assignment or in place, is the adjoint from there on. The block may read other
    variables as they are at this point. Where the function is run as it is, the block is skipped.

    Parameters
    ----------
    x : float or array
        A variable of the function that holds a floating number or array.

    Examples
    --------
    >>> def clipped(x):
    ...     y = x * x
    ...     with srcgrad.adjoint_of(y) as y_bar:
    ...         y_bar = np.clip(y_bar, -1.0, 1.0)
    ...     return 5.0 * y
    >>> srcgrad.grad(clipped)(3.0)
    np.float64(6.0)
    """

    def __init__(self, x: Any) -> None:
        self.x = x

    def __enter__(self) -> Any:
        """Skip the block: an exception is raised at its first instruction, by way of tracing."""
        frame = sys._getframe(1)
        self.before = (frame, frame.f_trace, frame.f_trace_opcodes, sys.gettrace())

        def skip(*_: Any) -> None:
            raise _Skipped

        frame.f_trace, frame.f_trace_opcodes = skip, True
        sys.settrace(lambda *_: None)
        return 0.0 * self.x  # for interpreters that do not trace: an adjoint that is not used

    def __exit__(self, cls: Any, *_: object) -> bool:
        frame, trace, opcodes, tracer = self.before
        sys.settrace(tracer)
        frame.f_trace, frame.f_trace_opcodes = trace, opcodes
        return cls is _Skipped


class _Skipped(BaseException):
    """The block of ``adjoint_of`` in a function that is run as it is."""
