"""Ahead-of-time, source-transformation reverse-mode differentiation of Python and NumPy."""

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
    "defvjp",
    "fixed_point",
    "grad",
    "jvp",
    "pullback",
    "root",
    "source",
    "stop_gradient",
    "value_and_grad",
    "value_and_vjp",
    "vjp",
]
