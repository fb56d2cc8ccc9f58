"""Functions of NumPy arrays inside of JAX, with derivatives from srcgrad.

A call is one primitive of JAX's, which runs the function on the host. Its tangent is another one, linear in
the tangents, whose transpose gives the gradients; so forward and reverse mode hold, in any order.
Importing this module imports JAX.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.extend.core import Primitive
from jax.interpreters import ad, batching, mlir

from srcgrad.calls.joined import Joined, Outside, number, unknown_shape
from srcgrad.dispatch import Jit, Options, asked
from srcgrad.errors import InputError


def function(
    f: Any = None, *, jit: Jit = False, boundscheck: bool = True, parallel: bool = False
) -> Any:
    """A function of NumPy arrays as one of JAX arrays that JAX differentiates; or a decorator.

    It may stand under ``jax.jit``, ``jax.vmap`` (one element after the other, in one call of the host),
    and all of JAX's derivatives of any order: ``grad``, ``vjp``, ``jvp``, ``jacfwd``, ``jacrev``,
    ``hessian``. Each derivative runs ``f`` anew, since nothing but arrays passes through JAX.

    Parameters
    ----------
    f : callable, optional
        The function, without effects that matter: JAX may leave calls out, or repeat them. Without it,
        the result is a decorator.
    jit, boundscheck, parallel
        Those of ``vjp``: whether what srcgrad generates is compiled.

    Returns
    -------
    callable
        It takes what ``f`` takes, with JAX arrays for arrays, in any pytree. Arrays without axes reach
        ``f`` as NumPy numbers; integers, strings and whatever else is no array are handed on as they
        are. It gives what ``f`` gives, with JAX arrays for numbers and arrays. Their shapes must follow
        from those of the inputs.

    Raises
    ------
    InputError
        When it is called: where a number has 64 bits and JAX is not set to keep them, where a shape or
        the kind of an output is known only when ``f`` has run.
    SrcgradError
        What ``vjp`` raises.

    Examples
    --------
    >>> import jax
    >>> jax.config.update("jax_enable_x64", True)
    >>> @srcgrad.jax.function
    ... def energy(x, k):
    ...     return k * np.sum(x**2)
    >>> print(jax.jit(jax.grad(energy))(jax.numpy.array([1.0, 2.0]), 3.0))
    [ 6. 12.]
    """
    if f is None:
        return functools.partial(function, jit=jit, boundscheck=boundscheck, parallel=parallel)
    options = asked("vjp", options=Options(jit, boundscheck, parallel=parallel)).options
    return ArrayFunction(f, options)


class ArrayFunction(Outside):
    """A function of JAX arrays."""

    def __call__(self, *inputs: Any, **keywords: Any) -> Any:
        joined, inputs = self.placed(inputs, keywords)
        leaves = [jax.tree.flatten(value) for value in inputs]
        found = [as_jax(leaf) for some, _ in leaves for leaf in some if is_array(leaf)]
        passed = tuple(
            [form.unflatten([LEAF if is_array(x) else x for x in some]) for some, form in leaves]
        )
        weak = tuple(map(is_python_float, map(jax.typeof, found)))
        host = Host(joined, passed, functools.partial(described, joined, passed, weak), weak)
        output = host.output([jax.typeof(x) for x in found])
        return jax.tree.structure(output).unflatten(call.bind(*found, host=host))


# --- what runs on the host ------------------------------------------------------------------------


LEAF = object()  # stands for an array in a structure
Avals = Sequence[Any]  # shapes and dtypes


class Host:
    """A function of arrays, as JAX sees it.

    ``passed`` are its inputs, with ``LEAF`` for each array; ``output`` gives the structure of its value
    for the shapes and dtypes of the arrays; ``weak`` says which are Python's floats. A tangent or a
    gradient has the function that it is of as ``base``; it is linear in the arrays from ``count`` on.
    """

    def __init__(
        self,
        joined: Joined,
        passed: Any,
        output: Callable[[Avals], Any],
        weak: tuple[bool, ...],
        base: Host | None = None,
        argnums: tuple[int, ...] | None = None,
    ) -> None:
        self.joined = joined
        self.passed = passed
        self.output = output
        self.weak = weak
        self.base = base
        self.argnums = argnums  # of gradients
        self.count = len(base.weak) if base is not None else len(weak)

    def avals(self, avals: Avals) -> list[Any]:
        """The shapes and dtypes of the value."""
        return jax.tree.leaves(self.output(avals))

    def run(self, *arrays: Any) -> list[Any]:
        """The value, as arrays. Raises ``InputError`` where it is not what was expected."""
        expected = self.avals(arrays)
        numbers = [
            float(x) if weak else number(np.asarray(x))
            for x, weak in zip(arrays, self.weak, strict=True)
        ]
        found = jax.tree.leaves(self.joined.value(*filled(self.passed, numbers)))
        if len(found) != len(expected):
            raise changed(f"{len(found)} arrays", f"{len(expected)}")
        return list(map(checked, found, expected))

    def owners(self) -> list[int]:
        """For each array, the input that it is passed in."""
        counts = [jax.tree.leaves(value).count(LEAF) for value in self.passed]
        return [k for k, count in enumerate(counts) for _ in range(count)]

    def mask(self, moving: Sequence[bool], avals: Avals) -> list[bool]:
        """Which arrays have tangents: all floating ones of the inputs in which one moves."""
        owners = self.owners()
        named = {k for k, moves in zip(owners, moving, strict=True) if moves}
        return [k in named and floats(aval) for k, aval in zip(owners, avals, strict=True)]

    def push(self, mask: Sequence[bool], avals: Avals) -> Host:
        """The tangent: of the arrays, and tangents of some of them."""
        found = iter(mask)

        def tangent(value: Any) -> Any:
            tree = jax.tree.map(lambda x: LEAF if x is LEAF and next(found) else None, value)
            return tree if jax.tree.leaves(tree) else None

        tangents = tuple(map(tangent, self.passed))
        return Host(
            self.joined.pushed,
            (self.passed, tangents),
            lambda avals: only_floating(self.output(avals[: len(mask)])),
            self.weak + (False,) * sum(mask),
            self,
        )

    def pull(self, argnums: tuple[int, ...], avals: Avals) -> Host:
        """The gradients by some inputs: of the arrays, and cotangents of the value's floating ones."""
        cotangent = jax.tree.map(lambda _: LEAF, only_floating(self.output(avals)))
        return Host(
            self.joined.pulled(argnums),
            (self.passed, cotangent),
            lambda avals: self.gradients(argnums, avals),
            self.weak + (False,) * len(jax.tree.leaves(cotangent)),
            self,
            argnums,
        )

    def gradients(self, argnums: tuple[int, ...], avals: Avals) -> Any:
        """The structure of the gradients."""
        inputs = filled(self.passed, avals)
        return tuple([only_floating(inputs[k]) for k in argnums])

    def turned(self, avals: Avals) -> Host:
        """The transpose: gradients for a tangent, a tangent for gradients."""
        base: Any = self.base
        if self.argnums is None:
            tangents = self.passed[1]
            return base.pull(
                tuple([k for k, tree in enumerate(tangents) if tree is not None]), avals
            )
        moving = [k in self.argnums for k in base.owners()]
        return base.push(base.mask(moving, avals), avals)


class Batched:
    """A host function for each element along axes in front, one after the other.

    ``flags`` says which arrays have that axis; ``sums`` which results are added up.
    """

    def __init__(self, host: Any, size: int, flags: Sequence[bool], sums: Sequence[bool]) -> None:
        self.host = host
        self.size = size
        self.flags = tuple(flags)
        self.sums = tuple(sums)
        self.count: int = host.count

    def inner(self, avals: Avals) -> list[Any]:
        """The shapes and dtypes of one element."""
        return [
            jax.ShapeDtypeStruct(aval.shape[1:], aval.dtype) if flag else aval
            for aval, flag in zip(avals, self.flags, strict=False)
        ]

    def avals(self, avals: Avals) -> list[Any]:
        """The shapes and dtypes of the value."""
        return [
            aval if summed else jax.ShapeDtypeStruct((self.size, *aval.shape), aval.dtype)
            for aval, summed in zip(self.host.avals(self.inner(avals)), self.sums, strict=True)
        ]

    def run(self, *arrays: Any) -> list[Any]:
        """The values, stacked or added up in order."""
        found = [np.zeros(aval.shape, aval.dtype) for aval in self.avals(arrays)]
        for k in range(self.size):
            picked = [x[k] if flag else x for x, flag in zip(arrays, self.flags, strict=True)]
            for whole, part, summed in zip(found, self.host.run(*picked), self.sums, strict=True):
                if summed:
                    whole += part
                else:
                    whole[k] = part
        return found

    def mask(self, moving: Sequence[bool], avals: Avals) -> list[bool]:
        """See ``Host``."""
        return list(self.host.mask(moving, self.inner(avals)))

    def push(self, mask: Sequence[bool], avals: Avals) -> Batched:
        """See ``Host``."""
        inner = self.inner(avals)
        flags = [flag for flag, moves in zip(self.flags, mask, strict=True) if moves]
        outputs = zip(self.sums, self.host.avals(inner), strict=True)
        sums = [summed for summed, aval in outputs if floats(aval)]
        return Batched(self.host.push(mask, inner), self.size, (*self.flags, *flags), sums)

    def turned(self, avals: Avals) -> Batched:
        """See ``Host``."""
        flags, n = self.flags, self.count
        linear = (*flags[:n], *[not summed for summed in self.sums])
        sums = [not flag for flag in flags[n:]]
        return Batched(self.host.turned(self.inner(avals)), self.size, linear, sums)


# --- what JAX does with a call --------------------------------------------------------------------

call = Primitive("srcgrad")
call.multiple_results = True


@call.def_impl
def _impl(*arrays: Any, host: Any) -> list[Any]:
    return [jnp.asarray(part) for part in host.run(*map(np.asarray, arrays))]


@call.def_abstract_eval
def _abstract(*avals: Any, host: Any) -> list[Any]:
    return [jax.core.ShapedArray(aval.shape, aval.dtype) for aval in host.avals(avals)]


def _lowered(*arrays: Any, host: Any) -> Any:
    avals = host.avals(arrays)

    def run(*given: Any) -> Any:
        for aval in (*arrays, *avals):  # JAX runs this in any thread; enable_x64 is said for one
            kept(aval.dtype, "in the thread that JAX calls from, an array has")
        return host.run(*map(np.asarray, given))

    return jax.pure_callback(run, avals, *arrays, vmap_method="sequential")


def _jvp(primals: Any, tangents: Any, *, host: Any) -> Any:
    avals = list(map(jax.typeof, primals))
    moving = [type(bar) is not ad.Zero and floats(bar) for bar in tangents]
    mask = host.mask(moving, avals)
    value = call.bind(*primals, host=host)
    given = [ad.instantiate_zeros(bar) for bar, moves in zip(tangents, mask, strict=True) if moves]
    found = iter(call.bind(*primals, *given, host=host.push(mask, avals)))
    return value, [
        next(found) if floats(x) else ad.Zero(jax.typeof(x).to_tangent_aval()) for x in value
    ]


def _transpose(bars: Any, *arrays: Any, host: Any) -> list[Any]:
    known, linear = arrays[: host.count], arrays[host.count :]
    turned = host.turned(list(map(jax.typeof, known)))
    found = call.bind(*known, *map(ad.instantiate_zeros, bars), host=turned)
    wanted = zip(found, linear, strict=True)
    return [None] * len(known) + [bar if ad.is_undefined_primal(x) else None for bar, x in wanted]


def _batched(arrays: Any, axes: Any, *, host: Any) -> Any:
    flags = [axis is not None for axis in axes]
    given = [
        jnp.moveaxis(x, axis, 0) if flag else x
        for x, axis, flag in zip(arrays, axes, flags, strict=True)
    ]
    size = next(x.shape[0] for x, flag in zip(given, flags, strict=True) if flag)
    batched = Batched(host, size, flags, ())
    count = len(host.avals(batched.inner(list(map(jax.typeof, given)))))
    found = call.bind(*given, host=Batched(host, size, flags, (False,) * count))
    return found, [0] * count


# By name: where the site is built without JAX, these are stand-ins, which know no items.
ad.primitive_jvps.__setitem__(call, _jvp)
ad.primitive_transposes.__setitem__(call, _transpose)
batching.primitive_batchers.__setitem__(call, _batched)
mlir.register_lowering(call, mlir.lower_fun(_lowered, multiple_results=True))


# --- shapes and dtypes ----------------------------------------------------------------------------


def is_array(leaf: Any) -> bool:
    """Whether a part of an input is one of JAX's arrays, or becomes one."""
    return isinstance(leaf, jax.Array | np.ndarray | np.number | np.bool_ | float | complex)


def as_jax(leaf: Any) -> Any:
    """An array of JAX's. Raises ``InputError`` where JAX would narrow it."""
    if isinstance(leaf, np.ndarray | np.generic):
        kept(np.dtype(leaf.dtype), "an input has")
    return jnp.asarray(leaf)


def kept(dtype: Any, what: str) -> None:
    """Raise ``InputError`` for a dtype that JAX narrows as it is set."""
    if jax.dtypes.canonicalize_dtype(dtype) != dtype:
        raise InputError(
            f"{what} the dtype {dtype}, which JAX would narrow to "
            f"{jax.dtypes.canonicalize_dtype(dtype)}\n"
            "  why: JAX keeps no more than 32 bits as it is set\n"
            '  try: jax.config.update("jax_enable_x64", True), or arrays of 32 bits'
        )


def is_python_float(aval: Any) -> bool:
    """Whether a float of Python's was passed, which is not to widen what it meets."""
    return bool(aval.weak_type) and aval.shape == () and aval.dtype == np.float64


def floats(aval: Any) -> bool:
    """Whether something has a derivative."""
    return bool(jnp.issubdtype(aval.dtype, jnp.inexact))


def only_floating(tree: Any) -> Any:
    """A structure with None for what has no derivative."""
    return jax.tree.map(lambda aval: aval if floats(aval) else None, tree)


def filled(passed: Any, arrays: Any) -> Any:
    """Inputs with these in the place of arrays."""
    rest = iter(arrays)
    return jax.tree.map(lambda leaf: next(rest) if leaf is LEAF else leaf, passed)


def described(joined: Joined, passed: Any, weak: Sequence[bool], avals: Avals) -> Any:
    """The structure of the value for arrays of these shapes and dtypes."""
    examples = [
        0.0 if python else number(np.zeros(aval.shape, aval.dtype))
        for aval, python in zip(avals, weak, strict=True)
    ]

    def leaf(shape: tuple[Any, ...], dtype: Any) -> Any:
        if None in shape:
            raise unknown_shape(joined.function)
        kept(dtype, "the function returns a number or array of")
        return jax.ShapeDtypeStruct(shape, dtype)

    return joined.output(filled(passed, examples), leaf)


def checked(part: Any, aval: Any) -> Any:
    """A part of the value as an array. Raises ``InputError`` where it is not what was expected."""
    array = np.asarray(part)
    if array.shape != aval.shape or array.dtype != aval.dtype:
        raise changed(f"{array.dtype}{list(array.shape)}", f"{aval.dtype}{list(aval.shape)}")
    return array


def changed(found: str, expected: str) -> InputError:
    return InputError(
        f"the function returned {found}, where {expected} was expected\n"
        "  why: JAX must know shapes and dtypes before the function runs\n"
        "  try: return what depends on the shapes and dtypes of the inputs alone"
    )


__all__ = ["function"]
