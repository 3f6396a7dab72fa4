"""A change that the engine found, proved by the rules in plain Python before it is told."""

from __future__ import annotations

from dispatch_engine.live.alternatives import Routes, difference, told
from dispatch_engine.live.parts import Part, applied
from dispatch_engine.live.room import Room, Try
from dispatch_engine.model.explanation import Change
from dispatch_engine.model.wording import Language
from dispatch_engine.rules.case import Case
from dispatch_engine.rules.register import broken_rules
from dispatch_engine.rules.rule import NOTHING
from dispatch_engine.rules.visits import PlanTimes


def proved_change(room: Room, plan: PlanTimes, attempt: Try, language: Language) -> Change | None:
    """``attempt`` with its price by rule; None where the rules do not agree that it works.

    The change is made to the whole problem, the routes get their times and prices from the rules, and no rule
    may be broken.
    """
    old = room.day.case
    case = Case.of(applied(old.problem, attempt.parts))
    changed = changed_routes(room, attempt)
    by_rule, after = difference(old, plan, case, changed)
    lost = {v for order in changed.values() for v in order} - after.assigned
    if lost or any(True for _ in broken_rules(case, after)):
        return None
    place = told(case, after, room.index, by_rule)
    if room.in_time and place.late_minutes:
        return None
    price = sum(by_rule.values(), NOTHING)
    return Change(
        parts=tuple(part.told(language) for part in attempt.parts),
        place=place,
        worth_it=price.tiers < NOTHING.tiers,
    )


def changed_routes(room: Room, attempt: Try) -> Routes:
    """Every route that ``attempt`` changes, by position in the case."""
    case = room.day.case
    orders = {case.shift_index[key]: room.route(case.shift_index[key]) for key in {attempt.key, *_home(room)}}
    for part in attempt.parts:
        if part.kind == "release_ticket":
            _release(room, part, orders)
    shift = case.shift_index[attempt.key]
    route = orders[shift]
    orders[shift] = (*route[: attempt.position], room.index, *route[attempt.position :])
    return orders


def _home(room: Room) -> list[tuple[str, int]]:
    return [] if room.home is None else [room.home]


def _release(room: Room, part: Part, orders: dict[int, tuple[int, ...]]) -> None:
    """Take the released ticket out of its route, and put it into that of its taker."""
    case = room.day.case
    released = case.ticket_index[str(part.ticket)]
    for s, route in orders.items():
        orders[s] = tuple(v for v in route if v != released)
    if part.to_technician is not None:
        offers = [i for i in room.day.insertions(released) if room.key(i.shift)[0] == part.to_technician]
        best = min(offers, key=lambda found: found.price.tiers)
        route = room.route(best.shift)
        orders[best.shift] = (*route[: best.position], released, *route[best.position :])
