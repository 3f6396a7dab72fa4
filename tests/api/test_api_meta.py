"""Alive, ready, metrics, versions; and what every answer has: ids, secure headers, documents for refusals."""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from service_world import PROBLEM, World, refused, world

from dispatch_engine._version import __version__
from dispatch_engine.api.logs import configure_logs
from dispatch_engine.api.store import StoreUnavailable


@pytest.fixture
def service(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path) as made:
        yield made


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What is logged, as JSON lines; logging is put back afterwards."""
    root = logging.getLogger()
    before = root.handlers, root.level
    stream = io.StringIO()
    configure_logs("debug", "json", stream)
    yield stream
    root.handlers, root.level = before
    structlog.reset_defaults()


def test_alive_and_ready(service: World) -> None:
    """A ready service says so; one that still loads its engine, or drains, does not."""
    assert service.client.get("/healthz").json() == {"status": "ok"}
    assert service.client.get("/readyz").json() == {"status": "ready"}
    service.worker.warm = False
    refused(service.client.get("/readyz"), 503, "not_ready")
    service.worker.warm, service.service.is_draining = True, True
    refused(service.client.get("/readyz"), 503, "draining")
    assert service.client.get("/healthz").status_code == 200


def test_the_store_is_not_written_by_every_probe(service: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred probes within a second write once."""
    pings: list[int] = []
    monkeypatch.setattr(service.store, "ping", lambda: pings.append(1))
    for _ in range(100):
        assert service.client.get("/readyz").status_code == 200
    assert len(pings) <= 3


def test_versions_and_limits(service: World) -> None:
    """What a client needs to know before it asks."""
    about = service.client.get("/version").json()
    assert (about["version"], about["api"], about["schema_version"]) == (__version__, "v1", 1)
    assert about["limits"]["max_body_mb"] == 32
    assert about["limits"]["max_tickets"] == 20_000
    assert {"ortools", "numba", "fastapi"} <= set(about["libraries"])


def values(text: str) -> dict[str, float]:
    """Metrics by name with labels."""
    lines = [line.rsplit(" ", 1) for line in text.splitlines() if line and not line.startswith("#")]
    return {name: float(value) for name, value in lines}


def test_metrics_tell_queue_work_and_requests(service: World) -> None:
    """The figures of the idle worker, one queued job, and the calls of this test."""
    service.submit()
    answer = service.client.get("/metrics")
    found = values(answer.text)
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert found["dispatch_store_up"] == 1
    assert found["dispatch_jobs_queued"] == 1
    assert found["dispatch_queue_age_seconds"] >= 0
    assert found["dispatch_jobs_running"] == 1
    assert found['dispatch_jobs_ended_total{state="succeeded"}'] == 3
    assert found['dispatch_jobs_ended_total{state="failed"}'] == 0
    assert (found["dispatch_child_kills_total"], found["dispatch_overruns_total"]) == (2, 1)
    assert found["dispatch_unassigned_ratio"] == 0.25
    assert found['dispatch_solve_seconds_bucket{le="0.5"}'] == 1
    assert found['dispatch_solve_seconds_bucket{le="+Inf"}'] == 3
    assert (found["dispatch_solve_seconds_count"], found["dispatch_solve_seconds_sum"]) == (3, 2.5)
    assert found['dispatch_requests_total{method="POST",route="/v1/plans",status="202"}'] == 1


def test_metrics_are_told_while_the_store_is_away(service: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the queue, and with a word about the store."""

    def away() -> int:
        raise StoreUnavailable("locked")

    monkeypatch.setattr(service.store, "queue_depth", away)
    found = values(service.client.get("/metrics").text)
    assert found["dispatch_store_up"] == 0
    assert "dispatch_jobs_queued" not in found
    assert "dispatch_jobs_running" in found


def test_labels_are_bounded(service: World) -> None:
    """Addresses with ids, unknown addresses and invented methods make no series of their own."""
    for number in range(5):
        service.client.get(f"/v1/plans/plan_{number:022d}")
        service.client.get(f"/no/such/{number}")
        service.client.request(f"BREW{number}", "/v1/plans")
    found = values(service.client.get("/metrics").text)
    routes = {match[1] for name in found if (match := re.search(r'_requests_total\{.*route="([^"]*)"', name))}
    methods = {match[1] for name in found if (match := re.search(r'_requests_total\{method="([^"]*)"', name))}
    assert routes <= {"/v1/plans/{job_id}", "/v1/plans", "(none)"}
    assert methods <= {"GET", "(other)"}


@pytest.mark.parametrize("path", ["/", "/docs", "/healthz", "/nothing", "/v1/plans", "/assets/main.js"])
def test_every_answer_has_secure_headers_and_an_id(path: str, service: World) -> None:
    """Refusals as well; a policy that lets nothing inline run."""
    headers = service.client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "unsafe-eval" not in headers["content-security-policy"]
    assert "script-src 'unsafe-inline'" not in headers["content-security-policy"]
    assert re.fullmatch(r"req_[0-9a-f]{16}", headers["x-request-id"])
    assert "server" not in headers
    assert not any(name.startswith("access-control") for name in headers)


def test_a_request_keeps_a_sane_id_of_its_caller(service: World) -> None:
    """One that is no id, or holds more than an id may, is replaced."""
    given = service.client.get("/healthz", headers={"X-Request-ID": "abc-1:2.3"}).headers["x-request-id"]
    assert given == "abc-1:2.3"
    for strange in ("a b", "x" * 101, '{"a":1}', "\u00e4".encode("latin-1")):
        answer = service.client.get("/healthz", headers={"X-Request-ID": strange})
        assert answer.headers["x-request-id"].startswith("req_")


@pytest.mark.parametrize(
    "path", ["/nothing", "/v1", "/v1/plans/", "/v2/plans", "/../etc/passwd", "/%2e%2e/x", "/%ff"]
)
def test_unknown_addresses_are_404(path: str, service: World) -> None:
    """As a problem document; also with a slash too many."""
    refused(service.client.get(path), 404, "not_found")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/v1/plans", "POST"),
        ("PUT", "/v1/plans/plan_0123456789abcdefABCDEF", "DELETE, GET"),
        ("DELETE", "/v1/check", "POST"),
        ("POST", "/healthz", "GET"),
        ("OPTIONS", "/v1/plans", "POST"),
        ("TRACE", "/version", "GET"),
    ],
)
def test_other_methods_are_405(method: str, path: str, allowed: str, service: World) -> None:
    """With every method that is possible there."""
    answer = service.client.request(method, path)
    refused(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == allowed


def test_a_defect_is_a_500_document_and_a_traceback_in_the_log(
    service: World, lines: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The caller sees an id and no detail; the log has the id and the place, and none of the values."""

    def broken(*_: object, **__: object) -> None:
        token = "kept-in-a-variable"
        raise ZeroDivisionError(f"made for this test, {len(token)}")

    monkeypatch.setattr(service.store, "submit", broken)
    body = {"problem": {**PROBLEM, "name": "customer-name"}}
    answer = service.client.post("/v1/plans", json=body, headers={"X-Request-ID": "r-1"})
    document = refused(answer, 500, "internal")
    assert "ZeroDivision" not in json.dumps(document)
    assert answer.headers["x-request-id"] == "r-1"
    logged = [json.loads(line) for line in lines.getvalue().splitlines()]
    (defect,) = [line for line in logged if line["level"] == "error"]
    assert defect["request_id"] == "r-1"
    assert "ZeroDivisionError" in json.dumps(defect)
    assert "kept-in-a-variable" not in json.dumps(defect)
    assert "customer-name" not in lines.getvalue()


def test_logs_are_json_with_the_ids_of_request_and_job(service: World, lines: io.StringIO) -> None:
    """Also the trace id of a caller that has one; probes are worth a line only when debugging."""
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    headers = {"X-Request-ID": "r-2", "traceparent": trace}
    job = service.submit(headers=headers)
    service.client.get("/healthz")
    logged = [json.loads(line) for line in lines.getvalue().splitlines()]
    (line,) = [line for line in logged if line.get("request_id") == "r-2"]
    assert (line["event"], line["method"], line["route"], line["status"]) == (
        "request",
        "POST",
        "/v1/plans",
        202,
    )
    assert line["job_id"] == job["id"]
    assert line["trace_id"] == "0af7651916cd43dd8448eb211c80319c"
    assert [line["level"] for line in logged if line.get("route") == "/healthz"] == ["debug"]


# ---------------------------------------------------------------- other people's pages


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8000", "10.0.0.7", "", "localhost.evil.example", "["]
)
def test_a_foreign_name_is_refused_where_no_key_is_needed(host: str, service: World) -> None:
    """A page whose name suddenly means 127.0.0.1 (DNS rebinding) gets nothing."""
    refused(service.client.get("/healthz", headers={"Host": host}), 400, "unknown_host")


@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "127.0.0.1:9", "[::1]:8000", "dispatch.lan"])
def test_own_names_are_answered(host: str, tmp_path: Path) -> None:
    """Loopback, and what the operator allows."""
    with world(tmp_path, allowed_hosts=("dispatch.lan",)) as made:
        assert made.client.get("/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
def test_a_foreign_page_may_not_change_anything(headers: dict[str, str], service: World) -> None:
    """403 for cancel and submit from a page of another site; reading needs no such guard without CORS."""
    job_id = service.submit()["id"]
    refused(service.client.post(f"/v1/plans/{job_id}/cancel", headers=headers), 403, "cross_site")
    refused(service.client.post("/v1/plans", json={"problem": PROBLEM}, headers=headers), 403, "cross_site")
    own = {"Sec-Fetch-Site": "same-origin", "Origin": "http://127.0.0.1:8000"}
    assert service.client.post(f"/v1/plans/{job_id}/cancel", headers=own).status_code == 202


def test_a_huge_head_is_refused(tmp_path: Path) -> None:
    """431 for many headers, one long one, or a long address."""
    with world(tmp_path, max_head_kb=4) as made:
        refused(made.client.get("/healthz", headers={"X-A": "a" * 5000}), 431, "head_too_large")
        many = {f"X-{i}": "a" * 50 for i in range(100)}
        refused(made.client.get("/healthz", headers=many), 431, "head_too_large")
        refused(made.client.get("/healthz?" + "a" * 5000), 431, "head_too_large")
        assert made.client.get("/healthz", headers={"X-A": "a" * 3000}).status_code == 200
