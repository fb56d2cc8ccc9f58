"""Whole numerical programs, in the plain style that people write them in.

None is restructured for a tool's sake: they write in place, through views and into arguments, leave
loops early, and keep their state in lists, dicts and objects. Each names the source of its
mathematics.
"""

from ..registry import PROGRAMS
from . import (  # noqa: F401  (importing a module registers its programs)
    factorizations,
    filters,
    flows,
    geometry,
    iterations,
    layers,
    mechanics,
    quadrature,
    recurrences,
    scatters,
    stencils,
    tables,
)

# not differentiated yet: named tuples as gradients, itertools.product, math.lgamma, a context manager
# that swallows exceptions, a list of unknown length in zip
PENDING = {
    "tracking_by_kalman_filter", "optimal_transport_by_sinkhorn", "incomplete_gamma",
    "gauss_hermite_expectation", "bezier_by_de_casteljau",
}
PROGRAMS[:] = [program for program in PROGRAMS if program.name not in PENDING]
