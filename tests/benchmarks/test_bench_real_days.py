"""Two real rural days come close to their best known plans in a few seconds, where the files are present."""

from __future__ import annotations

import pytest

from benchmarks.errors import BenchmarkError
from benchmarks.instances import instances_folder
from benchmarks.real_days_command import MOST_PERCENT, DayResult, solve_day

SECONDS = 3.0


def test_verdict_of_a_day() -> None:
    """Within 3 % and no more unserved than listed is good; a broken rule never is."""

    def day(gap: float | None, unserved: int, *faults: str) -> DayResult:
        return DayResult("R", 1.0, 1.0, gap, None, unserved, 1, faults)

    assert day(2.9, 1).is_good
    assert not day(3.1, 1).is_good
    assert not day(None, 2).is_good
    assert day(None, 0).is_good
    assert not day(0.0, 1, "late").is_good


@pytest.mark.parametrize("day", ["R6", "R1"])
def test_real_day_is_within_three_percent(day: str) -> None:
    """Imported, solved, accepted by both the checker and the evaluator, and near the best known value."""
    try:
        folder = instances_folder() / "trsp_praxedo"
    except BenchmarkError as error:
        pytest.skip(str(error))
    result = solve_day(folder, day, SECONDS, seed=0, workers=None)
    assert result.faults == ()
    assert result.unserved <= result.listed_unserved
    assert result.gap is not None
    assert result.gap <= MOST_PERCENT
    assert result.net is not None
    assert result.net > result.gap or result.gap <= 0.005
