"""``srcgrad show``: the source of a derivative, on the terminal or in a file."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from srcgrad import pipeline
from srcgrad.backend.emit import text as spelled
from srcgrad.backend.standalone import standalone
from srcgrad.cli.asking import WHERE, add_like, derivative
from srcgrad.cli.finding import UsageError, function_of
from srcgrad.dispatch.entry import Entry
from srcgrad.ir import nodes as ir
from srcgrad.version import __version__

EXAMPLES = """examples:
  srcgrad show model.py:loss
  srcgrad show model.py:loss --like 'w=float64[n, m], n=int' --value
  srcgrad show model.py:Net.loss --forward            (a method)
  srcgrad show package.module:loss --jit --parallel
  srcgrad show model.py:loss --standalone -o adjoint.py
"""


def add_to(commands: Any, form: Any) -> None:
    """Add the command to those of the command line."""
    show = commands.add_parser(
        "show",
        help="import a file and print a derivative of a function",
        epilog=EXAMPLES,
        formatter_class=form,
    )
    show.add_argument("where", metavar=WHERE)
    switches = {
        "standalone": "print a file that needs NumPy alone",
        "jit": "print the loop form, which jit=True compiles",
        "parallel": "with --jit, the loops that threads share",
        "forward": "print the tangent, which jvp runs",
        "value": "print the derivative that gives the value, too",
        "passes": "print the program after each pass",
        "json": "print the source and what it is of, for other programs to read",
    }
    for name, what in switches.items():
        show.add_argument(f"--{name}", action="store_true", help=what)
    show.add_argument("-o", "--output", metavar="FILE", help="write the source to a file")
    show.add_argument(
        "--color",
        choices=("auto", "always", "never"),
        default="auto",
        help="colour the source; by default on a terminal",
    )
    show.set_defaults(command=run)
    add_like(show)


def run(options: Any) -> int:
    """Print the source, or write it."""
    if options.passes and options.json:
        raise UsageError("--passes and --json exclude each other")
    function = function_of(options.where)
    with traced(options.passes):
        plain, entry = derivative(function, options, alone=options.standalone)
        source = standalone(entry.source, entry.generated) if options.standalone else entry.source
    if options.passes and not options.output:
        print("--- source")
    if options.json:
        text = json.dumps(as_json(plain, entry, source), indent=2) + "\n"
    else:
        text = source.rstrip("\n") + "\n"
    if options.output:
        write(options.output, text)
    else:
        print(text if options.json else coloured(text, options.color), end="")
    return 0


def as_json(function: Any, entry: Entry, source: str) -> dict[str, Any]:
    """The source, and what it is of."""
    facts = entry.facts
    params = dict(zip(facts.names, map(spelled, facts.specs), strict=True))
    code = function.__code__
    return {
        "function": function.__qualname__,
        "file": code.co_filename,
        "line": code.co_firstlineno,
        "name": facts.name,
        "style": facts.style,
        "inputs": params,
        "outside": [item.param.split("%")[0] for item in entry.captures],
        "version": __version__,
        "source": source,
    }


def write(path: str, text: str) -> None:
    """Write a file. Raises ``UsageError`` where that is not possible."""
    try:
        Path(path).write_text(text, "utf-8")
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror or error}") from None


@contextmanager
def traced(passes: bool) -> Iterator[None]:
    """Print the program after each pass, if asked to."""
    before = pipeline.OPTIONS.trace
    if passes:
        pipeline.OPTIONS.trace = lambda name, function: print(f"--- {name}\n{ir.show(function)}\n")
    try:
        yield
    finally:
        pipeline.OPTIONS.trace = before


def coloured(source: str, when: str) -> str:
    """The source with the terminal's colours, if they are wanted and Pygments is here."""
    terminal = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    if when == "never" or (when == "auto" and not terminal):
        return source
    try:
        from pygments import highlight
        from pygments.formatters import TerminalFormatter
        from pygments.lexers import PythonLexer
    except ImportError:
        return source
    return str(highlight(source, PythonLexer(), TerminalFormatter()))
