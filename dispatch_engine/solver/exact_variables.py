"""The decision variables of the exact model, in small containers that answer questions."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from dispatch_engine.rules.shapes import NEVER, Shapes
from dispatch_engine.solver.exact_reach import HOME, Reach, reach_of

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import CpModel, IntVar

DOOR = "door"
LEAVING = "leaving"


@dataclass
class Sum:
    """A weighted sum of variables with integer coefficients, and what is known of it without a solver."""

    terms: list[tuple[Any, int]] = field(default_factory=list)
    constant: int = 0

    def add(self, variable: Any, coefficient: int) -> None:
        """Add ``coefficient * variable``; nothing where the coefficient is 0."""
        if coefficient:
            self.terms.append((variable, int(coefficient)))

    def expression(self) -> Any:
        """The sum as the solver reads it."""
        return sum(variable * coefficient for variable, coefficient in self.terms) + self.constant

    def least(self) -> int:
        """A value that the sum is never below, from the variables' domains alone."""
        return self.constant + sum(min(c * bound for bound in limits(v)) for v, c in self.terms)

    def size(self) -> int:
        """A limit of the sum's absolute value and of all its partial sums."""
        return abs(self.constant) + sum(max(abs(c * bound) for bound in limits(v)) for v, c in self.terms)


def limits(variable: IntVar) -> tuple[int, int]:
    """Least and greatest value in the domain of ``variable``."""
    # A list, because the solver's own container answers 0 to the index -1.
    domain = list(variable.proto.domain)
    return domain[0], domain[-1]


@dataclass
class BreakChoice:
    """A break of a shift: its start, whether it is taken, and where: (DOOR or LEAVING, stop) to literal."""

    earliest: int
    latest: int
    seconds: int
    start: Any
    taken: Any
    places: dict[tuple[str, int], Any]


@dataclass
class Day:
    """One shift: which tickets it serves, in which order, when it begins and ends, where its breaks lie."""

    reach: Reach
    used: Any
    visit: dict[int, Any]
    arc: dict[tuple[int, int], Any]
    begin: Any
    depart: Any
    finish: Any
    breaks: list[BreakChoice] = field(default_factory=list)


class Variables:
    """All variables of one problem; what is seldom needed is created when first asked for."""

    def __init__(self, model: CpModel, shapes: Shapes) -> None:
        self.model = model
        self.shapes = shapes
        self.days = [self._day(reach_of(shapes, s)) for s in range(shapes.num_shifts)]
        self.missing = [model.new_bool_var(f"missing{v}") for v in range(shapes.num_tickets)]
        self.arrival: dict[int, Any] = {}
        self.start: dict[int, Any] = {}
        self.leave: dict[int, Any] = {}
        self.tickets = sorted({v for day in self.days for v in day.visit})
        for v in self.tickets:
            self._times(v)
        for day in self.days:
            self._breaks(day)
        self._late: dict[int, Any] = {}
        self._broken: dict[int, Any] = {}
        self._lateness: dict[int, Any] = {}
        self._missing_parts: dict[tuple[int, int], Any] = {}
        self._load: dict[tuple[int, int], Any] = {}

    def days_of(self, ticket: int) -> list[Day]:
        """The shifts that can serve ``ticket``."""
        return [day for day in self.days if ticket in day.visit]

    def late_from(self, ticket: int) -> Any:
        """The time that is compared with the ticket's deadline: arrival, or start of service."""
        return (self.start if self.shapes.late_at_start else self.arrival)[ticket]

    def least_lateness(self, day: Day, ticket: int) -> int:
        """Seconds by which ``ticket`` is late at the very least if ``day`` serves it."""
        reach = day.reach
        soonest = reach.start if self.shapes.late_at_start else reach.arrival
        return max(0, soonest[ticket] - int(self.shapes.due[ticket]))

    def can_be_late(self, ticket: int) -> bool:
        """Whether any shift could serve ``ticket`` after its deadline."""
        due = int(self.shapes.due[ticket])
        return due < NEVER and ticket in self.start and limits(self.late_from(ticket))[1] > due

    def late(self, ticket: int) -> Any:
        """Literal: ``ticket`` is served late."""
        if ticket not in self._late:
            self._late[ticket] = self.model.new_bool_var(f"late{ticket}")
        return self._late[ticket]

    def broken(self, ticket: int) -> Any:
        """Literal: ``ticket`` is reached later than promised."""
        if ticket not in self._broken:
            self._broken[ticket] = self.model.new_bool_var(f"broken{ticket}")
        return self._broken[ticket]

    def lateness(self, ticket: int) -> Any:
        """Seconds by which ``ticket`` is late, 0 where it is not served."""
        if ticket not in self._lateness:
            most = limits(self.late_from(ticket))[1] - int(self.shapes.due[ticket])
            self._lateness[ticket] = self.model.new_int_var(0, most, f"lateness{ticket}")
        return self._lateness[ticket]

    @property
    def late_literals(self) -> dict[int, Any]:
        """The literals of :meth:`late` that were asked for."""
        return self._late

    @property
    def latenesses(self) -> dict[int, Any]:
        """The seconds of :meth:`lateness` that were asked for."""
        return self._lateness

    @property
    def loads(self) -> dict[tuple[int, int], Any]:
        """The sums of :meth:`load` that were asked for."""
        return self._load

    @property
    def missing_parts(self) -> dict[tuple[int, int], Any]:
        """The literals of :meth:`missing_part` that were asked for."""
        return self._missing_parts

    def load(self, ticket: int, resource: int) -> Any:
        """Use of ``resource`` by all stops of the route up to and including ``ticket``."""
        key = (ticket, resource)
        if key not in self._load:
            use = self.shapes.use[:, resource]
            total = int(use[self.tickets].sum())
            self._load[key] = self.model.new_int_var(int(use[ticket]), total, f"load{ticket}_{resource}")
        return self._load[key]

    def missing_part(self, ticket: int, resource: int) -> Any:
        """Literal: no unit of ``resource`` is left on board for ``ticket``."""
        key = (ticket, resource)
        if key not in self._missing_parts:
            self._missing_parts[key] = self.model.new_bool_var(f"without{ticket}_{resource}")
        return self._missing_parts[key]

    @cached_property
    def largest_lateness(self) -> Any:
        """Seconds of the largest lateness in the plan."""
        most = max((limits(late)[1] for late in self._lateness.values()), default=0)
        return self.model.new_int_var(0, most, "largest_lateness")

    def _day(self, reach: Reach) -> Day:
        model, s = self.model, reach.shift
        first, last = reach.ready, max(reach.ready, reach.latest_end)
        last_start = min(last, max(first, int(self.shapes.last_start[s])))
        moves_late = self.shapes.duration_price > 0 or bool(self.shapes.breaks[s])
        return Day(
            reach,
            used=model.new_bool_var(f"used{s}"),
            visit={v: model.new_bool_var(f"visit{s}_{v}") for v in reach.tickets},
            arc={(i, j): model.new_bool_var(f"arc{s}_{i}_{j}") for i, j in reach.legs},
            begin=model.new_int_var(first, last_start if self.shapes.duration_price else first, f"begin{s}"),
            depart=model.new_int_var(first, last if moves_late else first, f"depart{s}"),
            finish=model.new_int_var(first, last, f"finish{s}"),
        )

    def _times(self, v: int) -> None:
        """Arrival, start and leaving of ticket ``v``, as wide as its shifts together allow."""
        from ortools.sat.python.cp_model import Domain

        reaches = [day.reach for day in self.days_of(v)]
        first, last = min(r.start[v] for r in reaches), max(r.last_start[v] for r in reaches)
        windows = [
            [max(first, opens), min(last, closes)]
            for opens, closes in self.shapes.windows[v]
            if max(first, opens) <= min(last, closes)
        ]
        self.start[v] = self.model.new_int_var_from_domain(Domain.from_intervals(windows), f"start{v}")
        self.arrival[v] = self.model.new_int_var(min(r.arrival[v] for r in reaches), last, f"arrival{v}")
        left = min(r.leave[v] for r in reaches), max(r.last_leave[v] for r in reaches)
        self.leave[v] = self.model.new_int_var(*left, f"leave{v}")

    def _breaks(self, day: Day) -> None:
        for k, (earliest, latest, seconds) in enumerate(self.shapes.breaks[day.reach.shift]):
            name = f"break{day.reach.shift}_{k}"
            begin = max(earliest, day.reach.ready)
            start = self.model.new_int_var(begin, max(begin, latest), name)
            places = {
                place: self.model.new_bool_var(f"{name}_{place[0]}{place[1]}")
                for place in _places(day.reach, begin, latest, seconds)
            }
            taken = self.model.new_bool_var(f"{name}_taken")
            day.breaks.append(BreakChoice(earliest, latest, seconds, start, taken, places))


def _places(reach: Reach, earliest: int, latest: int, seconds: int) -> list[tuple[str, int]]:
    """Where a break fits by the bounds of the day: before leaving HOME or a stop, or at a stop's door."""
    leaving = [
        (LEAVING, i)
        for i in (HOME, *reach.tickets)
        if max(earliest, reach.leave[i]) <= min(latest, reach.last_leave.get(i, earliest - 1) - seconds)
    ]
    door = [
        (DOOR, v)
        for v in reach.tickets
        if max(earliest, reach.arrival[v]) <= min(latest, reach.last_start[v] - seconds)
    ]
    return leaving + door
