"""Two plans side by side: moves, calls, prices; every number by hand."""

from __future__ import annotations

from typing import Any

from worlds import at, order, orders, problem, technician, ticket

from dispatch_engine.live.compare import compare
from dispatch_engine.model.comparison import Comparison
from dispatch_engine.model.problem import Problem


def two_and_three(**fields: Any) -> Problem:
    """Two technicians, three tickets, all legs 10 minutes, work 30 minutes, no deadlines."""
    return problem([ticket(), ticket(), ticket()], [technician(), technician()], **fields)


def moved(found: Comparison) -> dict[str, tuple[str, ...]]:
    """Changes by ticket."""
    return {move.ticket: move.changes for move in found.moves}


def called(found: Comparison) -> list[tuple[str, str]]:
    """(ticket or technician, code) of all calls, in order."""
    return [(call.ticket or str(call.technician), call.code) for call in found.calls]


def test_equal_plans_differ_in_nothing() -> None:
    """The same order twice: no move, no call, no price."""
    where, plan = two_and_three(), orders({("T0", 0): ("K0", "K1"), ("T1", 0): ("K2",)})
    found = compare(where, plan, plan)
    assert (found.moves, found.calls, found.unchanged) == ((), (), 3)
    assert found.cost_difference.model_dump() == {"sla_penalty": 0.0, "cost_minutes": 0.0}
    assert set(found.kpi_differences.values()) == {0}


def test_a_ticket_that_changes_hands_is_told() -> None:
    """K1 goes from T0 (second, reached at 50) to T1 (alone, reached at 10, but departing late: at 08:00 + 10).

    T0 drives 30 minutes before, 20 after; T1 0 before, 20 after: 10 minutes more in all.
    """
    where = two_and_three()
    before = orders({("T0", 0): ("K0", "K1")})
    after = orders({("T0", 0): ("K0",), ("T1", 0): ("K1",)})
    found = compare(where, before, after)
    assert moved(found) == {"K1": ("other_technician", "earlier")}
    (move,) = found.moves
    assert move.before is not None
    assert move.after is not None
    assert (move.before.technician, move.before.position) == ("T0", 1)
    assert (move.after.technician, move.after.arrival.isoformat()) == ("T1", at(10))
    assert move.arrival_change_minutes == -40
    assert found.cost_difference.cost_minutes == 10
    (travel,) = [entry for entry in found.price_by_rule if entry.rule == "travel"]
    assert (travel.before.cost_minutes, travel.after.cost_minutes) == (30, 40)
    assert called(found) == [
        ("T0", "route_changed"),
        ("T1", "route_changed"),
        ("K1", "earlier_than_promised"),
    ]


def test_small_moves_call_nobody() -> None:
    """A stop before it moves K1 by 40 minutes: a call; with a promise of 40 minutes: none."""
    before, after = order("K1"), order("K0", "K1")
    for minutes, expected in ((15, ["later_than_promised"]), (40, [])):
        where = two_and_three()
        stability = where.objective.stability.model_copy(update={"promise_minutes": minutes})
        where = where.model_copy(
            update={"objective": where.objective.model_copy(update={"stability": stability})}
        )
        found = compare(where, before, after)
        assert moved(found) == {"K0": ("assigned",), "K1": ("later",)}
        assert [call.code for call in found.calls if call.ticket == "K1"] == expected


def test_an_appointment_is_what_the_customer_expects() -> None:
    """K1 begins at its appointment (120) whether the technician arrives at 10 or at 50: no call."""
    where = problem([ticket(), ticket(appointment_at=at(120))])
    found = compare(where, order("K1"), order("K0", "K1"))
    # Alone the technician leaves late and is there at 120; after K0 (10 to 40) he is there at 50.
    assert moved(found) == {"K0": ("assigned",), "K1": ("earlier",)}
    assert called(found) == [("T0", "route_changed"), ("K0", "new_visit")]


def test_lateness_and_dropped_tickets_are_told() -> None:
    """K1 due at 20: in time alone (10), late behind K0 (50); K2 is dropped."""
    where = problem([ticket(), ticket(due_at=at(20)), ticket()])
    found = compare(where, order("K1", "K2"), order("K0", "K1"))
    assert moved(found) == {
        "K0": ("assigned",),
        "K1": ("later", "now_late"),
        "K2": ("unassigned",),
    }
    assert ("K2", "visit_cancelled") in called(found)
    (late,) = [entry for entry in found.price_by_rule if entry.rule == "deadline"]
    # Weight 2, 30 minutes late at 2 × 2 a minute.
    assert (late.after.sla_penalty, late.after.cost_minutes) == (2, 120)
    assert found.kpi_differences["late"] == 1


def test_messages_speak_chinese() -> None:
    """The calls are told in the language asked for."""
    found = compare(two_and_three(), order("K0"), order("K1"), "zh")
    texts = {call.code: call.message for call in found.calls}
    assert texts["visit_cancelled"] == "K0：请通知客户，原定 11-23 08:10 的上门取消"
    assert texts["route_changed"] == "T0：请下发新的路线"


def test_a_plan_that_breaks_rules_is_still_compared() -> None:
    """An unknown technician: the side says so, and the ticket counts as unassigned."""
    found = compare(two_and_three(), order("K0"), order("K0", technician="T9"))
    assert (found.before.ok, found.after.ok) == (True, False)
    assert found.after.violations[0].startswith("T9, shift 0: the technician is not in the problem")
    assert moved(found) == {"K0": ("unassigned",)}


def test_the_public_json_reads_back() -> None:
    """What is printed is accepted by the model again."""
    found = compare(two_and_three(), order("K0"), order("K1"))
    assert Comparison.model_validate_json(found.model_dump_json()) == found
