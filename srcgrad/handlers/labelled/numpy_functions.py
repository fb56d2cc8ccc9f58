"""NumPy's functions of pandas' and xarray's arrays: of all others than these, labels may matter."""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad.handlers.labelled.joining import as_python, like, together
from srcgrad.handlers.labelled.methods import method
from srcgrad.handlers.labelled.tables import Unfit
from srcgrad.ir.nodes import Const
from srcgrad.values.abstract import FunctionV, PartialV
from srcgrad.values.labelled import LabelledV
from srcgrad.values.labels import is_frame
from srcgrad.values.walk import Walk

# functions of NumPy's that are methods, and those that take the numbers alone
AS_METHODS = {
    np.sum: "sum", np.prod: "prod", np.mean: "mean", np.var: "var", np.std: "std",
    np.min: "min", np.max: "max", np.clip: "clip",
    np.shape: "shape", np.size: "size", np.ndim: "ndim",
}  # fmt: skip
ARITHMETIC = (np.add, np.subtract, np.multiply, np.divide, np.power)
AS_NUMBERS = (
    np.asarray, np.array, np.where, np.dot, np.outer, np.interp, np.diff, np.median, np.average,
    np.nansum, np.nanmean, np.linalg.norm, np.polyval, np.percentile, np.quantile,
)  # fmt: skip


def of_numpy(e: Walk, function: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
    """A call of a function of NumPy's with such an array; None if there is none."""
    owner = next((arg for arg in args if isinstance(arg, LabelledV)), None)
    if owner is None or not is_numpys(function):
        return None
    if isinstance(function, np.ufunc) and not is_frame(owner.cls):
        found = _ufunc(e, owner, function, args) if not keywords else None
    elif function in AS_METHODS and args[0] is owner:
        found = _as_method(e, owner, AS_METHODS[function], args[1:], keywords)
    elif function in AS_NUMBERS:
        numbers = [_numbers(e, arg) if isinstance(arg, LabelledV) else arg for arg in args]
        return e.call_constant(function, numbers, keywords)
    else:
        found = None
    if found is None:
        name = getattr(function, "__name__", "this")
        raise owner.refuse(e, f"`np.{name}` of it", "what is made of its labels is not followed")
    return found


def is_numpys(function: Any) -> bool:
    if isinstance(function, FunctionV | PartialV):
        return False
    module = str(getattr(function, "__module__", ""))
    return isinstance(function, np.ufunc) or module.partition(".")[0] == "numpy"


def _numbers(e: Walk, x: LabelledV) -> Any:
    return method(e, x, "to_numpy", [], {})


def _ufunc(e: Walk, owner: LabelledV, function: Any, args: list[Any]) -> Any:
    """A ufunc, which both packages do to numbers one by one; None if it is one of matrices."""
    if function.signature is not None or function.nout > 1 or len(args) != function.nin:
        return None
    if len(args) == 1:
        return like(e, owner, e.call_constant(function, [owner.part(e, "values")], {}))
    if len(args) > 2:
        return None
    leads = args[0] is owner
    other = args[1] if leads else args[0]
    if function in ARITHMETIC and owner.cls.__name__ == "Series":
        other = as_python(e, other)
    try:
        owner, first, second = together(e, owner, other)
    except Unfit:
        return None
    pair = [first, second] if leads else [second, first]
    return like(e, owner, e.call_constant(function, pair, {}))


def _as_method(
    e: Walk, owner: LabelledV, name: str, args: list[Any], keywords: dict[str, Any]
) -> Any:
    """``np.sum(x)`` and the like: the method of the same name."""
    if name == "clip" and not keywords:
        return method(e, owner, name, args, {})
    if args or set(keywords) - {"ddof"}:
        return None
    if name in ("var", "std"):
        keywords = {"ddof": Const(0), **keywords}
    return method(e, owner, name, [], keywords)
