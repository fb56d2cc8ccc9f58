"""
Fits that are certified
=======================

The National Institute of Standards and Technology publishes data with the parameters that fit them
best, to eleven digits, for programs to be measured by. Here are eight of these data sets; exact
Jacobians give nearly all of the digits. The script ``nist_regression.py`` beside this one is what
fits them, and does so for all fourteen from a command line.
"""

import inspect

import matplotlib.pyplot as plt
import numpy as np
from nist_regression import MODELS, agreeing_digits, fit, read

import srcgrad

# %%
# The models
# ----------
# They are plain functions of the parameters ``b`` and the predictor ``x``, such as this one:

print(inspect.getsource(MODELS["Hahn1"]))
data = {
    name: read(name)
    for name in ("Misra1a", "Chwirut2", "Gauss1", "Kirby2", "Hahn1", "ENSO", "Rat43", "Eckerle4")
}
one = data["Hahn1"]
print(srcgrad.source(one.model, one.certified, one.x))

# %%
# The fits
# --------
# SciPy's trust-region solver begins where NIST says, the easier of two places. Then Gauss–Newton
# steps go on until the parameters are as exact as floating-point numbers allow.

found = {
    name: fit(each, each.starts[1], lambda iteration, rss: None) for name, each in data.items()
}
digits = {name: agreeing_digits(found[name].b, data[name].certified).min() for name in data}
for name, number in digits.items():
    print(f"{name:10} {found[name].evaluations:4} runs, {number:4.1f} digits of each parameter")
assert min(digits.values()) > 6.0

# %%
# The picture
# -----------

figure, axes = plt.subplots(2, 4, figsize=(12.5, 5.6), layout="constrained")
for axis, (name, each) in zip(axes.flat, data.items()):
    x = np.linspace(each.x.min(), each.x.max(), 400)
    axis.plot(each.x, each.y, ".", color="0.55", markersize=4)
    axis.plot(x, each.model(found[name].b, x), color="tab:red", linewidth=1.5)
    axis.set_title(f"{name}: {digits[name]:.1f} digits", fontsize=10)
    axis.tick_params(labelsize=7)
figure.supxlabel("predictor")
figure.supylabel("response")
plt.show()
