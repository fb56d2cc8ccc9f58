"""Whole numerical programs, in the plain style that people write them in.

None is restructured for a tool's sake: they write in place, through views and into arguments, leave
loops early, and keep their state in lists, dicts and objects. Each names the source of its
mathematics.
"""

from . import (  # noqa: F401  (importing a module registers its programs)
    estimates,
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
    signals,
    stencils,
    tables,
    weather,
)
