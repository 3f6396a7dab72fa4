"""When an SLA clock runs: opening hours by weekday, pauses between them, holidays; and counting time by them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import pairwise
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import AfterValidator, Discriminator, Field, Tag, field_validator, model_validator

from dispatch_engine.model.base import Day, Many, Model, Name, refuse, shown
from dispatch_engine.model.holiday_calendars import holiday_calendar

_CLOCK_TIME = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00", re.ASCII)
_DAY = timedelta(days=1)
LONGEST_SEARCH = 3660
"""Days after which a deadline that is still not reached is set; no sane promise comes near it."""


def _check_clock_time(value: str) -> str:
    if not _CLOCK_TIME.fullmatch(value):
        raise refuse("bad_time", f"{shown(value)} is no time of day; write it as 08:00")
    return value


ClockTime = Annotated[str, AfterValidator(_check_clock_time)]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)


class OpenHours(Model):
    """One period of a business day."""

    opens: ClockTime = Field(description="Local time such as 08:00.")
    closes: ClockTime = Field(description="Local time such as 17:30; 24:00 is the end of the day.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.closes <= self.opens:
            message = (
                f"{self.closes} is not after {self.opens}; a night is two periods, up to 24:00 and from 00:00"
            )
            raise refuse("end_before_start", message, "closes")
        return self

    @property
    def span(self) -> tuple[timedelta, timedelta]:
        """Both times since midnight on the clock's face."""
        return _since_midnight(self.opens), _since_midnight(self.closes)


def _since_midnight(text: str) -> timedelta:
    hours, minutes = text.split(":")
    return timedelta(hours=int(hours), minutes=int(minutes))


class BusinessHours(Model):
    """When an SLA clock runs; it stands still outside these hours, in pauses between them and on holidays."""

    days: dict[Weekday, Annotated[Many[OpenHours], Field(max_length=10)]] = Field(
        description="Periods by day of the week; a day left out is off."
    )
    holidays: Annotated[Many[Day], Field(max_length=1000)] = Field(
        default=(), description="Further days off."
    )
    holiday_calendar: Name | None = Field(
        default=None,
        description="Public holidays of a country or region by ISO 3166, such as `CN` or `DE-BY`; null: none.",
    )

    @field_validator("holiday_calendar")
    @classmethod
    def _calendar_exists(cls, value: str | None) -> str | None:
        if value is not None:
            holiday_calendar(value)
        return value

    @model_validator(mode="after")
    def _opens_some_time(self) -> Self:
        if not any(self.days.values()):
            raise refuse("missing_field", "has no period; give at least one, or use around_the_clock", "days")
        for day, periods in self.days.items():
            for number, (before, after) in enumerate(pairwise(periods), 1):
                if after.opens < before.closes:
                    message = (
                        f"{after.opens} lies before the period above it ends at {before.closes}; sort them"
                    )
                    raise refuse("end_before_start", message, "days", day, number, "opens")
        return self

    def holiday(self, day: date) -> str | None:
        """The name of a day off, its date where it has none; None on other days."""
        if day in self.holidays:
            return day.isoformat()
        return None if self.holiday_calendar is None else holiday_calendar(self.holiday_calendar).get(day)

    def is_working_day(self, day: date) -> bool:
        """Whether the clock runs at some time of the day."""
        return bool(self.days.get(WEEKDAYS[day.weekday()])) and self.holiday(day) is None

    def periods(self, day: date, zone: tzinfo) -> Iterator[tuple[datetime, datetime]]:
        """When the clock runs on a local day, in UTC.

        A period that ends in the hour that comes twice ends with its second coming. In the hour that is left
        out, times are those of a clock that was not put forward.
        """
        if self.is_working_day(day):
            midnight = datetime(day.year, day.month, day.day)
            for period in self.days[WEEKDAYS[day.weekday()]]:
                opens, closes = (midnight + since for since in period.span)
                yield opens.replace(tzinfo=zone).astimezone(UTC), _last(closes, zone)


def _last(closes: datetime, zone: tzinfo) -> datetime:
    """A local time in UTC, the second one where it comes twice."""
    first, second = (closes.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    return max(first, second) if first < second else first


def _kind_of_clock(value: Any) -> str:
    return "<word>" if isinstance(value, str) else "<business hours>"


SlaClock = Annotated[
    Annotated[Literal["around_the_clock"], Tag("<word>")] | Annotated[BusinessHours, Tag("<business hours>")],
    Discriminator(_kind_of_clock),
]


def later(moment: datetime, seconds: int, hours: BusinessHours, zone: tzinfo) -> datetime:
    """The moment at which a clock of business hours that starts at ``moment`` has run for ``seconds``, in UTC.

    A clock that starts outside its hours begins to run at the next opening. Where the seconds end exactly at a
    closing time, that is the moment.
    """
    left = timedelta(seconds=seconds)
    now = moment.astimezone(UTC)
    day = moment.astimezone(zone).date()
    for _ in range(LONGEST_SEARCH):
        for opens, closes in hours.periods(day, zone):
            begins = max(opens, now)
            if closes > begins:
                if closes - begins >= left:
                    return begins + left
                left -= closes - begins
        day += _DAY
    return now + LONGEST_SEARCH * _DAY


def working_days_later(moment: datetime, days: int, sla_clock: SlaClock) -> datetime:
    """The same local time, so many working days later; around the clock these are Monday to Friday."""
    for _ in range(LONGEST_SEARCH):
        moment += _DAY
        day = moment.date()
        days -= day.weekday() < 5 if isinstance(sla_clock, str) else sla_clock.is_working_day(day)
        if days <= 0:
            break
    return moment
