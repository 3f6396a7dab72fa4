"""The command ``slots``: appointment offers for one ticket."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from dispatch_engine.cli.guard import NO
from dispatch_engine.cli.inputs import (
    STDIN,
    about,
    read_plan,
    read_problem,
    read_ticket,
    refuse_two_from_stdin,
)
from dispatch_engine.cli.outputs import print_json, show

if TYPE_CHECKING:
    from rich.console import RenderableType

    from dispatch_engine.model.offers import Offer, Offers
    from dispatch_engine.model.problem import Problem

TICKET_FILES = (".json", ".yaml", ".yml")


def run_slots(
    problem_file: str,
    plan_file: str,
    ticket: str,
    now: datetime | None,
    window_minutes: int,
    most: int,
    per_window: int,
    as_json: bool,
    max_input_mb: float,
) -> int:
    """Offer and tell; 1 where there is nothing to offer."""
    from dispatch_engine.live.live_plan import LivePlan
    from dispatch_engine.model.offers import OfferOptions

    refuse_two_from_stdin(problem_file, plan_file, ticket)
    problem, plan = read_problem(problem_file, max_input_mb), read_plan(plan_file, max_input_mb)
    is_file = ticket == STDIN or ticket.lower().endswith(TICKET_FILES)
    wanted = read_ticket(ticket, max_input_mb) if is_file else ticket
    with about(plan_file):
        live = LivePlan(problem, plan, now=now)
    options = OfferOptions(window_minutes=window_minutes, most=most, per_window=per_window)
    with about(ticket):
        found = live.slots(wanted, options=options)
    if as_json:
        print_json(found.to_dict())
    else:
        show(*offers_report(problem, found))
    return 0 if found.offers else NO


def offers_report(problem: Problem, found: Offers) -> list[RenderableType]:
    """The offers as a table, the best first."""
    from rich.text import Text

    from dispatch_engine.cli.tables import columns, counted, indented, title

    table = columns("window", "technician", "arrival", "late", "costs more", "moves", right=(3,))
    for offer in found.offers:
        table.add_row(*map(Text, _cells(offer)))
    heading = Text(f"{found.ticket}: {counted(len(found.offers), 'offer')}", "bold")
    return [Text(title(problem), "bold"), heading, *(["", indented(table)] if found.offers else [])]


def _cells(offer: Offer) -> Iterator[str]:
    from dispatch_engine.cli.tables import cost_words

    yield f"{offer.window.start:%m-%d %H:%M} to {offer.window.end:%H:%M}"
    yield offer.technician
    yield f"{offer.arrival:%H:%M}"
    yield f"{offer.late_minutes:,.0f} min" if offer.late_minutes else ""
    yield ", ".join(filter(None, cost_words(offer.cost, signed=True))) or "nothing"
    yield ", ".join(
        f"{effect.ticket} {effect.arrival_change_minutes:+,.0f} min{' (promise broken)' if effect.breaks_promise else ''}"
        for effect in offer.effects
    )
