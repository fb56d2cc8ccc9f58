"""Jumps become structure: each rewrite of `frontend/structure.py` as a pair of before and after."""

from __future__ import annotations

import ast
import textwrap

import gast
import pytest

from srcgrad.frontend.structure import structured

PAIRS = {
    "1. return": (
        """
        y = x * x
        return y
        """,
        """
        y = x * x
        value = y
        """,
    ),
    "1. what follows a return is dropped": (
        """
        return x
        y = x
        """,
        "value = x",
    ),
    "2. an early return": (
        """
        if x > 0:
            return x
        y = -x
        return y
        """,
        """
        if x > 0:
            value = x
        else:
            y = -x
            value = y
        """,
    ),
    "2. a return in the other branch": (
        """
        if x > 0:
            y = x
        else:
            return x
        return y
        """,
        """
        if x > 0:
            y = x
            value = y
        else:
            value = x
        """,
    ),
    "3. a return on some paths of a branch": (
        """
        if x > 0:
            if x > 1:
                return x
            x = 2 * x
        return -x
        """,
        """
        jump0 = False
        if x > 0:
            if x > 1:
                value = x
                jump0 = True
            else:
                x = 2 * x
        if not jump0:
            value = -x
        """,
    ),
    "4. break": (
        """
        for v in x:
            if v < 0:
                break
            total += v
        """,
        """
        stop0 = False
        for v in x:
            if v < 0:
                stop0 = True
            else:
                total += v
        """,
    ),
    "4. return in a loop": (
        """
        for v in x:
            if v < 0:
                return v
        return total
        """,
        """
        stop0 = False
        returned1 = False
        for v in x:
            if v < 0:
                value = v
                returned1 = True
                stop0 = True
        if not returned1:
            value = total
        """,
    ),
    "4. break of the inner loop only": (
        """
        for u in x:
            for v in u:
                break
            total += 1
        """,
        """
        for u in x:
            stop0 = False
            for v in u:
                stop0 = True
            total += 1
        """,
    ),
    "5. continue": (
        """
        for v in x:
            if v < 0:
                continue
            total += v
        """,
        """
        for v in x:
            if v < 0:
                pass
            else:
                total += v
        """,
    ),
    "6. else of a loop": (
        """
        while x > 0:
            if x == 5:
                break
            x -= 1
        else:
            x = 7
        """,
        """
        stop0 = False
        broken1 = False
        while x > 0:
            if x == 5:
                stop0 = True
                broken1 = True
            else:
                x -= 1
        if not broken1:
            x = 7
        """,
    ),
    "with": (
        """
        with c:
            if x > 0:
                return x
        return -x
        """,
        """
        jump0 = False
        with c:
            if x > 0:
                value = x
                jump0 = True
        if not jump0:
            value = -x
        """,
    ),
    "finally": (
        """
        try:
            return x
        finally:
            print(x)
        """,
        """
        try:
            value = x
        finally:
            print(x)
        """,
    ),
    "jumps of inner functions are their own": (
        """
        def g(v):
            return v
        y = g(x)
        """,
        """
        def g(v):
            return v
        y = g(x)
        """,
    ),
}


def text(body: list[ast.stmt]) -> str:
    return "\n".join(map(ast.unparse, body)).replace("$", "")


@pytest.mark.parametrize("name", PAIRS)
def test_rewrite(name: str) -> None:
    before, after = (textwrap.dedent(part).strip() for part in PAIRS[name])
    body = gast.parse("def f(x):\n" + textwrap.indent(before, "    ")).body[0].body
    result = [gast.gast_to_ast(node) for node in structured(body)]
    assert text(result) == after
