"""All that the page shows, but for the long runs, is measured by one command."""

from __future__ import annotations

import re

from benchmarks.machine import CHECKOUT
from benchmarks.refresh_command import LONG, refresh


def test_every_marked_place_of_the_page_is_refreshed() -> None:
    """Each step writes one place, and a step that says no decides the exit code."""
    steps: list[list[str]] = []

    def run(step: list[str]) -> int:
        steps.append(step)
        return int(step[0] == "verify")

    assert refresh(run, ["--instances", "there"]) == 1
    assert [step[0] for step in steps] == ["speed", "imports", "real-days", "verify", "run", "summary"]
    assert all("there" in step for step in steps[2:5])
    page = (CHECKOUT / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    places = set(re.findall(r"<!-- ([a-z-]+) -->", page)) - set(LONG)
    assert places == {"speed", "imports", "real-days", "verify", "runs"}
    assert sum("--write-docs" in step for step in steps) == len(places)
