"""technician-sla-2026: published instances, verified solutions, better ones replace them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from tiny_files import TRSP, family_folder_with

from benchmarks.commands import main
from benchmarks.errors import BenchmarkError
from benchmarks.families.sla_2026 import Sla2026, SoftPillac, softened
from benchmarks.suite import best_known
from benchmarks.suite.best_known import BestKnownPlan, faults, improved, judged_plan, store, stored_plan
from benchmarks.suite.catalogue import catalogue, instance_named, planned
from dispatch_engine.model.plan import Plan
from dispatch_engine.model.problem import Problem


def test_the_list_holds_what_was_planned() -> None:
    """Thirty instances, from 25 to 5,000 tickets, each with a checksum."""
    assert [replace(i, sha256="") for i in catalogue().values()] == list(planned())
    assert {i.tickets for i in catalogue().values()} >= {25, 5000}
    assert all(len(i.sha256) == 64 for i in catalogue().values())


@pytest.mark.parametrize("name", [name for name, i in catalogue().items() if i.tickets <= 1000])
def test_instances_and_stored_solutions_are_as_published(name: str) -> None:
    """The generator still makes the same bytes, and the checker agrees with every stored value."""
    assert list(faults([name])) == []


def test_an_instance_is_a_problem() -> None:
    """It reads without findings and has what the page promises."""
    problem = Problem.from_dict(instance_named("S50-1").document())
    assert (len(problem.tickets), len(problem.technicians)) == (50, 5)
    assert any(t.required_parts for t in problem.tickets)
    assert any(t.van_stock for t in problem.technicians)
    assert any(s.breaks for t in problem.technicians for s in t.shifts)
    with pytest.raises(BenchmarkError, match="'X1' is no instance; 'python -m benchmarks suite list'"):
        instance_named("X1")


def nothing(name: str = "W25-1") -> BestKnownPlan:
    """The empty plan as it would be stored."""
    return judged_plan(instance_named(name), Plan.from_dict({"routes": []}), "nobody")


def test_the_empty_plan_leaves_everything_out() -> None:
    """All deadlines of W25-1 lie within the day: three times the sum of the weights."""
    weights = {"low": 1, "normal": 2, "high": 4, "emergency": 8}
    problem = Problem.from_dict(instance_named("W25-1").document())
    found = nothing()
    assert found.sla_penalty <= 3 * sum(weights[t.priority] for t in problem.tickets)
    assert (found.cost_minutes, found.routes, found.sla_bound) == (0, [], None)


def test_plans_that_break_a_rule_are_not_stored() -> None:
    """The checker's first sentence is told."""
    stops = [{"kind": "ticket", "ticket": "K0001"}] * 2
    plan = Plan.from_dict({"routes": [{"technician": "T01", "shift": 0, "stops": stops}]})
    with pytest.raises(BenchmarkError, match=r"W25-1: .*K0001"):
        judged_plan(instance_named("W25-1"), plan, "nobody")


def test_better_values_and_better_bounds_replace_the_stored_ones() -> None:
    """Fewer points win, then less cost; a bound of the cost holds only for plans with no more points."""
    stored = replace(nothing(), sla_penalty=4, cost_minutes=100.0, sla_bound=3, cost_bound=90.0, bound_by="a")
    assert improved(stored, None) == stored
    assert improved(stored, stored) is None
    assert improved(replace(stored, cost_minutes=100.004), stored) is None
    worse = replace(stored, sla_penalty=5, cost_minutes=10.0, sla_bound=None, cost_bound=None, bound_by="")
    assert improved(worse, stored) is None
    cheaper = replace(worse, sla_penalty=4, cost_minutes=95.0, made_by="b")
    assert improved(cheaper, stored) == replace(cheaper, sla_bound=3, cost_bound=90.0, bound_by="a")
    fewer = replace(worse, sla_penalty=3, cost_minutes=200.0)
    assert improved(fewer, stored) == replace(fewer, sla_bound=3, cost_bound=90.0, bound_by="a")
    proved = replace(worse, sla_bound=4, bound_by="c")
    assert improved(proved, stored) == replace(stored, sla_bound=4, bound_by="c; a")


def test_stored_files_read_back_and_faults_are_named(tmp_path: Path) -> None:
    """A value that is not the plan's own, and another instance's checksum, are told."""
    good = nothing()
    store(good, tmp_path)
    assert stored_plan("W25-1", tmp_path) == good
    assert list(faults(["W25-1"], tmp_path)) == []
    store(replace(good, sla_penalty=1), tmp_path)
    assert list(faults(["W25-1"], tmp_path)) == [
        f"W25-1: states 1 points, 0.0 minutes; it has {good.sla_penalty:g}, 0.0"
    ]
    store(replace(good, sla_bound=good.sla_penalty + 1), tmp_path)
    assert next(faults(["W25-1"], tmp_path)).startswith("W25-1: its bound")


def test_the_command_writes_verifies_and_records(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """From the instance's file to a stored plan and back."""
    assert main(["suite", "write", "W25-1", "-o", str(tmp_path)]) == 0
    assert Problem.from_file(tmp_path / "W25-1.json").name == "technician-sla-2026 W25-1"
    kept: list[BestKnownPlan] = []
    monkeypatch.setattr(best_known, "stored_plan", lambda name, folder=None: None)
    monkeypatch.setattr(best_known, "store", kept.append)
    plan = tmp_path / "plan.json"
    plan.write_text(json.dumps({"routes": []}), encoding="utf-8")
    assert main(["suite", "record", "W25-1", str(plan), "--by", "nobody"]) == 0
    assert kept == [nothing()]
    assert main(["suite", "verify", "W25-2"]) == 0
    assert capsys.readouterr().out.endswith("1 instances: checksums and stored solutions are as published\n")
    assert main(["suite", "list"]) == 0
    assert "| W5000-1 | 5000 | 833 |" in capsys.readouterr().out


def test_soft_trsp_files_have_appointments_and_deadlines(tmp_path: Path) -> None:
    """A window from 30 to 40 becomes an appointment at 30 and a soft deadline at 40."""
    folder = family_folder_with(tmp_path, {"TINY.txt": TRSP})
    day = SoftPillac().problem(folder, "TINY")
    first = day["tickets"][0]
    assert "time_windows" not in first
    assert (first["appointment_at"][11:16], first["due_at"][11:16]) == ("00:30", "00:40")
    assert day["objective"] == {"mode": "sla_first"}
    assert softened({"tickets": [{"id": "K"}]})["tickets"] == [{"id": "K"}]


def test_the_family_lists_the_suite() -> None:
    """Classes are named by letter and size, and the empty plan is judged by the checker."""
    family = Sla2026()
    assert family.instances(Path())[0] == "W25-1"
    assert family.class_of("S100-2") == "S100"
    found = family.judge(Path(), "W25-1", Plan.from_dict({"routes": []}))
    assert (found.first, found.value, found.broken) == (nothing().sla_penalty, 0, ())
