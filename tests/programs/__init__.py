"""The corpus: ordinary NumPy programs on which every mode of srcgrad is tested.

`PROGRAMS` lists them all. Each module holds one subject, and says with `@program(...)` on which
inputs its functions run.
"""

from .registry import PROGRAMS, SAME, Program, program, torch

__all__ = ["PROGRAMS", "SAME", "Program", "program", "torch"]

from . import (  # noqa: F401  (importing a module registers its programs)
    aliases,
    branches,
    broadcasting,
    calls,
    containers,
    elementwise,
    endless,
    generators,
    growing_lists,
    in_place,
    indexing,
    iterators,
    language,
    lazy,
    linear_algebra,
    list_inputs,
    lists,
    live,
    loops,
    mappings,
    models,
    names,
    nesting,
    networks,
    numerics,
    objects,
    optional,
    order,
    recursion,
    reductions,
    scalars,
    shaping,
    sharing,
    stores,
    suspended,
    tables,
    traps,
    views,
    whole,
)
