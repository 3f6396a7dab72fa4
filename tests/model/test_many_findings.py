"""Documents with very many faults: told by examples with true places, in bounded time and memory."""

from __future__ import annotations

import json

import pytest

from dispatch_engine.errors import InputError
from dispatch_engine.model.base import MOST_FINDINGS
from dispatch_engine.model.problem import Problem

PLACE = {"lat": 31.2, "lon": 121.4}


def ticket(number: int, **more: object) -> dict[str, object]:
    return {"id": f"K{number}", "location": PLACE, "duration_minutes": 5, **more}


def findings(document: object) -> list[tuple[str, str]]:
    with pytest.raises(InputError) as caught:
        Problem.from_json(json.dumps(document))
    return [(finding.pointer, finding.code) for finding in caught.value.findings]


def test_many_unknown_fields_are_told_by_examples() -> None:
    """12,000 tickets with a misspelt field: the first 50, with their places, and how many things there are."""
    document = {"technicians": [], "tickets": [ticket(i, skils={}) for i in range(12_000)]}
    found = findings(document)
    assert found == [
        ("", "too_many_findings"),
        *((f"/tickets/{i}/skils", "unknown_field") for i in range(50)),
    ]
    with pytest.raises(InputError, match="has 12,000 things that are wrong"):
        Problem.from_dict(document)


def test_faults_behind_the_first_items_are_at_least_counted() -> None:
    """Only tickets from the 100th on are bad: no example has been looked at, the count is right."""
    tickets = [ticket(i) for i in range(100)] + [{} for _ in range(4_000)]
    assert findings({"technicians": [], "tickets": tickets}) == [("", "too_many_findings")]


def test_many_bad_references_end_with_a_word_about_the_rest() -> None:
    """200 tickets with 100 unknown technicians each: the first 10,000 and a word."""
    names = [f"T{i}" for i in range(100)]
    tickets = [ticket(i, required_technicians=names) for i in range(200)]
    found = findings({"technicians": [], "tickets": tickets})
    assert len(found) == MOST_FINDINGS + 1
    assert found[0] == ("/tickets/0/required_technicians/0", "unknown_reference")
    assert found[-1] == ("", "too_many_findings")


def test_many_keys_given_twice_end_with_a_word_about_the_rest() -> None:
    """20,000 keys, each twice."""
    pairs = ",".join(f'"k{i}":1,"k{i}":2' for i in range(20_000))
    with pytest.raises(InputError) as caught:
        Problem.from_json(f"{{{pairs}}}")
    codes = [finding.code for finding in caught.value.findings]
    assert codes == ["duplicate_key"] * MOST_FINDINGS + ["too_many_findings"]


def test_a_name_is_suggested_for_the_first_unknown_fields_only() -> None:
    """To look for what was meant takes a millisecond each."""
    document = {"technicians": [], "tickets": [ticket(i, skils={}) for i in range(60)]}
    with pytest.raises(InputError) as caught:
        Problem.from_dict(document)
    messages = [finding.message for finding in caught.value.findings]
    assert messages[0] == "is no field; did you mean 'skills'?"
    assert messages[-1] == "is no field; remove it"
