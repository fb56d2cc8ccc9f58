"""Checks of derivatives, for srcgrad's own rules and for those that users add.

``check_rule`` takes one operation and follows its rule outside the engine: the rule's lines are
spliced in as they are into an adjoint, run, and compared with central differences and with the
rule's own forward mode. ``check_vjp`` does the same for a whole function through ``srcgrad.vjp``.

What they cannot detect: a rule that is wrong only at points, shapes or dtypes that were not given.
At kinks and ties central differences are no judge: pass ``smooth=False`` and compare what
``check_rule`` returns with the values that you expect.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

import srcgrad.rules  # noqa: F401  (registers the rules)
from srcgrad.ir.trees import leaves
from srcgrad.rules import registry
from srcgrad.rules.operation import OPS
from srcgrad.testing.agreement import (
    assert_same,
    cast_like,
    copied,
    dtype_of,
    in_double,
    inner_product,
    is_floating,
    map_leaves,
)
from srcgrad.testing.rulecheck import RuleCheck, central_differences

__all__ = ["check_rule", "check_vjp", "generated", "options"]


def check_rule(
    function: Any,
    args: tuple[Any, ...],
    kwargs: dict[str, Any] | None = None,
    *,
    rtol: float | None = None,
    atol: float | None = None,
    smooth: bool = True,
    y_bar: Any = None,
) -> dict[str, Any]:
    """Check the derivative rule of ``function`` (or of the operation of that key) at ``args``.

    Checked are: the kind, dtype and shape that are inferred for the result and for all that the
    rule computes; the adjoint of each floating operand against central differences, its shape and
    dtype; the tangent by the dot-product identity ``<y_bar, J x_dot> == <J^T y_bar, x_dot>``. All is
    done twice: with shapes and options known when code is generated, and with neither.

    Parameters
    ----------
    function : callable or str
        A function with a rule, or the key of its operation.
    args : tuple
        The operands: numbers, arrays, sequences of arrays.
    kwargs : dict, optional
        Options by name.
    rtol, atol : float, optional
        How far from differences an adjoint may be; by default as its dtype allows.
    smooth : bool
        False leaves out the comparison with differences, as at kinks and ties.
    y_bar : optional
        The cotangent, of the result's shape; drawn at random if it is None.

    Returns
    -------
    dict
        The adjoints by the names of the parameters (``x[k]`` for the elements of a sequence).

    Raises
    ------
    AssertionError
        That says what disagrees, or that the function has no rule.

    Examples
    --------
    >>> found = srcgrad.testing.check_rule(np.tanh, (np.array([0.0, 1.0]),), y_bar=np.ones(2))
    >>> found["x"].round(4)
    array([1.  , 0.42])
    """
    key = function if isinstance(function, str) else registry.key_of(function)
    if key is None or key not in OPS:
        raise AssertionError(f"{function} is not a registered operation")
    check = RuleCheck(OPS[key], args, kwargs or {}, rtol, atol)
    check.result(y_bar)
    adjoints: dict[str, Any] = {}
    for known in (True, False):
        check.prepare(known)
        check.facts()
        if check.op.rule is not None and any(map(is_floating, leaves(check.y))):
            adjoints = check.adjoints(check.op.rule)
            if smooth:
                check.differences(adjoints)
            check.tangents(check.op.rule, adjoints)
    return adjoints


def check_vjp(
    f: Callable[..., Any],
    inputs: tuple[Any, ...],
    cotangent: Any = None,
    *,
    rtol: float = 1e-6,
    atol: float = 1e-8,
    **options: Any,
) -> tuple[Any, ...]:
    """Compare ``srcgrad.vjp(f, inputs, cotangent)`` with central differences.

    Values, shapes and dtypes are compared, and that the inputs are as they were.

    Parameters
    ----------
    f : callable
        The function.
    inputs : tuple
        One entry for each parameter: numbers, arrays, nested tuples, lists and dicts of them.
    cotangent : optional
        Of the structure and shape of the output; drawn at random if it is None.
    rtol, atol : float
        How far from differences a gradient may be.
    **options
        Handed on to ``srcgrad.vjp``.

    Returns
    -------
    tuple
        The gradients.

    Raises
    ------
    AssertionError
        That says what disagrees.
    SrcgradError
        What ``srcgrad.vjp`` raises.

    Examples
    --------
    >>> srcgrad.testing.check_vjp(lambda x: x * x, (np.array([1.0, 2.0]),), np.ones(2))
    (array([2., 4.]),)
    """
    import srcgrad

    y = f(*copied(list(inputs)))
    if cotangent is None:
        rng = np.random.default_rng(5)
        cotangent = map_leaves(lambda leaf: cast_like(rng.normal(size=np.shape(leaf)), leaf), y)
    before = copied(list(inputs))
    gradients = srcgrad.vjp(f, inputs, cotangent, **options)
    assert_same(list(inputs), before, "srcgrad.vjp changed its inputs")
    values = list(leaves(list(inputs)))
    for k, (value, bar) in enumerate(zip(values, leaves(list(gradients)), strict=True)):
        if not is_floating(value):
            assert bar is None, f"leaf {k} of the inputs is no float, but its gradient is {bar!r}"
            continue
        assert np.shape(bar) == np.shape(value), f"leaf {k}: shape {np.shape(bar)}"
        assert dtype_of(bar) == dtype_of(value), f"leaf {k}: dtype {dtype_of(bar)}"

        def along(v: Any, k: int = k) -> float:
            numbers = itertools.count()
            changed = map_leaves(lambda x: v if next(numbers) == k else in_double(x), list(inputs))
            return inner_product(cotangent, f(*changed))

        np.testing.assert_allclose(
            np.asarray(bar, "float64"),
            central_differences(along, value),
            rtol,
            atol,
            err_msg=f"leaf {k} of the inputs, against central differences",
        )
    return gradients


@contextmanager
def options(**chosen: Any) -> Iterator[None]:
    """Generate code in another way inside a ``with``: it must agree with the usual.

    What is generated is kept apart from other modes. Not for several threads.

    Parameters
    ----------
    optimize : bool
        False leaves out the optimisations.
    off : set of str
        The optimisations that are left out, by name, as ``{"invariants"}``.
    specialize : bool
        False leaves out all that follows from equal sizes.
    short_axes : bool
        False leaves out what follows from the sizes of short axes.

    Raises
    ------
    TypeError
        For other options.
    ValueError
        For optimisations that there are not.

    Examples
    --------
    >>> with srcgrad.testing.options(optimize=False):
    ...     srcgrad.grad(lambda x: x * x)(3.0)
    np.float64(6.0)
    """
    from srcgrad import pipeline
    from srcgrad.dispatch import choose_table

    names = ("optimize", "specialize", "short_axes", "off")
    before = {name: getattr(pipeline.OPTIONS, name) for name in names}
    unknown = set(chosen) - set(before)
    if unknown:
        raise TypeError(f"there are no options {', '.join(sorted(unknown))}")
    chosen["off"] = frozenset(chosen.get("off", before["off"]))
    unknown = chosen["off"] - pipeline.optional_passes()
    if unknown:
        raise ValueError(f"there are no optional passes {', '.join(sorted(unknown))}")
    try:
        for name, value in chosen.items():
            setattr(pipeline.OPTIONS, name, value)
        choose_table()
        yield
    finally:
        for name, value in before.items():
            setattr(pipeline.OPTIONS, name, value)
        choose_table()


def generated(f: Callable[..., Any], *inputs: Any) -> Callable[..., Any]:
    """The function that ``srcgrad.vjp(f, inputs, ...)`` calls: ``f_vjp(*inputs, y_bar)``.

    Parameters
    ----------
    f : callable
        The function.
    *inputs
        Inputs of the kinds, dtypes and ranks to come.

    Returns
    -------
    callable
        It takes the inputs and the cotangent, and gives a tuple of gradients. Data that ``f`` reads from
        outside are parameters between the inputs and the cotangent.

    Raises
    ------
    SrcgradError
        What ``srcgrad.vjp`` raises when it generates.

    Examples
    --------
    >>> square_vjp = srcgrad.testing.generated(lambda x: x * x, 3.0)
    >>> square_vjp(5.0, 1.0)
    (10.0,)
    """
    from srcgrad import api
    from srcgrad.dispatch import asked

    derivative, function, everything = api.derivative_of(f, inputs, asked("vjp"))
    found: Callable[..., Any] = derivative.entry(function, everything).generated
    return found
