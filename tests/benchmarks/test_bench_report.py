"""Pictures and the HTML page of result files."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import pytest
from bench_records import record

from benchmarks.commands import main
from benchmarks.errors import BenchmarkError
from benchmarks.plots import draw_all
from benchmarks.report_command import page
from benchmarks.results import append_result


class Balance(HTMLParser):
    """Counts tags that stay open and scripts."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.scripts = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.scripts += tag == "script"
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_page_holds_every_run_and_escapes_texts() -> None:
    """A hostile instance name stays text."""
    hostile = record("<script>alert(1)</script>", 1.0)
    text = page([record("R101", 0.5), hostile], [])
    parser = Balance()
    parser.feed(text)
    assert (parser.open, parser.scripts) == ([], 0)
    assert "R101" in text
    assert "&lt;script&gt;alert(1)" in text
    assert "least total distance; distances and travel times truncated to one decimal" in text


def test_report_is_written_without_matplotlib_too(tmp_path: Path) -> None:
    """The page is complete either way, and no results are an error."""
    results, out = tmp_path / "r.jsonl", tmp_path / "page.html"
    assert main(["report", str(results), "-o", str(out)]) == 2
    append_result(results, record("R101"))
    assert main(["report", str(results), "-o", str(out)]) == 0
    assert out.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_pictures_are_drawn_in_both_formats(tmp_path: Path) -> None:
    """Three pictures with two solvers, two with one; nothing to draw is said."""
    pytest.importorskip("matplotlib")
    ours = [record(name, gap) for name, gap in (("R101", 0.0), ("R102", 2.0))]
    theirs = [record(name, 1.0, solver="pyvrp") for name in ("R101", "R102")]
    names = {file.name for file in draw_all([*ours, *theirs], tmp_path)}
    assert names == {
        f"{name}.{suffix}"
        for name in ("performance-profile", "gap-over-time", "instance-by-instance")
        for suffix in ("png", "svg")
    }
    assert len(draw_all(ours, tmp_path)) == 4
    with pytest.raises(BenchmarkError, match="no run of a published set gave a plan"):
        draw_all([record("R101", status="killed")], tmp_path)
