"""The pattern of a Jacobian, drawn by Matplotlib."""

from __future__ import annotations

from typing import Any

from srcgrad.calls.arguments import bound, place
from srcgrad.calls.sparse import Kept, Point, pattern_of, sparse_at
from srcgrad.dispatch import USUAL
from srcgrad.explaining.drawn import new_axes
from srcgrad.tracebacks import hiding


@hiding
def spy(f: Any, *inputs: Any, argnums: int = 0, ax: Any = None, **keywords: Any) -> Any:
    """Draw where the Jacobian of ``f`` at these inputs may have entries, which ``sparse=True`` computes.

    Columns of one colour are computed together. The pattern of a Hessian is that of the Jacobian of a
    gradient: ``srcgrad.spy(srcgrad.grad(f), x)``.

    Parameters
    ----------
    f, *inputs, **keywords
        The function, and a call of it.
    argnums : int
        The input, an array of ``n`` real numbers; the output is one of ``m``.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default in a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        Rows are numbers of the output, columns those of the input, both in C order.

    Raises
    ------
    InputError
        For an input or output that is no real array, and where Matplotlib is not installed.
    SrcgradError
        What ``srcgrad.jacobian`` raises.

    Examples
    --------
    >>> ax = srcgrad.spy(lambda x: x[1:] - x[:-1], np.ones(4))
    >>> ax.get_title()
    '3 x 4, 6 entries (50%), 2 products'
    """
    f, inputs = bound(f, inputs, keywords)
    kept = Kept()
    sparse_at(USUAL, f, argnums, None, inputs, False, kept)
    point = Point(f, argnums, None, inputs, inputs[place(argnums, len(inputs))])
    pattern = pattern_of(point, False, kept)
    rows, columns = pattern.shape
    if ax is None:
        ax = new_axes(5.0, 5.0)
    size = max(0.5, min(12.0, 200.0 / max(rows, columns, 1)))
    colours = pattern.colours[pattern.columns] % 10
    ax.scatter(
        pattern.columns, pattern.rows, size**2, colours, marker="s", cmap="tab10", vmin=0, vmax=9
    )
    ax.set_xlim(-0.5, columns - 0.5)
    ax.set_ylim(rows - 0.5, -0.5)
    ax.set_aspect("equal")
    ax.set_xlabel("input")
    ax.set_ylabel("output")
    entries = len(pattern.rows)
    share = 100 * entries // max(rows * columns, 1)
    ax.set_title(f"{rows} x {columns}, {entries} entries ({share}%), {pattern.count} products")
    return ax


__all__ = ["spy"]
