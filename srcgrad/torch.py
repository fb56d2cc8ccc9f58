"""Functions of NumPy arrays inside of PyTorch, with derivatives from srcgrad.

Importing this module imports PyTorch.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import torch

from srcgrad.calls.joined import Joined, Outside, beside, mapped, number, parts
from srcgrad.calls.trees import floating, restored
from srcgrad.dispatch import Jit, Options, asked
from srcgrad.errors import InputError


def function(
    f: Any = None, *, jit: Jit = False, boundscheck: bool = True, parallel: bool = False
) -> Any:
    """A function of NumPy arrays as one of tensors that PyTorch differentiates; or a decorator.

    Where PyTorch goes backwards, the generated gradient runs, on the memory of the tensors. Gradients of
    any order, forward mode, and ``torch.func`` with ``vmap`` (one element after the other) are supported.

    Parameters
    ----------
    f : callable, optional
        The function; without it, the result is a decorator.
    jit, boundscheck, parallel
        Those of ``vjp``.

    Returns
    -------
    callable
        It takes what ``f`` takes, with tensors for arrays, also inside of tuples, lists and dicts. Those
        that require a gradient get one, of their shape and dtype; numbers and whatever else is passed
        are constants. A tensor without axes reaches ``f`` as a NumPy number. It gives what ``f`` gives,
        in its structure: numbers and arrays of NumPy's and Python floats as tensors, in memory of their
        own. Tensors that are passed are not changed, also where ``f`` writes into its arguments.

    Raises
    ------
    InputError
        When it is called, for tensors that are not dense or not in the memory of the CPU, and for dtypes
        that NumPy has not.
    SrcgradError
        What ``vjp`` raises.

    Examples
    --------
    >>> import torch
    >>> @srcgrad.torch.function
    ... def energy(x, k):
    ...     return k * np.sum(x**2)
    >>> x = torch.tensor([1.0, 2.0], dtype=torch.float64, requires_grad=True)
    >>> energy(x, 3.0).backward()
    >>> x.grad
    tensor([ 6., 12.], dtype=torch.float64)
    """
    if f is None:
        return functools.partial(function, jit=jit, boundscheck=boundscheck, parallel=parallel)
    options = asked("vjp", options=Options(jit, boundscheck, parallel=parallel)).options
    return TensorFunction(f, options)


class TensorFunction(Outside):
    """A function of tensors."""

    def __call__(self, *inputs: Any, **keywords: Any) -> Any:
        return called(*self.placed(inputs, keywords))


# --- one call -------------------------------------------------------------------------------------


def called(joined: Joined, inputs: tuple[Any, ...]) -> Any:
    """The value of a function of tensors, connected with them."""
    tensors = [part for part in parts(inputs) if isinstance(part, torch.Tensor)]
    call = Call(joined, inputs)
    flat = iter(Applied.apply(call, *tensors))
    return mapped(lambda part: next(flat) if part is TENSOR else part, call.form)


TENSOR = object()  # stands for a tensor in a structure


class Call:
    """One call: what is passed, and once it has run, the form of the value and its pullback."""

    def __init__(self, joined: Joined, inputs: tuple[Any, ...]) -> None:
        self.joined = joined
        self.passed = mapped(lambda x: TENSOR if isinstance(x, torch.Tensor) else x, inputs)
        self.moving = tuple(k for k, item in enumerate(inputs) if any(map(moves, parts(item))))
        self.form: Any = None
        self.pull: Any = None
        self.like: Any = None  # the value without what is in its arrays
        self.floats: tuple[bool, ...] = ()  # which tensors of the value are floating

    def inputs(self, tensors: Any) -> tuple[Any, ...]:
        """The inputs with these in the place of tensors."""
        found = iter(tensors)
        return mapped(lambda part: next(found) if part is TENSOR else part, self.passed)

    def run(self, tensors: Any) -> tuple[torch.Tensor, ...]:
        """The tensors of the value."""
        inputs = self.inputs(map(as_array, tensors))
        if self.moving:
            value, self.pull = self.joined.pullback(inputs, self.moving)
        else:
            value = self.joined.value(*inputs)
        found = [part for part in parts(value) if becomes_tensor(part)]
        self.like = mapped(lambda x: x.dtype.type(0) if isinstance(x, np.ndarray) else x, value)
        self.floats = tuple(np.result_type(part).kind in "fc" for part in found)
        if sum(self.floats) != len(floating(self.like)):
            raise InputError(
                "the function returns floating numbers inside of an object\n"
                "  why: they become tensors, which tuples, lists and dicts may hold\n"
                "  try: return a tuple or a dict"
            )
        self.form = mapped(lambda part: TENSOR if becomes_tensor(part) else part, value)
        return tuple(map(as_tensor, found))

    def take(self, other: Call) -> None:
        """What a call of the same function with the same structure has found of the value."""
        self.form, self.like, self.floats = other.form, other.like, other.floats

    def cotangent(self, bars: Any) -> Any:
        """A cotangent, or a tangent, of the value: of one for each of its tensors."""
        floating_ones = zip(bars, self.floats, strict=True)
        return restored(self.like, tuple([bar for bar, floats in floating_ones if floats]))

    def gradients(self, found: tuple[Any, ...], moving: tuple[int, ...]) -> list[Any]:
        """One gradient for each tensor that is passed, of those for inputs."""
        each = [found[moving.index(k)] if k in moving else None for k in range(len(self.passed))]
        return [bar for part, bar in beside(self.passed, tuple(each)) if part is TENSOR]

    def of_tensors(self, tree: Any, zero: Any) -> list[Any]:
        """What a tangent of the value holds for each of its tensors."""
        found = iter([part for part in parts(tree) if part is not None])
        return [next(found) if floats else zero for floats in self.floats]


class Applied(torch.autograd.Function):
    """What PyTorch records of a call."""

    @staticmethod
    def forward(call: Call, *tensors: Any) -> Any:
        return call.run(tensors)

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        ctx.call, *tensors = inputs
        ctx.save_for_backward(*tensors)
        ctx.save_for_forward(*tensors)
        ctx.mark_non_differentiable(
            *[part for part, floats in zip(output, ctx.call.floats, strict=True) if not floats]
        )

    @staticmethod
    def backward(ctx: Any, *bars: Any) -> Any:
        call: Call = ctx.call
        if call.pull is not None and not torch.is_grad_enabled():
            return None, *Pulled.apply(call, *bars)
        needed = iter(ctx.needs_input_grad[1:])
        moving = [
            sum(next(needed) for part in parts(item) if part is TENSOR) for item in call.passed
        ]
        chosen = tuple(k for k, count in enumerate(moving) if count)
        inputs = call.inputs(ctx.saved_tensors)
        found = called(call.joined.pulled(chosen), (inputs, call.cotangent(bars)))
        return None, *call.gradients(found, chosen)

    @staticmethod
    def jvp(ctx: Any, _: Any, *tangents: Any) -> Any:
        call: Call = ctx.call
        inputs, moved = call.inputs(ctx.saved_tensors), call.inputs(tangents)
        still = [k for k, item in enumerate(moved) if not any(map(is_tensor, parts(item)))]
        moved = tuple(
            None if k in still else completed(*pair)
            for k, pair in enumerate(zip(inputs, moved, strict=True))
        )
        return tuple(call.of_tensors(called(call.joined.pushed, (inputs, moved)), None))

    @staticmethod
    def vmap(info: Any, in_dims: Any, call: Call, *tensors: Any) -> Any:
        def one(*picked: Any) -> Any:
            each = Call(call.joined, call.inputs(picked))
            found = Applied.apply(each, *picked)
            call.take(each)
            return found

        return one_by_one(one, info.batch_size, in_dims[1:], tensors)


class Pulled(torch.autograd.Function):
    """The gradients that a pullback gives, of which no further derivative is wanted."""

    @staticmethod
    def forward(call: Call, *bars: Any) -> Any:
        gradients = call.gradients(call.pull(call.cotangent(map(as_array, bars))), call.moving)
        return tuple([None if bar is None else as_tensor(bar) for bar in gradients])

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        """Nothing is kept."""

    @staticmethod
    def vmap(info: Any, in_dims: Any, call: Call, *bars: Any) -> Any:
        return one_by_one(
            lambda *picked: Pulled.apply(call, *picked), info.batch_size, in_dims[1:], bars
        )


def one_by_one(function: Any, count: int, axes: tuple[Any, ...], tensors: Any) -> Any:
    """What a function gives for each element along some axes, stacked; and the axes of that."""
    rows = [
        function(
            *[
                tensor if axis is None else tensor.select(axis, k)
                for tensor, axis in zip(tensors, axes, strict=True)
            ]
        )
        for k in range(count)
    ]
    if not rows:
        raise InputError(
            "vmap over an axis of size 0\n"
            "  why: what the function gives is known when it has run\n  try: pass one element or more"
        )
    columns = list(zip(*rows, strict=True))
    stacked = tuple([None if column[0] is None else torch.stack(column) for column in columns])
    return stacked, tuple([None if item is None else 0 for item in stacked])


# --- from tensors to arrays, and back -------------------------------------------------------------


def is_tensor(part: Any) -> bool:
    return isinstance(part, torch.Tensor)


def moves(part: Any) -> bool:
    """Whether something is a tensor whose gradient is wanted."""
    return isinstance(part, torch.Tensor) and part.requires_grad


def becomes_tensor(part: Any) -> bool:
    """Whether a part of a value is returned as a tensor."""
    return isinstance(part, np.ndarray | np.number | np.bool_ | float | complex)


def completed(value: Any, tangent: Any) -> Any:
    """A tangent of a structure, with zeros for floating tensors that have none."""
    rows = [
        torch.zeros_like(part) if bar is None and part.is_floating_point() else bar
        for part, bar in beside(value, tangent)
        if is_tensor(part)
    ]
    found = iter(rows)
    return mapped(lambda part: next(found) if is_tensor(part) else None, value)


def as_array(tensor: torch.Tensor) -> Any:
    """The memory of a tensor as an array; without axes, its number.

    Raises ``InputError`` for one that NumPy cannot read.
    """
    if tensor.device.type != "cpu":
        raise InputError(
            f"a tensor is on the device {tensor.device}\n"
            "  why: the function computes with NumPy, in the memory of the CPU\n"
            "  try: pass tensor.cpu(); the gradient goes back through that to the device"
        )
    if tensor.layout is not torch.strided:
        raise InputError(
            f"a tensor has the layout {tensor.layout}\n"
            "  why: NumPy's arrays are dense\n  try: pass tensor.to_dense()"
        )
    try:
        return number(tensor.detach().resolve_conj().resolve_neg().numpy())
    except TypeError as error:
        raise InputError(
            f"a tensor has the dtype {tensor.dtype}\n"
            "  why: NumPy has no such dtype\n  try: pass tensor.float()"
        ) from error
    except RuntimeError as error:  # as in is_grads_batched and vectorize=True
        raise InputError(
            f"a tensor has no memory that NumPy can read: {error}\n"
            "  why: it stands for several in a transformation that Functions do not know\n"
            "  try: torch.func.vmap and torch.func.jacrev, or one gradient after the other"
        ) from error


def as_tensor(value: Any) -> torch.Tensor:
    """A tensor of the memory of an array; of a copy where PyTorch cannot take that."""
    array = np.asarray(value)
    if not array.flags.writeable or min(array.strides, default=0) < 0:
        array = array.copy()
    return torch.from_numpy(array)


__all__ = ["function"]
