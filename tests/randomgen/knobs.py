"""The features of random programs as named knobs: a weight each, 0 is off.

Level 1 is what every differentiator of NumPy programs should handle; level 2 adds aliasing in all
its forms, irregular exits from loops, containers, and functions that write into their arguments.
"""

from __future__ import annotations

from collections.abc import Mapping

STATEMENTS = {
    "assign": 30,
    "reassign": 22,
    "rekind": 4,
    "augmented_scalar": 8,
    "store": 26,
    "branch": 14,
    "for": 20,
    "while": 5,
    "early_return": 5,
    "call": 9,
    "tuple": 6,
    "unpacking": 8,
    "mask": 3,
    "pole_written_over": 2,
    "failing": 2,
    "handled": 2,
    "derived": 3,
    "comprehension": 3,
    "drawn": 2,
    "table": 11,
    "integer": 4,
}

LEVEL_2_STATEMENTS = {
    "view": 10,
    "alias": 6,
    "swap": 6,
    "break": 10,
    "continue": 10,
    "list": 11,
    "recursion": 4,
    "dict": 6,
    "mutating_call": 32,
    "augmented_array": 10,
    "reworked": 8,
    "return_in_loop": 12,
    "two_kinds": 3,
    "managed": 4,
}

FLOAT_EXPRESSIONS = {
    "leaf": 20,
    "arithmetic": 30,
    "elementwise": 18,
    "reduction": 12,
    "element": 14,
    "dot": 4,
    "conditional_expression": 6,
    "call": 14,
    "mask_read": 2,
    "selected_pole": 2,
    "builtin": 4,
    "integer_operand": 6,
    "outside": 2,
    "table_read": 16,
}

ARRAY_EXPRESSIONS = {
    "leaf": 20,
    "arithmetic": 34,
    "elementwise": 18,
    "axis_reduction": 9,
    "matmul": 8,
    "transpose": 6,
    "reshape": 8,
    "subscript": 14,
    "where": 5,
    "masked_pole": 3,
    "conditional_expression": 5,
    "call": 14,
    "join": 5,
    "cumulative": 2,
    "allocation": 5,
}

Knobs = Mapping[str, Mapping[str, int]]


def knobs(level: int = 1, **changed: int) -> Knobs:
    """The weights of a level, by group; `knobs(2, view=0, store=60)` changes single ones.

    A name that occurs in several groups, as `call` does, is changed in all of them.
    """
    second = LEVEL_2_STATEMENTS if level >= 2 else dict.fromkeys(LEVEL_2_STATEMENTS, 0)
    groups = {
        "statement": {**STATEMENTS, **second},
        "float": dict(FLOAT_EXPRESSIONS),
        "array": dict(ARRAY_EXPRESSIONS),
    }
    for name, weight in changed.items():
        holders = [group for group in groups.values() if name in group]
        if not holders:
            raise ValueError(f"no knob is called {name!r}")
        for group in holders:
            group[name] = weight
    return groups
