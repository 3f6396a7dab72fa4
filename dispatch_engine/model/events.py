"""What may happen to a plan in the field: one event a kind, strict, with the moment at which it happened."""

from __future__ import annotations

import os
from typing import Annotated, Any, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from dispatch_engine.model.base import Instant, LongMinutes, Many, Model, Name, refuse, validate
from dispatch_engine.model.files import parse_json, read_document
from dispatch_engine.model.problem import Parts, Technician, Ticket

Pieces = Annotated[int, Field(ge=1, le=1_000_000)]


class _Event(Model):
    at: Instant | None = Field(default=None, description="When it happened, at or before now; null: now.")


class TicketAdded(_Event):
    """A new ticket came in."""

    type: Literal["ticket_added"] = Field(description="Kind of event.")
    ticket: Ticket = Field(description="The ticket, complete, with an id that none has.")


class TicketCancelled(_Event):
    """A ticket is not wanted any more."""

    type: Literal["ticket_cancelled"] = Field(description="Kind of event.")
    ticket: Name = Field(description="Id of a ticket whose visit has not begun.")


class TicketChanged(_Event):
    """Something about a ticket is different."""

    type: Literal["ticket_changed"] = Field(description="Kind of event.")
    ticket: Name = Field(description="Id of a ticket whose visit has not begun.")
    changes: dict[Name, Any] = Field(
        description="Fields of the ticket with their new values; lists and maps are replaced whole, null sets a "
        "field back to its default."
    )


class VisitStarted(_Event):
    """Work began at a customer."""

    type: Literal["visit_started"] = Field(description="Kind of event.")
    ticket: Name = Field(description="Id of the ticket.")
    technician: Name | None = Field(default=None, description="Who is there; null: as planned.")
    arrived_at: Instant | None = Field(
        default=None, description="Arrival at the door; null: when work began."
    )


class VisitFinished(_Event):
    """Work ended at a customer, early or late."""

    type: Literal["visit_finished"] = Field(description="Kind of event.")
    ticket: Name = Field(description="Id of the ticket.")
    technician: Name | None = Field(default=None, description="Who was there; null: as planned.")
    started_at: Instant | None = Field(
        default=None, description="When work began; null: as reported before, else as planned."
    )
    parts_used: Parts | None = Field(
        default=None, description="Pieces really used; null: what the ticket requires."
    )


class TechnicianDelayed(_Event):
    """A technician is late: the visit under way lasts longer, the drive takes longer, or the day begins later."""

    type: Literal["technician_delayed"] = Field(description="Kind of event.")
    technician: Name = Field(description="Id of the technician.")
    minutes: LongMinutes | None = Field(default=None, description="Minutes later than expected.")
    until: Instant | None = Field(default=None, description="Free for the next thing at this moment.")

    @model_validator(mode="after")
    def _says_how_long(self) -> Self:
        if (self.minutes is None) == (self.until is None):
            raise refuse("missing_field", "is required unless 'until' is given; give one of them", "minutes")
        return self


class TechnicianAbsent(_Event):
    """A technician does not work for a while."""

    type: Literal["technician_absent"] = Field(description="Kind of event.")
    technician: Name = Field(description="Id of the technician.")
    from_: Instant | None = Field(
        default=None, alias="from", description="Since when; null: since the event; may lie ahead."
    )
    until: Instant | None = Field(
        default=None, description="Until when; null: until the end of that day, local time."
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.from_ is not None and self.until is not None and self.until <= self.from_:
            message = (
                f"{self.until.isoformat()} does not lie after 'from' {self.from_.isoformat()}; swap them"
            )
            raise refuse("end_before_start", message, "until")
        return self


class TechnicianAdded(_Event):
    """One more technician."""

    type: Literal["technician_added"] = Field(description="Kind of event.")
    technician: Technician = Field(description="The technician, complete, with an id that none has.")


class PartUsed(_Event):
    """A technician used pieces that no ticket requires."""

    type: Literal["part_used"] = Field(description="Kind of event.")
    technician: Name = Field(description="Id of the technician.")
    part: Name = Field(description="Name of the part.")
    quantity: Pieces = Field(default=1, description="How many pieces.")


class PartFoundMissing(_Event):
    """A van holds less than was thought."""

    type: Literal["part_found_missing"] = Field(description="Kind of event.")
    technician: Name = Field(description="Id of the technician.")
    part: Name = Field(description="Name of the part.")
    quantity: Pieces = Field(default=1, description="How many pieces are missing.")


KINDS: tuple[type[_Event], ...] = (
    TicketAdded,
    TicketCancelled,
    TicketChanged,
    VisitStarted,
    VisitFinished,
    TechnicianDelayed,
    TechnicianAbsent,
    TechnicianAdded,
    PartUsed,
    PartFoundMissing,
)
TYPES = tuple(kind.model_fields["type"].annotation.__args__[0] for kind in KINDS)  # type: ignore[union-attr]
"""The words of ``type``."""


def _type_of(value: Any) -> str | None:
    word = value.get("type") if isinstance(value, dict) else getattr(value, "type", None)
    return f"<{word}>" if word in TYPES else None


Event = Annotated[
    Annotated[TicketAdded, Tag("<ticket_added>")]
    | Annotated[TicketCancelled, Tag("<ticket_cancelled>")]
    | Annotated[TicketChanged, Tag("<ticket_changed>")]
    | Annotated[VisitStarted, Tag("<visit_started>")]
    | Annotated[VisitFinished, Tag("<visit_finished>")]
    | Annotated[TechnicianDelayed, Tag("<technician_delayed>")]
    | Annotated[TechnicianAbsent, Tag("<technician_absent>")]
    | Annotated[TechnicianAdded, Tag("<technician_added>")]
    | Annotated[PartUsed, Tag("<part_used>")]
    | Annotated[PartFoundMissing, Tag("<part_found_missing>")],
    Discriminator(
        _type_of,
        custom_error_type="finding",
        custom_error_message="{message}",
        custom_error_context={
            "code": "unknown_value",
            "message": f"is no event: 'type' must be one of {', '.join(TYPES)}",
            "at": (),
        },
    ),
]


class Events(Model):
    """What happened, and the present."""

    now: Instant = Field(description="The present: the rest of the day is planned from here.")
    events: Annotated[Many[Event], Field(max_length=100_000)] = Field(
        default=(), description="What happened, in the order in which it was learned."
    )

    @classmethod
    def from_file(cls, path: str | os.PathLike[str], max_input_mb: float = 1024) -> Self:
        """Read events from a JSON or YAML file. Raises InputError with all findings."""
        return cls.from_dict(read_document(path, max_input_mb))

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Read events from JSON. Raises InputError with all findings."""
        return cls.from_dict(parse_json(text))

    @classmethod
    def from_dict(cls, document: object) -> Self:
        """Read events from parsed JSON. Raises InputError with all findings."""
        return validate(cls, document)
