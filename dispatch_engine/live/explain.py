"""Explains a plan: every visit, every ticket left out, and the smallest changes that would help."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dispatch_engine.errors import Finding, InputError
from dispatch_engine.live.alternatives import alternative, options
from dispatch_engine.live.blocks import blocked
from dispatch_engine.live.limits import slack_of, why_not_earlier
from dispatch_engine.live.proved import proved_change
from dispatch_engine.live.room import Room
from dispatch_engine.live.smallest import smallest_changes
from dispatch_engine.model.base import shown
from dispatch_engine.model.clock import seconds_to_minutes
from dispatch_engine.model.explanation import Change, Explanation, StopExplanation, UnassignedExplanation
from dispatch_engine.model.plan import Plan, Route, TicketStop
from dispatch_engine.model.problem import Problem
from dispatch_engine.model.wording import DEFAULT_LANGUAGE, Language
from dispatch_engine.rules.case import Case
from dispatch_engine.rules.reading import read_plan
from dispatch_engine.rules.register import broken_rules
from dispatch_engine.rules.visits import PlanTimes, RouteTimes, lateness
from dispatch_engine.solver.start import Loaded, orders_of
from dispatch_engine.solver.warm import warm_kernels

ALTERNATIVES = 3


def explain(
    problem: Problem,
    plan: Plan,
    ticket: str | None = None,
    *,
    alternatives: int = ALTERNATIVES,
    language: Language = DEFAULT_LANGUAGE,
) -> Explanation:
    """Why ``plan`` is as it is; of one ``ticket``, or of all.

    Parameters
    ----------
    ticket : id of the only ticket to explain; None explains all.
    alternatives : other places listed per ticket at most.

    Raises
    ------
    InputError : the ticket is unknown; the plan breaks a rule, so that there is nothing to explain.
    """
    warm_kernels()
    day = loaded_day(Case.of(problem), plan)
    if ticket is not None and ticket not in day.case.ticket_index:
        raise InputError.of(
            "/ticket", "unknown_reference", f"{shown(ticket)} is the id of no ticket; correct it"
        )
    wanted = None if ticket is None else day.case.ticket_index[ticket]
    explainer = _Explainer(day, alternatives, language)
    return Explanation(
        problem=problem.name,
        stops=tuple(explainer.stops(wanted)),
        unassigned=tuple(explainer.unassigned(wanted)),
    )


def loaded_day(case: Case, plan: Plan) -> Loaded:
    """The routes of ``plan``, loaded and timed anew.

    Raises
    ------
    InputError : code ``broken_plan``: the plan cannot be read as a whole, or one of its routes breaks a rule.
    """
    reading = read_plan(case, _bare(plan))
    broken = [v.message for v in reading.violations]
    broken += [v.message for v in broken_rules(case, reading.times)]
    if broken:
        raise InputError(Finding("/routes", "broken_plan", _cured(message)) for message in broken)
    day = Loaded.of(case, orders_of(plan))
    if not day.is_feasible:
        raise InputError.of("/routes", "broken_plan", _cured("some route breaks a rule"))
    return day


def _bare(plan: Plan) -> Plan:
    """``plan`` with nothing but the order of its tickets."""
    routes = tuple(
        Route(
            technician=route.technician,
            shift=route.shift,
            stops=tuple(TicketStop(ticket=s.ticket) for s in route.stops if isinstance(s, TicketStop)),
        )
        for route in plan.routes
    )
    return Plan(routes=routes)


def _cured(message: str) -> str:
    return f"{message}; see `check`, and correct the plan first"


class _Explainer:
    """What is asked for every ticket of one plan."""

    def __init__(self, day: Loaded, alternatives: int, language: Language) -> None:
        self.day, self.most, self.language = day, alternatives, language
        self.case = day.case
        self.plan: PlanTimes = day.times()

    def stops(self, wanted: int | None) -> Iterator[StopExplanation]:
        """The visits, route by route."""
        for route in self.plan.routes:
            for position, visit in enumerate(route.visits):
                if wanted is None or visit.ticket == wanted:
                    yield self.stop(route, position)

    def stop(self, route: RouteTimes, position: int) -> StopExplanation:
        """One visit."""
        visit = route.visits[position]
        late = lateness(self.case, visit)
        slack = slack_of(self.day, route, position, self.language)
        return StopExplanation(
            ticket=self.case.problem.tickets[visit.ticket].id,
            technician=self.case.technician_of(route.shift).id,
            shift=self.case.shifts[route.shift].number,
            position=position,
            arrival=self.case.clock.datetime(visit.arrival),
            start=self.case.clock.datetime(visit.start),
            late_minutes=seconds_to_minutes(late),
            why_not_earlier=why_not_earlier(self.case, route, position, self.language),
            free_minutes=seconds_to_minutes(slack.free),
            then_costs=slack.then_costs,
            slack_minutes=seconds_to_minutes(slack.hard),
            then_breaks=slack.then_breaks,
            alternatives=tuple(
                alternative(self.case, self.plan, visit.ticket, option)
                for option in options(self.day, visit.ticket)[: self.most]
            ),
            changes=tuple(self.changes(visit.ticket, in_time=True))
            if late and self.can_be_helped(visit.ticket)
            else None,
        )

    def can_be_helped(self, ticket: int) -> bool:
        """Whether it makes sense to look for room for a late ticket.

        In mode working_time lateness has no price, so that no plan is better for being in time.
        """
        return self.case.mode != "working_time" and not self.day.is_settled(ticket)

    def unassigned(self, wanted: int | None) -> Iterator[UnassignedExplanation]:
        """The tickets in no route."""
        for ticket in self.plan.unassigned:
            if wanted is None or ticket == wanted:
                room = Room(self.day, self.case.problem.tickets[ticket].id)
                yield UnassignedExplanation(
                    ticket=room.ticket,
                    reasons=blocked(room, self.language),
                    alternatives=tuple(
                        alternative(self.case, self.plan, ticket, option)
                        for option in options(self.day, ticket)[: self.most]
                    ),
                    changes=tuple(self.changes(ticket, in_time=False)),
                )

    def changes(self, ticket: int, *, in_time: bool) -> Iterable[Change]:
        """The smallest changes that serve the ticket, or serve it in time; each proved by the rules."""
        room = Room(self.day, self.case.problem.tickets[ticket].id, in_time=in_time)
        better, merely = smallest_changes(room)
        for attempt in (*better, *merely):
            change = proved_change(room, self.plan, attempt, self.language)
            if change is not None:
                yield change
