"""``python -m srcgrad``: the command line."""

import sys

from srcgrad.cli.commands import main

sys.exit(main())
