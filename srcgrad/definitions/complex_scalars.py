"""Python's ``cmath`` in terms of its own functions and of ``math``."""

from __future__ import annotations

import cmath
import math

from srcgrad.definitions import defines


@defines(cmath.log)
def log(z, base):
    return cmath.log(z) / cmath.log(base)


@defines(cmath.phase)
def phase(z):
    z = complex(z)
    return math.atan2(z.imag, z.real)


@defines(cmath.polar)
def polar(z):
    return abs(complex(z)), phase(z)


@defines(cmath.rect)
def rect(r, phi):
    return complex(r * math.cos(phi), r * math.sin(phi))
