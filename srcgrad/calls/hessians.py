"""Hessians, and their products with vectors: derivatives of the gradient."""

from __future__ import annotations

from typing import Any

from srcgrad.calls.arguments import as_cotangents
from srcgrad.calls.derived import Derived, derivative
from srcgrad.calls.jacobians import jacobian_at, source_of
from srcgrad.calls.running import (
    by_some,
    gradient_and_aux,
    of_gradient,
    options_of,
    pulled_gradient,
)
from srcgrad.calls.sparse import Kept
from srcgrad.dispatch import Jit, Options
from srcgrad.errors import CotangentError
from srcgrad.gradient import grad, value_and_grad
from srcgrad.tracebacks import hiding


@hiding
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

    It is the Jacobian of the gradient, by columns where all of them can be computed at once.

    Parameters
    ----------
    f : callable, optional
        The function; without it, the result is a decorator.
    argnums : int or tuple of int
        The input, or inputs.
    has_aux : bool
        True: ``f`` returns ``(value, aux)``, and the result is ``(hessian, aux)``.
    sparse : bool
        True, by one array: a ``csr_array``, as of ``jacobian``. Colours are fewer, as a Hessian is
        symmetric.
    jit, boundscheck
        Those of ``vjp``.

    Returns
    -------
    callable
        A function of the same arguments. For an input of shape ``n``, a Hessian has shape ``n + n`` and
        the input's dtype. Of structures, and with a tuple for ``argnums``, it has the structure of the
        gradient, with that of the input in the place of each array: ``hessian(f, (0, 1))`` gives
        ``((f_xx, f_xy), (f_yx, f_yy))``. ``source(*inputs)`` is the text of what runs.

    Raises
    ------
    InputError
        When it is called, for complex inputs.
    SrcgradError
        What ``grad`` raises.

    Examples
    --------
    >>> srcgrad.hessian(lambda x: x[0] ** 2 * x[1])(np.array([1.0, 2.0]))
    array([[4., 2.],
           [2., 0.]])
    """
    return _made(_hessian, grad, f, argnums, has_aux, sparse, options_of(jit, boundscheck))


@hiding
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

    Parameters
    ----------
    f, argnums, has_aux, sparse
        Those of ``hessian``. With ``has_aux``, the value is the pair ``(value, aux)``.
    jit, boundscheck
        Those of ``vjp``.

    Returns
    -------
    callable
        A function of the same arguments.

    Raises
    ------
    SrcgradError
        When it is called, what ``hessian`` raises.

    Examples
    --------
    >>> value, hessian = srcgrad.value_and_hessian(lambda x: x**3)(2.0)
    >>> float(value), float(hessian)
    (8.0, 12.0)
    """
    options = options_of(jit, boundscheck)
    return _made(_value_and_hessian, value_and_grad, f, argnums, has_aux, sparse, options)


@hiding
def hvp(
    f: Any,
    inputs: tuple[Any, ...],
    vectors: tuple[Any, ...],
    *,
    argnums: Any = None,
    has_aux: bool = False,
    jit: Jit = False,
    boundscheck: bool = True,
) -> tuple[Any, ...]:
    """The product of the Hessian of ``f`` at ``inputs`` with ``vectors``: one for each input.

    It is the tangent of the gradient, and takes about two gradients;
    ``srcgrad.source(srcgrad.grad(f), *inputs, forward=True)`` shows it.

    Parameters
    ----------
    f : callable
        A function with a scalar output.
    inputs : tuple
        Those of ``vjp``.
    vectors : tuple
        Of the structure and the shapes of ``inputs``; None stands for zeros. With one axis more in
        front, of one size, they are several: so are the products then.
    argnums : int or tuple of int, optional
        The inputs that move, where others stand still: there is one vector for each of these, and one
        product, in their order. None is all.
    has_aux : bool
        True: ``f`` returns ``(value, aux)``, and the result is ``(products, aux)``.
    jit, boundscheck
        Those of ``vjp``.

    Returns
    -------
    tuple
        A product has the structure, shape and dtype of its input, and is None for what is no floating
        number.

    Raises
    ------
    CotangentError
        Where structure or shape differ or the output is no scalar.
    SrcgradError
        What ``vjp`` raises.

    Examples
    --------
    >>> srcgrad.hvp(lambda x: np.sum(x**3), (np.array([1.0, 2.0]),), (np.array([1.0, 0.0]),))
    (array([6., 0.]),)
    """
    options = options_of(jit, boundscheck)
    if argnums is not None:
        some: tuple[Any, ...] = by_some(options, "jvp", f, inputs, vectors, argnums, has_aux)
        return some
    if has_aux:
        return gradient_and_aux(options, "jvp", f, inputs, vectors)
    products: tuple[Any, ...] = of_gradient(options, "jvp", f, inputs, vectors)
    return products


@hiding
def vhp(
    f: Any,
    inputs: tuple[Any, ...],
    vectors: tuple[Any, ...],
    *,
    argnums: Any = None,
    has_aux: bool = False,
    jit: Jit = False,
    boundscheck: bool = True,
) -> tuple[Any, ...]:
    """The product of ``vectors`` with the Hessian of ``f``: that of ``hvp``, by another way.

    It is the gradient of the gradient in the direction ``vectors``. It keeps what the forward
    sweep computes, as reverse mode does, and serves where a rule has no tangent.

    Parameters
    ----------
    f, inputs, vectors, argnums, has_aux
        Those of ``hvp``.
    jit, boundscheck
        Those of ``vjp``.

    Returns
    -------
    tuple
        That of ``hvp``.

    Raises
    ------
    SrcgradError
        What ``hvp`` raises.

    Examples
    --------
    >>> srcgrad.vhp(lambda x: np.sum(x**3), (np.array([1.0, 2.0]),), (np.array([1.0, 0.0]),))
    (array([6., 0.]),)
    """
    options = options_of(jit, boundscheck)
    if argnums is not None:
        some: tuple[Any, ...] = by_some(options, "vjp", f, inputs, vectors, argnums, has_aux)
        return some
    if has_aux:
        return gradient_and_aux(options, "vjp", f, inputs, vectors)
    found: tuple[Any, ...]
    try:
        found = of_gradient(options, "vjp", f, inputs, vectors)
    except CotangentError:  # None for zeros, several vectors, or what does not fit
        given, several = as_cotangents(tuple(range(len(inputs))), inputs, vectors)
        if several:
            found = pulled_gradient(options, f, inputs, given)
        else:
            found = of_gradient(options, "vjp", f, inputs, given)
    return found


def _made(
    rule: Any, first: Any, f: Any, argnums: Any, has_aux: Any, sparse: Any, options: Options
) -> Any:
    if f is None:
        return lambda primal: _made(rule, first, primal, argnums, has_aux, sparse, options)
    argnums = tuple(argnums) if isinstance(argnums, list) else argnums
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


def _source_of(gradient: Any, argnums: Any, *rest: Any, **keywords: Any) -> str:
    """The generated source that the Hessian at these inputs runs: that of a Jacobian."""
    return source_of(gradient, argnums, "square", *rest, **keywords)


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
