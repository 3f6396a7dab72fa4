"""Selectors: who is meant, and what is said when nobody is."""

from __future__ import annotations

from typing import Any

import pytest
from whatif_days import changed_day, day, findings_of

from dispatch_engine.model.problem import Problem


def who(selector: Any, base: Problem | None = None) -> list[str]:
    """Ids of the technicians whom a selector means."""
    change = {"change": "set_technicians", "technicians": selector, "set": {"name": "Chosen"}}
    return [one.id for one in changed_day(change, base=base).technicians if one.name == "Chosen"]


def which(where: dict[str, Any]) -> list[str]:
    """Ids of the tickets that fit."""
    change = {"change": "set_tickets", "tickets": {"where": where}, "set": {"name": "Chosen"}}
    return [one.id for one in changed_day(change).tickets if one.name == "Chosen"]


def test_all_and_ids() -> None:
    """`all`, and a list of ids."""
    assert who("all") == ["T0", "T1"]
    assert who(["T1"]) == ["T1"]


@pytest.mark.parametrize(
    "where",
    [
        {"id": "T0"},
        {"tags": ["south", "north"]},
        {"skills": "gas"},
        {"certifications": "gas"},
        {"parts": "valve"},
        {"id": ["T0", "T1"], "tags": "north"},
    ],
)
def test_properties_of_technicians(where: dict[str, Any]) -> None:
    """Each of them fits T0 only; of a list of words one is enough, of conditions all count."""
    assert who({"where": where}) == ["T0"]


@pytest.mark.parametrize(
    "where",
    [
        {"priority": "high"},
        {"priority": ["high", "low"], "fault": "simple", "zone": "urban"},
        {"skills": "gas"},
        {"parts": "valve"},
    ],
)
def test_properties_of_tickets(where: dict[str, Any]) -> None:
    """Each of them fits K0 only."""
    assert which(where) == ["K0"]


def test_near_asks_for_coordinates() -> None:
    """One degree of latitude is 111 km; who has no coordinates is near nothing."""
    far, close = (
        {"id": name, "start": {"lat": lat, "lon": 121.0}, "shifts": []}
        for name, lat in (("far", 32.0), ("close", 31.01))
    )
    base = Problem.from_dict({"technicians": [far, close], "tickets": []})
    near = {"near": {"lat": 31.0, "lon": 121.0, "km": 100}}
    assert who({"where": near}, base) == ["close"]
    (finding,) = findings_of({"change": "speed", "technicians": {"where": near}, "factor": 2})
    assert finding.code == "matches_nothing"


def test_a_draw_repeats_for_its_seed() -> None:
    """One of two, the same each time; another seed draws the other sooner or later."""
    drawn = [tuple(who({"where": {}, "take": 1, "seed": seed})) for seed in range(20)]
    assert drawn[0] == tuple(who({"where": {}, "take": 1, "seed": 0}))
    assert set(drawn) == {("T0",), ("T1",)}


def test_too_many_cannot_be_drawn() -> None:
    """Two fit, three are asked for."""
    (finding,) = findings_of({"change": "absence", "technicians": {"where": {}, "take": 3}})
    assert (finding.pointer, finding.code) == ("/variants/0/changes/0/technicians/take", "out_of_range")
    assert finding.message == "3 cannot be drawn: only 2 technicians fit; lessen take"


def test_nothing_fits() -> None:
    """The place of the selector is named, and among how many it looked."""
    (finding,) = findings_of({"change": "absence", "technicians": {"where": {"tags": "nroth"}}})
    assert finding.pointer == "/variants/0/changes/0/technicians/where"
    assert finding.message == "fits none of the 2 technicians; correct the selector, or leave the change out"


def test_unknown_ids_are_all_named() -> None:
    """Each with its own place."""
    found = findings_of({"change": "absence", "technicians": ["T7", "T0", "T8"]})
    assert [(f.pointer[-14:], f.code) for f in found] == [
        ("/technicians/0", "unknown_reference"),
        ("/technicians/2", "unknown_reference"),
    ]


def test_there_is_no_depot_to_choose() -> None:
    """`all` of none is nothing."""
    assert day().depots == ()
    (finding,) = findings_of({"change": "depot_stock", "set": {"valve": 3}})
    assert (finding.pointer, finding.code) == ("/variants/0/changes/0/depots", "matches_nothing")
