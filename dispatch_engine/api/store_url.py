"""Opens the store that a URL names: ``sqlite:///file.db``."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from dispatch_engine.api.sqlite_store import SqliteStore
from dispatch_engine.api.store import MAX_QUEUED, Store
from dispatch_engine.errors import InputError


def open_store(url: str, *, max_queued: int = MAX_QUEUED) -> Store:
    """The store behind ``url``.

    Parameters
    ----------
    url : ``sqlite:///jobs.db`` names a file in the working directory, ``sqlite:////var/lib/jobs.db`` an
        absolute path.
    max_queued : jobs that may wait.

    Raises
    ------
    InputError : no such kind of store.
    StoreUnavailable : the store cannot be used now.
    """
    parts = urlsplit(url)
    path = unquote(parts.path)[1:]
    if parts.scheme != "sqlite" or parts.netloc or not path or parts.query or parts.fragment:
        raise InputError.of(
            "/store",
            "bad_store",
            f"{url!r:.200} names no store; write sqlite:/// and a path, such as sqlite:///dispatch-engine.db or "
            "sqlite:////var/lib/dispatch-engine/jobs.db",
        )
    return SqliteStore(path, max_queued=max_queued)
