"""Every adapter finds the known optimum of tiny days, and says what it cannot express."""

from __future__ import annotations

import json
from typing import Any

import pytest
from worlds import at, codes, full, pause, problem, technician, ticket, window

from benchmarks.errors import BenchmarkError, UnsupportedError
from benchmarks.machine import CHECKOUT
from benchmarks.solvers import cpsat_solver, ortools_solver, pyvrp_solver, vroom_solver, vrp_cli_solver
from benchmarks.solvers.cpsat_solver import MOST_TICKETS, CpSat
from benchmarks.solvers.late_fill import LateFill, hardened
from benchmarks.solvers.plain import CLOSED_PAIRS, SLOPES, PlainProblem
from benchmarks.solvers.register import PEERS, solver_named
from benchmarks.solvers.solver import Solver
from dispatch_engine.check import check, complete_plan
from dispatch_engine.model.plan import Plan
from dispatch_engine.model.problem import Problem

PACKAGES = {
    "vroom": "vroom",
    "pyvrp": "pyvrp",
    "vrp-cli": "vrp_cli",
    "ortools": "ortools",
    "cpsat": "ortools",
}
SECONDS = 1.0


def installed(name: str) -> Solver:
    """The solver of that name; the test is skipped where its package is absent."""
    pytest.importorskip(PACKAGES[name])
    return solver_named(name)


def worth(solver: Solver, day: Problem) -> tuple[float, float]:
    """SLA penalty and cost of the solver's plan, which our checker accepts."""
    plan = complete_plan(day, solver.solve(day, SECONDS, 0, 1, lambda *point: None))
    verdict = check(day, plan)
    assert verdict.ok, [violation.message for violation in verdict.violations]
    return verdict.objective.sla_penalty, verdict.objective.cost_minutes


def skills_and_parts() -> Problem:
    """Only T0 knows gas and carries one valve; K2 and K3 need it. K3, which weighs less, stays: 2 points.

    The three others fit one route: four legs of 10 minutes. Two routes would need five.
    """
    return problem(
        [
            ticket(required_skills={"gas": 2}),
            ticket(time_windows=[window(0, 40)]),
            ticket(required_parts={"valve": 1}, priority="high"),
            ticket(required_parts={"valve": 1}),
        ],
        [technician(skills={"gas": 3}, van_stock={"valve": 1}), technician(skills={"gas": 1})],
    )


def break_in_the_way() -> Problem:
    """The break at minute 60 lets two of three tickets fit into 160 minutes; without it all would fit.

    10 + 30, 10, break from 60 to 90, 30, 10: home at 130. A third visit would end at 170.
    """
    return problem([ticket()] * 3, [technician({"end": at(160), "breaks": [pause(60, 60, 30)]})])


def open_end() -> Problem:
    """The route ends at its last stop: 10 to K0 and 10 on to K1. The other order would be 30 + 10."""
    legs: list[list[float | None]] = [[0, 10, 30], [10, 0, 10], [30, 10, 0]]
    return problem([ticket(), ticket()], [technician(end="anywhere")], legs=legs)


def two_windows() -> Problem:
    """K0's first window closes before anybody can be there; K1 is served first. Three legs."""
    return problem(
        [ticket(time_windows=[window(0, 5), window(100, 120)]), ticket(time_windows=[window(0, 50)])]
    )


def late_by_the_minute() -> Problem:
    """K0 is due at minute 5 and reached at 10: 5 minutes of 50 cents. Three legs of 10 minutes at a euro."""
    prices = {"breach": 0, "late_minute": 50, "travel_minute": 100, "unassigned": 20_000}
    shift = {"breaks": [pause(100, 200, 30)]}
    return problem(
        [ticket(due_at=at(5)), ticket(due_at=at(300))],
        [technician(shift)],
        objective={"mode": "cost", "prices": prices},
    )


EVERYBODY = ("vroom", "ortools", "pyvrp", "vrp-cli", "cpsat")
ALL_BUT_PYVRP = ("vroom", "ortools", "vrp-cli", "cpsat")


@pytest.mark.parametrize("name", EVERYBODY)
def test_skills_and_parts(name: str) -> None:
    """Who may do what, loads, and which ticket matters least."""
    assert worth(installed(name), skills_and_parts()) == (2, 40)


@pytest.mark.parametrize("name", ALL_BUT_PYVRP)
def test_breaks(name: str) -> None:
    """A break takes its time, and a technician waits for it at the door."""
    assert worth(installed(name), break_in_the_way()) == (2, 30)


@pytest.mark.parametrize("name", ALL_BUT_PYVRP)
def test_routes_that_end_anywhere(name: str) -> None:
    """Nobody is paid for a way home."""
    assert worth(installed(name), open_end()) == (0, 20)


@pytest.mark.parametrize("name", ALL_BUT_PYVRP)
def test_several_windows(name: str) -> None:
    """Service starts in one of the windows, not between them."""
    assert worth(installed(name), two_windows()) == (0, 30)


@pytest.mark.parametrize("name", ["ortools", "cpsat"])
def test_lateness_by_the_minute_beside_a_break(name: str) -> None:
    """Soft bounds and breaks together: 3 legs of 1,000 cents and 5 minutes of 50."""
    day = late_by_the_minute()
    plan = complete_plan(day, installed(name).solve(day, SECONDS, 0, 1, lambda *point: None))
    assert check(day, plan).ok
    assert check(day, plan).objective.cost_cents == 3 * 1000 + 5 * 50


def test_ortools_tells_its_costs_on_the_way() -> None:
    """In one sum the least cost noted is the plan's own, in cents."""
    notes: list[tuple[float, float, float]] = []
    day = late_by_the_minute()
    installed("ortools").solve(day, SECONDS, 0, 1, lambda *point: notes.append(point))
    assert min(cost for _, _, cost in notes) == 3250


@pytest.mark.parametrize("name", list(PEERS))
def test_what_a_peer_cannot_express_is_named(name: str) -> None:
    """The shipped weekday has overtime, likely parts, preferences and deadlines with a step."""
    weekday = Problem.from_file(CHECKOUT / "scenarios" / "shanghai-weekday.json")
    with pytest.raises(UnsupportedError) as error:
        installed(name).solve(weekday, SECONDS, 0, 1, lambda *point: None)
    assert {"overtime", "likely parts", "preferences", "soft deadlines"} <= set(error.value.features)
    assert ("breaks" in error.value.features) == (name == "pyvrp")


def refused(solver: Solver, day: Problem) -> tuple[str, ...]:
    """The features that the solver says it lacks."""
    with pytest.raises(UnsupportedError) as error:
        solver.solve(day, SECONDS, 0, 1, lambda *point: None)
    return error.value.features


def test_fixed_tiers_refuse_other_tiers() -> None:
    """VROOM and vrp-cli serve as much as they can: they cannot weigh a ticket against travel."""
    weighed = ("a price of leaving a ticket out that is weighed against travel",)
    priced = problem([ticket()], objective={"mode": "cost", "prices": {"unassigned": 500}})
    mixed = problem([ticket(mandatory=True), ticket()])
    for name in ("vroom", "vrp-cli"):
        assert refused(installed(name), priced) == weighed
        assert refused(installed(name), mixed) == ("mandatory tickets beside others",)
    worthless = problem([ticket(unassigned_price=0), ticket()])
    assert refused(installed("vroom"), worthless)[0].startswith("SLA points that no priorities 1 to 100")
    assert refused(installed("vroom"), late_by_the_minute()) == (SLOPES,)


@pytest.mark.parametrize("name", list(PEERS))
def test_days_that_have_begun_are_refused(name: str) -> None:
    """No peer is told that a visit is under way."""
    pinned = {"technician": "T0", "status": "on_site", "arrival": at(10), "started_at": at(10)}
    day = problem([ticket(pinned=pinned), ticket()], now=at(20))
    assert "visits that have begun or come next" in refused(installed(name), day)


def test_vrp_cli_has_eight_kinds_of_loads() -> None:
    """A ninth kind of part is refused."""
    parts = {f"part {number}": 1 for number in range(9)}
    day = problem([ticket(required_parts=parts)], [technician(van_stock=parts)])
    assert refused(installed("vrp-cli"), day) == ("more than 8 kinds of parts and limits",)


def test_the_exact_model_says_its_size() -> None:
    """Larger days are refused before a model is built."""
    day = problem([ticket()] * (MOST_TICKETS + 1))
    assert refused(installed("cpsat"), day) == (f"days of more than {MOST_TICKETS} tickets",)


def test_pyvrp_refuses_more_profiles_than_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each combination of skills needs matrices of its own: here 2 × 2 kinds × 6 places² × 8 bytes."""
    monkeypatch.setattr(pyvrp_solver, "MOST_BYTES", 1000)
    solver = installed("pyvrp")
    assert refused(solver, skills_and_parts()) == ("2 kinds of technicians: matrices of 0.0 GB",)


@pytest.mark.parametrize(
    ("module", "name", "words"),
    [
        (vroom_solver, "vroom", "pyvroom is not installed; pip install"),
        (ortools_solver, "ortools", "ortools is not installed; pip install ortools"),
        (vrp_cli_solver, "vrp-cli", "vrp-cli is not installed; pip install"),
        (pyvrp_solver, "pyvrp", "pyvrp is not installed; pip install"),
    ],
)
def test_missing_packages_are_told(
    module: Any, name: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message says what to install."""

    def absent(name: str) -> Any:
        raise ImportError(name)

    monkeypatch.setattr(module, "import_module", absent)
    with pytest.raises(BenchmarkError, match=words):
        solver_named(name).version()
    assert cpsat_solver.CpSat().version().endswith("CP-SAT")


def test_hardened_days_say_the_deadline_as_a_window() -> None:
    """Windows end at the deadline; overtime, likely parts and preferences are gone, breaks and parts stay."""
    day = problem(
        [
            ticket(
                time_windows=[window(20, 200)],
                due_at=at(100),
                likely_parts={"fan": 0.5},
                required_parts={"v": 1},
            ),
            ticket(due_at=at(90), preferred_technicians=["T0"]),
            ticket(time_windows=[window(120, 200)], due_at=at(100)),
        ],
        [technician({"max_overtime_minutes": 30, "breaks": [pause(100, 200, 30)]}, van_stock={"v": 1})],
    )
    hard = hardened(day)
    assert [t.id for t in hard.tickets] == ["K0", "K1"], "K2's window opens after its deadline"
    found = [[(w.start.isoformat(), w.end.isoformat()) for w in t.time_windows] for t in hard.tickets]
    assert found == [[(at(20), at(100))], [(at(0), at(90))]]
    (shift,) = hard.technicians[0].shifts
    assert (shift.max_overtime_minutes, len(shift.breaks)) == (0, 1)
    plain = PlainProblem(hard, frozenset({"breaks", CLOSED_PAIRS}))
    assert plain.shapes.use.shape == (2, 1)


def test_late_fill_places_what_cannot_be_in_time() -> None:
    """K0 is due before anybody can be there: late it costs 2 points instead of 6."""
    day = problem([ticket(due_at=at(5)), ticket(due_at=at(100))])
    # Three legs and 5 minutes late at 2 × weight 2 each: 50. K0 must come first, or it would be later.
    assert worth(LateFill(CpSat()), day) == (2, 50)
    alone = CpSat().solve(hardened(day), SECONDS, 0, 1, lambda *point: None)
    assert [stop.ticket for route in alone.routes for stop in route.stops if stop.kind == "ticket"] == ["K1"]


def test_late_fill_refuses_routes_that_break_a_rule() -> None:
    """A peer's plan is never mended in silence."""

    class Wrong:
        def version(self) -> str:
            return "wrong 1.0"

        def prepare(self) -> None: ...

        def solve(self, problem: Problem, time_limit: float, seed: int, workers: int, note: object) -> Plan:
            stops = [{"kind": "ticket", "ticket": "K0"}]
            return Plan.from_dict({"routes": [{"technician": "T0", "shift": 0, "stops": stops}]})

    day = problem([ticket(required_skills={"gas": 1}), ticket()])
    with pytest.raises(BenchmarkError, match="the peer's routes break a rule of the problem"):
        worth(LateFill(Wrong()), day)
    assert LateFill(Wrong()).version() == "wrong 1.0 with late fill"
    assert codes(day, Wrong().solve(day, 1, 0, 1, None)) == ["no_skill"]
    assert json.dumps(full(day, Wrong().solve(day, 1, 0, 1, None)))
