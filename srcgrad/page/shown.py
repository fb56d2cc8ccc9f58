"""Pages shown: written to a file, opened in a browser, embedded in a notebook."""

from __future__ import annotations

import os
import sys
import tempfile
import webbrowser
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any

from srcgrad.api import derivative_of
from srcgrad.dispatch.assume import as_assumed
from srcgrad.dispatch.explained import explained
from srcgrad.dispatch.inputs import sizes_of
from srcgrad.dispatch.request import Jit, Options, Request, asked
from srcgrad.explaining.explain import explanation
from srcgrad.explaining.report import KEPT
from srcgrad.page.html import page
from srcgrad.page.listing import Bytes, Listing, listing
from srcgrad.tracebacks import hiding


@hiding
def view(
    f: Any,
    *inputs: Any,
    path: str | os.PathLike[str] | None = None,
    argnums: Any = None,
    jit: Jit = False,
    forward: bool = False,
) -> Path:
    """Write primal and derivative side by side as one HTML page, for inputs like these.

    Lines that belong together are linked; both sweeps and what is kept between them are marked, and
    the program is shown after each pass. The page needs no network.

    Parameters
    ----------
    f, *inputs
        The function, and examples of its inputs. Without them, they are assumed as by ``srcgrad.source``.
    path : str or path, optional
        Where the page is written. Without it, that is a new file for temporary use, which opens in a
        browser where there is one.
    argnums : int or tuple of int, optional
        The inputs whose gradients are wanted; None is all floating ones.
    jit, forward : bool
        Those of ``srcgrad.source``.

    Returns
    -------
    Path
        That of the page.

    Raises
    ------
    SrcgradError
        What ``vjp`` raises when it generates.
    """
    style = "jvp" if forward else "vjp"
    found = listing_of(f, inputs, asked(style, argnums, Options(jit)))
    return written(page(found), found.name, path)


def listing_of(f: Any, inputs: tuple[Any, ...], request: Request) -> Listing:
    """What is generated for inputs like these; assumed ones if there are none."""
    if not inputs:
        return described(*as_assumed(f, replace(request, named=False)))
    derivative, function, everything = derivative_of(f, inputs, request)
    entry = derivative.entry(function, everything)
    sizes = sizes_of(everything, entry.wanted) if entry.specialized else {}
    found = listing(function, derivative.request, entry.specs, sizes)
    captured = tuple(entry.captured(function))
    reverse = explained_of(function, derivative.request, entry.specs, everything, captured)
    return replace(found, bytes=reverse)


def described(function: Any, request: Request, specs: tuple[Any, ...]) -> Listing:
    """What is generated for inputs of these specs, which nobody has passed."""
    found = listing(function, request, specs)
    return replace(found, bytes=explained_of(function, request, specs))


def explained_of(
    function: Any,
    request: Request,
    specs: tuple[Any, ...],
    inputs: tuple[Any, ...] | None = None,
    captured: tuple[Any, ...] = (),
) -> Bytes:
    """The bytes that each line of the primal keeps; none of forward mode, which keeps nothing."""
    if request.style == "jvp":
        return {}
    request = replace(request, style="vjp", aux=False)
    whole = explained(function, request, specs, inputs is not None, inputs, captured)
    found: Bytes = {}
    for value in explanation(whole, bool(request.options.jit)).values:
        if value.status == KEPT and value.bytes.formula not in ("", "0"):
            place = (value.function, value.line)
            found[place] = (*found.get(place, ()), f"{value.name}: {value.bytes} bytes")
    return found


def of_entry(function: Any, derivative: Any) -> Listing:
    """What served a derivative last, of a plain function."""
    entry = derivative.entries[0]
    return described(function, derivative.request, entry.specs)


def written(text: str, name: str, path: str | os.PathLike[str] | None) -> Path:
    """The file that holds a page; it is opened if no ``path`` was asked for."""
    if path is not None:
        file = Path(path)
        file.write_text(text, "utf-8")
        return file
    handle, made = tempfile.mkstemp(".html", f"{name}-")
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(text)
    file = Path(made)
    if has_browser():
        webbrowser.open(file.as_uri())
    return file


def has_browser() -> bool:
    """Whether a page can be shown; a browser within the terminal would take it over."""
    screen = sys.platform in ("darwin", "win32") or any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    )
    return screen


def framed(text: str, height: int = 480) -> str:
    """A page within another, as notebooks show it."""
    return (
        f'<iframe srcdoc="{escape(text)}" style="width: 100%; height: {height}px; border: 1px solid '
        f'#8884; border-radius: 4px" sandbox="allow-scripts"></iframe>'
    )
