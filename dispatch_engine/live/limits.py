"""What holds a stop where it is: why it does not start earlier, and how much later one could be there."""

from __future__ import annotations

from dataclasses import dataclass, replace

from dispatch_engine.model.explanation import Limit, LimitCode
from dispatch_engine.model.wording import Language, say
from dispatch_engine.rules.case import Case
from dispatch_engine.rules.deadline import late_price
from dispatch_engine.rules.rule import NOTHING
from dispatch_engine.rules.shapes import NEVER
from dispatch_engine.rules.stability import is_late_for_promise
from dispatch_engine.rules.timetable import best_times, obstacle
from dispatch_engine.rules.visits import Pause, RouteTimes, Visit, lateness
from dispatch_engine.solver.kernels.ask import latest_delay
from dispatch_engine.solver.start import Loaded

BREAKING: dict[str, LimitCode] = {
    "outside_window": "window_closes",
    "after_shift_end": "shift_end",
    "missing_break": "break",
    "unreachable": "shift_end",
}
"""What an obstacle of the timetable means as a limit."""


@dataclass(frozen=True)
class Slack:
    """Seconds that a stop could be reached later, the order staying: until something costs, until a rule breaks."""

    free: int
    then_costs: Limit | None
    hard: int
    then_breaks: Limit | None


def why_not_earlier(case: Case, route: RouteTimes, position: int, language: Language) -> Limit:
    """What keeps the visit at ``position`` from starting earlier in this order."""
    visit = route.visits[position]
    ticket = case.tickets[visit.ticket]
    if visit.ticket in case.past_tickets:
        return _limit("has_begun", language)
    before = route.stops[: route.stops.index(visit)]
    last = before[-1] if before else None
    if ticket.appointment == visit.start:
        return _limit("appointment", language)
    if any(opens == visit.start for opens, _ in ticket.windows):
        return _limit("window_opens", language)
    if ticket.promise is not None and ticket.promise.earliest == visit.start:
        return _limit("not_before_promise", language)
    if isinstance(last, Pause):
        return _limit("break", language)
    if last is None:
        return _limit("shift_start", language)
    return _limit("travel", language, _id(case, last.ticket))


def slack_of(day: Loaded, route: RouteTimes, position: int, language: Language) -> Slack:
    """How much later the visit at ``position`` could be reached, and what then happens."""
    visit = route.visits[position]
    if visit.ticket in day.case.past_tickets:
        return Slack(0, None, 0, _limit("has_begun", language))
    free, hard = _delays(day, route.shift, visit)
    return Slack(
        free=free,
        then_costs=None if free == hard else _what_costs(day, route, position, free + 1, language),
        hard=hard,
        then_breaks=_what_breaks(day, route, position, hard + 1, language),
    )


def _delays(day: Loaded, shift: int, visit: Visit) -> tuple[int, int]:
    """Seconds until the price rises, and until the route breaks a rule, within the window of the visit."""
    data, row = day.data, day.data.ticket[visit.ticket]
    rows = slice(int(row["window_from"]), int(row["window_to"]))
    saved = data.window[rows].copy()
    here = next(i for i, (opens, closes) in enumerate(saved) if opens <= visit.start <= closes)
    data.window[rows, 1] = -NEVER  # the other windows are closed for the while
    data.window[rows.start + here, 1] = saved[here, 1]
    most = max(0, day.case.shifts[shift].latest_end - visit.arrival)
    found = [
        int(
            latest_delay(
                data, day.state, shift, visit.ticket, rows.start + here, visit.arrival, by_price, most
            )
        )
        for by_price in (1, 0)
    ]
    data.window[rows] = saved
    return found[0], found[1]


def _delayed(day: Loaded, visit: Visit, seconds: int) -> Case | None:
    """The case in which the visit is reached so much later; None where its window is closed then.

    The technician is at the door in time all the same, and waits: the visit's own lateness is not in it.
    """
    case, ticket = day.case, day.case.tickets[visit.ticket]
    reached = visit.arrival + seconds
    opens, closes = next(w for w in day.shapes.windows[visit.ticket] if w[0] <= visit.start <= w[1])
    if reached > closes:
        return None
    later = replace(ticket, windows=((max(reached, opens), closes),))
    return replace(case, tickets=(*case.tickets[: ticket.index], later, *case.tickets[ticket.index + 1 :]))


def _what_breaks(
    day: Loaded, route: RouteTimes, position: int, seconds: int, language: Language
) -> Limit | None:
    case, visit = day.case, route.visits[position]
    later = _delayed(day, visit, seconds)
    if later is None:
        return _limit("window_closes", language)
    found = obstacle(later, route.shift, [v.ticket for v in route.visits])
    if found is None:
        return None
    other = found.ticket if found.ticket != visit.ticket else None
    return _limit(
        BREAKING.get(found.code, "shift_end"), language, None if other is None else _id(case, other)
    )


def _what_costs(
    day: Loaded, route: RouteTimes, position: int, seconds: int, language: Language
) -> Limit | None:
    """The first lateness, overtime or time on the road that the delay adds."""
    case, visit = day.case, route.visits[position]
    due = case.tickets[visit.ticket].due
    if due is not None and visit.arrival + seconds > due and late_price(case, visit.ticket, 1) != NOTHING:
        return _limit("deadline", language)
    promise = case.tickets[visit.ticket].promise
    if promise is not None and promise.latest is not None and visit.arrival + seconds > promise.latest:
        return _limit("later_than_promised", language)
    later = _delayed(day, visit, seconds)
    times = None if later is None else best_times(later, route.shift, [v.ticket for v in route.visits])
    if times is None:
        return None
    for was, now in zip(route.visits, times.visits, strict=True):
        if lateness(case, now) > lateness(case, was):
            return _limit("deadline", language, None if was is visit else _id(case, was.ticket))
    for was, now in zip(route.visits, times.visits, strict=True):
        if is_late_for_promise(case, now) and not is_late_for_promise(case, was):
            return _limit("later_than_promised", language, _id(case, was.ticket))
    if times.end > max(route.end, case.shifts[route.shift].end):
        return _limit("overtime", language)
    return _limit("working_time" if case.mode == "working_time" else "other_price", language)


def _limit(code: LimitCode, language: Language, ticket: str | None = None) -> Limit:
    entry = f"limit.{code}" if ticket is None else f"limit.{code}.of"
    return Limit(code=code, ticket=ticket, message=say(language, entry, ticket=ticket))


def _id(case: Case, ticket: int) -> str:
    return case.problem.tickets[ticket].id
