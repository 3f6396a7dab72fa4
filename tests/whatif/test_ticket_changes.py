"""Changes of tickets, depots and promises do what they say."""

from __future__ import annotations

from collections import Counter
from typing import Any

from whatif_days import changed_day, day, findings_of
from worlds import at

from dispatch_engine.model.problem import Ticket

NEW = {"id": "K9", "location": {"matrix_index": 0}, "duration_minutes": 5}


def tickets(*changes: Any) -> tuple[Ticket, ...]:
    """The tickets after the changes."""
    return changed_day(*changes).tickets


def test_tickets_come_and_go() -> None:
    """One is added in full, all inspections are removed."""
    gone = {"change": "remove_tickets", "tickets": {"where": {"service": "inspection"}}}
    assert [t.id for t in tickets({"change": "add_tickets", "tickets": [NEW]}, gone)] == ["K0", "K1", "K9"]


def test_more_volume_copies_tickets_of_the_day() -> None:
    """3 tickets × 2.5 = 7.5, rounded to 8: five copies, each like one of the day; the same for a seed."""
    change = {"change": "ticket_volume", "factor": 2.5, "seed": 4}
    made = tickets(change)
    assert len(made) == 8
    assert made == tickets(change)
    assert made != tickets({**change, "seed": 5})
    originals = {t.id: t for t in day().tickets}
    for copy in made[3:]:
        original = originals[copy.id.split("-copy-")[0]]
        assert copy.replace(id=original.id) == original
    assert max(Counter(t.id for t in made).values()) == 1


def test_less_volume_leaves_tickets_out() -> None:
    """3 × 0.4 = 1.2, rounded to 1 of those that there are."""
    (left,) = tickets({"change": "ticket_volume", "factor": 0.4})
    assert left in day().tickets


def test_volume_of_a_selection_leaves_the_others() -> None:
    """Only the ticket of high priority is doubled."""
    change = {"change": "ticket_volume", "tickets": {"where": {"priority": "high"}}, "factor": 2}
    assert [t.id for t in tickets(change)] == ["K0", "K1", "K2", "K0-copy-1"]


def test_windows_move_and_narrow() -> None:
    """K1 is open from 60 to 120; the others have no window and stay as they are."""
    wider = {"change": "time_windows", "open_earlier_minutes": 10, "close_later_minutes": 20}
    (window,) = tickets(wider)[1].time_windows
    assert (window.start.isoformat(), window.end.isoformat()) == (at(50), at(140))
    (window,) = tickets({"change": "time_windows", "width_minutes": 30})[1].time_windows
    assert (window.start.isoformat(), window.end.isoformat()) == (at(60), at(90))
    assert tickets(wider)[0] == day().tickets[0]


def test_a_window_closed_before_it_opens_is_refused() -> None:
    """60 minutes wide, it cannot close 70 minutes earlier."""
    (finding,) = findings_of({"change": "time_windows", "close_later_minutes": -70})
    assert (finding.pointer, finding.code) == ("/variants/0/changes/0", "end_before_start")
    assert "makes ticket 'K1' invalid: /time_windows/0/end" in finding.message


def test_windows_of_tickets_without_any_match_nothing() -> None:
    """K0 has no window: the change would do nothing."""
    (finding,) = findings_of({"change": "time_windows", "tickets": ["K0"], "width_minutes": 30})
    assert (finding.pointer, finding.code) == ("/variants/0/changes/0/tickets", "matches_nothing")


def test_any_field_of_tickets_can_be_set() -> None:
    """Those that may need a valve become mandatory."""
    change = {"change": "set_tickets", "tickets": {"where": {"parts": "valve"}}, "set": {"mandatory": True}}
    assert [t.mandatory for t in tickets(change)] == [True, False, False]


def test_a_promise_is_laid_over_the_policy() -> None:
    """The base promises nothing in urban (null); 3 hours are promised then, the rest stays."""
    policy = changed_day({"change": "policy", "policy": {"arrival_hours": {"urban": 3}}}).policy
    assert policy.arrival_hours["urban"] == 3
    assert policy.arrival_hours["suburban"] == 6
    assert changed_day({"change": "policy", "policy": "home-appliance"}).policy.arrival_hours["urban"] == 4


def test_a_bad_promise_is_pointed_at() -> None:
    """The value, not the variant; an unknown name tells the known ones."""
    (finding,) = findings_of({"change": "policy", "policy": {"arrival_hours": {"urban": -1}}})
    assert finding.pointer == "/variants/0/changes/0/policy/arrival_hours/urban"
    (finding,) = findings_of({"change": "policy", "policy": "hoem"})
    assert (finding.pointer, finding.code) == ("/variants/0/changes/0/policy", "unknown_policy")
