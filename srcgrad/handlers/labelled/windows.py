"""Rolling windows of pandas' series: sums, means and deviations of as many rows as are asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from srcgrad.definitions import labelled as definitions
from srcgrad.handlers.labelled.joining import like
from srcgrad.handlers.labelled.tables import Unfit
from srcgrad.ir.nodes import Const
from srcgrad.values.abstract import Value
from srcgrad.values.labelled import LabelledV
from srcgrad.values.walk import Walk

OF_WINDOWS = {
    "sum": definitions.window_sums,
    "mean": definitions.window_means,
    "var": definitions.window_variances,
    "std": definitions.window_deviations,
}


@dataclass(frozen=True, eq=False)
class RollingV(Value):
    """``s.rolling(window)``"""

    owner: LabelledV
    window: int

    def attribute(self, e: Walk, name: str) -> Any:
        if name not in OF_WINDOWS:
            raise self.owner.refuse(e, f"`rolling(...).{name}`", "it is not followed")
        return OfWindowsV(self, name)


@dataclass(frozen=True, eq=False)
class OfWindowsV(Value):
    """``s.rolling(window).mean``"""

    windows: RollingV
    name: str

    is_function = True

    def called(self, e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
        owner = self.windows.owner
        if args or set(keywords) - {"ddof"}:
            raise owner.refuse(
                e, f"these arguments of `rolling(...).{self.name}`", "they are not followed"
            )
        values = owner.part(e, "values")
        found = e.follow(OF_WINDOWS[self.name], [values, Const(self.windows.window)], keywords)
        if found is None:
            raise owner.refuse(e, f"`rolling(...).{self.name}` here", "it is of doubles")
        return like(e, owner, found)


def rolling(e: Walk, owner: LabelledV, args: list[Any], keywords: dict[str, Any]) -> Any:
    """``s.rolling(window)`` of a number of rows; raises ``Unfit`` for other windows."""
    given = {"min_periods": Const(None), "center": Const(False), **keywords}
    window = e.steering(args[0] if args else given.pop("window", Const(None)), "a window")
    usual = given == {"min_periods": Const(None), "center": Const(False)}
    if len(args) > 1 or not usual or type(window) is not int or window < 1:
        raise Unfit
    return RollingV(owner, window)
