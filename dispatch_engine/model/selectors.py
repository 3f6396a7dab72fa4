"""Selectors: which technicians, tickets or depots a change of a what-if variant concerns."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag

from dispatch_engine.model.base import Many, Model, Name
from dispatch_engine.model.policy import Priority


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Words = Annotated[
    Many[Name],
    Field(min_length=1, max_length=20_000),
    BeforeValidator(_as_list, json_schema_input_type=Name | list[Name]),
]
"""One word or several; an object fits if it has one of them."""

Priorities = Annotated[
    Many[Priority],
    Field(min_length=1, max_length=4),
    BeforeValidator(_as_list, json_schema_input_type=Priority | list[Priority]),
]

Draw = Annotated[int, Field(ge=0, lt=2**63)]
"""Seed of a random choice."""


class Near(Model):
    """A circle on the map."""

    lat: Annotated[float, Field(ge=-90, le=90)] = Field(description="Latitude of the centre.")
    lon: Annotated[float, Field(ge=-180, le=180)] = Field(description="Longitude of the centre.")
    km: Annotated[float, Field(gt=0, le=20_000)] = Field(description="Radius, as the crow flies.")


class TechnicianWhere(Model):
    """What technicians must have in common; every condition given must hold."""

    id: Words | None = Field(default=None, description="One of these ids.")
    tags: Words | None = Field(default=None, description="At least one of these tags.")
    skills: Words | None = Field(
        default=None, description="At least one of these skills, at level 1 or more."
    )
    certifications: Words | None = Field(
        default=None, description="At least one of these certificates, valid or not."
    )
    parts: Words | None = Field(default=None, description="At least one of these parts in the van.")
    tools: Words | None = Field(default=None, description="At least one of these tools.")
    near: Near | None = Field(default=None, description="The start lies in this circle.")


class TicketWhere(Model):
    """What tickets must have in common; every condition given must hold."""

    id: Words | None = Field(default=None, description="One of these ids.")
    priority: Priorities | None = Field(default=None, description="One of these priorities.")
    zone: Words | None = Field(default=None, description="One of these zones of the policy.")
    service: Words | None = Field(default=None, description="One of these kinds of job.")
    fault: Literal["simple", "complex"] | None = Field(default=None, description="This kind of fault.")
    skills: Words | None = Field(default=None, description="Requires at least one of these skills.")
    certifications: Words | None = Field(
        default=None, description="Requires at least one of these certificates."
    )
    parts: Words | None = Field(
        default=None, description="Requires, or may need, at least one of these parts."
    )
    tags: Words | None = Field(default=None, description="Requires at least one of these tags.")
    near: Near | None = Field(default=None, description="The customer lies in this circle.")


class DepotWhere(Model):
    """What depots must have in common; every condition given must hold."""

    id: Words | None = Field(default=None, description="One of these ids.")
    parts: Words | None = Field(default=None, description="Keeps at least one of these parts.")
    near: Near | None = Field(default=None, description="The depot lies in this circle.")


class _Choice(Model):
    """A selection by properties, whole or drawn at random."""

    take: Annotated[int, Field(ge=1, le=200_000)] | None = Field(
        default=None, description="Only so many of those that fit, drawn at random; null: all of them."
    )
    seed: Draw = Field(default=0, description="Seed of that draw.")


class TechnicianChoice(_Choice):
    """Technicians by their properties."""

    where: TechnicianWhere = Field(description="What they have in common.")


class TicketChoice(_Choice):
    """Tickets by their properties."""

    where: TicketWhere = Field(description="What they have in common.")


class DepotChoice(_Choice):
    """Depots by their properties."""

    where: DepotWhere = Field(description="What they have in common.")


def _kind_of_selector(value: Any) -> str:
    if isinstance(value, str):
        return "<word>"
    return "<ids>" if isinstance(value, list | tuple) else "<choice>"


_All = Annotated[Literal["all"], Tag("<word>")]
_Ids = Annotated[Many[Name], Field(min_length=1, max_length=200_000), Tag("<ids>")]

TechnicianSelector = Annotated[
    _All | _Ids | Annotated[TechnicianChoice, Tag("<choice>")], Discriminator(_kind_of_selector)
]
"""``all``, a list of ids, or ``{where: …}``."""
TicketSelector = Annotated[
    _All | _Ids | Annotated[TicketChoice, Tag("<choice>")], Discriminator(_kind_of_selector)
]
"""``all``, a list of ids, or ``{where: …}``."""
DepotSelector = Annotated[
    _All | _Ids | Annotated[DepotChoice, Tag("<choice>")], Discriminator(_kind_of_selector)
]
"""``all``, a list of ids, or ``{where: …}``."""
