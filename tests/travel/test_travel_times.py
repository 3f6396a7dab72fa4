"""The travel table as a value: look-ups by place and by technician, immutability."""

import numpy as np
import pytest

from dispatch_engine.model.problem import Location, Technician
from dispatch_engine.travel.times import UNREACHABLE, TravelTimes, place_key

HOME = Location(lat=31.2, lon=121.4, matrix_index=7)


def technician(speed_factor: float = 1.0, profile: str | None = None) -> Technician:
    return Technician(id="T1", start=HOME, shifts=(), speed_factor=speed_factor, profile=profile)


def table() -> TravelTimes:
    seconds = np.array([[[0, 60], [60, 0]], [[0, 30], [30, 0]]], np.int32)
    return TravelTimes(seconds, None, "matrix", {7: 0, 3: 1}, {(None, 1.0): 0, (None, 2.0): 1})


def test_unreachable_is_longer_than_any_drive() -> None:
    """A thousand days fit below it, and it fits an int32."""
    assert 1000 * 86400 < UNREACHABLE < 2**31


def test_place_is_looked_up_by_matrix_row() -> None:
    """With a matrix, a place is its row, whatever the coordinates and the zone say."""
    assert table().place(HOME) == 0
    assert table().place(Location(matrix_index=3), "suburban") == 1


def test_kind_is_looked_up_by_profile_and_speed() -> None:
    """The technician who drives twice as fast reads the second slice."""
    times = table()
    assert times.kind(technician()) == 0
    assert times.seconds[times.kind(technician(2.0)), 0, 1] == 30
    assert (times.num_kinds, times.num_places) == (2, 2)


def test_what_the_table_does_not_hold_is_an_error() -> None:
    """A place or technician of another problem is no place of this one."""
    with pytest.raises(KeyError, match="8"):
        table().place(Location(matrix_index=8))
    with pytest.raises(KeyError, match=r"3\.0"):
        table().kind(technician(3.0))


def test_the_arrays_cannot_be_changed() -> None:
    """Rules, checker and engine share one table."""
    with pytest.raises(ValueError, match="read-only"):
        table().seconds[0, 0, 1] = 5


def test_coordinates_and_zone_make_the_place() -> None:
    """The same door in two zones is two places, as the speed to it differs; no zone means urban."""
    assert place_key("geodesic", HOME) == place_key("geodesic", HOME, "urban")
    assert place_key("geodesic", HOME, "suburban") != place_key("geodesic", HOME, "urban")
