"""Sequences: filters, transforms, predictions, alignments."""

import numpy as np

from ..registry import program

rng = np.random.default_rng(53)
normal, uniform = rng.normal, rng.uniform


@program(0.25, normal(size=(4, 5)), compiles=True, twice=False)
def recursive_smoothing(alpha, image):
    """A smoothing of images by two recursions along each axis.

    Deriche, INRIA Research Report 1893 (1993).
    """
    decay = np.exp(-alpha)
    k = (1.0 - decay) * (1.0 - decay) / (1.0 + alpha * decay - np.exp(2.0 * alpha))
    a1 = a5 = k
    a2 = a6 = k * decay * (alpha - 1.0)
    a3 = a7 = k * decay * (alpha + 1.0)
    a4 = a8 = -k * np.exp(-2.0 * alpha)
    b1, b2 = 2.0 ** (-alpha), -np.exp(-2.0 * alpha)
    rows, columns = image.shape
    y1, y2 = np.empty_like(image), np.empty_like(image)
    y1[:, 0] = a1 * image[:, 0]
    y1[:, 1] = a1 * image[:, 1] + a2 * image[:, 0] + b1 * y1[:, 0]
    for j in range(2, columns):
        y1[:, j] = a1 * image[:, j] + a2 * image[:, j - 1] + b1 * y1[:, j - 1] + b2 * y1[:, j - 2]
    y2[:, -1] = 0.0
    y2[:, -2] = a3 * image[:, -1]
    for j in range(columns - 3, -1, -1):
        y2[:, j] = (
            a3 * image[:, j + 1] + a4 * image[:, j + 2] + b1 * y2[:, j + 1] + b2 * y2[:, j + 2]
        )
    smooth = y1 + y2
    y1[0, :] = a5 * smooth[0, :]
    y1[1, :] = a5 * smooth[1, :] + a6 * smooth[0, :] + b1 * y1[0, :]
    for i in range(2, rows):
        y1[i, :] = a5 * smooth[i, :] + a6 * smooth[i - 1, :] + b1 * y1[i - 1, :] + b2 * y1[i - 2, :]
    y2[-1, :] = 0.0
    y2[-2, :] = a7 * smooth[-1, :]
    for i in range(rows - 3, -1, -1):
        y2[i, :] = (
            a7 * smooth[i + 1, :] + a8 * smooth[i + 2, :] + b1 * y2[i + 1, :] + b2 * y2[i + 2, :]
        )
    smooth[:] = y1 + y2
    return smooth


@program(0.3 * uniform(0.5, 1.5, size=5), compiles=True, twice=False)
def linear_prediction(r):
    """The coefficients that predict a process from its correlations, by Durbin's recursion.

    Golub and Van Loan, Matrix Computations, algorithm 4.7.1.
    """
    y = np.empty_like(r)
    alpha = -r[0]
    beta = 1.0
    y[0] = alpha
    for k in range(1, r.shape[0]):
        beta *= 1.0 - alpha * alpha
        alpha = -(r[k] + np.dot(np.flip(r[:k]), y[:k])) / beta
        y[:k] += alpha * np.flip(y[:k])
        y[k] = alpha
    return y


@program(normal(size=8), 3, compiles=True, twice=False)
def power_spectrum(x, stages):
    """A radix-two transform of real and imaginary part, between two pairs of buffers.

    Van Loan, Computational Frameworks for the Fast Fourier Transform, section 1.7.
    """
    n = 2**stages
    real, imaginary = x.copy(), np.zeros(n)
    next_real, next_imaginary = np.zeros(n), np.zeros(n)
    span = 1
    for _ in range(stages):
        half = n // 2
        for j in range(half):
            k = j % span
            angle = -np.pi * k / span
            c, s = np.cos(angle), np.sin(angle)
            turned = real[j + half] * c - imaginary[j + half] * s
            quarter = real[j + half] * s + imaginary[j + half] * c
            at = 2 * (j - k) + k
            next_real[at] = real[j] + turned
            next_imaginary[at] = imaginary[j] + quarter
            next_real[at + span] = real[j] - turned
            next_imaginary[at + span] = imaginary[j] - quarter
        real, next_real = next_real, real
        imaginary, next_imaginary = next_imaginary, imaginary
        span *= 2
    return real**2 + imaginary**2


@program(uniform(0.5, 1.5, size=(6, 6)), compiles=True, twice=False)
def folded_sequence(score):
    """The best nested pairing of a sequence, by dynamic programming over its intervals.

    Nussinov et al., SIAM Journal on Applied Mathematics 35 (1978) 68-82.
    """
    n = len(score)
    best = np.zeros((n, n))
    for i in range(n - 1, -1, -1):
        for j in range(i + 1, n):
            best[i, j] = max(best[i, j], best[i, j - 1])
            best[i, j] = max(best[i, j], best[i + 1, j])
            if i < j - 1:
                best[i, j] = max(best[i, j], best[i + 1, j - 1] + score[i, j])
            for k in range(i + 1, j):
                best[i, j] = max(best[i, j], best[i, k] + best[k + 1, j])
    return best[0, n - 1]


@program(
    normal(size=(4, 6)), normal(size=(6, 6)), normal(size=(6, 6)), normal(size=(6, 6)), twice=False
)
def causal_attention(x, query, key, value, heads=2):
    """Heads that look at the past alone; the softmax is computed in place.

    Vaswani et al., Attention is all you need (2017), section 3.2.
    """
    steps, width = x.shape

    def split(w):
        return (x @ w).reshape(steps, heads, width // heads).transpose(1, 0, 2)

    q, k, v = split(query), split(key), split(value)
    s = q @ k.transpose(0, 2, 1) / np.sqrt(width // heads)
    future = np.triu(np.ones((steps, steps)), 1).astype(bool)
    s[:, future] = -1e9
    s -= s.max(axis=-1, keepdims=True)
    np.exp(s, out=s)
    s /= s.sum(axis=-1, keepdims=True)
    return (s @ v).transpose(1, 0, 2).reshape(steps, width)


@program(normal(size=8), 0.3 * normal(size=2), 0.3 * normal(size=2), twice=False)
def moving_average_likelihood(y, phi, theta):
    """The conditional sum of squares of an autoregression with moving average.

    Box and Jenkins, Time Series Analysis, section 7.1.
    """
    error = np.zeros(len(y))
    p, q = len(phi), len(theta)
    for t in range(max(p, q), len(y)):
        past = sum(theta[j] * error[t - 1 - j] for j in range(q))
        error[t] = y[t] - np.dot(phi, y[t - p : t][::-1]) - past
    return np.sum(error**2)
