"""The command ``explain``: why a plan is as it is, for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dispatch_engine.cli.inputs import about, read_both
from dispatch_engine.cli.outputs import print_json, show
from dispatch_engine.model.wording import say

if TYPE_CHECKING:
    from rich.console import RenderableType

    from dispatch_engine.model.explanation import (
        Alternative,
        Change,
        Explanation,
        StopExplanation,
    )
    from dispatch_engine.model.problem import Problem
    from dispatch_engine.model.wording import Language


def run_explain(
    problem_file: str,
    plan_file: str,
    ticket: str | None,
    alternatives: int,
    language: Language,
    as_json: bool,
    max_input_mb: float,
) -> None:
    """Explain and tell."""
    from dispatch_engine.live.explain import explain

    problem, plan = read_both(problem_file, plan_file, max_input_mb)
    with about(plan_file):
        found = explain(problem, plan, ticket, alternatives=alternatives, language=language)
    if as_json:
        print_json(found.to_dict())
    else:
        show(*explanation_report(problem, found, language))


def explanation_report(problem: Problem, found: Explanation, language: Language) -> list[RenderableType]:
    """A table of all visits, then what there is to say about late and unassigned tickets."""
    from rich.text import Text

    from dispatch_engine.cli.tables import title

    parts: list[RenderableType] = [Text(title(problem), "bold")]
    if found.stops:
        parts += ["", stops_table(found.stops, language)]
    for stop in found.stops:
        if stop.late_minutes or len(found.stops) == 1:
            code = "late" if stop.late_minutes else "in_time"
            heading = say(language, f"explain.{code}", ticket=stop.ticket, minutes=_whole(stop.late_minutes))
            parts += ["", Text(heading, "bold"), *_lines(stop.alternatives, stop.changes or (), language)]
    for entry in found.unassigned:
        parts += ["", Text(say(language, "explain.in_no_route", ticket=entry.ticket), "bold")]
        parts += [f"  - {reason.message}" for reason in entry.reasons]
        parts += _lines(entry.alternatives, entry.changes, language)
    return parts


def stops_table(stops: Sequence[StopExplanation], language: Language) -> RenderableType:
    """A line for each visit: when and why then, and how much later one could be there."""
    from rich.text import Text

    from dispatch_engine.cli.tables import columns, indented

    codes = ("ticket", "technician", "start", "why", "free", "then_costs", "slack", "then_breaks")
    table = columns(*(say(language, f"explain.{code}") for code in codes), right=(4, 6))
    for stop in stops:
        cells = (
            stop.ticket,
            stop.technician,
            f"{stop.start:%H:%M}",
            stop.why_not_earlier.message,
            f"{stop.free_minutes:,.0f} min",
            "" if stop.then_costs is None else stop.then_costs.message,
            f"{stop.slack_minutes:,.0f} min",
            "" if stop.then_breaks is None else stop.then_breaks.message,
        )
        table.add_row(*map(Text, cells))
    return indented(table)


def _lines(
    places: Sequence[Alternative], changes: Sequence[Change], language: Language
) -> list[RenderableType]:
    lines = [say(language, "explain.other_place", place=_place(place, language)) for place in places]
    for change in changes:
        what = [part.message for part in change.parts]
        code = "explain.change" if change.worth_it else "explain.change_only_fits"
        lines.append(say(language, code, what=what, place=_place(change.place, language)))
    return [f"  {line}" for line in lines]


def _place(place: Alternative, language: Language) -> str:
    from dispatch_engine.cli.tables import cost_words

    cost = ", ".join(filter(None, cost_words(place.cost, signed=True)))
    return say(
        language,
        "explain.place_late" if place.late_minutes else "explain.place",
        technician=place.technician,
        arrival=f"{place.arrival:%H:%M}",
        minutes=_whole(place.late_minutes),
        cost=cost or say(language, "explain.same_cost"),
    )


def _whole(minutes: float) -> str:
    return f"{minutes:,.0f}"
