"""Generated days: the same bytes for the same seed, the shares of the recipe, sound problems of any size."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from dispatch_engine.errors import InputError
from dispatch_engine.model.files import read_document
from dispatch_engine.model.problem import Problem
from dispatch_engine.sources.generate import generate_problem, to_text

SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"
WEEKDAY = SCENARIOS / "shanghai-weekday.yaml"


def recipe(**changes: Any) -> dict[str, Any]:
    document = read_document(WEEKDAY)
    assert isinstance(document, dict)
    return document | changes


def test_the_bytes_of_a_day_never_change() -> None:
    """The digest was taken once; another Python, machine or order of work must give the same."""
    text = to_text(generate_problem(WEEKDAY, 1, tickets=30, technicians=5))
    assert (
        hashlib.sha256(text.encode()).hexdigest()
        == "6fb11ebce791d2734267871c7ece3e4a1c15bd9079387eb6ce84b27f5d5ae027"
    )


def test_same_seed_same_day_other_seed_other_day() -> None:
    """The seed decides everything."""
    first, again, other = (generate_problem(WEEKDAY, seed) for seed in (5, 5, 6))
    assert first == again
    assert first["tickets"][0] != other["tickets"][0]


def test_mapping_and_path_give_the_same_day() -> None:
    """A recipe may be read by the caller."""
    assert generate_problem(recipe(), 3) == generate_problem(str(WEEKDAY), 3)


def test_a_larger_day_begins_with_the_smaller_one() -> None:
    """More tickets and technicians leave the first ones alone, apart from wishes for technicians."""
    small = generate_problem(WEEKDAY, 1, tickets=10, technicians=5)
    large = generate_problem(WEEKDAY, 1, tickets=30, technicians=9)
    wishes = ("preferred_technicians", "excluded_technicians")
    plain = [
        [{k: v for k, v in t.items() if k not in wishes} for t in day["tickets"]] for day in (small, large)
    ]
    assert plain[1][:10] == plain[0]
    assert large["technicians"][:5] == small["technicians"]
    assert (small["name"], large["name"]) == ("shanghai-weekday-10x5", "shanghai-weekday-30x9")


@pytest.mark.parametrize(("tickets", "technicians"), [(0, 0), (1, 0), (0, 3), (1000, 165), (5000, 800)])
def test_days_of_any_size_are_sound_problems(tickets: int, technicians: int) -> None:
    """What is generated passes the model."""
    problem = Problem.from_dict(generate_problem(WEEKDAY, 2, tickets=tickets, technicians=technicians))
    assert (len(problem.tickets), len(problem.technicians)) == (tickets, technicians)


def test_now_is_the_first_shift_start_and_nothing_is_known_later() -> None:
    """At 08:00 every ticket is reported, and who has been contacted was so after the report."""
    problem = Problem.from_dict(generate_problem(WEEKDAY, 1, tickets=400))
    assert problem.now == datetime.fromisoformat("2026-11-23T08:00:00+08:00")
    for ticket in problem.tickets:
        assert ticket.reported_at is not None
        assert ticket.reported_at < problem.now
        assert ticket.contacted_at is None or ticket.reported_at < ticket.contacted_at < problem.now


def test_emergencies_wait_for_the_first_free_technician() -> None:
    """Reported within the last two hours, without appointment, window or contact."""
    tickets = Problem.from_dict(generate_problem(WEEKDAY, 1, tickets=400)).tickets
    emergencies = [ticket for ticket in tickets if ticket.priority == "emergency"]
    assert emergencies
    for ticket in emergencies:
        assert ticket.reported_at is not None
        assert ticket.reported_at >= datetime.fromisoformat("2026-11-23T06:00:00+08:00")
        assert (ticket.appointment_at, ticket.contacted_at, ticket.time_windows) == (None, None, ())


def test_windows_begin_at_the_appointment() -> None:
    """So that no ticket is impossible by itself; about 30 % of the tickets with an appointment have one."""
    tickets = Problem.from_dict(generate_problem(WEEKDAY, 1, tickets=1000)).tickets
    agreed = [ticket for ticket in tickets if ticket.appointment_at is not None]
    windowed = [ticket for ticket in agreed if ticket.time_windows]
    assert all(ticket.time_windows[0].start == ticket.appointment_at for ticket in windowed)
    # Standard deviation of the share: sqrt(0.3 x 0.7 / 870) = 0.016; three of them are allowed.
    assert len(windowed) / len(agreed) == pytest.approx(0.3, abs=0.05)


def test_mixes_follow_their_shares() -> None:
    """Of 2,000 tickets 15 % are low, 62 % normal, 18 % high and 5 % emergencies, within three deviations."""
    tickets = generate_problem(WEEKDAY, 1, tickets=2000)["tickets"]
    counts = Counter(ticket["priority"] for ticket in tickets)
    for priority, share in {"low": 0.15, "normal": 0.62, "high": 0.18, "emergency": 0.05}.items():
        assert counts[priority] / 2000 == pytest.approx(share, abs=3 * (share * (1 - share) / 2000) ** 0.5)


def test_small_teams_cover_all_trades() -> None:
    """First trades are dealt in turn: of 20 technicians each of the five trades is somebody's first."""
    staff = generate_problem(WEEKDAY, 9)["technicians"]
    firsts = Counter(next(iter(technician["skills"])) for technician in staff)
    assert set(firsts) == {"refrigeration", "washing", "cooking-gas", "heating", "tv-electronics"}
    # Shares 28, 26, 16, 16, 14 of 20: 5.6, 5.2, 3.2, 3.2, 2.8; dealt in turn, each is off by less than two
    assert firsts["refrigeration"] in range(4, 8)
    assert firsts["tv-electronics"] in range(1, 5)


def test_places_stay_within_their_district() -> None:
    """A suburb of 3 km radius keeps its tickets within 3 km in each axis; 0.001° is about 100 m of slack."""
    area = {
        "name": "A",
        "zone": "suburban",
        "lat": 31.2,
        "lon": 121.4,
        "radius_km": 3,
        "tickets": 1,
        "homes": 1,
    }
    for ticket in generate_problem(recipe(areas=[area]), 1, tickets=500)["tickets"]:
        assert abs(ticket["location"]["lat"] - 31.2) <= 3 / 111.2 + 1e-5
        assert abs(ticket["location"]["lon"] - 121.4) <= 3 / (111.2 * 0.8554) + 1e-4
        assert ticket["zone"] == "suburban"
        assert ticket["address"].endswith(", A")


def test_some_certificates_have_ended() -> None:
    """About 7 % ended within the month before; none is younger than the day by more than two years."""
    staff = generate_problem(WEEKDAY, 1, technicians=500)["technicians"]
    ends = [held["valid_until"] for technician in staff for held in technician["certifications"]]
    ended = [end for end in ends if end < "2026-11-23"]
    assert len(ended) / len(ends) == pytest.approx(0.07, abs=0.03)
    assert min(ends) >= "2026-10-24"
    assert max(ends) < "2028-11-23"


def test_certificates_are_asked_for_by_trade_level_and_service() -> None:
    """Cooking-gas needs gas, refrigeration f-gas from level 3, installation electrician always."""
    for ticket in generate_problem(WEEKDAY, 1, tickets=600)["tickets"]:
        ((skill, level),) = ticket["required_skills"].items()
        asked = set(ticket["required_certifications"])
        assert ("electrician" in asked) == (ticket["service"] == "installation")
        assert ("f-gas" in asked) == (skill == "refrigeration" and level >= 3)
        assert ("gas" in asked) == (skill == "cooking-gas" or (skill == "heating" and level >= 2))


def test_a_part_is_required_or_likely_but_not_both() -> None:
    """Likely parts are further parts, each with a probability between 0.1 and 0.6."""
    tickets = generate_problem(WEEKDAY, 1, tickets=600)["tickets"]
    assert any(ticket["likely_parts"] for ticket in tickets)
    for ticket in tickets:
        assert not set(ticket["required_parts"]) & set(ticket["likely_parts"])
        assert all(0.1 <= chance <= 0.6 for chance in ticket["likely_parts"].values())


def test_text_is_json_with_one_final_newline() -> None:
    """The text of a file can be read back and is meant for version control."""
    day = generate_problem(WEEKDAY, 1, tickets=2, technicians=1)
    text = to_text(day)
    assert json.loads(text) == day
    assert text.endswith("}\n")


def test_an_unknown_time_zone_is_refused() -> None:
    """With the value and an example."""
    with pytest.raises(
        InputError, match="'Mars/Base' is no IANA time zone; write it as Asia/Shanghai"
    ) as caught:
        generate_problem(recipe(time_zone="Mars/Base"), 1)
    assert caught.value.findings[0].pointer == "/time_zone"
