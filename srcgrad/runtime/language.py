"""What generated code calls for statements of the language. NumPy only."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np


def attempt(body: Callable[..., Any], classes: tuple[Any, ...], *arguments: Any) -> tuple[int, Any]:
    """The number of the ``except`` that catches what ``body`` raises, and what it raises.

    ``body`` runs on copies. -1 and None if it raises nothing; what no ``except`` catches is raised.
    """
    try:
        body(*copy.deepcopy(arguments))
    except BaseException as error:
        for number, caught in enumerate(classes):
            if isinstance(error, caught):
                return number, error.with_traceback(None)
        raise
    return -1, None


def mutated(owner: Any, name: str, array: Any) -> Any:
    """A copy of ``array``, changed by ``owner.name(array)``."""
    array = array.copy()
    getattr(owner, name)(array)
    return array


def read_only(array: Any) -> Any:
    """``array`` for code that is not known: a view through which nothing is written."""
    view = array.view()
    view.flags.writeable = False
    return view


def check_finite(value: Any, operands: tuple[Any, ...], place: str, line: str) -> None:
    """Raise ``NumericsError`` if ``value`` is not finite, and all that it is made of is."""
    if np.all(np.isfinite(value)) or not all(np.all(np.isfinite(part)) for part in operands):
        return
    from srcgrad.errors import NumericsError

    bad = np.asarray(value)[~np.isfinite(value)]
    kind = "NaN" if np.any(np.isnan(bad)) else "infinity"
    raise NumericsError(
        f"the adjoint of this line makes {kind} out of finite values\n  {place}\n    {line}\n"
        f"  why: {bad.size} of {np.size(value)} values are not finite; the derivative is singular "
        "there, or overflows\n  try: keep the operands away from the singular point before the "
        "operation"
    )
