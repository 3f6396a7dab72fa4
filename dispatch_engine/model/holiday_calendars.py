"""Public holidays by the code of a country or region, from the calendars of the library ``holidays``."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import Protocol

from dispatch_engine.model.base import refuse, shown

_COUNTRY = re.compile("[A-Z]{2}")


class Holidays(Protocol):
    """Days off with their names."""

    def get(self, day: date) -> str | None:
        """The name of the holiday, None on other days."""


@lru_cache(maxsize=64)
def holiday_calendar(code: str) -> Holidays:
    """The holidays of a country (``CN``) or of a part of one (``DE-BY``), by ISO 3166.

    Raises
    ------
    PydanticCustomError
        Codes ``unknown_holiday_calendar`` and ``missing_library``.
    """
    try:
        from holidays import country_holidays
    except ImportError:
        message = "needs the package holidays: pip install 'dispatch-engine[holidays]', or list the days"
        raise refuse("missing_library", message) from None
    country, _, region = code.partition("-")
    try:
        if not _COUNTRY.fullmatch(country):
            raise NotImplementedError
        # English where the library has it, whatever the locale of the process is.
        found: Holidays = country_holidays(country, subdiv=region or None, language="en_US")
    except NotImplementedError:
        message = f"{shown(code)} is no known calendar; use an ISO 3166 code as CN, or DE-BY for a region"
        raise refuse("unknown_holiday_calendar", message) from None
    return found
