"""Generated source as users get it: a text that notebooks show as code."""

from __future__ import annotations

from html import escape
from typing import Any


class Source(str):
    """The text of a module; a notebook shows it as it is printed, and in colour where Pygments is."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        try:
            from pygments import highlight
            from pygments.formatters import HtmlFormatter
            from pygments.lexers import PythonLexer
        except ImportError:
            return f"<pre>{escape(self)}</pre>"
        return str(highlight(str(self), PythonLexer(), HtmlFormatter(noclasses=True)))

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """What IPython prints on a terminal."""
        for number, line in enumerate(self.rstrip("\n").split("\n")):
            if number:
                printer.break_()
            printer.text(line)
