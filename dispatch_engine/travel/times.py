"""The travel table that rules, checker and engine read: seconds and metres between numbered places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
from numpy.typing import NDArray

from dispatch_engine.model.policy import DEFAULT_ZONE

if TYPE_CHECKING:
    from dispatch_engine.model.problem import Location, Technician

UNREACHABLE: Final = 1 << 30
"""Seconds (and metres) of a leg that cannot be driven: 34 years. Two of them overflow int32: add in int64."""

Source = Literal["geodesic", "matrix"]
PlaceKey = int | tuple[float, float, str]
KindKey = tuple[str | None, float]


@dataclass(frozen=True, eq=False)
class TravelTimes:
    """Seconds and metres between L distinct places for K kinds of driving. Build it with ``build_travel``.

    Attributes
    ----------
    seconds : int32[K, L, L]
        ``seconds[kind, a, b]`` from place a to place b, rounded up; 0 from a place to itself;
        ``UNREACHABLE`` where there is no way. A kind is a distinct (profile, speed factor) among the
        technicians, numbered in order of first use; there is always at least one.
    metres : int32[K, L, L] or None
        Driven metres, rounded to the metre; None where the problem gives durations only. Distance does not
        depend on the speed factor, so kinds with the same profile may share memory (the array is then a
        read-only view with stride 0); ``numpy.ascontiguousarray`` makes a copy for who needs one.
    source : what the numbers come from, the ``travel_source`` of every plan made with them.
    places : place key to index; ask :meth:`place` instead.
    kinds : (profile, speed factor) to kind; ask :meth:`kind` instead.

    Notes
    -----
    Memory is 4 K L² bytes for the seconds and at most as much for the metres: 1,000 places and one kind 8 MB,
    5,000 places and four kinds 400 MB and, with one profile, 100 MB.
    """

    seconds: NDArray[np.int32] = field(repr=False)
    metres: NDArray[np.int32] | None = field(repr=False)
    source: Source
    places: Mapping[PlaceKey, int] = field(repr=False)
    kinds: Mapping[KindKey, int]

    def __post_init__(self) -> None:
        for table in (self.seconds, self.metres):
            if table is not None:
                table.setflags(write=False)

    def place(self, location: Location, zone: str | None = None) -> int:
        """Index of ``location``: a start, an end, a depot, a current location or, with its zone, a ticket.

        Raises
        ------
        KeyError : the location is not one of the problem that the table was built from.
        """
        return self.places[place_key(self.source, location, zone)]

    def kind(self, technician: Technician) -> int:
        """First index of ``seconds`` and ``metres`` for what ``technician`` drives.

        Raises
        ------
        KeyError : the technician is not one of the problem that the table was built from.
        """
        return self.kinds[technician.profile, technician.speed_factor]

    @property
    def num_places(self) -> int:
        """L, the number of distinct places."""
        return int(self.seconds.shape[1])

    @property
    def num_kinds(self) -> int:
        """K, the number of distinct (profile, speed factor)."""
        return int(self.seconds.shape[0])


def place_key(source: Source, location: Location, zone: str | None = None) -> PlaceKey:
    """What makes two locations the same place: the row of a matrix, else the coordinates and the zone.

    ``zone`` is that of a ticket; all other places, and tickets that name none, lie in the default zone.
    """
    if source == "matrix":
        assert location.matrix_index is not None, "the model demands a matrix_index of every location"
        return location.matrix_index
    assert location.lat is not None, "the model demands coordinates of every location"
    assert location.lon is not None
    return (location.lat, location.lon, zone or DEFAULT_ZONE)
