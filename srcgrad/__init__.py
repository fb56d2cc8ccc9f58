"""Ahead-of-time, source-transformation reverse-mode differentiation of Python and NumPy."""

__version__ = "0.1.0"  # the only place; first, since modules imported below print it

from srcgrad.api import jvp, pullback, source, value_and_vjp, vjp
from srcgrad.errors import (
    AliasError,
    CompileError,
    CotangentError,
    InputError,
    InternalError,
    MissingRule,
    MissingSource,
    NumericsError,
    SrcgradError,
    UnsupportedSyntax,
)
from srcgrad.gradient import grad, value_and_grad
from srcgrad.runtime import adjoint_of, stop_gradient

__all__ = [
    "AliasError",
    "CompileError",
    "CotangentError",
    "InputError",
    "InternalError",
    "MissingRule",
    "MissingSource",
    "NumericsError",
    "SrcgradError",
    "UnsupportedSyntax",
    "adjoint_of",
    "grad",
    "jvp",
    "pullback",
    "source",
    "stop_gradient",
    "value_and_grad",
    "value_and_vjp",
    "vjp",
]
