"""One child as its parent sees it: started, asked to do a job, listened to, told to stop, killed."""

from __future__ import annotations

import logging
import os
import queue
import subprocess
import threading
from collections import deque
from contextlib import suppress
from time import monotonic

from dispatch_engine.api.jobs import Document
from dispatch_engine.api.wire import read_message, write_bytes, write_message
from dispatch_engine.api.worker_settings import WorkerSettings

log = logging.getLogger(__name__)
LAST_WORDS = 30
"""Lines of a child's standard error that are kept for its obituary."""
ENVIRONMENT = {"MALLOC_ARENA_MAX": "2"}
"""Each arena of glibc reserves 64 MB of address space, which the memory cap counts."""


class ChildProcess:
    """A child, from its start to its end.

    Start it from a thread that lives as long as the child shall: on Linux a child dies when the *thread* that
    started it ends.

    Attributes
    ----------
    inbox : its messages in order, then None once it is gone. The parent may put messages of its own there, to
        wake whoever listens.
    jobs : how many it was given.
    """

    def __init__(self, settings: WorkerSettings) -> None:
        self.inbox: queue.SimpleQueue[Document | None] = queue.SimpleQueue()
        self.jobs = 0
        self._outbox: queue.SimpleQueue[tuple[Document, bytes | None] | None] = queue.SimpleQueue()
        self._last_words: deque[str] = deque(maxlen=LAST_WORDS)
        self._process = subprocess.Popen(
            [
                *settings.child_command,
                f"--parent={os.getpid()}",
                f"--memory-mb={settings.memory_mb}",
                f"--nice={settings.nice}",
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **ENVIRONMENT},
            start_new_session=True,  # Ctrl-C in a terminal reaches the parent alone
        )
        for target in (self._speak, self._listen, self._overhear):
            threading.Thread(target=target, name=f"child-{self.pid}", daemon=True).start()

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether the process runs."""
        return self._process.poll() is None

    @property
    def last_words(self) -> str:
        """The end of what it wrote to standard error."""
        return "\n".join(self._last_words)

    def is_ready_within(self, seconds: float) -> bool:
        """Wait until the engine is loaded; False where the child died or took too long."""
        until = monotonic() + seconds
        while (left := until - monotonic()) > 0:
            try:
                message = self.inbox.get(timeout=left)
            except queue.Empty:
                break
            if message is None or "ready" in message:
                return message is not None
        return False

    def begin(self, kind: str, request: bytes, *, time_limit_seconds: float, spent_seconds: float) -> None:
        """Give it a job; its answers arrive in ``inbox``."""
        self.jobs += 1
        order = {
            "run": self.jobs,
            "kind": kind,
            "time_limit_seconds": time_limit_seconds,
            "spent_seconds": spent_seconds,
        }
        self._outbox.put((order, request))

    def cancel(self) -> None:
        """Ask it to end the job in hand with the best plan it has."""
        self._outbox.put(({"cancel": self.jobs}, None))

    def kill(self) -> None:
        """End it now, and wait until it is gone."""
        self._process.kill()
        self._process.wait()
        self._outbox.put(None)

    def ended_by(self) -> str:
        """How a process that is gone ended, for the log."""
        code = self._process.wait()
        return f"signal {-code}" if code < 0 else f"exit status {code}"

    def _speak(self) -> None:
        """Write what was put into the outbox; a thread of its own, for a frozen child reads nothing."""
        assert self._process.stdin is not None
        with suppress(OSError), self._process.stdin as stream:  # a child that died says so in the inbox
            while (item := self._outbox.get()) is not None:
                message, request = item
                write_message(stream, message)
                if request is not None:
                    write_bytes(stream, request)

    def _listen(self) -> None:
        """Pass messages on until there are none any more."""
        assert self._process.stdout is not None
        with self._process.stdout as stream:
            while (message := read_message(stream)) is not None:
                self.inbox.put(message)
        self.inbox.put(None)

    def _overhear(self) -> None:
        """Log what it writes to standard error, and keep the end of it."""
        assert self._process.stderr is not None
        with self._process.stderr as stream:
            for line in stream:
                words = line.decode(errors="replace").rstrip()
                self._last_words.append(words)
                log.info("child %s: %s", self.pid, words)
