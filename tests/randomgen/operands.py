"""The right sides of augmented assignments."""

from __future__ import annotations

from tests.randomgen.kinds import Expression


def operand(operator: str, made: Expression) -> str:
    """The text of an operand: factors and divisors keep the target bounded."""
    if operator == "*=" and made.bound > 1.0:
        return f"np.tanh({made.text})"
    if operator == "/=":
        return f"(1.0 + np.abs({made.text}))"
    return made.text
