"""Problems to travel tables: both providers, rounding, shared places, and what must hold for any input."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch_engine.errors import InputError
from dispatch_engine.model.problem import Problem
from dispatch_engine.travel import provider
from dispatch_engine.travel.geodesic import distance_matrix
from dispatch_engine.travel.provider import build_travel
from dispatch_engine.travel.times import UNREACHABLE, TravelTimes

SHIFT = {"start": "2026-11-23T08:00:00+08:00", "end": "2026-11-23T17:00:00+08:00"}
HOME = {"lat": 0.0, "lon": 10.0}


def problem(places: list[dict[str, Any]], travel: dict[str, Any] | None = None, **technician: Any) -> Problem:
    """One technician at the first place, a ticket at each other one; a place's ``zone`` is the ticket's."""
    tickets = [
        {
            "id": f"K{number}",
            "location": {k: v for k, v in place.items() if k != "zone"},
            "zone": place.get("zone"),
            "duration_minutes": 10,
        }
        for number, place in enumerate(places[1:], 1)
    ]
    worker = {"id": "T1", "start": places[0], "shifts": [SHIFT]} | technician
    document: dict[str, Any] = {"technicians": [worker], "tickets": tickets}
    return Problem.from_dict(document | ({} if travel is None else {"travel": travel}))


def geodesic(factor: float = 1.0, speed: dict[str, float] | None = None) -> dict[str, Any]:
    return {
        "provider": "geodesic",
        "detour_factor": factor,
        "speed_kmh": speed or {"urban": 36, "suburban": 72},
    }


def matrix(durations: list[list[int | None]], **fields: Any) -> dict[str, Any]:
    return {"provider": "matrix", "durations_seconds": durations, **fields}


def rows(*indices: int) -> list[dict[str, Any]]:
    return [{"matrix_index": index} for index in indices]


# ---------------------------------------------------------------- geodesic


def test_a_leg_is_metres_by_detour_and_speed_rounded_up() -> None:
    """0.01° on the equator are 1113.1949 m as the crow flies."""
    times = build_travel(problem([HOME, {"lat": 0.0, "lon": 10.01}], geodesic(1.3)))
    # 1113.1949 x 1.3 = 1447.15 m; at 36 km/h = 10 m/s: 144.7 s -> 145 s
    assert times.metres is not None
    assert times.metres[0].tolist() == [[0, 1447], [1447, 0]]
    assert times.seconds.tolist() == [[[0, 145], [145, 0]]]
    assert times.source == "geodesic"


def test_the_speed_of_a_leg_is_the_mean_of_both_zones() -> None:
    """From an urban home (36 km/h) to a suburban customer (72 km/h) one drives 54 km/h = 15 m/s."""
    place = {"lat": 0.0, "lon": 10.01}
    times = build_travel(problem([HOME, place | {"zone": "suburban"}, place], geodesic()))
    # 1113.19 m: mixed 74.2 -> 75 s; urban both ends 111.3 -> 112 s; the same door in two zones: 0 s
    assert times.seconds[0].tolist() == [[0, 75, 112], [75, 0, 0], [112, 0, 0]]


def test_equal_places_share_an_index() -> None:
    """A home, a ticket there and its twin are one place; end and shift places count too."""
    away = {"lat": 0.0, "lon": 10.5}
    shift = SHIFT | {"start_location": {"lat": 1.0, "lon": 10.0}, "end_location": "anywhere"}
    case = problem([HOME, HOME, HOME, away], geodesic(), end=away, shifts=[shift], current_location=HOME)
    times = build_travel(case)
    technician, tickets = case.technicians[0], case.tickets
    start = technician.shifts[0].start_location
    assert start is not None
    assert not isinstance(technician.end, str | None)
    assert times.num_places == 3
    assert [times.place(t.location, t.zone) for t in tickets] == [0, 0, 1]
    assert times.place(technician.end) == 1
    assert times.place(start) == 2


def test_float_noise_does_not_add_a_second() -> None:
    """600.0000000001 s are 600 s; 600.001 s are 601 s."""
    assert provider._rounded_up(np.array([600.0000000001, 600.001, 599.9, 0.0])).tolist() == [
        600,
        601,
        600,
        0,
    ]


def test_a_drive_beyond_all_measure_is_unreachable() -> None:
    """Half the globe at a tenth of walking speed would overflow an int32."""
    # 2e7 m x 10 / (1 / 3.6 m/s) / 0.1 = 7.2e9 s, more than 2**31
    far = {"lat": 0.0, "lon": -170.0}
    times = build_travel(problem([HOME, far], geodesic(10, {"urban": 1}), speed_factor=0.1))
    assert times.seconds[0, 0, 1] == UNREACHABLE


def test_kinds_are_numbered_by_first_use() -> None:
    """Three technicians with speeds 1, 2 and 1 need two slices; distances are shared, not copied."""
    place = {"lat": 0.0, "lon": 10.01}
    team = [
        {"id": f"T{k}", "start": HOME, "shifts": [SHIFT], "speed_factor": factor}
        for k, factor in enumerate([1.0, 2.0, 1.0])
    ]
    ticket = {"id": "K1", "location": place, "duration_minutes": 10}
    case = Problem.from_dict({"technicians": team, "tickets": [ticket], "travel": geodesic()})
    times = build_travel(case)
    assert [times.kind(technician) for technician in case.technicians] == [0, 1, 0]
    # 1113.19 m at 10 m/s: 111.3 -> 112 s, at 20 m/s: 55.7 -> 56 s
    assert times.seconds[:, 0, 1].tolist() == [112, 56]
    assert times.metres is not None
    assert times.metres.shape == times.seconds.shape
    assert times.metres.strides[0] == 0


def test_an_empty_problem_has_an_empty_table() -> None:
    """No technician and no ticket: one kind, no place, in both providers."""
    for travel in ({"provider": "geodesic"}, matrix([])):
        times = build_travel(Problem.from_dict({"technicians": [], "tickets": [], "travel": travel}))
        assert times.seconds.shape == (1, 0, 0)


def test_a_table_that_no_memory_holds_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three places and one kind take 4 x 9 x 2 = 72 bytes; the message says what to do."""
    case = problem([HOME, {"lat": 0.0, "lon": 10.01}, {"lat": 0.0, "lon": 10.02}])
    monkeypatch.setattr(provider, "MAX_TABLE_BYTES", 72)
    build_travel(case)
    monkeypatch.setattr(provider, "MAX_TABLE_BYTES", 71)
    with pytest.raises(InputError, match=r"3 distinct places and 1 distinct pairs .* plan by region"):
        build_travel(case)


# ---------------------------------------------------------------- matrix


def test_only_rows_in_use_are_kept_in_order_of_first_use() -> None:
    """Home at row 2, tickets at rows 0, 2 and 0 of a matrix of three."""
    durations = [[0, 10, 20], [30, 0, 40], [50, 60, 0]]
    distances = [[0, 1, 2], [3, 0, 4], [5, 6, 0]]
    times = build_travel(problem(rows(2, 0, 2, 0), matrix(durations, distances_meters=distances)))
    # index 0 = row 2, index 1 = row 0: 2 -> 0 takes 50 s and 5 m, 0 -> 2 takes 20 s and 2 m
    assert times.seconds.tolist() == [[[0, 50], [20, 0]]]
    assert times.metres is not None
    assert times.metres.tolist() == [[[0, 5], [2, 0]]]
    assert times.source == "matrix"


def test_without_distances_there_are_none() -> None:
    """A matrix of durations alone gives no kilometres."""
    assert build_travel(problem(rows(0, 1), matrix([[0, 1], [1, 0]]))).metres is None


def test_null_in_either_matrix_is_unreachable() -> None:
    """Null durations, and null distances, are never driven, at any speed."""
    durations = [[0, None, 7], [8, 0, 9], [9, 9, None]]
    distances = [[0, 1, 1], [None, 0, 1], [1, 1, 0]]
    times = build_travel(
        problem(rows(0, 1, 2), matrix(durations, distances_meters=distances), speed_factor=10)
    )
    assert times.seconds[0].tolist() == [[0, UNREACHABLE, 1], [UNREACHABLE, 0, 1], [1, 1, 0]]
    assert times.metres is not None
    assert times.metres[0, 0, 1] == UNREACHABLE


def test_staying_costs_nothing_whatever_the_diagonal_says() -> None:
    """Two tickets at one place are done one after the other without a drive."""
    assert build_travel(problem(rows(0, 1), matrix([[99, 5], [5, 99]]))).seconds[0].tolist() == [
        [0, 5],
        [5, 0],
    ]


def test_profiles_choose_their_own_matrix() -> None:
    """A cyclist and a driver, the driver also half as fast; 7 / 0.5 = 14 s, each kind with its distances."""
    bicycle = {"durations_seconds": [[0, 30], [30, 0]], "distances_meters": [[0, 3], [3, 0]]}
    travel = matrix([[0, 7], [7, 0]], distances_meters=[[0, 9], [9, 0]], profiles={"bicycle": bicycle})
    team = [
        {"id": "T1", "start": {"matrix_index": 0}, "shifts": [SHIFT], "profile": "bicycle"},
        {"id": "T2", "start": {"matrix_index": 0}, "shifts": [SHIFT], "speed_factor": 0.5},
        {"id": "T3", "start": {"matrix_index": 1}, "shifts": [SHIFT]},
    ]
    case = Problem.from_dict({"technicians": team, "tickets": [], "travel": travel})
    times = build_travel(case)
    assert [times.kind(technician) for technician in case.technicians] == [0, 1, 2]
    assert times.seconds[:, 0, 1].tolist() == [30, 14, 7]
    assert times.metres is not None
    assert times.metres[:, 0, 1].tolist() == [3, 9, 9]


def test_one_profile_without_distances_leaves_none() -> None:
    """Kilometres of a plan are a sum over all technicians: known for all, or not at all."""
    travel = matrix([[0, 7], [7, 0]], distances_meters=[[0, 9], [9, 0]])
    travel["profiles"] = {"bicycle": {"durations_seconds": [[0, 30], [30, 0]]}}
    team = [
        {"id": f"T{k}", "start": {"matrix_index": k}, "shifts": [SHIFT], "profile": profile}
        for k, profile in enumerate(["bicycle", None])
    ]
    times = build_travel(Problem.from_dict({"technicians": team, "tickets": [], "travel": travel}))
    assert times.metres is None


def test_a_main_matrix_that_nobody_drives_by_may_be_missing() -> None:
    """Profiles only, and no technician yet: the table stands, and nothing can be reached."""
    travel = {"provider": "matrix", "profiles": {"bicycle": {"durations_seconds": [[0, 1], [1, 0]]}}}
    tickets = [{"id": f"K{k}", "location": {"matrix_index": k}, "duration_minutes": 5} for k in range(2)]
    times = build_travel(Problem.from_dict({"technicians": [], "tickets": tickets, "travel": travel}))
    assert times.seconds.tolist() == [[[0, UNREACHABLE], [UNREACHABLE, 0]]]


# ---------------------------------------------------------------- properties

coordinates = st.builds(
    lambda lat, lon: {"lat": lat, "lon": lon},
    st.integers(0, 2000).map(lambda k: 30.9 + k / 4000),
    st.integers(0, 2000).map(lambda k: 121.2 + k / 4000),
)
city = st.lists(coordinates, min_size=2, max_size=8)


def table(places: list[dict[str, Any]], **technician: Any) -> TravelTimes:
    return build_travel(problem(places, geodesic(1.3), **technician))


@settings(max_examples=60, deadline=None)
@given(city)
def test_geodesic_tables_are_symmetric_with_a_zero_diagonal(places: list[dict[str, Any]]) -> None:
    """Both ways take the same time, and staying takes none."""
    times = table(places)
    assert np.array_equal(times.seconds, times.seconds.transpose(0, 2, 1))
    assert not times.seconds[0].diagonal().any()


@settings(max_examples=60, deadline=None)
@given(city)
def test_a_detour_is_never_a_short_cut_at_equal_speeds(places: list[dict[str, Any]]) -> None:
    """With one speed, a -> b -> c takes at least as long as a -> c: rounding up only adds, the local metric
    bends by less than a second over a city."""
    seconds = table(places).seconds[0].astype(np.int64)
    through = seconds[:, :, None] + seconds[None, :, :]
    assert (through - seconds[:, None, :] >= -1).all()


@settings(max_examples=60, deadline=None)
@given(city)
def test_twice_the_speed_is_half_the_time(places: list[dict[str, Any]]) -> None:
    """Half of the exact time, rounded up: half of the rounded time, or half a second less."""
    slow, fast = table(places).seconds, table(places, speed_factor=2.0).seconds
    assert np.isin(2 * fast - slow, (0, 1)).all()


@settings(max_examples=60, deadline=None)
@given(city)
def test_the_table_says_what_the_distances_say(places: list[dict[str, Any]]) -> None:
    """Each entry against the plain formula, one by one."""
    times = table(places)
    assert times.metres is not None
    straight = distance_matrix([p["lat"] for p in places], [p["lon"] for p in places])
    index = [times.place(problem(places).technicians[0].start)] + [
        times.place(ticket.location) for ticket in problem(places).tickets
    ]
    for a, i in enumerate(index):
        for b, j in enumerate(index):
            # Rounding noise: equal pairs in other blocks may differ in the last bit.
            assert times.metres[0, i, j] == pytest.approx(straight[a, b] * 1.3, abs=0.5 + 1e-6)
            assert -1e-5 <= times.seconds[0, i, j] - straight[a, b] * 1.3 / 10 < 1


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(st.none() | st.integers(0, 864_000), min_size=4, max_size=4), min_size=4, max_size=4),
    st.sampled_from([0.1, 0.5, 1.0, 3.0, 10.0]),
)
def test_unreachable_never_becomes_small(durations: list[list[int | None]], speed_factor: float) -> None:
    """Null stays unreachable at every speed, and nothing else becomes so."""
    times = build_travel(problem(rows(0, 1, 2, 3), matrix(durations), speed_factor=speed_factor))
    for i, row in enumerate(durations):
        for j, given_seconds in enumerate(row):
            if i != j:
                assert (times.seconds[0, i, j] == UNREACHABLE) == (given_seconds is None)
                if given_seconds is not None:
                    assert -1e-5 <= times.seconds[0, i, j] - given_seconds / speed_factor < 1
