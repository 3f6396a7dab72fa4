"""Jobs, result files and summaries."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench_records import record

from benchmarks.errors import BenchmarkError
from benchmarks.jobs import Job, limits, numbers
from benchmarks.results import append_result, read_results
from benchmarks.summary import class_mean, is_good, table


def test_lists_of_seeds_and_limits() -> None:
    """Ranges and single numbers; anything else is refused with an example."""
    assert numbers("0-2,7") == [0, 1, 2, 7]
    assert limits("10,60") == [10.0, 60.0]
    with pytest.raises(BenchmarkError, match=r"'0\.\.4' is no list of seeds; write 0-4"):
        numbers("0..4")
    for bad in ("", "ten", "-1", "inf"):
        with pytest.raises(BenchmarkError, match="is no list of time limits; write 10,60"):
            limits(bad)


def test_results_are_appended_and_found_again(tmp_path: Path) -> None:
    """A line per run; the job is read back from it."""
    path = tmp_path / "deep" / "r.jsonl"
    assert read_results(path) == []
    append_result(path, record("R101"))
    append_result(path, record("R102"))
    jobs = [Job.of(found) for found in read_results(path)]
    assert jobs == [Job("vrptw_solomon", name, "ours", 10.0, 0, 2) for name in ("R101", "R102")]


def test_cut_off_last_line_is_made_again(tmp_path: Path) -> None:
    """A crash in the middle of a line costs that run only; any other broken line is an error."""
    path = tmp_path / "r.jsonl"
    append_result(path, record("R101"))
    with path.open("a", encoding="utf-8") as stream:
        stream.write('{"family": "vrp')
    assert len(read_results(path)) == 1
    append_result(path, record("R102"))
    assert len(read_results(path)) == 2
    path.write_text("nonsense\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(BenchmarkError, match=r"r\.jsonl:1: no result line"):
        read_results(path)


def test_means_go_by_seed_instance_and_class() -> None:
    """Many instances of one class do not outweigh another class."""
    runs = [
        record("R101", 1.0, seed=0),
        record("R101", 3.0, seed=1),
        record("R102", 4.0),
        record("C101", 9.0),
    ]
    # R101: 2, R102: 4, class R1: 3; class C1: 9; together 6.
    assert class_mean(runs, "gap_percent") == pytest.approx(6.0)
    assert class_mean(runs, "net_gap_percent") is None


def test_table_tells_failures_and_what_is_unsupported() -> None:
    """Rejected plans count as no result; a family that cannot be expressed says why."""
    rejected = record("R103", 0.0, checker_ok=False)
    assert not is_good(rejected)
    unsupported = {
        **record("PR02"),
        "family": "sdvrptw",
        "status": "unsupported",
        "detail": "max_work_minutes",
    }
    lines = table([record("R101", 0.0), rejected, unsupported]).splitlines()
    assert lines[2] == "| vrptw_solomon | 10 s | ours | 2 | 1 | 0.00 % | – | 2.00 | 1 | 0 | 100 |"
    assert lines[3].startswith("| sdvrptw | 10 s | ours | 1 | unsupported: max_work_minutes | – |")
