"""Between rows of SQLite and records: jobs are read from rows, large texts are kept compressed."""

from __future__ import annotations

import json
import sqlite3
import zlib
from datetime import UTC, datetime

from dispatch_engine.api.jobs import Document, Job, JobState

LEVEL = 3
"""Of zlib: problems shrink to about an eighth, several times faster than at its default."""


def pack(text: bytes) -> bytes:
    """What is stored for ``text``."""
    return zlib.compress(text, LEVEL)


def unpack(content: bytes) -> bytes:
    """The text that was packed."""
    return zlib.decompress(content)


def to_json(document: Document | None) -> str | None:
    """Compact JSON; None stays None."""
    return None if document is None else json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def read_job(connection: sqlite3.Connection, job_id: str, *, with_plan: bool = True) -> Job | None:
    """The job with this id, whoever owns it."""
    row = connection.execute(
        """
        SELECT jobs.*, plans.prices, CASE WHEN ? THEN plans.content END AS plan
        FROM jobs LEFT JOIN plans ON plans.job_id = jobs.id WHERE jobs.id = ?
        """,
        (with_plan, job_id),
    ).fetchone()
    return None if row is None else _job(row)


def _job(row: sqlite3.Row) -> Job:
    created = _moment(row["created_at"])
    assert created is not None
    return Job(
        id=row["id"],
        owner=row["owner"],
        kind=row["kind"],
        state=JobState(row["state"]),
        created_at=created,
        time_limit_seconds=row["time_limit_seconds"],
        started_at=_moment(row["started_at"]),
        finished_at=_moment(row["finished_at"]),
        attempt=row["attempt"],
        progress=_document(row["progress"]),
        plan=None if row["plan"] is None else unpack(row["plan"]).decode(),
        prices=_document(row["prices"]),
        error=_document(row["error"]),
        cancel_requested=bool(row["cancel_requested"]),
        webhook=_document(row["webhook"]),
        version=row["version"],
    )


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _document(text: str | None) -> Document | None:
    return None if text is None else dict(json.loads(text))
