"""Shipped scenarios: what their recipes make, and the plan that was worked out by hand."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from dispatch_engine.check import check, complete_plan
from dispatch_engine.errors import InputError
from dispatch_engine.model.plan import Plan
from dispatch_engine.model.problem import Problem, Technician, Ticket
from dispatch_engine.sources.generate import generate_problem, to_text
from dispatch_engine.sources.generate_config import GenerateConfig

SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"


@pytest.mark.parametrize("name", ["shanghai-weekday", "storm-day"])
def test_shipped_days_are_what_their_recipes_make(name: str) -> None:
    """After a change of recipe or generator, scenarios/regenerate.py must be run."""
    config = GenerateConfig.from_file(SCENARIOS / f"{name}.yaml")
    text = to_text(generate_problem(config, config.seed))
    assert (SCENARIOS / f"{name}.json").read_bytes() == text.encode()


@pytest.mark.parametrize("path", sorted(SCENARIOS.glob("*.json")), ids=lambda path: path.stem)
def test_every_shipped_file_is_valid_and_explained(path: Path) -> None:
    """Problems and plans read, and the README has a word on each."""
    model = Plan if path.stem.endswith(".plan") else Problem
    model.from_file(path)
    assert f"`{path.name}`" in (SCENARIOS / "README.md").read_text(encoding="utf-8")


def could_do(technician: Technician, ticket: Ticket, today: date) -> bool:
    """By skill, valid certificate, part on the van, tool and exclusion; the clock is not asked."""
    valid = {c.name for c in technician.certifications if c.valid_until is None or c.valid_until >= today}
    return (
        all(technician.skills.get(name, 0) >= level for name, level in ticket.required_skills.items())
        and all(technician.van_stock.get(part, 0) >= n for part, n in ticket.required_parts.items())
        and valid.issuperset(ticket.required_certifications)
        and set(technician.tools).issuperset(ticket.required_tools)
        and technician.id not in ticket.excluded_technicians
    )


@pytest.mark.parametrize("name", ["shanghai-weekday", "storm-day"])
def test_nearly_every_ticket_has_somebody_who_could_do_it(name: str) -> None:
    """At least 95 % of the tickets have a technician, and some have only one or two."""
    problem = Problem.from_file(SCENARIOS / f"{name}.json")
    assert problem.now is not None
    today = problem.now.date()
    able = [sum(could_do(w, ticket, today) for w in problem.technicians) for ticket in problem.tickets]
    assert sum(count > 0 for count in able) >= 0.95 * len(able)
    assert any(count in (1, 2) for count in able)


# ---------------------------------------------------------------- tiny-day

TINY = SCENARIOS / "tiny-day.json"
BEST = {"ann": ("K2", "K4", "K1"), "bob": ("K5", "K3")}


def bare_plan(routes: dict[str, tuple[str, ...]], everything: set[str]) -> Plan:
    """A plan that gives only the order of tickets."""
    served = {ticket for order in routes.values() for ticket in order}
    return Plan.from_dict(
        {
            "routes": [
                {"technician": name, "stops": [{"kind": "ticket", "ticket": ticket} for ticket in order]}
                for name, order in routes.items()
                if order
            ],
            "unassigned": [{"ticket": ticket} for ticket in sorted(everything - served)],
        }
    )


def all_routes(tickets: tuple[str, ...]) -> Iterator[dict[str, tuple[str, ...]]]:
    """Every way to serve all tickets with Ann and Bob, in every order."""
    for order in itertools.permutations(tickets):
        for cut in range(len(tickets) + 1):
            yield {"ann": order[:cut], "bob": order[cut:]}


def test_the_plan_worked_out_by_hand_is_what_its_order_gives() -> None:
    """All times, sums and figures of the shipped plan follow from the order of its tickets."""
    problem = Problem.from_file(TINY)
    shipped = Plan.from_file(SCENARIOS / "tiny-day.plan.json")
    computed = complete_plan(problem, bare_plan(BEST, {ticket.id for ticket in problem.tickets}))
    # tiny-day.md: 80 + 60 minutes, nothing late, no second visit; status and bound are its proof
    assert shipped.status == "optimal"
    assert shipped.bound is not None
    assert (shipped.bound.sla_penalty, shipped.bound.cost_minutes, shipped.bound.gap_percent) == (0, 140, 0)
    assert computed.replace(status="optimal", bound=shipped.bound) == shipped
    assert check(problem, shipped).violations == ()


def test_the_plan_worked_out_by_hand_is_the_best_of_all() -> None:
    """Of all 720 ways to serve the five tickets, one has no penalty and costs 140; no other is as good.

    Plans that leave a ticket out need no look: each has an SLA penalty of at least 2.
    """
    problem = Problem.from_file(TINY)
    tickets = tuple(ticket.id for ticket in problem.tickets)
    worth: list[tuple[float, float, dict[str, tuple[str, ...]]]] = []
    for routes in all_routes(tickets):
        plan = bare_plan(routes, set(tickets))
        try:
            full = complete_plan(problem, plan)
        except InputError:
            continue  # no feasible times for one of the orders
        if check(problem, full).ok:
            assert full.objective is not None
            worth.append((full.objective.sla_penalty, full.objective.cost_minutes, routes))
    worth.sort(key=lambda entry: entry[:2])
    assert worth[0] == (0, 140, BEST)
    assert worth[1][:2] > (0, 140)
