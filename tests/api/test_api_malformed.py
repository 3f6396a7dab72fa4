"""Every malformed body against every call: exactly the documented refusal, never a 500, and memory stays."""

from __future__ import annotations

import gzip
import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from malformed import CORPUS, LIMITS, Bad
from service_world import PROBLEM, World, refused, world

TAKES_BODY = ("/v1/plans", "/v1/check", "/v1/validate")
STATM = Path("/proc/self/statm")
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("malformed"), **LIMITS) as made:
        yield made


def test_the_corpus_is_large_enough() -> None:
    """At least 80 bodies, all different."""
    assert len(CORPUS) >= 80
    assert len({bad.body for bad in CORPUS}) == len(CORPUS)


@pytest.mark.parametrize("path", TAKES_BODY)
@pytest.mark.parametrize("bad", CORPUS, ids=lambda bad: bad.name)
def test_each_body_gets_its_refusal(bad: Bad, path: str, service: World) -> None:
    """The status and the code that the corpus names, with pointers where something is wrong inside."""
    answer = service.client.post(path, content=bad.body, headers=JSON)
    ((status, code),) = bad.answers
    document = refused(answer, status, code)
    if status == 422:
        assert all(error["pointer"].startswith("/") or not error["pointer"] for error in document["errors"])
    assert len(answer.content) < 20_000, "an answer repeats no large part of what was sent"


def test_no_malformed_body_made_a_job(service: World) -> None:
    """The queue is as it was."""
    assert service.store.queue_depth() == 0


def test_calls_without_a_body_pass_over_one(tmp_path: Path) -> None:
    """Reading, cancelling and deleting answer as if nothing had been sent."""
    with world(tmp_path) as made:
        for bad in CORPUS[::9]:
            job_id = made.submit()["id"]
            path = f"/v1/plans/{job_id}"
            for method, at, status in (
                ("GET", path, 200),
                ("POST", f"{path}/cancel", 202),
                ("DELETE", path, 200),
                ("GET", "/version", 200),
            ):
                answer = made.client.request(method, at, content=bad.body, headers=JSON)
                assert answer.status_code == status


def resident_bytes() -> int:
    """What this process holds in memory."""
    return int(STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.skipif(not STATM.exists(), reason="this system does not tell")
def test_memory_stays(tmp_path: Path) -> None:
    """Three rounds of the corpus over all calls: less than 50 MB more than after the first."""
    sizes = []
    with world(tmp_path, **LIMITS) as made:
        for _ in range(3):
            for bad, path in itertools.product(CORPUS, TAKES_BODY):
                made.client.post(path, content=bad.body, headers=JSON)
            sizes.append(resident_bytes())
    assert sizes[-1] - sizes[0] < 50_000_000


@pytest.mark.parametrize("path", TAKES_BODY)
@pytest.mark.parametrize(
    "kind",
    [
        "",
        "text/plain",
        "text/json",
        "application/xml",
        "multipart/form-data; boundary=x",
        "application/json; charset=utf-16",
    ],
)
def test_other_media_are_refused(kind: str, path: str, service: World) -> None:
    """415, whatever the body is."""
    headers = {"Content-Type": kind} if kind else {}
    refused(service.client.post(path, content=b"{}", headers=headers), 415, "wrong_media_type")


@pytest.mark.parametrize("path", TAKES_BODY)
@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", "gzip, identity"])
def test_compressed_bodies_are_not_unpacked(coding: str, path: str, service: World) -> None:
    """A bomb of 100 MB is refused by its header, and nothing of it is expanded."""
    bomb = gzip.compress(b" " * 1_000_000) * 100
    answer = service.client.post(path, content=bomb, headers={**JSON, "Content-Encoding": coding})
    refused(answer, 415, "wrong_media_type")
    assert answer.headers["accept-encoding"] == "identity"


def test_json_with_a_charset_is_read(service: World) -> None:
    """UTF-8 may be named."""
    answer = service.client.post(
        "/v1/validate",
        content=b'{"problem": {"technicians": [], "tickets": []}}',
        headers={"Content-Type": 'Application/JSON; charset="UTF-8"'},
    )
    assert answer.status_code == 200


@pytest.mark.parametrize("path", TAKES_BODY)
def test_a_body_beyond_the_limit_is_413(path: str, tmp_path: Path) -> None:
    """By its declared length, and by what comes where none is declared."""
    with world(tmp_path, max_body_mb=0.01) as made:
        refused(made.client.post(path, content=b" " * 10_001, headers=JSON), 413, "too_large")
        chunks = (b" " * 1000 for _ in range(1000))
        refused(made.client.post(path, content=chunks, headers=JSON), 413, "too_large")
        assert made.service.intake.held == 0


def test_bodies_held_at_once_are_limited(tmp_path: Path) -> None:
    """Beyond the sum the next body is 503; what was held is given back."""
    with world(tmp_path, max_body_mb=0.01, max_bodies_mb=0.01) as made:
        made.service.intake.held = 9_000
        answer = made.client.post("/v1/validate", content=b" " * 2_000, headers=JSON)
        refused(answer, 503, "busy")
        assert answer.headers["retry-after"] == "1"
        assert made.service.intake.held == 9_000


def test_a_good_body_still_works(service: World) -> None:
    """The corpus is not refused because everything is."""
    assert service.client.post("/v1/validate", json={"problem": PROBLEM}).status_code == 200
