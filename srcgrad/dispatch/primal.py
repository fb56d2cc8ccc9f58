"""The function itself is run where it seems to raise, or its derivative does: to raise the same."""

from __future__ import annotations

import copy
from typing import Any


def run_primal(function: Any, inputs: tuple[Any, ...], keywords: tuple[str, ...]) -> None:
    """Raise what ``function`` raises on copies of its inputs, the last of them by ``keywords``."""
    try:
        inputs = copy.deepcopy(inputs)
    except Exception:  # what cannot be copied may be changed by a run
        return
    count = len(inputs) - len(keywords)
    try:
        function(*inputs[:count], **dict(zip(keywords, inputs[count:], strict=True)))
    except Exception as error:
        raise error from error.__cause__
