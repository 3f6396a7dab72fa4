"""Which parts are on the van at each visit, and what that means for the fix at the first visit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

Json = Mapping[str, Any]


def missing_parts(problem: Json, plan: Json) -> dict[str, list[str]]:
    """Return the likely parts that no visiting technician has on board, per assigned ticket.

    A likely part is on board if one unit is left after the required parts of all stops up to and including
    this one. For a crew it is enough that one member carries it.
    """
    tickets = {ticket["id"]: ticket for ticket in problem.get("tickets", ())}
    missing: dict[str, list[str]] = {}
    for ticket_id, on_board in _stock_at_visits(problem, plan, tickets):
        likely = tickets.get(ticket_id, {}).get("likely_parts") or {}
        absent = [part for part in likely if on_board[part] < 1]
        already = missing.get(ticket_id, absent)
        missing[ticket_id] = [part for part in already if part in absent]
    return missing


def fix_chance(ticket: Json, missing: Iterable[str]) -> float:
    """Return the probability that the first visit repairs the fault, given the likely parts not on board."""
    likely = ticket.get("likely_parts") or {}
    chance = 1.0
    for part in missing:
        chance *= 1 - float(likely[part])
    return chance


def _stock_at_visits(problem: Json, plan: Json, tickets: Json) -> Iterator[tuple[str, Counter[str]]]:
    technicians = {technician["id"]: technician for technician in problem.get("technicians", ())}
    left: dict[str, Counter[str]] = {}
    for route in sorted(
        plan.get("routes", ()), key=lambda route: (route["technician"], route.get("shift") or 0)
    ):
        technician = technicians.get(route["technician"], {})
        full: Counter[str] = Counter(technician.get("van_stock") or {})
        keeps = technician.get("restock_between_shifts") is False
        stock = left.get(route["technician"], full) if keeps else full
        for stop in route["stops"]:
            stock.update(stop.get("loaded") or {})
            if stop["kind"] == "ticket":
                stock.subtract(tickets.get(stop["ticket"], {}).get("required_parts") or {})
                yield stop["ticket"], stock
        left[route["technician"]] = stock
