"""Ahead-of-time, source-transformation reverse-mode differentiation of Python and NumPy."""

from srcgrad.api import jvp, pullback, source, value_and_vjp, vjp
from srcgrad.calls import walked as _walked  # noqa: F401  (registers the calls inside of functions)
from srcgrad.calls.along import forward, linearize
from srcgrad.calls.fields import divergence, elementwise_grad, laplacian
from srcgrad.calls.hessians import hessian, hvp, value_and_hessian, vhp
from srcgrad.calls.jacobians import jacobian, value_and_jacobian
from srcgrad.calls.vectors import flatten
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
    "stop_gradient",
    "value_and_grad",
    "value_and_hessian",
    "value_and_jacobian",
    "value_and_vjp",
    "vhp",
    "vjp",
]
