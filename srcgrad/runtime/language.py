"""What generated code calls for statements of the language. NumPy only."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any


def attempt(
    body: Callable[..., Any], classes: tuple[Any, ...], *arguments: Any
) -> tuple[int, Any]:
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
