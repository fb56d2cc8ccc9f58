"""Functions of NumPy arrays inside of PyTensor, and so of PyMC, with derivatives from srcgrad.

Importing this module imports PyTensor.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from pytensor.gradient import DisconnectedType
from pytensor.graph.basic import Apply, Variable
from pytensor.graph.op import Op
from pytensor.tensor.type import TensorType

from srcgrad.calls.joined import Joined, Outside, beside, mapped, number, parts
from srcgrad.dispatch import Jit, Options, asked
from srcgrad.errors import InputError, SrcgradError


def op(f: Any = None, *, jit: Jit = False, boundscheck: bool = True, parallel: bool = False) -> Any:
    """A function of NumPy arrays as one of PyTensor's variables, with gradients; or a decorator.

    So a likelihood that is written with NumPy, with loops, branches and stores, can be sampled by NUTS in
    PyMC. Gradients of gradients and forward mode (``Rop``) are supported.

    Parameters
    ----------
    f : callable, optional
        The function, without effects that matter: PyTensor may leave calls out. Without it, the result
        is a decorator.
    jit, boundscheck, parallel
        Those of ``vjp``.

    Returns
    -------
    callable
        It takes what ``f`` takes, with tensor variables for arrays, also inside of tuples, lists and
        dicts; whatever else is passed, data among it, is handed on as it is. Variables without axes
        reach ``f`` as NumPy numbers. It gives what ``f`` gives, with variables for numbers and arrays,
        whose dtype and rank must follow from those of the inputs.

    Raises
    ------
    InputError
        When it is called: where dtype or rank of an output are not known.
    SrcgradError
        When it is called: what ``vjp`` raises when it generates.

    Examples
    --------
    >>> import pytensor
    >>> @srcgrad.pytensor.op
    ... def energy(x, k):
    ...     return k * np.sum(x**2)
    >>> x = pytensor.tensor.dvector("x")
    >>> slope = pytensor.function([x], pytensor.grad(energy(x, 3.0), x))
    >>> print(slope(np.array([1.0, 2.0])))
    [ 6. 12.]
    """
    if f is None:
        return functools.partial(op, jit=jit, boundscheck=boundscheck, parallel=parallel)
    options = asked("vjp", options=Options(jit, boundscheck, parallel=parallel)).options
    return VariableFunction(f, options)


class VariableFunction(Outside):
    """A function of PyTensor's variables."""

    def __call__(self, *inputs: Any, **keywords: Any) -> Any:
        joined, inputs = self.placed(inputs, keywords)
        passed = mapped(lambda x: VARIABLE if isinstance(x, Variable) else x, inputs)
        variables = [part for part in parts(inputs) if isinstance(part, Variable)]
        output = described(joined, passed, [as_type(x) for x in variables])
        found = iter(Call(joined, passed, output).make_node(*variables).outputs)
        return mapped(lambda part: None if part is None else next(found), output)


class _Variable:
    """Stands for a variable in a structure."""

    def __repr__(self) -> str:
        return "VARIABLE"

    def __reduce__(self) -> str:
        return "VARIABLE"


VARIABLE = _Variable()


class Call(Op):
    """A function of arrays, which stand for ``VARIABLE`` in ``passed``; ``output`` are types of its value."""

    __props__ = ()

    def __init__(self, joined: Joined, passed: tuple[Any, ...], output: Any) -> None:
        self.joined = joined
        self.passed = passed
        self.output = output

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)

    def __str__(self) -> str:
        return f"srcgrad({getattr(self.joined.function, '__qualname__', self.joined.function)})"

    def make_node(self, *variables: Any) -> Any:
        return Apply(
            self, list(variables), [kind() for kind in parts(self.output) if is_type(kind)]
        )

    def perform(self, node: Any, inputs: Any, output_storage: Any) -> None:
        value = self.joined.value(*filled(self.passed, map(number, inputs)))
        found = [part for kind, part in beside(self.output, value) if is_type(kind)]
        for part, cell, variable in zip(found, output_storage, node.outputs, strict=True):
            array, kind = np.asarray(part), variable.type
            if array.dtype != kind.dtype or array.ndim != kind.ndim:
                raise changed(f"{array.ndim} axes of {array.dtype}", f"{kind.ndim} of {kind.dtype}")
            cell[0] = array

    def connection_pattern(self, node: Any) -> list[list[bool]]:
        return [[floats(x.type) and floats(y.type) for y in node.outputs] for x in node.inputs]

    def pullback(self, inputs: Any, outputs: Any, cotangents: Any) -> list[Any]:
        """The gradients, as variables."""
        argnums = [k for k, items in enumerate(self.by_input(inputs)) if any(map(moves, items))]
        if not argnums:
            return [DisconnectedType()() for _ in inputs]
        bars = [
            y.zeros_like() if isinstance(bar.type, DisconnectedType) else bar
            for y, bar in zip(outputs, cotangents, strict=True)
            if floats(y.type)
        ]
        found = self.pulled(tuple(argnums), inputs)(*inputs, *bars)
        gradients = iter(found)
        return [
            next(gradients) if k in argnums and moves(x) else DisconnectedType()()
            for k, items in enumerate(self.by_input(inputs))
            for x in items
        ]

    def pushforward(self, inputs: Any, outputs: Any, tangents: Any) -> list[Any]:
        """The tangents of the outputs, as variables."""
        still = [isinstance(bar.type, DisconnectedType) for bar in tangents]
        groups = self.by_input(
            [(x, bar, s) for x, bar, s in zip(inputs, tangents, still, strict=True)]
        )
        moving = [any(moves(x) and not s for x, _, s in items) for items in groups]
        bars = [
            x.zeros_like() if stands else bar
            for items, moved in zip(groups, moving, strict=True)
            for x, bar, stands in items
            if moved and moves(x)
        ]
        if not bars:
            return [DisconnectedType()() for _ in outputs]
        found = iter(self.pushed(moving, inputs)(*inputs, *bars))
        return [next(found) if floats(y.type) else DisconnectedType()() for y in outputs]

    if not hasattr(Op, "pullback"):  # of older versions

        def L_op(self, inputs: Any, outputs: Any, cotangents: Any) -> list[Any]:  # noqa: N802
            return self.pullback(inputs, outputs, cotangents)

        def R_op(self, inputs: Any, eval_points: Any) -> list[Any]:  # noqa: N802
            tangents = [DisconnectedType()() if x is None else x for x in eval_points]
            return self.pushforward(inputs, self.make_node(*inputs).outputs, tangents)

    def pulled(self, argnums: tuple[int, ...], inputs: Any) -> Any:
        """The gradients by some inputs, as a function of variables and cotangents."""
        cotangent = mapped(as_cotangent, self.output)
        types = filled(self.passed, [x.type for x in inputs])
        output = tuple([mapped(of_gradient, types[k]) for k in argnums])
        return Call(self.joined.pulled(argnums), (self.passed, cotangent), output).several

    def pushed(self, moving: Sequence[bool], inputs: Any) -> Any:
        """The tangent, as a function of variables and tangents."""
        types = filled(self.passed, [x.type for x in inputs])
        tangents = tuple(
            mapped(lambda part: VARIABLE if floats(part) else None, tree) if moved else None
            for tree, moved in zip(types, moving, strict=True)
        )
        output = mapped(of_tangent, self.output)
        return Call(self.joined.pushed, (self.passed, tangents), output).several

    def several(self, *variables: Any) -> list[Any]:
        """All outputs, also where there is one."""
        outputs: list[Any] = self.make_node(*variables).outputs
        return outputs

    def by_input(self, items: Any) -> list[list[Any]]:
        """What there is of each variable, by the input that it is passed in."""
        found = iter(items)
        return [[next(found) for part in parts(tree) if part is VARIABLE] for tree in self.passed]


# --- types ----------------------------------------------------------------------------------------


def is_type(part: Any) -> bool:
    return isinstance(part, TensorType)


def floats(kind: Any) -> bool:
    """Whether something is a type whose values have derivatives."""
    return is_type(kind) and np.dtype(kind.dtype).kind in "fc"


def moves(variable: Any) -> bool:
    return floats(variable.type)


def of_gradient(part: Any) -> Any:
    """What the gradient by a part of an input is: of its type, or zeros like what is no variable.

    The latter are no outputs, and the cotangents where gradients are differentiated.
    """
    if is_type(part):
        return part if floats(part) else None
    fixed = isinstance(part, np.ndarray | np.generic | float | complex)
    return np.zeros_like(part) if fixed and np.result_type(part).kind in "fc" else None


def of_tangent(part: Any) -> Any:
    """What the tangent of a part of an output is."""
    return part if floats(part) or isinstance(part, np.ndarray) else None


def as_cotangent(part: Any) -> Any:
    """What stands for a part of an output in a cotangent."""
    return VARIABLE if floats(part) else of_tangent(part)


def as_type(variable: Any) -> Any:
    """The type of a variable. Raises ``InputError`` for one that is no dense tensor."""
    if not isinstance(variable.type, TensorType):
        raise InputError(
            f"{variable} is of the type {variable.type}\n"
            "  why: the function computes with NumPy's dense arrays\n  try: pass a tensor variable"
        )
    return variable.type


def filled(passed: Any, items: Any) -> Any:
    """Inputs with these in the place of variables."""
    found = iter(items)
    return mapped(lambda part: next(found) if part is VARIABLE else part, passed)


def described(joined: Joined, passed: Any, types: Sequence[Any]) -> Any:
    """The types of the value for variables of these types.

    Sizes that no type states are taken for one another, or for one that a type states.
    """
    stated = [size for kind in types for size in kind.shape if size is not None]
    refused: list[SrcgradError] = []
    for size in dict.fromkeys([3, *stated]):
        try:
            return joined.output(filled(passed, examples(types, size)), as_output)
        except SrcgradError as error:
            refused.append(error)
    raise refused[0]


def examples(types: Sequence[Any], unknown: int) -> Iterator[Any]:
    """Arrays of some types, of one size where that is not stated."""
    for kind in types:
        shape = tuple(unknown if size is None else size for size in kind.shape)
        yield number(np.ones(shape, kind.dtype))


def as_output(shape: tuple[Any, ...], dtype: Any) -> Any:
    """The type of an output: of any size, since that of an example says nothing."""
    return TensorType(dtype.name, shape=(None,) * len(shape))


def changed(found: str, expected: str) -> InputError:
    return InputError(
        f"the function returned {found}, where {expected} was expected\n"
        "  why: PyTensor must know ranks and dtypes before the function runs\n"
        "  try: return what depends on the ranks and dtypes of the inputs alone"
    )


__all__ = ["op"]
