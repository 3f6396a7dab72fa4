"""What there could be one more of: a technician, a certificate, a part in a van, an hour of overtime."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dispatch_engine.errors import InputError
from dispatch_engine.model.changes import (
    Change,
    ChangeCertifications,
    CloneTechnicians,
    ShiftHours,
    VanStock,
)
from dispatch_engine.model.clock import Clock
from dispatch_engine.model.problem import Certification, Problem, Technician, Ticket
from dispatch_engine.model.study_result import Unit
from dispatch_engine.whatif.variants import BuiltVariant, Step, build_problem

OVERTIME_MINUTES = 60.0


@dataclass(frozen=True)
class Candidate:
    """One unit more of something.

    Attributes
    ----------
    technician : id of the one whom it concerns, or who is copied.
    item : the certificate or the part.
    """

    unit: Unit
    technician: str
    item: str | None
    text: str
    change: Change

    @property
    def id(self) -> str:
        """Unique among the candidates of a problem."""
        return "/".join((self.unit, self.technician, *([self.item] if self.item else [])))

    def built(self, base: Problem) -> BuiltVariant:
        """``base`` with this unit more."""
        try:
            return BuiltVariant(self.id, self.text, build_problem(base, (Step("", self.change),)))
        except InputError as error:
            return BuiltVariant(self.id, self.text, None, error.findings)


def candidates(problem: Problem) -> tuple[Candidate, ...]:
    """Everything worth trying; what cannot change any plan is left out.

    Left out are copies of technicians who are alike in everything but name, certificates and parts that no
    ticket within the technician's skills asks for, and technicians without shifts.
    """
    staff = [technician for technician in problem.technicians if technician.shifts]
    return (
        *_technicians(staff),
        *_certificates(problem, staff),
        *_parts(problem, staff),
        *_overtime(staff),
    )


def _technicians(staff: list[Technician]) -> Iterator[Candidate]:
    seen: list[Technician] = []
    for one in staff:
        bare = one.replace(id="?", name=None, address=None, attributes=None)
        if bare not in seen:
            seen.append(bare)
            yield Candidate(
                unit="technician",
                technician=one.id,
                item=None,
                text=f"one more technician like {one.id}: {_abilities(one)}",
                change=CloneTechnicians(change="clone_technicians", technicians=(one.id,)),
            )


def _abilities(one: Technician) -> str:
    words = [f"{skill} {level}" for skill, level in one.skills.items() if level]
    return ", ".join(words) or "no skills"


def _certificates(problem: Problem, staff: list[Technician]) -> Iterator[Candidate]:
    """Those that a technician does not hold on the last day of the plan."""
    clock = Clock.of(problem)
    for one in staff:
        last_day = max(clock.local_date(clock.seconds(shift.end)) for shift in one.shifts)
        held = {c.name for c in one.certifications if c.valid_until is None or c.valid_until >= last_day}
        asked = {
            name: None for t in problem.tickets if _is_able(one, t) for name in t.required_certifications
        }
        for name in asked:
            if name not in held:
                yield Candidate(
                    unit="certificate",
                    technician=one.id,
                    item=name,
                    text=f"certificate {name} for {one.id}",
                    change=ChangeCertifications(
                        change="certifications", technicians=(one.id,), add=(Certification(name=name),)
                    ),
                )


def _parts(problem: Problem, staff: list[Technician]) -> Iterator[Candidate]:
    for one in staff:
        jobs = [ticket for ticket in problem.tickets if _is_able(one, ticket)]
        needed = [part for t in jobs for part, pieces in t.required_parts.items() if pieces]
        for part in dict.fromkeys([*needed, *(part for t in jobs for part in t.likely_parts)]):
            yield Candidate(
                unit="part",
                technician=one.id,
                item=part,
                text=f"one more {part} in the van of {one.id}",
                change=VanStock(change="van_stock", technicians=(one.id,), add={part: 1}),
            )


def _overtime(staff: list[Technician]) -> Iterator[Candidate]:
    for one in staff:
        yield Candidate(
            unit="overtime hour",
            technician=one.id,
            item=None,
            text=f"one hour more of overtime for {one.id}",
            change=ShiftHours(
                change="shift_hours", technicians=(one.id,), more_overtime_minutes=OVERTIME_MINUTES
            ),
        )


def _is_able(one: Technician, ticket: Ticket) -> bool:
    """Whether skills, tags and the ticket's wishes allow the pair, whatever the technician carries and holds."""
    return (
        all(one.skills.get(skill, 0) >= level for skill, level in ticket.required_skills.items())
        and set(ticket.required_tags) <= set(one.tags)
        and one.id not in ticket.excluded_technicians
        and (not ticket.required_technicians or one.id in ticket.required_technicians)
    )
