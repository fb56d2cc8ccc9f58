"""Texts of errors: their parts, which are joined outside (``backend.error_texts``)."""

from __future__ import annotations

from typing import Any

from numba import types

from srcgrad.backend.numba_overloads.common import overload
from srcgrad.runtime.language import TEXT, text_by_percent, text_of


def parts(how: str, values: Any) -> Any:
    """What gives the parts of a text; numbers of one half of the precision are said to be such."""
    narrow = (types.float32, types.complex64)
    dtypes = tuple(str(t) if t in narrow else "" for t in values)
    return lambda template, values: (TEXT, how, template, values, dtypes)


@overload(text_of)
def _text_of(template: Any, values: Any) -> Any:
    return parts("text_of", values)


@overload(text_by_percent)
def _text_by_percent(template: Any, values: Any) -> Any:
    return parts("text_by_percent", values)
