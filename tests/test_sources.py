"""A function's source is found by indentation, whatever stands in it without any."""

import inspect

import numpy as np
import pytest

from srcgrad.source import text as sources


def plain(x):
    return x


def spread_out(
    x,
    scale=2.0,
):
    y = x * (scale)
    return y  # the last line


@np.errstate(all="ignore")
@pytest.mark.skipif(False, reason="two decorators")
def decorated(x):
    """Text
    without indentation
    """
    if x > 0:
        # a comment without indentation
        return x + x
    return -x


# a comment after it


class Owner:
    def method(self, x):
        text = """
def method(self, x):
"""
        return text, x

    @staticmethod
    async def last(x):
        return x


def outer():
    def inner(x):
        return x

    # not part of it
    return inner


FUNCTIONS = (plain, spread_out, inspect.unwrap(decorated), Owner.method, Owner.last, outer, outer())


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.__name__)
def test_the_definition_is_found(function):
    text, tree, first = sources.definition(function.__code__)
    assert tree.name == function.__name__
    assert first == function.__code__.co_firstlineno
    lines, _ = inspect.getsourcelines(function)
    margin = len(lines[0]) - len(lines[0].lstrip())
    assert text == "".join(line.removeprefix(" " * margin) for line in lines)


def test_a_lambda_is_left_to_the_tokenizer():
    text, tree, _ = sources.definition((lambda x: x + 1).__code__)
    assert tree is None
    assert "x + 1" in text


def test_without_a_file_there_is_no_source():
    namespace = {}
    # Python 3.13 knows a text for "<string>", where it was started with -c
    exec(compile("def f(x):\n    return x\n", "<nowhere>", "exec"), namespace)
    with pytest.raises(OSError, match="source"):
        sources.definition(namespace["f"].__code__)
