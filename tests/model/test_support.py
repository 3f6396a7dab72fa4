"""Fields that are not built yet: refused when used, accepted at their default."""

from __future__ import annotations

from typing import Any

import pytest
from tiny import findings_of, tiny, with_technician, with_ticket

from dispatch_engine.model.problem import Problem
from dispatch_engine.model.support import NOT_BUILT

SQUARE = [{"lat": 1, "lon": 1}, {"lat": 1, "lon": 2}, {"lat": 2, "lon": 2}]
DEPOT = {"id": "D1", "location": {"lat": 31, "lon": 121}, "stock": {"fan": None}, "restock_minutes": 15}

USED: list[tuple[dict[str, Any], str]] = [
    (tiny(depots=[DEPOT]), "/depots"),
    (with_technician(restock_between_shifts=False), "/technicians/0/restock_between_shifts"),
    (with_ticket(setup_minutes=5), "/tickets/0/setup_minutes"),
    (with_ticket(crew_size=2), "/tickets/0/crew_size"),
    (with_ticket(crew_skills="together"), "/tickets/0/crew_skills"),
    (with_ticket(after=[{"ticket": "K2", "from": "start"}]), "/tickets/0/after"),
    (with_ticket(same_start_as="K2"), "/tickets/0/same_start_as"),
    (with_ticket(same_technician_as="K2"), "/tickets/0/same_technician_as"),
    (with_ticket(different_technician_from="K2"), "/tickets/0/different_technician_from"),
    (tiny(travel={"provider": "osrm", "url": "http://localhost:5000"}), "/travel/provider"),
    (tiny(travel={"provider": "valhalla", "graph": "tiles"}), "/travel/provider"),
]


@pytest.mark.parametrize(("document", "where"), USED, ids=[where for _, where in USED])
def test_use_is_refused(document: dict[str, Any], where: str) -> None:
    """A field of the format that does nothing yet is refused with a clear code, never ignored."""
    (finding,) = findings_of(document)
    assert (finding.pointer, finding.code) == (where, "unsupported_field")
    assert "is not supported by this version yet" in finding.message


def test_every_row_of_the_table_is_tested() -> None:
    """Each field of the table has a problem above that uses it."""
    tested = {where.rsplit("/", 1)[1] for _, where in USED}
    assert {field for fields in NOT_BUILT.values() for field in fields} <= tested


def test_defaults_written_out_are_fine() -> None:
    """A sender that writes every field with its default is not punished."""
    document = tiny(depots=[])
    document["technicians"][0].update(restock_between_shifts=True)
    document["tickets"][0].update(
        setup_minutes=0,
        crew_size=1,
        crew_skills="each",
        after=[],
        same_start_as=None,
        same_technician_as=None,
        different_technician_from=None,
    )
    assert Problem.from_dict(document).tickets[0].crew_size == 1


def test_bad_shapes_of_unbuilt_fields_are_told_as_such() -> None:
    """What is not built is still modelled: a bad value is a field error."""
    (finding,) = findings_of(with_ticket(after=[{"ticket": "K2", "from": "middle"}]))
    assert (finding.pointer, finding.code) == ("/tickets/0/after/0/from", "unknown_value")
    assert "use 'start' or 'end'" in finding.message
