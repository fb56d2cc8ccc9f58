"""``scipy.linalg``: the matrix exponential, Sylvester's equation.

The rest is defined in terms of ``numpy.linalg``.
"""

from __future__ import annotations

from functools import partial

import numpy as np
from scipy import linalg

from srcgrad.errors import MissingRule
from srcgrad.ir.kinds import Kind, array
from srcgrad.rules import complex_linalg, factorizations
from srcgrad.rules import linalg_facts as families
from srcgrad.rules.facts import shape_of
from srcgrad.rules.linalg_facts import inexact, of_first
from srcgrad.rules.operation import Arg
from srcgrad.rules.registry import adjoint
from srcgrad.runtime import mT

frechet = partial(linalg.expm_frechet, compute_expm=False)  # the derivative of expm at a along e


@adjoint(
    linalg.expm,
    facts=of_first,
    key="scipy.linalg.expm",
    spelling="scipy.linalg.expm",
    cost=10,
    holomorphic=True,
)
def expm(y_bar, y, a):  # the adjoint of the Frechet derivative is that at the transpose
    a_bar = frechet(mT(a), y_bar, compute_expm=False)
    y_dot = frechet(a, a_dot, compute_expm=False)


def double(a: Arg, e: Arg, *rest: Arg) -> Kind:
    """In double precision, whatever the operands are."""
    return array(np.result_type(inexact(a, e), np.float64), shape_of(a.kind))


@adjoint(
    frechet,
    facts=double,
    key="scipy.linalg.expm_frechet",
    spelling="scipy.linalg.expm_frechet",
    cost=10,
    holomorphic=True,
)
def expm_frechet(y_bar, y, a, e, compute_expm=True):
    """Najfeld & Havel 1995: ``y`` is the upper right block of ``expm([[a, e], [0, a]])``."""
    m = np.kron(np.eye(2), a) + np.kron(np.eye(2, 2, 1), e)
    m_bar = frechet(mT(m), np.kron(np.eye(2, 2, 1), y_bar), compute_expm=False)
    halves = np.split(m_bar, 2, axis=-1)
    a_bar = np.split(halves[0], 2, axis=-2)[0] + np.split(halves[1], 2, axis=-2)[1]
    e_bar = frechet(mT(a), y_bar, compute_expm=False)
    m_dot = np.split(frechet(m, np.kron(np.eye(2), a_dot), compute_expm=False), 2, axis=-1)
    y_dot = frechet(a, e_dot, compute_expm=False) + np.split(m_dot[1], 2, axis=-2)[0]


def sylvester_facts(a: Arg, b: Arg, q: Arg) -> Kind:
    if len({x.kind.ndim for x in (a, b, q)} - {None}) > 1:
        raise MissingRule("`solve_sylvester` has a derivative for stacks of one rank")
    return array(inexact(a, b, q), shape_of(q.kind))


@adjoint(
    linalg.solve_sylvester,
    facts=sylvester_facts,
    key="scipy.linalg.solve_sylvester",
    spelling="scipy.linalg.solve_sylvester",
    cost=10,
    holomorphic=True,
)
def solve_sylvester(y_bar, y, a, b, q):  # a @ y + y @ b = q
    t = linalg.solve_sylvester(mT(a), mT(b), y_bar)
    a_bar = -(t @ mT(y))
    b_bar = -(mT(y) @ t)
    q_bar = t
    y_dot = linalg.solve_sylvester(a, b, q_dot - a_dot @ y - y @ b_dot)


# Rules that hold as they stand for NumPy's function of that name; its vectors have other signs.
HERE = {"cost": 10, "holomorphic": True}
adjoint(
    linalg.eigh,
    facts=families.eigh,
    key="scipy.linalg.eigh",
    spelling="scipy.linalg.eigh",
    triangle=True,
    **HERE,
)(factorizations.eigh)
adjoint(
    linalg.eig,
    facts=families.eig,
    key="scipy.linalg.eig",
    spelling="scipy.linalg.eig",
    or_real=True,
    **HERE,
)(complex_linalg.eig)
