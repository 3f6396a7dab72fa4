"""How far technicians are: by plan, and by what was reported; every minute by hand.

Unless said otherwise: legs of 10 minutes, work of 30; K0 is reached at 10 and ends at 40, K1 50 to 80, K2 90 to 120,
home at 130.
"""

from __future__ import annotations

from typing import Any

from worlds import at, order, orders, pause, problem, technician, ticket, window

from dispatch_engine.live.field import Delay, Field, field_at
from dispatch_engine.live.progress import HOME, Report
from dispatch_engine.model.problem import Problem
from dispatch_engine.rules.case import Case
from dispatch_engine.rules.reading import read_plan

MINUTE = 60
EIGHT = 8 * 60 * MINUTE
"""08:00 UTC in seconds of the clock."""


def clock(minutes: float) -> int:
    """Seconds of the problem's clock, of minutes after 08:00."""
    return EIGHT + round(minutes * MINUTE)


def three(**shift: Any) -> Problem:
    return problem([ticket(), ticket(), ticket()], [technician(shift)])


def seen(where: Problem, now: float, reports: dict[int, Report] | None = None, **rest: Any) -> Field:
    """How the day K0, K1, K2 of T0 stands."""
    case = Case.of(where)
    names = [t.id for t in where.tickets][: rest.pop("planned", 3)]
    plan = read_plan(case, order(*names)).times
    return field_at(case, plan, clock(now), reports, **rest)


def told(found: Field) -> list[tuple[str, float, float, float]]:
    """(status, arrival, start, end) of what T0 has begun, in minutes after 08:00."""
    (standing,) = found.standings.values()
    return [
        (v.status, (v.arrival - EIGHT) / 60, (v.start - EIGHT) / 60, (v.end - EIGHT) / 60)
        for v in standing.visits
    ]


def test_before_leaving_nothing_has_begun() -> None:
    """K0 has an appointment at 60, so T0 leaves at 50: at 40 he is at home."""
    where = problem([ticket(appointment_at=at(60))])
    found = seen(where, 40, planned=1)
    assert told(found) == []
    assert found.technicians[0].available_from is None
    assert found.tickets[0].pinned is None


def test_on_the_road() -> None:
    """At 45 K0 is done, and T0 arrives at K1 at 50: there he is free for it."""
    found = seen(three(), 45)
    assert told(found) == [("done", 10, 10, 40), ("en_route", 50, 50, 80)]
    pin = found.tickets[1].pinned
    assert pin is not None
    assert (pin.status, pin.technician) == ("en_route", "T0")
    assert found.technicians[0].available_from == Case.of(three()).clock.datetime(clock(50))
    assert found.technicians[0].current_location == found.tickets[1].location


def test_at_work() -> None:
    """At 60 T0 works at K1 since 50; nothing says where he is but that."""
    found = seen(three(), 60)
    assert told(found) == [("done", 10, 10, 40), ("on_site", 50, 50, 80)]
    assert found.technicians[0].current_location is None
    pin = found.tickets[0].pinned
    assert pin is not None
    assert (pin.status, pin.finished_at) == ("done", Case.of(three()).clock.datetime(clock(40)))


def test_waiting_at_the_door_is_on_the_way() -> None:
    """K1 opens at 100, reached at 50: at 70 T0 stands there, free from now on."""
    where = problem([ticket(), ticket(time_windows=[window(100, 200)])])
    found = seen(where, 70, planned=2)
    assert told(found)[1] == ("en_route", 50, 100, 130)
    assert found.technicians[0].available_from == Case.of(where).clock.datetime(clock(70))


def test_after_the_last_visit_the_way_home() -> None:
    """K2 ends at 120; at 125 T0 is on the way home, there at 130. At 300 he is there."""
    for now, free in ((125, 130), (300, 300)):
        found = seen(three(), now)
        (standing,) = found.standings.values()
        assert (standing.place, standing.free_at) == (HOME, clock(free))
        assert found.technicians[0].current_location == three().technicians[0].start


def test_with_end_anywhere_one_stays_at_the_last_customer() -> None:
    """No way home: nothing but the last visit says where T0 is."""
    where = problem([ticket(), ticket(), ticket()], [technician(end="anywhere")])
    (standing,) = seen(where, 300).standings.values()
    assert (standing.place, standing.free_at) == (None, None)


def test_ending_late_moves_what_comes_after() -> None:
    """K0 ended at 55 instead of 40: K1 is reached at 65; at 60 T0 is on the way."""
    found = seen(three(), 60, {0: Report(0, end=clock(55))})
    assert told(found) == [("done", 10, 10, 55), ("en_route", 65, 65, 95)]


def test_ending_early_moves_it_too() -> None:
    """K0 ended at 20: K1 is reached at 30 and under way until 60; at 58 it still is."""
    found = seen(three(), 58, {0: Report(0, end=clock(20))})
    assert told(found) == [("done", 10, 10, 20), ("on_site", 30, 30, 60)]


def test_started_and_not_ended_is_under_way_whatever_the_plan_says() -> None:
    """K0 started at 12 and should have ended at 42; nobody said so by 90."""
    found = seen(three(), 90, {0: Report(0, start=clock(12))})
    assert told(found) == [("on_site", 10, 12, 42)]
    assert found.orders == {("T0", 0): ("K0", "K1", "K2")}


def test_a_visit_out_of_turn() -> None:
    """K2 was started at 30, before K0 (planned until 40) and K1: those are still to do."""
    found = seen(three(), 35, {2: Report(0, start=clock(30))})
    assert told(found) == [("on_site", 10, 30, 60)]
    assert found.orders == {("T0", 0): ("K2", "K0", "K1")}


def test_a_visit_that_ended_before_a_report_was_made() -> None:
    """K1 started at 52: K0, planned until 40, was made before."""
    found = seen(three(), 60, {1: Report(0, start=clock(52))})
    assert told(found) == [("done", 10, 10, 40), ("on_site", 50, 52, 82)]


def test_a_ticket_made_by_somebody_else() -> None:
    """K1 was begun by T1, who has no route: it leaves T0's and stands in his own."""
    where = problem([ticket(), ticket(), ticket()], [technician(), technician()])
    case = Case.of(where)
    plan = read_plan(case, order("K0", "K1", "K2")).times
    found = field_at(case, plan, clock(60), {1: Report(1, start=clock(20))})
    assert found.orders == {("T0", 0): ("K0", "K2"), ("T1", 0): ("K1",)}
    pin = found.tickets[1].pinned
    assert pin is not None
    assert (pin.technician, pin.status) == ("T1", "on_site")


def test_breaks_taken_are_gone_from_the_shift() -> None:
    """A break from 60 to 90 at K1's door, reached at 50: at 70 it has begun, T0 is free at 90."""
    where = three(breaks=[pause(60, 60, 30)])
    where = where.replace(
        tickets=(
            where.tickets[0],
            where.tickets[1].model_copy(update={"time_windows": _windows(90, 200)}),
            where.tickets[2],
        )
    )
    found = seen(where, 70)
    assert found.technicians[0].shifts[0].breaks == ()
    (standing,) = found.standings.values()
    assert (standing.breaks, standing.free_at) == (1, clock(90))
    assert seen(where, 45).technicians[0].shifts[0].breaks != ()


def _windows(opens: float, closes: float) -> Any:
    return problem([ticket(time_windows=[window(opens, closes)])]).tickets[0].time_windows


def test_a_break_under_way_holds_the_technician() -> None:
    """A break at 40, before leaving K0, until 70: at 50 T0 is free at 70, and has not left for K1."""
    where = three(breaks=[pause(40, 40, 30)])
    found = seen(where, 50)
    assert told(found) == [("done", 10, 10, 40)]
    (standing,) = found.standings.values()
    assert (standing.free_at, standing.breaks) == (clock(70), 1)


def test_delays() -> None:
    """15 minutes more: on the road 65 instead of 50; at work until 95; at home from 15 on; until a moment."""
    later = {0: Delay(seconds=15 * MINUTE)}
    (road,) = seen(three(), 45, delays=later).standings.values()
    assert road.free_at == clock(65)
    (work,) = seen(three(), 60, delays=later).standings.values()
    assert work.visits[-1].end == clock(95)
    where = problem([ticket(appointment_at=at(200))])
    (home,) = seen(where, 0, planned=1, delays=later).standings.values()
    assert home.free_at == clock(15)
    (until,) = seen(where, 0, planned=1, delays={0: Delay(until=clock(99))}).standings.values()
    assert until.free_at == clock(99)


def test_somebody_without_a_route_may_be_late() -> None:
    """T1 has nothing to do yet, and comes at 30."""
    where = problem([ticket()], [technician(), technician()])
    case = Case.of(where)
    plan = read_plan(case, orders({("T0", 0): ("K0",)})).times
    found = field_at(case, plan, clock(0), delays={1: Delay(until=clock(30))})
    assert found.technicians[1].available_from == case.clock.datetime(clock(30))


def test_the_day_goes_on_from_the_day_so_far() -> None:
    """Brought forward to 45 and then to 60 is the same as to 60 at once, but for where the drive is known from."""
    where = three()
    first = seen(where, 45)
    between = where.replace(
        now=Case.of(where).clock.datetime(clock(45)), technicians=first.technicians, tickets=first.tickets
    )
    again = seen(between, 60)
    assert told(again) == told(seen(where, 60))
    assert again.technicians == seen(where, 60).technicians
