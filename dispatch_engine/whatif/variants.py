"""From a study to problems: every variant with its changes made, or with what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dispatch_engine.errors import Finding, InputError
from dispatch_engine.model import changes
from dispatch_engine.model.changes import Change
from dispatch_engine.model.problem import Problem
from dispatch_engine.model.study import Study, Variant
from dispatch_engine.whatif import other_changes, technician_changes, ticket_changes
from dispatch_engine.whatif.draft import Draft

MAKERS: dict[type, Callable[[Draft, Any], Draft]] = {
    changes.AddTechnicians: technician_changes.add_technicians,
    changes.CloneTechnicians: technician_changes.clone_technicians,
    changes.RemoveTechnicians: technician_changes.remove_technicians,
    changes.SetTechnicians: technician_changes.set_technicians,
    changes.Absence: technician_changes.absence,
    changes.ShiftHours: technician_changes.shift_hours,
    changes.ChangeSkills: technician_changes.skills,
    changes.ChangeCertifications: technician_changes.certifications,
    changes.ChangeTools: technician_changes.tools,
    changes.VanStock: technician_changes.van_stock,
    changes.Speed: technician_changes.speed,
    changes.AddTickets: ticket_changes.add_tickets,
    changes.RemoveTickets: ticket_changes.remove_tickets,
    changes.SetTickets: ticket_changes.set_tickets,
    changes.TicketVolume: ticket_changes.ticket_volume,
    changes.ChangeWindows: ticket_changes.time_windows,
    changes.Outsourcing: ticket_changes.outsourcing,
    changes.AddDepots: other_changes.add_depots,
    changes.RemoveDepots: other_changes.remove_depots,
    changes.SetDepots: other_changes.set_depots,
    changes.DepotStock: other_changes.depot_stock,
    changes.ChangePolicy: other_changes.policy,
}
"""What makes each kind of change."""


@dataclass(frozen=True)
class Step:
    """A change and the pointer to the place in the file where it stands."""

    pointer: str
    change: Change


@dataclass(frozen=True)
class BuiltVariant:
    """A variant with its problem, or with findings where it has none."""

    id: str
    name: str | None
    problem: Problem | None
    findings: tuple[Finding, ...] = ()


def build_variants(study: Study, base: Problem, folder: Path | None = None) -> tuple[BuiltVariant, ...]:
    """Every variant of ``study``, good or bad, in its order.

    Parameters
    ----------
    folder : where relative paths in changes start; None refuses them.
    """
    return tuple(_built(variant, study, base, folder) for variant in study.variants)


def _built(variant: Variant, study: Study, base: Problem, folder: Path | None) -> BuiltVariant:
    try:
        problem = build_problem(base, tuple(steps_of(study, variant)), folder)
    except InputError as error:
        return BuiltVariant(variant.id, variant.name, None, error.findings)
    return BuiltVariant(variant.id, variant.name, problem)


def steps_of(study: Study, variant: Variant) -> Iterator[Step]:
    """The changes of ``variant``, those of the variants that it builds on first, each variant once."""
    places = {one.id: index for index, one in enumerate(study.variants)}
    for name in _lineage(study, variant, places, set()):
        index = places[name]
        for number, change in enumerate(study.variants[index].changes):
            yield Step(f"/variants/{index}/changes/{number}", change)


def _lineage(study: Study, variant: Variant, places: dict[str, int], seen: set[str]) -> Iterator[str]:
    for name in variant.builds_on:
        if name not in seen:
            yield from _lineage(study, study.variants[places[name]], places, seen)
    if variant.id not in seen:
        seen.add(variant.id)
        yield variant.id


def build_problem(base: Problem, steps: tuple[Step, ...], folder: Path | None = None) -> Problem:
    """``base`` with all changes made.

    Raises
    ------
    InputError : a change cannot be made, or the problem that comes out is bad; pointers lead to the change.
    """
    drafts = [Draft.of(base, folder)]
    for step in steps:
        drafts.append(_made(drafts[-1], step))
    try:
        return drafts[-1].problem(base)
    except InputError as error:
        culprit = _culprit(base, steps, drafts)
        raise InputError(_blamed(culprit, finding) for finding in error.findings) from None


def _made(draft: Draft, step: Step) -> Draft:
    try:
        return MAKERS[type(step.change)](draft, step.change)
    except InputError as error:
        found = [Finding(step.pointer + f.pointer, f.code, f.message) for f in error.findings]
        raise InputError(found) from None


def _culprit(base: Problem, steps: tuple[Step, ...], drafts: list[Draft]) -> Step:
    """The change from which on the problem is bad."""
    for number in range(len(steps) - 1, 0, -1):
        try:
            drafts[number].problem(base)
        except InputError:
            continue
        return steps[number]
    return steps[0]


def _blamed(step: Step, finding: Finding) -> Finding:
    message = f"makes the problem invalid at {finding.pointer or 'its top'}: {finding.message}"
    return Finding(step.pointer, finding.code, message)
