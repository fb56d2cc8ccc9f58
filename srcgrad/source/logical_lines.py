"""A statement that spans several lines, as one line: what comments of generated code show.

>>> logical_line(["y = f(", "    a,  # first", "    b,", ")"])
'y = f(a, b)'
"""

from __future__ import annotations

import io
import tokenize
from collections.abc import Sequence

LONGEST = 110  # characters


def logical_line(lines: Sequence[str]) -> str:
    """The first statement, or header of a compound one, in ``lines``, without its comments."""
    text = ""
    last = (1, 0)
    tokens = tokenize.generate_tokens(io.StringIO("\n".join(lines).lstrip()).readline)
    try:
        for token in tokens:
            if token.type in (tokenize.NEWLINE, tokenize.ENDMARKER):
                break
            if token.type in (tokenize.COMMENT, tokenize.NL):
                continue
            if token.start[0] != last[0]:
                text = _joined(text, token.string)
            else:
                text += " " * (token.start[1] - last[1])
            text += token.string
            last = token.end
    except (tokenize.TokenError, SyntaxError):
        return lines[0].strip()
    text = " ".join(text.splitlines())
    return text if len(text) <= LONGEST else text[: LONGEST - 4] + " ..."


def _joined(text: str, following: str) -> str:
    """The text so far, ready for a token that stood on the next line."""
    if following[0] in ")]}":
        return text.removesuffix(",")
    return text if text[-1:] in ("(", "[", "{", "") else text + " "
