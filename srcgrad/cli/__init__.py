"""The command line."""

from srcgrad.cli.commands import main as main
