"""Rays, polygons, cameras."""

from dataclasses import dataclass, field

import numpy as np

from ..registry import program

rng = np.random.default_rng(41)
normal, uniform = rng.normal, rng.uniform


@dataclass
class Sphere:
    centre: np.ndarray
    radius: float
    colour: np.ndarray = field(default_factory=lambda: np.array([0.8, 0.3, 0.2]))

    def hit(self, origin, direction):
        """The distance to the nearest point ahead, or None."""
        to = origin - self.centre
        b = to @ direction
        c = to @ to - self.radius**2
        discriminant = b * b - c
        if discriminant < 0.0:
            return None
        root = np.sqrt(discriminant)
        if -b - root > 1e-6:
            return -b - root
        if -b + root > 1e-6:
            return -b + root
        return None


def _hit_distance(origin, direction, centre, radius):
    to = origin - centre
    b = np.dot(to, direction)
    c = np.dot(to, to) - radius * radius
    discriminant = b * b - c
    if discriminant < 0.0:
        return np.inf
    root = np.sqrt(discriminant)
    for t in (-b - root, -b + root):
        if t > 1e-4:
            return t
    return np.inf


@program(
    np.array([0.0, 0.0, -3.0]),
    np.array([0.1, 0.05, 1.0]),
    np.array([[0.0, 0.0, 1.0], [0.5, 0.2, 4.0], [3.0, 0.0, 2.0]]),
    np.array([1.0, 1.5, 0.5]),
    twice=False,
)
def ray_through_spheres(origin, direction, centres, radii):
    """The shading where a ray first meets one of several spheres.

    Pharr, Jakob and Humphreys, Physically Based Rendering, section 6.2.
    """
    direction = direction / np.linalg.norm(direction)
    nearest, which = np.inf, -1
    for k in range(len(radii)):
        t = _hit_distance(origin, direction, centres[k], radii[k])
        if t < nearest:
            nearest, which = t, k
    if which < 0:
        return 0.5 * (direction[1] + 1.0)
    point = origin + nearest * direction
    normal_ = (point - centres[which]) / radii[which]
    light = np.array([0.577, 0.577, -0.577])
    return 0.1 + max(0.0, normal_ @ light) * nearest


@program(
    (normal(size=3), 1.0),
    np.array([0.0, 0.1, -5.0]),
    twice=False,
)
def colour_of_a_sphere(parameters, eye):
    """The colours along a row of pixels that looks at one sphere, an object with a method.

    Whitted, Communications of the ACM 23 (1980) 343-349.
    """
    centre, radius = parameters
    sphere = Sphere(0.1 * centre, radius)
    image = []
    for x in (-2.5, -0.2, 0.0, 0.3):
        direction = np.array([x, 0.0, 5.0])
        direction /= np.sqrt((direction**2).sum())
        t = sphere.hit(eye, direction)
        if t is None:
            image.append(np.zeros(3))
            continue
        n = (eye + t * direction - sphere.centre) / sphere.radius
        image.append(sphere.colour * max(-(n @ direction), 0.0))
    return np.array(image)


@program(normal(size=(6, 2)), twice=False)
def area_and_centroid(polygon):
    """The shoelace formula, edge by edge.

    O'Rourke, Computational Geometry in C, section 1.3.
    """
    vertices = list(polygon)
    area, cx, cy = 0.0, 0.0, 0.0
    for (x0, y0), (x1, y1) in zip(vertices, vertices[1:] + vertices[:1], strict=True):
        cross = x0 * y1 - x1 * y0
        area += cross
        cx += (x0 + x1) * cross
        cy += (y0 + y1) * cross
    area *= 0.5
    return area, np.array([cx, cy]) / (6.0 * area)


@program(
    normal(size=(4, 3)), 0.1 * normal(size=3), normal(size=3), (500.0, 320.0, 240.0), twice=False
)
def reprojection_by_rodrigues(points, rotation, translation, camera):
    """Points seen by a camera: rotation vector, translation, lens.

    Hartley and Zisserman, Multiple View Geometry, sections 6.1 and A4.3.
    """
    focal, *centre = camera
    theta = np.linalg.norm(rotation)
    if theta < 1e-8:
        R = np.eye(3)
    else:
        kx, ky, kz = rotation / theta
        cross = np.array([[0.0, -kz, ky], [kz, 0.0, -kx], [-ky, kx, 0.0]])
        R = np.eye(3) + np.sin(theta) * cross + (1.0 - np.cos(theta)) * cross @ cross
    pixels = np.empty((len(points), 2))
    for i, p in enumerate(points):
        q = R @ p + translation
        q[2] += 6.0
        r2 = (q[0] ** 2 + q[1] ** 2) / q[2] ** 2
        pixels[i] = focal * (1.0 + 0.1 * r2) * q[:2] / q[2] + np.array(centre)
    return pixels
