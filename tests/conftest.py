"""What test modules share: the forms of generated source that a test runs in."""

import pytest

from srcgrad.testing.checks import options

MODES = {"specialised": {}, "generic": {"specialize": False}}


@pytest.fixture(params=MODES)
def mode(request):
    """Run a test with source that knows which shapes are equal, and with source that does not."""
    with options(**MODES[request.param]):
        yield request.param
