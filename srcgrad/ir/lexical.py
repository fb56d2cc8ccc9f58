"""What may stand in Python source as it is: names, and text that is one line.

Names of attributes, keys, files and classes are any text, and some of it is code. Generated source
holds it as constants; what is to be a name or a comment must pass here.
"""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Callable


def is_name(text: object) -> bool:
    """Whether a text is a name that Python reads as it is written.

    Not ``class``, nor what the parser takes for another name: it reads letters in their normal form.
    """
    return (
        type(text) is str
        and text.isidentifier()
        and not keyword.iskeyword(text)
        and text != "__debug__"
        and (text.isascii() or unicodedata.normalize("NFKC", text) == text)
    )


def is_dotted(text: object) -> bool:
    """Whether a text is names with dots between them."""
    return type(text) is str and all(map(is_name, text.split(".")))


def as_name(text: object, otherwise: str, taken: Callable[[str], bool]) -> str:
    """A name that looks like ``text`` and is not ``taken``."""
    found = re.sub(r"\W", "_", text) if type(text) is str else ""
    if not is_name(found):
        found = f"{found}_" if is_name(f"{found}_") else otherwise
    while taken(found):
        found += "_"
    return found


def one_line(text: str) -> str:
    """The text with what is not printable, line ends of all sorts among it, as escapes."""
    if text.isprintable():
        return text
    return "".join(
        c if c.isprintable() or c == "\t" else c.encode("unicode_escape").decode() for c in text
    )
