"""``%load_ext srcgrad``: the cell magic ``%%grad`` and the line magic ``%srcgrad``.

``%%grad`` runs a cell, gives each function ``f`` that it defines a gradient ``grad_f``, and shows it.
``%srcgrad show f`` and its kin are the commands of the shell, of functions that are there.
"""

from __future__ import annotations

import argparse
import ast
import shlex
from typing import Any

from srcgrad.backend.source import Source
from srcgrad.backend.standalone import standalone
from srcgrad.cli.asking import add_like, asked, derivative
from srcgrad.cli.finding import UsageError
from srcgrad.errors import SrcgradError
from srcgrad.explaining.explain import explain
from srcgrad.gradient import grad, value_and_grad
from srcgrad.page.html import page
from srcgrad.page.shown import described, framed
from srcgrad.tracebacks import shorten

UNSAID = {"forward": False, "parallel": False, "value": False, "jit": False, "standalone": False}


class Page:
    """A derivative beside its function; its source, where there is no page to show it in."""

    def __init__(self, listing: Any) -> None:
        self.listing = listing

    def __repr__(self) -> str:
        return str(self.listing.source).rstrip("\n")

    def _repr_html_(self) -> str:
        return framed(page(self.listing))


class Magics:
    """The magics of one shell."""

    def __init__(self, shell: Any) -> None:
        self.shell = shell

    def grad(self, line: str, cell: str) -> None:
        """%%grad [--argnums 0,1] [--value] [--jit] [--like KINDS] [--quiet]

        Run the cell, and give each function ``f`` that it defines a gradient ``grad_f``, which takes what
        ``f`` takes. Functions are shown beside their derivatives. ``--argnums`` are the inputs whose
        gradients are wanted, the first by default; with ``--value``, ``value_and_grad_f`` gives value and
        gradient; ``--jit`` compiles it; ``--like 'x=float64[n]'`` describes the inputs for what is
        shown; ``--quiet`` shows nothing.
        """
        options = _parsed(_grad_parser(), line)
        ran = self.shell.run_cell(cell, store_history=False)
        if not ran.success:
            return
        argnums = _positions(options.argnums)
        for name in _defined(cell):
            function = self.shell.user_ns.get(name)
            if not callable(function):
                continue
            make, prefix = (value_and_grad, "value_and_grad") if options.value else (grad, "grad")
            made = make(function, argnums, jit=options.jit)
            self.shell.user_ns[f"{prefix}_{name}"] = made
            if not options.quiet:
                self.show(function, options)

    def show(self, function: Any, options: Any) -> None:
        """Show a derivative beside its function; of one that is refused, say why."""
        try:
            _display(Page(described(*asked(function, options))))
        except SrcgradError as error:
            print(f"{type(error).__name__}: {error}")

    def srcgrad(self, line: str) -> Any:
        """%srcgrad show f [--like KINDS] [--value] [--forward] [--jit] [--standalone]
        %srcgrad explain f [--like KINDS] [--jit]
        %srcgrad view f [--like KINDS] [--forward] [--jit]

        The source of a derivative of a function; what it keeps and why; both side by side.
        """
        options = _parsed(_parser(), line)
        function = self.shell.ev(options.function)
        try:
            if options.command == "show":
                _, entry = derivative(function, options, alone=options.standalone)
                text = entry.source
                return Source(standalone(text, entry.generated) if options.standalone else text)
            if options.command == "view":
                return Page(described(*asked(function, options)))
            return self.explained(function, options)
        except UsageError as error:
            raise _usage(str(error)) from None
        except Exception as error:
            shorten(error)
            raise

    def explained(self, function: Any, options: Any) -> Any:
        """What a gradient keeps, for described inputs."""
        if not options.like:
            return explain(function, jit=options.jit)
        from srcgrad.cli.looking import report

        return report(function, options)


def load_ipython_extension(shell: Any) -> None:
    """What ``%load_ext srcgrad`` calls."""
    magics = Magics(shell)
    shell.register_magic_function(magics.grad, "cell", "grad")
    shell.register_magic_function(magics.srcgrad, "line", "srcgrad")


def unload_ipython_extension(shell: Any) -> None:
    """What ``%unload_ext srcgrad`` calls."""
    shell.magics_manager.magics["cell"].pop("grad", None)
    shell.magics_manager.magics["line"].pop("srcgrad", None)


# --- what is written behind a magic ---------------------------------------------------------------


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> Any:
        raise _usage(f"{message}\n{self.format_usage().rstrip()}")


def _usage(message: str) -> Exception:
    from IPython.core.error import UsageError as OfMagics

    made: Exception = OfMagics(message)
    return made


def _grad_parser() -> argparse.ArgumentParser:
    parser = _Parser("%%grad", add_help=False)
    parser.set_defaults(**UNSAID)
    parser.add_argument("--argnums", default="0")
    for name in ("value", "jit", "quiet"):
        parser.add_argument(f"--{name}", action="store_true")
    add_like(parser)
    return parser


def _parser() -> argparse.ArgumentParser:
    parser = _Parser("%srcgrad", add_help=False)
    commands = parser.add_subparsers(dest="command", required=True, parser_class=_Parser)
    switches = {
        "show": ("value", "forward", "jit", "parallel", "standalone"),
        "explain": ("jit",),
        "view": ("forward", "jit"),
    }
    for name, known in switches.items():
        command = commands.add_parser(name, add_help=False)
        command.set_defaults(**UNSAID)
        command.add_argument("function")
        for switch in known:
            command.add_argument(f"--{switch}", action="store_true")
        add_like(command)
    return parser


def _parsed(parser: argparse.ArgumentParser, line: str) -> Any:
    try:
        return parser.parse_args(shlex.split(line))
    except ValueError as error:
        raise _usage(str(error)) from None


def _positions(text: str) -> Any:
    try:
        found = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        raise _usage(f"--argnums {text}: it is an int, or several, as in 0,1") from None
    return found


def _defined(cell: str) -> list[str]:
    """The functions that a cell defines at its top level, in order."""
    from IPython.core.inputtransformer2 import TransformerManager

    try:
        tree = ast.parse(TransformerManager().transform_cell(cell))
    except SyntaxError:
        return []
    names = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
    return list(dict.fromkeys(names))


def _display(shown: Any) -> None:
    from IPython.display import display

    display(shown)
