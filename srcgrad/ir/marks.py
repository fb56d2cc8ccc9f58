"""Headings of generated code, which say where a sweep begins."""

from __future__ import annotations

from typing import TypeGuard

from srcgrad.ir.nodes import Const, Let, Statement

FORWARD = Const("forward sweep")
REVERSE = Const("reverse sweep")
NONE = Const("")  # of straight-line code
BOTH = Const("forward and reverse sweep")


def heading(text: Const) -> Let:
    return Let(None, "mark", (text,), None, True)


def is_mark(statement: Statement) -> TypeGuard[Let]:
    return isinstance(statement, Let) and statement.op == "mark"
