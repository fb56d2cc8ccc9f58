"""``scipy.signal``: systems as objects, ``lti``, ``dlti`` and the three forms that they stand in."""

from __future__ import annotations

from types import FunctionType

import numpy as np
from scipy import signal

from srcgrad.definitions import DEFINITIONS, blank, defines, unsupported

# the classes of a form, of continuous time and of discrete
RATIONAL = type(signal.lti([1.0], [1.0])), type(signal.dlti([1.0], [1.0]))
ROOTS = type(signal.lti([], [], 1.0)), type(signal.dlti([], [], 1.0))
STATES = type(signal.lti(1.0, 1.0, 1.0, 1.0)), type(signal.dlti(1.0, 1.0, 1.0, 1.0))


def timed(classes, dt):
    """A new object of the class for this sampling time, which is None in continuous time."""
    system = blank(classes[0] if dt is None else classes[1])
    system._dt = dt
    return system


def made(parts, dt):
    """The object of two polynomials, of zeros, poles and a gain, or of four matrices."""
    if len(parts) == 2:
        return rational(parts, dt)
    if len(parts) == 3:
        return of_roots(parts, dt)
    return of_states(parts, dt)


def again(system):
    if not isinstance(system, signal.TransferFunction | signal.ZerosPolesGain | signal.StateSpace):
        unsupported("another form")
    return system


def sized(system, array):
    """Several outputs and inputs stand along the first axes of an array."""
    several = array.ndim > 1
    system.outputs = array.shape[0] if several else 1
    system.inputs = array.shape[1] if several else 1
    return system


def rational(parts, dt):
    if len(parts) == 1:
        return again(parts[0]).to_tf()
    if len(parts) != 2:
        unsupported("another system, or another form")
    num, den = signal.normalize(parts[0], parts[1])
    system = timed(RATIONAL, dt)
    system._num, system._den = np.atleast_1d(num), np.atleast_1d(den)
    return sized(system, system._num)


def of_roots(parts, dt):
    if len(parts) == 1:
        return again(parts[0]).to_zpk()
    if len(parts) != 3:
        unsupported("another system, or another form")
    system = timed(ROOTS, dt)
    system._zeros, system._poles = np.atleast_1d(parts[0]), np.atleast_1d(parts[1])
    system._gain = parts[2]
    return sized(system, system._zeros)


def of_states(parts, dt):
    if len(parts) == 1:
        return again(parts[0]).to_ss()
    if len(parts) != 4:
        unsupported("another system, or another form")
    system = timed(STATES, dt)
    a, b, c, d = [np.atleast_2d(np.asarray(part)) for part in parts]
    system._A, system._B, system._C, system._D = a, b, c, d
    system.inputs, system.outputs = b.shape[-1], c.shape[0]
    return system


@defines(signal.lti)
def lti(*system):
    return made(system, None)


@defines(signal.dlti)
def dlti(*system, dt=True):
    return made(system, dt)


@defines(signal.TransferFunction)
def transfer_function(*system, dt=None):
    return rational(system, dt)


@defines(signal.ZerosPolesGain)
def zeros_poles_gain(*system, dt=None):
    return of_roots(system, dt)


@defines(signal.StateSpace)
def state_space(*system, dt=None):
    return of_states(system, dt)


def as_written():
    """What attributes and methods of these classes do is what SciPy says in Python."""
    for cls in (*RATIONAL, *ROOTS, *STATES):
        for base in cls.__mro__[:-1]:
            for member in vars(base).values():
                for function in (
                    member,
                    getattr(member, "fget", None),
                    getattr(member, "fset", None),
                ):
                    if isinstance(function, FunctionType) and function.__name__ not in UNFOLLOWED:
                        DEFINITIONS.setdefault(function, function)


UNFOLLOWED = "__new__", "__init__", "__repr__"
as_written()
