"""Jumps become structure: each rewrite of `source/jumps.py` as a pair of before and after."""

from __future__ import annotations

import ast
import textwrap

import gast
import pytest

from srcgrad.source.jumps import structured

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
    "except": (
        """
        try:
            return int(x)
        except ValueError:
            y = 2
        return y
        """,
        """
        jump0 = False
        try:
            value = int(x)
            jump0 = True
        except ValueError:
            y = 2
        if not jump0:
            value = y
        """,
    ),
    "7. match on values": (
        """
        match x:
            case 'a':
                y = 1
            case 'b' | 'c':
                return 2
            case None:
                y = 3
            case _:
                y = 4
        return y
        """,
        """
        subject0 = x
        jump1 = False
        if subject0 == 'a':
            y = 1
        elif subject0 == 'b' or subject0 == 'c':
            value = 2
            jump1 = True
        elif subject0 is None:
            y = 3
        else:
            y = 4
        if not jump1:
            value = y
        """,
    ),
    "7. match on sequences, with captures and guards": (
        """
        match x:
            case ('scale', k):
                y = k
            case [first, *rest, last] if last > 0:
                y = first
        """,
        """
        subject0 = x
        if isinstance(subject0, (tuple, list)) and len(subject0) == 2 and (subject0[0] == 'scale'):
            k = subject0[1]
            y = k
        else:
            if isinstance(subject0, (tuple, list)) and len(subject0) >= 2:
                first = subject0[0]
                rest = list(subject0[1:-1])
                last = subject0[-1]
                matched1 = last > 0
            else:
                matched1 = False
            if matched1:
                y = first
        """,
    ),
    "7. match on classes and mappings": (
        """
        match x:
            case float() | int() as number:
                y = number
            case {'k': k, **rest}:
                y = k
            case Point(y=v):
                y = v
        """,
        """
        subject0 = x
        if isinstance(subject0, float) or isinstance(subject0, int):
            number = subject0
            y = number
        elif isinstance(subject0, dict) and 'k' in subject0:
            k = subject0['k']
            rest = {key: item for key, item in subject0.items() if key not in ('k',)}
            y = k
        elif isinstance(subject0, Point) and hasattr(subject0, 'y'):
            v = getattr(subject0, 'y')
            y = v
        """,
    ),
    "7. alternatives with captures": (
        """
        match x:
            case ('a', k) | (k, 'b'):
                y = k
        """,
        """
        subject0 = x
        if isinstance(subject0, (tuple, list)) and len(subject0) == 2 and (subject0[0] == 'a'):
            k = subject0[1]
            y = k
        elif isinstance(subject0, (tuple, list)) and len(subject0) == 2 and (subject0[1] == 'b'):
            k = subject0[0]
            y = k
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
    found = text(result).replace("for (key, item) in", "for key, item in")  # as Python 3.10 prints
    assert found == after
