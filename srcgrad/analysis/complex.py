"""Complex numbers.

Inside the engine the adjoint of a complex ``z`` is ``dL/dRe(z) - i dL/dIm(z)``. With it the adjoint of
every complex differentiable operation is that of the real one, without a conjugation: ``x_bar = y_bar *
f'(x)``. Where cotangents come in and gradients go out they are conjugated once, so that they follow
PyTorch's convention. A real operand receives the real part. Operations that are not complex
differentiable (``real``, ``imag``, ``conj``, ``abs``) state what holds for them. Which rules hold is on
the record of the operation.
"""

from __future__ import annotations

from srcgrad.ir.kinds import Kind


def is_complex(kind: Kind) -> bool:
    return kind.dtype is not None and kind.dtype.startswith("complex")
