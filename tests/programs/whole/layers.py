"""Networks written by hand: layers as functions on dicts, and as classes."""

import numpy as np

from ..registry import program

rng = np.random.default_rng(39)
normal, uniform = rng.normal, rng.uniform


def _conv(x, w, b=None, stride=1, pad=0):
    channels, height, width = x.shape
    filters, _, kh, kw = w.shape
    padded = np.zeros((channels, height + 2 * pad, width + 2 * pad))
    padded[:, pad : pad + height, pad : pad + width] = x
    rows = (height + 2 * pad - kh) // stride + 1
    columns = (width + 2 * pad - kw) // stride + 1
    y = np.zeros((filters, rows, columns))
    for f in range(filters):
        for i in range(rows):
            for j in range(columns):
                patch = padded[:, i * stride : i * stride + kh, j * stride : j * stride + kw]
                y[f, i, j] = np.sum(patch * w[f])
        if b is not None:
            y[f] += b[f]
    return y


def _relu(x):
    return np.maximum(x, 0.0)


def _pool(x):
    c, h, w = x.shape
    return x.reshape(c, h // 2, 2, w // 2, 2).max(axis=(2, 4))


def _upsample(x):
    return np.repeat(np.repeat(x, 2, axis=1), 2, axis=2)


@program(normal(size=(2, 5, 4)), normal(size=(3, 2, 3, 3)), normal(size=3), 2, 1, twice=False)
def convolution_with_stride_and_padding(x, w, b, stride, pad):
    """A convolution layer by loops over its outputs.

    Goodfellow, Bengio and Courville, Deep Learning, section 9.5.
    """
    return _conv(x, w, b, stride=stride, pad=pad)


@program(
    normal(size=(1, 4, 4)),
    {
        "down": [
            {"w": 0.5 * normal(size=(2, 1, 3, 3)), "b": normal(size=2)},
            {"w": 0.5 * normal(size=(3, 2, 3, 3)), "b": normal(size=3)},
        ],
        "bottom": {"w": 0.5 * normal(size=(3, 3, 1, 1)), "b": normal(size=3)},
        "up": [
            {"w": 0.5 * normal(size=(2, 6, 3, 3)), "b": normal(size=2)},
            {"w": 0.5 * normal(size=(1, 4, 3, 3)), "b": normal(size=1)},
        ],
    },
    normal(size=(1, 4, 4)),
    twice=False,
)
def small_u_net(image, params, target):
    """Down with pooling, up with skip connections from a list used as a stack.

    Ronneberger, Fischer and Brox, U-Net, MICCAI 2015.
    """
    skips = []
    h = image
    for layer in params["down"]:
        h = _relu(_conv(h, layer["w"], layer["b"], pad=1))
        skips.append(h)
        h = _pool(h)
    h = _relu(_conv(h, **params["bottom"]))
    for layer in params["up"]:
        h = np.concatenate([_upsample(h), skips.pop()], axis=0)
        h = _relu(_conv(h, layer["w"], layer["b"], pad=1))
    loss = np.mean((h - target) ** 2)
    decay = 0.0
    for layer in [*params["down"], params["bottom"], *params["up"]]:
        for name, value in layer.items():
            if name == "b":
                continue
            decay += np.sum(value**2)
    return loss + 1e-3 * decay


class Linear:
    def __init__(self, w, b):
        self.w, self.b = w, b

    def __call__(self, x):
        return x @ self.w + self.b


class LayerNorm:
    eps = 1e-5

    def __init__(self, gain):
        self.gain = gain

    def __call__(self, x):
        mu = x.mean(-1, keepdims=True)
        var = ((x - mu) ** 2).mean(-1, keepdims=True)
        return self.gain * (x - mu) / np.sqrt(var + self.eps)


class Residual:
    def __init__(self, *layers):
        self.layers = layers

    def __call__(self, x):
        y = x
        for layer in self.layers:
            y = layer(y)
        return x + y


@program(
    normal(size=(3, 4)),
    [normal(size=(4, 5)), normal(size=5), normal(size=(5, 4)), normal(size=4)],
    normal(size=4),
    twice=False,
)
def residual_block_of_objects(x, weights, gain):
    """Layers as callable objects in a container that is itself one.

    He, Zhang, Ren and Sun, CVPR 2016; Ba, Kiros and Hinton, Layer Normalization, 2016.
    """
    w1, b1, w2, b2 = weights
    model = Residual(LayerNorm(gain), Linear(w1, b1), np.tanh, Linear(w2, b2))
    return model(model(x)).ravel()


@program(
    normal(size=(6, 2)),
    np.array([0, 1, 1, 0, 1, 0]),
    {"w1": normal(size=(2, 3)), "b1": np.zeros(3), "w2": normal(size=(3, 2)), "b2": np.zeros(2)},
    0.1,
    twice=False,
)
def training_by_hand(data, labels, params, rate):
    """Two epochs of gradient descent with the backward pass written out.

    Rumelhart, Hinton and Williams, Nature 323 (1986) 533-536.
    """
    velocity = {name: np.zeros_like(p) for name, p in params.items()}
    n = len(data)
    loss = 0.0
    for _epoch in range(2):
        hidden = np.tanh(data @ params["w1"] + params["b1"])
        logits = hidden @ params["w2"] + params["b2"]
        logits -= logits.max(axis=1, keepdims=True)
        p = np.exp(logits)
        p /= p.sum(axis=1, keepdims=True)
        loss = -np.mean(np.log(p[np.arange(n), labels]))
        d = p.copy()
        d[np.arange(n), labels] -= 1.0
        d /= n
        back = (d @ params["w2"].T) * (1.0 - hidden**2)
        grads = {"w2": hidden.T @ d, "b2": d.sum(0), "w1": data.T @ back, "b1": back.sum(0)}
        for name in params:
            velocity[name] = 0.9 * velocity[name] - rate * grads[name]
            params[name] += velocity[name]
    return loss, params["w1"]
