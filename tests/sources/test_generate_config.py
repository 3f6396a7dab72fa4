"""Recipes: strict fields, mixes that can be drawn from, errors with pointers."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from dispatch_engine.errors import Finding, InputError
from dispatch_engine.model.files import read_document
from dispatch_engine.sources.generate_config import GenerateConfig

SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"


def document() -> Any:
    return copy.deepcopy(read_document(SCENARIOS / "shanghai-weekday.yaml"))


def finding(changed: Any) -> Finding:
    with pytest.raises(InputError) as caught:
        GenerateConfig.from_dict(changed)
    (only,) = caught.value.findings
    return only


def test_shipped_recipes_are_sound() -> None:
    """Both read, and say how large their day is."""
    sizes = {
        path.stem: (config.tickets, config.technicians)
        for path in SCENARIOS.glob("*.yaml")
        for config in [GenerateConfig.from_file(path)]
    }
    assert sizes == {"shanghai-weekday": (120, 20), "storm-day": (300, 20)}


def test_certificates_of_services_are_listed_once() -> None:
    """Only installation asks for one in every trade."""
    assert GenerateConfig.from_dict(document()).certifications == ("electrician",)


def test_unknown_keys_are_refused_with_their_place() -> None:
    """A slip of the pen deep in the recipe is found."""
    changed = document()
    changed["staff"]["certifed"] = 0.9
    assert finding(changed).pointer == "/staff/certifed"
    assert "did you mean 'certified'?" in finding(changed).message


def test_a_mix_of_zeros_is_refused() -> None:
    """Nothing could be drawn from it."""
    changed = document()
    changed["demand"]["levels"] = [0, 0, 0]
    told = finding(changed)
    assert (told.pointer, told.code) == ("/demand/levels", "out_of_range")
    assert told.message == "has shares that are all 0; make one of them positive"


def test_a_zone_without_speed_is_refused() -> None:
    """Nobody could drive there."""
    changed = document()
    changed["areas"][2]["zone"] = "island"
    told = finding(changed)
    assert (told.pointer, told.message) == ("/areas/2/zone", "'island' has no speed; add it to speed_kmh")


def test_a_shift_that_ends_before_it_starts_is_refused() -> None:
    """With both times."""
    changed = document()
    changed["shifts"][1]["end"] = "09:00"
    told = finding(changed)
    assert told.pointer == "/shifts/1/end"
    assert told.message == "ends at 09:00, not after its start at 10:00; correct one of them"


def test_appointments_in_wrong_order_are_refused() -> None:
    """The last one is not before the first one."""
    changed = document()
    changed["demand"]["appointments_until"] = "08:00"
    told = finding(changed)
    assert told.pointer == "/demand/appointments_until"
    assert told.message == "08:00 is before appointments_from; correct one of them"


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        (("tickets",), -1, "out_of_range"),
        (("tickets",), 1_000_000, "out_of_range"),
        (("detour_factor",), 0.5, "out_of_range"),
        (("staff", "expired"), 1.5, "out_of_range"),
        (("areas", 0, "radius_km"), 0, "out_of_range"),
        (("areas",), [], "out_of_range"),
        (("day",), "2026-02-30", "bad_time"),
        (("demand", "appointments_from"), "8:30", "bad_id"),
        (("seed",), "one", "wrong_type"),
    ],
)
def test_values_out_of_bounds_are_refused(path: tuple[Any, ...], value: Any, code: str) -> None:
    """One bad value in an otherwise sound recipe."""
    changed = document()
    inner = changed
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    told = finding(changed)
    assert told.pointer == "/" + "/".join(map(str, path))
    assert told.code == code
