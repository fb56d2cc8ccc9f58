"""Calls of the functions that exist twice: in NumPy or `runtime`, and as overloads for Numba.

A case is a function whose calls are compared, plain and compiled, on each of its inputs. Inputs of
one kind (number of dimensions, dtype, layout) are compiled once: those that differ in sizes alone
cost nothing. Another layout comes with another dtype: each kind takes seconds.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass
class Case:
    """`call(*inputs)` for each of `inputs` calls `functions`, and gives what they give."""

    functions: tuple[Any, ...]
    call: Callable[..., Any]
    inputs: list[tuple[Any, ...]]

    @property
    def name(self) -> str:
        return f"{self.call.__module__.rpartition('.')[2]}.{self.call.__name__}"


CASES: list[Case] = []


def case(functions: Any, *inputs: Any) -> Callable[[Any], Any]:
    """Register the decorated function; an input that is no tuple is its one argument."""
    functions = functions if isinstance(functions, tuple) else (functions,)
    given = [item if isinstance(item, tuple) else (item,) for item in inputs]

    def register(call: Any) -> Any:
        CASES.append(Case(functions, call, given))
        return call

    return register


def ramp(*shape: int, dtype: Any = float, start: int = 0) -> np.ndarray:
    """An array of different numbers around 0, neither sorted nor symmetric."""
    size = int(np.prod(shape))
    numbers = (np.arange(start, start + size) * 7 + 3) % 11 - 5.3
    if np.dtype(dtype).kind == "c":
        return (numbers + 1j * numbers[::-1] / 3).astype(dtype).reshape(shape)
    if np.dtype(dtype).kind in "ib":
        numbers = np.where(numbers > 2, 0, np.round(numbers))
    return numbers.astype(dtype).reshape(shape)


def positive(*shape: int, dtype: Any = float, start: int = 0) -> np.ndarray:
    return (np.abs(ramp(*shape, start=start)) + 0.2).astype(dtype)


def sizes(*shapes: tuple[int, ...], dtype: Any = float) -> list[np.ndarray]:
    return [ramp(*shape, dtype=dtype) for shape in shapes]


def layouts(*shape: int, dtype: Any = float) -> list[np.ndarray]:
    """The same elements in C order, in Fortran's, and as every other element of an array."""
    x = ramp(*shape, dtype=dtype)
    wide = np.repeat(x, 2, axis=-1)[..., ::2]
    return [x, np.asfortranarray(x), wide]


DTYPES = [np.float64, np.float32, np.int64, np.bool_, np.complex128]
