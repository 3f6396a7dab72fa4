"""Hypothesis strategies for small random problems that mix all rules; shared by every test that needs one.

>>> problems(max_technicians=3, max_tickets=6, mode="sla_first")  # -> SearchStrategy[Problem]
>>> problem_documents(...)                                        # the same as plain JSON objects, to
change first

Parameters of both (all optional):

max_technicians, max_tickets, min_tickets : sizes; technicians may be 0, tickets ``min_tickets`` (default 0)
    or more.
mode : ``"sla_first"``, ``"cost"`` or ``"working_time"``; None draws one.
travel : ``"matrix"`` (integers of seconds, no triangle inequality, some legs null) or ``"geodesic"``; None
    draws one.
max_breaks : breaks a shift has at most (0 to 2).
plain : True leaves out what closes pairs (skills, certificates, tags, tools, named technicians), so that
    routes
    get long and times, breaks, parts and prices matter.
under_way : True adds pins, and perhaps a base plan (see `running_days.py`), False does not; None draws.

Days are short (3 to 7 hours from 08:00 at +08:00, some with a second shift on the next day, some shifts over
midnight) and times lie on a grid of 5 minutes with a few odd seconds, so that limits are often met to the
second.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy
from running_days import put_under_way

from dispatch_engine.model.problem import Problem

MORNING = datetime.fromisoformat("2026-11-23T08:00:00+08:00")
DAY = 24 * 60
SKILLS = ("electric", "gas")
PARTS = ("board", "fan")
PRIORITIES = ("low", "normal", "high", "emergency")
Document = dict[str, Any]


def at(minutes: float) -> str:
    """The moment ``minutes`` after 08:00 of the first day, as the JSON writes it."""
    return (MORNING + timedelta(minutes=minutes)).isoformat()


def problems(
    max_technicians: int = 3,
    max_tickets: int = 6,
    mode: str | None = None,
    travel: str | None = None,
    max_breaks: int = 2,
    min_tickets: int = 0,
    plain: bool = False,
    under_way: bool | None = None,
) -> SearchStrategy[Problem]:
    """Small random problems; see the module's docstring for the parameters."""
    documents = problem_documents(
        max_technicians, max_tickets, mode, travel, max_breaks, min_tickets, plain, under_way
    )
    return documents.map(Problem.from_dict)


@st.composite
def problem_documents(
    draw: DrawFn,
    max_technicians: int = 3,
    max_tickets: int = 6,
    mode: str | None = None,
    travel: str | None = None,
    max_breaks: int = 2,
    min_tickets: int = 0,
    plain: bool = False,
    under_way: bool | None = None,
) -> Document:
    """Small random problems as JSON objects; see the module's docstring for the parameters."""
    mode = mode or draw(st.sampled_from(("sla_first", "cost", "working_time")))
    places = _Places(draw, travel or draw(st.sampled_from(("matrix", "matrix", "geodesic"))))
    count = draw(st.integers(0 if min_tickets == 0 else 1, max_technicians))
    ids = [f"T{i}" for i in range(count)]
    technicians = [_technician(draw, i, places, max_breaks, plain) for i in ids]
    tickets = [
        _ticket(draw, f"K{i}", places, ids, plain) for i in range(draw(st.integers(min_tickets, max_tickets)))
    ]
    document: Document = {
        "technicians": technicians,
        "tickets": tickets,
        "policy": _policy(draw),
        "objective": _objective(draw, mode, places.provider),
        "travel": places.travel(),
    }
    if draw(_sometimes()):
        document["now"] = at(draw(_grid(-60, 120)))
    if draw(_sometimes()) if under_way is None else under_way:
        put_under_way(draw, document)
    return document


# ---------------------------------------------------------------- small pieces


def _sometimes(share: int = 3) -> SearchStrategy[bool]:
    """True in one of ``share`` cases; shrinks to False."""
    return st.integers(0, share - 1).map(lambda n: n == share - 1)


def _grid(low: int, high: int) -> SearchStrategy[float]:
    """Minutes in steps of 5."""
    return st.integers(low // 5, high // 5).map(lambda n: n * 5)


def _some(values: tuple[str, ...] | list[str]) -> SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), max_size=2, unique=True) if values else st.just([])


class _Places:
    """Hands out locations and, at the end, the travel section they belong to."""

    def __init__(self, draw: DrawFn, provider: str) -> None:
        self.draw, self.provider, self.count = draw, provider, 0

    def location(self) -> Document:
        """A new place, in one of four cases one that was handed out before."""
        if self.provider == "geodesic":
            step = st.integers(0, 12)
            return {"lat": 31.2 + self.draw(step) / 100, "lon": 121.4 + self.draw(step) / 100}
        if self.count and self.draw(_sometimes(4)):
            return {"matrix_index": self.draw(st.integers(0, self.count - 1))}
        self.count += 1
        return {"matrix_index": self.count - 1}

    def travel(self) -> Document:
        """The travel section for all places handed out."""
        if self.provider == "geodesic":
            return {"provider": "geodesic"}
        size = max(1, self.count)
        seconds = st.integers(0, 8).map(lambda n: n * 300) | st.integers(0, 2400)
        leg = (
            st.one_of(seconds, seconds, seconds, seconds, seconds, st.none())
            if self.draw(_sometimes(4))
            else seconds
        )
        document: Document = {"provider": "matrix", "durations_seconds": self._square(size, leg)}
        if self.draw(st.booleans()):
            document["distances_meters"] = self._square(size, st.integers(0, 20_000))
        return document

    def _square(self, size: int, cell: SearchStrategy[int | None]) -> list[list[int | None]]:
        row = st.lists(cell, min_size=size, max_size=size)
        rows = self.draw(st.lists(row, min_size=size, max_size=size))
        return [[0 if i == j else value for j, value in enumerate(row)] for i, row in enumerate(rows)]


def _technician(draw: DrawFn, name: str, places: _Places, max_breaks: int, plain: bool) -> Document:
    first = draw(_grid(0, 60))
    begins = [first, first + DAY] if draw(_sometimes(4)) else [first]
    document: Document = {
        "id": name,
        "start": places.location(),
        "shifts": [_shift(draw, begin, max_breaks, places) for begin in begins],
        "van_stock": draw(st.dictionaries(st.sampled_from(PARTS), st.integers(0, 3))),
    }
    if not plain:
        document["skills"] = draw(st.dictionaries(st.sampled_from(SKILLS), st.integers(0, 3)))
        document["tags"] = draw(_some(("north", "senior")))
        document["tools"] = draw(_some(("pump", "ladder")))
        document["certifications"] = draw(_certifications())
    if not plain and places.provider == "geodesic" and draw(_sometimes()):
        document["service_area"] = _area(draw)
    if draw(_sometimes()):
        document["end"] = draw(st.just("anywhere") | st.builds(places.location))
    if draw(_sometimes()):
        document["speed_factor"] = draw(st.sampled_from((0.5, 1.3, 2.0)))
    if draw(_sometimes(4)):
        document["available_from"] = at(draw(_grid(0, 180)))
    if draw(_sometimes(4)):
        document["current_location"] = places.location()
    return document


def _area(draw: DrawFn) -> Document:
    """A triangle or square with corners and edges on the grid of the places."""
    south, west = 31.2 + draw(st.integers(0, 6)) / 100, 121.4 + draw(st.integers(0, 6)) / 100
    size = draw(st.integers(1, 8)) / 100
    corners = [(south, west), (south, west + size), (south + size, west + size), (south + size, west)]
    corners = corners[: draw(st.integers(3, 4))]
    area: Document = {"polygon": [{"lat": lat, "lon": lon} for lat, lon in corners]}
    if draw(st.booleans()):
        area["outside_price"] = draw(st.sampled_from((0, 12.5, 400)))
    return area


def _certifications() -> SearchStrategy[list[Document]]:
    day = st.sampled_from((None, "2026-11-22", "2026-11-23", "2026-11-24"))
    one = st.builds(lambda until: {"name": "electrician", "valid_until": until}, day)
    return st.lists(one, max_size=2)


def _shift(draw: DrawFn, begin: float, max_breaks: int, places: _Places) -> Document:
    length = 18 * 60 if draw(_sometimes(8)) else draw(_grid(180, 420))
    overtime = draw(st.sampled_from((0, 0, 30, 7.5, 60)))
    document: Document = {
        "start": at(begin),
        "end": at(begin + length),
        "max_overtime_minutes": overtime,
        "breaks": _breaks(draw, begin, begin + length + overtime, max_breaks),
    }
    if draw(_sometimes(4)):
        document["max_tickets"] = draw(st.integers(0, 3))
    if draw(_sometimes(5)):
        document["max_driving_minutes"] = draw(st.sampled_from((0, 20, 45.5, 90)))
    if places.provider == "geodesic" and draw(_sometimes(3)):
        document["max_distance_km"] = draw(st.sampled_from((0.5, 4, 12.345, 30)))
    if draw(_sometimes(6)):
        document["max_work_minutes"] = draw(st.sampled_from((30, 90, 200)))
    if draw(_sometimes(5)):
        document["start_location"] = places.location()
    if draw(_sometimes(5)):
        document["end_location"] = draw(st.just("anywhere") | st.builds(places.location))
    return document


def _breaks(draw: DrawFn, begin: float, latest_end: float, most: int) -> list[Document]:
    """Breaks that the model takes: sorted, and one after the other possible within the shift."""
    breaks: list[Document] = []
    free = earliest = begin
    for _ in range(draw(st.integers(0, most))):
        earliest += draw(_grid(0, 120))
        begins = max(free, earliest)
        latest = begins + draw(st.sampled_from((0, 5, 30, 90)))
        minutes = draw(st.sampled_from((10, 30, 0.25, 45)))
        free = begins + minutes
        if free > latest_end:
            break
        breaks.append({"earliest": at(earliest), "latest": at(latest), "minutes": minutes})
    return breaks


def _ticket(draw: DrawFn, name: str, places: _Places, technicians: list[str], plain: bool) -> Document:
    document: Document = {
        "id": name,
        "location": places.location(),
        "zone": draw(st.sampled_from(("urban", "suburban"))),
        "duration_minutes": draw(st.sampled_from((5, 20, 45, 90, 12.345))),
        "priority": draw(st.sampled_from(PRIORITIES)),
        "required_parts": draw(st.dictionaries(st.sampled_from(PARTS), st.integers(0, 2), max_size=1)),
    }
    document |= _moments(draw)
    if draw(_sometimes()):
        chances = st.sampled_from((0.1, 0.4, 1.0))
        document["likely_parts"] = draw(st.dictionaries(st.sampled_from(PARTS), chances))
    if draw(_sometimes(4)):
        document["mandatory"] = True
    if draw(_sometimes(4)):
        document["unassigned_price"] = draw(st.sampled_from((0, 1.5, 10, 300)))
    if draw(_sometimes(5)):
        document["outsource_price"] = draw(st.sampled_from((0, 7.5, 90, 1000)))
    if draw(_sometimes(4)):
        document["preferred_technicians"] = draw(_some(technicians))
    return document if plain else document | _demands(draw, technicians)


def _moments(draw: DrawFn) -> Document:
    """Windows, appointment and due time of a ticket."""
    document: Document = {}
    if draw(_sometimes(2)):
        begins = draw(st.lists(_grid(0, 360), min_size=1, max_size=3))
        lengths = st.sampled_from((0, 15, 60, 180))
        document["time_windows"] = [{"start": at(b), "end": at(b + draw(lengths))} for b in begins]
        if draw(_sometimes(6)):
            document["time_windows"].append({"start": at(DAY), "end": at(DAY + 300)})
    if draw(_sometimes()):
        document["appointment_at"] = at(draw(_grid(0, 300)))
    if draw(_sometimes()):
        document["reported_at"] = at(draw(_grid(-400, 60)))
    if draw(_sometimes(2)):
        document["due_at"] = at(draw(_grid(0, 300) | st.sampled_from((DAY, 2 * DAY, 33.25))))
    return document


def _demands(draw: DrawFn, technicians: list[str]) -> Document:
    """What a ticket asks of its technician."""
    document: Document = {}
    if draw(_sometimes()):
        levels = st.integers(0, 3)
        document["required_skills"] = draw(st.dictionaries(st.sampled_from(SKILLS), levels, max_size=1))
    if draw(_sometimes(5)):
        document["required_certifications"] = ["electrician"]
    if draw(_sometimes(6)):
        document["required_tags"] = draw(_some(("north", "senior")))
    if draw(_sometimes(6)):
        document["required_tools"] = draw(_some(("pump", "ladder")))
    if draw(_sometimes(6)):
        document["required_technicians"] = draw(_some(technicians))
    if draw(_sometimes(6)):
        document["excluded_technicians"] = draw(_some(technicians))
    return document


def _policy(draw: DrawFn) -> Document:
    hours = draw(st.sampled_from((4.0, 1.0, 0.5, None)))
    return {
        "extends": "home-appliance",
        "arrival_hours": {"urban": hours, "suburban": 6.0},
        "late_measured_at": draw(st.sampled_from(("arrival", "arrival", "start"))),
    }


def _objective(draw: DrawFn, mode: str, provider: str) -> Document:
    """Default prices in half of the cases, else some of the mode's own prices changed."""
    document: Document = {"mode": mode}
    if mode == "working_time" or draw(st.booleans()):
        return document
    if mode == "sla_first":
        names = ["travel_minute", "overtime_minute", "late_minute", "second_visit", "not_preferred"]
        names.append("surplus_level")
        document["late_factor"] = draw(st.sampled_from((1, 0, 0.5)))
        document["unassigned_factor"] = draw(st.sampled_from((3, 1, 0.125)))
    else:
        names = ["breach", "late_minute", "largest_late_minute", "unassigned", "travel_minute"]
        names += ["overtime_minute", "technician_used", "second_visit", "not_preferred", "surplus_level"]
        if provider == "geodesic":
            names.append("km")
    amounts = st.sampled_from((0, 1, 2.5, 33.333, 400))
    document["prices"] = draw(st.dictionaries(st.sampled_from(names), amounts, max_size=4))
    return document
