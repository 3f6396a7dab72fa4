"""What a generated day is made of: areas, trades, services, shifts and shares, read from YAML and checked."""

from __future__ import annotations

import os
from datetime import date
from typing import Annotated, Self

from pydantic import Field, model_validator

from dispatch_engine.model.base import Day, Many, Model, Name, refuse, validate
from dispatch_engine.model.files import read_document
from dispatch_engine.model.policy import Priority

Share = Annotated[float, Field(ge=0, le=1e6)]
"""Weight in a mix; the entries of a mix are compared with each other and need not sum to anything."""

Probability = Annotated[float, Field(ge=0, le=1)]
ClockTime = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Length = Annotated[int, Field(ge=1, le=1440)]
Some = Field(min_length=1, max_length=100)


class AreaConfig(Model):
    """A district: places lie in a bell around its centre, at most ``radius_km`` away in each axis."""

    name: Name = Field(description="Name of the district, part of every address.")
    zone: Name = Field(description="Zone of its tickets, such as urban.")
    lat: Annotated[float, Field(ge=-80, le=80)] = Field(description="Latitude of the centre.")
    lon: Annotated[float, Field(ge=-180, le=180)] = Field(description="Longitude of the centre.")
    radius_km: Annotated[float, Field(gt=0, le=100)] = Field(
        description="Farthest place from the centre, in each axis."
    )
    tickets: Share = Field(description="Share of the tickets.")
    homes: Share = Field(description="Share of the technicians' homes.")


class TradeConfig(Model):
    """A skill with the appliances, certificate, parts and tools that belong to it."""

    skill: Name = Field(description="Name of the skill.")
    share: Share = Field(description="Share of the tickets, and of the technicians who learned it first.")
    appliances: Annotated[Many[Name], Some] = Field(description="What the customer owns.")
    certification: Name | None = Field(None, description="Certificate that the law asks for.")
    certified_from_level: Annotated[int, Field(ge=1, le=3)] = Field(
        1, description="Tickets of this level and above need the certificate."
    )
    parts: Annotated[Many[Name], Field(max_length=50)] = Field((), description="Spare parts of the trade.")
    tools: Annotated[Many[Name], Field(max_length=50)] = Field((), description="Special tools of the trade.")


class ServiceConfig(Model):
    """A kind of visit and what it tends to need."""

    name: Name = Field(description="Name of the service, such as repair.")
    share: Share = Field(description="Share of the tickets.")
    minutes: Annotated[Many[Length], Some] = Field(description="Durations, each equally frequent.")
    required_part: Probability = Field(0, description="Chance that a part is known to be needed.")
    likely_part: Probability = Field(0, description="Chance that a part may turn out to be needed.")
    tool: Probability = Field(0, description="Chance that a special tool is needed.")
    complex: Probability = Field(0, description="Chance of a complex fault, which takes half as long again.")
    certification: Name | None = Field(
        None, description="Certificate that the service asks for in every trade."
    )


class BreakConfig(Model):
    """A break that starts between two times of the day."""

    earliest: ClockTime = Field(description="First possible start.")
    latest: ClockTime = Field(description="Last possible start.")
    minutes: Length = Field(description="Length.")


class ShiftConfig(Model):
    """A pattern of work."""

    share: Share = Field(description="Share of the technicians.")
    start: ClockTime = Field(description="Start of work.")
    end: ClockTime = Field(description="End of work, on the same day.")
    breaks: Annotated[Many[BreakConfig], Field(max_length=10)] = Field((), description="Breaks in order.")
    max_overtime_minutes: Annotated[int, Field(ge=0, le=1440)] = Field(0, description="Overtime allowed.")


class StaffConfig(Model):
    """What technicians know and carry."""

    second_trades: Annotated[Many[Share], Some] = Field(description="Shares of 0, 1, 2 ... further trades.")
    first_levels: Annotated[Many[Share], Some] = Field(
        description="Shares of level 1, 2, 3 in the first trade."
    )
    second_levels: Annotated[Many[Share], Some] = Field(
        description="Shares of level 1, 2, 3 in further trades."
    )
    certified: Probability = Field(
        description="Chance of holding a certificate that a trade or service asks for."
    )
    expired: Probability = Field(description="Share of the certificates that ended within the last month.")
    tool: Probability = Field(description="Chance of carrying a tool of an own trade.")
    stocked: Probability = Field(description="Chance of carrying a part of an own trade.")
    units: Annotated[Many[Annotated[int, Field(ge=1, le=100)]], Some] = Field(
        description="Pieces of a part on board, each equally frequent."
    )


class DemandConfig(Model):
    """What customers ask for."""

    priorities: dict[Priority, Share] = Field(
        description="Mix of priorities. Emergencies have no appointment."
    )
    levels: Annotated[Many[Share], Some] = Field(
        description="Shares of level 1, 2, 3 asked of the technician."
    )
    appointments_from: ClockTime = Field(description="First appointment of the day.")
    appointments_until: ClockTime = Field(description="Last appointment of the day.")
    appointment_step_minutes: Length = Field(30, description="Appointments stand on this grid.")
    without_appointment: Probability = Field(
        0, description="Chance that a ticket reported this morning has none."
    )
    windows: Probability = Field(description="Chance that the customer is at home only for some hours.")
    window_minutes: Annotated[Many[Length], Some] = Field(
        description="Lengths of that window from the appointment on, each equally frequent."
    )
    preferred: Probability = Field(0, description="Chance that the customer prefers a technician.")
    excluded: Probability = Field(0, description="Chance that the customer refuses a technician.")
    urgency: Probability = Field(
        0, description="Chance that a first response within 24, 48 or 72 hours was promised."
    )


class GenerateConfig(Model):
    """A day to generate. See ``scenarios/shanghai-weekday.yaml`` for an example of every field."""

    name: Name = Field(description="Name of the problem.")
    seed: Annotated[int, Field(ge=0, lt=2**63)] = Field(description="Seed of the shipped scenario.")
    day: Day = Field(description="The day.")
    time_zone: Name = Field(description="IANA time zone, such as Asia/Shanghai.")
    tickets: Annotated[int, Field(ge=0, le=100_000)] = Field(description="Number of tickets.")
    technicians: Annotated[int, Field(ge=0, le=20_000)] = Field(description="Number of technicians.")
    speed_kmh: Annotated[dict[Name, Annotated[float, Field(gt=0, le=300)]], Some] = Field(
        description="Speed by zone."
    )
    detour_factor: Annotated[float, Field(ge=1, le=10)] = Field(
        description="Driven metres per metre as the crow flies."
    )
    areas: Annotated[Many[AreaConfig], Some] = Field(description="Districts.")
    trades: Annotated[Many[TradeConfig], Some] = Field(description="Trades.")
    services: Annotated[Many[ServiceConfig], Some] = Field(description="Services.")
    shifts: Annotated[Many[ShiftConfig], Some] = Field(description="Patterns of work.")
    staff: StaffConfig = Field(description="What technicians know and carry.")
    demand: DemandConfig = Field(description="What customers ask for.")

    @classmethod
    def from_file(cls, path: str | os.PathLike[str]) -> Self:
        """Read a YAML or JSON file. Raises InputError with all findings."""
        return validate(cls, read_document(path))

    @classmethod
    def from_dict(cls, document: object) -> Self:
        """Read a parsed document. Raises InputError with all findings."""
        return validate(cls, document)

    @property
    def certifications(self) -> tuple[str, ...]:
        """Every certificate that a service asks for in all trades, in order of first mention."""
        return tuple(dict.fromkeys(s.certification for s in self.services if s.certification is not None))

    @property
    def last_month(self) -> date:
        """Thirty days before the day."""
        return date.fromordinal(self.day.toordinal() - 30)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        _refuse_empty_mixes(self)
        for number, area in enumerate(self.areas):
            if area.zone not in self.speed_kmh:
                message = f"'{area.zone}' has no speed; add it to speed_kmh"
                raise refuse("unknown_zone", message, "areas", number, "zone")
        for number, shift in enumerate(self.shifts):
            if shift.end <= shift.start:
                message = f"ends at {shift.end}, not after its start at {shift.start}; correct one of them"
                raise refuse("bad_order", message, "shifts", number, "end")
        demand = self.demand
        if demand.appointments_until < demand.appointments_from:
            message = f"{demand.appointments_until} is before appointments_from; correct one of them"
            raise refuse("bad_order", message, "demand", "appointments_until")
        return self


def _refuse_empty_mixes(config: GenerateConfig) -> None:
    """Refuse every mix whose shares are all 0: nothing could be drawn from it."""
    mixes: dict[tuple[str, ...], list[float]] = {
        ("areas",): [area.tickets for area in config.areas],
        ("areas", "0", "homes"): [area.homes for area in config.areas],
        ("trades",): [trade.share for trade in config.trades],
        ("services",): [service.share for service in config.services],
        ("shifts",): [shift.share for shift in config.shifts],
        ("staff", "second_trades"): list(config.staff.second_trades),
        ("staff", "first_levels"): list(config.staff.first_levels),
        ("staff", "second_levels"): list(config.staff.second_levels),
        ("demand", "priorities"): list(config.demand.priorities.values()),
        ("demand", "levels"): list(config.demand.levels),
    }
    for at, shares in mixes.items():
        if not sum(shares) > 0:
            raise refuse("out_of_range", "has shares that are all 0; make one of them positive", *at)
