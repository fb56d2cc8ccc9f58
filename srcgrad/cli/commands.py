"""The command line: ``srcgrad show`` prints generated source, ``explain`` what it keeps and why.

srcgrad show model.py:loss --like 'w=float64[3], n=int'
srcgrad explain model.py:loss --like 'w=float64[300], n=100'
srcgrad check model.py
srcgrad view model.py:loss -o loss.html
srcgrad export model.py:loss --like 'w=float64[3]' -o loss_adjoint.py
srcgrad cache --clear

All but ``cache`` import the file that they are given, which runs it.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from srcgrad.cli import cache, check_command, export, looking, show
from srcgrad.cli.finding import UsageError
from srcgrad.errors import SrcgradError
from srcgrad.version import __version__

UNSAID = {"forward": False, "parallel": False, "value": False, "jit": False, "like": ""}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 if it did what was asked, 1 for a refusal, 2 for a wrong command."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.command(options))
    except UsageError as error:
        print(f"srcgrad: {error}", file=sys.stderr)
        return 2
    except SrcgradError as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # the reader, `head` for one, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _parser() -> argparse.ArgumentParser:
    form = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(
        prog="srcgrad",
        description="Derivatives of Python and NumPy functions, as source code.",
        epilog="`srcgrad COMMAND --help` has examples.",
        formatter_class=form,
    )
    parser.add_argument("--version", action="version", version=f"srcgrad {__version__}")
    parser.set_defaults(**UNSAID)  # where a command has no such option
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in (show, looking, check_command, export, cache):
        command.add_to(commands, form)
    return parser
