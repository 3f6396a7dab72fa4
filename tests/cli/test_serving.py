"""The commands ``keys``: made once and shown once, listed without secrets, revoked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from shell import call

from dispatch_engine.api.keys import Keyring


def test_a_key_is_shown_once_and_works(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The secret alone on standard output, so that a program can take it; a word about it on stderr."""
    file = tmp_path / "keys.json"
    outcome = call(capsys, "keys", "add", "crm", "--keys", file)
    assert outcome.code == 0
    secret = outcome.out.strip()
    assert outcome.out == f"{secret}\n"
    assert "shown only now" in outcome.err
    key = Keyring(file).find(secret)
    assert key is not None
    assert (key.name, key.owner, key.scopes) == ("crm", "crm", ("solve",))
    assert secret not in file.read_text(encoding="utf-8")


def test_scopes_and_owner_can_be_chosen(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Several scopes; an owner shared with another key."""
    file = tmp_path / "keys.json"
    call(
        capsys, "keys", "add", "one", "--keys", file, "--owner", "acme", "--scope", "read", "--scope", "admin"
    )
    (kept,) = json.loads(file.read_text(encoding="utf-8"))["keys"]
    assert (kept["owner"], kept["scopes"]) == ("acme", ["read", "admin"])


def test_keys_are_listed_without_their_secrets(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A line each: name, first characters, scopes, owner, day."""
    file = tmp_path / "keys.json"
    secrets = [call(capsys, "keys", "add", name, "--keys", file).out.strip() for name in ("one", "two")]
    outcome = call(capsys, "keys", "list", "--keys", file)
    rows = [line.split("\t") for line in outcome.out.splitlines()]
    assert [row[:4] for row in rows] == [
        ["one", f"{secrets[0][:12]}…", "solve", "one"],
        ["two", f"{secrets[1][:12]}…", "solve", "two"],
    ]


def test_a_revoked_key_is_gone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The others stay."""
    file = tmp_path / "keys.json"
    one, two = (call(capsys, "keys", "add", name, "--keys", file).out.strip() for name in ("one", "two"))
    assert call(capsys, "keys", "revoke", "one", "--keys", file).code == 0
    keyring = Keyring(file)
    assert keyring.find(one) is None
    assert keyring.find(two) is not None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("add", "one", "--keys", "{file}"), "there is a key named 'one'"),
        (
            ("add", "two", "--keys", "{file}", "--scope", "root"),
            "'root' is not known; use 'read', 'solve' or 'admin'",
        ),
        (("add", "", "--keys", "{file}"), "at least 1 characters"),
        (("revoke", "two", "--keys", "{file}"), "there is no key named 'two'; there are: one"),
        (("list", "--keys", "{file}.absent"), "does not exist"),
        (("add", "x", "--keys", "/no/such/folder/keys.json"), "cannot be written"),
    ],
)
def test_what_cannot_be_done_is_told(
    arguments: tuple[str, ...], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2, and the file stays as it is."""
    file = tmp_path / "keys.json"
    call(capsys, "keys", "add", "one", "--keys", file)
    before = file.read_bytes()
    outcome = call(capsys, "keys", *(argument.format(file=file) for argument in arguments))
    assert outcome.code == 2
    assert message in outcome.err
    assert file.read_bytes() == before
