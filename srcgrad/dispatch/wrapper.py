"""What is called in the place of a function, and goes where that goes: into classes, copies, pickles."""

from __future__ import annotations

import copy
import functools
from types import FunctionType
from typing import Any

from srcgrad.dispatch import pickles, rebuilt


class Wrapper:
    """An object that is called in the place of ``primal``, with some settings."""

    def __init__(self, primal: Any, *settings: Any) -> None:
        functools.update_wrapper(self, primal)

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        raise NotImplementedError

    def __srcgrad_arguments__(self) -> tuple[Any, ...]:
        """What another object that does the same is made with: ``primal``, and the settings."""
        raise NotImplementedError

    def __get__(self, owner: Any, cls: Any = None) -> Any:
        """As a method: the same of the bound method, whose inputs follow ``self``."""
        primal = self.__srcgrad_arguments__()[0]
        bound = primal.__get__(owner, cls)
        return self if bound is primal else self._of(bound)

    def _of(self, primal: Any) -> Any:
        """The same of another function."""
        return type(self)(primal, *self.__srcgrad_arguments__()[1:])

    def __reduce__(self) -> Any:
        if pickles.importable(self):  # what it decorates can be found under its name only
            return self.__qualname__  # type: ignore[attr-defined]
        arguments = self.__srcgrad_arguments__()
        if isinstance(arguments[0], FunctionType) and pickles.importable(arguments[0]):
            return type(self), arguments
        content = pickles.content(arguments, self)
        if content is None:
            return type(self), arguments
        return rebuilt.from_bytes, (type(self), content)

    def __copy__(self) -> Any:
        return self._of(self.__srcgrad_arguments__()[0])

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        return self._of(copy.deepcopy(self.__srcgrad_arguments__()[0], memo))
