"""Operations with harmful points, where slopes are infinite or NaN, and ways to select elements."""

import numpy as np

# operation: function, harmful points, harmless points
SINGULAR = {
    "quotient": (lambda x: 2.0 / x, [0.0], [1.0, 2.5, -0.7]),
    "indefinite quotient": (lambda x: x / (x * x), [0.0], [1.0, 2.5, -0.7]),
    "reciprocal": (np.reciprocal, [0.0], [1.0, 2.5, -0.7]),
    "sqrt": (np.sqrt, [0.0, -1.0], [1.0, 2.5, 0.7]),
    "cbrt": (np.cbrt, [0.0], [1.0, 2.5, -0.7]),
    "log": (np.log, [0.0, -1.0], [1.0, 2.5, 0.7]),
    "log2": (np.log2, [0.0], [1.0, 2.5, 0.7]),
    "log10": (np.log10, [0.0], [1.0, 2.5, 0.7]),
    "log1p": (np.log1p, [-1.0, -2.0], [1.0, 2.5, 0.7]),
    "negative power": (lambda x: x**-1.5, [0.0], [1.0, 2.5, 0.7]),
    "root": (lambda x: x**0.5, [0.0, -2.0], [1.0, 2.5, 0.7]),
    "power": (lambda x: np.power(x, -2.0), [0.0], [1.0, 2.5, 0.7]),
    "arcsin": (np.arcsin, [1.0, 2.0], [0.3, -0.2, 0.0]),
    "arccos": (np.arccos, [1.0, -1.0], [0.3, -0.2, 0.0]),
    "arctanh": (np.arctanh, [1.0, 2.0], [0.3, -0.2, 0.0]),
    "arccosh": (np.arccosh, [1.0, 0.5], [1.3, 2.2, 4.0]),
    "tan": (np.tan, [np.inf], [1.3, 2.2, 4.0]),
    "exp": (np.exp, [1000.0], [1.3, 2.2, -4.0]),
    "sinh": (np.sinh, [1000.0], [1.3, 2.2, -4.0]),
    "cosh": (np.cosh, [1000.0], [1.3, 2.2, -4.0]),
    "expm1": (np.expm1, [1000.0], [1.3, 2.2, -4.0]),
    "hypot": (lambda x: np.hypot(x, 0.0), [0.0], [1.3, 2.2, -4.0]),
    "arctan2": (lambda x: np.arctan2(x, x - 1.0) / x, [0.0], [1.3, 2.2, 4.0]),
    "softplus": (lambda x: np.log1p(np.exp(x)), [1000.0], [1.3, 2.2, -4.0]),
    "logaddexp": (lambda x: np.logaddexp(x, x), [-np.inf], [1.3, 2.2, 4.0]),
    "inverse of a modulus": (lambda x: 1.0 / np.abs(x), [0.0], [1.3, 2.2, -4.0]),
    "chain": (lambda x: np.log(np.sqrt(x) * 3.0) / x, [0.0], [1.3, 2.2, 4.0]),
    "product of missing values": (lambda x: x * x * 3.0, [np.nan, np.inf], [1.3, 2.2, 4.0]),
    "sine of missing values": (np.sin, [np.inf, np.nan], [1.3, 2.2, 4.0]),
    "remainder": (lambda x: np.mod(3.0, x), [0.0], [1.3, 2.2, 4.0]),
}


def overwritten(y, m):
    y = y * 1.0
    y[~m] = 0.0
    return y


def augmented(y, m):
    out = np.zeros(y.shape)
    out[m] += y[m]
    return out


def stored(y, m):
    out = np.zeros(y.shape)
    out[m] = y[m]
    return out


def tested_one_by_one(y, m):
    s = 0.0
    for i in range(len(y)):
        if m[i]:
            s = s + y[i] * (i + 1.0)
    return s


def added_at(y, m):
    out = np.zeros(y.shape)
    np.add.at(out, np.flatnonzero(m), y[np.flatnonzero(m)])
    return out


def put_under_a_mask(y, m):
    z = y.copy()
    np.putmask(z, ~m, 5.0)
    return z


def copied_where(y, m):
    out = np.ones(y.shape)
    np.copyto(out, y, where=m)
    return out


def kept_items(y, m):
    return np.sum(np.array([y[i] for i in range(len(y)) if m[i]]))


# ways to use ``y`` where ``m`` is True
SELECTIONS = {
    "where": lambda y, m: np.where(m, y, 0.0),
    "where the other way round": lambda y, m: np.where(~m, 0.0, y * 3.0),
    "nested where": lambda y, m: np.where(m, np.where(m, y, 1.0) * 2.0, 0.0),
    "mask": lambda y, m: y[m],
    "mask, twice": lambda y, m: y[m] * 2.0 + y[m] ** 2,
    "two uses": lambda y, m: np.where(m, y, 0.0) + np.where(m, y * y, 2.0),
    "indices": lambda y, m: y[np.flatnonzero(m)],
    "nonzero": lambda y, m: y[np.nonzero(m)],
    "take": lambda y, m: np.take(y, np.flatnonzero(m)),
    "compress": lambda y, m: np.compress(m, y),
    "extract": lambda y, m: np.extract(m, y),
    "delete": lambda y, m: np.delete(y, np.flatnonzero(~m)),
    "select": lambda y, m: np.select([m], [y], 0.0),
    "choose": lambda y, m: np.choose(m.astype(int), [np.zeros(y.shape), y]),
    "sum where": lambda y, m: np.sum(y, where=m),
    "mean where": lambda y, m: np.mean(y, where=m),
    "prod where": lambda y, m: np.prod(y, where=m),
    "ufunc where": lambda y, m: np.multiply(y, 3.0, where=m, out=np.zeros(y.shape)),
    "overwritten": overwritten,
    "augmented": augmented,
    "stored": stored,
    "tested one by one": tested_one_by_one,
    "added at": added_at,
    "put under a mask": put_under_a_mask,
    "copied where": copied_where,
    "reduced": lambda y, m: np.sum(np.where(m, y, 0.0)),
    "reshaped": lambda y, m: np.where(m[:, None], np.reshape(y, (-1, 1)), 0.0),
    "transposed": lambda y, m: np.where(m[:, None], np.stack([y, y * 2.0]).T, 0.0),
    "flipped": lambda y, m: np.where(m, y[::-1][::-1], 0.0),
    "concatenated": lambda y, m: np.where(np.concatenate([m, m]), np.concatenate([y, y * y]), 0.0),
    "broadcast": lambda y, m: np.where(m, y + np.ones((2, 1)), 0.0),
    "outer product": lambda y, m: np.where(m[:, None] & m, y[:, None] * y, 0.0),
    "sums of rows": lambda y, m: np.where(m, np.sum(y[:, None] * np.ones(3), axis=1), 0.0),
    "kept items": kept_items,
    "rows of a triangle": lambda y, m: np.triu(
        np.where(m[:, None], y[:, None] * np.ones(len(y)), 0.0)
    ),
}
