"""Times for an order: known cases by hand, and a minute-by-minute enumeration of everything one could do."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest
from worlds import at, pause, problem, technician, ticket, window

from dispatch_engine.rules.case import Case
from dispatch_engine.rules.timetable import best_times, leave_late, obstacle
from dispatch_engine.rules.visits import Pause, RouteTimes, Visit


def case(
    tickets: list[dict[str, Any]],
    *,
    shift: dict[str, Any] | None = None,
    mode: str = "sla_first",
    late_at: str = "arrival",
    minutes: list[list[float | None]] | None = None,
    end: Any = None,
    **fields: Any,
) -> Case:
    """One technician from 08:00 to 16:00 and tickets of 30 minutes without a deadline of their own."""
    return Case.of(
        problem(
            [ticket(**one) for one in tickets],
            [technician(shift, end=end)],
            legs=minutes,
            late_measured_at=late_at,
            objective={"mode": mode},
            **fields,
        )
    )


def minutes_of(here: Case, route: RouteTimes | None) -> tuple[Any, ...] | None:
    """(start, stops, end) in minutes after 08:00; a visit as three numbers, a break as two and its place."""
    if route is None:
        return None
    zero = here.shifts[0].start

    def short(moment: int) -> float:
        return (moment - zero) / 60

    stops = [
        (short(s.arrival), short(s.start), short(s.end))
        if isinstance(s, Visit)
        else (short(s.start), short(s.end), "door" if s.at_door else "before")
        for s in route.stops
    ]
    return short(route.start), stops, short(route.end)


def test_earliest_schedule_and_late_departure():
    """Service begins when the window opens; the departure moves so that nobody waits at the first door."""
    here = case([{"time_windows": [window(60, 90)]}, {}])
    # 08:00 + 10 = 08:10 would be too early for 09:00: leave at 08:50. 09:30 + 10 = 09:40, home at 10:20.
    expected = (50, [(60, 60, 90), (100, 100, 130)], 140)
    assert minutes_of(here, best_times(here, 0, [0, 1])) == expected


def test_late_departure_keeps_the_arrival_in_time():
    """With a deadline before the window the departure moves only until the arrival meets it."""
    here = case([{"time_windows": [window(60, 90)], "due_at": at(35)}])
    # Arrival at 08:10 is in time; at 08:35 it still is; service starts at 09:00.
    assert minutes_of(here, best_times(here, 0, [0])) == (25, [(35, 60, 90)], 100)


def test_late_arrival_does_not_get_later():
    """Where the first arrival is late already, the departure stays as early as it can be."""
    here = case([{"time_windows": [window(60, 90)], "due_at": at(5)}])
    assert minutes_of(here, best_times(here, 0, [0])) == (0, [(10, 60, 90)], 100)


def test_lateness_measured_at_start_does_not_hold_the_departure():
    """With ``late_measured_at: start`` the arrival is free to move up to the service."""
    here = case([{"time_windows": [window(60, 90)], "due_at": at(5)}], late_at="start")
    assert minutes_of(here, best_times(here, 0, [0])) == (50, [(60, 60, 90)], 100)


def test_appointment_cuts_the_window():
    """Service starts at the appointment, not at the window's opening."""
    here = case([{"time_windows": [window(0, 90)], "appointment_at": at(45)}])
    assert minutes_of(here, best_times(here, 0, [0])) == (35, [(45, 45, 75)], 85)


def test_second_window_is_used():
    """A missed first window leaves the second."""
    here = case([{"time_windows": [window(0, 5), window(100, 110)]}])
    assert minutes_of(here, best_times(here, 0, [0])) == (90, [(100, 100, 130)], 140)


def test_window_closes_to_the_second():
    """A start at the very end of a window is allowed, one second later is not."""
    assert best_times(here := case([{"time_windows": [window(0, 10)]}]), 0, [0]) is not None
    late = case([{"time_windows": [{"start": at(0), "end": at(10 - 1 / 60)}]}])
    assert best_times(late, 0, [0]) is None
    assert obstacle(here, 0, [0]) is None
    what = obstacle(late, 0, [0])
    assert what is not None
    assert (what.code, what.ticket) == ("outside_window", 0)
    assert what.message == "ticket K0 is reached after its last window"


def test_break_while_waiting_costs_nothing():
    """Before a late window there is time for the break: it delays nothing."""
    here = case([{"time_windows": [window(120, 120)]}], shift={"breaks": [pause(60, 100, 30)]})
    # Taken at the door or before leaving, service starts at 10:00 either way. Before leaving, the route
    # starts with the break at 09:00; at the door it would start at 08:50 to arrive for the break at 09:00.
    assert minutes_of(here, best_times(here, 0, [0])) == (60, [(60, 90, "before"), (100, 120, 150)], 160)


def test_break_after_the_last_service_precedes_the_way_home():
    """A route that would end after the break's earliest start takes it before driving home."""
    here = case([{}], shift={"breaks": [pause(45, 45, 15)]})
    # 08:10 to 08:40, home at 08:50 > 08:45: wait until 08:45, break, home at 09:10. A break before the
    # service would start at 08:45 too and move the end to 09:40.
    assert minutes_of(here, best_times(here, 0, [0])) == (0, [(10, 10, 40), (45, 60, "before")], 70)


def test_route_that_ends_at_earliest_needs_no_break():
    """``end_at`` equal to the break's earliest start needs no break; one minute less does."""
    free = case([{}], shift={"breaks": [pause(50, 60, 15)]})
    assert minutes_of(free, best_times(free, 0, [0])) == (0, [(10, 10, 40)], 50)
    needed = case([{}], shift={"breaks": [pause(49, 60, 15)]})
    assert minutes_of(needed, best_times(needed, 0, [0])) == (0, [(10, 10, 40), (49, 64, "before")], 74)


def test_route_anywhere_ends_with_the_break_after_its_last_service():
    """With ``end: anywhere`` the break after the last service is part of the route and is its end."""
    here = case([{}], shift={"breaks": [pause(35, 60, 15)]}, end="anywhere")
    # At the door the break would begin at 08:35 and the service end at 09:20; after it the route ends 08:55.
    assert minutes_of(here, best_times(here, 0, [0])) == (0, [(10, 10, 40), (40, 55, "before")], 55)
    free = case([{}], end="anywhere")
    assert minutes_of(free, best_times(free, 0, [0])) == (0, [(10, 10, 40)], 40)


def test_break_that_is_missed_makes_the_shift_useless():
    """Ready after the break's latest start, every route would need the break and have no place for it."""
    here = case([{}], shift={"breaks": [pause(0, 0, 15)]})
    early = minutes_of(here, best_times(here, 0, [0]))
    assert early == (0, [(0, 15, "before"), (25, 25, 55)], 65)
    late = case([{}], shift={"breaks": [pause(0, 0, 15)]}, now=at(1))
    what = obstacle(late, 0, [0])
    assert what is not None
    assert what.code == "missing_break"


def test_break_place_is_chosen_by_the_price_of_lateness():
    """The break moves behind a stop that would be late."""
    tickets = [{"due_at": at(20)}, {"time_windows": [window(100, 300)]}]
    here = case(tickets, shift={"breaks": [pause(0, 200, 30)]}, late_at="start")
    # Break before K0 or at its door: service at 08:40, late. After K0: 08:40 to 09:10, at K1's door at 09:20.
    expected = (0, [(10, 10, 40), (40, 70, "before"), (80, 100, 130)], 140)
    assert minutes_of(here, best_times(here, 0, [0, 1])) == expected


def test_overtime_is_limited():
    """The route may end in overtime up to the limit, and not a second later."""
    inside = case([{}], shift={"end": at(40), "max_overtime_minutes": 10})
    assert minutes_of(inside, best_times(inside, 0, [0])) == (0, [(10, 10, 40)], 50)
    beyond = case([{}], shift={"end": at(40), "max_overtime_minutes": 9})
    what = obstacle(beyond, 0, [0])
    assert what is not None
    assert what.code == "after_shift_end"
    assert what.message == "the route ends 60 s after the shift's end with all allowed overtime"


def test_unreachable_leg_is_never_driven():
    """An order over a missing leg has no times; the other order has."""
    minutes: list[list[float | None]] = [[0, 10, 10], [10, 0, None], [10, 10, 0]]
    here = case([{}, {}], minutes=minutes)
    what = obstacle(here, 0, [0, 1])
    assert what is not None
    assert (what.code, what.message) == ("unreachable", "there is no way to ticket K1")
    assert best_times(here, 0, [1, 0]) is not None


def test_working_time_waits_little_and_returns_early():
    """The shortest route meets the second window without waiting; of all such routes it is the first one back."""
    here = case([{}, {"time_windows": [window(200, 230)]}], mode="working_time")
    # Least length: 10 + 30 + 10 + 30 + 10 = 90. Earliest: second service at 200, so leave at 200 - 50 = 150.
    expected = (150, [(160, 160, 190), (200, 200, 230)], 240)
    assert minutes_of(here, best_times(here, 0, [0, 1])) == expected


def test_given_gaps_keep_the_break_between_its_tickets():
    """``gaps`` says how many tickets are served before each break."""
    here = case([{}, {}], shift={"breaks": [pause(0, 400, 15)]})
    after_both = best_times(here, 0, [0, 1], gaps=(2,))
    assert after_both is not None
    assert isinstance(after_both.stops[2], Pause)
    between = best_times(here, 0, [0, 1], gaps=(1,))
    assert between is not None
    assert isinstance(between.stops[1], Pause)


def test_leave_late_changes_nothing_else():
    """Of a route that is given, only the start and the first arrival move."""
    here = case([{"time_windows": [window(60, 90)]}])
    zero = here.shifts[0].start
    given = RouteTimes(0, zero, zero + 6000, (Visit(0, zero + 600, zero + 3600, zero + 5400),))
    assert minutes_of(here, leave_late(here, given)) == (50, [(60, 60, 90)], 100)


# ---------------------------------------------------------------- against enumeration, minute by minute


def random_case(draw: random.Random, mode: str) -> tuple[Case, list[int]]:
    """A tight shift of three hours with whole minutes everywhere."""
    count = draw.randint(1, 3)
    size = count + 1
    minutes: list[list[float | None]] = [
        [0 if i == j else draw.randint(0, 15) for j in range(size)] for i in range(size)
    ]
    tickets = []
    for _ in range(count):
        job: dict[str, Any] = {"duration_minutes": draw.randint(1, 25)}
        if draw.random() < 0.6:
            begins = [draw.randint(0, 120) for _ in range(draw.randint(1, 2))]
            job["time_windows"] = [window(b, b + draw.randint(0, 30)) for b in begins]
        if draw.random() < 0.3:
            job["appointment_at"] = at(draw.randint(0, 60))
        if draw.random() < 0.6:
            job["due_at"] = at(draw.randint(0, 100))
            job["priority"] = draw.choice(["low", "emergency"])
        tickets.append(job)
    breaks, earliest, free = [], 0, 0
    for _ in range(draw.randint(0, 2)):
        earliest += draw.randint(0, 60)
        begins_at = max(free, earliest)
        length = draw.randint(1, 20)
        breaks.append(pause(earliest, begins_at + draw.randint(0, 30), length))
        free = begins_at + length
    shift = {"end": at(150), "max_overtime_minutes": 30, "breaks": breaks}
    late_at = draw.choice(["arrival", "start"])
    end = draw.choice([None, "anywhere"])
    here = case(tickets, minutes=minutes, shift=shift, mode=mode, late_at=late_at, end=end)
    return here, draw.sample(range(count), count)


def every_day(here: Case, order: list[int], depart: int) -> Iterator[tuple[int, int, int]]:
    """(end, points, cost) of every way to spend the day from minute ``depart`` on, idling wherever one may.

    Times in minutes. A state is (minute, tickets served, at the door, breaks taken, points, cost, break
    wanted).
    """
    shift, zero = here.shifts[0], here.shifts[0].start // 60
    latest_end = shift.latest_end // 60 - zero
    plans = [(b.earliest // 60 - zero, b.latest // 60 - zero, b.seconds // 60) for b in shift.breaks]
    places = [here.tickets[i].place for i in order]
    legs = here.travel.seconds[0] // 60
    at_start = here.policy.late_measured_at == "start"

    def late_price(index: int, minute: int) -> tuple[int, int]:
        due, weight = here.tickets[index].due, int(here.tickets[index].weight)
        late = 0 if due is None else max(0, minute - (due // 60 - zero))
        if here.mode == "working_time" or not late:
            return 0, 0
        return weight, 2 * weight * late

    def is_open(index: int, minute: int) -> bool:
        data = here.tickets[index]
        if data.appointment is not None and minute < data.appointment // 60 - zero:
            return False
        spans = [(a // 60 - zero, b // 60 - zero) for a, b in data.windows]
        return not spans or any(a <= minute <= b for a, b in spans)

    states = {(depart, 0, False, 0, 0, 0)}
    while states:
        minute, served, door, taken, points, cost = states.pop()
        if taken < len(plans):
            for begin in range(max(minute, plans[taken][0]), plans[taken][1] + 1):
                states.add((begin + plans[taken][2], served, door, taken + 1, points, cost))
        if door:
            index = order[served]
            for begin in range(minute, latest_end + 1):
                if is_open(index, begin):
                    step, slope = late_price(index, begin) if at_start else (0, 0)
                    end = begin + here.tickets[index].service // 60
                    states.add((end, served + 1, False, taken, points + step, cost + slope))
        elif served < len(order):
            here_now = shift.start_place if served == 0 else places[served - 1]
            arrival = minute + int(legs[here_now, places[served]])
            step, slope = (0, 0) if at_start else late_price(order[served], arrival)
            if arrival <= latest_end:
                states.add((arrival, served, True, taken, points + step, cost + slope))
        else:
            home = 0 if shift.end_place is None else int(legs[places[-1], shift.end_place])
            end = minute + home
            if end <= latest_end and all(end <= b[0] for b in plans[taken:]):
                over = max(0, end - (shift.end // 60 - zero))
                yield end, points, cost + 2 * over


def priced(here: Case, route: RouteTimes) -> tuple[int, int]:
    """Points and cost minutes of lateness and overtime, said again."""
    points = cost = 0
    for visit in route.visits:
        data = here.tickets[visit.ticket]
        moment = visit.start if here.policy.late_measured_at == "start" else visit.arrival
        if data.due is not None and moment > data.due:
            points += int(data.weight)
            cost += 2 * int(data.weight) * (moment - data.due) // 60
    return points, cost + 2 * max(0, route.end - here.shifts[0].end) // 60


@pytest.mark.parametrize("seed", range(25))
def test_nothing_beats_the_best_times(seed: int):
    """No way to spend the day, idling included, has less lateness and overtime than ``best_times``."""
    here, order = random_case(random.Random(seed), "sla_first")
    found = best_times(here, 0, order)
    everything = list(every_day(here, order, 0))
    if found is None:
        assert everything == []
    else:
        assert priced(here, found) == min((points, cost) for _, points, cost in everything)


@pytest.mark.parametrize("seed", range(25))
def test_nothing_is_shorter_than_the_shortest(seed: int):
    """No departure at any minute gives a shorter working time, and among the shortest none is back earlier.

    A break at the start place is the start of its route, so departures are tried as given and breaks before
    them are covered by departures at the minute they begin.
    """
    here, order = random_case(random.Random(seed), "working_time")
    found = best_times(here, 0, order)
    best = None
    for depart in range(181):
        ends = [end for end, _, _ in every_day(here, order, depart)]
        if ends and (best is None or min(ends) - depart < best[0]):
            best = (min(ends) - depart, depart)
    zero = here.shifts[0].start
    assert best == (None if found is None else ((found.end - found.start) // 60, (found.start - zero) // 60))
