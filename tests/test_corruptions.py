"""Good plans spoiled in more than fifty ways: the checker notices every one, in every plan."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import pytest
from greedy import greedy_plan
from worlds import at, pause, technician, ticket, window

from dispatch_engine.check import CODES, check, check_case
from dispatch_engine.model.plan import Plan
from dispatch_engine.model.problem import Problem
from dispatch_engine.rules import reading
from dispatch_engine.rules.case import Case
from dispatch_engine.rules.register import RULES

Document = dict[str, Any]
SEEDS = range(8)


# ---------------------------------------------------------------- good plans


def day(seed: int) -> Document:
    """A day for three technicians and nine tickets that uses every rule; K8 needs a skill that nobody has."""
    draw = random.Random(seed)
    staff = [
        technician(
            {"max_overtime_minutes": 60, "breaks": [pause(180, 300, 30)]},
            id=f"T{i}",
            start={"matrix_index": i},
            skills={"electric": 3},
            certifications=[{"name": "electrician", "valid_until": "2026-12-31"}],
            tags=["north"],
            tools=["pump"],
            van_stock={"board": 3},
        )
        for i in range(3)
    ]
    jobs = [_job(draw, i) for i in range(9)]
    jobs[8]["required_skills"] = {"laser": 1}
    legs = [[0 if i == j else draw.randint(300, 1500) for j in range(12)] for i in range(12)]
    return {
        "name": f"day-{seed}",
        "now": at(0),
        "technicians": staff,
        "tickets": jobs,
        "travel": {
            "provider": "matrix",
            "durations_seconds": legs,
            "distances_meters": [[10 * leg for leg in row] for row in legs],
        },
    }


def _job(draw: random.Random, number: int) -> Document:
    job = ticket(
        id=f"K{number}",
        location={"matrix_index": 3 + number},
        duration_minutes=draw.choice((25, 40, 55)),
        required_skills={"electric": 2},
        required_certifications=["electrician"],
        required_tags=["north"],
        required_tools=["pump"],
        required_parts={"board": number % 2},
        likely_parts={"fan": 0.4},
        reported_at=at(-draw.choice((30, 200, 235))),
        mandatory=number == 0,
    )
    if number % 3 == 1:
        opens = draw.randrange(60, 200, 5)
        job["time_windows"] = [window(opens, opens + 120)]
    if number % 4 == 2:
        job["appointment_at"] = at(draw.randrange(0, 120, 5))
    return job


@cache
def good(seed: int) -> tuple[Document, Document]:
    """A problem and a good plan of it, as JSON objects."""
    document = day(seed)
    plan = greedy_plan(Case.of(Problem.from_dict(document)), seed)
    return document, plan.model_dump(mode="json")


class Spoiler:
    """One problem with its plan, free to be spoiled, and shorthands for what the corruptions touch."""

    def __init__(self, seed: int) -> None:
        self.problem, self.plan = copy.deepcopy(good(seed))
        routes = self.plan["routes"]
        self.route = max(routes, key=lambda route: len(self.visits(route)))
        self.other = next(route for route in routes if route is not self.route)
        self.first, self.second = self.visits(self.route)[:2]
        self.pause = next(stop for stop in self.route["stops"] if stop["kind"] == "break")
        self.staff = self.by_id(self.problem["technicians"], self.route["technician"])
        self.shift = self.staff["shifts"][0]
        self.job = self.by_id(self.problem["tickets"], self.second["ticket"])

    @staticmethod
    def visits(route: Document) -> list[Document]:
        return [stop for stop in route["stops"] if stop["kind"] == "ticket"]

    @staticmethod
    def by_id(things: list[Document], name: str) -> Document:
        return next(thing for thing in things if thing["id"] == name)

    def visit_where(self, condition: Callable[[Document], bool]) -> Document | None:
        """The first visit of all routes that fulfils ``condition``."""
        every = [visit for route in self.plan["routes"] for visit in self.visits(route)]
        return next((visit for visit in every if condition(visit)), None)


def later(stop: Document, seconds: float, *fields: str) -> None:
    """Move moments of a stop or route."""
    for name in fields:
        stop[name] = (datetime.fromisoformat(stop[name]) + timedelta(seconds=seconds)).isoformat()


def moved(text: str, seconds: float) -> str:
    return (datetime.fromisoformat(text) + timedelta(seconds=seconds)).isoformat()


# ---------------------------------------------------------------- corruptions

Corruption = Callable[[Spoiler], bool | None]
CORRUPTIONS: list[tuple[str, Corruption]] = []
"""Expected code and corruption. A corruption returns False where the plan has nothing for it to spoil."""


def spoils(code: str) -> Callable[[Corruption], Corruption]:
    def register(corruption: Corruption) -> Corruption:
        CORRUPTIONS.append((code, corruption))
        return corruption

    return register


@spoils("wrong_start_at")
def leaves_earlier_than_needed(s: Spoiler) -> bool | None:
    """Departure and first arrival 30 s earlier: nothing else changes, so the start was not the latest."""
    s.problem["now"] = at(-60)
    s.shift["start"] = at(-60)
    later(s.route, -30, "start_at")
    if s.route["stops"][0]["kind"] == "break" or s.first["late_minutes"] > 0:
        return False
    later(s.first, -30, "arrival", "confirm_call_at")
    s.first["wait_minutes"] += 0.5
    return None


@spoils("wrong_arrival")
def leaves_too_late(s: Spoiler) -> None:
    later(s.route, 120, "start_at")


@spoils("ticket_missing")
def loses_a_ticket(s: Spoiler) -> None:
    s.route["stops"].remove(s.second)


@spoils("wrong_travel_minutes")
def claims_a_shorter_drive(s: Spoiler) -> None:
    s.second["travel_minutes"] -= 0.05


@spoils("wrong_travel_minutes")
def claims_less_driving_in_all(s: Spoiler) -> None:
    s.route["travel_minutes"] -= 1


@spoils("missing_break")
def skips_the_break(s: Spoiler) -> None:
    s.route["stops"].remove(s.pause)


@spoils("no_part")
def uses_a_part_that_is_gone(s: Spoiler) -> bool | None:
    if not any(
        s.by_id(s.problem["tickets"], v["ticket"])["required_parts"]["board"] for v in s.visits(s.route)
    ):
        return False
    s.staff["van_stock"] = {"board": 0}
    return None


@spoils("no_certified_technician")
def works_with_an_expired_certificate(s: Spoiler) -> None:
    s.staff["certifications"] = [{"name": "electrician", "valid_until": "2026-11-22"}]


@spoils("no_certified_technician")
def works_without_a_certificate(s: Spoiler) -> None:
    s.staff["certifications"] = []


@spoils("duplicate_ticket")
def serves_a_ticket_twice(s: Spoiler) -> None:
    s.other["stops"].append(copy.deepcopy(s.second))


@spoils("no_skill")
def lacks_a_level(s: Spoiler) -> None:
    s.staff["skills"] = {"electric": 1}


@spoils("wrong_arrival")
def arrives_two_seconds_early(s: Spoiler) -> None:
    later(s.second, -2, "arrival")


@spoils("wrong_arrival")
def arrives_two_seconds_late(s: Spoiler) -> None:
    later(s.second, 2, "arrival")


@spoils("overlap")
def rests_during_a_service(s: Spoiler) -> None:
    stops = s.route["stops"]
    visit = next((stop for stop in reversed(stops[: stops.index(s.pause)])), s.first)
    length = datetime.fromisoformat(s.pause["end"]) - datetime.fromisoformat(s.pause["start"])
    s.pause["start"] = moved(visit["end"], -300)
    s.pause["end"] = moved(s.pause["start"], length.total_seconds())
    stops.remove(s.pause)
    stops.insert(stops.index(visit) + 1, s.pause)


@spoils("overlap")
def serves_two_customers_at_once(s: Spoiler) -> None:
    s.second["start"] = moved(s.first["end"], -60)


@spoils("service_before_arrival")
def begins_before_arriving(s: Spoiler) -> None:
    s.second["start"] = moved(s.second["arrival"], -5)


@spoils("before_ready")
def leaves_before_now(s: Spoiler) -> None:
    s.problem["now"] = moved(s.route["start_at"], 60)


@spoils("before_ready")
def leaves_before_the_technician_is_available(s: Spoiler) -> None:
    s.staff["available_from"] = moved(s.route["start_at"], 2)


@spoils("before_appointment")
def comes_before_the_appointment(s: Spoiler) -> None:
    s.job["appointment_at"] = moved(s.second["start"], 2)


@spoils("outside_window")
def begins_before_the_window(s: Spoiler) -> None:
    opens = moved(s.second["start"], 2)
    s.job["time_windows"] = [{"start": opens, "end": moved(opens, 600)}]


@spoils("outside_window")
def begins_after_the_window(s: Spoiler) -> None:
    closes = moved(s.second["start"], -2)
    s.job["time_windows"] = [{"start": moved(closes, -600), "end": closes}]


@spoils("after_shift_end")
def works_beyond_the_allowed_overtime(s: Spoiler) -> None:
    s.shift["end"], s.shift["max_overtime_minutes"] = moved(s.route["end_at"], -120), 1
    s.shift["breaks"] = []


@spoils("wrong_overtime_minutes")
def hides_overtime(s: Spoiler) -> None:
    s.shift["end"], s.shift["max_overtime_minutes"] = moved(s.route["end_at"], -120), 60
    s.shift["breaks"] = []


@spoils("wrong_late_minutes")
def hides_lateness(s: Spoiler) -> bool | None:
    late = s.visit_where(lambda visit: visit["late_minutes"] > 0)
    if late is None:
        s.job["due_at"] = moved(s.second["arrival"], -60)
    else:
        late["late_minutes"] = 0.0
    return None


@spoils("wrong_due_at")
def invents_a_deadline(s: Spoiler) -> None:
    later(s.second, 3600, "due_at")


@spoils("wrong_confirm_call_at")
def calls_too_late(s: Spoiler) -> None:
    later(s.second, 600, "confirm_call_at")


@spoils("wrong_wait_minutes")
def hides_waiting(s: Spoiler) -> None:
    s.second["wait_minutes"] += 0.1


@spoils("wrong_distance_km")
def claims_a_shorter_way(s: Spoiler) -> None:
    s.second["distance_km"] -= 0.02


@spoils("wrong_distance_km")
def claims_less_kilometres(s: Spoiler) -> None:
    s.route["distance_km"] -= 0.02


@spoils("wrong_distance_km")
def knows_distances_that_nobody_gave(s: Spoiler) -> None:
    del s.problem["travel"]["distances_meters"]


@spoils("wrong_objective")
def claims_fewer_points(s: Spoiler) -> None:
    s.plan["objective"]["sla_penalty"] -= 1


@spoils("wrong_objective")
def claims_less_cost(s: Spoiler) -> None:
    s.plan["objective"]["cost_minutes"] -= 0.05


@spoils("wrong_objective")
def claims_fewer_second_visits(s: Spoiler) -> None:
    s.plan["objective"]["expected_second_visits"] -= 0.1


@spoils("wrong_objective")
def states_cents_in_minutes_mode(s: Spoiler) -> None:
    s.plan["objective"]["cost_cents"] = 100


@spoils("wrong_kpi")
def counts_one_more_in_time(s: Spoiler) -> None:
    s.plan["kpis"]["on_time"] += 1


@spoils("wrong_kpi")
def polishes_a_percentage(s: Spoiler) -> None:
    s.plan["kpis"]["on_time_percent"] -= 0.2


@spoils("wrong_kpi")
def polishes_utilisation(s: Spoiler) -> None:
    s.plan["kpis"]["utilisation_percent"] += 0.2


@spoils("wrong_status")
def calls_a_good_plan_infeasible(s: Spoiler) -> None:
    s.plan["status"] = "infeasible"


@spoils("wrong_status")
def hides_an_unserved_mandatory_ticket(s: Spoiler) -> None:
    s.by_id(s.problem["tickets"], "K8")["mandatory"] = True


@spoils("wrong_status")
def claims_to_be_optimal_below_its_bound(s: Spoiler) -> None:
    s.plan["status"] = "optimal"
    s.plan["bound"] = {"sla_penalty": 0}


@spoils("wrong_bound")
def bounds_above_its_own_value(s: Spoiler) -> None:
    s.plan["bound"] = {"sla_penalty": s.plan["objective"]["sla_penalty"] + 1}


@spoils("wrong_bound")
def states_a_gap_that_does_not_follow(s: Spoiler) -> None:
    objective = s.plan["objective"]
    bound = {"sla_penalty": objective["sla_penalty"], "cost_minutes": objective["cost_minutes"] / 2}
    s.plan["bound"] = {**bound, "gap_percent": 40.0}


@spoils("wrong_bound")
def states_a_gap_over_an_open_tier(s: Spoiler) -> None:
    s.plan["bound"] = {"sla_penalty": 0, "cost_minutes": 1, "gap_percent": 10.0}


@spoils("wrong_problem")
def belongs_to_another_problem(s: Spoiler) -> None:
    s.plan["problem"] = "another"


@spoils("wrong_travel_source")
def claims_another_travel_source(s: Spoiler) -> None:
    s.plan["travel_source"] = "geodesic"


@spoils("unknown_technician")
def sends_somebody_unknown(s: Spoiler) -> None:
    s.route["technician"] = "T9"


@spoils("unknown_shift")
def works_in_a_shift_that_is_not(s: Spoiler) -> None:
    s.route["shift"] = 1


@spoils("unknown_ticket")
def serves_a_ticket_that_is_not(s: Spoiler) -> None:
    s.second["ticket"] = "K9"


@spoils("unknown_ticket")
def leaves_out_a_ticket_that_is_not(s: Spoiler) -> None:
    s.plan["unassigned"].append({"ticket": "K9", "reasons": []})


@spoils("unknown_depot")
def visits_a_depot_that_is_not(s: Spoiler) -> None:
    s.route["stops"].append({"kind": "depot", "depot": "D1"})


@spoils("wrong_arrival")
def swaps_two_stops_but_not_their_times(s: Spoiler) -> bool | None:
    s.first["ticket"], s.second["ticket"] = s.second["ticket"], s.first["ticket"]
    return None


@spoils("assigned_and_unassigned")
def leaves_out_what_it_serves(s: Spoiler) -> None:
    s.plan["unassigned"].append({"ticket": s.second["ticket"], "reasons": []})


@spoils("ticket_missing")
def forgets_what_it_leaves_out(s: Spoiler) -> None:
    s.plan["unassigned"] = []


@spoils("duplicate_ticket")
def leaves_out_a_ticket_twice(s: Spoiler) -> None:
    s.plan["unassigned"] *= 2


@spoils("wrong_end_at")
def is_home_too_early(s: Spoiler) -> None:
    later(s.route, -2, "end_at")


@spoils("wrong_break_length")
def rests_too_long(s: Spoiler) -> None:
    later(s.pause, 2, "end")


@spoils("wrong_break_length")
def rests_too_short(s: Spoiler) -> None:
    later(s.pause, -2, "end")


@spoils("break_outside_window")
def rests_too_early(s: Spoiler) -> None:
    earliest = moved(s.pause["start"], 2)
    s.shift["breaks"] = [{"earliest": earliest, "latest": moved(earliest, 60), "minutes": 30}]


@spoils("break_outside_window")
def rests_too_late(s: Spoiler) -> None:
    latest = moved(s.pause["start"], -2)
    s.shift["breaks"] = [{"earliest": moved(latest, -60), "latest": latest, "minutes": 30}]


@spoils("unexpected_break")
def rests_without_need(s: Spoiler) -> None:
    s.shift["breaks"] = []


@spoils("no_tool")
def lacks_a_tool(s: Spoiler) -> None:
    s.staff["tools"] = []


@spoils("excluded")
def sends_an_excluded_technician(s: Spoiler) -> None:
    s.job["excluded_technicians"] = [s.staff["id"]]


@spoils("excluded")
def sends_another_than_the_required_technician(s: Spoiler) -> None:
    s.job["required_technicians"] = [s.other["technician"]]


@spoils("no_tag")
def lacks_a_tag(s: Spoiler) -> None:
    s.staff["tags"] = ["south"]


@spoils("too_many_tickets")
def serves_too_many(s: Spoiler) -> None:
    s.shift["max_tickets"] = len(s.visits(s.route)) - 1


@spoils("wrong_service_time")
def hurries(s: Spoiler) -> None:
    later(s.second, -2, "end")


@spoils("wrong_service_time")
def underestimates_the_work(s: Spoiler) -> None:
    s.job["duration_minutes"] += 0.1


@spoils("unreachable")
def drives_where_no_way_is(s: Spoiler) -> None:
    place = s.job["location"]["matrix_index"]
    for row in s.problem["travel"]["durations_seconds"]:
        row[place] = None if row[place] else 0


@spoils("wrong_arrival")
def drives_faster_than_the_matrix(s: Spoiler) -> None:
    place = s.job["location"]["matrix_index"]
    for row in s.problem["travel"]["durations_seconds"]:
        row[place] += 2 if row[place] else 0


@spoils("duplicate_route")
def works_twice_at_once(s: Spoiler) -> None:
    s.plan["routes"].append(copy.deepcopy(s.route))


@spoils("empty_route")
def drives_for_nothing(s: Spoiler) -> None:
    s.route["stops"] = []


@spoils("incomplete_times")
def keeps_an_arrival_to_itself(s: Spoiler) -> None:
    s.second["arrival"] = None


# ---------------------------------------------------------------- pins and promises


@spoils("pinned_elsewhere")
def committed_to_another(s: Spoiler) -> None:
    s.job["pinned"] = {"technician": s.other["technician"], "status": "committed"}


@spoils("not_next_stop")
def on_the_way_to_the_second(s: Spoiler) -> None:
    s.job["pinned"] = {"technician": s.route["technician"], "status": "en_route"}
    s.job.pop("time_windows", None)


@spoils("pin_dropped")
def done_but_left_out(s: Spoiler) -> None:
    times = {"started_at": at(-60), "finished_at": at(-30)}
    left_out = s.by_id(s.problem["tickets"], "K8")
    left_out["pinned"] = {"technician": s.route["technician"], "status": "done", **times}


@spoils("changed_past")
def began_earlier(s: Spoiler) -> None:
    times = {"started_at": at(-60), "finished_at": at(-30)}
    first = s.by_id(s.problem["tickets"], s.first["ticket"])
    first["pinned"] = {"technician": s.route["technician"], "status": "done", **times}


@spoils("before_promise")
def promised_for_the_evening(s: Spoiler) -> None:
    stop = {"kind": "ticket", "ticket": s.second["ticket"], "arrival": moved(s.second["start"], 1000)}
    s.problem["base_plan"] = {"routes": [{"technician": s.route["technician"], "stops": [stop]}]}
    s.job.pop("time_windows", None)


@spoils("outside_service_area")
def works_elsewhere(s: Spoiler) -> None:
    corners = [{"lat": 1, "lon": 1}, {"lat": 1, "lon": 2}, {"lat": 2, "lon": 2}]
    s.staff["service_area"] = {"polygon": corners}
    for job in s.problem["tickets"]:
        job["location"] |= {"lat": 31.2, "lon": 121.4}


@spoils("too_much_driving")
def may_hardly_drive(s: Spoiler) -> None:
    s.shift["max_driving_minutes"] = 5


@spoils("too_far")
def may_go_nowhere(s: Spoiler) -> None:
    s.shift["max_distance_km"] = 0.1


@spoils("too_much_work")
def may_hardly_work(s: Spoiler) -> None:
    s.shift["max_work_minutes"] = 20


# ---------------------------------------------------------------- the tests


@pytest.mark.parametrize("seed", SEEDS)
def test_good_plans_are_good(seed: int):
    """Before anything is spoiled the checker finds nothing, and the plan has what the corruptions need."""
    problem, plan = good(seed)
    verdict = check(Problem.from_dict(problem), Plan.from_dict(plan))
    assert verdict.violations == ()
    assert {entry["ticket"] for entry in plan["unassigned"]} >= {"K8"}
    assert plan["objective"]["sla_penalty"] > 0


@pytest.mark.parametrize(("code", "corruption"), CORRUPTIONS, ids=[c.__name__ for _, c in CORRUPTIONS])
def test_corruption_is_caught(code: str, corruption: Corruption):
    """Applied to any plan that offers the occasion, at least four of eight, the corruption gives its code."""
    caught = 0
    for seed in SEEDS:
        spoiler = Spoiler(seed)
        if corruption(spoiler) is False:
            continue
        problem, plan = Problem.from_dict(spoiler.problem), Plan.from_dict(spoiler.plan)
        verdict = check_case(Case.of(problem), plan)
        assert not verdict.ok
        assert code in {violation.code for violation in verdict.violations}, verdict.violations
        caught += 1
    assert caught >= 4


def test_there_are_enough_kinds():
    """More than fifty kinds, and every code of the checker and the rules' violations is provoked by one."""
    provoked = {code for code, _ in CORRUPTIONS}
    possible = {*CODES, *reading.CODES, *(code for rule in RULES for code in rule.codes)}
    only_reasons = {
        "outsourced",
        "appointment_outside_windows",
        "window_unreachable",
        "shift_full",
        "infeasible_pin",
    }
    assert len(CORRUPTIONS) > 50
    assert possible - provoked - only_reasons == set()
