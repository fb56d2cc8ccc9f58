"""Parts of neural networks, as people write them in NumPy."""

import numpy as np
from numpy.lib.stride_tricks import as_strided, sliding_window_view

from .registry import program, torch

rng = np.random.default_rng(12)
normal, uniform = rng.normal, rng.uniform


@program(
    normal(size=(6, 5)),
    normal(size=(3, 2)),
    torch=lambda x, k: torch.nn.functional.conv2d(x[None, None], k[None, None])[0, 0],
    compiles=True,
)
def convolution_by_loops(image, kernel):
    height, width = kernel.shape
    out = np.zeros((image.shape[0] - height + 1, image.shape[1] - width + 1))
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            for k in range(height):
                for m in range(width):
                    out[i, j] += image[i + k, j + m] * kernel[k, m]
    return out


@program(
    normal(size=(6, 5)),
    normal(size=(3, 2)),
    torch=lambda x, k: torch.nn.functional.conv2d(x[None, None], k[None, None])[0, 0],
    compiles=True,
)
def convolution_by_slices(image, kernel):
    height, width = kernel.shape
    rows, columns = image.shape[0] - height + 1, image.shape[1] - width + 1
    out = np.zeros((rows, columns))
    for k in range(height):
        for m in range(width):
            out += kernel[k, m] * image[k : k + rows, m : m + columns]
    return out


@program(
    normal(size=(2, 3, 5, 5)),
    normal(size=(4, 3, 3, 3)),
    normal(size=4),
    torch=lambda x, w, b: torch.nn.functional.conv2d(x, w, b),
    twice=False,
)
def convolution_by_windows(x, w, b):
    windows = sliding_window_view(x, w.shape[2:], axis=(2, 3))
    return np.einsum("ncijkl,ockl->noij", windows, w) + b[:, None, None]


@program(
    normal(size=(5, 4)),
    normal(size=(2, 2)),
    torch=lambda x, k: torch.nn.functional.conv2d(x[None, None], k[None, None])[0, 0],
)
def convolution_by_strides(image, kernel):
    height, width = kernel.shape
    shape = (image.shape[0] - height + 1, image.shape[1] - width + 1, height, width)
    windows = as_strided(image, shape, image.strides + image.strides)
    return np.tensordot(windows, kernel, axes=2)


@program(
    normal(size=(4, 3)),
    np.eye(3)[[0, 2, 1, 1]],
    torch=lambda z, t: -(t * torch.log_softmax(z, 1)).sum(1).mean(),
)
def cross_entropy_of_dense_labels(logits, targets):
    shifted = logits - np.max(logits, axis=1, keepdims=True)
    log_probability = shifted - np.log(np.sum(np.exp(shifted), axis=1, keepdims=True))
    return -np.mean(np.sum(targets * log_probability, axis=1))


@program(
    normal(size=(4, 3)),
    np.array([0, 2, 1, 1]),
    torch=lambda z, labels: torch.nn.functional.cross_entropy(z, labels),
)
def cross_entropy_of_integer_labels(logits, labels):
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_partition = np.log(np.exp(shifted).sum(axis=1))
    return np.mean(log_partition - shifted[np.arange(len(labels)), labels])


@program(
    normal(size=(2, 12)),
    torch=lambda x: x.view(2, 3, 4).permute(0, 2, 1).reshape(4, 6).view(-1)[::2] ** 2,
)
def chain_of_views(x):
    return x.reshape(2, 3, 4).transpose(0, 2, 1).reshape(4, 6).ravel()[::2] ** 2


@program(
    normal(size=(3, 5)),
    uniform(0.5, 2, size=5),
    normal(size=5),
    torch=lambda x, g, b: torch.nn.functional.layer_norm(x, (5,), g, b),
)
def layer_normalisation(x, gain, bias):
    mean = x.mean(axis=-1, keepdims=True)
    variance = x.var(axis=-1, keepdims=True)
    return gain * (x - mean) / np.sqrt(variance + 1e-5) + bias


@program(
    normal(size=(6, 3)),
    uniform(0.5, 2, size=3),
    normal(size=3),
    torch=lambda x, g, b: torch.nn.functional.batch_norm(x, None, None, g, b, training=True),
)
def batch_normalisation(x, gain, bias):
    normalised = (x - np.mean(x, axis=0)) / np.sqrt(np.var(x, axis=0) + 1e-5)
    return normalised * gain + bias


@program(
    normal(size=(4, 3)),
    normal(size=(5, 3)),
    normal(size=(5, 2)),
    torch=lambda q, k, v: torch.nn.functional.scaled_dot_product_attention(
        q[None], k[None], v[None]
    )[0],
)
def attention(q, k, v):
    scores = q @ k.T / np.sqrt(q.shape[-1])
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights /= weights.sum(axis=-1, keepdims=True)
    return weights @ v


def _masked_attention(x, w):
    q, k, v = (x @ w).reshape(2, 3, 3, 2, 2).permute(2, 0, 3, 1, 4)
    y = torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
    return y.permute(0, 2, 1, 3).reshape(2, 3, 4)


@program(normal(size=(2, 3, 4)), normal(size=(4, 12)), torch=_masked_attention, twice=False)
def causal_attention_with_heads(x, w):
    batch, length, width = x.shape
    heads = 2
    size = width // heads
    q, k, v = (x @ w).reshape(batch, length, 3, heads, size).transpose(2, 0, 3, 1, 4)
    scores = q @ np.swapaxes(k, -1, -2) / np.sqrt(size)
    future = np.triu(np.ones((length, length), dtype=bool), 1)
    scores = np.where(future, -1e9, scores)
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights = weights / weights.sum(axis=-1, keepdims=True)
    return (weights @ v).transpose(0, 2, 1, 3).reshape(batch, length, width)


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def _lstm_cell(x, h, c, w, u, b):
    h, c = torch.lstm_cell(x[None], (h[None], c[None]), w, u, b, torch.zeros_like(b))
    return h[0], c[0]


@program(
    normal(size=3),
    normal(size=2),
    normal(size=2),
    normal(size=(8, 3)),
    normal(size=(8, 2)),
    normal(size=8),
    torch=_lstm_cell,
)
def lstm_cell(x, h, c, w, u, b):
    i, f, g, o = np.split(w @ x + u @ h + b, 4)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    h = sigmoid(o) * np.tanh(c)
    return h, c


@program(
    normal(size=(4, 3)),
    normal(size=(2, 3)),
    normal(size=(2, 2)),
    torch=lambda xs, w, u: torch.nn.RNN(3, 2, bias=False) and _recurrent(xs, w, u),
    compiles=True,
)
def recurrent_network(xs, w, u):
    h = np.zeros(2)
    for x in xs:
        h = np.tanh(w @ x + u @ h)
    return h


def _recurrent(xs, w, u):
    h = torch.zeros(2, dtype=torch.float64)
    for x in xs:
        h = torch.tanh(w @ x + u @ h)
    return h


@program(
    normal(size=(5, 3)),
    normal(size=(5, 1)),
    normal(size=(3, 4)),
    normal(size=4),
    normal(size=(4, 1)),
    normal(size=1),
    torch=lambda x, t, w1, b1, w2, b2: ((torch.tanh(x @ w1 + b1) @ w2 + b2 - t) ** 2).mean(),
    compiles=True,
)
def perceptron_loss(x, target, w1, b1, w2, b2):
    hidden = np.tanh(x @ w1 + b1)
    prediction = hidden @ w2 + b2
    return np.mean((prediction - target) ** 2)


@program(
    [(normal(size=(3, 4)), normal(size=4)), (normal(size=(4, 2)), normal(size=2))],
    normal(size=(5, 3)),
    torch=lambda layers, x: (
        torch.relu(x @ layers[0][0] + layers[0][1]) @ layers[1][0] + layers[1][1]
    ),
    compiles=True,
)
def perceptron_of_layers(layers, x):
    for w, b in layers[:-1]:
        x = np.maximum(x @ w + b, 0.0)
    w, b = layers[-1]
    return x @ w + b


@program(
    normal(size=(4, 4)),
    torch=lambda x: torch.nn.functional.max_pool2d(x[None, None], 2)[0, 0],
)
def max_pooling(x):
    return x.reshape(2, 2, 2, 2).max(axis=(1, 3))


@program(
    normal(size=(6, 3)),
    np.array([[1, 4, 1], [0, 0, 5]]),
    torch=lambda table, i: table[i].mean(1),
)
def embedding_mean(table, tokens):
    return table[tokens].mean(axis=1)


@program(
    normal(size=(3, 4)),
    normal(size=(3, 4)),
    torch=lambda a, b: torch.nn.functional.cosine_similarity(a, b, dim=1),
)
def cosine_similarity(a, b):
    return np.sum(a * b, axis=1) / (np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1))


@program(
    normal(size=5),
    np.array([0.0, 1.0, 1.0, 0.0, 1.0]),
    torch=lambda z, t: torch.nn.functional.binary_cross_entropy_with_logits(z, t),
    compiles=True,
)
def binary_cross_entropy(z, t):
    return np.mean(np.maximum(z, 0.0) - z * t + np.log1p(np.exp(-np.abs(z))))


@program(
    normal(size=(3, 4)).astype(np.float32),
    normal(size=(4, 2)).astype(np.float32),
    normal(size=2).astype(np.float32),
    torch=lambda x, w, b: torch.softmax(x @ w + b, -1),
)
def single_precision_layer(x, w, b):
    z = x @ w + b
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


@program(
    normal(size=(6, 7)),
    normal(size=(2, 3)),
    torch=lambda x, w: torch.nn.functional.conv2d(x[None, None], w[None, None])[0, 0],
    twice=False,
)
def convolution_by_sliding_windows(x, w):
    """A convolution as a contraction of windows, which read each element several times."""
    windows = np.lib.stride_tricks.sliding_window_view(x, w.shape)
    return np.einsum("ijkl,kl->ij", windows, w)


@program(
    normal(size=(4, 6)),
    torch=lambda x: torch.nn.functional.max_pool2d(x[None, None], 2)[0, 0],
    twice=False,
)
def pooling_by_strides(x):
    """The largest of each square of four, by a view that numbers of bytes describe."""
    rows, columns = x.shape
    down, right = x.strides
    tiles = np.lib.stride_tricks.as_strided(
        x, shape=(rows // 2, columns // 2, 2, 2), strides=(2 * down, 2 * right, down, right)
    )
    return tiles.max(axis=(2, 3))
