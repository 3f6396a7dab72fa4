"""API keys: the file holds hashes, scopes hold, owners never meet, and revoking needs no restart."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from service_world import PROBLEM, World, bearer, refused, world, write_keys

from dispatch_engine.api import keys as keys_module
from dispatch_engine.api.keys import KeyFile, Keyring, new_key
from dispatch_engine.errors import InputError

KEPT = {
    "name": "a",
    "owner": "a",
    "scopes": ["read"],
    "prefix": "dek_",
    "sha256": "0" * 64,
    "created_at": "2026-01-01T00:00:00Z",
}
KEYS = {
    "anna": ("solve",),
    "ben": ("solve",),
    "reader": ("read",),
    "prometheus": ("admin",),
}


@pytest.fixture
def service(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path, keys=KEYS) as made:
        yield made


def secret(service: World, name: str) -> dict[str, str]:
    """The header with the key of that name."""
    return bearer(service.secrets[name])  # type: ignore[attr-defined]


CALLS = [
    ("POST", "/v1/plans"),
    ("GET", "/v1/plans/plan_0123456789abcdefABCDEF"),
    ("GET", "/v1/plans/plan_0123456789abcdefABCDEF/events"),
    ("POST", "/v1/plans/plan_0123456789abcdefABCDEF/cancel"),
    ("DELETE", "/v1/plans/plan_0123456789abcdefABCDEF"),
    ("POST", "/v1/check"),
    ("POST", "/v1/validate"),
    ("GET", "/metrics"),
    ("GET", "/ui/plans/plan_0123456789abcdefABCDEF"),
]


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_every_call_needs_a_key(method: str, path: str, service: World) -> None:
    """401 without one, with a wrong one, or with one in another place; before any body is read."""
    body = b"not read" * 10_000
    answer = service.client.request(method, path, content=body)
    refused(answer, 401, "key_missing")
    assert answer.headers["www-authenticate"].startswith("Bearer")
    for wrong in ("dek_" + "a" * 43, "x", "\u00e4"):
        header = {"Authorization": f"Bearer {wrong}".encode("latin-1")}
        refused(service.client.request(method, path, headers=header), 401, "key_unknown")
    good = service.secrets["anna"]  # type: ignore[attr-defined]
    for header in ({"X-API-Key": good}, {"Authorization": f"Basic {good}"}, {"Authorization": good}):
        refused(service.client.request(method, f"{path}?key={good}", headers=header), 401, "key_missing")


@pytest.mark.parametrize("path", ["/", "/docs", "/healthz", "/readyz", "/version", "/openapi.json"])
def test_what_holds_no_data_is_open(path: str, service: World) -> None:
    """Probes, versions and documentation need no key, under any name of the host."""
    assert service.client.get(path, headers={"Host": "dispatch.example.com"}).status_code == 200


def test_scopes_hold(service: World) -> None:
    """``read`` may not work the service, ``admin`` sees metrics and nothing else."""
    job = service.submit(headers=secret(service, "anna"))
    path = f"/v1/plans/{job['id']}"
    for method, at in (
        ("POST", "/v1/plans"),
        ("POST", f"{path}/cancel"),
        ("DELETE", path),
        ("POST", "/v1/check"),
    ):
        answer = service.client.request(method, at, headers=secret(service, "reader"))
        document = refused(answer, 403, "scope_missing")
        assert "lacks the scope solve" in document["detail"]
    refused(service.client.get(path, headers=secret(service, "prometheus")), 403, "scope_missing")
    refused(service.client.get("/metrics", headers=secret(service, "anna")), 403, "scope_missing")
    assert service.client.get("/metrics", headers=secret(service, "prometheus")).status_code == 200
    assert service.client.get(path, headers=secret(service, "anna")).status_code == 200


@pytest.mark.parametrize("other", ["ben", "reader"])
def test_owners_never_see_each_others_jobs(other: str, service: World) -> None:
    """Every call about somebody else's job answers as if there were none, and changes nothing."""
    job = service.submit(headers=secret(service, "anna"))
    path, theirs = f"/v1/plans/{job['id']}", secret(service, other)
    for method, at in (("GET", path), ("GET", f"{path}/events"), ("GET", f"/ui/plans/{job['id']}")):
        refused(service.client.request(method, at, headers=theirs), 404, "no_such_job")
    for method, at in (("POST", f"{path}/cancel"), ("DELETE", path)):
        answer = service.client.request(method, at, headers=secret(service, "ben"))
        refused(answer, 404, "no_such_job")
    assert service.client.get(path, headers=secret(service, "anna")).json()["state"] == "queued"


def test_the_same_idempotency_key_of_two_owners_makes_two_jobs(service: World) -> None:
    """And neither learns of the other."""
    jobs = {
        name: service.submit(headers={**secret(service, name), "Idempotency-Key": "k1"})["id"]
        for name in ("anna", "ben")
    }
    assert jobs["anna"] != jobs["ben"]
    other = {**PROBLEM, "name": "other"}
    headers = {**secret(service, "ben"), "Idempotency-Key": "k1"}
    refused(service.client.post("/v1/plans", json={"problem": other}, headers=headers), 422, "key_reused")


def test_keys_of_one_owner_share_jobs(tmp_path: Path) -> None:
    """So that a key can be replaced by a new one."""
    _, first = new_key("old", "acme", ["solve"])
    secret_of_new, second = new_key("new", "acme", ["read"])
    secret_of_old, first = new_key("old", "acme", ["solve"])
    KeyFile(keys=(first, second)).write(tmp_path / "keys.json")
    with world(tmp_path) as made:
        made.service.keyring = Keyring(tmp_path / "keys.json")
        job = made.submit(headers=bearer(secret_of_old))
        answer = made.client.get(f"/v1/plans/{job['id']}", headers=bearer(secret_of_new))
        assert answer.status_code == 200


def test_jobs_of_one_key_are_limited(tmp_path: Path) -> None:
    """429 for the third open job; another owner still may."""
    with world(tmp_path, keys=KEYS, max_open_jobs_per_key=2) as made:
        for _ in range(2):
            made.submit(headers=secret(made, "anna"))
        answer = made.client.post("/v1/plans", json={"problem": PROBLEM}, headers=secret(made, "anna"))
        refused(answer, 429, "too_many_jobs")
        made.submit(headers=secret(made, "ben"))


# ---------------------------------------------------------------- rates


def test_calls_a_minute_are_limited_by_sort(tmp_path: Path) -> None:
    """Two changes a minute; the third is 429 with headers that say when to come again. Reading goes on."""
    with world(tmp_path, keys=KEYS, work_per_minute=2) as made:
        headers = secret(made, "anna")
        job = made.submit(headers=headers)
        answer = made.client.post("/v1/validate", json={"problem": PROBLEM}, headers=headers)
        assert answer.headers["ratelimit-policy"] == '"work";q=2;w=60'
        assert answer.headers["ratelimit"].startswith('"work";r=0;t=')
        answer = made.client.post("/v1/validate", json={"problem": PROBLEM}, headers=headers)
        refused(answer, 429, "too_many_requests")
        assert 1 <= int(answer.headers["retry-after"]) <= 60
        assert answer.headers["ratelimit"].startswith('"work";r=0;t=')
        assert made.client.get(f"/v1/plans/{job['id']}", headers=headers).status_code == 200
        made.submit(headers=secret(made, "ben"))


def test_guessing_keys_is_slow(tmp_path: Path) -> None:
    """After three wrong keys an address hears 429; a right key is answered, for a proxy is one address for all."""
    with world(tmp_path, keys=KEYS, refusals_per_minute=3) as made:
        for _ in range(3):
            refused(made.client.get("/metrics", headers=bearer("wrong")), 401, "key_unknown")
        refused(made.client.get("/metrics", headers=bearer("wrong")), 429, "too_many_requests")
        assert made.client.get("/metrics", headers=secret(made, "prometheus")).status_code == 200


def test_without_keys_nothing_is_counted(tmp_path: Path) -> None:
    """On loopback without keys a program may call as often as it likes."""
    with world(tmp_path, work_per_minute=1) as made:
        for _ in range(5):
            made.submit()


# ---------------------------------------------------------------- the file


def test_the_file_holds_no_secret(tmp_path: Path) -> None:
    """Only hashes, and only its owner may read it."""
    secrets = write_keys(tmp_path / "keys.json", {"anna": ("solve",)})
    text = (tmp_path / "keys.json").read_text(encoding="utf-8")
    assert secrets["anna"].startswith("dek_")
    assert len(secrets["anna"]) == 4 + 43
    assert secrets["anna"] not in text
    assert secrets["anna"][:12] in text
    if os.name == "posix":
        assert stat.S_IMODE((tmp_path / "keys.json").stat().st_mode) == 0o600


def test_keys_differ(tmp_path: Path) -> None:
    """Two keys of the same name have nothing in common."""
    (one, first), (other, second) = (new_key("a", "a", ["read"]) for _ in range(2))
    assert one != other
    assert first.sha256 != second.sha256


def test_a_revoked_key_is_refused_without_a_restart(service: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """And a new one is accepted."""
    monkeypatch.setattr(keys_module, "FRESH_SECONDS", 0.0)
    keyring = service.service.keyring
    assert keyring is not None
    old = secret(service, "anna")
    job = service.submit(headers=old)
    new, key = new_key("anna-2", "anna", ["read"])
    KeyFile.read(keyring.path).without("anna").with_key(key).write(keyring.path)
    path = f"/v1/plans/{job['id']}"
    refused(service.client.get(path, headers=old), 401, "key_unknown")
    assert service.client.get(path, headers=bearer(new)).status_code == 200


def test_a_broken_file_leaves_the_keys_as_they_were(service: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A slip of the operator locks nobody out, and lets nobody in."""
    monkeypatch.setattr(keys_module, "FRESH_SECONDS", 0.0)
    keyring = service.service.keyring
    assert keyring is not None
    keyring.path.write_text("{", encoding="utf-8")
    service.submit(headers=secret(service, "anna"))
    keyring.path.unlink()
    service.submit(headers=secret(service, "anna"))
    refused(service.client.get("/metrics", headers=bearer("x")), 401, "key_unknown")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "not_json"),
        ('{"keys": [{}]}', "missing_field"),
        ('{"keys": [], "other": 1}', "unknown_field"),
        (json.dumps({"keys": [{**KEPT, "scopes": ["root"]}]}), "unknown_value"),
        (json.dumps({"keys": [{**KEPT, "sha256": "abc"}]}), "bad_id"),
    ],
)
def test_a_bad_file_is_told(text: str, code: str, tmp_path: Path) -> None:
    """At the start of the service, with the place."""
    (tmp_path / "keys.json").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        Keyring(tmp_path / "keys.json")
    assert code in [finding.code for finding in caught.value.findings]


def test_names_are_unique_and_known(tmp_path: Path) -> None:
    """A second key of the same name, and revoking one that is not there, are refused."""
    _, key = new_key("anna", "anna", ["read"])
    file = KeyFile(keys=(key,))
    with pytest.raises(InputError, match="there is a key named 'anna'"):
        file.with_key(key)
    with pytest.raises(InputError, match="there is no key named 'ben'; there are: anna"):
        file.without("ben")
