"""Which skill levels technicians lack for a ticket, in words: the most wanted first, and who comes closest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from dispatch_engine.model.problem import Technician, Ticket

MOST_SKILLS = 6
"""At most so many skills are named; the rest is counted."""

LONGEST_NAME = 60


def missing_levels(technicians: Sequence[Technician], ticket: Ticket) -> str:
    """What ``technicians``, each of whom lacks some level, are missing for ``ticket``.

    ``gas 2 (all 3, of whom none is above 1), wiring 1 (2); T7 lacks only wiring 1``: the level asked for, how many
    lack it, the highest level among them where it is not 0, and the technician who lacks least where that is
    less than everything named.
    """
    lacks = [_missing(technician, ticket) for technician in technicians]
    counts = Counter(skill for missing in lacks for skill in missing)
    ranked = sorted(counts, key=lambda skill: (-counts[skill], skill))
    words = [_skill(skill, counts[skill], technicians, ticket) for skill in ranked[:MOST_SKILLS]]
    if len(ranked) > MOST_SKILLS:
        words.append(f"{len(ranked) - MOST_SKILLS} more")
    return ", ".join(words) + _closest(technicians, lacks, ticket, len(ranked))


def _missing(technician: Technician, ticket: Ticket) -> tuple[str, ...]:
    needed = ticket.required_skills
    return tuple(skill for skill in sorted(needed) if technician.skills.get(skill, 0) < needed[skill])


def _skill(skill: str, count: int, technicians: Sequence[Technician], ticket: Ticket) -> str:
    text = _level(skill, ticket)
    if len(technicians) == 1:
        has = technicians[0].skills.get(skill, 0)
        return f"{text} (has {has})" if has else text
    if count < len(technicians):
        return f"{text} ({count})"
    highest = max(technician.skills.get(skill, 0) for technician in technicians)
    return f"{text} (all {count}, of whom none is above {highest})" if highest else f"{text} (all {count})"


def _level(skill: str, ticket: Ticket) -> str:
    name = skill if len(skill) <= LONGEST_NAME else skill[: LONGEST_NAME - 1] + "…"
    return f"{name} {ticket.required_skills[skill]}"


def _closest(
    technicians: Sequence[Technician], lacks: Sequence[tuple[str, ...]], ticket: Ticket, named: int
) -> str:
    """The technician who lacks least, where that tells more than the list of ``named`` skills."""
    closest = min(range(len(lacks)), key=lambda number: len(lacks[number]))
    missing = lacks[closest]
    if len(missing) == named:
        return ""
    words = [_level(skill, ticket) for skill in missing[:MOST_SKILLS]]
    if len(missing) > MOST_SKILLS:
        words.append(f"{len(missing) - MOST_SKILLS} more")
    return f"; {technicians[closest].id[:LONGEST_NAME]} lacks only {', '.join(words)}"
