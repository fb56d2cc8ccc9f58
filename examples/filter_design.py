"""
A filter designed through its own code
======================================

A loudspeaker in a room has peaks and dips. An equaliser of six second-order sections, run by
``scipy.signal.sosfilt``, is to make it flat: what is differentiated is the filter as it runs, an
impulse sent through it, not a formula of its response.
"""

import matplotlib.pyplot as plt
import numpy as np
from scipy.optimize import least_squares
from scipy.signal import sosfilt

import srcgrad

# %%
# The program
# -----------
# A peaking section has a centre, a gain and a width; its coefficients are those of R.
# Bristow-Johnson's *Audio EQ Cookbook*.

rate, length = 48_000.0, 4096
frequencies = np.fft.rfftfreq(length, 1.0 / rate)
heard = (frequencies > 40.0) & (frequencies < 16_000.0)
bands = np.geomspace(40.0, 16_000.0, 160)  # as ears hear: as many below 800 Hz as above


def sections(p):
    """Coefficients of second-order sections, for rows of (octaves above 1 kHz, dB, log width)."""
    sos = np.zeros((p.shape[0], 6))
    for k, (octaves, gain, width) in enumerate(p):
        w = 2.0 * np.pi * 1000.0 * 2.0**octaves / rate
        a = 10.0 ** (gain / 40.0)
        alpha = 0.5 * np.sin(w) * np.exp(width)
        b0, b1, b2 = 1.0 + alpha * a, -2.0 * np.cos(w), 1.0 - alpha * a
        a0, a2 = 1.0 + alpha / a, 1.0 - alpha / a
        sos[k] = np.array([b0, b1, b2, a0, b1, a2]) / a0
    return sos


def response(p):
    """The response in dB at each band."""
    impulse = np.zeros(length)
    impulse[0] = 1.0
    size = np.abs(np.fft.rfft(sosfilt(sections(p), impulse)))
    return np.interp(bands, frequencies, 20.0 * np.log10(size))


# %%
# What was measured
# -----------------

rng = np.random.default_rng(3)
room = np.array([[-3.9, 7, 0.6], [-2.6, -6, 1.0], [-0.4, 4, 0.3], [1.2, -5, 0.8], [2.9, 6, 0.2]])
measured = response(room) + rng.normal(0.0, 0.25, bands.size)

# %%
# The fit
# -------
# Six sections, laid out evenly. The Jacobian of 160 bands by 18 parameters takes 18 directions, which
# share one run of the filter; without bounds, a step could make a section so wide that it has no
# finite coefficients.


def residual(flat):
    return measured + response(flat.reshape(-1, 3))


start = np.stack([np.linspace(-4.0, 3.5, 6), np.zeros(6), np.full(6, 0.5)], axis=1)
jacobian = srcgrad.jacobian(residual)
limits = np.tile([[-5.0, -15.0, -2.0], [4.0, 15.0, 2.0]], 6)
found = least_squares(residual, start.ravel(), jac=jacobian, bounds=limits, max_nfev=60)
before, after = np.std(measured), np.std(found.fun)
print(f"off by {before:.2f} dB before, {after:.2f} dB after {found.njev} Jacobians")
assert after < 0.35

direction = rng.normal(size=start.size)
h = 1e-6
slope = (residual(found.x + h * direction) - residual(found.x - h * direction)) / (2 * h)
assert np.allclose(jacobian(found.x) @ direction, slope, rtol=1e-4, atol=1e-5)

# %%
# The picture
# -----------

equaliser = found.x.reshape(-1, 3)
figure, axes = plt.subplots(1, 2, figsize=(11.5, 3.8), layout="constrained")
axes[0].semilogx(bands, measured, color="0.6", label="loudspeaker in its room")
axes[0].semilogx(bands, response(equaliser), color="tab:blue", label="equaliser")
axes[0].semilogx(bands, measured + response(equaliser), color="tab:red", label="both")
axes[0].set(xlabel="Hz", ylabel="dB", title="flat but for the noise of the microphone")
axes[0].legend(frameon=False, fontsize=9)
for row in equaliser:
    axes[1].semilogx(bands, response(row[None]), linewidth=1.5)
axes[1].axhline(0.0, color="0.7", linewidth=0.8)
axes[1].set(xlabel="Hz", ylabel="dB", title="the sections that were found")
plt.show()
