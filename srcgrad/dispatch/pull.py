"""What ``pullback`` gives: the reverse sweep on what the forward sweep left, to be called again."""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad.backend.source import Source
from srcgrad.dispatch import several
from srcgrad.errors import CotangentError, InputError
from srcgrad.tracebacks import shorten


class Pull:
    """``pull(cotangent)`` gives one gradient per input; ``source`` is the generated code."""

    __slots__ = ("_entry", "_likes", "_saved", "_shape", "_sizes")

    def __init__(
        self,
        entry: Any,
        saved: tuple[Any, ...],
        sizes: dict[Any, int],
        shape: tuple[int, ...] | None,  # of an output that is one array
        likes: tuple[Any, ...] = (),
    ) -> None:
        self._entry = entry
        self._saved = saved
        self._sizes = sizes
        self._shape = shape
        self._likes = likes

    def __call__(self, cotangent: Any = None) -> tuple[Any, ...]:
        """The gradients; ``None`` stands for 1, for a scalar output. See ``srcgrad.vjp``.

        Several cotangents, along an axis in front of each leaf, give gradients with that axis.
        """
        try:
            entry = self._entry
            if type(cotangent) is np.ndarray and cotangent.shape == self._shape:
                if cotangent.dtype is entry.taken:  # as is usual, and quickly told
                    pulled: tuple[Any, ...] = entry.reverse(*self._left(), cotangent)
                    return pulled
            try:
                seeds = entry.expected.seeds(cotangent, self._sizes)
            except CotangentError:
                found = several.of_cotangent(entry.expected, cotangent, self._sizes)
                if found is None:
                    raise
                return self._of_several(*found)
            left = entry.reverse(*self._left(), *seeds)
            gradients: tuple[Any, ...] = entry.gradients(left, self._likes)
            return gradients
        except Exception as error:
            shorten(error)
            raise

    def each(self, cotangents: Any) -> tuple[Any, ...] | None:
        """The gradients for several cotangents, also of an output whose rank is not known.

        None where they must be asked for one after the other.
        """
        entry = self._entry
        found = several.of_cotangent(entry.expected, cotangents, self._sizes, sure=True)
        return None if found is None else self._of_several(*found)

    def _of_several(self, count: int, seeds: list[Any]) -> tuple[Any, ...]:
        """The gradients for several cotangents, with an axis in front."""
        entry = self._entry

        def together(joint: Any, *seeds: Any) -> Any:
            if not entry.same_forward(joint):
                return apart(*seeds)
            return joint.reverse(*self._left(), *seeds)

        def apart(*seeds: Any) -> Any:
            found = several.one_by_one(lambda *one: entry.reverse(*self._left(), *one), [*seeds])
            return several.stacked(found)

        if seeds:
            found = entry.at_once(together, apart, *seeds)
        else:  # of outputs that depend on no input
            found = several.stacked([entry.reverse(*self._left())] * count)
        gradients: tuple[Any, ...] = entry.gradients_of_several(found)
        return gradients

    def _left(self) -> Any:
        """What the forward sweep left; copies of what the reverse sweep changes."""
        _, emptied, written = self._entry.facts.halves
        saved: Any = self._saved
        if emptied or written:  # the reverse sweep takes from tapes and writes arrays back
            saved = list(saved)
            for cloning, positions in ((Cloning(False), emptied), (Cloning(True), written)):
                for k in positions:
                    saved[k] = cloning.clone(saved[k])
        return saved

    def __reduce__(self) -> Any:
        name = self._entry.facts.name.removesuffix("_forward")
        raise InputError(
            f"the pullback of {name} cannot be pickled\n"
            "  why: it is the second half of a call, and holds what the first half has left\n"
            "  try: pickle the function's grad, or pass on the inputs and call pullback there"
        )

    def __copy__(self) -> Pull:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Pull:
        return self  # calls change nothing of it

    @property
    def source(self) -> str:
        return Source(self._entry.source)


class Cloning:
    """Copies of lists, of arrays too if they are written, which share memory as before."""

    def __init__(self, arrays: bool) -> None:
        self.arrays = arrays
        self.done: dict[int, Any] = {}
        self.memory: dict[int, Any] = {}  # copies of memory, by the address of the original
        self.kept: list[Any] = []  # so that no identity is used twice

    def clone(self, value: Any) -> Any:
        if id(value) in self.done:
            return self.done[id(value)]
        self.kept.append(value)
        if isinstance(value, np.ndarray):
            found: Any = self.array(value) if self.arrays else value
        elif type(value) is list:
            self.done[id(value)] = found = []
            found.extend([self.clone(item) for item in value])
        elif type(value) is tuple:
            found = tuple([self.clone(item) for item in value])
        elif type(value) is dict:
            found = {key: self.clone(item) for key, item in value.items()}
        else:
            found = value
        self.done[id(value)] = found
        return found

    def array(self, value: np.ndarray[Any, Any]) -> Any:
        root: Any = value
        while isinstance(root.base, np.ndarray):
            root = root.base
        if root.base is not None and value.size:
            return self.piece(value, root.base)
        copy = value.copy(order="K")
        if root is value:
            return copy
        memory = np.asarray(self.clone(root))
        line = memory.transpose(sorted(range(root.ndim), key=lambda axis: -root.strides[axis]))
        if memory.strides != root.strides or not line.flags.c_contiguous:
            return copy
        offset = value.__array_interface__["data"][0] - root.__array_interface__["data"][0]
        return np.ndarray(value.shape, value.dtype, line.reshape(-1), offset, value.strides)

    def piece(self, value: np.ndarray[Any, Any], owner: Any) -> Any:
        """The copy of an array in memory that something else owns, as that of compiled code is."""
        memory = np.frombuffer(owner, np.uint8)
        start = memory.__array_interface__["data"][0]
        if start not in self.memory:
            self.memory[start] = memory.copy()
        offset = value.__array_interface__["data"][0] - start
        return np.ndarray(value.shape, value.dtype, self.memory[start], offset, value.strides)
