"""Products of vectors and matrices as members of nests."""

from __future__ import annotations

from srcgrad.ir.kinds import Dim
from srcgrad.ir.nodes import Let
from srcgrad.loopform.accesses import Accesses, Member
from srcgrad.loopform.views import Along

SHORT_SUM = 4  # terms for which a product of matrices is quicker as a loop


def product(accesses: Accesses, let: Let) -> Member | None:
    """``a @ b`` where one of them, or both, are vectors: the loop inside runs along memory."""
    kinds = [accesses.names.kind(arg) for arg in let.args]
    if any(kind.base != "array" or kind.dtype != "float64" for kind in kinds):
        return None
    a, b = (kind.shape or () for kind in kinds)
    if (len(a), len(b)) == (1, 1) and a == b:
        reads = accesses.reads(let.args, a)
        return None if reads is None else Member(let, "sum", a, reads)
    if min(len(a), len(b)) >= 2:
        return short_product(accesses, let, a, b)
    if sorted((len(a), len(b))) != [1, 2] or a[-1] != b[0]:
        return None
    matrix, vector = let.args if len(a) == 2 else reversed(let.args)
    summed = 1 if len(a) == 2 else 0  # the axis of the matrix
    along = [p.axis for p in accesses.views.of(matrix).parts if isinstance(p, Along)]
    order = (1, 0) if along == [1, 0] else (0, 1)  # the loop of each axis of the matrix
    rows = accesses.names.kinds[matrix].shape or ()
    space = tuple(rows[order[k]] for k in (0, 1))
    found = {
        matrix: accesses.access(matrix, space, order),
        vector: accesses.access(vector, space, (order[summed],)),
    }
    reads = {name: access for name, access in found.items() if access is not None}
    if len(reads) < 2 or None in space:
        return None
    sort = "sum" if order[summed] == 1 else "sums"
    return Member(let, sort, space, reads, axes=(order[1 - summed],))


def short_product(
    accesses: Accesses, let: Let, a: tuple[Dim, ...], b: tuple[Dim, ...]
) -> Member | None:
    """``a @ b`` of matrices, or of stacks of them, that sums up a few terms."""
    first, second = let.args
    target = accesses.names.kinds[str(let.target)].shape or ()
    inner, count = a[-1], len(target)
    if count != max(len(a), len(b)):
        return None  # np.dot of stacks is no stack of products
    if not isinstance(inner, int) or inner > SHORT_SUM or b[-2] != inner or first == second:
        return None
    space = (*target, inner)
    stacks = list(range(count - 2))
    found = {
        first: accesses.access(first, space, (*stacks[count - len(a) :], count - 2, count)),
        second: accesses.access(second, space, (*stacks[count - len(b) :], count, count - 1)),
    }
    reads = {name: access for name, access in found.items() if access is not None}
    if len(reads) < 2 or None in space:
        return None
    return Member(let, "sum", space, reads, axes=tuple(range(count)))
