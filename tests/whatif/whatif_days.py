"""What the tests of variants share: a day of three tickets, and ways to make one change."""

from __future__ import annotations

from typing import Any

import pytest
from worlds import at, problem, technician, ticket, window

from dispatch_engine.errors import Finding, InputError
from dispatch_engine.model.problem import Problem
from dispatch_engine.model.study import Study
from dispatch_engine.whatif.variants import build_problem, build_variants, steps_of


def day(**fields: Any) -> Problem:
    """T0 (tag north, gas 2, one valve) and T1 (tools, a break); K0 wants gas, K1 has a window, K2 prefers T1."""
    north = technician(
        tags=["north"], skills={"gas": 2}, van_stock={"valve": 1}, certifications=[{"name": "gas"}]
    )
    south = technician({"breaks": [{"earliest": at(200), "latest": at(300), "minutes": 30}]}, tools=["saw"])
    tickets = [
        ticket(required_skills={"gas": 1}, priority="high", likely_parts={"valve": 0.5}),
        ticket(time_windows=[window(60, 120)]),
        ticket(preferred_technicians=["T1"], service="inspection"),
    ]
    return problem(tickets, [north, south], **fields)


def study(*variants: Any, **fields: Any) -> Study:
    """A study of variants that are given as lists of changes (ids V0, V1, …) or in full."""
    full = [
        {"id": f"V{i}", "changes": one} if isinstance(one, list) else one for i, one in enumerate(variants)
    ]
    return Study.from_dict({"base": "day.json", "variants": full, **fields})


def changed_day(*changes: Any, base: Problem | None = None) -> Problem:
    """The day with changes made."""
    asked = study(list(changes))
    return build_problem(base or day(), tuple(steps_of(asked, asked.variants[0])))


def findings_of(*changes: Any, base: Problem | None = None) -> tuple[Finding, ...]:
    """What is wrong with a variant of these changes."""
    (built,) = build_variants(study(list(changes)), base or day())
    assert built.problem is None
    return built.findings


def bad_study(document: dict[str, Any]) -> list[str]:
    """Pointer and code of every finding of a malformed file."""
    with pytest.raises(InputError) as caught:
        Study.from_dict(document)
    return [f"{finding.pointer} {finding.code}" for finding in caught.value.findings]
