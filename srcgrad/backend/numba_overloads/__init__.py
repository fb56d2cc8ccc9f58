"""What Numba lacks: an overload for each helper of ``runtime``, and the missing parts of NumPy.

Importing this package registers them. Those for NumPy's own functions only add to what Numba has:
Numba tries its own first, and comes here for arguments that it refuses (``axis``, ``keepdims``,
stacks of matrices, ...).
"""

from srcgrad.backend.numba_overloads import (  # noqa: F401
    as_they_stand,
    calculus,
    contraction,
    earlier,
    elementary,
    elementwise,
    filters,
    fitting,
    indexing,
    joining,
    linalg,
    lines,
    numbers_joined,
    of_numbers,
    products,
    reductions,
    repeating,
    shapes,
    spreading,
    texts,
    vectors,
    windows,
)
