"""Time zones by their IANA name, refused kindly where there is none."""

from __future__ import annotations

from functools import lru_cache
from zoneinfo import ZoneInfo


@lru_cache(maxsize=256)
def find_zone(name: str) -> ZoneInfo | None:
    """The zone called ``name``, or None where the time zone data know no such name."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        # OSError: names of folders such as "Europe", and names that are too long for a file.
        return None
