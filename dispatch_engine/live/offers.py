"""Offers for a ticket: every window tried with every technician, the plan staying as it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dispatch_engine.live.changes import NOTICEABLE
from dispatch_engine.model.clock import seconds_to_minutes
from dispatch_engine.model.offers import Effect, Offer, OfferOptions
from dispatch_engine.model.problem import Problem, Ticket, TimeWindow
from dispatch_engine.rules.stability import is_late_for_promise
from dispatch_engine.rules.timetable import best_times
from dispatch_engine.rules.visits import RouteTimes, Visit, lateness
from dispatch_engine.rules.worth import cost_in_words
from dispatch_engine.solver.kernels.ask import price_everywhere
from dispatch_engine.solver.search import EXACT_WEIGHT
from dispatch_engine.solver.start import Insertion, Loaded


@dataclass(frozen=True)
class Candidate:
    """One window with one technician: the copy of the ticket that stands for the window, and its best place."""

    copy: int
    window: TimeWindow
    place: Insertion


def with_copies(problem: Problem, ticket: Ticket, windows: Sequence[TimeWindow]) -> Problem:
    """``problem`` with a copy of ``ticket`` for every window, at the end, that may start in it alone.

    So all windows are priced in one go, by all rules.
    """
    copies = tuple(
        ticket.model_copy(update={"id": name, "time_windows": (window,)})
        for name, window in zip(_free_names(problem, len(windows)), windows, strict=True)
    )
    return problem.replace(tickets=(*problem.tickets, *copies))


def offers_in(day: Loaded, windows: Sequence[TimeWindow], options: OfferOptions) -> list[Offer]:
    """The best offers, ranked; the last tickets of ``day`` are the copies for ``windows``, in no route."""
    tickets = len(day.case.tickets)
    first = tickets - len(windows)
    price_everywhere(day.data, day.state, first, tickets, EXACT_WEIGHT)
    candidates = [
        Candidate(first + k, window, place)
        for k, window in enumerate(windows)
        for place in day.known_insertions(first + k)
    ]
    return [_offer(day, chosen) for chosen in _chosen(day, candidates, options)]


def _free_names(problem: Problem, count: int) -> Iterator[str]:
    """Ids that no ticket has."""
    taken = {ticket.id for ticket in problem.tickets}
    number = 0
    while count:
        number += 1
        if f"offer {number}" not in taken:
            count -= 1
            yield f"offer {number}"


def _chosen(day: Loaded, candidates: list[Candidate], options: OfferOptions) -> list[Candidate]:
    """The best ``options.most``, with at most ``options.per_window`` of one window."""
    ranked = sorted(
        candidates,
        key=lambda c: (c.place.price.tiers, c.window.start, _id(day, c.place.shift), c.place.shift),
    )
    listed: Counter[int] = Counter()
    found: list[Candidate] = []
    for candidate in ranked:
        if listed[candidate.copy] < options.per_window:
            listed[candidate.copy] += 1
            found.append(candidate)
        if len(found) == options.most:
            break
    return found


def _id(day: Loaded, shift: int) -> str:
    return day.case.technician_of(shift).id


def _offer(day: Loaded, chosen: Candidate) -> Offer:
    case, shift = day.case, chosen.place.shift
    route = day.route(shift)
    longer = (*route[: chosen.place.position], chosen.copy, *route[chosen.place.position :])
    after = best_times(case, shift, longer)
    assert after is not None, "an insertion that the engine has priced has times"
    before = best_times(case, shift, route) if route else None
    visit = next(visit for visit in after.visits if visit.ticket == chosen.copy)
    due = case.tickets[chosen.copy].due
    return Offer(
        technician=_id(day, shift),
        shift=case.shifts[shift].number,
        window=chosen.window,
        position=chosen.place.position,
        arrival=case.clock.datetime(visit.arrival),
        start=case.clock.datetime(visit.start),
        end=case.clock.datetime(visit.end),
        due_at=None if due is None else case.clock.datetime(due),
        late_minutes=seconds_to_minutes(lateness(case, visit)),
        cost=cost_in_words(case, chosen.place.price),
        effects=tuple(_effects(day, before, after)),
    )


def _effects(day: Loaded, before: RouteTimes | None, after: RouteTimes) -> Iterator[Effect]:
    """Visits of the route whose arrival moves noticeably."""
    case = day.case
    was: dict[int, Visit] = {} if before is None else {visit.ticket: visit for visit in before.visits}
    for visit in after.visits:
        old = was.get(visit.ticket)
        if old is not None and abs(visit.arrival - old.arrival) >= NOTICEABLE:
            yield Effect(
                ticket=case.problem.tickets[visit.ticket].id,
                arrival_change_minutes=seconds_to_minutes(visit.arrival - old.arrival),
                late_minutes=seconds_to_minutes(lateness(case, visit)),
                breaks_promise=is_late_for_promise(case, visit) and not is_late_for_promise(case, old),
            )


def best_place(day: Loaded, ticket: int, technician: str, shift: int) -> Insertion | None:
    """Where ``ticket`` costs least in one shift; None where it does not fit."""
    for found in day.insertions(ticket):
        if (_id(day, found.shift), day.case.shifts[found.shift].number) == (technician, shift):
            return found
    return None
