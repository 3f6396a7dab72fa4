"""Where instance files are looked for, and what published values say."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from benchmarks.errors import BenchmarkError
from benchmarks.families.evaluation import Evaluation
from benchmarks.families.register import family_named
from benchmarks.gaps import comparable_gap, gap_percent, net_gap, percent
from benchmarks.instances import (
    BestKnown,
    best_known,
    family_folder,
    instance_file,
    instances_folder,
    read_text,
)


def test_folder_is_given_or_named_by_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The option wins over the variable."""
    other = tmp_path / "other"
    other.mkdir()
    monkeypatch.setenv("DISPATCH_INSTANCES", str(tmp_path))
    assert instances_folder() == tmp_path
    assert instances_folder(str(other)) == other


def test_missing_files_are_told_with_a_cure(tmp_path: Path) -> None:
    """The message names the place and how to get the files."""
    with pytest.raises(BenchmarkError, match=r"no instance files at .*nowhere.*fetch.*--instances DIR"):
        instances_folder(str(tmp_path / "nowhere"))
    with pytest.raises(BenchmarkError, match=r"no folder .*sdvrptw.*fetch"):
        family_folder(tmp_path, "sdvrptw")
    with pytest.raises(BenchmarkError, match=r"no file .*X1\.txt; check the name"):
        instance_file(tmp_path, "X1", ".txt")
    with pytest.raises(BenchmarkError, match="'vrptw' is no benchmark family; there are: trsp_praxedo, "):
        family_named("vrptw")


def test_packed_files_are_read(tmp_path: Path) -> None:
    """A name that ends in .gz is unpacked."""
    path = tmp_path / "a.txt.gz"
    path.write_bytes(gzip.compress(b"hello"))
    assert read_text(instance_file(tmp_path, "a", ".txt", ".txt.gz")) == "hello"


def test_published_values_are_read(tmp_path: Path) -> None:
    """What is counted before the value stands in the source or in the vehicles."""
    path = tmp_path / "bks.csv"
    path.write_text('instance,value,vehicles,source\nR5,3595.4831,7,"log; unserved=1; re-verified"\n')
    assert best_known(path)["R5"] == BestKnown(3595.4831, 0, "log; unserved=1; re-verified")
    assert best_known(path, "unserved")["R5"].first == 1
    assert best_known(path, "vehicles")["R5"].first == 7
    assert best_known(tmp_path / "absent.csv") == {}


def test_gaps() -> None:
    """The gap net of service is larger: the same difference over less."""
    best, stored = BestKnown(1000, 0, ""), Evaluation(1000, (), constant=800)
    found = Evaluation(1010, (), constant=800)
    # 10 of 1000 is 1 %; 10 of the 200 that can change is 5 %.
    assert comparable_gap(found, best) == pytest.approx(1.0)
    assert net_gap(found, best, stored) == pytest.approx(5.0)
    assert net_gap(found, best, None) is None


def test_gap_needs_the_same_count_and_a_feasible_plan() -> None:
    """A plan that serves less, or breaks a rule, has no gap."""
    best = BestKnown(1000, 0, "")
    assert comparable_gap(Evaluation(900, (), first=1), best) is None
    assert comparable_gap(Evaluation(900, ("late",)), best) is None
    assert (gap_percent(0, 0), gap_percent(1, 0)) == (0.0, None)
    assert (percent(1.234), percent(-0.001), percent(None)) == ("1.23 %", "0.00 %", "–")
