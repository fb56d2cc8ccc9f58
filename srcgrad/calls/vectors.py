"""Structures of parameters as vectors, and functions of structures as functions of vectors."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from srcgrad.calls.trees import dtype_of, leaves, replaced


def flatten(tree: Any) -> tuple[Any, Unflatten]:
    """``(vector, unflatten)``: the floating numbers of a structure, one after the other, and the way back.

    Both may stand inside of functions that are differentiated.

    Parameters
    ----------
    tree : float, array, or a nested tuple, list, dict or object of them
        The structure; what is no floating number in it is left as it is.

    Returns
    -------
    vector : array of shape (n,)
        Of the dtype that the leaves have together.
    unflatten : callable
        From a vector of shape (n,) to a structure like ``tree``: its floating numbers and arrays have
        the shapes and dtypes of those of ``tree``, everything else is that of ``tree``.

    Raises
    ------
    InputError
        Where there is no floating number, or a complex one.
    ValueError
        By ``unflatten``, for a vector of another shape.

    Examples
    --------
    >>> vector, unflatten = srcgrad.flatten({"w": np.ones((2, 2)), "b": 0.5})
    >>> vector
    array([1. , 1. , 1. , 1. , 0.5])
    >>> float(unflatten(2.0 * vector)["b"])
    1.0
    """
    return joined(tree), Unflatten(tree)


class Unflatten:
    """From a vector to a structure."""

    def __init__(self, tree: Any) -> None:
        self.tree = copy.deepcopy(tree)
        self.size = sum(np.size(leaf) for leaf in leaves(tree, "the structure"))

    def __call__(self, vector: Any) -> Any:
        """The structure with the numbers of ``vector``, in order; ValueError for more or fewer."""
        found = rebuilt(self.tree, vector)
        if np.size(vector) != self.size:
            raise ValueError("the vector has not as many numbers as the structure")
        return found


def joined(tree: Any) -> Any:
    """The floating numbers of a structure as a vector."""
    return np.concatenate([np.ravel(leaf) for leaf in leaves(tree, "the structure")])


def rebuilt(tree: Any, vector: Any) -> Any:
    """The structure with other numbers."""
    items = []
    start = 0
    for leaf in leaves(tree, "the structure"):
        stop = start + np.size(leaf)
        part = np.array(vector[start:stop], dtype_of(leaf))
        items.append(np.reshape(part, np.shape(leaf)) if isinstance(leaf, np.ndarray) else part[0])
        start = stop
    return replaced(tree, tuple(items))


def value_at(f: Any, tree: Any, args: Any, vector: Any) -> Any:
    """A function of a structure, as one of a vector."""
    return f(rebuilt(tree, vector), *args)


def values_at(f: Any, tree: Any, args: Any, vector: Any) -> Any:
    """The same of a function with several numbers as output, as a vector."""
    return joined(f(rebuilt(tree, vector), *args))


def model_at(f: Any, tree: Any, x: Any, vector: Any) -> Any:
    """A model at points ``x``, as a function of its parameters."""
    return joined(f(x, *rebuilt(tree, vector)))


def weighted_at(f: Any, weights: Any, vector: Any) -> Any:
    """The sum of a function's values with these weights."""
    return np.sum(weights * f(vector))
