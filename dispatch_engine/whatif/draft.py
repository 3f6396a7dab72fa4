"""A problem in the making: the lists that changes replace, until it becomes a problem again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from dispatch_engine.errors import Finding, InputError
from dispatch_engine.model.base import pointer, shown, validate
from dispatch_engine.model.policy import Policy
from dispatch_engine.model.problem import Depot, Problem, Technician, Ticket

Item = TypeVar("Item", Technician, Ticket, Depot)


@dataclass(frozen=True)
class Draft:
    """What variants may change of a problem.

    Attributes
    ----------
    folder : where relative paths in changes start; None refuses them.
    """

    technicians: tuple[Technician, ...]
    tickets: tuple[Ticket, ...]
    depots: tuple[Depot, ...]
    policy: Policy
    folder: Path | None = None

    @classmethod
    def of(cls, problem: Problem, folder: Path | None = None) -> Draft:
        """The draft that changes nothing."""
        return cls(problem.technicians, problem.tickets, problem.depots, problem.policy, folder)

    def problem(self, base: Problem) -> Problem:
        """``base`` with what the draft changed. Raises InputError where the result is bad."""
        fields = ("technicians", "tickets", "depots", "policy")
        changed = {name: getattr(self, name) for name in fields}
        return base.replace(**{k: v for k, v in changed.items() if v is not getattr(base, k)})

    def with_changed(self, **lists: Any) -> Draft:
        """A copy with some lists replaced."""
        return replace(self, **lists)


def mapped(
    items: tuple[Item, ...], chosen: frozenset[int], change: Callable[[Item], Item]
) -> tuple[Item, ...]:
    """``items`` with ``change`` applied to the chosen positions."""
    return tuple(change(item) if index in chosen else item for index, item in enumerate(items))


def changed(item: Item, fields: dict[str, Any], field: str = "") -> Item:
    """``item`` with new values of ``fields``.

    Parameters
    ----------
    field : the field of the change that holds the new values, to which findings are to point.

    Raises
    ------
    InputError : where the item becomes bad; pointers start at the change.
    """
    try:
        return item.replace(**fields)
    except InputError as error:
        raise InputError(_of_item(item, finding, field) for finding in error.findings) from None


def _of_item(item: Item, finding: Finding, field: str) -> Finding:
    kind = type(item).__name__.lower()
    if field:
        return Finding(
            f"/{field}{finding.pointer}", finding.code, f"{finding.message}; {kind} {shown(item.id)}"
        )
    message = f"makes {kind} {shown(item.id)} invalid: {finding.pointer}: {finding.message}"
    return Finding("", finding.code, message)


def read_items(
    model: type[Item], documents: Iterable[dict[str, Any]], field: str, folder: Path | None
) -> tuple[Item, ...]:
    """New technicians, tickets or depots from what a change gives. Raises InputError with all findings."""
    items: list[Item] = []
    findings: list[Finding] = []
    for number, document in enumerate(documents):
        try:
            items.append(validate(model, document, folder))
        except InputError as error:
            place = pointer((field, number))
            findings += [Finding(place + f.pointer, f.code, f.message) for f in error.findings]
    if findings:
        raise InputError(findings)
    return tuple(items)


def copies_of(items: Iterable[Item], taken: Iterable[str], fields: dict[str, Any]) -> tuple[Item, ...]:
    """A copy of each item with some fields changed, under new ids: ``K1-copy-1``, ``K1-copy-2``, …

    Parameters
    ----------
    taken : ids that exist already.
    """
    known = set(taken)
    copies = []
    for item in items:
        number = 1
        while (name := f"{item.id}-copy-{number}") in known:
            number += 1
        known.add(name)
        copies.append(changed(changed(item, {"id": name}), fields, "set"))
    return tuple(copies)


def with_pieces(stock: dict[str, Any], new: dict[str, Any], more: dict[str, int]) -> dict[str, Any]:
    """``stock`` with some numbers replaced and some pieces added; never below 0, unlimited (None) stays so."""
    result = {**stock, **new}
    for part, pieces in more.items():
        if (old := result.get(part, 0)) is not None:
            result[part] = max(0, old + pieces)
    return result
