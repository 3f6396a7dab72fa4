"""Changes: the steps by which a what-if variant differs from the problem it starts from."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from dispatch_engine.model.base import Instant, Many, Model, Name, Price, Quantity, refuse
from dispatch_engine.model.problem import Certification, Names, Parts, Skills
from dispatch_engine.model.selectors import DepotSelector, Draw, TechnicianSelector, TicketSelector

Fields = Annotated[dict[Name, Any], Field(min_length=1, max_length=100)]
"""Fields of an object of the problem with their new values; checked when the change is made."""
Documents = Annotated[Many[dict[Name, Any]], Field(min_length=1, max_length=20_000)]
"""Whole objects of the problem; checked when the change is made."""
MoreOrLess = Annotated[float, Field(ge=-1440, le=1440)]
"""Minutes by which something moves, at most a day either way."""
Pieces = Annotated[dict[Name, Annotated[int, Field(ge=-1_000_000, le=1_000_000)]], Field(max_length=10_000)]
"""Pieces to add, or with a minus to take away, by part."""


def _needs_one_of(change: Model, *fields: str) -> None:
    if not any(getattr(change, name) for name in fields):
        raise refuse("missing_field", f"changes nothing; give {' or '.join(fields)}")


# ---------------------------------------------------------------- technicians


class AddTechnicians(Model):
    """Further technicians, given in full."""

    change: Literal["add_technicians"] = Field(description="Kind of change.")
    technicians: Documents = Field(
        description="Technicians as in [the problem](problem.md#technician), with new ids."
    )


class CloneTechnicians(Model):
    """Further technicians like those that exist; ids are those of the original with `-copy-1`, `-copy-2`, …"""

    change: Literal["clone_technicians"] = Field(description="Kind of change.")
    technicians: TechnicianSelector = Field(description="Whom to copy.")
    copies: Annotated[int, Field(ge=1, le=1000)] = Field(default=1, description="Copies of each.")
    set: Fields | None = Field(
        default=None, description="What is different with the copies, such as `start` or `skills`."
    )


class RemoveTechnicians(Model):
    """Technicians leave; wishes of tickets for or against them are forgotten."""

    change: Literal["remove_technicians"] = Field(description="Kind of change.")
    technicians: TechnicianSelector = Field(description="Who leaves.")


class SetTechnicians(Model):
    """Any field of technicians gets a new value, which replaces the old one whole."""

    change: Literal["set_technicians"] = Field(description="Kind of change.")
    technicians: TechnicianSelector = Field(description="Whose fields.")
    set: Fields = Field(
        description="Fields of [the technician](problem.md#technician) with their new values."
    )


class Absence(Model):
    """Technicians are away: shifts in that time are dropped, shortened or split."""

    change: Literal["absence"] = Field(description="Kind of change.")
    technicians: TechnicianSelector = Field(description="Who is away.")
    from_: Instant | None = Field(default=None, alias="from", description="Since when; null: always.")
    until: Instant | None = Field(default=None, description="Until when; null: to the end.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.from_ is not None and self.until is not None and self.until <= self.from_:
            message = f"{self.until.isoformat()} does not lie after from {self.from_.isoformat()}; swap them"
            raise refuse("end_before_start", message, "until")
        return self


class ShiftHours(Model):
    """All shifts of technicians become longer, or with a minus shorter; breaks stay where they are."""

    change: Literal["shift_hours"] = Field(description="Kind of change.")
    technicians: TechnicianSelector = Field(description="Whose shifts.")
    start_earlier_minutes: MoreOrLess = Field(default=0.0, description="How much earlier they start.")
    end_later_minutes: MoreOrLess = Field(default=0.0, description="How much later they end.")
    more_overtime_minutes: MoreOrLess = Field(
        default=0.0, description="How much more overtime is allowed, on top of the shift's own."
    )

    @model_validator(mode="after")
    def _does_something(self) -> Self:
        _needs_one_of(self, "start_earlier_minutes", "end_later_minutes", "more_overtime_minutes")
        return self


class ChangeSkills(Model):
    """Technicians learn or forget."""

    change: Literal["skills"] = Field(description="Kind of change.")
    technicians: TechnicianSelector = Field(description="Who.")
    set: Skills = Field(default_factory=dict, description="New level per skill.")
    remove: Names = Field(default=(), description="Skills that are lost.")

    @model_validator(mode="after")
    def _does_something(self) -> Self:
        _needs_one_of(self, "set", "remove")
        return self


class ChangeCertifications(Model):
    """Technicians gain or lose certificates."""

    change: Literal["certifications"] = Field(description="Kind of change.")
    technicians: TechnicianSelector = Field(description="Who.")
    add: Annotated[Many[Certification], Field(max_length=1000)] = Field(
        default=(), description="Certificates gained; one of the same name is replaced."
    )
    remove: Names = Field(default=(), description="Names of certificates lost.")

    @model_validator(mode="after")
    def _does_something(self) -> Self:
        _needs_one_of(self, "add", "remove")
        return self


class ChangeTools(Model):
    """Technicians get or give back tools."""

    change: Literal["tools"] = Field(description="Kind of change.")
    technicians: TechnicianSelector = Field(description="Who.")
    add: Names = Field(default=(), description="Tools gained.")
    remove: Names = Field(default=(), description="Tools lost.")

    @model_validator(mode="after")
    def _does_something(self) -> Self:
        _needs_one_of(self, "add", "remove")
        return self


class VanStock(Model):
    """Vans start with more, fewer or other parts."""

    change: Literal["van_stock"] = Field(description="Kind of change.")
    technicians: TechnicianSelector = Field(description="Whose vans.")
    set: Parts = Field(default_factory=dict, description="New number of pieces, by part.")
    add: Pieces = Field(
        default_factory=dict, description="Pieces more, or with a minus fewer; never below 0."
    )

    @model_validator(mode="after")
    def _does_something(self) -> Self:
        _needs_one_of(self, "set", "add")
        return self


class Speed(Model):
    """Technicians drive faster or slower: traffic, storm, another vehicle."""

    change: Literal["speed"] = Field(description="Kind of change.")
    technicians: TechnicianSelector = Field(default="all", description="Who.")
    factor: Annotated[float, Field(ge=0.1, le=10)] = Field(
        description="0.8 drives at 80 % of the speed before; multiplies speed_factor."
    )


# ---------------------------------------------------------------- tickets


class AddTickets(Model):
    """Further tickets, given in full."""

    change: Literal["add_tickets"] = Field(description="Kind of change.")
    tickets: Documents = Field(description="Tickets as in [the problem](problem.md#ticket), with new ids.")


class RemoveTickets(Model):
    """Tickets vanish, and what others say about them."""

    change: Literal["remove_tickets"] = Field(description="Kind of change.")
    tickets: TicketSelector = Field(description="Which.")


class SetTickets(Model):
    """Any field of tickets gets a new value, which replaces the old one whole."""

    change: Literal["set_tickets"] = Field(description="Kind of change.")
    tickets: TicketSelector = Field(description="Whose fields.")
    set: Fields = Field(description="Fields of [the ticket](problem.md#ticket) with their new values.")


class TicketVolume(Model):
    """More or less work of the same kind: copies of tickets drawn with replacement, or tickets left out."""

    change: Literal["ticket_volume"] = Field(description="Kind of change.")
    tickets: TicketSelector = Field(default="all", description="Which tickets are drawn from.")
    factor: Annotated[float, Field(ge=0, le=100)] = Field(
        description="1.2: a fifth more of the selected tickets."
    )
    seed: Draw = Field(default=0, description="Seed of the draw.")


class ChangeWindows(Model):
    """Time windows of tickets become wider or narrower; tickets without windows stay as they are."""

    change: Literal["time_windows"] = Field(description="Kind of change.")
    tickets: TicketSelector = Field(default="all", description="Whose windows.")
    open_earlier_minutes: MoreOrLess = Field(
        default=0.0, description="How much earlier they open; with a minus later."
    )
    close_later_minutes: MoreOrLess = Field(
        default=0.0, description="How much later they close; with a minus earlier."
    )
    width_minutes: Annotated[float, Field(ge=0, le=100_000)] | None = Field(
        default=None, description="How long they last from their opening; instead of the other two."
    )

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        moved = self.open_earlier_minutes or self.close_later_minutes
        if moved and self.width_minutes is not None:
            message = "and open_earlier_minutes or close_later_minutes are both given; keep one"
            raise refuse("conflicting_fields", message, "width_minutes")
        if not moved and self.width_minutes is None:
            message = "changes nothing; give open_earlier_minutes, close_later_minutes or width_minutes"
            raise refuse("missing_field", message)
        return self


class Outsourcing(Model):
    """A contractor may do tickets at a price."""

    change: Literal["outsourcing"] = Field(description="Kind of change.")
    tickets: TicketSelector = Field(default="all", description="Which tickets.")
    price: Price | None = Field(description="The tickets' `outsource_price`; null: no contractor.")


# ---------------------------------------------------------------- depots and promises


class AddDepots(Model):
    """Further depots, given in full."""

    change: Literal["add_depots"] = Field(description="Kind of change.")
    depots: Documents = Field(description="Depots as in [the problem](problem.md#depot), with new ids.")


class RemoveDepots(Model):
    """Depots close."""

    change: Literal["remove_depots"] = Field(description="Kind of change.")
    depots: DepotSelector = Field(description="Which.")


class SetDepots(Model):
    """Any field of depots gets a new value, which replaces the old one whole."""

    change: Literal["set_depots"] = Field(description="Kind of change.")
    depots: DepotSelector = Field(description="Whose fields.")
    set: Fields = Field(description="Fields of [the depot](problem.md#depot) with their new values.")


class DepotStock(Model):
    """Depots keep more, fewer or other parts."""

    change: Literal["depot_stock"] = Field(description="Kind of change.")
    depots: DepotSelector = Field(default="all", description="Which.")
    set: Annotated[dict[Name, Quantity | None], Field(max_length=10_000)] = Field(
        default_factory=dict, description="New number of pieces, by part; null: unlimited."
    )
    add: Pieces = Field(
        default_factory=dict, description="Pieces more, or with a minus fewer; never below 0."
    )

    @model_validator(mode="after")
    def _does_something(self) -> Self:
        _needs_one_of(self, "set", "add")
        return self


def _kind_of_policy(value: Any) -> str:
    return "<word>" if isinstance(value, str) else "<fields>"


PolicyChange = Annotated[
    Annotated[Name, Tag("<word>")] | Annotated[Fields, Tag("<fields>")], Discriminator(_kind_of_policy)
]


class ChangePolicy(Model):
    """Another SLA policy. Penalties of such a variant are counted by its own promises."""

    change: Literal["policy"] = Field(description="Kind of change.")
    policy: PolicyChange = Field(
        description="Name or, in files only, path of a policy, or an object that is laid over the policy at hand "
        "(over another one with `extends`)."
    )


WORDS = (
    "add_technicians",
    "clone_technicians",
    "remove_technicians",
    "set_technicians",
    "absence",
    "shift_hours",
    "skills",
    "certifications",
    "tools",
    "van_stock",
    "speed",
    "add_tickets",
    "remove_tickets",
    "set_tickets",
    "ticket_volume",
    "time_windows",
    "outsourcing",
    "add_depots",
    "remove_depots",
    "set_depots",
    "depot_stock",
    "policy",
)
"""Every kind of change."""


def _kind_of_change(value: Any) -> str | None:
    kind = value.get("change") if isinstance(value, dict) else getattr(value, "change", None)
    return f"<{kind.replace('_', ' ')}>" if kind in WORDS else None


Change = Annotated[
    Annotated[AddTechnicians, Tag("<add technicians>")]
    | Annotated[CloneTechnicians, Tag("<clone technicians>")]
    | Annotated[RemoveTechnicians, Tag("<remove technicians>")]
    | Annotated[SetTechnicians, Tag("<set technicians>")]
    | Annotated[Absence, Tag("<absence>")]
    | Annotated[ShiftHours, Tag("<shift hours>")]
    | Annotated[ChangeSkills, Tag("<skills>")]
    | Annotated[ChangeCertifications, Tag("<certifications>")]
    | Annotated[ChangeTools, Tag("<tools>")]
    | Annotated[VanStock, Tag("<van stock>")]
    | Annotated[Speed, Tag("<speed>")]
    | Annotated[AddTickets, Tag("<add tickets>")]
    | Annotated[RemoveTickets, Tag("<remove tickets>")]
    | Annotated[SetTickets, Tag("<set tickets>")]
    | Annotated[TicketVolume, Tag("<ticket volume>")]
    | Annotated[ChangeWindows, Tag("<time windows>")]
    | Annotated[Outsourcing, Tag("<outsourcing>")]
    | Annotated[AddDepots, Tag("<add depots>")]
    | Annotated[RemoveDepots, Tag("<remove depots>")]
    | Annotated[SetDepots, Tag("<set depots>")]
    | Annotated[DepotStock, Tag("<depot stock>")]
    | Annotated[ChangePolicy, Tag("<policy>")],
    Discriminator(
        _kind_of_change,
        custom_error_type="finding",
        custom_error_message="{message}",
        custom_error_context={
            "code": "unknown_value",
            "message": f"is no change: 'change' must be one of {', '.join(WORDS)}",
            "at": (),
        },
    ),
]
"""One step; ``change`` says which kind."""
