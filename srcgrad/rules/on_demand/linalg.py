"""``scipy.linalg``: the matrix exponential. The rest is defined in terms of ``numpy.linalg``."""

from __future__ import annotations

from scipy import linalg

from srcgrad.rules.linalg_facts import of_first
from srcgrad.rules.registry import adjoint
from srcgrad.runtime import mT


@adjoint(linalg.expm, facts=of_first, key="scipy.linalg.expm", spelling="scipy.linalg.expm",
         cost=10)
def expm(y_bar, y, a):  # the adjoint of the Frechet derivative is that at the transpose
    a_bar = linalg.expm_frechet(mT(a), y_bar, compute_expm=False)
    y_dot = linalg.expm_frechet(a, a_dot, compute_expm=False)


@adjoint(linalg.expm_frechet, facts=of_first, key="scipy.linalg.expm_frechet",
         spelling="scipy.linalg.expm_frechet", cost=10)
def expm_frechet(y_bar, y, a, e, compute_expm=True):  # one result only: compute_expm=False
    e_bar = linalg.expm_frechet(mT(a), y_bar, compute_expm=False)
    y_dot = linalg.expm_frechet(a, e_dot, compute_expm=False)
