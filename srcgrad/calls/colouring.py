"""Which columns of a sparse matrix one product can give together.

Greedy colouring of columns (Curtis, Powell and Reid, On the estimation of sparse Jacobian matrices,
1974), and star colouring for symmetric ones, where an entry may be read in either of its places
(Coleman and Moré, Estimation of sparse Hessian matrices and graph coloring problems, 1984).
"""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


def columns(pattern: Any) -> Array:
    """Colours of columns; two that have a row in common differ. ``pattern`` is a CSR matrix."""
    by_row = pattern.tocsr()
    by_column = pattern.tocsc()
    colours = np.full(pattern.shape[1], -1)
    for j in range(pattern.shape[1]):
        rows = by_column.indices[by_column.indptr[j] : by_column.indptr[j + 1]]
        taken = {
            int(colours[k])
            for i in rows
            for k in by_row.indices[by_row.indptr[i] : by_row.indptr[i + 1]]
        }
        colours[j] = _free(taken)
    return colours


def star(pattern: Any) -> Array:
    """Colours of a symmetric pattern: neighbours differ, and no path of four has only two."""
    matrix = pattern.tocsr()
    count = pattern.shape[0]
    neighbours = [
        [int(j) for j in matrix.indices[matrix.indptr[i] : matrix.indptr[i + 1]] if j != i]
        for i in range(count)
    ]
    colours = [-1] * count
    for v in sorted(range(count), key=lambda v: -len(neighbours[v])):
        colours[v] = _free(_star_taken(v, neighbours, colours))
    return np.array(colours, dtype=int)


def _star_taken(v: int, neighbours: list[list[int]], colours: list[int]) -> set[int]:
    """The colours that ``v`` may not have."""
    taken: set[int] = set()
    near: dict[int, int] = {}
    for w in neighbours[v]:
        near[colours[w]] = near.get(colours[w], 0) + 1
    for w in neighbours[v]:
        taken.add(colours[w])
        if colours[w] < 0 or near[colours[w]] > 1:
            taken.update(colours[x] for x in neighbours[w] if x != v)  # v between two of a colour
            continue
        for x in neighbours[w]:
            if x != v and any(y != w and colours[y] == colours[w] for y in neighbours[x]):
                taken.add(colours[x])
    return taken


def _free(taken: set[int]) -> int:
    """The first colour that is not taken."""
    colour = 0
    while colour in taken:
        colour += 1
    return colour
