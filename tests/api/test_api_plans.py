"""The calls about jobs: submit, wait, read, follow, cancel, delete, and each of their refusals."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from service_world import PLAN, PROBLEM, World, refused, world

from dispatch_engine.api.jobs import JobState
from dispatch_engine.api.store import StoreUnavailable


@pytest.fixture
def day(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path) as made:
        yield made


# ---------------------------------------------------------------- submit


def test_a_problem_becomes_a_queued_job(day: World) -> None:
    """202 with the job, its address, and a word to the worker."""
    answer = day.client.post("/v1/plans", json={"problem": PROBLEM})
    job = answer.json()
    assert answer.status_code == 202
    assert answer.headers["location"] == f"/v1/plans/{job['id']}"
    assert answer.headers["retry-after"] == "1"
    assert (job["state"], job["attempt"], job["plan"], job["error"]) == ("queued", 0, None, None)
    assert datetime.fromisoformat(job["created_at"]).tzinfo is not None
    assert day.worker.wakes == 1


def test_the_store_gets_the_body_as_it_was_sent(day: World) -> None:
    """Byte for byte, with the limit of the options and the webhook."""
    hook = {"url": "https://example.com/hook", "secret": "s3cret"}
    body = json.dumps({"problem": PROBLEM, "options": {"time_limit_seconds": 7}, "webhook": hook}, indent=3)
    answer = day.client.post("/v1/plans", content=body, headers={"Content-Type": "application/json"})
    job_id = answer.json()["id"]
    assert day.store.request_text("", job_id) == body.encode()
    job = day.store.get("", job_id)
    assert job is not None
    assert (job.time_limit_seconds, job.webhook, job.kind) == (7.0, hook, "plan")


def test_the_default_limit_is_ten_seconds(day: World) -> None:
    """Only ``problem`` is required."""
    job = day.store.get("", day.submit()["id"])
    assert job is not None
    assert job.time_limit_seconds == 10.0


def test_waiting_answers_200_once_the_job_has_ended(day: World) -> None:
    """``Prefer: wait``: the whole job with its plan."""

    def work() -> None:
        day.finish(day.run(), plan=json.dumps(PLAN), prices={"travel": {"cost_minutes": 1.0}})

    day.worker.on_wake = work
    answer = day.client.post("/v1/plans", json={"problem": PROBLEM}, headers={"Prefer": "wait=20"})
    assert answer.status_code == 200
    assert answer.headers["preference-applied"] == "wait=20"
    assert (answer.json()["state"], answer.json()["plan"]) == ("succeeded", PLAN)


def test_waiting_in_vain_answers_202(day: World) -> None:
    """The job goes on; ``wait=0`` is the shortest of waits."""
    answer = day.client.post(
        "/v1/plans", json={"problem": PROBLEM}, headers={"Prefer": "respond-async, wait=0"}
    )
    assert (answer.status_code, answer.headers["preference-applied"]) == (202, "wait=0")


def test_a_wait_is_cut_to_what_the_service_allows(tmp_path: Path) -> None:
    """A wish for an hour is granted for ``max_wait_seconds``."""
    with world(tmp_path, max_wait_seconds=0) as day:
        answer = day.client.post("/v1/plans", json={"problem": PROBLEM}, headers={"Prefer": "wait=3600"})
    assert answer.headers["preference-applied"] == "wait=0"


def test_the_same_key_and_body_lead_to_the_same_job(day: World) -> None:
    """A request sent again makes no second job, with or without the quotes of the draft."""
    first = day.submit(headers={"Idempotency-Key": "morning-1"})
    again = day.submit(headers={"Idempotency-Key": '"morning-1"'})
    assert again["id"] == first["id"]
    assert day.store.queue_depth() == 1


def test_the_same_key_with_another_body_is_refused(day: World) -> None:
    """422 with a code of its own."""
    day.submit(headers={"Idempotency-Key": "morning-1"})
    answer = day.client.post(
        "/v1/plans", json={"problem": {**PROBLEM, "name": "other"}}, headers={"Idempotency-Key": "morning-1"}
    )
    assert "fresh key" in refused(answer, 422, "key_reused")["detail"]


@pytest.mark.parametrize("key", ["", "x" * 201, "a\tb", "\u00e4"])
def test_an_unusable_key_is_refused(key: str, day: World) -> None:
    """1 to 200 printable ASCII characters."""
    headers = {"Idempotency-Key": key.encode("latin-1")}
    refused(day.client.post("/v1/plans", json={"problem": PROBLEM}, headers=headers), 400, "bad_header")


def test_everything_that_is_wrong_is_told_at_once(day: World) -> None:
    """Problem, options, webhook and unknown fields, each with its place."""
    body = {
        "problem": {"technicians": [], "tickets": [{"id": "K1", "location": {"lat": 91, "lon": 0}}]},
        "options": {"time_limit_seconds": 4000, "workers": 17},
        "webhook": {"url": "http://127.0.0.1/", "secret": "a"},
        "plan": {},
    }
    document = refused(day.client.post("/v1/plans", json=body), 422, "invalid")
    found = {(error["pointer"], error["code"]) for error in document["errors"]}
    assert found == {
        ("/plan", "unknown_field"),
        ("/problem/tickets/0/location/lat", "out_of_range"),
        ("/problem/tickets/0/duration_minutes", "missing_field"),
    }
    del body["plan"]
    document = refused(day.client.post("/v1/plans", json=body), 422, "invalid")
    found = {(error["pointer"], error["code"]) for error in document["errors"]}
    assert {
        ("/options/time_limit_seconds", "out_of_range"),
        ("/options/workers", "out_of_range"),
        ("/webhook/url", "target_denied"),
        ("/problem/tickets/0/location/lat", "out_of_range"),
    } <= found


def test_at_most_fifty_findings_are_listed(day: World) -> None:
    """60 bad tickets, 10 of them only counted."""
    tickets = [{"id": f"K{i}", "location": {"lat": 99, "lon": 0}, "duration_minutes": 5} for i in range(60)]
    answer = day.client.post("/v1/plans", json={"problem": {"technicians": [], "tickets": tickets}})
    document = refused(answer, 422, "invalid")
    assert (len(document["errors"]), document["errors_omitted"]) == (50, 10)
    assert document["detail"] == "60 things are wrong; see errors."


def test_a_secret_is_never_repeated(day: World) -> None:
    """Neither a long one nor one with a line break comes back in the refusal."""
    for secret in ("tops3cret" * 30, "tops3cret\n"):
        body = {"problem": PROBLEM, "webhook": {"url": "https://example.com/", "secret": secret}}
        answer = day.client.post("/v1/plans", json=body)
        refused(answer, 422, "invalid")
        assert "tops3cret" not in answer.text


def test_more_tickets_than_allowed_are_413(tmp_path: Path) -> None:
    """Counted before any of them is looked at."""
    with world(tmp_path, max_tickets=3) as day:
        body = {"problem": {"technicians": [], "tickets": [{}] * 4}}
        document = refused(day.client.post("/v1/plans", json=body), 413, "too_many")
    assert document["errors"] == [
        {
            "pointer": "/problem/tickets",
            "code": "too_large",
            "detail": "has 4 entries, and 3 are allowed; divide the problem",
        }
    ]


def test_a_full_queue_is_429(tmp_path: Path) -> None:
    """With the time after which to come again."""
    with world(tmp_path, max_queued=1) as day:
        day.submit()
        answer = day.client.post("/v1/plans", json={"problem": PROBLEM})
        refused(answer, 429, "queue_full")
    assert answer.headers["retry-after"] == "5"


def test_a_draining_service_takes_no_new_work(day: World) -> None:
    """503 for new work, while jobs stay readable."""
    job = day.submit()
    day.service.is_draining = True
    answer = day.client.post("/v1/plans", json={"problem": PROBLEM})
    refused(answer, 503, "draining")
    assert int(answer.headers["retry-after"]) > 0
    assert day.client.get(f"/v1/plans/{job['id']}").status_code == 200


def test_a_store_that_is_away_is_503_and_back_by_itself(day: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """No call becomes a 500, and the next one works when the store does."""
    job = day.submit()

    def away(*_: object, **__: object) -> None:
        raise StoreUnavailable("disk full") from sqlite3.OperationalError("disk I/O error")

    path = f"/v1/plans/{job['id']}"
    with monkeypatch.context() as patch:
        for name in ("submit", "get", "ping", "delete", "request_cancel", "events"):
            patch.setattr(day.store, name, away)
        refused(day.client.post("/v1/plans", json={"problem": PROBLEM}), 503, "store_unavailable")
        refused(day.client.get(path), 503, "store_unavailable")
        refused(day.client.get(f"{path}/events"), 503, "store_unavailable")
        refused(day.client.post(f"{path}/cancel"), 503, "store_unavailable")
        refused(day.client.delete(path), 503, "store_unavailable")
        refused(day.client.get("/readyz"), 503, "store_unavailable")
    assert day.client.get(path).status_code == 200
    assert day.client.get("/readyz").status_code == 200


# ---------------------------------------------------------------- read


def test_a_running_job_shows_its_best_plan_and_prices(day: World) -> None:
    """With its progress, and the time after which to come again."""
    job_id = day.submit()["id"]
    assert day.run() == job_id
    day.publish(job_id, 61.5, PLAN)
    answer = day.client.get(f"/v1/plans/{job_id}")
    job = answer.json()
    assert (job["state"], job["attempt"], job["plan"]) == ("running", 1, PLAN)
    assert job["prices"] == {"travel": {"cost_minutes": 61.5}}
    assert job["progress"]["cost_minutes"] == 61.5
    assert answer.headers["retry-after"] == "1"
    assert answer.headers["cache-control"] == "private, no-cache"


def test_an_unchanged_job_is_304(day: World) -> None:
    """The tag changes with every change of the job."""
    job_id = day.submit()["id"]
    tag = day.client.get(f"/v1/plans/{job_id}").headers["etag"]
    for known in (tag, f'"nonsense", W/{tag}', "*"):
        answer = day.client.get(f"/v1/plans/{job_id}", headers={"If-None-Match": known})
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tag)
    day.publish(day.run(), 1.0)
    answer = day.client.get(f"/v1/plans/{job_id}", headers={"If-None-Match": tag})
    assert answer.status_code == 200
    assert answer.headers["etag"] != tag


def test_an_ended_job_asks_nobody_to_come_again(day: World) -> None:
    """No ``Retry-After``."""
    job_id = day.submit()["id"]
    day.finish(day.run(), plan=json.dumps(PLAN))
    answer = day.client.get(f"/v1/plans/{job_id}")
    assert answer.json()["state"] == "succeeded"
    assert "retry-after" not in answer.headers


def test_a_failed_job_tells_why_as_a_problem_document(day: World) -> None:
    """With a type like every other refusal."""
    job_id = day.submit()["id"]
    error = {"title": "No", "status": 500, "code": "out_of_memory", "detail": "Divide the problem."}
    day.finish(day.run(), JobState.FAILED, error=error)
    job = day.client.get(f"/v1/plans/{job_id}").json()
    assert job["state"] == "failed"
    assert job["error"] == {"type": "urn:dispatch-engine:problem:out_of_memory", **error}


@pytest.mark.parametrize(
    "job_id",
    [
        "plan_0123456789abcdefABCDEF",
        "x",
        "..",
        "%2e%2e%2fetc",
        "plan_" + "a" * 5000,
        "%00",
        "'; drop table jobs; --",
    ],
)
@pytest.mark.parametrize(
    ("method", "suffix"), [("GET", ""), ("GET", "/events"), ("POST", "/cancel"), ("DELETE", "")]
)
def test_an_unknown_id_is_404(job_id: str, method: str, suffix: str, day: World) -> None:
    """Whatever it looks like."""
    answer = day.client.request(method, f"/v1/plans/{job_id}{suffix}")
    assert answer.status_code in (404, 405)
    assert answer.headers["content-type"] == "application/problem+json"


# ---------------------------------------------------------------- events


def events_of(text: str) -> list[tuple[str, str, dict[str, object]]]:
    """The (id, name, data) of a stream."""
    found = []
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if line and not line.startswith(":"))
        if "data" in fields:
            found.append((fields["id"], fields["event"], json.loads(fields["data"])))
    return found


def told(day: World) -> tuple[str, list[tuple[str, str, dict[str, object]]]]:
    """A job that ran and ended, and its stream."""
    job_id = day.submit()["id"]
    day.run()
    day.publish(job_id, 70.0)
    day.publish(job_id, 61.5, PLAN)
    day.finish(job_id, plan=json.dumps(PLAN))
    answer = day.client.get(f"/v1/plans/{job_id}/events")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.text.startswith("retry: ")
    return job_id, events_of(answer.text)


def test_the_stream_tells_the_whole_story_and_ends(day: World) -> None:
    """Queued, running, progress, incumbent, succeeded; numbers grow."""
    _, events = told(day)
    states = [data["state"] for _, name, data in events if name == "state"]
    assert states == ["queued", "running", "succeeded"]
    assert {"progress", "incumbent"} <= {name for _, name, _ in events}
    numbers = [int(number) for number, _, _ in events]
    assert numbers == sorted(set(numbers))
    assert next(data for _, name, data in events if name == "incumbent")["cost_minutes"] == 61.5


def test_a_stream_is_taken_up_after_the_last_event_seen(day: World) -> None:
    """Nothing twice, nothing missed."""
    job_id, events = told(day)
    for seen, (number, _, _) in enumerate(events[:-1], 1):
        answer = day.client.get(f"/v1/plans/{job_id}/events", headers={"Last-Event-ID": number})
        assert events_of(answer.text) == events[seen:]


def test_after_the_last_event_there_is_204(day: World) -> None:
    """Which tells browsers not to come back."""
    job_id, events = told(day)
    answer = day.client.get(f"/v1/plans/{job_id}/events", headers={"Last-Event-ID": events[-1][0]})
    assert (answer.status_code, answer.content) == (204, b"")


@pytest.mark.parametrize("seen", ["x", "-1", "1.5", "9" * 30, "\u0662"])
def test_a_strange_last_event_is_refused(seen: str, day: World) -> None:
    """It must be the id of an event."""
    job_id = day.submit()["id"]
    headers = {"Last-Event-ID": seen.encode()}
    refused(day.client.get(f"/v1/plans/{job_id}/events", headers=headers), 400, "bad_header")


def test_streams_are_limited(day: World) -> None:
    """429 with the time after which to come again."""
    job_id = day.submit()["id"]
    day.service.streams = day.service.settings.max_streams
    refused(day.client.get(f"/v1/plans/{job_id}/events"), 429, "too_many_streams")


def test_silence_is_filled_with_pings_and_the_stop_ends_streams(tmp_path: Path) -> None:
    """A queued job says nothing; the stream pings until the service stops."""
    with world(tmp_path, ping_seconds=0.001) as day:
        job_id = day.submit()["id"]
        looks = iter(range(100))
        ask = day.store.get

        def get(*arguments: object, **named: object) -> object:
            if next(looks) > 4:
                day.service.is_stopping = True
            return ask(*arguments, **named)  # type: ignore[arg-type]

        day.store.get = get  # type: ignore[method-assign]
        text = day.client.get(f"/v1/plans/{job_id}/events").text
    assert text.count(": ping\n\n") >= 2
    assert [name for _, name, _ in events_of(text)] == ["state"]
    assert day.service.streams == 0


def test_a_stream_outlives_a_store_that_is_away(day: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """It goes silent and then on, with nothing lost."""
    job_id = day.submit()["id"]
    day.finish(day.run(), plan=json.dumps(PLAN))
    ask, calls = day.store.events, iter(range(100))

    def events(*arguments: object) -> object:
        if next(calls) in (1, 2):
            raise StoreUnavailable("locked")
        return ask(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(day.store, "events", events)
    found = events_of(day.client.get(f"/v1/plans/{job_id}/events").text)
    assert [data["state"] for _, name, data in found if name == "state"] == ["queued", "running", "succeeded"]


# ---------------------------------------------------------------- cancel and delete


def test_a_queued_job_is_cancelled_at_once(day: World) -> None:
    """202 with the job; a second cancel changes nothing."""
    path = f"/v1/plans/{day.submit()['id']}/cancel"
    for _ in range(2):
        answer = day.client.post(path)
        assert (answer.status_code, answer.json()["state"]) == (202, "cancelled")


def test_a_running_job_is_asked_to_end(day: World) -> None:
    """The worker hears of it, and the best plan stays readable."""
    job_id = day.submit()["id"]
    day.run()
    day.publish(job_id, 1.0, PLAN)
    wakes = day.worker.wakes
    answer = day.client.post(f"/v1/plans/{job_id}/cancel")
    assert (answer.status_code, answer.json()["state"], answer.json()["plan"]) == (202, "running", PLAN)
    assert day.worker.wakes == wakes + 1
    assert day.store.heartbeat(job_id, "w1", 60) == "cancel"


def test_an_ended_job_cannot_be_cancelled(day: World) -> None:
    """409."""
    job_id = day.submit()["id"]
    day.finish(day.run(), plan=json.dumps(PLAN))
    refused(day.client.post(f"/v1/plans/{job_id}/cancel"), 409, "already_finished")


def test_a_deleted_job_is_gone(day: World) -> None:
    """With its problem and its events; deleting it again is 404."""
    job_id = day.submit()["id"]
    answer = day.client.delete(f"/v1/plans/{job_id}")
    assert (answer.status_code, answer.json()) == (200, {"id": job_id, "deleted": True})
    for path in (f"/v1/plans/{job_id}", f"/v1/plans/{job_id}/events"):
        refused(day.client.get(path), 404, "no_such_job")
    refused(day.client.delete(f"/v1/plans/{job_id}"), 404, "no_such_job")
    assert day.store.request_text("", job_id) is None
