"""Webhooks: signed, sent to the judged address only, tried again, and given up in the end."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from anyio import from_thread
from service_world import PLAN, World, world

from dispatch_engine.api import webhooks
from dispatch_engine.api.jobs import Delivery
from dispatch_engine.api.targets import Gate
from dispatch_engine.api.webhooks import deliver_due, next_try, signature

T0 = datetime(2026, 11, 23, 8, tzinfo=UTC)


class Receiver:
    """A receiver of webhooks that answers as told."""

    def __init__(self) -> None:
        self.calls: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int] = []
        self.location = ""
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.calls.append(({k.lower(): v for k, v in self.headers.items()}, body))
                self.send_response(outer.answers.pop(0) if outer.answers else 204)
                if outer.location:
                    self.send_header("Location", outer.location)
                self.end_headers()

            do_GET = do_POST

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@contextmanager
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def hook() -> Iterator[Receiver]:
    with receiver() as made:
        yield made


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Nothing is delivered by itself: each test does it."""
    monkeypatch.setattr(webhooks, "LOOK_SECONDS", 3600)
    with world(tmp_path, webhook_allow=("127.0.0.0/8", "crm.internal")) as made:
        yield made


def ended(service: World, url: str) -> str:
    """A job with a webhook that has ended."""
    job_id = service.submit(webhook={"url": url, "secret": "s3cret"})["id"]
    service.run()
    service.finish(job_id, plan=json.dumps(PLAN), prices={})
    return str(job_id)


def deliver(service: World) -> int:
    """Make the calls that are due."""
    with from_thread.start_blocking_portal() as portal:
        return portal.call(deliver_due, service.service)


def statuses(service: World, job_id: str) -> list[int | None]:
    return [found.status for found in service.store.deliveries("", job_id)]


def test_the_call_tells_the_job_and_is_signed(service: World, hook: Receiver) -> None:
    """HMAC-SHA256 over timestamp, full stop and body; the body is the job as GET gives it."""
    job_id = ended(service, f"http://127.0.0.1:{hook.port}/done?x=1")
    assert deliver(service) == 1
    ((headers, body),) = hook.calls
    assert json.loads(body) == service.client.get(f"/v1/plans/{job_id}").json()
    signed = headers["dispatch-timestamp"].encode() + b"." + body
    right = hmac.new(b"s3cret", signed, hashlib.sha256).hexdigest()
    assert headers["dispatch-signature"] == f"v1={right}"
    assert (headers["dispatch-job"], headers["dispatch-attempt"]) == (job_id, "0")
    assert headers["host"] == f"127.0.0.1:{hook.port}"
    assert headers["content-type"] == "application/json"
    assert statuses(service, job_id) == [204]
    assert deliver(service) == 0, "a call that succeeded is not made again"


def test_a_call_that_fails_is_due_again(service: World, hook: Receiver) -> None:
    """500, then 503, then 200: the same delivery each time, and none after success."""
    hook.answers = [500, 503, 200]
    job_id = ended(service, f"http://127.0.0.1:{hook.port}/")
    deliver(service)
    assert deliver(service) == 0, "not before ten seconds have passed"
    for seconds in (11, 22):
        later = datetime.now(UTC) + timedelta(seconds=seconds)
        (due,) = service.store.due_deliveries(later, hold=timedelta(0))
        with from_thread.start_blocking_portal() as portal:
            portal.call(webhooks._deliver, service.service, due)
    assert statuses(service, job_id) == [500, 503, 200]
    assert len({headers["dispatch-delivery"] for headers, _ in hook.calls}) == 1
    assert [headers["dispatch-attempt"] for headers, _ in hook.calls] == ["0", "1", "2"]
    assert service.store.due_deliveries(datetime.now(UTC) + timedelta(days=9), hold=timedelta(0)) == []


def test_a_receiver_that_is_gone_is_not_called_again(service: World, hook: Receiver) -> None:
    """410 ends all tries."""
    hook.answers = [410]
    job_id = ended(service, f"http://127.0.0.1:{hook.port}/")
    deliver(service)
    assert statuses(service, job_id) == [410]
    assert service.store.due_deliveries(datetime.now(UTC) + timedelta(days=9), hold=timedelta(0)) == []


def test_redirects_are_not_followed(service: World, hook: Receiver) -> None:
    """Else a public receiver could send us anywhere."""
    with receiver() as inner:
        hook.answers, hook.location = [307], f"http://127.0.0.1:{inner.port}/secret"
        job_id = ended(service, f"http://127.0.0.1:{hook.port}/")
        deliver(service)
        assert inner.calls == []
    assert statuses(service, job_id) == [307]


def test_a_proxy_of_the_environment_is_not_used(
    service: World, hook: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would look up the name again, by itself."""
    with receiver() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        ended(service, f"http://127.0.0.1:{hook.port}/")
        deliver(service)
        assert (len(hook.calls), len(proxy.calls)) == (1, 0)


def test_the_name_is_looked_up_once_and_that_address_called(service: World, hook: Receiver) -> None:
    """A name that changes its address after the judgement (DNS rebinding) changes nothing."""
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    service.service.gate = Gate(("crm.internal",), resolve=lambda host, port: next(answers))
    ended(service, f"http://crm.internal:{hook.port}/")
    deliver(service)
    ((headers, _),) = hook.calls
    assert headers["host"] == f"crm.internal:{hook.port}"


def test_a_name_that_became_private_is_not_called(service: World, hook: Receiver) -> None:
    """Accepted by its name, judged again by its address before every call."""
    service.service.gate = Gate((), resolve=lambda host, port: ["127.0.0.1"])
    job_id = ended(service, f"http://hooks.example.com:{hook.port}/")
    deliver(service)
    assert hook.calls == []
    (found,) = service.store.deliveries("", job_id)
    assert found.status is None
    assert "not on the public internet" in found.detail


def test_nobody_there_is_a_failure_to_try_again(service: World, hook: Receiver) -> None:
    """A refused connection is noted without a status."""
    hook.server.shutdown()
    hook.server.server_close()
    job_id = ended(service, f"http://127.0.0.1:{hook.port}/")
    deliver(service)
    (found,) = service.store.deliveries("", job_id)
    assert found.status is None
    assert found.detail.startswith("Connect")
    assert service.store.due_deliveries(datetime.now(UTC) + timedelta(seconds=11), hold=timedelta(0))


def test_a_silent_receiver_is_left_after_a_while(
    service: World, monkeypatch: pytest.MonkeyPatch, hook: Receiver
) -> None:
    """A name server or receiver that never answers holds nothing up."""
    monkeypatch.setattr(webhooks, "CALL_SECONDS", 0.1)
    release = threading.Event()
    service.service.gate = Gate((), resolve=lambda host, port: [str(release.wait(5))])
    job_id = ended(service, "http://hooks.example.com/")
    deliver(service)
    release.set()
    (found,) = service.store.deliveries("", job_id)
    assert found.detail == "no answer within 0.1 s"


def test_a_deleted_job_owes_nothing(service: World, hook: Receiver) -> None:
    """Nobody is told about what was removed."""
    job_id = ended(service, f"http://127.0.0.1:{hook.port}/")
    service.client.delete(f"/v1/plans/{job_id}")
    deliver(service)
    assert hook.calls == []


def test_calls_are_made_while_the_service_runs(tmp_path: Path, hook: Receiver) -> None:
    """Without anybody asking."""
    with world(tmp_path, webhook_allow=("127.0.0.1",)) as made:
        called = threading.Event()
        record = made.store.record_delivery

        def note(*arguments: Any, **named: Any) -> None:
            record(*arguments, **named)
            called.set()

        made.store.record_delivery = note  # type: ignore[method-assign]
        ended(made, f"http://127.0.0.1:{hook.port}/")
        assert called.wait(10)
    assert len(hook.calls) == 1


def test_ten_quick_tries_then_ever_later() -> None:
    """After the tries 1 to 9 ten seconds; then 10 × 2, 10 × 4, …, at most six hours."""

    def pause(attempt: int) -> float:
        delivery = Delivery(1, "", "j", "u", None, T0, attempt)
        moment = next_try(delivery, T0, hours=1000)
        assert moment is not None
        return (moment - T0).total_seconds()

    assert [pause(attempt) for attempt in range(12)] == [10] * 10 + [20, 40]
    assert pause(100) == 6 * 3600


def test_tries_end_with_the_time_for_them() -> None:
    """24 hours after the job ended, the 10 seconds to the next try included."""
    delivery = Delivery(1, "", "j", "u", None, T0, 0)
    last = T0 + timedelta(hours=24) - timedelta(seconds=10)
    assert next_try(delivery, last, hours=24) == T0 + timedelta(hours=24)
    assert next_try(delivery, last + timedelta(seconds=1), hours=24) is None


def test_the_signature_is_that_of_the_documentation() -> None:
    """A fixed example, for receivers in other languages."""
    made = signature("s3cret", "1795392000", b'{"id":"plan_1"}')
    right = hmac.new(b"s3cret", b'1795392000.{"id":"plan_1"}', hashlib.sha256).hexdigest()
    assert made == f"v1={right}"
