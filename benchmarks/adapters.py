"""How each contender is asked for a gradient; the one place that knows any tool's interface.

A contender is prepared outside the timing (conversion of inputs, compilation) and yields a call
without arguments that computes the gradients. `UnavailableError` says why there is no such call.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.cases.case import Case
from benchmarks.timing import Call


class UnavailableError(Exception):
    """The contender is not installed, or cannot run the case."""


def _module(name: str) -> Any:
    """Import `name`, or say that it is not there."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise UnavailableError(f"{name.partition('.')[0]} is not installed ({error})") from error


def _elsewhere(case: Case, framework: str, namespace: Any) -> Callable[..., Any]:
    """The program of `case` in a framework's idiom."""
    if framework not in case.elsewhere:
        raise UnavailableError(f"not written for {framework}")
    return case.elsewhere[framework](namespace)


# --- srcgrad ------------------------------------------------------------------------------------


def generated(program: Callable[..., Any], *inputs: Any) -> Callable[..., Any]:
    """The function srcgrad generates, `f_vjp(*inputs, y_bar)`, without any dispatch."""
    return _module("srcgrad.testing").generated(program, *inputs)


def srcgrad_vjp(case: Case, jit: bool = False) -> Call:
    """`srcgrad.vjp` as users call it."""
    vjp = _module("srcgrad").vjp
    primal, inputs, cotangent = case.primal, case.inputs, case.cotangent
    if case.argnums == _floating(inputs):
        if jit:
            return lambda: vjp(primal, inputs, cotangent, jit=True)
        return lambda: vjp(primal, inputs, cotangent)
    argnums = case.argnums
    return lambda: vjp(primal, inputs, cotangent, argnums=argnums, jit=jit)


def srcgrad_compiled(case: Case) -> Call:
    """`srcgrad.vjp` with `jit=True`; the first call, which compiles, is made here."""
    _module("numba")
    call = srcgrad_vjp(case, jit=True)
    call()
    return call


def srcgrad_generated(case: Case) -> Call:
    """The generated function alone; only where all floating inputs are differentiated."""
    if case.argnums != _floating(case.inputs):
        raise UnavailableError("differentiated in some inputs only")
    function = generated(case.primal, *case.inputs)
    inputs, cotangent, argnums = case.inputs, case.cotangent, case.argnums
    if len(function(*inputs, cotangent)) == len(argnums):
        return lambda: function(*inputs, cotangent)

    def chosen() -> tuple[Any, ...]:
        found = function(*inputs, cotangent)
        return tuple(found[i] for i in argnums)

    return chosen


def srcgrad_grad(case: Case) -> Call:
    """The callable that `srcgrad.grad` returns, for a scalar output."""
    gradient = _module("srcgrad").grad(case.primal, argnums=case.argnums)
    inputs = case.inputs
    return lambda: gradient(*inputs)


def _floating(inputs: tuple[Any, ...]) -> tuple[int, ...]:
    """The positions of the inputs that have a gradient."""
    return tuple(i for i, x in enumerate(inputs) if np.asarray(x).dtype.kind == "f")


# --- by hand ------------------------------------------------------------------------------------


def primal(case: Case) -> Call:
    """The program itself."""
    program, inputs = case.primal, case.inputs
    return lambda: program(*inputs)


def by_hand(case: Case) -> Call:
    """The hand-written adjoint."""
    adjoint, inputs, cotangent = case.adjoint, case.inputs, case.cotangent
    return lambda: adjoint(*inputs, cotangent)


def _numba(program: Callable[..., Any], *arguments: Any) -> Call:
    """`program` under Numba, compiled for `arguments`."""
    numba = _module("numba")
    compiled = numba.njit(error_model="numpy")(program)
    try:
        compiled(*arguments)
    except numba.core.errors.NumbaError as error:
        reason = str(error).strip().partition("\n")[0]
        raise UnavailableError(f"Numba refuses it: {reason}") from error
    return lambda: compiled(*arguments)


def primal_compiled(case: Case) -> Call:
    """The program under Numba."""
    return _numba(case.primal, *case.inputs)


def by_hand_compiled(case: Case) -> Call:
    """The hand-written adjoint under Numba."""
    return _numba(case.compiled_adjoint or case.adjoint, *case.inputs, case.cotangent)


# --- other tools --------------------------------------------------------------------------------


def torch_gradient(case: Case) -> Call:
    """`torch.autograd.grad` on leaves that are tensors already."""
    torch = _module("torch")
    program = _elsewhere(case, "torch", torch)

    def tensor(i, x):
        if isinstance(x, int):
            return x
        return torch.tensor(x, dtype=torch.float64, requires_grad=i in case.argnums)

    inputs = tuple(tensor(i, x) for i, x in enumerate(case.inputs))
    leaves = tuple(inputs[i] for i in case.argnums)
    cotangent = torch.tensor(case.cotangent, dtype=torch.float64)
    return lambda: torch.autograd.grad(program(*inputs), leaves, cotangent)


def autograd_gradient(case: Case) -> Call:
    """HIPS autograd's `make_vjp`, which traces the program at each call."""
    make_vjp = _module("autograd").make_vjp
    program = _elsewhere(case, "autograd", _module("autograd.numpy"))
    pullback = make_vjp(program, case.argnums)
    inputs, cotangent = case.inputs, case.cotangent
    return lambda: pullback(*inputs)[0](cotangent)


def jax_gradient(case: Case) -> Call:
    """JAX's `vjp` under its `jit`, in its steady state, with float64 arrays on the device."""
    jax = _module("jax")
    jax.config.update("jax_enable_x64", True)
    numpy = _module("jax.numpy")
    program = _elsewhere(case, "jax", numpy)
    floating = _floating(case.inputs)

    @jax.jit
    def gradient(arrays, y_bar):
        def of_active(*active):
            inputs = list(case.inputs)  # the integers, which are static
            for i, x in zip(floating, arrays, strict=True):
                inputs[i] = x
            for i, x in zip(case.argnums, active, strict=True):
                inputs[i] = x
            return program(*inputs)

        return jax.vjp(of_active, *(arrays[floating.index(i)] for i in case.argnums))[1](y_bar)

    arrays = tuple(numpy.asarray(case.inputs[i], dtype="float64") for i in floating)
    cotangent = numpy.asarray(case.cotangent, dtype="float64")
    return lambda: jax.block_until_ready(gradient(arrays, cotangent))


PLAIN = {
    "primal": primal,
    "by hand": by_hand,
    "srcgrad": srcgrad_vjp,
    "generated": srcgrad_generated,
    "torch": torch_gradient,
    "autograd": autograd_gradient,
}
COMPILED = {
    "primal, Numba": primal_compiled,
    "by hand, Numba": by_hand_compiled,
    "srcgrad, jit": srcgrad_compiled,
    "JAX, jit": jax_gradient,
}
CONTENDERS: dict[str, Callable[[Case], Call]] = {**PLAIN, **COMPILED}


def is_gradient(name: str) -> bool:
    """Whether the contender computes a gradient, and so must agree with the one by hand."""
    return not name.startswith("primal")


def explain(error: Exception) -> str:
    """One line about an exception."""
    first = str(error).strip().partition("\n")[0]
    return first if isinstance(error, UnavailableError) else f"{type(error).__name__}: {first}"
