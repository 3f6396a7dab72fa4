"""Webhook calls that are owed, in SQLite: noted when a job ends, lent to one caller at a time, logged."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime

from dispatch_engine.api.jobs import Delivery, DeliveryTry


def owe_delivery(connection: sqlite3.Connection, job_id: str, now: float) -> None:
    """Note that the job has ended, where somebody wants to be told; in the transaction that ends it."""
    connection.execute(
        """
        INSERT INTO deliveries (job_id, created_at, due_at)
        SELECT id, :now, :now FROM jobs WHERE id = :job AND webhook IS NOT NULL
        """,
        {"job": job_id, "now": now},
    )


def lend_deliveries(connection: sqlite3.Connection, now: float, hold: float, limit: int) -> list[Delivery]:
    """The calls that are due; due again after ``hold`` seconds unless their outcome is recorded."""
    rows = connection.execute(
        """
        UPDATE deliveries SET due_at = :now + :hold
        WHERE id IN (SELECT id FROM deliveries WHERE due_at <= :now ORDER BY due_at LIMIT :limit)
        RETURNING id
        """,
        {"now": now, "hold": hold, "limit": limit},
    ).fetchall()
    return [_delivery(connection, row["id"]) for row in rows]


def _delivery(connection: sqlite3.Connection, delivery_id: int) -> Delivery:
    row = connection.execute(
        """
        SELECT deliveries.id, owner, job_id, webhook, deliveries.created_at, json_array_length(tries) AS attempt
        FROM deliveries JOIN jobs ON jobs.id = job_id WHERE deliveries.id = ?
        """,
        (delivery_id,),
    ).fetchone()
    webhook = json.loads(row["webhook"])
    return Delivery(
        id=row["id"],
        owner=row["owner"],
        job_id=row["job_id"],
        url=webhook["url"],
        secret=webhook.get("secret"),
        created_at=datetime.fromtimestamp(row["created_at"], UTC),
        attempt=row["attempt"],
    )


def log_try(
    connection: sqlite3.Connection, delivery_id: int, outcome: DeliveryTry, due_at: float | None
) -> None:
    """Add a try to the log; due again at ``due_at``, never again where that is None."""
    entry = {"at": outcome.at.timestamp(), "status": outcome.status, "detail": outcome.detail}
    connection.execute(
        "UPDATE deliveries SET due_at = ?, tries = json_insert(tries, '$[#]', json(?)) WHERE id = ?",
        (due_at, json.dumps(entry, ensure_ascii=False), delivery_id),
    )


def read_tries(connection: sqlite3.Connection, owner: str, job_id: str) -> list[DeliveryTry]:
    """All tries to tell about the owner's job, oldest first."""
    rows = connection.execute(
        """
        SELECT tries FROM deliveries JOIN jobs ON jobs.id = job_id
        WHERE job_id = ? AND owner = ? ORDER BY deliveries.id
        """,
        (job_id, owner),
    )
    return [
        DeliveryTry(datetime.fromtimestamp(entry["at"], UTC), entry["status"], entry["detail"])
        for row in rows
        for entry in json.loads(row["tries"])
    ]
