"""Bundle adjustment: the residuals of all observations, and one block of their Jacobian."""

from __future__ import annotations

import numpy as np

from benchmarks.rows.case import Case


def project(camera, point):
    """Where a camera (rotation, centre, focal length, principal point, distortion) sees a point."""
    r = camera[:3]
    p = point - camera[3:6]
    theta = np.sqrt(np.sum(r**2))
    c, s = np.cos(theta), np.sin(theta)
    w = r / theta
    q = c * p + s * np.cross(w, p) + (1 - c) * np.sum(w * p) * w
    e = q[:2] / q[2]
    square = np.sum(e**2)
    e = e * (1 + camera[9] * square + camera[10] * square**2)
    return camera[6] * e + camera[7:9]


def residuals(cameras, points, weights, which, seen):
    """The weighted distances of all observations."""
    found = np.zeros((len(which), 2))
    for i in range(len(which)):
        place = project(cameras[which[i, 0]], points[which[i, 1]])
        found[i] = weights[i] * (place - seen[i])
    return found


def back(k, x, g0, g1, k_bar, x_bar):
    """Add what one observation gives to its camera and its point; return where it is seen."""
    theta = np.sqrt(k[0] * k[0] + k[1] * k[1] + k[2] * k[2])
    c, s = np.cos(theta), np.sin(theta)
    w0, w1, w2 = k[0] / theta, k[1] / theta, k[2] / theta
    p0, p1, p2 = x[0] - k[3], x[1] - k[4], x[2] - k[5]
    v0, v1, v2 = w1 * p2 - w2 * p1, w2 * p0 - w0 * p2, w0 * p1 - w1 * p0
    d = w0 * p0 + w1 * p1 + w2 * p2
    t = (1 - c) * d
    q2 = c * p2 + s * v2 + t * w2
    e0, e1 = (c * p0 + s * v0 + t * w0) / q2, (c * p1 + s * v1 + t * w1) / q2
    square = e0 * e0 + e1 * e1
    grown = 1 + k[9] * square + k[10] * square * square

    along = g0 * e0 + g1 * e1
    k_bar[6] += grown * along
    k_bar[7] += g0
    k_bar[8] += g1
    t_bar = k[6] * along
    k_bar[9] += t_bar * square
    k_bar[10] += t_bar * square * square
    t_bar *= 2 * (k[9] + 2 * k[10] * square)
    f0, f1 = k[6] * grown * g0 + t_bar * e0, k[6] * grown * g1 + t_bar * e1
    b0, b1, b2 = f0 / q2, f1 / q2, -(f0 * e0 + f1 * e1) / q2
    bw = b0 * w0 + b1 * w1 + b2 * w2
    c_bar = b0 * p0 + b1 * p1 + b2 * p2 - d * bw
    s_bar = b0 * v0 + b1 * v1 + b2 * v2
    d_bar = (1 - c) * bw
    x0 = c * b0 + s * (b1 * w2 - b2 * w1) + d_bar * w0
    x1 = c * b1 + s * (b2 * w0 - b0 * w2) + d_bar * w1
    x2 = c * b2 + s * (b0 * w1 - b1 * w0) + d_bar * w2
    a0 = s * (p1 * b2 - p2 * b1) + t * b0 + d_bar * p0
    a1 = s * (p2 * b0 - p0 * b2) + t * b1 + d_bar * p1
    a2 = s * (p0 * b1 - p1 * b0) + t * b2 + d_bar * p2
    theta_bar = c * s_bar - s * c_bar - (a0 * w0 + a1 * w1 + a2 * w2) / theta
    k_bar[0] += a0 / theta + theta_bar * w0
    k_bar[1] += a1 / theta + theta_bar * w1
    k_bar[2] += a2 / theta + theta_bar * w2
    k_bar[3] -= x0
    k_bar[4] -= x1
    k_bar[5] -= x2
    x_bar[0] += x0
    x_bar[1] += x1
    x_bar[2] += x2
    return k[6] * grown * e0 + k[7], k[6] * grown * e1 + k[8]


def project_back(camera, point, y_bar):
    """The adjoint of `project`, with arrays, and where the point is seen."""
    p = point - camera[3:6]
    theta = np.sqrt(camera[:3] @ camera[:3])
    c, s = np.cos(theta), np.sin(theta)
    w = camera[:3] / theta
    v, d = np.cross(w, p), w @ p
    q = c * p + s * v + (1 - c) * d * w
    e = q[:2] / q[2]
    square = e @ e
    grown = 1 + camera[9] * square + camera[10] * square**2

    camera_bar = np.empty(11)
    t = y_bar @ e
    camera_bar[6] = grown * t
    camera_bar[7:9] = y_bar
    t *= camera[6]
    camera_bar[9] = t * square
    camera_bar[10] = t * square**2
    e_bar = camera[6] * grown * y_bar + 2 * t * (camera[9] + 2 * camera[10] * square) * e
    q_bar = np.empty(3)
    q_bar[:2] = e_bar / q[2]
    q_bar[2] = -(e_bar @ e) / q[2]
    along = q_bar @ w
    d_bar = (1 - c) * along
    p_bar = c * q_bar + s * np.cross(q_bar, w) + d_bar * w
    w_bar = s * np.cross(p, q_bar) + (1 - c) * d * q_bar + d_bar * p
    theta_bar = c * (q_bar @ v) - s * (q_bar @ p - d * along) - (w_bar @ w) / theta
    camera_bar[:3] = w_bar / theta + theta_bar * w
    camera_bar[3:6] = -p_bar
    return camera[6] * grown * e + camera[7:9], camera_bar, p_bar


def residuals_adjoint(cameras, points, weights, which, seen, y_bar):
    """The adjoint of `residuals` in cameras, points and weights, an observation at a time."""
    cameras_bar, points_bar = np.zeros_like(cameras), np.zeros_like(points)
    weights_bar = np.empty_like(weights)
    for i, (a, b) in enumerate(which):
        place, camera_bar, point_bar = project_back(cameras[a], points[b], weights[i] * y_bar[i])
        cameras_bar[a] += camera_bar
        points_bar[b] += point_bar
        weights_bar[i] = y_bar[i] @ (place - seen[i])
    return cameras_bar, points_bar, weights_bar


def project_adjoint(camera, point, y_bar):
    """The adjoint of `project`."""
    return project_back(camera, point, y_bar)[1:]


def residuals_loops(cameras, points, weights, which, seen, y_bar):
    """`residuals_adjoint` with numbers."""
    cameras_bar, points_bar = np.zeros(cameras.shape), np.zeros(points.shape)
    weights_bar = np.empty(len(weights))
    for i in range(len(which)):
        a, b = which[i, 0], which[i, 1]
        g0, g1 = weights[i] * y_bar[i, 0], weights[i] * y_bar[i, 1]
        e0, e1 = back(cameras[a], points[b], g0, g1, cameras_bar[a], points_bar[b])
        weights_bar[i] = y_bar[i, 0] * (e0 - seen[i, 0]) + y_bar[i, 1] * (e1 - seen[i, 1])
    return cameras_bar, points_bar, weights_bar


def project_loops(camera, point, y_bar):
    """`project_adjoint` with numbers."""
    camera_bar, point_bar = np.zeros(11), np.zeros(3)
    back(camera, point, y_bar[0], y_bar[1], camera_bar, point_bar)
    return camera_bar, point_bar


CPP = """
static void back(const double* k, const double* x, double g0, double g1, double* kb, double* xb,
                 double* e) {
    double theta = std::sqrt(k[0] * k[0] + k[1] * k[1] + k[2] * k[2]);
    double c = std::cos(theta), s = std::sin(theta);
    double w0 = k[0] / theta, w1 = k[1] / theta, w2 = k[2] / theta;
    double p0 = x[0] - k[3], p1 = x[1] - k[4], p2 = x[2] - k[5];
    double v0 = w1 * p2 - w2 * p1, v1 = w2 * p0 - w0 * p2, v2 = w0 * p1 - w1 * p0;
    double d = w0 * p0 + w1 * p1 + w2 * p2, t = (1 - c) * d, q2 = c * p2 + s * v2 + t * w2;
    double e0 = (c * p0 + s * v0 + t * w0) / q2, e1 = (c * p1 + s * v1 + t * w1) / q2;
    double square = e0 * e0 + e1 * e1, grown = 1 + k[9] * square + k[10] * square * square;
    double along = g0 * e0 + g1 * e1, tb = k[6] * along;
    kb[6] += grown * along;
    kb[7] += g0;
    kb[8] += g1;
    kb[9] += tb * square;
    kb[10] += tb * square * square;
    tb *= 2 * (k[9] + 2 * k[10] * square);
    double f0 = k[6] * grown * g0 + tb * e0, f1 = k[6] * grown * g1 + tb * e1;
    double b0 = f0 / q2, b1 = f1 / q2, b2 = -(f0 * e0 + f1 * e1) / q2;
    double bw = b0 * w0 + b1 * w1 + b2 * w2, db = (1 - c) * bw;
    double cb = b0 * p0 + b1 * p1 + b2 * p2 - d * bw, sb = b0 * v0 + b1 * v1 + b2 * v2;
    double x0 = c * b0 + s * (b1 * w2 - b2 * w1) + db * w0;
    double x1 = c * b1 + s * (b2 * w0 - b0 * w2) + db * w1;
    double x2 = c * b2 + s * (b0 * w1 - b1 * w0) + db * w2;
    double a0 = s * (p1 * b2 - p2 * b1) + t * b0 + db * p0;
    double a1 = s * (p2 * b0 - p0 * b2) + t * b1 + db * p1;
    double a2 = s * (p0 * b1 - p1 * b0) + t * b2 + db * p2;
    double h = c * sb - s * cb - (a0 * w0 + a1 * w1 + a2 * w2) / theta;
    kb[0] += a0 / theta + h * w0;
    kb[1] += a1 / theta + h * w1;
    kb[2] += a2 / theta + h * w2;
    kb[3] -= x0, kb[4] -= x1, kb[5] -= x2;
    xb[0] += x0, xb[1] += x1, xb[2] += x2;
    e[0] = k[6] * grown * e0 + k[7], e[1] = k[6] * grown * e1 + k[8];
}
"""
RESIDUALS_CPP = f"""{CPP}
void adjoint(const double* k, long n, long, const double* x, long m, long, const double* w, long,
             const long* which, long o, long, const double* seen, long, long,
             const double* y_bar, long, long, double* kb, double* xb, double* wb) {{
    std::fill(kb, kb + 11 * n, 0.0);
    std::fill(xb, xb + 3 * m, 0.0);
    FOR(i, o) {{
        const double *y = y_bar + 2 * i, *z = seen + 2 * i;
        long a = which[2 * i], b = which[2 * i + 1];
        double e[2];
        back(k + 11 * a, x + 3 * b, w[i] * y[0], w[i] * y[1], kb + 11 * a, xb + 3 * b, e);
        wb[i] = y[0] * (e[0] - z[0]) + y[1] * (e[1] - z[1]);
    }}
}}
"""
PROJECT_CPP = f"""{CPP}
void adjoint(const double* k, long, const double* x, long, const double* y_bar, long,
             double* kb, double* xb) {{
    double e[2];
    std::fill(kb, kb + 11, 0.0);
    std::fill(xb, xb + 3, 0.0);
    back(k, x, y_bar[0], y_bar[1], kb, xb, e);
}}
"""


def _in(xp, stack):
    def program(camera, point):
        r, p = camera[:3], point - camera[3:6]
        theta = xp.sqrt(xp.sum(r**2))
        c, s = xp.cos(theta), xp.sin(theta)
        w = r / theta
        v = stack((
            w[1] * p[2] - w[2] * p[1], w[2] * p[0] - w[0] * p[2], w[0] * p[1] - w[1] * p[0],
        ))  # fmt: skip
        q = c * p + s * v + (1 - c) * xp.sum(w * p) * w
        e = q[:2] / q[2]
        square = xp.sum(e**2)
        e = e * (1 + camera[9] * square + camera[10] * square**2)
        return camera[6] * e + camera[7:9]

    return program


def _project_in(xp):
    return _in(xp, getattr(xp, "stack", None) or xp.array)


def _project_in_autograd(xp):
    return _in(xp, lambda parts: xp.array(list(parts)))


def _residuals_in_torch(xp):
    one = xp.func.vmap(_project_in(xp))

    def program(cameras, points, weights, which, seen):
        return weights[:, None] * (one(cameras[which[:, 0]], points[which[:, 1]]) - seen)

    return program


def _residuals_in_jax(xp):
    import jax

    one = jax.vmap(_project_in(xp))

    def program(cameras, points, weights, which, seen):
        return weights[:, None] * (one(cameras[which[:, 0]], points[which[:, 1]]) - seen)

    return program


def _data(cameras, points):
    random = np.random.default_rng(34)
    inside = np.array([500.0, 320.0, 240.0, -0.1, 0.01])
    outside = random.normal(size=(cameras, 6)) * 0.2
    k = np.concatenate((outside, np.tile(inside, (cameras, 1))), axis=1)
    return random, k, random.normal(size=(points, 3)) + [0.0, 0.0, 8.0]


def _residuals_case(n):
    random, cameras, points = _data(10, 100)
    which = np.stack((random.integers(0, 10, n), random.integers(0, 100, n)), axis=1)
    return Case(
        name="bundle adjustment, residuals",
        sized="{} observations",
        size=n,
        primal=residuals,
        adjoint=residuals_adjoint,
        compiled_adjoint=residuals_loops,
        cpp=RESIDUALS_CPP,
        inputs=(cameras, points, random.uniform(0.5, 1.5, n), which,
                random.uniform(200.0, 400.0, (n, 2))),
        argnums=(0, 1, 2),
        cotangent=random.normal(size=(n, 2)),
        elsewhere={"torch": _residuals_in_torch, "jax": _residuals_in_jax},
    )  # fmt: skip


def _block_case():
    random, cameras, points = _data(1, 1)
    return Case(
        name="bundle adjustment, a row of a block",
        size=1,
        primal=project,
        adjoint=project_adjoint,
        compiled_adjoint=project_loops,
        cpp=PROJECT_CPP,
        inputs=(cameras[0], points[0]),
        argnums=(0, 1),
        cotangent=np.array([1.0, 0.0]),
        elsewhere={"torch": _project_in, "jax": _project_in, "autograd": _project_in_autograd},
    )


ROWS = {"bundle": lambda: _residuals_case(200), "bundle-row": _block_case}
