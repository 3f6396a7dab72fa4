"""Calls the webhooks of ended jobs: at least once, signed, tried again for a day, and only where they may go."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta

import httpx2
from anyio import to_thread

from dispatch_engine._version import __version__
from dispatch_engine.api.answers import JSON, job_json
from dispatch_engine.api.jobs import Delivery, DeliveryTry
from dispatch_engine.api.problems import Refusal
from dispatch_engine.api.service import Service
from dispatch_engine.api.targets import Target, TargetDenied

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.5
"""Between two looks for calls to make."""
CALL_SECONDS = 10.0
"""What one call may take in all."""
HOLD = timedelta(seconds=4 * CALL_SECONDS)
"""For so long nobody else makes the calls that were taken: longer than taking, looking up and calling last."""
AT_ONCE = 8
QUICK_TRIES = 10
QUICK_SECONDS = 10
LONGEST_SECONDS = 6 * 3600
GONE = 410
"""The answer by which a receiver ends all tries."""
SIGNATURE = "Dispatch-Signature"
TIMESTAMP = "Dispatch-Timestamp"


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """``v1=`` and the HMAC-SHA256, in hex, of the timestamp, a full stop and the body."""
    signed = timestamp.encode() + b"." + body
    return "v1=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def next_try(delivery: Delivery, now: datetime, hours: float) -> datetime | None:
    """When to try again after a failure: ten times every 10 s, then ever later; None once ``hours`` are over."""
    beyond = max(0, delivery.attempt + 1 - QUICK_TRIES)
    pause = min(QUICK_SECONDS * 2**beyond, LONGEST_SECONDS) if beyond < 32 else LONGEST_SECONDS
    moment = now + timedelta(seconds=pause)
    return moment if moment <= delivery.created_at + timedelta(hours=hours) else None


@asynccontextmanager
async def delivering(service: Service) -> AsyncIterator[None]:
    """Calls webhooks as long as the context lasts."""
    task = asyncio.create_task(_deliver_for_ever(service))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _deliver_for_ever(service: Service) -> None:
    while True:
        try:
            count = await deliver_due(service)
        except Refusal:
            count = 0  # the store is away; its calls stay due
        except Exception:
            log.exception("webhooks could not be called")
            count = 0
        if not count:
            await asyncio.sleep(LOOK_SECONDS)


async def deliver_due(service: Service) -> int:
    """Make every call that is due, side by side; how many."""
    now = datetime.now(UTC)
    due = await service.ask(lambda: service.store.due_deliveries(now, hold=HOLD, limit=AT_ONCE))
    async with asyncio.TaskGroup() as group:
        for delivery in due:
            group.create_task(_deliver(service, delivery))
    return len(due)


async def _deliver(service: Service, delivery: Delivery) -> None:
    """Make one call and note how it went."""
    try:
        status, detail = await _call(service, delivery)
    except Refusal:
        return  # the store is away; the call is due again later
    now = datetime.now(UTC)
    is_delivered = status is not None and 200 <= status < 300
    again = (
        None if is_delivered or status == GONE else next_try(delivery, now, service.settings.webhook_hours)
    )
    outcome = "delivered" if is_delivered else ("failed" if again else "given_up")
    service.metrics.deliveries.labels(outcome).inc()
    log.log(
        logging.INFO if is_delivered else logging.WARNING,
        "a webhook was called: %s",
        outcome,
        extra={
            "job_id": delivery.job_id,
            "delivery": delivery.id,
            "attempt": delivery.attempt,
            "status": status,
            "detail": detail,
        },
    )
    note = DeliveryTry(now, status, detail)
    with suppress(Refusal):  # what cannot be noted is due again, and a receiver drops what it knows
        await service.ask(
            lambda: service.store.record_delivery(
                delivery.id, note, is_delivered=is_delivered, next_try=again
            )
        )


async def _call(service: Service, delivery: Delivery) -> tuple[int | None, str]:
    """The HTTP status that came back, or None; and a word about what happened."""
    job = await service.ask(service.store.get, delivery.owner, delivery.job_id)
    if job is None:
        return GONE, "the job was deleted"
    try:
        async with asyncio.timeout(CALL_SECONDS):
            target = await to_thread.run_sync(service.gate.target, delivery.url, abandon_on_cancel=True)
            status = await send(target, delivery, job_json(job))
    except TargetDenied as error:
        return None, str(error)
    except TimeoutError:
        return None, f"no answer within {CALL_SECONDS:g} s"
    except (OSError, httpx2.HTTPError, httpx2.InvalidURL) as error:
        return None, f"{type(error).__name__}: {error}"[:200]
    return status, "answered"


async def send(target: Target, delivery: Delivery, body: bytes) -> int:
    """Post ``body`` to the address that was judged, under the name that was given; the status.

    No proxy of the environment is used and no redirect followed: both would lead past the judgement. Of the
    answer nothing but its head is read.
    """
    headers = head(delivery, body, datetime.now(UTC)) | {"Host": target.host_header}
    async with (
        httpx2.AsyncClient(trust_env=False, follow_redirects=False, timeout=CALL_SECONDS) as client,
        client.stream(
            "POST",
            target.dialled,
            content=body,
            headers=headers,
            extensions={"sni_hostname": target.host},
        ) as answer,
    ):
        return answer.status_code


def head(delivery: Delivery, body: bytes, now: datetime) -> dict[str, str]:
    """The headers of a call: the same id for every try, and a signature that includes the time."""
    timestamp = str(int(now.timestamp()))
    headers = {
        "Content-Type": JSON,
        "User-Agent": f"dispatch-engine/{__version__}",
        "Dispatch-Delivery": str(delivery.id),
        "Dispatch-Job": delivery.job_id,
        "Dispatch-Attempt": str(delivery.attempt),
        TIMESTAMP: timestamp,
    }
    if delivery.secret is not None:
        headers[SIGNATURE] = signature(delivery.secret, timestamp, body)
    return headers
