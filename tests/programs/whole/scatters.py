"""Index arrays: sparse matrices, histograms, particles on grids, graphs."""

import numpy as np

from ..registry import program

rng = np.random.default_rng(40)
normal, uniform = rng.normal, rng.uniform


@program(
    uniform(0.5, 1.5, size=9),
    np.array([0, 1, 0, 2, 3, 1, 2, 0, 3]),
    np.array([0, 2, 5, 7, 9]),
    uniform(0.5, 1.5, size=4),
    3,
    compiles=True,
    twice=False,
)
def power_iteration_in_sparse_rows(data, indices, indptr, x, iterations):
    """The largest eigenvalue of a matrix in compressed rows.

    Saad, Iterative Methods for Sparse Linear Systems, sections 3.4 and 3.5.
    """

    def matvec(v):
        result = np.zeros(len(indptr) - 1)
        for row in range(len(indptr) - 1):
            for k in range(indptr[row], indptr[row + 1]):
                result[row] += data[k] * v[indices[k]]
        return result

    eigenvalue = 0.0
    for _ in range(iterations):
        y = matvec(x)
        eigenvalue = np.sqrt(np.sum(y * y))
        x = y / eigenvalue
    return eigenvalue, x


@program(uniform(0.3, 6.6, size=9), normal(size=9), 8, 0.1, 2, twice=False)
def particles_in_cells(x, v, cells, dt, steps):
    """Charges are spread on a grid, the field is solved for and felt.

    Birdsall and Langdon, Plasma Physics via Computer Simulation, section 2.
    """
    n = len(x)
    for _ in range(steps):
        left = np.floor(x).astype(int)
        fraction = x - left
        density = np.zeros(cells)
        np.add.at(density, left % cells, 1.0 - fraction)
        np.add.at(density, (left + 1) % cells, fraction)
        density -= n / cells
        field = np.cumsum(density)
        field -= field.mean()
        push = (1.0 - fraction) * field[left % cells] + fraction * field[(left + 1) % cells]
        v -= dt * push
        x = (x + dt * v) % cells
    return x, v


@program(normal(size=10), uniform(0.2, 2.0, size=10), np.linspace(-2.0, 2.0, 6), 0.4, twice=False)
def soft_histogram(samples, weights, edges, width):
    """Each sample falls in the bins around it by a triangular kernel.

    Silverman, Density Estimation for Statistics and Data Analysis, section 2.4.
    """
    bins = np.zeros(len(edges) - 1)
    centres = 0.5 * (edges[1:] + edges[:-1])
    for s, w in zip(samples, weights, strict=True):
        for k, centre in enumerate(centres):
            distance = abs(s - centre) / width
            if distance >= 1.0:
                continue
            bins[k] += w * (1.0 - distance)
    total = bins.sum()
    if total == 0.0:
        return bins
    return bins / (total * np.diff(edges))


@program(
    normal(size=(5, 3)),
    np.array([[0, 1], [1, 2], [2, 0], [3, 4], [4, 0], [0, 2]]),
    [normal(size=(3, 3)), normal(size=(3, 3))],
    twice=False,
)
def message_passing_on_a_graph(h, edges, weights):
    """Nodes add up what their neighbours send.

    Gilmer et al., Neural Message Passing for Quantum Chemistry, ICML 2017.
    """
    source, target = edges.T
    degree = np.ones(len(h))
    np.add.at(degree, target, 1.0)
    for W in weights:
        messages = (h @ W)[source]
        gathered = h.copy()
        np.add.at(gathered, target, messages)
        h = np.tanh(gathered / degree[:, None])
    return h.sum(axis=0)


@program(normal(size=(5, 2)), np.array([[0, 1, 2], [1, 3, 2], [2, 3, 4]]), 1.5, twice=False)
def finite_element_assembly(nodes, triangles, conductivity):
    """The stiffness matrix of linear triangles, assembled and solved.

    Johnson, Numerical Solution of Partial Differential Equations by the Finite Element Method, 1.8.
    """
    n = nodes.shape[0]
    K = np.zeros((n, n))
    load = np.zeros(n)
    for triangle in triangles:
        corners = nodes[triangle]
        x, y = corners[:, 0], corners[:, 1]
        b = np.array([y[1] - y[2], y[2] - y[0], y[0] - y[1]])
        c = np.array([x[2] - x[1], x[0] - x[2], x[1] - x[0]])
        area = 0.5 * abs(b[0] * c[1] - b[1] * c[0])
        local = conductivity * (np.outer(b, b) + np.outer(c, c)) / (4.0 * area)
        for i in range(3):
            load[triangle[i]] += area / 3.0
            for j in range(3):
                K[triangle[i], triangle[j]] += local[i, j]
    # the first node is held at zero
    K[0, :] = 0.0
    K[:, 0] = 0.0
    K[0, 0] = 1.0
    load[0] = 0.0
    return np.linalg.solve(K, load)


@program(uniform(0.1, 1.0, size=(4, 4)), 0.85, 6, twice=False)
def page_rank(links, damping, iterations):
    """Importance by repeated distribution along links.

    Brin and Page, Computer Networks 30 (1998) 107-117.
    """
    n = len(links)
    out = links.sum(axis=1)
    rank = np.ones(n) / n
    nxt = np.zeros(n)
    for _ in range(iterations):
        nxt.fill((1.0 - damping) / n)
        for i in range(n):
            share = damping * rank[i] / out[i]
            for j in range(n):
                if i == j:
                    continue
                nxt[j] += share * links[i, j]
        rank, nxt = nxt, rank
        rank /= rank.sum()
    return rank
