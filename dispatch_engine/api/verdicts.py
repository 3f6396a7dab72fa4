"""What is computed while the caller waits: the verdict on a plan, and what a good problem holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from dispatch_engine.api.problems import Refusal, moved
from dispatch_engine.api.requests import read_check, read_problem
from dispatch_engine.api.settings import Settings
from dispatch_engine.check import check_case
from dispatch_engine.errors import Finding, InputError
from dispatch_engine.model.problem import Location, Problem
from dispatch_engine.rules.advice import Warning, not_examined, sizes, warnings_about
from dispatch_engine.rules.case import Case


def verdict(body: bytes, settings: Settings) -> dict[str, Any]:
    """The independent verdict on a plan. Raises InputError, and Refusal where the problem is too large."""
    problem, plan = read_check(body, settings)
    if not is_small(problem, settings):
        raise too_many_places(settings)
    return check_case(ready(problem), plan).to_dict()


def validity(body: bytes, settings: Settings) -> dict[str, Any]:
    """What a good problem holds, with warnings. Raises InputError where it is bad."""
    problem = read_problem(body, settings)
    found = [asdict(warning) for warning in _warnings(problem, settings)]
    return {"ok": True, "findings": [], **sizes(problem), "warnings": found}


def _warnings(problem: Problem, settings: Settings) -> list[Warning]:
    return list(warnings_about(ready(problem))) if is_small(problem, settings) else [not_examined()]


def is_small(problem: Problem, settings: Settings) -> bool:
    """Whether all travel times can be had while somebody waits: a table of places², for each kind of travel."""
    stops = len(problem.tickets) + sum(2 + 2 * len(person.shifts) for person in problem.technicians)
    most = len({_place(place) for place in _places(problem)}) if stops > settings.max_places else stops
    kinds = len({(person.profile, person.speed_factor) for person in problem.technicians})
    return kinds * most**2 <= settings.max_places**2


def _places(problem: Problem) -> Iterator[Location | str | None]:
    for ticket in problem.tickets:
        yield ticket.location
    for person in problem.technicians:
        yield from (person.start, person.end, person.current_location)
        for shift in person.shifts:
            yield from (shift.start_location, shift.end_location)


def _place(place: Location | str | None) -> object:
    return (place.lat, place.lon, place.matrix_index) if isinstance(place, Location) else None


def too_many_places(settings: Settings) -> Refusal:
    """The answer where they cannot."""
    detail = f"At most {settings.max_places:,} places are looked at in one call, fewer with several speeds."
    finding = Finding("/problem", "too_large", f"{detail} Use the command line, or divide the problem")
    return Refusal("too_many", detail, findings=[finding])


def ready(problem: Problem) -> Case:
    """The problem with its travel times; raises InputError with pointers from the top of the body."""
    try:
        return Case.of(problem)
    except InputError as error:
        raise moved(error, "/problem") from None
