"""``scipy.linalg``: the matrix exponential, Sylvester's equation.

The rest is defined in terms of ``numpy.linalg``.
"""

from __future__ import annotations

from scipy import linalg

from srcgrad.ir.kinds import Kind, array
from srcgrad.rules.facts import shape_of
from srcgrad.rules.linalg_facts import inexact, of_first
from srcgrad.rules.operation import Arg
from srcgrad.rules.registry import adjoint
from srcgrad.runtime import mT


@adjoint(
    linalg.expm,
    facts=of_first,
    key="scipy.linalg.expm",
    spelling="scipy.linalg.expm",
    cost=10,
    holomorphic=True,
)
def expm(y_bar, y, a):  # the adjoint of the Frechet derivative is that at the transpose
    a_bar = linalg.expm_frechet(mT(a), y_bar, compute_expm=False)
    y_dot = linalg.expm_frechet(a, a_dot, compute_expm=False)


@adjoint(
    linalg.expm_frechet,
    facts=of_first,
    key="scipy.linalg.expm_frechet",
    spelling="scipy.linalg.expm_frechet",
    cost=10,
    holomorphic=True,
)
def expm_frechet(y_bar, y, a, e, compute_expm=True):  # one result only: compute_expm=False
    e_bar = linalg.expm_frechet(mT(a), y_bar, compute_expm=False)
    y_dot = linalg.expm_frechet(a, e_dot, compute_expm=False)


def sylvester_facts(a: Arg, b: Arg, q: Arg) -> Kind:
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
