"""Metres along the WGS 84 ellipsoid between many places at once, in plain NumPy.

Two formulas share the work, each where it is good:

* *near* pairs (up to ``NEAR_METRES`` and ``NEAR_LONGITUDE``) use the local metric: a flat right-angled
  triangle whose legs are the latitude difference times the meridian radius and the longitude difference
  times the parallel radius, both radii taken at the pair's own mid latitude;
* *far* pairs use Lambert's formula for long lines (W. D. Lambert, *The distance between two widely separated
  points on the surface of the earth*, J. Washington Acad. Sci. 32, 1942): the spherical distance between the
  reduced latitudes with the first-order correction for the flattening.

``docs/travel.md`` states the error of both against ``geopy.distance.geodesic`` and how it was measured.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

EQUATOR_RADIUS = 6_378_137.0
"""WGS 84 semi-major axis, metres."""

FLATTENING = 1 / 298.257223563
"""WGS 84 flattening."""

ECCENTRICITY_SQUARED = FLATTENING * (2 - FLATTENING)

NEAR_METRES = 100_000.0
"""Longest distance for the local metric: its relative error grows with the square of the distance."""

NEAR_LONGITUDE = math.radians(1.5)
"""Widest longitude difference for the local metric: near the poles meridians converge quickly."""

BLOCK_ROWS, BLOCK_COLUMNS = 64, 512
"""Pairs computed together: few enough that all intermediate blocks stay in the processor's cache."""


class Block(NamedTuple):
    """Distances from places ``rows`` to places ``columns``: ``metres`` is float64[rows, columns]."""

    rows: slice
    columns: slice
    metres: Floats


class _Points(NamedTuple):
    """Latitudes and longitudes in radians with the sines and cosines that every pair needs."""

    lat: Floats
    lon: Floats
    sin: Floats
    cos: Floats

    def take(self, where: slice) -> _Points:
        return _Points(self.lat[where], self.lon[where], self.sin[where], self.cos[where])


def distance_matrix(lat: ArrayLike, lon: ArrayLike) -> Floats:
    """Distances between all pairs of places.

    Parameters
    ----------
    lat, lon : float[L], WGS 84 degrees.

    Returns
    -------
    float64[L, L] in metres, symmetric to the bit, zero between equal places. Takes 8 L² bytes and a small
    working space beside it; :func:`upper_blocks` does without the full matrix.
    """
    size = np.size(lat)
    metres = np.zeros((size, size))
    for block in upper_blocks(lat, lon):
        metres[block.rows, block.columns] = block.metres
        metres[block.columns, block.rows] = block.metres.T
    return metres


def upper_blocks(lat: ArrayLike, lon: ArrayLike) -> Iterator[Block]:
    """Yield the upper triangle of the distance matrix block by block, to bound memory and to stay in cache.

    Rows run in strips of ``BLOCK_ROWS``; the columns of a strip begin at its own first row. The reader writes
    each block and its mirror image, and the result is symmetric (a square on the diagonal is its own mirror).

    Parameters
    ----------
    lat, lon : float[L], WGS 84 degrees.
    """
    points = _points(lat, lon)
    size = points.lat.size
    for top in range(0, size, BLOCK_ROWS):
        rows = slice(top, min(top + BLOCK_ROWS, size))
        for left in range(top, size, BLOCK_COLUMNS):
            columns = slice(left, min(left + BLOCK_COLUMNS, size))
            yield Block(rows, columns, _between(points.take(rows), points.take(columns)))


def _points(lat: ArrayLike, lon: ArrayLike) -> _Points:
    phi = np.radians(np.asarray(lat, np.float64))
    return _Points(phi, np.radians(np.asarray(lon, np.float64)), np.sin(phi), np.cos(phi))


def _between(a: _Points, b: _Points) -> Floats:
    """Metres from every point of ``a`` to every point of ``b``, float64[len(a), len(b)]."""
    dlat = a.lat[:, None] - b.lat
    dlon = _longitude_difference(a.lon, b.lon)
    metres = _near(a, b, dlat, dlon)
    far = (metres > NEAR_METRES) | (dlon > NEAR_LONGITUDE)
    if far.any():
        row, column = np.nonzero(far)
        metres[row, column] = _far(a.lat[row], b.lat[column], dlon[row, column])
    return metres


def _longitude_difference(a: Floats, b: Floats) -> Floats:
    """Absolute difference in radians the short way round, so that the antimeridian is no border."""
    around = np.abs(a[:, None] - b)
    return np.minimum(around, np.abs(2 * np.pi - around))


def _near(a: _Points, b: _Points, dlat: Floats, dlon: Floats) -> Floats:
    """Local metric at each pair's mid latitude; float64[len(a), len(b)].

    With w = 1 - e² sin²(mid) the meridian radius is a (1 - e²) / w^1.5 and the parallel radius a cos(mid) /
    w^0.5, so the squared distance is a² / w³ times [(1 - e²)² dlat² + w² cos²(mid) dlon²]. The identity
    cos²(mid) = (1 + cos(lat1 + lat2)) / 2 takes the mid latitude from outer products, without trigonometry
    per pair.
    """
    cos_squared = a.cos[:, None] * b.cos
    cos_squared -= a.sin[:, None] * b.sin
    cos_squared += 1
    cos_squared *= 0.5
    w = ECCENTRICITY_SQUARED * cos_squared
    w += 1 - ECCENTRICITY_SQUARED
    east = w * dlon
    east *= east
    east *= cos_squared
    north = (1 - ECCENTRICITY_SQUARED) * dlat
    north *= north
    north += east
    north /= w * w * w
    np.sqrt(north, out=north)
    north *= EQUATOR_RADIUS
    return north


def _far(lat1: Floats, lat2: Floats, dlon: Floats) -> Floats:
    """Lambert's formula for pairs given as flat arrays of radians; float64 of the same length, metres."""
    reduced1 = np.arctan((1 - FLATTENING) * np.tan(lat1))
    reduced2 = np.arctan((1 - FLATTENING) * np.tan(lat2))
    mean, half = (reduced1 + reduced2) / 2, (reduced2 - reduced1) / 2
    sin_mean, sin_half = np.sin(mean) ** 2, np.sin(half) ** 2
    across = np.sin(dlon / 2) ** 2
    sin_centre = sin_half * (1 - across) + (1 - sin_mean) * across
    cos_centre = sin_mean * across + (1 - sin_half) * (1 - across)
    angle = 2 * np.arctan2(np.sqrt(sin_centre), np.sqrt(cos_centre))
    # Both quotients stay within [0, 1] where their denominator vanishes; the floor only avoids 0 / 0.
    tiny = np.finfo(np.float64).tiny
    x = (angle - np.sin(angle)) * sin_mean * (1 - sin_half) / np.maximum(cos_centre, tiny)
    y = (angle + np.sin(angle)) * (1 - sin_mean) * sin_half / np.maximum(sin_centre, tiny)
    return np.asarray(EQUATOR_RADIUS * (angle - FLATTENING / 2 * (x + y)))
