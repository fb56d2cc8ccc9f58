"""Functions and classes of SciPy's without a derivative, for a reason of their own: why, and what to use."""

from __future__ import annotations

CHOSEN = (
    "the order of its eigenvalues and the turn of its vectors are the algorithm's choice, not the matrix's",
    "use scipy.linalg.eig, solve_sylvester, or a function of the matrix such as expm or sqrtm, "
    "which have derivatives",
)
GROUPED = (
    "which roots count as one, and so how many terms there are, is decided by their values",
    "take simple poles: p = np.roots(a), and np.polyval(b, p) / np.polyval(np.polyder(a), p)",
)
RANDOM_VARIABLE = (
    "the methods of these objects choose among formulas when they are called, and are not followed",
    "use the distribution of the older style, scipy.stats.norm(loc, scale) say",
)
SMOOTHED = (
    "the data choose the knots and how much is smoothed, through an iteration that stops early",
    "pass s=0, fix the knots (make_lsq_spline, LSQUnivariateSpline), or the penalty "
    "(make_smoothing_spline with lam=)",
)
WITHOUT = {
    **dict.fromkeys(
        [
            f"scipy.interpolate.{name}"
            for name in ("UnivariateSpline", "splrep", "splprep", "make_splrep", "make_splprep")
        ],
        SMOOTHED,
    ),
    "scipy.interpolate.make_smoothing_spline": (
        "without lam= it is chosen by cross validation, through an iteration that stops early",
        "pass lam=, one number",
    ),
    **dict.fromkeys([f"scipy.linalg.{name}" for name in ("qz", "ordqz")], CHOSEN),
    **dict.fromkeys(
        [
            f"scipy.signal.{name}"
            for name in ("residue", "residuez", "invres", "invresz", "unique_roots")
        ],
        GROUPED,
    ),
    **dict.fromkeys(
        [f"scipy.stats.{name}" for name in ("Mixture", "truncate", "order_statistic")],
        RANDOM_VARIABLE,
    ),
}
