"""Tracebacks of refusals without srcgrad's own frames, which tell a user nothing.

``SRCGRAD_TRACEBACK=full`` shows them.
"""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any, TypeVar

from srcgrad.errors import InternalError, SrcgradError

F = TypeVar("F", bound=Callable[..., Any])

OWN = os.path.dirname(os.path.abspath(__file__)) + os.sep
STANDARD = (os.path.dirname(os.__file__) + os.sep, "<frozen ")  # Python's own library
INSTALLED = tuple(f"{os.sep}{name}-packages{os.sep}" for name in ("site", "dist"))
REPLACES = sys.version_info >= (3, 11)  # whether ``raise`` raises with the traceback that was set


def shorten(error: Exception) -> None:
    """Take the frames of srcgrad from a traceback; of a refusal, those of libraries it went through, too.

    What srcgrad did not mean to raise keeps all of them. To be called where an error leaves srcgrad, in
    an ``except`` clause that then says ``raise``.
    """
    whole = error.__traceback__
    refusal = isinstance(error, SrcgradError)
    if (
        whole is None
        or isinstance(error, InternalError)
        or os.environ.get("SRCGRAD_TRACEBACK") == "full"
        or not (refusal or _is_users(_last(whole), refusal))
    ):
        return
    for earlier in (error.__cause__, error.__context__):
        if refusal and earlier is not None and _begins_inside(earlier):
            error.__cause__, error.__suppress_context__ = None, True
    if REPLACES:
        error.__traceback__ = _users(whole, refusal)
    else:  # the frame that it leaves stays
        whole.tb_next = _users(whole.tb_next, refusal)


def _last(trace: TracebackType) -> FrameType:
    while trace.tb_next is not None:
        trace = trace.tb_next
    return trace.tb_frame


def hiding(function: F) -> F:
    """A function whose refusals are shortened; not for what the walk follows, or what must be quick."""

    @functools.wraps(function)
    def call(*args: Any, **keywords: Any) -> Any:
        try:
            return function(*args, **keywords)
        except Exception as error:
            shorten(error)
            raise

    return call  # type: ignore[return-value]


def _begins_inside(error: BaseException) -> bool:
    """Whether an error was caught inside of srcgrad: so it is none of the user's."""
    trace = error.__traceback__
    return trace is None or trace.tb_frame.f_code.co_filename.startswith(OWN)


def _users(trace: TracebackType | None, refusal: bool) -> TracebackType | None:
    """The frames of the user's: of callbacks, for one."""
    kept = []
    while trace is not None:
        if _is_users(trace.tb_frame, refusal):
            kept.append(trace)
        trace = trace.tb_next
    rest: TracebackType | None = None
    for item in reversed(kept):
        rest = TracebackType(rest, item.tb_frame, item.tb_lasti, item.tb_lineno)
    return rest


def _is_users(frame: FrameType, refusal: bool) -> bool:
    """Whether a frame is none of srcgrad's; of refusals, none of a library or of generated code."""
    file, module = frame.f_code.co_filename, str(frame.f_globals.get("__name__", ""))
    if file.startswith(OWN):
        return False
    if not refusal:
        return True
    library = file.startswith(STANDARD) or any(part in file for part in INSTALLED)
    return not (library or module.startswith("srcgrad_generated."))
