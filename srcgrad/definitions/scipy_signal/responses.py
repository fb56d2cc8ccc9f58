"""``scipy.signal``: what linear systems give over time and by frequency."""

from __future__ import annotations

import numpy as np
from scipy import linalg, signal

from srcgrad.definitions import as_is, defines, unsupported
from srcgrad.definitions.scipy_signal.systems import _is_int_type, precise
from srcgrad.runtime import stop_gradient


def parts(system):
    """The arrays of a system, and its sampling time after them if it has one."""
    if isinstance(system, signal.TransferFunction):
        found = system.num, system.den
    elif isinstance(system, signal.ZerosPolesGain):
        found = system.zeros, system.poles, system.gain
    elif isinstance(system, signal.StateSpace):
        found = system.A, system.B, system.C, system.D
    else:
        return system
    return found if system.dt is None else (*found, system.dt)


def states(system):
    """The matrices of a system that is given by matrices, polynomials, or zeros and poles."""
    if not isinstance(system, tuple | list):
        unsupported("an object for a system")
    if len(system) == 2:
        precise(system)
        return signal.tf2ss(*system)
    if len(system) == 3:
        return signal.zpk2ss(*system)
    precise(system)
    return [np.atleast_2d(np.asarray(part)) for part in system]


def rates(system):
    """The polynomials of a system with one input and one output."""
    if not isinstance(system, tuple | list):
        unsupported("an object for a system")
    if len(system) == 3:
        return signal.zpk2tf(*system)
    if len(system) == 4:
        num, den = signal.ss2tf(*system)
        if num.shape[0] != 1:
            raise NotImplementedError("derivatives of the responses of several outputs")
        return signal.normalize(num[0], den)
    if np.ndim(system[0]) != 1 or np.ndim(system[1]) != 1:
        unsupported("several outputs")
    return signal.normalize(*system)


@defines(signal.findfreqs)
def findfreqs(num, den, N, kind="ba"):
    """Powers of 10 that are rounded, and what lies between them: constants."""
    return as_is(signal.findfreqs, stop_gradient(num), stop_gradient(den), N, kind)


def frequencies(system, w, n):
    """Those given, or ``n`` where the system is at work."""
    if w is not None and not _is_int_type(w):
        return np.atleast_1d(np.asarray(w))
    n = n if w is None else w
    if len(system) == 3:
        return findfreqs(system[0], system[1], n, "zp")
    num, den = rates(system)
    return findfreqs(num, den, n)


def evenly(times):
    t = np.atleast_1d(np.asarray(times))
    if t.ndim != 1:
        raise ValueError("T must be a rank-1 array.")
    if t.shape[0] < 2:
        raise NotImplementedError("derivatives of what a system gives at a single time")
    if t[0] < 0:
        raise ValueError("Initial time must be nonnegative")
    if not np.allclose(np.diff(t), t[1] - t[0]):
        raise ValueError("Time steps are not equally spaced.")
    return t


def response_times(a, number):
    """Seven times as long as the slowest part of the response takes."""
    slowest = np.min(np.abs(np.real(np.linalg.eigvals(a))))
    return np.linspace(0.0, 7.0 / np.where(slowest == 0.0, 1.0, slowest), number or 100)


def steps(a, b, dt, interp):
    """The transition of the states in a step, and what the input at its ends adds."""
    n, m = a.shape[0], b.shape[1]
    wide = np.zeros((n + 2 * m, n + 2 * m))
    wide[:n, :n], wide[:n, n : n + m] = a * dt, b * dt
    if interp:
        wide[n : n + m, n + m :] = np.eye(m)
    found = linalg.expm(wide)
    late = found[:n, n + m :]
    return found[:n, :n], found[:n, n : n + m] - late, late


def simulated(system, u, t, x0, interp):
    """The outputs and the states, one row a time."""
    a, b, c, d = states(system)
    x = np.zeros(a.shape[0]) if x0 is None else np.asarray(x0)
    there, early, late = steps(a, b, t[1] - t[0], interp)
    if t[0] > 0:
        x = linalg.expm(a * t[0]) @ x
    found = np.zeros((t.shape[0], a.shape[0]))
    found[0] = x
    for k in range(1, t.shape[0]):
        found[k] = there @ found[k - 1] + early @ u[k - 1] + late @ u[k]
    return found @ c.T + u @ d.T, found


def inputs(u, number, width):
    """The inputs, one row a time; None and 0 are none at all."""
    if u is None or (np.ndim(u) == 0 and u == 0.0):
        return np.zeros((number, width))
    u = np.atleast_1d(np.asarray(u))
    u = u[:, None] if u.ndim == 1 else u
    if u.shape[0] != number:
        raise ValueError("U must have the same number of rows as elements in T.")
    if u.shape[1] != width:
        raise ValueError("System does not define that many inputs.")
    return u


@defines(signal.lsim)
def lsim(system, U, T, X0=None, interp=True):
    system = parts(system)
    t = evenly(T)
    width = states(system)[1].shape[1]
    y, x = simulated(system, inputs(U, t.shape[0], width), t, X0, interp)
    return t, np.squeeze(y), np.squeeze(x)


@defines(signal.impulse)
def impulse(system, X0=None, T=None, N=None):
    system = parts(system)
    a, b, _, _ = states(system)
    t = evenly(response_times(a, N) if T is None else T)
    if b.shape[1] != 1:
        raise NotImplementedError("derivatives of the responses to several inputs")
    first = np.reshape(b if X0 is None else b + X0, -1)
    y, _ = simulated(system, np.zeros((t.shape[0], 1)), t, first, False)
    return t, np.squeeze(y)


@defines(signal.step)
def step(system, X0=None, T=None, N=None):
    system = parts(system)
    t = evenly(response_times(states(system)[0], N) if T is None else T)
    y, _ = simulated(system, np.ones((t.shape[0], 1)), t, X0, False)
    return t, np.squeeze(y)


def sampled(system, u, x0):
    """The outputs and the states of a system in discrete time, one row a time."""
    a, b, c, d = states(system[:-1])
    found = np.zeros((u.shape[0], a.shape[0]))
    found[0] = 0.0 if x0 is None else np.asarray(x0)
    for k in range(1, u.shape[0]):
        found[k] = a @ found[k - 1] + b @ u[k - 1]
    return found @ c.T + u @ d.T, found


def times(number, dt):
    return np.linspace(0.0, (number - 1) * dt, number)


@defines(signal.dlsim)
def dlsim(system, u, t=None, x0=None):
    system = parts(system)
    if t is not None:
        unsupported("times of the inputs")
    u = np.atleast_1d(np.asarray(u))
    u = u[:, None] if u.ndim == 1 else u
    y, x = sampled(system, u, x0)
    at = times(u.shape[0], system[-1])
    return (at, y, x) if len(system) == 5 else (at, y)


def number(n, dt):
    """How many samples there are, which for SciPy depends on how the last time is rounded."""
    n = 100 if n is None else n
    last = np.linspace(0, n * dt, n, endpoint=False)[-1]
    if int(np.floor(last / dt)) != n - 1:
        raise NotImplementedError("derivatives for this sampling time")
    return n


def one_input(system):
    if states(system[:-1])[1].shape[1] != 1:
        raise NotImplementedError("derivatives of the responses to several inputs")


@defines(signal.dimpulse)
def dimpulse(system, x0=None, t=None, n=None):
    system = parts(system)
    if t is not None:
        unsupported("times")
    one_input(system)
    u = np.where(np.arange(number(n, system[-1])) == 0, 1.0, 0.0)[:, None]
    return times(u.shape[0], system[-1]), (sampled(system, u, x0)[0],)


@defines(signal.dstep)
def dstep(system, x0=None, t=None, n=None):
    system = parts(system)
    if t is not None:
        unsupported("times")
    one_input(system)
    u = np.ones((number(n, system[-1]), 1))
    return times(u.shape[0], system[-1]), (sampled(system, u, x0)[0],)


# --- by frequency -----------------------------------------------------------------------------------


def at_points(num, den, s):
    return np.polyval(num, s) / np.polyval(den, s)


@defines(signal.freqresp)
def freqresp(system, w=None, n=10000):
    system = parts(system)
    w = frequencies(system, w, n)
    num, den = rates(system)
    return w, at_points(num, den, 1j * w)


@defines(signal.bode)
def bode(system, w=None, n=100):
    w, y = freqresp(system, w, n)
    phase = np.unwrap(np.arctan2(np.imag(y), np.real(y)))
    return w, 20.0 * np.log10(np.abs(y)), phase * 180.0 / np.pi


@defines(signal.dfreqresp)
def dfreqresp(system, w=None, n=10000, whole=False):
    system = parts(system)
    if w is None or _is_int_type(w):
        w = np.linspace(0.0, 2.0 * np.pi if whole else np.pi, n if w is None else w, endpoint=False)
    w = np.atleast_1d(np.asarray(w))
    num, den = rates(system[:-1])
    return w, at_points(num, den, np.exp(1j * w))


@defines(signal.dbode)
def dbode(system, w=None, n=100):
    system = parts(system)
    w, y = dfreqresp(system, w, n)
    phase = np.unwrap(np.arctan2(np.imag(y), np.real(y)))
    return w / system[-1], 20.0 * np.log10(np.abs(y)), phase * 180.0 / np.pi
