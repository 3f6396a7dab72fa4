"""Two result files side by side: what is significant, what is lost, and the exit code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from bench_records import record

from benchmarks.commands import main
from benchmarks.compare_command import compare
from benchmarks.results import append_result

NAMES = [f"R1{number:02}" for number in range(8)]


def test_consistent_loss_is_a_regression() -> None:
    """Eight of eight instances worse: p = 2 / 2^8."""
    before = [record(name, 1.0) for name in NAMES]
    after = [record(name, 1.1 + k / 100) for k, name in enumerate(NAMES)]
    found = compare(before, after)[0]
    assert (found.p, found.verdict) == (pytest.approx(2 / 256), "regression")
    assert compare(after, before)[0].verdict == "better"
    assert compare(before, before)[0].verdict == "no difference"


def test_seeds_are_averaged_before_they_are_paired() -> None:
    """Eight seeds of one instance are one pair, which proves nothing."""
    before = [record("R101", 1.0, seed=seed) for seed in range(8)]
    after = [record("R101", 2.0, seed=seed) for seed in range(8)]
    found = compare(before, after)[0]
    assert (len(found.before), found.verdict) == (1, "no difference")


def test_lost_plans_are_a_regression_whatever_the_gaps() -> None:
    """A run that fails now, is rejected, or serves less."""
    before = [record(name, 1.0) for name in NAMES]
    for worse in ({"status": "killed"}, {"checker_ok": False}, {"first": 1, "gap_percent": None}):
        after = [record(NAMES[0], 0.5, **worse), *(record(name, 0.5) for name in NAMES[1:])]
        assert compare(before, after)[0].verdict == "regression: 1 runs lost"


def test_exit_code_says_whether_something_got_worse(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """1 with a table that marks it, 0 otherwise, 2 where nothing can be compared."""
    old, new, other = tmp_path / "old.jsonl", tmp_path / "new.jsonl", tmp_path / "other.jsonl"
    for k, name in enumerate(NAMES):
        append_result(old, record(name, 1.0))
        append_result(new, record(name, 2.0 + k / 100))
        append_result(other, record(name, 2.0, time_limit=60.0))
    assert main(["compare", str(old), str(new)]) == 1
    assert "| 0.008 | **regression** |" in capsys.readouterr().out
    assert main(["compare", str(new), str(old)]) == 0
    assert main(["compare", str(old), str(other)]) == 2
    assert "no run in common" in capsys.readouterr().err


def test_several_solvers_must_be_chosen_from(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One file may hold ours and a peer: the sides are then named."""
    path = tmp_path / "both.jsonl"
    append_result(path, record("R101", 1.0))
    append_result(path, record("R101", 2.0, solver="pyvrp"))
    assert main(["compare", str(path), str(path)]) == 2
    assert "holds several solvers (ours, pyvrp)" in capsys.readouterr().err
    sides = ["--solver-before", "ours", "--solver-after", "pyvrp"]
    assert main(["compare", str(path), str(path), *sides]) == 0


def test_days_without_published_values_are_compared_tier_by_tier() -> None:
    """SLA penalty first; costs only of the day where it stayed the same; a plan that is gone is a regression."""

    def day(instance: str, first: int, value: float, **changes: Any) -> dict[str, Any]:
        said = {"family": "city_full", "best_known": None, "first": first, "value": value}
        return record(instance, None, **{**said, **changes})

    before = [day("100-1", 4, 100.0), day("100-2", 3, 100.0)]
    points, cost = compare(before, [day("100-1", 3, 150.0), day("100-2", 3, 90.0)])
    assert (points.family, points.before, points.after) == ("city_full: SLA penalty", (4, 3), (3, 3))
    assert (cost.family, cost.before, cost.after) == (
        "city_full: cost minutes at the same penalty", (100.0,), (90.0,)
    )  # fmt: skip
    assert points.cells()[3:6] == ["3.500", "3.000", "-0.500"]
    gone, _ = compare(before, [day("100-1", 4, 100.0), day("100-2", 3, 100.0, checker_ok=False)])
    assert gone.verdict == "regression: 1 runs lost"
