"""Checks across objects, each with a problem that breaks it."""

from __future__ import annotations

from typing import Any

import pytest
from tiny import at, by_matrix, findings_of, only_finding, tiny, with_shift, with_technician, with_ticket

from dispatch_engine.model.problem import Problem


def _shift(start: str, end: str, day: int = 23, **more: Any) -> dict[str, Any]:
    return {"start": at(start, day), "end": at(end, day), **more}


def _twins(field: str) -> dict[str, Any]:
    document = tiny()
    document[field].append(document[field][0])
    return document


BAD_PROBLEMS: list[tuple[dict[str, Any], str, str, str]] = [
    (_twins("technicians"), "/technicians/1/id", "duplicate_id", "'T1' is already the id of /technicians/0"),
    (_twins("tickets"), "/tickets/2/id", "duplicate_id", "'K1' is already the id of /tickets/0"),
    (
        with_technician(shifts=[_shift("08:00", "12:00"), _shift("11:00", "17:00")]),
        "/technicians/0/shifts/1/start",
        "overlapping_shifts",
        "2026-11-23T11:00:00+08:00 lies before shift 0 ends",
    ),
    (
        with_technician(shifts=[_shift("13:00", "17:00"), _shift("08:00", "12:00", max_overtime_minutes=61)]),
        "/technicians/0/shifts/0/start",
        "overlapping_shifts",
        "lies before shift 1 ends with its overtime",
    ),
    (
        with_technician(
            shifts=[
                _shift("08:00", "17:00"),
                {"start": "2027-01-22T08:00:00+08:00", "end": "2027-01-22T17:00:00+08:00"},
            ]
        ),
        "/technicians",
        "span_too_long",
        "the shifts span 60.4 days, more than 60",
    ),
    (
        with_ticket(required_technicians=["T1", "T9"]),
        "/tickets/0/required_technicians/1",
        "unknown_reference",
        "'T9' is the id of no technician",
    ),
    (
        with_ticket(preferred_technicians=["T9"]),
        "/tickets/0/preferred_technicians/0",
        "unknown_reference",
        "'T9' is the id of no technician",
    ),
    (
        with_ticket(excluded_technicians=["T9"]),
        "/tickets/0/excluded_technicians/0",
        "unknown_reference",
        "'T9' is the id of no technician",
    ),
    (with_ticket(zone="rural"), "/tickets/0/zone", "unknown_zone", "use one of 'urban', 'suburban'"),
    (
        tiny(travel={"speed_kmh": {"suburban": 40}}),
        "/travel/speed_kmh",
        "unknown_zone",
        "has no speed for the zone 'urban'",
    ),
    (with_technician(profile="bike"), "/technicians/0/profile", "unknown_reference", "'bike' is no profile"),
    (
        with_ticket(location={"matrix_index": 0}),
        "/tickets/0/location/lat",
        "missing_field",
        "is required with provider 'geodesic'; add lat and lon",
    ),
    (
        with_shift(start_location={"matrix_index": 0}),
        "/technicians/0/shifts/0/start_location/lat",
        "missing_field",
        "add lat and lon",
    ),
    (
        by_matrix(durations_seconds=None),
        "/travel/durations_seconds",
        "missing_field",
        "with provider 'matrix'",
    ),
    (
        by_matrix(distances_meters=[[0]]),
        "/travel/distances_meters",
        "matrix_sizes_differ",
        "has 1 places, but /travel/durations_seconds has 3",
    ),
    (
        by_matrix(profiles={"bike": {}}),
        "/travel/profiles/bike/durations_seconds",
        "missing_field",
        "a profile",
    ),
]


@pytest.mark.parametrize(("document", "where", "code", "message"), BAD_PROBLEMS)
def test_bad_problem(document: dict[str, Any], where: str, code: str, message: str) -> None:
    """One slip between objects gives its finding, with pointer, code and message."""
    told = {(finding.pointer, finding.code): finding.message for finding in findings_of(document)}
    assert message in told[where, code]


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ({"lat": 1, "lon": 1}, "is required with provider 'matrix'"),
        ({"matrix_index": 3}, "3 is no row of a matrix of 3 places; use 0 to 2"),
    ],
)
def test_locations_need_a_row_of_the_matrix(place: dict[str, Any], message: str) -> None:
    """With provider matrix every location names an existing row."""
    document = by_matrix()
    document["tickets"][1]["location"] = place
    finding = only_finding(document)
    assert (finding.pointer, finding.code) == ("/tickets/1/location/matrix_index", "matrix_index")
    assert message in finding.message


def test_no_main_matrix_is_needed_where_everybody_has_a_profile() -> None:
    """The only technician cycles; the matrix of the bicycle is enough."""
    document = by_matrix(durations_seconds=None, profiles={"bike": {"durations_seconds": [[60] * 3] * 3}})
    document["technicians"][0]["profile"] = "bike"
    problem = Problem.from_dict(document)
    assert problem.travel.durations_seconds is None
    assert list(problem.travel.profiles) == ["bike"]


def test_profiles_are_of_the_same_places() -> None:
    """A profile with another number of places is refused."""
    finding = only_finding(by_matrix(profiles={"bike": {"durations_seconds": [[0]]}}, distances_meters=None))
    assert (finding.pointer, finding.code) == (
        "/travel/profiles/bike/durations_seconds",
        "matrix_sizes_differ",
    )
    assert "has 1 places" in finding.message


def test_dangling_links_between_tickets() -> None:
    """Links to absent tickets are told along with being unsupported yet."""
    document = with_ticket(after=[{"ticket": "K9"}], same_start_as="K8", same_technician_as="K1")
    told = {(finding.pointer, finding.code) for finding in findings_of(document)}
    assert ("/tickets/0/after/0/ticket", "unknown_reference") in told
    assert ("/tickets/0/same_start_as", "unknown_reference") in told
    assert ("/tickets/0/same_technician_as", "self_reference") in told


def test_pinned_technician_exists() -> None:
    """A visit can be promised only for a technician of the problem."""
    document = with_ticket(pinned={"technician": "T9", "status": "committed"})
    told = {(finding.pointer, finding.code) for finding in findings_of(document)}
    assert ("/tickets/0/pinned/technician", "unknown_reference") in told


def test_all_findings_between_objects_are_told_at_once() -> None:
    """A duplicate id, an unknown zone and a dangling reference appear in one error."""
    document = with_ticket(zone="rural", required_technicians=["T9"])
    document["tickets"][1]["id"] = "K1"
    codes = [finding.code for finding in findings_of(document)]
    assert codes[:1] == ["duplicate_id"]
    assert {"unknown_zone", "unknown_reference"} <= set(codes)


def test_shifts_may_touch() -> None:
    """12:00 + 60 minutes of overtime = 13:00, where the next shift starts: no overlap."""
    shifts = [_shift("08:00", "12:00", max_overtime_minutes=60), _shift("13:00", "17:00")]
    assert len(Problem.from_dict(with_technician(shifts=shifts)).technicians[0].shifts) == 2


def test_sixty_days_are_allowed() -> None:
    """From 23 November 08:00 to 22 January 08:00 are exactly 60 days."""
    last = {"start": "2027-01-22T07:00:00+08:00", "end": "2027-01-22T08:00:00+08:00"}
    problem = Problem.from_dict(with_technician(shifts=[_shift("08:00", "17:00"), last]))
    assert len(problem.technicians[0].shifts) == 2


def test_custom_zones_need_hours_and_speed() -> None:
    """A zone of one's own works once policy and speeds know it."""
    policy = {"extends": "home-appliance", "arrival_hours": {"rural": 8}}
    document = {**with_ticket(zone="rural"), "policy": policy}
    finding = only_finding(document)
    assert (finding.pointer, finding.code) == ("/travel/speed_kmh", "unknown_zone")
    document["travel"] = {"speed_kmh": {"urban": 25, "rural": 60}}
    assert Problem.from_dict(document).tickets[0].zone == "rural"


def test_sums_beyond_64_bits_are_refused() -> None:
    """Largest weight times largest price overflow: refused before any engine adds them up.

    late: 1e9 per minute x weight 1e6 x (540 + 2880) minutes x 60,000 units = 2e23 > 2^61 = 2.3e18.
    """
    objective = {"prices": {"late_minute": 1e9}, "weights": {"normal": 1e6}}
    finding = only_finding(tiny(objective=objective))
    assert (finding.pointer, finding.code) == ("/objective", "sums_too_large")
    assert "beyond 64 bits" in finding.message


def test_old_reports_fit_with_default_prices() -> None:
    """A fault reported in 1970 is late by 30 million minutes, and still sums up exactly."""
    document = with_ticket(reported_at="1970-01-01T00:00:00Z", priority="emergency")
    assert Problem.from_dict(document).tickets[0].priority == "emergency"
