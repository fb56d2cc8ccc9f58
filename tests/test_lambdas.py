"""Lambdas: which of those on a line is the one, and refusals where that cannot be told."""

import linecache

import numpy as np
import pytest

import srcgrad
from srcgrad.errors import MissingSource


def slopes(functions):
    return [float(srcgrad.grad(f)(2.0)) for f in functions]


def test_several_on_one_line_with_other_code():
    functions = dict(  # noqa: C408
        a=lambda x: 2.0 * x,
        b=lambda x: 3.0 * x,
        c=lambda x: x * x,
        d=lambda y: 5.0 * y,
        e=lambda x: np.sin(x) * 0.0 + 6.0 * x,
        f=lambda x: np.exp(x) * 0.0 + 7.0 * x,
    )
    assert slopes(functions.values()) == [2.0, 3.0, 4.0, 5.0, 6.0, 7.0]


def test_several_on_one_line_that_differ_in_what_they_enclose():
    a, b = 2.0, 3.0
    first, second, third = lambda x: a * x, lambda x: b * x, lambda x: a * x * b
    assert slopes([first, second, third]) == [2.0, 3.0, 6.0]


def test_after_a_keyword_on_the_second_line_of_a_call():
    found = dict(  # noqa: C408
        first=1, second=lambda x: 2.0 * x, third=lambda x: 3.0 * x
    )
    assert slopes([found["second"], found["third"]]) == [2.0, 3.0]


def test_a_body_on_lines_of_its_own():
    found = [
        lambda x:
            2.0 * x +
            1.0,
        lambda x, i=3.0: (
            i * x
        ),
    ]  # fmt: skip
    assert slopes(found) == [2.0, 3.0]


def test_lambdas_inside_lambdas_comprehensions_and_conditions():
    found = [
        lambda x: (lambda y: 2.0 * y)(x),
        *[lambda x, i=i: i * x for i in (3.0, 4.0)],
        lambda x: 5.0 * x if x > 0.0 else -x,
    ]
    assert slopes(found) == [2.0, 3.0, 4.0, 5.0]


def test_a_file_that_was_edited():
    def defined(text, shown):
        file = f"<edited {len(linecache.cache)}>"
        linecache.cache[file] = (len(shown), None, shown.splitlines(True), file)
        space = {}
        exec(compile(text, file, "exec"), space)
        return space["f"]

    text = "f = lambda x: 2.0 * x\n"
    assert slopes([defined(text, text)]) == [2.0]
    for k, shown in enumerate(["f = lambda x: 3.0 * x\n", "f = lambda x: y\n", "f = None\n"]):
        with pytest.raises(MissingSource):
            srcgrad.grad(defined(text.replace("2.0", f"2.{k + 1}"), shown))(1.0)


def test_more_defaults_than_positional_parameters():
    def doubled(*args, **keywords):
        return args[0] * 2.0

    doubled.__defaults__ = (2.0,)
    (found,) = srcgrad.vjp(doubled, (np.ones(2),), np.ones(2))
    np.testing.assert_array_equal(found, [2.0, 2.0], strict=True)
