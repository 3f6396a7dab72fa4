"""The peers track: generated days, who runs on them for how long, and the table that shows who is ahead."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import Any

import pytest
from bench_records import record

from benchmarks import run_command
from benchmarks.commands import main
from benchmarks.errors import BenchmarkError
from benchmarks.families.generated import CityCommon, CityFull
from benchmarks.families.register import GENERATED, family_named
from benchmarks.jobs import Job
from benchmarks.peers_table import losses, losses_text, rows
from benchmarks.run_command import entries_of, planned
from benchmarks.run_one import run_job
from benchmarks.solvers.plain import CLOSED_PAIRS, PlainProblem
from benchmarks.summary import published
from benchmarks.tracks import members, needs_files


def test_common_days_are_plain_for_every_peer() -> None:
    """Nothing but closed pairs is left that plain routing lacks, and five kinds of parts at most."""
    plain = PlainProblem(CityCommon().loaded("30-1"), frozenset({CLOSED_PAIRS}))
    assert len(plain.shapes.resource_names) <= 5
    assert not plain.missable.any()
    assert len(CityCommon().loaded("30-1").tickets) == 30


def test_full_days_are_the_shipped_recipe() -> None:
    """Breaks, overtime and likely parts are in use; the same name gives the same day."""
    day = CityFull().loaded("30-1")
    assert any(shift.breaks for technician in day.technicians for shift in technician.shifts)
    assert any(shift.max_overtime_minutes for technician in day.technicians for shift in technician.shifts)
    assert any(ticket.likely_parts for ticket in day.tickets)
    assert day.to_json() == CityFull().loaded("30-1").to_json()
    for name in ("thirty", "30", "0-1"):
        with pytest.raises(BenchmarkError, match=f"'{name}' is no generated day; write TICKETS-SEED"):
            CityFull().loaded(name)


def test_a_run_is_judged_by_our_checker_alone() -> None:
    """SLA penalty first, cost second, no gap; the plan's status is kept."""
    found = run_job(Job("city_common", "10-1", "cpsat", 5.0, 0, 1), Path())
    assert (found["status"], found["broken"], found["checker_ok"]) == ("done", [], True)
    assert found["first"] == found["sla_penalty"]
    assert (found["best_known"], found["gap_percent"], found["class"]) == (None, None, "10")
    assert found["parts"]["unassigned"] == found["unassigned"]


def test_tracks_of_generated_days_need_no_files() -> None:
    """Twelve days of each kind; a day named in full may be of any size."""
    assert not needs_files("peers")
    assert not needs_files("city_full")
    assert needs_files("smoke")
    assert len(members("peers", Path(), [])) == 24
    assert members("peers", Path(), ["500-2"]) == [("city_common", "500-2"), ("city_full", "500-2")]
    assert members("city_full", Path(), ["25-7"]) == [("city_full", "25-7")]
    assert family_named("city_full") in GENERATED


def test_ours_runs_at_every_limit_and_peers_at_the_longest(monkeypatch: pytest.MonkeyPatch) -> None:
    """On full days the peers need a late fill; those that are not installed are left out."""
    monkeypatch.setattr(run_command, "is_there", lambda name: name != "pyvrp")
    assert entries_of("peers", None, None) == [
        ("ours", 10), ("ours", 60), ("vroom", 60), ("ortools", 60), ("vrp-cli", 60)
    ]  # fmt: skip
    options = Namespace(track="peers", solver=None, time_limit="2,5", only="100-1", seeds="0", workers=2)
    made = [(job.family, job.solver, job.time_limit) for job in planned(options, Path())]
    assert made[:2] == [("city_common", "ours", 2), ("city_full", "ours", 2)]
    assert made[2:] == [
        (family, solver if solver == "ours" else solver + fill, 5)
        for family, fill in (("city_common", ""), ("city_full", "+fill"))
        for solver in ("ours", "vroom", "ortools", "vrp-cli")
    ]
    assert entries_of("peers", "vroom", "3") == [("vroom", 3)]


def test_absent_peers_are_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The reason goes to stderr."""

    class Absent:
        def version(self) -> str:
            raise BenchmarkError("it is not installed; pip install it")

    monkeypatch.setattr(run_command, "solver_named", lambda name: Absent())
    assert not run_command.is_there("vroom")
    assert capsys.readouterr().err == "left out: it is not installed; pip install it\n"


def city(
    instance: str, solver: str, limit: float, first: int, value: float, **changes: Any
) -> dict[str, Any]:
    """A result line of a generated day."""
    return record(
        instance,
        None,
        family="city_full",
        solver=solver,
        time_limit=limit,
        first=first,
        value=value,
        best_known=None,
        wall_seconds=limit,
        plan_status="optimal" if solver == "ours" else "feasible",
        parts={"unassigned": 1.0, "late": 2.0, "travel_minutes": 100.0},
        **changes,
    )


def test_table_sums_by_size_and_solver() -> None:
    """Two days of 100: 3 + 4 points and 100 + 120.5 minutes; a rejected plan counts as no result."""
    found = rows(
        [
            city("100-1", "ours", 10, 3, 100.0),
            city("100-2", "ours", 10, 4, 120.5),
            city("200-1", "vroom+fill", 60, 9, 500.0),
            city("200-2", "vroom+fill", 60, 9, 500.0, checker_ok=False),
            city("200-1", "pyvrp+fill", 60, 0, 0, status="unsupported", detail="breaks"),
        ]
    )
    assert found[0] == ["city_full", "100", "ours", "10 s", "2", "0", "7", "220", "2", "4", "2", "10.0"]
    assert found[1][:6] == ["city_full", "200", "pyvrp+fill", "60 s", "1", "unsupported: breaks"]
    assert found[2][:8] == ["city_full", "200", "vroom+fill", "60 s", "2", "1", "9", "500"]


def test_every_loss_is_shown() -> None:
    """Fewer points win, then less cost; equal plans are no loss, and a day without a peer is not compared."""
    records = [
        city("100-1", "ours", 10, 3, 100.0),
        city("100-1", "vroom", 60, 3, 99.5),
        city("100-1", "ortools", 60, 4, 10.0),
        city("100-2", "ours", 10, 2, 100.0),
        city("100-2", "vroom", 60, 2, 100.0),
        city("100-3", "ours", 10, 2, 100.0),
        city("100-3", "vroom", 60, 0, 0.0, status="unsupported", detail="breaks"),
    ]
    expected = ["100-1 (3 / 100.0 against 3 / 99.5 of vroom)"]
    assert losses(records, ("ours", 10)) == (2, expected)
    assert losses_text(records) == f"- `city_full`, ours 10 s: behind a peer on 1 of 2 days: {expected[0]}"
    assert losses_text(records[:1]) == ""


def test_summary_and_report_show_generated_days(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Published sets and generated days stand in tables of their own."""
    from benchmarks.results import append_result

    out, page = tmp_path / "r.jsonl", tmp_path / "r.html"
    for line in (record("R101"), city("100-1", "ours", 10, 3, 100.0)):
        append_result(out, line)
    assert main(["summary", str(out)]) == 0
    said = capsys.readouterr().out
    assert "| vrptw_solomon | 10 s | ours |" in said
    assert "| city_full | 100 | ours | 10 s |" in said
    assert main(["report", str(out), "-o", str(page)]) == 0
    text = page.read_text(encoding="utf-8")
    assert "SLA penalty 3, cost 100.0" in text
    assert "<td>city_full</td><td>100</td>" in text
    assert published([record("R101"), city("100-1", "ours", 10, 3, 100.0)]) == [record("R101")]
