"""Where in the user's file something was written."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Origin:
    """The primal line that a statement comes from; ``spot`` is where in it the expression stands.

    ``spot`` holds line, text, column and width. It does not tell origins apart.
    """

    file: str
    line: int
    text: str
    column: int = 0
    function: str = ""
    whole: str = ""  # the statement as one line, where it spans several
    spot: tuple[int, str, int, int] | None = field(default=None, compare=False, repr=False)

    @property
    def comment(self) -> str:
        """The primal's statement, as comments show it."""
        return self.whole or self.text.strip()

    @property
    def place(self) -> tuple[str, int, str, int, int, str]:
        """File, line, text, column, width and function of the expression, for a refusal."""
        line, text, column, width = self.spot or (
            self.line,
            self.text,
            self.column,
            len(self.text) - self.column,
        )
        return self.file, line, text, column, width, self.function


NOWHERE = ("", 0, "", 0, 1, "")  # the place of what has no origin
