"""The what-if file: strict, with every fault of it named by its place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tiny import tiny

from dispatch_engine.errors import InputError
from dispatch_engine.model.study import DEFAULT_SEEDS, Study


def faults(variants: list[Any], **fields: Any) -> list[str]:
    """Pointer and code of what is wrong with a file."""
    with pytest.raises(InputError) as caught:
        Study.from_dict({"base": tiny(), "variants": variants, **fields})
    return [f"{finding.pointer} {finding.code}" for finding in caught.value.findings]


def changes(*steps: Any) -> list[Any]:
    """One variant of these changes."""
    return [{"id": "a", "changes": list(steps)}]


def test_a_number_of_seeds_stands_for_the_first_ones() -> None:
    """3 is 0, 1, 2; a list stays; without it there are five."""
    asked = Study.from_dict({"base": tiny(), "variants": [], "seeds": 3})
    assert asked.seeds == (0, 1, 2)
    assert Study.from_dict({"base": tiny(), "variants": [], "seeds": [7, 9]}).seeds == (7, 9)
    assert Study.from_dict({"base": tiny(), "variants": []}).seeds == DEFAULT_SEEDS


def test_seeds_are_counted_once() -> None:
    """The same seed twice would look like certainty; none at all is refused too."""
    assert faults([], seeds=[1, 2, 1]) == ["/seeds/2 duplicate_id"]
    assert faults([], seeds=0) == ["/seeds out_of_range"]
    assert faults([], seeds=True) == ["/seeds wrong_type"]


def test_faults_of_changes_are_pointed_at() -> None:
    """Kind, selector, values, and changes that change nothing; all at once."""
    assert faults(
        changes(
            {"change": "fly"},
            {"change": "absence", "technicians": {"wheer": {}}},
            {"change": "skills", "technicians": "all"},
            {"change": "van_stock", "technicians": "some", "add": {"valve": 1.5}},
            {"change": "speed", "factor": 0},
            {"change": "time_windows", "width_minutes": 5, "open_earlier_minutes": 5},
        )
    ) == [
        "/variants/0/changes/0 unknown_value",
        "/variants/0/changes/1/technicians/where missing_field",
        "/variants/0/changes/1/technicians/wheer unknown_field",
        "/variants/0/changes/2 missing_field",
        "/variants/0/changes/3/technicians unknown_value",
        "/variants/0/changes/3/add/valve wrong_type",
        "/variants/0/changes/4/factor out_of_range",
        "/variants/0/changes/5/width_minutes conflicting_fields",
    ]


def test_ids_are_unique_and_not_base() -> None:
    """`base` is the problem as it is."""
    found = faults([{"id": "base"}, {"id": "a"}, {"id": "a"}])
    assert found == ["/variants/0/id duplicate_id", "/variants/2/id duplicate_id"]


def test_variants_that_are_named_exist() -> None:
    """In builds_on and in compare_with."""
    found = faults([{"id": "a", "builds_on": ["b"]}], compare_with="c")
    assert found == ["/compare_with unknown_reference", "/variants/0/builds_on/0 unknown_reference"]


def test_circles_are_refused() -> None:
    """a builds on b, b on c, c on b: the first of the circle, or of those above it, is named."""
    circle = [{"id": "b", "builds_on": "c"}, {"id": "c", "builds_on": "b"}]
    assert faults([{"id": "free"}, *circle]) == ["/variants/1/builds_on circular_variants"]


def test_faults_of_the_base_begin_with_its_name() -> None:
    """Inline by pointer; of a file in the message."""
    asked = Study.from_dict({"base": tiny(tickets=[{"id": "K1"}]), "variants": []})
    with pytest.raises(InputError) as caught:
        asked.base_problem()
    assert caught.value.findings[0].pointer.startswith("/base/tickets/0/")


def test_a_path_is_read_only_from_a_file(tmp_path: Path) -> None:
    """Over a call the problem itself must be sent; beside a file its folder counts."""
    asked = Study.from_dict({"base": "day.json", "variants": []})
    with pytest.raises(InputError) as caught:
        asked.base_problem()
    assert [(f.pointer, f.code) for f in caught.value.findings] == [("/base", "path_not_allowed")]
    with pytest.raises(InputError) as caught:
        asked.base_problem(tmp_path)
    assert [(f.pointer, f.code) for f in caught.value.findings] == [("/base", "not_a_file")]
