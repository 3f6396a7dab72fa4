"""When each shift can be at each ticket, from the data alone: the tight bounds of the exact model."""

from __future__ import annotations

from dataclasses import dataclass, field

from dispatch_engine.rules.shapes import Shapes
from dispatch_engine.travel.times import UNREACHABLE

HOME = -1
"""The start and end place of a shift, where a ticket's number is expected."""

Windows = tuple[tuple[int, int], ...]


@dataclass
class Reach:
    """What one shift can do, breaks and other shifts ignored: only possible tickets and legs are listed.

    Attributes
    ----------
    tickets : the tickets that the shift can serve, ascending.
    legs : (from, to) to travel seconds, of legs that fit into the day; HOME stands for start and end place.
    arrival, start : ticket to the earliest second of arrival and of service.
    last_start : ticket to the latest second at which its service may start.
    leave : ticket (or HOME) to the earliest second of leaving it.
    last_leave : ticket (or HOME) to the latest second of leaving it.
    """

    shift: int
    ready: int
    latest_end: int
    tickets: list[int] = field(default_factory=list)
    legs: dict[tuple[int, int], int] = field(default_factory=dict)
    arrival: dict[int, int] = field(default_factory=dict)
    start: dict[int, int] = field(default_factory=dict)
    last_start: dict[int, int] = field(default_factory=dict)
    leave: dict[int, int] = field(default_factory=dict)
    last_leave: dict[int, int] = field(default_factory=dict)


def reach_of(shapes: Shapes, shift: int) -> Reach:
    """Everything that ``shift`` can do in its day."""
    reach = Reach(shift, int(shapes.ready[shift]), int(shapes.latest_end[shift]))
    tickets = [v for v in range(shapes.num_tickets) if is_open(shapes, shift, v)]
    legs = _drivable(shapes, shift, tickets)
    _earliest(shapes, reach, legs)
    _latest(shapes, reach, legs)
    both = [v for v in tickets if v in reach.start and v in reach.last_start]
    reach.tickets = [v for v in both if reach.start[v] <= reach.last_start[v]]
    reach.legs = {leg: seconds for leg, seconds in legs.items() if _fits(reach, *leg, seconds)}
    return reach


def is_open(shapes: Shapes, shift: int, ticket: int) -> bool:
    """Whether no rule closes the pair and the ticket alone keeps every additive limit."""
    if shapes.closed_by[shift, ticket]:
        return False
    return bool((shapes.use[ticket] <= shapes.capacity[shift]).all())


def first_start(windows: Windows, arrival: int) -> int | None:
    """The first second from ``arrival`` on at which service may start."""
    return min((max(arrival, opens) for opens, closes in windows if arrival <= closes), default=None)


def last_start(windows: Windows, until: int) -> int | None:
    """The last second up to ``until`` at which service may start."""
    return max((min(until, closes) for opens, closes in windows if opens <= until), default=None)


def _drivable(shapes: Shapes, shift: int, tickets: list[int]) -> dict[tuple[int, int], int]:
    """Travel seconds of every leg between HOME and ``tickets`` that has a way; 0 to an end place anywhere."""
    travel = shapes.travel[int(shapes.kind[shift])]
    goal = int(shapes.end_place[shift])
    legs = {}
    for v in tickets:
        place = int(shapes.place[v])
        legs[HOME, v] = int(travel[int(shapes.start_place[shift]), place])
        legs[v, HOME] = 0 if goal < 0 else int(travel[place, goal])
        legs.update({(v, w): int(travel[place, int(shapes.place[w])]) for w in tickets if w != v})
    before = HOME
    for fixed in shapes.fixed[shift]:
        legs = {(i, j): seconds for (i, j), seconds in legs.items() if (i == before) == (j == fixed)}
        before = fixed
    return {leg: seconds for leg, seconds in legs.items() if seconds < UNREACHABLE}


def _earliest(shapes: Shapes, reach: Reach, legs: dict[tuple[int, int], int]) -> None:
    """Fill the earliest times: shortest paths in time, also by way of other tickets (no metric needed)."""
    reach.leave[HOME] = reach.ready
    changed = True
    while changed:
        changed = False
        for (i, j), seconds in legs.items():
            if j == HOME or i not in reach.leave:
                continue
            arrival = reach.leave[i] + seconds
            if arrival >= reach.arrival.get(j, reach.latest_end + 1):
                continue
            start = first_start(shapes.windows[j], arrival)
            if start is not None and start <= reach.latest_end:
                reach.arrival[j], reach.start[j] = arrival, start
                reach.leave[j] = start + int(shapes.service[j])
                changed = True


def _latest(shapes: Shapes, reach: Reach, legs: dict[tuple[int, int], int]) -> None:
    """Fill the latest times: the same backwards from the latest end of the shift."""
    changed = True
    while changed:
        changed = False
        for (i, j), seconds in legs.items():
            if j != HOME and j not in reach.last_start:
                continue
            leave = (reach.latest_end if j == HOME else reach.last_start[j]) - seconds
            if leave <= reach.last_leave.get(i, leave - 1):
                continue
            start = leave if i == HOME else last_start(shapes.windows[i], leave - int(shapes.service[i]))
            if start is not None and start >= reach.ready:
                reach.last_leave[i] = leave
                changed = True
                if i != HOME:
                    reach.last_start[i] = start


def _fits(reach: Reach, i: int, j: int, seconds: int) -> bool:
    """Whether leg (i, j) can be driven between the earliest leaving of i and the latest arrival at j."""
    if any(v != HOME and v not in reach.tickets for v in (i, j)):
        return False
    until = reach.latest_end if j == HOME else reach.last_start[j]
    return reach.leave[i] + seconds <= until
