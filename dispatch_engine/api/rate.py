"""Limits of calls per minute: for reading, for work, and for those who come without a valid key."""

from __future__ import annotations

from time import time
from typing import Literal

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from dispatch_engine.api.problems import later
from dispatch_engine.api.settings import Settings

Sort = Literal["read", "work", "refusal"]


class Rates:
    """Counts calls; one count per sort of call and caller. Memory only: a restart begins anew."""

    def __init__(self, settings: Settings) -> None:
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._limits: dict[Sort, RateLimitItem] = {
            "read": RateLimitItemPerMinute(settings.reads_per_minute, namespace="read"),
            "work": RateLimitItemPerMinute(settings.work_per_minute, namespace="work"),
            "refusal": RateLimitItemPerMinute(settings.refusals_per_minute, namespace="refusal"),
        }

    def count(self, sort: Sort, who: str) -> dict[str, str]:
        """Count one call of ``who``.

        Returns
        -------
        The headers that tell how much is left (IETF draft RateLimit header fields).

        Raises
        ------
        Refusal : ``too_many_requests``, with ``Retry-After`` and the same headers.
        """
        limit = self._limits[sort]
        is_allowed = self._limiter.hit(limit, who)
        reset, remaining = self._limiter.get_window_stats(limit, who)
        seconds = max(1, round(reset - time()))
        headers = {
            "RateLimit-Policy": f'"{sort}";q={limit.amount};w=60',
            "RateLimit": f'"{sort}";r={max(0, remaining)};t={seconds}',
        }
        if not is_allowed:
            detail = f"At most {limit.amount:,} such calls a minute are answered; wait {seconds} s."
            refusal = later("too_many_requests", detail, seconds)
            refusal.headers.update(headers)
            raise refusal
        return headers
