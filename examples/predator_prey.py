"""
Hares and lynxes
================

The pelts that the Hudson's Bay Company bought from 1900 to 1920 tell how many hares and lynxes
there were. Lotka's and Volterra's equations describe their cycle; SciPy solves them, srcgrad
differentiates the solution by rates and initial values, and the Jacobian gives the fit and its
errors.
"""

import matplotlib.pyplot as plt
import numpy as np
from scipy.integrate import solve_ivp

import srcgrad
import srcgrad.scipy

# %%
# The program
# -----------
# The parameters are logarithms, so that no population becomes negative.

years = np.arange(1900.0, 1921.0)
hares = [30.0, 47.2, 70.2, 77.4, 36.3, 20.6, 18.1, 21.4, 22.0, 25.4, 27.1]
hares += [40.3, 57.0, 76.6, 52.3, 19.5, 11.2, 7.6, 14.6, 16.2, 24.7]
lynxes = [4.0, 6.1, 9.8, 35.2, 59.4, 41.7, 19.0, 13.0, 8.3, 9.1, 7.4]
lynxes += [8.0, 12.3, 19.5, 45.7, 51.1, 29.7, 15.8, 9.7, 10.1, 8.6]
seen = np.log([hares, lynxes])  # of thousands of pelts


def populations(p, times):
    """The logarithms of both populations; derivatives of logarithms are rates."""
    born, eaten, fed, starved = np.exp(p["rates"])

    def rates(t, z):
        return [born - eaten * np.exp(z[1]), fed * np.exp(z[0]) - starved]

    return solve_ivp(rates, (1900.0, 1920.0), p["start"], t_eval=times, rtol=1e-8, atol=1e-8).y


def residuals(p, times, seen):
    return populations(p, times) - seen


# %%
# The solution is differentiated, not the steps of the solver: the derivatives are solutions of the
# linearised equations, found by the same method. So they agree with differences as far as the
# tolerance allows. Six parameters move many points, so the Jacobian is made by columns:
# ``mode="forward"``.

start = {"rates": np.log([0.5, 0.02, 0.02, 0.8]), "start": seen[:, 0]}
columns = srcgrad.jacobian(populations, mode="forward")
slope = columns(start, years)["rates"][..., 0]
h = 1e-4
moved = [{**start, "rates": start["rates"] + np.array([s, 0.0, 0.0, 0.0])} for s in (h, -h)]
difference = (populations(moved[0], years) - populations(moved[1], years)) / (2 * h)
print(f"largest slope {np.abs(slope).max():.4f}, off by {np.abs(slope - difference).max():.0e}")
assert np.allclose(slope, difference, atol=1e-4)

# %%
# The fit
# -------

found = srcgrad.scipy.least_squares(residuals, start, (years, seen))
noise = np.sqrt(2.0 * found.cost / (seen.size - 6))
covariance = noise**2 * np.linalg.inv(found.jac.T @ found.jac)
spread = srcgrad.flatten(start)[1](np.sqrt(np.diag(covariance)))
names = ("hares are born", "hares are eaten", "lynxes are fed", "lynxes starve")
for name, rate, error in zip(names, found.x["rates"], spread["rates"]):
    print(f"{name:16} {np.exp(rate):.4f} ± {np.exp(rate) * error:.4f} per year")
print(f"{found.nfev} runs; what is seen scatters by a factor of {np.exp(noise):.2f}")
assert found.success
assert noise < 0.3
assert np.all(
    np.abs(np.exp(found.x["rates"]) - [0.55, 0.028, 0.024, 0.8]) < [0.1, 0.006, 0.006, 0.15]
)

# %%
# The picture
# -----------
# The error of each predicted point comes of the Jacobian and the covariance.

fine = np.linspace(1900.0, 1920.0, 201)
curve = populations(found.x, fine)
blocks = columns(found.x, fine)
jacobian = np.concatenate([blocks["rates"], blocks["start"]], axis=-1)
error = np.sqrt(np.einsum("ati,ij,atj->at", jacobian, covariance, jacobian))

figure, (left, right) = plt.subplots(
    1, 2, figsize=(11.5, 4.2), width_ratios=(1.9, 1), layout="constrained"
)
for k, (name, colour) in enumerate((("hares", "tab:brown"), ("lynxes", "tab:blue"))):
    left.fill_between(
        fine, *np.exp([curve[k] - 2 * error[k], curve[k] + 2 * error[k]]), color=colour, alpha=0.2
    )
    left.plot(fine, np.exp(curve[k]), color=colour, label=name)
    left.plot(years, np.exp(seen[k]), "o", color=colour, markersize=4)
left.set(
    xlabel="year",
    ylabel="pelts (thousands)",
    title="Pelts bought, and the fitted cycle ± 2 deviations",
)
left.set_xticks(range(1900, 1921, 5))
left.legend(frameon=False)
right.plot(*np.exp(curve), color="0.3", linewidth=1.0)
dots = right.scatter(*np.exp(seen), c=years, cmap="plasma", s=30, zorder=3)
figure.colorbar(dots, label="year", ticks=range(1900, 1921, 5))
right.set(xlabel="hares (thousands)", ylabel="lynxes (thousands)", title="Round and round")
plt.show()
