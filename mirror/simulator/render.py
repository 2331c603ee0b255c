"""Renders a body: a pinhole camera, a quiet room, and smooth shaded solids.

Takes balls (ellipsoids) and cones (capsules with two radii) in body axes, metres; returns RGB.
Each solid is drawn without ray marching: the height of its surface over the picture plane has a
closed form, evaluated in its own bounding box and merged into a depth buffer by a smooth maximum,
so that neighbours melt into one another.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import cos, radians, sin
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mirror.figure.viewpoint import Viewpoint
from mirror.hinge.measure.geometry import Array

Plane = npt.NDArray[np.float32]
Picture = npt.NDArray[np.uint8]
Paint = tuple[int, int, int]


class Ball(NamedTuple):
    """An ellipsoid: middle, rows of half axes (m), material, width of the melting zone (m)."""

    centre: Array
    axes: Array
    material: int
    melt_m: float = 0.012


class Cone(NamedTuple):
    """A capsule with two radii (m), material, width of the melting zone (m)."""

    start: Array
    end: Array
    start_m: float
    end_m: float
    material: int
    melt_m: float = 0.012


Solid = Ball | Cone


@dataclass(frozen=True)
class Light:
    """How bright the room is (1 is a well lit one) and the noise of the sensor in grey levels."""

    level: float = 1.0
    noise: float = 1.2


# Right, down, towards the camera: a window high on the left, and some light from the camera side.
_LAMP = np.array([-0.27, -0.42, 0.36], dtype=np.float32)
_AMBIENT = 0.52
_SHADES = 128
_FAR = -1e3


class Painter:
    """Draws solids into pictures of one view. The room behind them is painted once."""

    def __init__(self, view: Viewpoint, colours: list[Paint], light: Light, feet: Array):
        self.view = view
        width, height = view.size
        self._room = room(view, light.level, _on_floor(view, feet))
        self._palette = _palette(colours, light.level)
        self._depth: Plane = np.empty((height, width), np.float32)
        self._shade: Plane = np.empty((height, width), np.float32)
        self._material = np.empty((height, width), np.uint8)
        self._noise = None
        if light.noise > 0:
            rng = np.random.default_rng(7)
            grain = rng.normal(0.0, light.noise, (height + 64, width + 64, 3))
            self._noise = np.rint(grain).astype(np.int16)

    def paint(self, solids: list[Solid], grain: int = 0) -> Picture:
        """(height, width, 3) uint8. `grain` picks the sensor noise; equal numbers, equal noise."""
        self._depth.fill(_FAR)
        self._shade.fill(0.0)
        self._material.fill(0)
        points = np.array(
            [(s.centre, s.centre) if isinstance(s, Ball) else (s.start, s.end) for s in solids]
        )
        seen = self.view.project(points)
        rotation = self.view.axes()[0]
        for solid, where in zip(solids, seen, strict=True):
            if isinstance(solid, Ball):
                self._ball(solid, where[0], solid.axes @ rotation.T)
            else:
                self._cone(solid, where)
        return self._develop(grain)

    @property
    def mask(self) -> Plane:
        """(height, width) 1 where a solid is in the last picture, else 0."""
        return (self._material > 0).astype(np.float32)

    def _ball(self, ball: Ball, where: Array, axes: Array) -> None:
        """The upper half of an ellipsoid seen along the ray through its middle."""
        width, height = self.view.size
        scale = self.view.focal * height / where[2]
        slant = (where[:2] - (width / 2, height / 2)) / (self.view.focal * height)
        m = axes * scale
        m = np.column_stack([m[:, :2] - m[:, 2:] * slant, -m[:, 2]])
        spread = m.T @ m
        flat = np.linalg.inv(spread[:2, :2])
        lean = flat @ spread[:2, 2]
        rise = float(spread[2, 2] - spread[2, :2] @ lean) ** 0.5
        reach = np.sqrt(np.diag(spread)[:2])
        box = self._box(where[:2] - reach, where[:2] + reach)
        if box is None:
            return
        rows, columns, y, x = box
        x, y = x - np.float32(where[0]), y - np.float32(where[1])
        a, b, c = (np.float32(v) for v in (flat[0, 0], flat[0, 1], flat[1, 1]))
        u, v = a * x + b * y, b * x + c * y
        left = 1 - (u * x + v * y)
        inside = left > 0
        w: Plane = np.sqrt(np.maximum(left, np.float32(1e-4)))
        lx, ly = np.float32(lean[0]), np.float32(lean[1])
        z: Plane = (lx * x + ly * y) + np.float32(rise) * w
        gz: Plane = w * np.float32(1 / rise)
        u -= lx * gz
        v -= ly * gz
        shade: Plane = u * _LAMP[0] + v * _LAMP[1] + gz * _LAMP[2]
        shade /= np.sqrt(u * u + v * v + gz * gz)
        z = z * np.float32(1 / scale) - np.float32(where[2])
        self._merge(rows, columns, inside, z, shade, ball.material, ball.melt_m)

    def _cone(self, cone: Cone, where: Array) -> None:
        """The highest of all spheres between the two ends, for every pixel in closed form."""
        scales = self.view.focal * self.view.size[1] / where[:, 2]
        r0, r1 = cone.start_m * scales[0], cone.end_m * scales[1]
        scale = float(scales.mean())
        dx, dy = where[1, :2] - where[0, :2]
        dz, dr = (where[0, 2] - where[1, 2]) * scale, r1 - r0
        low = np.minimum(where[0, :2] - r0, where[1, :2] - r1)
        box = self._box(low, np.maximum(where[0, :2] + r0, where[1, :2] + r1))
        if box is None:
            return
        rows, columns, y, x = box
        x, y = x - np.float32(where[0, 0]), y - np.float32(where[0, 1])
        # Height z0 + t dz + sqrt(R(t)) with R a parabola in t: its maximum, kept within 0..1.
        a = max(float(dx * dx + dy * dy - dr * dr), 1e-3)
        half = (np.float32(dx) * x + np.float32(dy) * y) + np.float32(r0 * dr)
        bare = np.float32(r0 * r0) - (x * x + y * y)
        crest = np.maximum(bare + half * half * np.float32(1 / a), 0)
        t = half * np.float32(1 / a)
        t += np.float32(dz / (a * (a + dz * dz)) ** 0.5) * np.sqrt(crest)
        np.clip(t, 0, 1, out=t)
        left = bare + t * (2 * half - np.float32(a) * t)
        inside = left > 0
        bump = np.sqrt(np.maximum(left, 0))
        shade = (x - t * np.float32(dx)) * _LAMP[0] + (y - t * np.float32(dy)) * _LAMP[1]
        shade += bump * _LAMP[2]
        shade /= np.float32(r0) + t * np.float32(dr)
        z = (t * np.float32(dz) + bump) * np.float32(1 / scale) - np.float32(where[0, 2])
        self._merge(rows, columns, inside, z, shade, cone.material, cone.melt_m)

    def _box(self, low: Array, high: Array) -> tuple[slice, slice, Plane, Plane] | None:
        """Rows, columns and the pixel middles of a box cut to the picture; None if outside."""
        width, height = self.view.size
        x0, y0 = max(0, int(low[0])), max(0, int(low[1]))
        x1, y1 = min(width, int(high[0]) + 2), min(height, int(high[1]) + 2)
        if x1 <= x0 or y1 <= y0:
            return None
        y = np.arange(y0, y1, dtype=np.float32)[:, None] + np.float32(0.5)
        x = np.arange(x0, x1, dtype=np.float32)[None, :] + np.float32(0.5)
        return slice(y0, y1), slice(x0, x1), y, x

    def _merge(
        self,
        rows: slice,
        columns: slice,
        inside: npt.NDArray[np.bool_],
        z: Plane,
        shade: Plane,
        material: int,
        melt_m: float,
    ) -> None:
        """Put one surface into the buffers, and melt it into earlier ones that it meets."""
        depth, old = self._depth[rows, columns], self._shade[rows, columns]
        above = z - depth
        above[~inside] = _FAR
        self._material[rows, columns][above > 0] = material
        share = above * np.float32(0.5 / melt_m) + np.float32(0.5)
        np.clip(share, 0, 1, out=share)
        depth += share * (z - depth)
        old += share * (shade - old)

    def _develop(self, grain: int) -> Picture:
        """Depth buffer -> colours: shade, soften the outlines, lay over the room, add noise."""
        picture = self._room.copy()
        rows = np.flatnonzero(self._material.any(1))
        if rows.size:
            top, end = int(rows[0]), int(rows[-1]) + 1
            band = self._material[top:end]
            columns = np.flatnonzero(band.any(0))
            left, right = int(columns[0]), int(columns[-1]) + 1
            band = band[:, left:right]
            shade = self._shade[top:end, left:right]
            level = np.clip((shade + _AMBIENT) * (_SHADES / 1.25), 0, _SHADES - 1).astype(np.intp)
            level += band.astype(np.intp) * _SHADES
            part = picture[top:end, left:right]
            seen = band > 0
            part[seen] = self._palette[level[seen]]
            _soften(picture, self._material)
        if self._noise is not None:
            height, width = self._material.shape
            a, b = (grain * 37) % 64, (grain * 23 + 11) % 64
            noisy = self._noise[a : a + height, b : b + width] + picture
            picture = np.clip(noisy, 0, 255, out=noisy).astype(np.uint8)
        return picture


def _soften(picture: Picture, material: npt.NDArray[np.uint8]) -> None:
    """Blur the pixels on both sides of every outline, as a lens does, in place."""
    edge = np.zeros(material.shape, bool)
    across = material[:, 1:] != material[:, :-1]
    along = material[1:] != material[:-1]
    edge[:, 1:] |= across
    edge[:, :-1] |= across
    edge[1:] |= along
    edge[:-1] |= along
    edge[[0, -1]] = False
    edge[:, [0, -1]] = False
    where = np.flatnonzero(edge)
    flat = picture.reshape(-1, 3)
    width = material.shape[1]
    total = 4 * flat[where].astype(np.uint16)
    for step, weight in ((1, 2), (width, 2), (width + 1, 1), (width - 1, 1)):
        total += np.uint16(weight) * flat[where + step] + np.uint16(weight) * flat[where - step]
    flat[where] = (total >> 4).astype(np.uint8)


def _palette(colours: list[Paint], level: float) -> Picture:
    """Shades of every material, dark to light: shadows turn cool, lights warm."""
    light = (np.arange(_SHADES) + 0.5)[None, :, None] / _SHADES * 1.25
    base = np.array([(0, 0, 0), *colours], float)[:, None, :]
    tint = 1 + np.array([0.05, 0.0, -0.06]) * (light - 0.75)
    shaded = base * light * tint + 14 * np.maximum(0, light - 1.0)
    flat: Picture = np.clip(shaded * level, 0, 255).astype(np.uint8).reshape(-1, 3)
    return flat


def _on_floor(view: Viewpoint, feet: Array) -> tuple[tuple[float, ...], ...]:
    """(2, 2, 3) heels and toes in body axes -> x and z of heel and toe on the floor of the room."""
    yaw = radians(view.yaw_deg)
    turn = np.array([[cos(yaw), sin(yaw)], [-sin(yaw), cos(yaw)]])
    spots = (feet[..., [0, 2]] - (view.ahead_m, 0.0)) @ turn
    return tuple(tuple(float(v) for v in foot.ravel()) for foot in spots)


@lru_cache(maxsize=8)
def room(view: Viewpoint, level: float, feet: tuple[tuple[float, ...], ...] = ()) -> Picture:
    """The empty room: wall, skirting, boards, a mat, soft shadows under heel-toe lines (m)."""
    width, height = view.size
    x, y = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
    pitch = radians(view.pitch_deg)
    u, v = (x - width / 2) / (view.focal * height), (y - height / 2) / (view.focal * height)
    drop, away = v * cos(pitch) + sin(pitch), cos(pitch) - v * sin(pitch)
    wall_at = view.distance_m + 1.1
    near = np.maximum(drop, 1e-3) * wall_at / away
    picture = np.empty((height, width, 3))
    across = u * wall_at / away
    up = view.height_m - drop * wall_at / away
    glow = np.exp(-(((across + 0.9) / 1.3) ** 2) - ((up - 1.7) / 1.2) ** 2)
    bright = 0.86 + 0.16 * glow + 0.03 * np.tanh(up - 1)
    picture[:] = np.array([186, 184, 178]) * bright[..., None]
    skirting = _step((0.10 - up) / 0.006)[..., None]
    picture += skirting * (np.array([208, 206, 200]) - picture)
    line = _step((0.018 - np.abs(up - 0.10)) / 0.012)[..., None]
    picture -= 18 * line * (1 - skirting)

    on_floor = _step((near - view.height_m) / 0.01)[..., None]
    far = view.height_m / np.maximum(drop, 1e-3)
    floor_x, floor_z = u * far, view.distance_m - away * far
    board = np.floor(floor_z / 0.14)
    tone = 0.93 + 0.05 * np.sin(board * 12.9898) + 0.02 * np.sin(floor_x * 9 + board * 5)
    seam = 1 - 0.12 * np.exp(-((((floor_z / 0.14) % 1 - 0.5) ** 2 - 0.25) ** 2) / 0.0004)
    floor = np.array([168, 140, 112]) * (tone * seam)[..., None]
    mat = _step((0.95 - np.abs(floor_x)) / 0.01) * _step((0.42 - np.abs(floor_z)) / 0.01)
    floor += mat[..., None] * (np.array([92, 104, 112]) - floor)
    pool = np.exp(-((floor_x + 0.5) ** 2) / 2 - (floor_z - 0.2) ** 2 / 2)
    floor *= (0.82 + 0.2 * pool)[..., None]
    for foot_x, foot_z, toe_x, toe_z in feet:
        for share, size, strength in ((0.2, 0.09, 0.5), (0.8, 0.075, 0.45), (0.5, 0.26, 0.22)):
            dx = floor_x - (foot_x + share * (toe_x - foot_x))
            dz = floor_z - (foot_z + share * (toe_z - foot_z))
            floor *= (1 - strength * np.exp(-(dx * dx + dz * dz) / size**2))[..., None]
    picture += on_floor * (floor - picture)
    return np.clip(picture * level, 0, 255).astype(np.uint8)


def _step(x: Array) -> Array:
    """0 below -0.5, 1 above 0.5, smooth between."""
    t = np.clip(x + 0.5, 0, 1)
    smooth: Array = t * t * (3 - 2 * t)
    return smooth
