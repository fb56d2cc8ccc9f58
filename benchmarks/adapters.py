"""How each contender is asked for a gradient; the one place that knows any tool's interface.

A contender is prepared outside the timing (conversion of inputs) and yields a call without
arguments that computes the gradients; the first call compiles, where that is done.
`UnavailableError` says why there is no such call.
"""

from __future__ import annotations

import copy
import importlib
import time
from collections.abc import Callable
from types import FunctionType
from typing import Any

import numpy as np

from benchmarks import cpp
from benchmarks.rows.case import Case
from benchmarks.timing import Call

OWN = "benchmarks.rows."  # where what is compiled together stands
SETTLING = 6.0  # seconds in which `jit="auto"` is to make up its mind


class UnavailableError(Exception):
    """The contender is not installed, or cannot run the case."""


def module(name: str) -> Any:
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
    return module("srcgrad.testing").generated(program, *inputs)


def srcgrad_vjp(case: Case, **options: Any) -> Call:
    """`srcgrad.vjp` as users call it."""
    vjp = module("srcgrad").vjp
    primal, inputs, cotangent = case.primal, case.inputs, case.cotangent
    if case.argnums != _floating(inputs):
        options["argnums"] = case.argnums
    if options == {}:
        return lambda: vjp(primal, inputs, cotangent)
    if options == {"jit": True}:
        return lambda: vjp(primal, inputs, cotangent, jit=True)
    return lambda: vjp(primal, inputs, cotangent, **options)


def _option(case: Case, **options: Any) -> Call:
    """`srcgrad_vjp` with an option that this version may not have."""
    call = srcgrad_vjp(case, **options)
    try:
        call()
    except (TypeError, ValueError) as error:
        raise UnavailableError(f"{options} is not accepted: {error}") from error
    return call


def srcgrad_compiled(case: Case) -> Call:
    """`srcgrad.vjp` with `jit=True`."""
    module("numba")
    return srcgrad_vjp(case, jit=True)


def primal_by_srcgrad(case: Case) -> Call:
    """What `srcgrad.compiled` makes of the program itself."""
    compiled = getattr(module("srcgrad"), "compiled", None)
    if compiled is None:
        raise UnavailableError("srcgrad.compiled is not there")
    return _called(compiled(case.primal), case)


def srcgrad_auto(case: Case) -> Call:
    """`srcgrad.vjp` with `jit="auto"`, once it has settled which form to run."""
    call = _option(case, jit="auto")
    end = time.monotonic() + SETTLING
    while time.monotonic() < end:
        call()
    return call


def srcgrad_parallel(case: Case) -> Call:
    """`srcgrad.vjp` with `jit=True` and `parallel=True`."""
    return _option(case, jit=True, parallel=True)


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
    gradient = module("srcgrad").grad(case.primal, argnums=case.argnums)
    inputs = case.inputs
    return lambda: gradient(*inputs)


def _floating(inputs: tuple[Any, ...]) -> tuple[int, ...]:
    """The positions of the inputs that have a gradient."""
    return tuple(i for i, x in enumerate(inputs) if np.asarray(x).dtype.kind == "f")


# --- by hand ------------------------------------------------------------------------------------


def _called(program: Callable[..., Any], case: Case) -> Call:
    """A call of the program, on copies of the inputs if it stores into them."""
    inputs = case.inputs
    if case.mutates:
        return lambda: program(*copy.deepcopy(inputs))
    return lambda: program(*inputs)


def primal(case: Case) -> Call:
    """The program itself."""
    return _called(case.primal, case)


def by_hand(case: Case) -> Call:
    """The hand-written adjoint."""
    adjoint, inputs, cotangent = case.adjoint, case.inputs, case.cotangent
    return lambda: adjoint(*inputs, cotangent)


def njit(program: Callable[..., Any]) -> Callable[..., Any]:
    """`program` under Numba, with the functions of the rows that it calls, itself among them."""
    jitted = module("numba").njit(error_model="numpy")
    done: dict[Any, Any] = {}

    def compiled(function: Any) -> Any:
        if not isinstance(function, FunctionType) or not function.__module__.startswith(OWN):
            return function
        if function not in done:
            own = dict(function.__globals__)
            done[function] = jitted(FunctionType(function.__code__, own, function.__name__))
            for name in function.__code__.co_names:
                if name in own:
                    own[name] = compiled(own[name])
        return done[function]

    return compiled(program)


def primal_compiled(case: Case) -> Call:
    """The program under Numba, as loops where they are written out."""
    return _called(njit(case.compiled_primal or case.primal), case)


def by_hand_compiled(case: Case) -> Call:
    """The hand-written adjoint under Numba."""
    compiled = njit(case.compiled_adjoint or case.adjoint)
    inputs, cotangent = case.inputs, case.cotangent
    return lambda: compiled(*inputs, cotangent)


def by_hand_cpp(case: Case) -> Call:
    """The hand-written adjoint in C++."""
    if case.cpp is None:
        raise UnavailableError("not written in C++")
    if not cpp.available():
        raise UnavailableError(f"{cpp.COMPILER} is not installed")
    return cpp.adjoint(case)


# --- other tools --------------------------------------------------------------------------------


def torch_gradient(case: Case) -> Call:
    """`torch.autograd.grad` on leaves that are tensors already."""
    torch = module("torch")
    torch.set_num_threads(1)
    program = _elsewhere(case, "torch", torch)

    def tensor(i: int, x: Any) -> Any:
        if i in case.argnums:
            return torch.tensor(x, dtype=torch.float64, requires_grad=True)
        return torch.as_tensor(x) if isinstance(x, np.ndarray) else x

    inputs = tuple(tensor(i, x) for i, x in enumerate(case.inputs))
    leaves = tuple(inputs[i] for i in case.argnums)
    cotangent = torch.tensor(case.cotangent, dtype=torch.float64)
    return lambda: torch.autograd.grad(program(*inputs), leaves, cotangent)


def autograd_gradient(case: Case) -> Call:
    """HIPS autograd's `make_vjp`, which traces the program at each call."""
    make_vjp = module("autograd").make_vjp
    program = _elsewhere(case, "autograd", module("autograd.numpy"))
    pullback = make_vjp(program, case.argnums)
    inputs, cotangent = case.inputs, case.cotangent
    return lambda: pullback(*inputs)[0](cotangent)


def jax_gradient(case: Case) -> Call:
    """JAX's `vjp` under its `jit`, in its steady state, with float64 arrays on the device."""
    jax = module("jax")
    jax.config.update("jax_enable_x64", True)
    numpy = module("jax.numpy")
    program = _elsewhere(case, "jax", numpy)
    passed = [i for i, x in enumerate(case.inputs) if not isinstance(x, (int, bool))]

    @jax.jit
    def gradient(arrays: Any, y_bar: Any) -> Any:
        def of_active(*active: Any) -> Any:
            inputs = list(case.inputs)  # the integers, which are static
            for i, x in zip(passed, arrays, strict=True):
                inputs[i] = x
            for i, x in zip(case.argnums, active, strict=True):
                inputs[i] = x
            return program(*inputs)

        return jax.vjp(of_active, *(arrays[passed.index(i)] for i in case.argnums))[1](y_bar)

    arrays = tuple(numpy.asarray(case.inputs[i]) for i in passed)
    cotangent = numpy.asarray(case.cotangent, dtype="float64")
    return lambda: jax.block_until_ready(gradient(arrays, cotangent))


PLAIN = {
    "primal": primal,
    "by hand": by_hand,
    "srcgrad": srcgrad_vjp,
    "torch": torch_gradient,
    "autograd": autograd_gradient,
}
COMPILED = {
    "srcgrad, jit": srcgrad_compiled,
    "by hand, Numba": by_hand_compiled,
    "by hand, C++": by_hand_cpp,
    "primal, Numba": primal_compiled,
    "primal, compiled": primal_by_srcgrad,
    "JAX, jit": jax_gradient,
    "srcgrad, auto": srcgrad_auto,
}
CONTENDERS: dict[str, Callable[[Case], Call]] = {
    **COMPILED,  # first, so that nothing is warm when the first compiled call is timed
    **PLAIN,
}
BY_NUMBA = ("srcgrad, jit", "by hand, Numba", "primal, Numba", "primal, compiled",
            "srcgrad, auto", "srcgrad, parallel")  # fmt: skip
ELSEWHERE: dict[str, Callable[[Case], Call]] = {"srcgrad, parallel": srcgrad_parallel}


def is_gradient(name: str) -> bool:
    """Whether the contender computes a gradient, and so must agree with the one by hand."""
    return not name.startswith("primal")


def explain(error: Exception) -> str:
    """One line about an exception."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()] or [""]
    return (
        lines[0] if isinstance(error, UnavailableError) else f"{type(error).__name__}: {lines[0]}"
    )
