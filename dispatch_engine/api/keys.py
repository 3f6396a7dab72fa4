"""API keys: made once and shown once, kept as hashes in a file, read again by the service when the file changes."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import secrets
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Annotated, Literal, get_args

from pydantic import Field

from dispatch_engine.errors import InputError
from dispatch_engine.model.base import Instant, Many, Model, Name, validate
from dispatch_engine.model.files import read_document, write_atomically

log = logging.getLogger(__name__)

KEY_BYTES = 32
"""Random bytes of a key."""
KEY_START = "dek_"
"""How every key begins, so that scanners for leaked secrets know one when they see it."""
SHOWN = 12
"""So many characters of a key are kept readable, to tell keys apart."""
FRESH_SECONDS = 1.0
"""For so long the file is not looked at again."""


Scope = Literal["read", "solve", "admin"]
"""What a key may do. ``read``: read its own jobs. ``solve``: also submit, cancel and delete them, check and
validate. ``admin``: read the metrics of the service; this gives access to nobody's jobs.
"""
SCOPES: tuple[Scope, ...] = get_args(Scope)


class ApiKey(Model):
    """A key as the file keeps it; whoever reads the file cannot use it."""

    name: Name = Field(description="Unique in the file.")
    owner: Name = Field(description="Whose jobs these are; keys with the same owner share them.")
    scopes: Annotated[Many[Scope], Field(min_length=1)] = Field(description="What the key may do.")
    prefix: Name = Field(description="First characters of the key.")
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] = Field(description="SHA-256 of the key, in hex.")
    created_at: Instant = Field(description="When it was made.")

    def may(self, scope: Scope) -> bool:
        """Whether the key has the scope; ``solve`` includes ``read``."""
        return scope in self.scopes or (scope == "read" and "solve" in self.scopes)


class KeyFile(Model):
    """All keys of a service."""

    keys: Many[ApiKey] = Field(default=(), description="In the order in which they were made.")

    def with_key(self, key: ApiKey) -> KeyFile:
        """The same with one key more. Raises InputError where its name is taken."""
        if any(known.name == key.name for known in self.keys):
            message = f"there is a key named '{key.name}'; choose another name, or revoke that one"
            raise InputError.of("", "duplicate_id", message)
        return self.replace(keys=(*self.keys, key))

    def without(self, name: str) -> KeyFile:
        """The same without the key of that name. Raises InputError where there is none."""
        rest = tuple(key for key in self.keys if key.name != name)
        if len(rest) == len(self.keys):
            names = ", ".join(key.name for key in self.keys) or "none"
            raise InputError.of(
                "", "unknown_reference", f"there is no key named '{name}'; there are: {names}"
            )
        return self.replace(keys=rest)

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> KeyFile:
        """The keys in the file. Raises InputError where it is absent, unreadable or something else."""
        return validate(cls, read_document(path))

    def write(self, path: str | os.PathLike[str]) -> None:
        """Write the file, readable by its owner only. Raises InputError where it cannot be written."""
        with suppress(OSError):  # what is wrong is told when it is written
            Path(path).touch(mode=0o600)
        write_atomically(path, json.dumps(self.model_dump(mode="json"), indent=2) + "\n")


def new_key(name: str, owner: str, scopes: Iterable[str]) -> tuple[str, ApiKey]:
    """A fresh key: the secret, to be shown once, and what is kept of it. Raises InputError for bad names."""
    secret = KEY_START + secrets.token_urlsafe(KEY_BYTES)
    kept = {
        "name": name,
        "owner": owner,
        "scopes": list(scopes),
        "prefix": secret[:SHOWN],
        "sha256": digest(secret),
        "created_at": datetime.now(UTC).replace(microsecond=0),
    }
    return secret, validate(ApiKey, kept)


def digest(secret: str) -> str:
    """SHA-256 of a key. 32 random bytes need no salt and no slow hash: there is nothing to guess."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


class Keyring:
    """The keys of a file, looked up by their secret; follows the file, so that revoking needs no restart.

    Raises
    ------
    InputError : at the start, where the file is bad. Later a bad file leaves the keys as they were.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self._lock = Lock()
        self._stamp = _stamp(self.path)
        self._keys = _by_digest(KeyFile.read(path))
        self._looked_at = monotonic()

    def __len__(self) -> int:
        return len(self._keys)

    def find(self, secret: str) -> ApiKey | None:
        """The key with this secret, or None."""
        self._follow()
        return self._keys.get(digest(secret))

    def _follow(self) -> None:
        """Read the file again if it changed since the last look."""
        with self._lock:
            if monotonic() - self._looked_at < FRESH_SECONDS:
                return
            self._looked_at = monotonic()
            stamp = _stamp(self.path)
            if stamp == self._stamp:
                return
            try:
                self._keys = _by_digest(KeyFile.read(self.path))
                self._stamp = stamp
            except InputError as error:
                log.warning("the file of keys cannot be read, the keys stay as they were: %s", error)


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return (status.st_mtime_ns, status.st_size, status.st_ino)


def _by_digest(file: KeyFile) -> dict[str, ApiKey]:
    return {key.sha256: key for key in file.keys}
