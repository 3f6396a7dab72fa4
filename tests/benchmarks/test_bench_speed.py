"""The speed command: verdicts, table and page; nothing is timed here."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.errors import BenchmarkError
from benchmarks.machine import Machine, cpu_model, git_commit
from benchmarks.measure import Measurement, Target, take
from benchmarks.peak_memory import peak_megabytes
from benchmarks.speed_command import page_text
from benchmarks.tables import markdown, write_between_markers

MACHINE = Machine("A1", 2, "Linux", "3.11.0", {"numpy": "2"}, "0.1.0", "abc", "today", 9.0)


def target(*samples: float, limit: float = 2.0) -> Target:
    """A target whose samples are given."""
    return Target("it", limit, "s", iter(samples).__next__, repeats=len(samples))


def test_best_sample_decides() -> None:
    """The least sample is compared with the limit, which must not be reached."""
    found = take(target(3.0, 1.0, 5.0))
    assert (found.samples, found.best, found.median, found.is_met) == ((3.0, 1.0, 5.0), 1.0, 3.0, True)
    assert not take(target(2.0)).is_met


def test_table_names_what_is_missed() -> None:
    """One row a target, with the machine above."""
    text = page_text(MACHINE, [Measurement(target(), (1.5, 1.0)), Measurement(target(limit=0.5), (1.0,))])
    assert text.splitlines()[0] == (
        "A1, 2 cores, calibration 9.0; Linux; Python 3.11.0; numpy 2; dispatch-engine 0.1.0 (abc); today"
    )
    assert text.splitlines()[-2:] == [
        "| it | < 2 s | 1 s | 1.25 s | 2 | met |",
        "| it | < 0.5 s | 1 s | 1 s | 1 | **missed** |",
    ]


def test_page_is_changed_between_its_markers_only(tmp_path: Path) -> None:
    """The rest of the page stays; a page without the markers is refused."""
    page = tmp_path / "page.md"
    page.write_text("# A\n<!-- t -->\nold\n<!-- /t -->\nend\n", encoding="utf-8")
    write_between_markers(page, "t", markdown(("a", "b"), [("1", "2")]))
    assert page.read_text(encoding="utf-8") == (
        "# A\n<!-- t -->\n| a | b |\n| --- | ---: |\n| 1 | 2 |\n<!-- /t -->\nend\n"
    )
    with pytest.raises(BenchmarkError, match="lacks the lines <!-- u --> and <!-- /u -->"):
        write_between_markers(page, "u", "")


def test_machine_is_known_without_linux_or_git(tmp_path: Path) -> None:
    """A missing /proc or repository gives a word instead of an error."""
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text("processor : 0\nmodel name : Fast 3000\n", encoding="utf-8")
    assert cpu_model(cpuinfo) == "Fast 3000"
    assert cpu_model(tmp_path / "absent") != ""
    assert git_commit(tmp_path / "absent") == "unknown"


def test_peak_is_the_high_water_mark(tmp_path: Path) -> None:
    """``VmHWM`` is in units of 1024 bytes; without /proc the system is asked."""
    status = tmp_path / "status"
    status.write_text("Name:\tpython\nVmHWM:\t  1000 kB\nVmRSS:\t 10 kB\n", encoding="utf-8")
    assert peak_megabytes(status) == pytest.approx(1.024)
    assert peak_megabytes(tmp_path / "absent") > 1
