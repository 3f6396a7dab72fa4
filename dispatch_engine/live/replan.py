"""Plans the rest of the day after events: what has begun stays, what was promised is dear to move."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from time import monotonic

from dispatch_engine.live.changes import calls_for, moves_between
from dispatch_engine.live.happenings import Applied, apply_events
from dispatch_engine.live.nearby import improved_nearby
from dispatch_engine.model.comparison import Call
from dispatch_engine.model.events import Events
from dispatch_engine.model.plan import Plan
from dispatch_engine.model.problem import Problem
from dispatch_engine.model.replanning import Replanning
from dispatch_engine.model.wording import DEFAULT_LANGUAGE, Language, say
from dispatch_engine.rules.case import Case
from dispatch_engine.rules.reading import read_plan
from dispatch_engine.rules.visits import PlanTimes
from dispatch_engine.solver.budget import Stop
from dispatch_engine.solver.resume import resume
from dispatch_engine.solver.solve import Progress, available_cores, make_warm, refuse_bad_options
from dispatch_engine.solver.start import Orders

NEARBY_SHARE = 0.3
NEARBY_SECONDS = 1.0
"""What the first look at the surroundings of the events may use: a share of the time, and seconds at most."""


@dataclass(frozen=True)
class Replanned:
    """A new plan for the rest of the day.

    Attributes
    ----------
    problem : as it stands now: go on from here with the next events.
    plan : the new plan, checked.
    changes : what moved and whom to call.
    """

    problem: Problem
    plan: Plan
    changes: Replanning


def replan(
    problem: Problem,
    plan: Plan,
    events: Events,
    *,
    time_limit: float = 5.0,
    seed: int = 0,
    workers: int | None = None,
    iterations: int | None = None,
    language: Language = DEFAULT_LANGUAGE,
    on_progress: Callable[[Progress], None] | None = None,
    on_plan: Callable[[Plan], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Replanned:
    """Plan on from ``plan`` after ``events``.

    Visits that are done or under way are pinned by themselves, by report or by plan; arrivals of the plan are
    promises with a price. The technicians and tickets concerned and those around them are looked at first, then the
    whole day. Options are those of ``solve``; without time for the whole day the first look alone counts.

    Raises
    ------
    InputError : an event contradicts the problem, the plan or another event; the plan cannot be read.
    EngineError : as ``solve``.
    """
    refuse_bad_options(time_limit, seed, workers, iterations)
    make_warm(time_limit, on_progress)
    began = monotonic()
    threads = available_cores() if workers is None else workers
    stop = Stop(should_stop)
    applied = apply_events(problem, plan, events)
    orders: Orders = applied.orders
    if iterations is None:
        orders = improved_nearby(
            Case.of(applied.problem),
            orders,
            sorted(applied.technicians),
            sorted(applied.tickets),
            seconds=min(NEARBY_SECONDS, NEARBY_SHARE * time_limit),
            seed=seed,
            workers=threads,
            stop=stop,
        )
    new = resume(
        applied.problem,
        orders,
        time_limit=max(time_limit - (monotonic() - began), 0.05),
        seed=seed,
        workers=threads,
        iterations=iterations,
        on_progress=on_progress,
        on_plan=on_plan,
        should_stop=stop,
    )
    return Replanned(applied.problem, new, what_changed(problem, applied, new, language))


def what_changed(problem: Problem, applied: Applied, new: Plan, language: Language) -> Replanning:
    """The difference between the plan so far and ``new``, for what has not begun."""
    case = Case.of(applied.problem)
    assert applied.problem.base_plan is not None
    before = _ahead(case, read_plan(case, applied.problem.base_plan).times)
    after = _ahead(case, read_plan(case, new).times)
    moves = tuple(moves_between(case, before, after))
    calls = [*calls_for(case, before, after, language), *_lost_stops(problem, applied, case, language)]
    known: set[tuple[str, str | None, str | None]] = set()
    first = [c for c in calls if (key := (c.who, c.ticket, c.technician)) not in known and not known.add(key)]  # type: ignore[func-returns-value]
    return Replanning(
        problem=applied.problem.name,
        now=case.clock.datetime(case.clock.now),
        status=new.status,
        moves=moves,
        unchanged=len(case.tickets) - len(case.past_tickets) - len(moves),
        calls=tuple(first),
        begun=len(case.past_tickets),
        objective=new.objective,
        kpis=new.kpis,
    )


def _ahead(case: Case, plan: PlanTimes) -> PlanTimes:
    """``plan`` without the visits that have begun."""
    routes = tuple(
        type(route)(
            route.shift,
            route.start,
            route.end,
            tuple(s for s in route.stops if getattr(s, "ticket", None) not in case.past_tickets),
        )
        for route in plan.routes
    )
    return PlanTimes(tuple(route for route in routes if route.visits), plan.unassigned)


def _lost_stops(problem: Problem, applied: Applied, case: Case, language: Language) -> Iterator[Call]:
    """Technicians in whose route a stop was that is not wanted any more."""
    left = {ticket.id for ticket in applied.problem.tickets}
    old = Case.of(problem)
    for route in applied.known.routes:
        if any(problem.tickets[visit.ticket].id not in left for visit in route.visits):
            name = old.technician_of(route.shift).id
            yield Call(
                who="technician",
                code="route_changed",
                technician=name,
                call_by=case.clock.datetime(max(case.clock.now, route.start)),
                message=say(language, "call.route_changed", technician=name),
            )
