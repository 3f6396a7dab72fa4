"""The few array shapes that every rule lowers to, and that every engine reads."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

UNITS = 60_000
"""Integer cost units per price unit (one cost minute in ``sla_first``, one cent in ``cost``).

A price per minute is then exactly ``price * 1000`` units per second, a price per kilometre ``price * 60``
units per metre. In ``working_time`` one unit is a thousandth of a second, as in ``sla_first``.
"""

POINTS = 1000
"""Integer milli-points per SLA point."""

NEVER = 1 << 40
"""A time (seconds) after every horizon: no deadline, no end of a window."""

Int = NDArray[np.int64]


@dataclass
class Likely:
    """One part that a ticket may turn out to need: order-dependent price."""

    ticket: int
    resource: int
    probability: float


@dataclass
class Shapes:
    """S shifts, V tickets, R resources; filled rule by rule, then read-only.

    Times are seconds of the problem's clock, prices integer units (see ``UNITS``, ``POINTS``).

    Attributes
    ----------
    closed_by : int16[S, V], 0 = open, else 1 + position in ``reasons`` of what closed the pair first.
    reasons : reason codes, in the order in which rules first closed a pair.
    assign_price : int64[S, V], price of giving the ticket to the shift.
    place, service, due : int64[V]; ``due`` is NEVER where there is no deadline.
    windows : per ticket (open, close) of the start of service, sorted and disjoint; empty: never possible.
    late_points, late_cost : int64[V], step when late. late_slope : int64[V], units per second late.
    narrowed : some pair was closed although a part of its time would be allowed; then nothing can be proved.
    late_at_start : lateness is measured at the start of service instead of at arrival.
    mandatory : bool[V]. unassigned_points, unassigned_cost : int64[V].
    promise, promise_cost : int64[V], the price of an arrival after ``promise`` (NEVER: none), however late.
    fixed : per shift the tickets that its route begins with and never leaves out: (), or what pins say. With them
        alone the shift is possible. No other shift is open for them.
    last_start : int64[S], a route's duration counts from there at the latest; NEVER: from when it begins.
    max_driving, max_metres, max_work : int64[S], a route drives no more seconds and metres, and serves and drives
        no more seconds, the way home included; NEVER: no limit.
    ready, end, latest_end : int64[S]. start_place, end_place : int64[S], end_place -1 = anywhere.
    kind : int64[S], row of ``travel``. technician : int64[S]. breaks : per shift (earliest, latest, seconds).
    travel : int32[K, L, L] seconds, UNREACHABLE where there is no way. metres : int32[K, L, L] or None.
    travel_price : units per second. metre_price : units per metre. overtime_price : units per second.
    duration_price : units per second between start and end of a route (``working_time``), else 0.
    technician_price : units per technician with at least one ticket.
    largest_late_price : units per second of the largest lateness in the plan.
    resource_names, limit_code : names and reason codes of R limits. use: int64[V, R]. capacity: int64[S, R].
    likely : parts that may be needed. second_visit_price : units for a certain second visit.
        A likely part is on board if capacity minus the use of all stops up to and including this one is >= 1.
    """

    num_shifts: int
    num_tickets: int
    reasons: list[str] = field(default_factory=list)
    breaks: list[tuple[tuple[int, int, int], ...]] = field(default_factory=list)
    fixed: list[tuple[int, ...]] = field(default_factory=list)
    resource_names: list[str] = field(default_factory=list)
    limit_code: list[str] = field(default_factory=list)
    likely: list[Likely] = field(default_factory=list)
    late_at_start: bool = False
    narrowed: bool = False
    travel_price: int = 0
    metre_price: int = 0
    overtime_price: int = 0
    duration_price: int = 0
    technician_price: int = 0
    largest_late_price: int = 0
    second_visit_price: int = 0
    metres: NDArray[np.int32] | None = None

    def __post_init__(self) -> None:
        shifts, tickets = self.num_shifts, self.num_tickets
        self.closed_by = np.zeros((shifts, tickets), np.int16)
        self.assign_price = np.zeros((shifts, tickets), np.int64)
        self.travel: NDArray[np.int32] = np.zeros((1, 0, 0), np.int32)
        self.fixed = [()] * shifts
        for name in ("place", "service", "late_points", "late_cost", "late_slope", "promise_cost"):
            setattr(self, name, np.zeros(tickets, np.int64))
        self.place: Int
        self.service: Int
        self.late_points: Int
        self.late_cost: Int
        self.late_slope: Int
        self.promise_cost: Int
        self.promise: Int = np.full(tickets, NEVER, np.int64)
        self.due: Int = np.full(tickets, NEVER, np.int64)
        self.windows: list[tuple[tuple[int, int], ...]] = [((-NEVER, NEVER),)] * tickets
        self.mandatory = np.zeros(tickets, np.bool_)
        self.unassigned_points: Int = np.zeros(tickets, np.int64)
        self.unassigned_cost: Int = np.zeros(tickets, np.int64)
        for name in ("ready", "end", "latest_end", "start_place", "end_place", "kind", "technician"):
            setattr(self, name, np.zeros(shifts, np.int64))
        self.ready: Int
        self.end: Int
        self.latest_end: Int
        self.start_place: Int
        self.end_place: Int
        self.kind: Int
        self.technician: Int
        for name in ("max_driving", "max_metres", "max_work"):
            setattr(self, name, np.full(shifts, NEVER, np.int64))
        self.max_driving: Int
        self.max_metres: Int
        self.max_work: Int
        self.last_start: Int = np.full(shifts, NEVER, np.int64)
        self.use: Int = np.zeros((tickets, 0), np.int64)
        self.capacity: Int = np.zeros((shifts, 0), np.int64)

    def forbid(self, shift: int, ticket: int, code: str) -> None:
        """Close ``ticket`` for ``shift`` and remember the reason ``code`` that closed it first."""
        if self.closed_by[shift, ticket] == 0:
            self.closed_by[shift, ticket] = self._reason(code)

    def forbid_shifts(self, closed: NDArray[np.bool_], ticket: int, code: str) -> None:
        """Close ``ticket`` for every shift where ``closed``, bool[S], is true and no rule came first."""
        known = self.closed_by[:, ticket]
        fresh = closed & (known == 0)
        if fresh.any():
            known[fresh] = self._reason(code)

    def forbid_where(self, closed: NDArray[np.bool_], code: str) -> None:
        """Close every (shift, ticket) pair where ``closed``, bool[S, V], is true and no rule came first."""
        if closed.any():
            self.closed_by[closed & (self.closed_by == 0)] = self._reason(code)

    def reason(self, shift: int, ticket: int) -> str | None:
        """The reason code that closed the pair, or None where it is open."""
        code = int(self.closed_by[shift, ticket])
        return self.reasons[code - 1] if code else None

    def intersect_windows(self, ticket: int, windows: tuple[tuple[int, int], ...]) -> None:
        """Allow the start of service only in ``windows`` too (each open <= close, seconds)."""
        both = {
            (max(a, c), min(b, d))
            for a, b in self.windows[ticket]
            for c, d in windows
            if max(a, c) <= min(b, d)
        }
        merged: list[tuple[int, int]] = []
        for opens, closes in sorted(both):
            if merged and opens <= merged[-1][1] + 1:
                merged[-1] = (merged[-1][0], max(merged[-1][1], closes))
            else:
                merged.append((opens, closes))
        self.windows[ticket] = tuple(merged)

    def add_resource(self, name: str, use: Int, capacity: Int, code: str) -> int:
        """Add an additive limit: ``use`` int64[V] summed over a route stays within ``capacity`` int64[S].

        Returns the resource's column. ``code`` is the reason given where it leaves a ticket out.
        """
        self.resource_names.append(name)
        self.limit_code.append(code)
        self.use = np.column_stack([self.use, np.asarray(use, np.int64)])
        self.capacity = np.column_stack([self.capacity, np.asarray(capacity, np.int64)])
        return len(self.resource_names) - 1

    def _reason(self, code: str) -> int:
        if code not in self.reasons:
            self.reasons.append(code)
        return self.reasons.index(code) + 1
