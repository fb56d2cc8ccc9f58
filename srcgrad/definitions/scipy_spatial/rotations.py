"""``scipy.spatial.transform.Rotation`` by its quaternions: made, joined and applied."""

from __future__ import annotations

import numpy as np
from scipy.spatial.transform import Rotation

from srcgrad.definitions import as_is, defines, unsupported


class Turn:
    """A rotation, or several, by quaternions of length 1, the scalar last."""

    def __init__(self, quat):
        self.quat = quat

    def as_quat(self):
        return self.quat

    def as_matrix(self):
        x, y, z, w = [self.quat[..., k] for k in range(4)]
        rows = [
            np.stack((x * x - y * y - z * z + w * w, 2 * (x * y - z * w), 2 * (x * z + y * w)), -1),
            np.stack(
                (2 * (x * y + z * w), -x * x + y * y - z * z + w * w, 2 * (y * z - x * w)), -1
            ),
            np.stack(
                (2 * (x * z - y * w), 2 * (y * z + x * w), -x * x - y * y + z * z + w * w), -1
            ),
        ]
        return np.stack(rows, -2)

    def apply(self, vectors, inverse=False):
        vectors = np.asarray(vectors)
        matrix = self.as_matrix()
        if inverse:
            matrix = np.swapaxes(matrix, -1, -2)
        return np.sum(matrix * vectors[..., None, :], axis=-1)

    def inv(self):
        return Turn(self.quat * np.array([-1.0, -1.0, -1.0, 1.0]))

    def __mul__(self, other):
        return Turn(unit(product(self.quat, other.quat)))

    def magnitude(self):
        v, w = self.quat[..., :3], self.quat[..., 3]
        return 2.0 * np.arctan2(np.sqrt(np.sum(v * v, axis=-1)), np.abs(w))

    def as_rotvec(self, degrees=False):
        w = self.quat[..., 3:]
        quat = np.where(w < 0.0, -self.quat, self.quat)
        v = quat[..., :3]
        square = np.sum(v * v, axis=-1, keepdims=True)
        small = square < 1e-8
        size = np.sqrt(np.where(small, 1.0, square))
        angle = 2.0 * np.arctan2(size, quat[..., 3:])
        scale = np.where(small, 2.0 + square / 3.0, angle / size)
        return np.rad2deg(scale * v) if degrees else scale * v

    def __len__(self):
        return len(self.quat)

    def __getitem__(self, place):
        return Turn(self.quat[place])

    def as_euler(self, seq, degrees=False, **options):  # for constants
        return as_is(euler_angles, self.quat, seq, degrees, **options)

    def as_mrp(self):  # for constants
        return as_is(rodrigues_parameters, self.quat)


def euler_angles(quat, seq, degrees, **options):
    return Rotation.from_quat(quat).as_euler(seq, degrees, **options)


def rodrigues_parameters(quat):
    return Rotation.from_quat(quat).as_mrp()


def product(p, q):
    a, b = p[..., :3], q[..., :3]
    v = p[..., 3:] * b + q[..., 3:] * a + np.cross(a, b)
    w = p[..., 3:] * q[..., 3:] - np.sum(a * b, axis=-1, keepdims=True)
    return np.concatenate((v, w), axis=-1)


def unit(quat):
    return quat / np.sqrt(np.sum(quat * quat, axis=-1, keepdims=True))


@defines(Rotation.from_quat)
def from_quat(quat, *, scalar_first=False):
    quat = np.asarray(quat).astype(np.float64)
    return Turn(unit(np.roll(quat, -1, axis=-1) if scalar_first else quat))


@defines(Rotation.from_rotvec)
def from_rotvec(rotvec, degrees=False):
    v = np.asarray(rotvec).astype(np.float64)
    if degrees:
        v = np.deg2rad(v)
    square = np.sum(v * v, axis=-1, keepdims=True)
    small = square <= 1e-6
    angle = np.sqrt(np.where(small, 1.0, square))
    series = 0.5 - square / 48.0 + square * square / 3840.0
    scale = np.where(small, series, np.sin(0.5 * angle) / angle)
    near = 1.0 - square / 8.0 + square * square / 384.0
    w = np.where(small, near, np.cos(0.5 * angle))
    return Turn(np.concatenate((scale * v, w), axis=-1))


@defines(Rotation.from_euler)
def from_euler(seq, angles, degrees=False):
    angles = np.asarray(angles).astype(np.float64)
    if degrees:
        angles = np.deg2rad(angles)
    if len(seq) == 1:
        if angles.ndim > 1:
            unsupported("a column of angles")
        return Turn(about(seq, angles))
    found = about(seq[0], angles[..., 0])
    for k in range(1, len(seq)):
        one = about(seq[k], angles[..., k])
        found = product(found, one) if seq.isupper() else product(one, found)
    return Turn(found)


def about(axis, angle):
    """The quaternion of a rotation about an axis of the frame."""
    place = "xyz".index(axis.lower())
    half = 0.5 * angle
    none = 0.0 * half
    parts = [np.sin(half) if k == place else none for k in range(3)]
    return np.stack((*parts, np.cos(half)), axis=-1)
