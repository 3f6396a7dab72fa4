"""Reads the headers by which callers choose: Prefer, Idempotency-Key, If-None-Match, Last-Event-ID."""

from __future__ import annotations

import re

from dispatch_engine.api.problems import Refusal

MAX_KEY = 200
KEY_PATTERN = "^[!-~]([ -~]*[!-~])?$"
"""Printable ASCII; blanks at the ends do not survive the way."""
MAX_SEQ = 2**63 - 1
_WAIT = re.compile(r'(?:^|,)\s*wait\s*=\s*"?(\d{1,6})"?\s*(?=[;,]|$)', re.ASCII | re.IGNORECASE)


def wanted_wait(prefer: str | None, longest: float) -> float | None:
    """The seconds of ``Prefer: wait=N`` (RFC 7240), at most ``longest``; None where nothing is preferred.

    What cannot be understood is passed over, as the RFC wants it: preferences bind nobody.
    """
    found = _WAIT.search(prefer or "")
    return min(float(found[1]), longest) if found else None


def idempotency_key(value: str | None) -> str | None:
    """The key, with or without the quotes of the IETF draft. Raises Refusal ``bad_header``."""
    if value is None:
        return None
    key = value.strip()
    if not re.fullmatch(KEY_PATTERN, key) or len(key) > MAX_KEY:
        raise Refusal("bad_header", f"Idempotency-Key must be 1 to {MAX_KEY} printable ASCII characters.")
    return key[1:-1] if len(key) > 2 and key[0] == key[-1] == '"' else key


def matches(if_none_match: str | None, tag: str) -> bool:
    """Whether the caller already has what ``tag`` stands for."""
    if if_none_match is None:
        return False
    known = {entry.strip().removeprefix("W/") for entry in if_none_match.split(",")}
    return "*" in known or tag in known


def last_seen(last_event_id: str | None) -> int:
    """The number of the last event that the caller saw; 0 where it saw none. Raises Refusal ``bad_header``."""
    text = (last_event_id or "").strip()
    if not text:
        return 0
    if not (text.isascii() and text.isdigit() and len(text) <= 19 and int(text) <= MAX_SEQ):
        raise Refusal("bad_header", "Last-Event-ID must be the id of an event of this stream.")
    return int(text)
