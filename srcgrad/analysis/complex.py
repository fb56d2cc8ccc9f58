"""Which rules hold for complex numbers.

Inside the engine the adjoint of a complex ``z`` is ``dL/dRe(z) - i dL/dIm(z)``. With it the adjoint of
every complex differentiable operation is that of the real one, without a conjugation: ``x_bar = y_bar *
f'(x)``. Where cotangents come in and gradients go out they are conjugated once, so that they follow
PyTorch's convention. A real operand receives the real part. Operations that are not complex
differentiable (``real``, ``imag``, ``conj``, ``abs``) state what holds for them.
"""

from __future__ import annotations

from srcgrad.ir.kinds import Kind
from srcgrad.rules.operation import OPS

HOLOMORPHIC = {
    "add",
    "sub",
    "mul",
    "truediv",
    "neg",
    "pos",
    "pow",
    "matmul",
    "dpower",
    "log_where",
    "modulus",
    "nonzero_or_one",
    "float",
    *(
        f"np.{name}"
        for name in (
            "add",
            "subtract",
            "multiply",
            "divide",
            "true_divide",
            "negative",
            "positive",
            "power",
            "exp",
            "exp2",
            "expm1",
            "log",
            "log2",
            "log10",
            "log1p",
            "sqrt",
            "square",
            "reciprocal",
            "sin",
            "cos",
            "tan",
            "arcsin",
            "arccos",
            "arctan",
            "sinh",
            "cosh",
            "tanh",
            "arcsinh",
            "arccosh",
            "arctanh",
            "where",
            "real",
            "imag",
            "conjugate",
            "matmul",
            "dot",
            "inner",
            "tensordot",
            "kron",
            "outer",
            "einsum",
            "linalg.inv",
            "linalg.solve",
            "prod",
            "cumprod",
            "linalg.det",
            "linalg.slogdet",
            "linalg.cholesky",
            "linalg.eigh",
            "linalg.eigvalsh",
            "linalg.eig",
            "linalg.pinv",
            "cross",
            "max",
            "amax",
            "min",
            "amin",
        )
    ),
    "matmul_bar_a",
    "matmul_bar_b",
    "dot_bar_a",
    "dot_bar_b",
    "inner_bar_a",
    "inner_bar_b",
    "tensordot_bar_a",
    "tensordot_bar_b",
    "kron_bar_a",
    "kron_bar_b",
    "einsum_part",
    "solve_like",
    "outer_like",
    "times_like",
    "others",
    "exclusive_product",
    "horner",
    "cofactor",
    "gaps",
    "inverse_or_zero",
    "complex_svd",
    "cross_like",
    "scipy.linalg.expm",
    "scipy.linalg.expm_frechet",
    "scipy.linalg.solve_sylvester",
    "scipy.special.erf",
    "scipy.special.erfc",
    "scipy.special.erfi",
    "scipy.special.dawsn",
    "scipy.special.wofz",
    "scipy.special.lambertw",
}
JUMPS = {"np.sign", "np.round", "np.around", "np.rint", "np.fix", "np.trunc"}  # not for complex


def is_complex(kind: Kind) -> bool:
    return kind.dtype is not None and kind.dtype.startswith("complex")


def holds(op: str) -> bool:
    """Whether an operation's rule, or its having none, holds for complex numbers."""
    rule = OPS[op].rule
    return (
        op in HOLOMORPHIC
        or (rule is None and op not in JUMPS)
        or (rule is not None and rule.style == "linear")
    )
