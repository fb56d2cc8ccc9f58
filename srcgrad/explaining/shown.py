"""Explanations as tables: for terminals, and for notebooks."""

from __future__ import annotations

import html as htmllib
import os
import sys
from collections.abc import Iterable
from typing import Any, NamedTuple

from srcgrad.explaining.report import AGAIN, INACTIVE, KEPT, UNREAD, Quantity, Report, Value
from srcgrad.tracebacks import hiding

COLOURS = {KEPT: "33", AGAIN: "32", INACTIVE: "2", UNREAD: "2"}
PARTS = ("primal", "forward", "reverse")
HEADINGS = ("line", "value", "kind", "", "bytes", "why")


class Explanation(Report):
    """What ``srcgrad.explain`` gives; ``str()`` is a table, and notebooks show one."""

    def __str__(self) -> str:
        return text(self)

    def _repr_html_(self) -> str:
        return html(self)

    @hiding
    def plot(self, ax: Any = None) -> Any:
        """Draw what is kept over the lines of the forward sweep, and then of the reverse sweep.

        A loop counts at once, with what all of its iterations keep.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Where to draw; by default in a new figure.

        Returns
        -------
        matplotlib.axes.Axes
            With a coloured area for each of the values that keep most.

        Raises
        ------
        InputError
            Where sizes are not known, and where Matplotlib is not installed.
        """
        from srcgrad.explaining.drawn import plotted

        return plotted(self, ax)


class Table(NamedTuple):
    """A table; ``status`` is the column whose text has a colour, or none."""

    title: str
    headings: tuple[str, ...]
    rows: list[tuple[str, ...]]
    status: int | None = None


def tables(found: Report) -> list[Table]:
    """What there is to tell, a table for each subject that there is something to tell of."""
    rows: list[tuple[str, ...]] = [
        (place(v, found), v.name, v.kind, v.status, shown(v.bytes), why(v.why, v.read_in))
        for v in found.values
    ]
    made = [
        Table("values", HEADINGS, rows, 3),
        Table("operations on elements", ("", "operation", *PARTS), operations(found)),
        Table(
            "nests of loops",
            ("sweep", "lines", "operations on each element"),
            [(f.where, lines(f.lines), str(f.operations)) for f in found.fused],
        ),
        Table(
            "calls",
            ("sweep", "line", "call", "why"),
            [(c.where, str(c.line or ""), c.name, c.why) for c in found.calls],
        ),
        Table(
            "sizes",
            ("", "", ""),
            [(s.name, "" if s.here is None else str(s.here), s.meaning) for s in found.sizes],
        ),
    ]
    return [table for table in made if table.rows]


def operations(found: Report) -> list[tuple[str, ...]]:
    """The elements that each operation works on, in the function and in both sweeps."""
    table: dict[tuple[str, str], dict[str, str]] = {}
    for item in found.operations:
        table.setdefault((item.sort, item.name), {})[item.where] = str(item.elements)
    ordered = sorted(table.items(), key=lambda entry: entry[0][0])
    return [(*key, *(row.get(part, "") for part in PARTS)) for key, row in ordered]


def place(value: Value, found: Report) -> str:
    """The line of a value; that of another function with its name."""
    other = value.function != found.function
    return f"{value.function}:{value.line}" if other else str(value.line)


def shown(amount: Quantity) -> str:
    return "" if amount.formula == "0" else str(amount)


def why(reason: str, read_in: tuple[int, ...]) -> str:
    return f"{reason}; read for {lines(read_in)}" if read_in else reason


def lines(numbers: Iterable[int]) -> str:
    found = ", ".join(map(str, numbers))
    return f"line {found}" if found.isdigit() else f"lines {found}"


def heading(found: Report) -> str:
    mode = ", compiled" if found.jit else ""
    return f"{found.function} ({os.path.basename(found.file)}:{found.line}{mode})"


def total(found: Report) -> str:
    return f"kept in all: {found.kept} bytes"


# --- text -------------------------------------------------------------------------------------


def text(found: Report, colour: bool | None = None) -> str:
    """Tables for a terminal; in colour if asked for or, by None, if standard output is one."""
    if colour is None:
        colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    parts = [f"{heading(found)} for {found.signature}", total(found)]
    parts += [f"{table.title}\n{plain(table, colour)}" for table in tables(found)]
    return "\n\n".join(parts)


def plain(table: Table, colour: bool) -> str:
    rows = [table.headings, *table.rows] if any(table.headings) else table.rows
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    found = []
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        if colour and table.status is not None and row[table.status] in COLOURS:
            code = COLOURS[row[table.status]]
            cells[table.status] = f"\033[{code}m{cells[table.status]}\033[0m"
        found.append(("  " + "  ".join(cells)).rstrip())
    return "\n".join(found)


# --- notebooks --------------------------------------------------------------------------------


def html(found: Report) -> str:
    """Tables as HTML, of which all text is escaped."""
    parts = [f"<p><b>{escaped(heading(found))}</b> for {escaped(found.signature)}</p>"]
    parts.append(f"<p>{escaped(total(found))}</p>")
    for table in tables(found):
        rows = [f"<tr>{cells(table.headings, 'th')}</tr>"] if any(table.headings) else []
        rows += [f"<tr>{cells(row, 'td')}</tr>" for row in table.rows]
        caption = f"<caption>{escaped(table.title)}</caption>"
        parts.append(f"<table>{caption}{''.join(rows)}</table>")
    return f'<div class="srcgrad-explanation">{"".join(parts)}</div>'


def cells(row: tuple[str, ...], tag: str) -> str:
    return "".join(f"<{tag}>{escaped(cell)}</{tag}>" for cell in row)


def escaped(words: str) -> str:
    return htmllib.escape(words, quote=True)
