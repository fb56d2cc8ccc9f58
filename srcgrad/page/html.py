"""A listing as one HTML page that needs nothing else: no network, no other file."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from importlib import resources
from string import Template

from srcgrad.page.colours import coloured
from srcgrad.page.listing import Listing, Place
from srcgrad.version import __version__


def page(listing: Listing) -> str:
    """The whole page; what it holds is escaped."""
    return Template(part("page.html")).substitute(
        name=escape(listing.name),
        version=escape(__version__),
        style=part("page.css"),
        script=part("page.js"),
        tabs="\n".join(tabs(listing)),
        primal="\n".join(primal(listing)),
        adjoint="\n".join(adjoint(listing)),
        passes="\n".join(passes(listing)),
    )


def part(name: str) -> str:
    return resources.files("srcgrad.page").joinpath(name).read_text("utf-8")


def tabs(listing: Listing) -> Iterator[str]:
    for number, (name, _) in enumerate(listing.passes):
        yield tab(f"pass{number}", name, False)
    yield tab("source", "source", True)


def tab(panel: str, name: str, chosen: bool) -> str:
    return (
        f'<button role="tab" id="tab-{panel}" aria-controls="{panel}" '
        f'aria-selected="{str(chosen).lower()}">{escape(name)}</button>'
    )


def primal(listing: Listing) -> Iterator[str]:
    used = set(listing.origins.values())
    for excerpt in listing.excerpts:
        yield f"<h2>{escape(excerpt.title)}</h2>"
        for offset, text in enumerate(coloured(list(excerpt.lines))):
            number = excerpt.first + offset
            place = (excerpt.file, number)
            link = key(listing, place) if place in used else ""
            yield row(number, text, link, note=kept(listing.bytes.get((excerpt.name, number), ())))


def adjoint(listing: Listing) -> Iterator[str]:
    for number, text in enumerate(coloured(listing.source.splitlines()), 1):
        place = listing.origins.get(number)
        note = kept(listing.kept.get(number, ()), "keeps ")
        link = key(listing, place) if place is not None else ""
        yield row(number, text, link, listing.sweeps.get(number, ""), note)


def kept(what: tuple[str, ...], verb: str = "") -> str:
    return f'<span class="kept">{verb}{escape(", ".join(what))}</span>' if what else ""


def key(listing: Listing, place: Place) -> str:
    """What two lines that belong together have in common."""
    holding = (k for k, excerpt in enumerate(listing.excerpts) if excerpt.holds(place))
    return f"{next(holding, 'x')}-{place[1]}"


def row(number: int, text: str, link: str = "", sweep: str = "", note: str = "") -> str:
    linked = f' data-link="{link}"' if link else ""
    return (
        f'<div class="line {sweep}"{linked}><span class="number">{number}</span>'
        f"<code>{text or ' '}</code>{note}</div>"
    )


def passes(listing: Listing) -> Iterator[str]:
    for number, (name, text) in enumerate(listing.passes):
        yield (
            f'<section role="tabpanel" id="pass{number}" aria-labelledby="tab-pass{number}" hidden>'
            f"<h2>After the pass <em>{escape(name)}</em></h2><pre>{escape(text)}</pre></section>"
        )
