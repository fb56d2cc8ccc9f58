"""Ahead-of-time, source-transformation reverse-mode differentiation of Python and NumPy."""

import importlib
from typing import TYPE_CHECKING

from srcgrad.api import jvp, pullback, source, value_and_vjp, vjp
from srcgrad.checkpointing import checkpoint, checkpointed
from srcgrad.defining import defvjp
from srcgrad.errors import (
    AliasError,
    CompileError,
    CotangentError,
    InputError,
    InternalError,
    MissingRule,
    MissingSource,
    NumericsError,
    SolveError,
    SrcgradError,
    UnsupportedSyntax,
)
from srcgrad.gradient import grad, value_and_grad
from srcgrad.primal import compiled
from srcgrad.runtime import adjoint_of, stop_gradient
from srcgrad.solving import fixed_point, root
from srcgrad.version import __version__

if TYPE_CHECKING:
    from srcgrad.calls.along import forward, linearize
    from srcgrad.calls.fields import divergence, elementwise_grad, laplacian
    from srcgrad.calls.hessians import hessian, hvp, value_and_hessian, vhp
    from srcgrad.calls.jacobians import jacobian, value_and_jacobian
    from srcgrad.calls.spy import spy
    from srcgrad.calls.vectors import flatten
    from srcgrad.explaining.explain import explain
    from srcgrad.page.shown import view

__all__ = [
    "AliasError",
    "CompileError",
    "CotangentError",
    "InputError",
    "InternalError",
    "MissingRule",
    "MissingSource",
    "NumericsError",
    "SolveError",
    "SrcgradError",
    "UnsupportedSyntax",
    "__version__",
    "adjoint_of",
    "checkpoint",
    "checkpointed",
    "compiled",
    "defvjp",
    "divergence",
    "elementwise_grad",
    "explain",
    "fixed_point",
    "flatten",
    "forward",
    "grad",
    "hessian",
    "hvp",
    "jacobian",
    "jvp",
    "laplacian",
    "linearize",
    "pullback",
    "root",
    "source",
    "spy",
    "stop_gradient",
    "value_and_grad",
    "value_and_hessian",
    "value_and_jacobian",
    "value_and_vjp",
    "vhp",
    "view",
    "vjp",
]

_WHEN_ASKED_FOR = {  # the modules that these stand in
    "divergence": "calls.fields",
    "elementwise_grad": "calls.fields",
    "explain": "explaining.explain",
    "flatten": "calls.vectors",
    "forward": "calls.along",
    "hessian": "calls.hessians",
    "hvp": "calls.hessians",
    "jacobian": "calls.jacobians",
    "laplacian": "calls.fields",
    "linearize": "calls.along",
    "value_and_hessian": "calls.hessians",
    "value_and_jacobian": "calls.jacobians",
    "load_ipython_extension": "notebook",
    "spy": "calls.spy",
    "unload_ipython_extension": "notebook",
    "vhp": "calls.hessians",
    "view": "page.shown",
}

_MODULES = ("scipy", "testing")  # that are imported when they are first asked for, too

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """What is imported when it is first asked for: importing srcgrad takes no longer for it."""
        if name in _MODULES:
            return importlib.import_module(f"srcgrad.{name}")
        if name not in _WHEN_ASKED_FOR:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        module = importlib.import_module(f"srcgrad.{_WHEN_ASKED_FOR[name]}")
        found = globals()[name] = getattr(module, name)
        return found


def __dir__() -> list[str]:
    return sorted({*globals(), *_WHEN_ASKED_FOR, *_MODULES})
