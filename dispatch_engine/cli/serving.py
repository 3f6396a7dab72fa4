"""The commands of the service: ``serve`` runs it, ``keys`` makes, lists and revokes API keys."""

from __future__ import annotations

import os
import socket
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dispatch_engine.cli.guard import tell
from dispatch_engine.cli.outputs import print_text
from dispatch_engine.errors import InputError

if TYPE_CHECKING:
    from dispatch_engine.api.keys import Keyring
    from dispatch_engine.api.settings import Settings
    from dispatch_engine.api.store import Store

SWITCH_SECONDS = 0.001
"""How long a thread that computes may keep Python to itself while the event loop has something to answer."""


@dataclass(frozen=True)
class ServeOptions:
    """The options of ``serve``; None leaves a setting to its variable or its default."""

    host: str | None
    port: int | None
    store: str | None
    keys: str | None
    solvers: int | None


def run_serve(options: ServeOptions) -> int:
    """Serve until a signal ends it; the exit code."""
    from dispatch_engine.api.settings import Settings

    settings = Settings.read(**vars(options))
    keyring = _keyring(settings)
    listener = _listener(settings)
    try:
        store = _store(settings)
        try:
            _serve(settings, keyring, store, listener)
        finally:
            store.close()
    finally:
        listener.close()
    return 0


def _serve(settings: Settings, keyring: Keyring | None, store: Store, listener: socket.socket) -> None:
    """Put the service together and run it."""
    from datetime import timedelta

    from dispatch_engine.api.app import create_app
    from dispatch_engine.api.logs import configure_logs
    from dispatch_engine.api.server import server_of
    from dispatch_engine.api.service import Service
    from dispatch_engine.api.worker import Supervisor
    from dispatch_engine.api.worker_settings import WorkerSettings

    configure_logs(settings.log_level, settings.log_format)
    sys.setswitchinterval(SWITCH_SECONDS)
    worker = Supervisor(
        store,
        WorkerSettings(
            children=settings.solvers,
            live_children=settings.live_solvers,
            memory_mb=settings.job_memory_mb,
            retention=timedelta(hours=settings.retention_hours),
        ),
    )
    service = Service(settings, store, worker, keyring=keyring)
    tell(f"dispatch-engine answers at {_address(listener)} (its calls at /docs); Ctrl-C ends it")
    server_of(create_app(service), service).run(sockets=[listener])


def _keyring(settings: Settings) -> Keyring | None:
    """The keys, where there is a file of them; a service that others can reach must have some."""
    from dispatch_engine.api.keys import Keyring

    keyring = None if settings.keys is None else Keyring(settings.keys)
    if not settings.is_loopback and not keyring:
        message = (
            f"{settings.host} can be reached from other machines, and there is no API key; make one with "
            "'dispatch-engine keys add NAME --keys FILE' and serve with --keys FILE, or serve on 127.0.0.1"
        )
        raise InputError.of("/host", "keys_missing", message)
    return keyring


def _listener(settings: Settings) -> socket.socket:
    """A socket that listens, taken before anything else is begun."""
    place = f"{settings.host} port {settings.port}"
    try:
        family, _, _, _, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.create_server(address[:2], family=family, backlog=settings.max_connections)
    except OSError as error:
        reason = (os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)).lower()
        message = (
            f"cannot listen on {place}: {reason}; choose another --port or --host, or end what runs there"
        )
        raise InputError.of("/port", "cannot_listen", message) from None
    listener.setblocking(False)
    return listener


def _store(settings: Settings) -> Store:
    from dispatch_engine.api.store import StoreUnavailable
    from dispatch_engine.api.store_url import open_store

    try:
        return open_store(settings.store, max_queued=settings.max_queued)
    except StoreUnavailable as error:
        message = f"{settings.store} cannot be used: {error}; check the path, the permissions and the disk"
        raise InputError.of("/store", "bad_store", message) from None


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


# ---------------------------------------------------------------- keys


def run_key_add(file: str, name: str, owner: str | None, scopes: list[str]) -> int:
    """Make a key and print it, this once; the exit code."""
    from pathlib import Path

    from dispatch_engine.api.keys import KeyFile, new_key

    keys = KeyFile.read(file) if Path(file).exists() else KeyFile()
    secret, key = new_key(name, owner or name, scopes or ["solve"])
    keys.with_key(key).write(file)
    tell(
        f"Made the key '{name}' ({', '.join(key.scopes)}). It is shown only now; {file} keeps no more than its hash."
    )
    print_text(secret + "\n")
    return 0


def run_key_list(file: str) -> int:
    """Print a line for each key; the exit code."""
    from dispatch_engine.api.keys import KeyFile

    for key in KeyFile.read(file).keys:
        made = f"{key.created_at:%Y-%m-%d}"
        print_text(f"{key.name}\t{key.prefix}…\t{','.join(key.scopes)}\t{key.owner}\t{made}\n")
    return 0


def run_key_revoke(file: str, name: str) -> int:
    """Take a key out of the file; a running service notices within a second. The exit code."""
    from dispatch_engine.api.keys import KeyFile

    KeyFile.read(file).without(name).write(file)
    tell(f"Revoked the key '{name}'.")
    return 0
