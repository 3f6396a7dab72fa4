"""Ctrl-C and SIGTERM while a plan is sought: the first keeps the best plan, the second aborts at once."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Self

from dispatch_engine.cli.guard import INTERRUPTED

SIGNALS = {signal.SIGINT, signal.SIGTERM}
WAKE = signal.SIGTERM
Handler = Callable[[int, FrameType | None], object] | int | None
SHOW_CURSOR = "\x1b[?25h\n"


class Interrupts:
    """Context in which SIGINT and SIGTERM ask for the end of the run instead of ending the process.

    A thread of its own takes the signals: Python's handlers run in the main thread only, which may be inside
    a solver for a minute, and OR-Tools catches SIGINT for itself while it solves. The signals are blocked in
    every thread that starts inside the context; enter it before any library starts threads. Handlers are
    set as well, for systems without signal masks and for threads that were there before.

    Attributes
    ----------
    keeps_plan : set it once there will be a plan to keep; until then one signal aborts.
    """

    def __init__(self) -> None:
        self.keeps_plan = False
        self._stop = threading.Event()
        self._on_stop: Callable[[], None] | None = None
        self._is_over = False
        self._handlers: dict[int, Handler] = {}
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        # Only the main thread may set handlers; elsewhere signals stay what they are.
        if threading.current_thread() is threading.main_thread():
            # A job that a shell started in the background ignores SIGINT; it stays so.
            heeded = {number for number in SIGNALS if signal.getsignal(number) is not signal.SIG_IGN}
            self._handlers = {number: signal.signal(number, self._handle) for number in heeded}
            self._start_thread()
        return self

    def _start_thread(self) -> None:
        if hasattr(signal, "pthread_sigmask"):
            self._waited = {*self._handlers, WAKE}
            self._mask = signal.pthread_sigmask(signal.SIG_BLOCK, self._waited)
            self._thread = threading.Thread(target=self._take, name="interrupts", daemon=True)
            self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._is_over = True
        if self._thread is not None:
            signal.pthread_kill(self._thread.ident or 0, WAKE)
            self._thread.join()
            signal.pthread_sigmask(signal.SIG_SETMASK, self._mask)
        for number, handler in self._handlers.items():
            signal.signal(number, handler)

    def begin_run(self, on_stop: Callable[[], None]) -> None:
        """From now on the first signal calls ``on_stop``, once, and lets the run end with its best plan."""
        self._on_stop = on_stop
        self.keeps_plan = True

    def should_stop(self) -> bool:
        """Whether the run was asked to end."""
        return self._stop.is_set()

    def _take(self) -> None:
        while True:
            number = signal.sigwait(self._waited)
            if self._is_over:
                return
            if number in self._handlers:
                self._receive()

    def _handle(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002
        if not self._is_over:
            self._receive()

    def _receive(self) -> None:
        if self._stop.is_set() or not self.keeps_plan:
            abort()
        self._stop.set()
        if self._on_stop is not None:
            self._on_stop()


def abort() -> None:
    """End the process now, whatever its threads are doing."""
    with suppress(OSError, ValueError):
        if sys.stderr.isatty():
            sys.stderr.write(SHOW_CURSOR)
        sys.stderr.write("aborted\n")
        sys.stderr.flush()
    os._exit(INTERRUPTED)
