"""Problems: what is accepted, and bad fields with their pointer, code and message."""

from __future__ import annotations

import json
import math
import re
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from tiny import at, by_matrix, findings_of, only_finding, tiny, with_shift, with_technician, with_ticket

from dispatch_engine.errors import InputError
from dispatch_engine.model.problem import DEFAULT_PRICES, Location, Objective, Problem, Ticket


def test_defaults_are_those_of_the_contract() -> None:
    """A ticket needs only id, location and duration; the rest has the documented defaults."""
    problem = Problem.from_dict(tiny())
    ticket, technician = problem.tickets[0], problem.technicians[0]
    assert (ticket.zone, ticket.service, ticket.priority, ticket.fault) == (
        None,
        "repair",
        "normal",
        "simple",
    )
    assert (ticket.setup_minutes, ticket.crew_size, ticket.crew_skills, ticket.mandatory) == (
        0,
        1,
        "each",
        False,
    )
    assert ticket.time_windows == ticket.required_technicians == ticket.after == ()
    assert ticket.required_skills == ticket.likely_parts == {}
    assert (technician.end, technician.speed_factor, technician.restock_between_shifts) == (None, 1.0, True)
    assert technician.shifts[0].max_overtime_minutes == 0
    assert problem.now is None
    assert problem.policy.name == "home-appliance"
    assert problem.travel.speed_kmh == {"urban": 25, "suburban": 45}
    assert problem.travel.detour_factor == 1.3
    assert problem.objective.mode == "sla_first"


def test_empty_lists_are_valid() -> None:
    """No technician and no ticket make a valid problem."""
    problem = Problem.from_dict({"technicians": [], "tickets": []})
    assert problem.technicians == problem.tickets == ()


def test_every_supported_field_is_accepted_and_kept() -> None:
    """A problem that uses all supported fields is valid and comes back unchanged from its own JSON."""
    document = tiny(
        schema_version=1,
        name="all",
        now=at("07:00"),
        time_zone="Asia/Shanghai",
        policy={"extends": "home-appliance", "arrival_hours": {"rural": 8}},
        travel={"speed_kmh": {"urban": 20, "suburban": 40, "rural": 60}, "detour_factor": 1.2},
        objective={
            "mode": "cost",
            "weights": {"low": 0.5},
            "late_factor": 2,
            "unassigned_factor": 4,
            "prices": {"km": 30},
        },
    )
    document["technicians"][0].update(
        end="anywhere",
        name="Li",
        address="Yan'an Road 1",
        attributes={"team": 3},
        skills={"gas": 2},
        certifications=[{"name": "electrician", "valid_until": "2027-03-31"}, {"name": "gas"}],
        van_stock={"fan": 2},
        tools=["pump"],
        speed_factor=1.5,
        tags=["north"],
        available_from=at("08:30"),
        current_location={"lat": 31.2, "lon": 121.4},
    )
    document["technicians"][0]["shifts"][0].update(
        max_overtime_minutes=30,
        breaks=[{"earliest": at("11:00"), "latest": at("13:00"), "minutes": 30}],
        start_location={"lat": 31.0, "lon": 121.0},
        end_location="anywhere",
        max_tickets=8,
    )
    document["tickets"][0].update(
        zone="rural",
        service="install",
        priority="high",
        urgency="48h",
        fault="complex",
        reported_at=at("06:00"),
        appointment_at=at("09:00"),
        contacted_at=at("06:30"),
        due_at=at("12:00"),
        time_windows=[{"start": at("09:00"), "end": at("11:00")}],
        required_skills={"gas": 1},
        required_certifications=["gas"],
        required_parts={"fan": 1},
        likely_parts={"belt": 0.4},
        required_tools=["pump"],
        required_technicians=["T1"],
        preferred_technicians=["T1"],
        required_tags=["north"],
        mandatory=True,
        unassigned_price=7.5,
    )
    problem = Problem.from_dict(document)
    assert Problem.from_json(problem.to_json()) == problem
    assert json.loads(problem.to_json())["tickets"][0]["due_at"] == at("12:00")


def test_a_technician_both_required_and_excluded_is_no_input_error() -> None:
    """The ticket is merely closed for everybody; the plan says so."""
    document = with_ticket(required_technicians=["T1"], excluded_technicians=["T1"])
    assert Problem.from_dict(document).tickets[0].excluded_technicians == ("T1",)


BAD_FIELDS: list[tuple[dict[str, Any], str, str, str]] = [
    (tiny(extra=1), "/extra", "unknown_field", "is no field; remove it"),
    (with_ticket(prioritty="low"), "/tickets/0/prioritty", "unknown_field", "did you mean 'priority'?"),
    ({"tickets": []}, "/technicians", "missing_field", "is required and missing; add it"),
    (
        with_ticket(duration_minutes="1.5"),
        "/tickets/0/duration_minutes",
        "wrong_type",
        "'1.5' has the wrong type",
    ),
    (
        with_ticket(duration_minutes=True),
        "/tickets/0/duration_minutes",
        "wrong_type",
        "true has the wrong type",
    ),
    (with_ticket(duration_minutes=0), "/tickets/0/duration_minutes", "out_of_range", "must be more than 0"),
    (with_ticket(duration_minutes=1441), "/tickets/0/duration_minutes", "out_of_range", "at most 1440"),
    (with_ticket(duration_minutes=-5), "/tickets/0/duration_minutes", "out_of_range", "-5 is out of range"),
    (with_ticket(crew_size=True), "/tickets/0/crew_size", "wrong_type", "must be a whole number"),
    (with_ticket(crew_size=1.0), "/tickets/0/crew_size", "wrong_type", "must be a whole number"),
    (with_ticket(mandatory=1), "/tickets/0/mandatory", "wrong_type", "must be true or false"),
    (
        with_ticket(priority="urgent"),
        "/tickets/0/priority",
        "unknown_value",
        "'urgent' is not known; use 'low'",
    ),
    (with_ticket(time_windows={}), "/tickets/0/time_windows", "wrong_type", "must be a list"),
    (with_ticket(required_skills=[]), "/tickets/0/required_skills", "wrong_type", "must be an object"),
    (
        with_ticket(required_skills={"gas": 101}),
        "/tickets/0/required_skills/gas",
        "out_of_range",
        "at most 100",
    ),
    (with_ticket(required_skills={"": 1}), "/tickets/0/required_skills/", "out_of_range", "at least 1 char"),
    (with_ticket(likely_parts={"fan": 0}), "/tickets/0/likely_parts/fan", "out_of_range", "more than 0"),
    (with_ticket(likely_parts={"fan": 1.2}), "/tickets/0/likely_parts/fan", "out_of_range", "at most 1"),
    (
        with_ticket(required_parts={"fan": 10**40}),
        "/tickets/0/required_parts/fan",
        "out_of_range",
        "40 digits",
    ),
    (with_ticket(unassigned_price=0.0001), "/tickets/0/unassigned_price", "out_of_range", "3 decimals"),
    (with_ticket(attributes={"a": math.nan}), "/tickets/0/attributes", "not_finite", "NaN"),
    (with_ticket(attributes={"a": "x" * 4090}), "/tickets/0/attributes", "too_large", "4099 bytes"),
    (with_ticket(attributes={"a": "\ud800"}), "/tickets/0/attributes", "bad_id", "lone surrogate"),
    (with_ticket(id=""), "/tickets/0/id", "out_of_range", "at least 1 characters"),
    (with_ticket(id="K" * 201), "/tickets/0/id", "out_of_range", "at most 200 characters"),
    (with_ticket(id=7), "/tickets/0/id", "wrong_type", "must be text"),
    (with_ticket(id="K\x00"), "/tickets/0/id", "bad_id", "'K\\x00' holds control characters"),
    (with_ticket(id="K\n"), "/tickets/0/id", "bad_id", "'K\\n' holds control characters"),
    (with_ticket(id="K\x85"), "/tickets/0/id", "bad_id", "holds control characters"),
    (with_ticket(id="\udc00"), "/tickets/0/id", "bad_id", "'\\udc00' holds control"),
    (with_ticket(location=None), "/tickets/0/location", "wrong_type", "null has the wrong type"),
    (with_ticket(location={}), "/tickets/0/location", "missing_field", "give lat and lon, or matrix_index"),
    (with_ticket(location={"lat": 1}), "/tickets/0/location/lon", "missing_field", "other coordinate"),
    (
        with_ticket(location={"lat": 91, "lon": 0}),
        "/tickets/0/location/lat",
        "out_of_range",
        "91 is out of range",
    ),
    (
        with_ticket(location={"lat": 0, "lon": -181}),
        "/tickets/0/location/lon",
        "out_of_range",
        "at least -180",
    ),
    (with_ticket(location={"lat": math.inf, "lon": 0}), "/tickets/0/location/lat", "not_finite", "no finite"),
    (with_ticket(location={"lat": math.nan, "lon": 0}), "/tickets/0/location/lat", "not_finite", "nan is no"),
    (with_ticket(reported_at="2026-11-23T08:00:00"), "/tickets/0/reported_at", "naive_time", "has no offset"),
    (with_ticket(reported_at=1700000000), "/tickets/0/reported_at", "wrong_type", "1700000000 is no time"),
    (with_ticket(reported_at="1700000000"), "/tickets/0/reported_at", "bad_time", "is no RFC 3339 time"),
    (with_ticket(reported_at="2026-02-30T08:00:00Z"), "/tickets/0/reported_at", "bad_time", "calendar"),
    (with_ticket(reported_at="2026-11-23T23:59:60Z"), "/tickets/0/reported_at", "bad_time", "leap seconds"),
    (
        with_ticket(reported_at="2026-11-23T24:00:00Z"),
        "/tickets/0/reported_at",
        "bad_time",
        "calendar and clock",
    ),
    (with_ticket(reported_at="2026-11-23T08:00:00+0800"), "/tickets/0/reported_at", "bad_time", "RFC 3339"),
    (
        with_ticket(reported_at="1969-12-31T23:59:59Z"),
        "/tickets/0/reported_at",
        "out_of_range",
        "1970 to 2199",
    ),
    (
        with_ticket(reported_at="2200-01-01T00:00:00Z"),
        "/tickets/0/reported_at",
        "out_of_range",
        "1970 to 2199",
    ),
    (with_ticket(reported_at="9999-12-31T23:59:59-23:59"), "/tickets/0/reported_at", "out_of_range", "1970"),
    (with_ticket(reported_at="0001-01-01T00:00:00+23:59"), "/tickets/0/reported_at", "out_of_range", "1970"),
    (
        with_ticket(time_windows=[{"start": at("10:00"), "end": at("09:00")}]),
        "/tickets/0/time_windows/0/end",
        "end_before_start",
        "2026-11-23T09:00:00+08:00 lies before the start 2026-11-23T10:00:00+08:00; swap them",
    ),
    (
        with_ticket(time_windows=[{"start": at("09:00"), "end": at("10:00")}] * 51),
        "/tickets/0/time_windows",
        "out_of_range",
        "a list of 51 must have at most 50 entries",
    ),
    (
        with_ticket(after=[{"ticket": "K2", "min_gap_minutes": 5, "max_gap_minutes": 4}]),
        "/tickets/0/after/0/max_gap_minutes",
        "out_of_range",
        "4 is less than min_gap_minutes 5",
    ),
    (
        with_ticket(pinned={"technician": "T1", "status": "on_site"}),
        "/tickets/0/pinned/started_at",
        "missing_field",
        "required with status 'on_site'",
    ),
    (with_technician(van_stock={"fan": -1}), "/technicians/0/van_stock/fan", "out_of_range", "at least 0"),
    (
        with_technician(van_stock={"a/b~": 1.5}),
        "/technicians/0/van_stock/a~1b~0",
        "wrong_type",
        "whole number",
    ),
    (with_technician(end="nowhere"), "/technicians/0/end", "unknown_value", "use 'anywhere'"),
    (with_technician(end={"lat": 91, "lon": 1}), "/technicians/0/end/lat", "out_of_range", "91"),
    (with_technician(speed_factor=0), "/technicians/0/speed_factor", "out_of_range", "at least 0.1"),
    (
        with_technician(certifications=[{"name": "gas", "valid_until": "2027-02-29"}]),
        "/technicians/0/certifications/0/valid_until",
        "bad_time",
        "'2027-02-29' is no day of the calendar",
    ),
    (with_shift(end=at("08:00")), "/technicians/0/shifts/0/end", "end_before_start", "lies before the start"),
    (with_shift(end=at("09:00", 25)), "/technicians/0/shifts/0/end", "out_of_range", "lasts 49 h"),
    (with_shift(max_tickets=-1), "/technicians/0/shifts/0/max_tickets", "out_of_range", "at least 0"),
    (tiny(schema_version=2), "/schema_version", "unknown_value", "2 is not known; use 1"),
    (tiny(time_zone="Shanghai"), "/time_zone", "unknown_time_zone", "'Shanghai' is no IANA time zone"),
    (tiny(time_zone="../../etc/passwd"), "/time_zone", "unknown_time_zone", "is no IANA time zone"),
    (tiny(time_zone="Europe"), "/time_zone", "unknown_time_zone", "is no IANA time zone"),
    (tiny(objective={"mode": "fast"}), "/objective/mode", "unknown_value", "'fast' is not known"),
    (
        tiny(objective={"prices": {"km": 1}}),
        "/objective/prices/km",
        "unknown_field",
        "is no price of mode 'sla_first'; its prices are: travel_minute, overtime_minute",
    ),
    (
        tiny(objective={"mode": "working_time", "prices": {"km": 1}}),
        "/objective/prices/km",
        "unknown_field",
        "its prices are: none",
    ),
    (tiny(objective={"weights": {"low": 1e7}}), "/objective/weights/low", "out_of_range", "at most 1e+06"),
    (tiny(travel={"detour_factor": 0.5}), "/travel/detour_factor", "out_of_range", "at least 1"),
    (
        tiny(travel={"provider": "geodesic", "durations_seconds": [[0]]}),
        "/travel/durations_seconds",
        "conflicting_fields",
        "is no field of provider 'geodesic'",
    ),
]


@pytest.mark.parametrize(("document", "where", "code", "message"), BAD_FIELDS)
def test_bad_field(document: dict[str, Any], where: str, code: str, message: str) -> None:
    """One bad field gives one finding with pointer, code and a message that names value and cure."""
    finding = only_finding(document)
    assert (finding.pointer, finding.code) == (where, code)
    assert message in finding.message


BAD_BREAKS = [
    ([("11:00", "10:00", 30)], "/0/latest", "end_before_start", "lies before earliest"),
    ([("15:00", "16:00", 30), ("11:00", "13:00", 30)], "/1/earliest", "unsorted_breaks", "sort breaks"),
    ([("16:40", "17:30", 30)], "/0", "break_outside_shift", "cannot be taken within the shift"),
    ([("06:00", "07:00", 30)], "/0", "break_outside_shift", "cannot be taken within the shift"),
    # The first break ends at 12:00 at the soonest, after the second one's latest start.
    (
        [("11:00", "13:00", 60), ("11:10", "11:50", 10)],
        "/1",
        "break_outside_shift",
        "after the breaks before",
    ),
    ([("11:00", "13:00", 5)] * 5, "", "out_of_range", "at most 4 entries"),
]


@pytest.mark.parametrize(("breaks", "where", "code", "message"), BAD_BREAKS)
def test_bad_breaks(breaks: list[tuple[str, str, int]], where: str, code: str, message: str) -> None:
    """Breaks of a shift are sorted and can all be taken in it, one after the other."""
    items = [{"earliest": at(a), "latest": at(b), "minutes": m} for a, b, m in breaks]
    finding = only_finding(with_shift(breaks=items))
    assert (finding.pointer, finding.code) == (f"/technicians/0/shifts/0/breaks{where}", code)
    assert message in finding.message


def test_a_break_may_end_in_overtime() -> None:
    """16:45 + 30 minutes = 17:15 lies after the shift's end at 17:00, within 15 minutes of overtime."""
    pause = {"earliest": at("16:45"), "latest": at("16:50"), "minutes": 30}
    shift = Problem.from_dict(with_shift(breaks=[pause], max_overtime_minutes=15)).technicians[0].shifts[0]
    assert shift.breaks[0].minutes == 30


def test_all_field_errors_are_told_at_once() -> None:
    """Bad fields in different places all appear, in one error."""
    document = with_ticket(duration_minutes=0, zone=1)
    document["technicians"][0]["shifts"][0]["end"] = "soon"
    document["what"] = None
    assert {f.pointer for f in findings_of(document)} == {
        "/tickets/0/duration_minutes",
        "/tickets/0/zone",
        "/technicians/0/shifts/0/end",
        "/what",
    }


def test_thousands_of_errors_are_listed_short() -> None:
    """Of 5,000 bad tickets, 50 are written out and 4,950 counted."""
    document = tiny(tickets=[{"id": f"K{i}", "location": {"lat": 1, "lon": 1}} for i in range(5000)])
    with pytest.raises(InputError) as caught:
        Problem.from_dict(document)
    assert len(str(caught.value).splitlines()) == 51
    assert str(caught.value).endswith("... and 4950 more")


def test_huge_values_are_not_echoed() -> None:
    """A megabyte of text in a wrong place gives a short message, and a short pointer."""
    finding = only_finding(with_ticket(zone="z" * 1_000_000))
    assert len(finding.message) < 160
    finding = only_finding(tiny(**{"x" * 1_000_000: 1}))
    assert len(finding.pointer) <= 81


@pytest.mark.parametrize("document", [None, 5, "x", [], [1], True])
def test_a_document_that_is_no_object(document: object) -> None:
    """Something else than an object is told as such, at the root."""
    finding = only_finding(json.dumps(document))
    assert (finding.pointer, finding.code) == ("", "wrong_type")
    assert "it must be an object" in finding.message


def test_numbers_of_json_that_python_reads_too_kindly() -> None:
    """NaN, Infinity and 1e400 are read by the parser and refused where they stand."""
    text = json.dumps(tiny())
    for literal in ("NaN", "Infinity", "-Infinity", "1e400"):
        finding = only_finding(text.replace("31.19", literal))
        assert (finding.pointer, finding.code) == ("/tickets/0/location/lat", "not_finite")


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2026-11-23T08:00:00Z", "2026-11-23T08:00:00+00:00"),
        ("2026-11-23t08:00:00z", "2026-11-23T08:00:00+00:00"),
        ("2026-11-23T08:00:00.5+08:00", "2026-11-23T08:00:00.500000+08:00"),
        ("2026-11-23T08:00:00.123456789-03:30", "2026-11-23T08:00:00.123456-03:30"),
        ("2028-02-29T23:59:59+14:00", "2028-02-29T23:59:59+14:00"),
    ],
)
def test_times_of_rfc_3339(text: str, iso: str) -> None:
    """Any offset, small letters and fractions of a second are read."""
    due_at = Problem.from_dict(with_ticket(due_at=text)).tickets[0].due_at
    assert due_at is not None
    assert due_at.isoformat() == iso


def test_bad_keys_are_told_in_print() -> None:
    """Control characters and lone surrogates in keys stand escaped in the pointer: any log can hold it."""
    finding = only_finding(with_ticket(required_skills={"g\x00s": 1}))
    assert (finding.pointer, finding.code) == ("/tickets/0/required_skills/g\\x00s", "bad_id")
    finding = only_finding(tiny(**{"\ud800": 1}))
    assert (finding.pointer, finding.code) == ("", "bad_id")
    assert str(finding).isprintable()


def _paths(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every value in a document."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at, *(path for key, item in items for path in _paths(item, (*at, key)))]


def _rich() -> dict[str, Any]:
    """A document with most kinds of objects, also of those that are refused as not built yet."""
    document = with_ticket(
        after=[{"ticket": "K2", "from": "start"}],
        pinned={"technician": "T1", "status": "committed"},
        time_windows=[{"start": at("08:00"), "end": at("09:00")}],
        attributes={"a": [1]},
    )
    return {
        **document,
        "now": at("08:00"),
        "policy": {"extends": "home-appliance", "arrival_hours": {"rural": 3}},
        "travel": {"provider": "matrix", "durations_seconds": [[0, 1], [None, 0]]},
        "objective": {"mode": "cost", "prices": {"km": 1}, "weights": {"low": 1}, "stability": {}},
        "base_plan": {"routes": [{"technician": "T1", "stops": [{"kind": "ticket", "ticket": "K1"}]}]},
    }


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["\ud800", "x.yaml"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(_paths(_rich())[1:]), ANYTHING)
def test_anything_anywhere_is_refused_in_words(path: tuple[Any, ...], value: Any) -> None:
    """Whatever stands in whatever place of a bad document: an InputError in printable words, nothing else."""
    document = _rich()
    place: Any = document
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    for finding in findings_of(document):
        assert re.fullmatch("[a-z_0-9]+", finding.code)
        assert finding.message
        assert str(finding).isprintable()


def test_replace_gives_a_validated_copy() -> None:
    """A variant differs in one field; a bad variant is refused; the original stays."""
    problem = Problem.from_dict(tiny())
    other = problem.replace(tickets=problem.tickets[:1])
    assert [t.id for t in other.tickets] == ["K1"]
    assert len(problem.tickets) == 2
    late = problem.tickets[0].replace(required_technicians=["T9"])
    with pytest.raises(InputError, match="'T9' is the id of no technician"):
        problem.replace(tickets=[late])
    with pytest.raises(InputError, match="is no field"):
        problem.replace(colour="red")


def test_models_are_immutable() -> None:
    """Nothing can be assigned after construction."""
    problem = Problem.from_dict(tiny())
    with pytest.raises(ValidationError, match="frozen"):
        problem.name = "other"  # type: ignore[misc]


def test_models_can_be_built_in_python() -> None:
    """Objects and aware datetimes are taken as they are."""
    when = datetime.fromisoformat(at("09:00"))
    ticket = Ticket(id="K1", location=Location(lat=1.0, lon=2.0), duration_minutes=5, due_at=when)
    assert Problem(technicians=(), tickets=(ticket,)).tickets[0].due_at == when


@pytest.mark.parametrize("mode", ["sla_first", "cost", "working_time"])
def test_prices_are_completed_with_the_defaults_of_the_mode(mode: str) -> None:
    """One price given, the others by default; working_time has none."""
    given = {} if mode == "working_time" else {"travel_minute": 3}
    objective = Objective.model_validate({"mode": mode, "prices": given})
    assert objective.resolved_prices() == {**DEFAULT_PRICES[objective.mode], **given}


def test_weight_of_the_objective_overrides_the_policy() -> None:
    """The policy's weight of normal is 2; the objective sets low to 0.5."""
    problem = Problem.from_dict(tiny(objective={"weights": {"low": 0.5}}))
    assert problem.objective.weight("low", problem.policy) == 0.5
    assert problem.objective.weight("normal", problem.policy) == 2


def test_files_of_every_kind_say_the_same(tmp_path: Path) -> None:
    """JSON and YAML (times unquoted) give equal problems."""
    (tmp_path / "p.json").write_text(json.dumps(tiny()), encoding="utf-8")
    (tmp_path / "p.yaml").write_text(
        """
technicians:
  - id: T1
    start: {lat: 31.23, lon: 121.47}
    shifts: [{start: 2026-11-23T08:00:00+08:00, end: 2026-11-23T17:00:00+08:00}]
tickets:
  - {id: K1, location: {lat: 31.19, lon: 121.43}, duration_minutes: 45}
  - {id: K2, location: {lat: 31.25, lon: 121.5}, duration_minutes: 60}
""",
        encoding="utf-8",
    )
    assert Problem.from_file(tmp_path / "p.yaml") == Problem.from_file(str(tmp_path / "p.json"))


def test_policy_path_is_relative_to_the_problem_file(tmp_path: Path) -> None:
    """A problem in a file may name a policy file, which may extend a built-in policy."""
    (tmp_path / "ours.yaml").write_text(
        "extends: home-appliance\narrival_hours: {suburban: 5}\n", encoding="utf-8"
    )
    (tmp_path / "p.json").write_text(json.dumps(tiny(policy="ours.yaml")), encoding="utf-8")
    assert Problem.from_file(tmp_path / "p.json").policy.arrival_hours == {"urban": 4, "suburban": 5}


def test_paths_are_refused_outside_files() -> None:
    """Over a call no file of the server is ever opened."""
    finding = only_finding(tiny(policy="ours.yaml"))
    assert (finding.pointer, finding.code) == ("/policy", "path_not_allowed")
    finding = only_finding(by_matrix(durations_seconds=None, durations_file="/etc/x.npy"))
    assert (finding.pointer, finding.code) == ("/travel/durations_file", "path_not_allowed")
    assert "'/etc/x.npy' is a path" in finding.message


def _large(tickets: int) -> str:
    items = [
        {
            "id": f"K{i:05d}",
            "location": {"lat": 31 + i / 1e5, "lon": 121.4},
            "address": "No. 1234, Some Very Long Road Name, Pudong New Area, Shanghai",
            "attributes": {"customer": f"C{i}", "note": "call before you come " * 8},
            "zone": "suburban",
            "priority": "high",
            "reported_at": at("06:00"),
            "appointment_at": at("09:00"),
            "time_windows": [
                {"start": at("09:00"), "end": at("11:00")},
                {"start": at("14:00"), "end": at("16:00")},
            ],
            "duration_minutes": 45.5,
            "required_skills": {"refrigeration": 2},
            "required_parts": {"compressor": 1},
            "likely_parts": {"fan": 0.25},
            "required_technicians": ["T1"],
        }
        for i in range(tickets)
    ]
    return json.dumps(tiny(tickets=items))


def test_loading_scales() -> None:
    """1,000 tickets (about 700 KB) load in processor time well under half a second."""
    text = _large(1000)
    assert len(text) > 600_000
    began = time.process_time()
    problem = Problem.from_json(text)
    spent = time.process_time() - began
    assert len(problem.tickets) == 1000
    # Measured 0.06 s; the margin is for slow, shared machines.
    assert spent < 0.5


def test_import_is_light() -> None:
    """Importing the model loads no numba, ortools or fastapi, and numpy only where a matrix is read."""
    code = "import dispatch_engine.model.problem, sys; print(sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(json.loads(done.stdout.replace("'", '"')))
    assert loaded.isdisjoint({"numba", "ortools", "fastapi", "numpy", "scipy"})
