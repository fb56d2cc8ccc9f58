"""Hessians, and their products with vectors: derivatives of the gradient."""

from __future__ import annotations

import functools
from typing import Any

from srcgrad.calls.arguments import as_cotangents, floating_inputs, placed, places
from srcgrad.calls.derived import Derived, derivative
from srcgrad.calls.jacobians import direction, jacobian_at
from srcgrad.calls.running import gradients, moved, options_of, pulled, text
from srcgrad.calls.sparse import Kept
from srcgrad.dispatch import Jit, Options
from srcgrad.gradient import grad, value_and_grad


def hessian(
    f: Any = None,
    argnums: Any = 0,
    *,
    has_aux: bool = False,
    sparse: bool = False,
    jit: Jit = False,
    boundscheck: bool = True,
) -> Any:
    """The Hessian of a function with a scalar output, as a function; or a decorator that makes it.

    For an input of shape ``n``, it has shape ``n + n`` and the input's dtype. Of structures, and
    with a tuple for ``argnums``, it has the structure of the gradient, with that of the input in
    the place of each array: ``hessian(f, (0, 1))`` gives ``((f_xx, f_xy), (f_yx, f_yy))``. With
    ``has_aux``, ``f`` returns ``(value, aux)``, and the result is ``(hessian, aux)``.

    With ``sparse``, by one array, it is a ``csr_array``: see ``jacobian``. Colours are fewer, as a
    Hessian is symmetric.

    It is the Jacobian of the gradient, by columns where all of them can be computed at once.
    ``jit`` and ``boundscheck`` are those of ``vjp``; ``source(*inputs)`` is the text of what runs.
    Raises what ``grad`` raises, and ``InputError`` for complex inputs.
    """
    return _made(_hessian, grad, f, argnums, has_aux, sparse, options_of(jit, boundscheck))


def value_and_hessian(
    f: Any = None,
    argnums: Any = 0,
    *,
    has_aux: bool = False,
    sparse: bool = False,
    jit: Jit = False,
    boundscheck: bool = True,
) -> Any:
    """Like ``hessian``, with a function that gives ``(value, hessian)``.

    With ``has_aux``, the value is the pair ``(value, aux)``.
    """
    options = options_of(jit, boundscheck)
    return _made(_value_and_hessian, value_and_grad, f, argnums, has_aux, sparse, options)


def hvp(
    f: Any,
    inputs: tuple[Any, ...],
    vectors: tuple[Any, ...],
    *,
    jit: Jit = False,
    boundscheck: bool = True,
) -> tuple[Any, ...]:
    """The product of the Hessian of ``f`` at ``inputs`` with ``vectors``: one for each input.

    ``f`` has a scalar output. ``vectors`` has the structure and the shapes of ``inputs``; None
    stands for zeros. A product has the structure, shape and dtype of its input, None for what is
    no floating number. Vectors with one axis more in front, of one size, are several: so are the
    products then. It is the tangent of the gradient, and takes about two gradients;
    ``srcgrad.source(srcgrad.grad(f), *inputs, forward=True)`` shows it. ``jit`` and ``boundscheck``
    are those of ``vjp``.

    Raises ``CotangentError`` where structure or shape differ or the output is no scalar, and what
    ``vjp`` raises.
    """
    moving = floating_inputs(inputs)
    options = options_of(jit, boundscheck)
    return for_each(moving, inputs, moved(options, grad(f, moving), inputs, vectors)[1])


def vhp(
    f: Any,
    inputs: tuple[Any, ...],
    vectors: tuple[Any, ...],
    *,
    jit: Jit = False,
    boundscheck: bool = True,
) -> tuple[Any, ...]:
    """The product of ``vectors`` with the Hessian of ``f``: that of ``hvp``, by another way.

    It is the gradient of the gradient in the direction ``vectors``. It keeps what the forward
    sweep computes, as reverse mode does, and serves where a rule has no tangent. Takes, gives and
    raises what ``hvp`` does.
    """
    moving = floating_inputs(inputs)
    options = options_of(jit, boundscheck)
    given, several = as_cotangents(moving, inputs, vectors)
    if several:
        _, pull = pulled(options, grad(f, moving), inputs, moving)
        found = pull(given)
    else:
        found = gradients(options, grad(f, moving), inputs, given, moving)
    return for_each(moving, inputs, found)


def for_each(moved: Any, inputs: Any, found: Any) -> Any:
    """What was found of the inputs that move, and None for each other one."""
    return tuple([found[moved.index(k)] if k in moved else None for k in range(len(inputs))])


def _made(
    rule: Any, first: Any, f: Any, argnums: Any, has_aux: Any, sparse: Any, options: Options
) -> Any:
    if f is None:
        return lambda primal: _made(rule, first, primal, argnums, has_aux, sparse, options)
    gradient, kept = first(f, argnums, has_aux=bool(has_aux)), bool(sparse) and Kept()
    return Hessian(rule, gradient, argnums, bool(has_aux), kept, options)


class Hessian(Derived):
    """The Jacobian of a gradient; ``primal`` is the function behind the gradient."""

    def __init__(self, rule: Any, gradient: Any, *settings: Any) -> None:
        self.primal = gradient.primal

    def __get__(self, owner: Any, cls: Any = None) -> Any:
        """As a method: that of the bound method, whose inputs follow ``self``."""
        gradient, *settings = self.args
        bound = gradient.__get__(owner, cls)
        return self if bound is gradient else type(self)(self.func, bound, *settings)


def _source_of(
    gradient: Any,
    argnums: Any,
    has_aux: bool,
    sparse: Any,
    options: Options,
    *inputs: Any,
    **keywords: Any,
) -> str:
    """The generated source that the Hessian at these inputs runs."""
    if keywords:
        inputs, keywords = placed(gradient, inputs, keywords)
        gradient = functools.partial(gradient, **keywords)
    if sparse or direction(options, gradient, "square", argnums, None, inputs) == "forward":
        return text(options, "jvp", gradient, inputs, places(argnums, len(inputs)))
    return text(options, "pullback", gradient, inputs, argnums)


@derivative(_source_of)
def _hessian(
    gradient: Any,
    argnums: Any,
    has_aux: bool,
    sparse: Any,
    options: Options,
    *inputs: Any,
    **keywords: Any,
) -> Any:
    part = 0 if has_aux else None
    value, found = jacobian_at(
        options, gradient, argnums, "square", part, inputs, keywords, sparse, True
    )
    return (found, value[1]) if has_aux else found


@derivative(_source_of)
def _value_and_hessian(
    gradient: Any,
    argnums: Any,
    has_aux: bool,
    sparse: Any,
    options: Options,
    *inputs: Any,
    **keywords: Any,
) -> Any:
    value, found = jacobian_at(
        options, gradient, argnums, "square", 1, inputs, keywords, sparse, True
    )
    return value[0], found


RULES = {
    hessian: (_hessian, grad),
    value_and_hessian: (_value_and_hessian, value_and_grad),
}
