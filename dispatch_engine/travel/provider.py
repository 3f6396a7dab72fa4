"""From a problem to its travel table: every distinct place numbered, every leg in whole seconds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from dispatch_engine.errors import InputError
from dispatch_engine.model.matrix import NO_WAY
from dispatch_engine.travel.geodesic import upper_blocks
from dispatch_engine.travel.times import UNREACHABLE, KindKey, PlaceKey, Source, TravelTimes, place_key

if TYPE_CHECKING:
    from dispatch_engine.model.problem import Location, Problem, Technician, Travel, TravelProfile

FLOAT_NOISE_SECONDS = 1e-6
"""Taken off before rounding up, so that 600.0000000001 s stay 600 s."""

KMH_PER_METRE_A_SECOND = 3.6

MAX_TABLE_BYTES = 8_000_000_000
"""Largest travel table; 4 bytes for each pair of places, kind of driving and quantity."""

Table = NDArray[np.int32]
Floats = NDArray[np.float64]


def build_travel(problem: Problem) -> TravelTimes:
    """The travel table of ``problem`` for the providers ``geodesic`` and ``matrix``.

    * ``geodesic``: a leg takes metres × ``detour_factor`` ÷ the mean of both ends' zone speeds ÷
      ``speed_factor``.
    * ``matrix``: the given seconds ÷ ``speed_factor``, of the technician's profile. A pair is unreachable
      where its duration, or its distance, is null. Only the rows in use are kept.

    Both round seconds up and metres to the nearest; a place lies 0 s and 0 m from itself, whatever a matrix
    says.

    Raises
    ------
    InputError
        Code ``too_large``: the table would exceed ``MAX_TABLE_BYTES``.
    """
    source: Source = "matrix" if problem.travel.provider == "matrix" else "geodesic"
    places: dict[PlaceKey, int] = {}
    for location, zone in _locations(problem):
        places.setdefault(place_key(source, location, zone), len(places))
    kinds: dict[KindKey, int] = {}
    for technician in problem.technicians:
        kinds.setdefault((technician.profile, technician.speed_factor), len(kinds))
    if not kinds:
        kinds[None, 1.0] = 0
    _refuse_too_large(len(places), len(kinds))
    tables = _by_matrix if source == "matrix" else _by_coordinates
    seconds, metres = tables(problem.travel, list(places), list(kinds))
    return TravelTimes(seconds, metres, source, places, kinds)


def _locations(problem: Problem) -> Iterator[tuple[Location, str | None]]:
    """Every location with its ticket's zone (None for others): technicians, tickets, depots."""
    for technician in problem.technicians:
        for location in _locations_of(technician):
            yield location, None
    for ticket in problem.tickets:
        yield ticket.location, problem.policy.zone(ticket)
    for depot in problem.depots:
        yield depot.location, None


def _locations_of(technician: Technician) -> Iterator[Location]:
    ends = [(shift.start_location, shift.end_location) for shift in technician.shifts]
    for place in (technician.start, technician.end, technician.current_location, *sum(ends, ())):
        if place is not None and place != "anywhere":
            yield place


def _refuse_too_large(num_places: int, num_kinds: int) -> None:
    size = 4 * num_places**2 * (num_kinds + 1)
    if size > MAX_TABLE_BYTES:
        message = (
            f"{num_places} distinct places and {num_kinds} distinct pairs of profile and speed_factor "
            f"need a travel table of {size / 1e9:.1f} GB, more than {MAX_TABLE_BYTES / 1e9:g} GB; "
            "plan by region, or round speed_factor"
        )
        raise InputError.of("/travel", "too_large", message)


# ---------------------------------------------------------------- from coordinates


def _by_coordinates(
    travel: Travel, places: Sequence[PlaceKey], kinds: Sequence[KindKey]
) -> tuple[Table, Table]:
    lat, lon, zones = zip(*places, strict=True) if places else ((), (), ())
    speed = np.array([travel.speed_kmh[zone] for zone in zones]) / KMH_PER_METRE_A_SECOND
    size = len(places)
    seconds = np.zeros((len(kinds), size, size), np.int32)
    metres = np.zeros((size, size), np.int32)
    for rows, columns, straight in upper_blocks(lat, lon):
        driven = straight * travel.detour_factor
        _mirror(metres, rows, columns, np.rint(driven).astype(np.int32))
        normal = driven / ((speed[rows, None] + speed[columns]) / 2)
        for kind, (_, speed_factor) in enumerate(kinds):
            _mirror(seconds[kind], rows, columns, _rounded_up(normal / speed_factor))
    return seconds, np.broadcast_to(metres, seconds.shape)


def _mirror(table: Table, rows: slice, columns: slice, block: Table) -> None:
    """Write a block of the upper triangle and its mirror image."""
    table[rows, columns] = block
    table[columns, rows] = block.T


def _rounded_up(seconds: Floats) -> Table:
    """Whole seconds; what exceeds any meaningful drive is unreachable rather than an overflow."""
    return np.minimum(np.ceil(seconds - FLOAT_NOISE_SECONDS), UNREACHABLE).astype(np.int32)


# ---------------------------------------------------------------- from a matrix


def _by_matrix(
    travel: Travel, places: Sequence[PlaceKey], kinds: Sequence[KindKey]
) -> tuple[Table, Table | None]:
    used = np.ix_(*2 * (np.array(places, np.intp),))
    seconds = [_matrix_seconds(_profile(travel, name), used, speed_factor) for name, speed_factor in kinds]
    profiles = list(dict.fromkeys(name for name, _ in kinds))
    metres = [_matrix_metres(_profile(travel, name), used) for name in profiles]
    known = [table for table in metres if table is not None]
    shape = (len(kinds), len(places), len(places))
    if len(known) < len(profiles):
        return np.stack(seconds), None
    if len(known) == 1:
        return np.stack(seconds), np.broadcast_to(known[0], shape)
    return np.stack(seconds), np.stack([known[profiles.index(name)] for name, _ in kinds])


def _profile(travel: Travel, name: str | None) -> Travel | TravelProfile:
    return travel if name is None else travel.profiles[name]


def _matrix_seconds(
    matrices: Travel | TravelProfile, used: tuple[NDArray[np.intp], ...], speed_factor: float
) -> Table:
    if matrices.durations_seconds is None:
        # Nobody drives by this matrix (the model saw to that), so there is no way to go.
        return np.where(used[0] == used[1], 0, UNREACHABLE).astype(np.int32)
    given = matrices.durations_seconds[used]
    seconds = np.where(_no_way(matrices, used), UNREACHABLE, _rounded_up(given / speed_factor)).astype(
        np.int32
    )
    np.fill_diagonal(seconds, 0)
    return seconds


def _matrix_metres(matrices: Travel | TravelProfile, used: tuple[NDArray[np.intp], ...]) -> Table | None:
    if matrices.distances_meters is None:
        return None
    given = matrices.distances_meters[used]
    metres = np.where(_no_way(matrices, used), UNREACHABLE, given).astype(np.int32)
    np.fill_diagonal(metres, 0)
    return metres


def _no_way(matrices: Travel | TravelProfile, used: tuple[NDArray[np.intp], ...]) -> NDArray[np.bool_]:
    """Pairs, bool[L, L], for which one of the matrices says null."""
    nowhere = np.zeros(np.broadcast_shapes(*(axis.shape for axis in used)), np.bool_)
    for matrix in (matrices.durations_seconds, matrices.distances_meters):
        if matrix is not None:
            nowhere |= matrix[used] == NO_WAY
    return nowhere
