"""``scipy.special``: hypergeometric functions, orthogonal polynomials, integrals of elementary functions.

By parameters without a formula, derivatives are differences; degrees have none.
"""

from __future__ import annotations

import numpy as np
from scipy import special as sp

from srcgrad.rules.on_demand.elliptic import several
from srcgrad.rules.on_demand.special import elementwise
from srcgrad.runtime import difference, unbroadcast

# --- hypergeometric functions ------------------------------------------------------------------------


@elementwise("hyp0f1", holomorphic=True)
def hyp0f1(y_bar, y, v, z):
    v_bar = y_bar * difference("hyp0f1", (0,), v, z)
    z_bar = y_bar * sp.hyp0f1(v + 1.0, z) / v


@elementwise("hyp1f1", holomorphic=True)
def hyp1f1(y_bar, y, a, b, x):  # DLMF 13.3.15
    a_bar = y_bar * difference("hyp1f1", (0,), a, b, x)
    b_bar = y_bar * difference("hyp1f1", (1,), a, b, x)
    x_bar = y_bar * a / b * sp.hyp1f1(a + 1.0, b + 1.0, x)


@elementwise("hyp2f1", holomorphic=True)
def hyp2f1(y_bar, y, a, b, c, z):  # DLMF 15.5.1
    a_bar = y_bar * difference("hyp2f1", (0,), a, b, c, z)
    b_bar = y_bar * difference("hyp2f1", (1,), a, b, c, z)
    c_bar = y_bar * difference("hyp2f1", (2,), a, b, c, z)
    z_bar = y_bar * a * b / c * sp.hyp2f1(a + 1.0, b + 1.0, c + 1.0, z)


@elementwise("hyperu")
def hyperu(y_bar, y, a, b, x):  # DLMF 13.3.22
    a_bar = y_bar * difference("hyperu", (0,), a, b, x)
    b_bar = y_bar * difference("hyperu", (1,), a, b, x)
    x_bar = -y_bar * a * sp.hyperu(a + 1.0, b + 1.0, x)


# --- polynomials: DLMF 18.9.15 to 18.9.28 ------------------------------------------------------------
# the degree of the derivative is one less; of degree 0, the derivative is 0


@elementwise("eval_legendre", holomorphic=True)
def eval_legendre(y_bar, y, n, x):
    x_bar = y_bar * (n != 0) * sp.eval_gegenbauer(n - 1 + 1 * (n == 0), 1.5, x)


@elementwise("eval_chebyt", holomorphic=True)
def eval_chebyt(y_bar, y, n, x):
    x_bar = y_bar * n * sp.eval_chebyu(n - 1 + 1 * (n == 0), x)


@elementwise("eval_chebyu", holomorphic=True)
def eval_chebyu(y_bar, y, n, x):
    x_bar = 2.0 * y_bar * (n != 0) * sp.eval_gegenbauer(n - 1 + 1 * (n == 0), 2.0, x)


@elementwise("eval_chebyc", holomorphic=True)
def eval_chebyc(y_bar, y, n, x):
    x_bar = y_bar * n * sp.eval_chebys(n - 1 + 1 * (n == 0), x)


@elementwise("eval_chebys", holomorphic=True)
def eval_chebys(y_bar, y, n, x):
    x_bar = y_bar * (n != 0) * sp.eval_gegenbauer(n - 1 + 1 * (n == 0), 2.0, 0.5 * x)


@elementwise("eval_hermite")
def eval_hermite(y_bar, y, n, x):
    m = n // 1
    x_bar = 2.0 * y_bar * m * sp.eval_hermite(m - 1 + 1 * (m == 0), x)


@elementwise("eval_hermitenorm")
def eval_hermitenorm(y_bar, y, n, x):
    m = n // 1
    x_bar = y_bar * m * sp.eval_hermitenorm(m - 1 + 1 * (m == 0), x)


@elementwise("eval_laguerre", holomorphic=True)
def eval_laguerre(y_bar, y, n, x):
    x_bar = -y_bar * (n != 0) * sp.eval_genlaguerre(n - 1 + 1 * (n == 0), 1.0, x)


@elementwise("eval_genlaguerre", holomorphic=True)
def eval_genlaguerre(y_bar, y, n, alpha, x):
    alpha_bar = y_bar * difference("eval_genlaguerre", (1,), n, alpha, x)
    x_bar = -y_bar * (n != 0) * sp.eval_genlaguerre(n - 1 + 1 * (n == 0), alpha + 1.0, x)


@elementwise("eval_gegenbauer", holomorphic=True)
def eval_gegenbauer(y_bar, y, n, alpha, x):
    alpha_bar = y_bar * difference("eval_gegenbauer", (1,), n, alpha, x)
    x_bar = (
        2.0 * y_bar * alpha * (n != 0) * sp.eval_gegenbauer(n - 1 + 1 * (n == 0), alpha + 1.0, x)
    )


@elementwise("eval_jacobi", holomorphic=True)
def eval_jacobi(y_bar, y, n, alpha, beta, x):
    alpha_bar = y_bar * difference("eval_jacobi", (1,), n, alpha, beta, x)
    beta_bar = y_bar * difference("eval_jacobi", (2,), n, alpha, beta, x)
    slope = sp.eval_jacobi(n - 1 + 1 * (n == 0), alpha + 1.0, beta + 1.0, x)
    x_bar = 0.5 * y_bar * (n != 0) * (n + alpha + beta + 1.0) * slope


@elementwise("eval_sh_legendre", holomorphic=True)
def eval_sh_legendre(y_bar, y, n, x):
    x_bar = 2.0 * y_bar * (n != 0) * sp.eval_gegenbauer(n - 1 + 1 * (n == 0), 1.5, 2.0 * x - 1.0)


@elementwise("eval_sh_chebyt", holomorphic=True)
def eval_sh_chebyt(y_bar, y, n, x):
    x_bar = 2.0 * y_bar * n * sp.eval_chebyu(n - 1 + 1 * (n == 0), 2.0 * x - 1.0)


@elementwise("eval_sh_chebyu", holomorphic=True)
def eval_sh_chebyu(y_bar, y, n, x):
    x_bar = 4.0 * y_bar * (n != 0) * sp.eval_gegenbauer(n - 1 + 1 * (n == 0), 2.0, 2.0 * x - 1.0)


@elementwise("eval_sh_jacobi", holomorphic=True)
def eval_sh_jacobi(y_bar, y, n, p, q, x):  # the leading coefficient is 1
    p_bar = y_bar * difference("eval_sh_jacobi", (1,), n, p, q, x)
    q_bar = y_bar * difference("eval_sh_jacobi", (2,), n, p, q, x)
    x_bar = y_bar * n * sp.eval_sh_jacobi(n - 1 + 1 * (n == 0), p + 2.0, q + 1.0, x)


@elementwise("lpmv", regular=0.25)
def lpmv(y_bar, y, m, v, x):  # DLMF 14.10.5; nan at x = +-1
    x_bar = y_bar * ((v + m) * sp.lpmv(m, v - 1.0, x) - v * x * y) / (1.0 - x * x)


# --- exponential, trigonometric, elliptic means -------------------------------------------------------


@elementwise("exp1", holomorphic=True)
def exp1(y_bar, y, x):
    x_bar = -y_bar * np.exp(-x) / x


@elementwise("expi", holomorphic=True)
def expi(y_bar, y, x):
    x_bar = y_bar * np.exp(x) / x


@elementwise("expn")
def expn(y_bar, y, n, x):  # DLMF 8.19.12, 8.19.13; n is a whole number
    x_bar = -y_bar * (np.exp(-x) - (n // 1 - 1) * y) / x


@elementwise("spence", holomorphic=True)
def spence(y_bar, y, x):  # nan at 1
    x_bar = y_bar * np.log(x) / (1.0 - x)


@elementwise("wrightomega", holomorphic=True)
def wrightomega(y_bar, y, z):
    z_bar = y_bar * y / (1.0 + y)


@several("sici", count=2, holomorphic=True)
def sici(y_bar, y, x):  # DLMF 6.2.9, 6.2.11
    x_bar = y_bar[0] * np.sinc(x / 3.141592653589793) + y_bar[1] * np.cos(x) / x
    y_dot = (np.sinc(x / 3.141592653589793) * x_dot, np.cos(x) / x * x_dot)


@several("shichi", count=2)
def shichi(y_bar, y, x):  # sinh(x) / x without a division: DLMF 6.2.15, 6.2.16
    t = 0.5 * (sp.exprel(x) + sp.exprel(-x))
    x_bar = y_bar[0] * t + y_bar[1] * np.cosh(x) / x
    y_dot = (t * x_dot, np.cosh(x) / x * x_dot)


@several("fresnel", count=2, holomorphic=True)
def fresnel(y_bar, y, z):  # DLMF 7.2.7, 7.2.8; pi / 2 = 1.57...
    t = 1.5707963267948966 * z * z
    z_bar = y_bar[0] * np.sin(t) + y_bar[1] * np.cos(t)
    y_dot = (np.sin(t) * z_dot, np.cos(t) * z_dot)


# --- solutions of differential equations of second order -----------------------------------------------


@several("airy", count=4, holomorphic=True)
def airy(y_bar, y, z):  # DLMF 9.2.1
    z_bar = y_bar[0] * y[1] + y_bar[1] * z * y[0] + y_bar[2] * y[3] + y_bar[3] * z * y[2]
    y_dot = (y[1] * z_dot, z * y[0] * z_dot, y[3] * z_dot, z * y[2] * z_dot)


@several("airye", count=4)
def airye(y_bar, y, z):  # scaled by exp(+-2/3 z sqrt(z)), of real numbers
    r = np.sqrt(np.maximum(z, 0.0))
    a = y[1] + r * y[0]
    b = z * y[0] + r * y[1]
    c = y[3] - r * y[2]
    d = z * y[2] - r * y[3]
    z_bar = y_bar[0] * a + y_bar[1] * b + y_bar[2] * c + y_bar[3] * d
    y_dot = (a * z_dot, b * z_dot, c * z_dot, d * z_dot)


@several("pbdv", "pbvv", count=2)
def pbdv(y_bar, y, v, x):  # DLMF 12.2.2
    t = (0.25 * x * x - v - 0.5) * y[0]
    x_bar = unbroadcast(y_bar[0] * y[1] + y_bar[1] * t, np.shape(x))
    y_dot = (y[1] * x_dot, t * x_dot)


@several("pbwa", count=2)
def pbwa(y_bar, y, a, x):  # DLMF 12.2.3
    t = (a - 0.25 * x * x) * y[0]
    x_bar = unbroadcast(y_bar[0] * y[1] + y_bar[1] * t, np.shape(x))
    y_dot = (y[1] * x_dot, t * x_dot)
