"""What the contract names and this version does not build yet: refused when used, never ignored."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from dispatch_engine.errors import Finding

if TYPE_CHECKING:
    from dispatch_engine.model.base import Model
    from dispatch_engine.model.problem import Problem

NOT_BUILT: dict[str, dict[str, Any]] = {
    # object       field                       its default: any other value is refused
    "problem": {
        "depots": (),
    },
    "technician": {
        "restock_between_shifts": True,
    },
    "ticket": {
        "setup_minutes": 0,
        "crew_size": 1,
        "crew_skills": "each",
        "after": (),
        "same_start_as": None,
        "same_technician_as": None,
        "different_technician_from": None,
    },
}
"""Fields by object, with the only value that is accepted so far."""

PROVIDERS_NOT_BUILT = ("osrm", "valhalla")


def findings(problem: Problem) -> Iterator[Finding]:
    """A finding for each use of a field that is not built yet."""
    yield from _used("problem", problem, "")
    for i, technician in enumerate(problem.technicians):
        yield from _used("technician", technician, f"/technicians/{i}")
    for i, ticket in enumerate(problem.tickets):
        yield from _used("ticket", ticket, f"/tickets/{i}")
    if problem.travel.provider in PROVIDERS_NOT_BUILT:
        yield _refused("/travel/provider", f"'{problem.travel.provider}'", "use 'geodesic' or 'matrix'")


def _used(kind: str, thing: Model, place: str) -> Iterator[Finding]:
    for field, default in NOT_BUILT[kind].items():
        # A field that was never given has its default; asking the set is much cheaper than comparing.
        if field in thing.model_fields_set and getattr(thing, field) != default:
            yield _refused(f"{place}/{field}", "this value", "leave it out")


def _refused(pointer: str, what: str, cure: str) -> Finding:
    return Finding(pointer, "unsupported_field", f"{what} is not supported by this version yet; {cure}")
