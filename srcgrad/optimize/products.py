"""Products of vectors and matrices whose ranks are known, in their plainest form."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from srcgrad.ir.kinds import same_shape
from srcgrad.ir.nodes import Const, Let
from srcgrad.optimize.patterns import Definitions, again, definition, emitted, identity
from srcgrad.rules.builder import Builder
from srcgrad.rules.operation import OPS


@identity("matmul_bar_a", "dot_bar_a")
def _bar_a(let: Let, definitions: Definitions, b: Builder) -> Any:
    """The adjoint of ``a`` in ``a @ b`` for vectors and matrices, written out."""
    y_bar, x, w = let.args
    ranks = (b.kind(x).ndim, b.kind(w).ndim)
    if ranks == (2, 2):
        return again(let, "matmul", y_bar, b.emit("np.transpose", w))
    if ranks == (2, 1):
        return again(let, "np.outer", y_bar, w)
    if ranks == (1, 2):
        return again(let, "matmul", w, y_bar)
    return again(let, "mul", y_bar, w) if ranks == (1, 1) else None


@identity("matmul_bar_b", "dot_bar_b")
def _bar_b(let: Let, definitions: Definitions, b: Builder) -> Any:
    """The adjoint of ``b`` in ``a @ b`` for vectors and matrices, written out."""
    y_bar, x, w = let.args
    ranks = (b.kind(x).ndim, b.kind(w).ndim)
    if ranks in ((2, 2), (2, 1)):
        return again(let, "matmul", b.emit("np.transpose", x), y_bar)
    if ranks == (1, 2):
        return again(let, "np.outer", x, y_bar)
    return again(let, "mul", y_bar, x) if ranks == (1, 1) else None


def inner(let: Let, definitions: Definitions, b: Builder) -> Any:
    """The sum of ``x * y``, of one shape, is their inner product; a number divides it afterwards."""
    if let.op == "np.sum" and let.args != OPS["np.sum"].complete((let.args[0],)):
        return None
    if b.names.kinds[str(let.target)].ndim != 0:
        return None
    quotient = definition(let.args[0], "truediv", definitions)
    divided = quotient is not None and b.kind(quotient.args[1]).immutable
    product = definition(
        quotient.args[0] if quotient and divided else let.args[0], "mul", definitions
    )
    if product is None or any(
        definitions.uses[str(made.target)] > 1 for made in (quotient, product) if made
    ):
        return None
    x, y = (b.kind(arg) for arg in product.args)
    if not (x.dtype == y.dtype == "float64" and x.ndim and same_shape(x, y)):
        return None
    if quotient is None or not divided:
        return again(let, "inner", *product.args)
    return again(let, "truediv", b.emit("inner", *product.args), quotient.args[1])


def divided(let: Let, definitions: Definitions, b: Builder) -> Any:
    """A sum of ``x / y``, where ``y`` is one number for each sum, is divided by it afterwards."""
    made = definition(let.args[0], "truediv", definitions) if let.op == "np.sum" else None
    if made is None or not made.adjoint or definitions.uses[str(made.target)] > 1:
        return None
    x, y = made.args
    kind, one, other = b.names.kinds[str(let.target)], b.kind(x), b.kind(y)
    aligned = let.args[3] == Const(True) or let.args[1] == Const(0)
    if not aligned or not same_shape(kind, other) or not same_shape(one, b.kind(let.args[0])):
        return None
    if not one.dtype == other.dtype == kind.dtype == "float64" or not kind.ndim:
        return None
    return again(let, "truediv", b.emit("np.sum", x, *let.args[1:], kind=kind), y)


def joined(let: Let, definitions: Definitions, b: Builder) -> Any:
    """``z @ a + (c @ z.T).T`` is ``z @ (a + c.T)``, what ``z.T @ z`` gives: one product."""
    if not let.adjoint:
        return None
    first, second = (_factors(arg, definitions, b) for arg in let.args)
    if first is None or second is None:
        return None
    (x, y), (v, w) = first, second
    if x == v and _joinable(y, w, b):
        return again(let, "matmul", _matrix(x, b), _total(y, w, definitions, b))
    if y == w and _joinable(x, v, b):
        return again(let, "matmul", _total(x, v, definitions, b), _matrix(y, b))
    return None


Factor = tuple[str, bool]  # a matrix, and whether it is transposed


def _factors(x: Any, definitions: Definitions, b: Builder) -> tuple[Factor, Factor] | None:
    """The factors of a product of matrices, or of a transposed one, that is read once."""
    turned = definition(x, "np.transpose", definitions)
    made = definition(turned.args[0] if turned else x, "matmul", definitions)
    if made is None or (turned is not None and turned.args[1:] != (Const(None),)):
        return None
    if any(definitions.uses[str(part.target)] > 1 for part in (turned, made) if part):
        return None
    if any(b.kind(arg).base != "array" or b.kind(arg).ndim != 2 for arg in made.args):
        return None
    first, second = (_factor(arg, definitions) for arg in made.args)
    if turned is None:
        return first, second
    return (second[0], not second[1]), (first[0], not first[1])


def _factor(x: str, definitions: Definitions) -> Factor:
    turned = definition(x, "np.transpose", definitions)
    whole = turned is not None and turned.args[1:] == (Const(None),)
    return (turned.args[0], True) if turned is not None and whole else (x, False)


def _joinable(x: Factor, y: Factor, b: Builder) -> bool:
    """Whether the factors have one shape and dtype."""
    one, other = (
        replace(kind, shape=(kind.shape or ())[::-1]) if turned else kind
        for kind, turned in ((b.kind(name), turned) for name, turned in (x, y))
    )
    return one.dtype == other.dtype and same_shape(one, other)


def _matrix(x: Factor, b: Builder) -> Any:
    return b.emit("np.transpose", x[0], Const(None)) if x[1] else x[0]


def _total(x: Factor, y: Factor, definitions: Definitions, b: Builder) -> Any:
    return emitted("add", _matrix(x, b), _matrix(y, b), definitions=definitions, b=b)


@identity("np.transpose")
def _transpose(let: Let, definitions: Definitions, b: Builder) -> Any:
    """``x.T.T`` is ``x``."""
    if let.args[1:] != (Const(None),):
        return None
    outer = definition(let.args[0], "np.outer", definitions)
    if outer is not None and let.adjoint and definitions.uses[let.args[0]] == 1:
        return again(let, "np.outer", outer.args[1], outer.args[0])
    made = definition(let.args[0], "np.transpose", definitions)
    return made.args[0] if made is not None and made.args[1:] == let.args[1:] else None


@identity("mT")
def _matrix_transpose(let: Let, definitions: Definitions, b: Builder) -> Any:
    x = let.args[0]
    return again(let, "np.transpose", x, Const(None)) if b.kind(x).ndim == 2 else None


@identity("solve_like")
def _solve_like(let: Let, definitions: Definitions, b: Builder) -> Any:
    a, v, like = let.args
    ranks = [b.kind(arg).ndim for arg in (a, v, like)]
    return again(let, "np.linalg.solve", a, v) if ranks in ([2, 1, 1], [2, 2, 2]) else None


@identity("outer_like")
def _outer_like(let: Let, definitions: Definitions, b: Builder) -> Any:
    t, y, like = let.args
    ranks = [b.kind(arg).ndim for arg in (t, y, like)]
    if ranks == [2, 2, 2]:
        return again(let, "matmul", t, b.emit("np.transpose", y))
    return again(let, "np.outer", t, y) if ranks == [1, 1, 1] else None


def untransposed(let: Let, views: dict[str, Let], definitions: Definitions, b: Builder) -> Let:
    """``x.T += outer(u, v)`` as ``x += outer(v, u)``, which adds along the rows."""
    target, index, value = let.args
    view = views.get(target)
    if index != Const(Ellipsis) or view is None or view.op != "np.transpose":
        return let
    made = definition(value, "np.outer", definitions)
    if made is None or definitions.uses[value] > 1 or view.args[1:] != (Const(None),):
        return let
    b.origin, b.adjoint, b.site = let.origin, let.adjoint, let.site
    return again(let, "additem", view.args[0], index, b.emit("np.outer", *reversed(made.args)))
