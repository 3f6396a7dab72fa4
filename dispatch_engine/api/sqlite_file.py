"""Connections to one SQLite file: a single writer, readers beside it, and a fresh start after every failure."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from dispatch_engine.api.sqlite_schema import migrate
from dispatch_engine.api.store import StoreUnavailable

OLDEST_SQLITE = (3, 35)
"""The first version with ``UPDATE … RETURNING``."""
BUSY_SECONDS = 2.0
"""A lock of somebody else is waited for so long."""


class SqliteFile:
    """The file behind the store.

    WAL mode, so that readers never wait. Writes take turns within this process by a lock, which is fair and
    quick, and between processes by SQLite's own lock, which is neither. ``synchronous=FULL``: what was
    committed survives a power cut. Whatever the database complains about becomes
    :class:`StoreUnavailable`; the connection is then dropped and opened again at the next use, so that the
    store works again as soon as the disk does.

    Parameters
    ----------
    path : of the file; made if it is not there, readable for its owner only.
    busy_seconds : how long to wait for a lock.

    Raises
    ------
    StoreUnavailable : the file cannot be used.
    """

    def __init__(self, path: str | Path, busy_seconds: float = BUSY_SECONDS) -> None:
        self.path = Path(path).absolute()
        self._busy_seconds = busy_seconds
        self._turn = threading.Lock()
        self._writer: sqlite3.Connection | None = None
        self._readers: list[sqlite3.Connection] = []
        self._is_closed = False
        if sqlite3.sqlite_version_info < OLDEST_SQLITE:
            raise StoreUnavailable(
                f"SQLite {sqlite3.sqlite_version} is too old; the job store needs 3.35 or newer"
            )
        with self.write():
            pass

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """One transaction that may write: committed at the end, rolled back by any exception."""
        if not self._turn.acquire(timeout=2 * self._busy_seconds):
            raise StoreUnavailable(f"the job store {self.path.name} is busy; try again")
        try:
            with self._complaints():
                if self._writer is None:
                    self._writer = self._open_writer()
                yield from _transaction(self._writer)
        except StoreUnavailable:
            self._drop_writer()
            raise
        finally:
            self._turn.release()

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A connection for one query; it sees what was committed before."""
        with self._complaints():
            try:
                connection = self._readers.pop()
            except IndexError:
                connection = self._open()
            try:
                yield connection
            except BaseException:
                connection.close()
                raise
            if self._is_closed:
                connection.close()
            else:
                self._readers.append(connection)

    def close(self) -> None:
        """Close all connections; the last one to close folds the WAL into the file."""
        with self._turn:
            self._is_closed = True
            self._drop_writer()
            while self._readers:
                self._readers.pop().close()

    @contextmanager
    def _complaints(self) -> Iterator[None]:
        """Turn what SQLite and the system say into ``StoreUnavailable``; our own mistakes pass."""
        try:
            yield
        except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
            raise
        except (sqlite3.Error, OSError) as error:
            raise StoreUnavailable(f"the job store {self.path.name} cannot be used now: {error}") from error

    def _open_writer(self) -> sqlite3.Connection:
        # SQLite gives -wal and -shm the permissions of the file itself.
        with suppress(FileExistsError):
            os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        connection = self._open()
        try:
            mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
            if mode != "wal":
                raise StoreUnavailable(
                    f"the job store {self.path.name} lies on a file system without shared memory ({mode} "
                    "instead of WAL); put it on a local disk"
                )
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute("PRAGMA journal_size_limit = 67108864")
            migrate(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _open(self) -> sqlite3.Connection:
        if self._is_closed:
            raise StoreUnavailable("the job store is closed")
        connection = sqlite3.connect(
            f"{self.path.as_uri()}?mode=rw",  # never makes a file: only the writer may, with its permissions
            uri=True,
            timeout=self._busy_seconds,
            isolation_level=None,
            check_same_thread=False,
        )
        connection.row_factory = sqlite3.Row
        return connection

    def _drop_writer(self) -> None:
        if self._writer is not None:
            with suppress(sqlite3.Error):
                self._writer.close()
        self._writer = None


def _transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
        connection.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        raise
