"""The child process: it loads the engine, then does one job after the other as its parent asks.

The parent writes messages to its standard input, the child answers on its standard output
(:mod:`dispatch_engine.api.wire`):

    parent  {"run": 7, "kind": "plan", "time_limit_seconds": 10, "spent_seconds": 0.01}, then the request
            {"cancel": 7}
    child   {"ready": true}                     once, with the engine loaded
            {"began": 7}                        the first line of work
            {"progress": {…}}, {"plan": "…", "prices": {…}}, {"log": "…"}
            {"done": 7, "result": {…}} or {"done": 7, "error": {…}}; both with "is_fit" for another job and
                                                "peak_mb", the most memory it ever held
"""

from __future__ import annotations

import argparse
import gc
import os
import queue
import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import IO, NoReturn

from dispatch_engine.api.child_limits import (
    MEGABYTE,
    cap_memory,
    die_with_parent,
    leave_signals_to_parent,
    peak_resident,
    resident,
    yield_to_others,
)
from dispatch_engine.api.job_errors import describe
from dispatch_engine.api.jobs import Document
from dispatch_engine.api.task import JobFunction, Task
from dispatch_engine.api.wire import read_bytes, read_message, write_message

KEPT_MEGABYTES = 256
"""A child that holds so much more after a job than before its first one is not used again."""


def main(load: Callable[[], Mapping[str, JobFunction]]) -> None:
    """Run this process as a child.

    Parameters
    ----------
    load : loads what jobs need, and returns the function for each kind of job.
    """
    limits = _arguments()
    die_with_parent(limits.parent)
    leave_signals_to_parent()
    yield_to_others(limits.nice)
    child = _Child(*_streams())
    child.serve(load(), limits.memory_mb)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--parent", type=int, required=True, help="process id of the parent")
    parser.add_argument("--memory-mb", type=int, required=True, help="what a job may use")
    parser.add_argument("--nice", type=int, required=True, help="added to the niceness")
    return parser.parse_args()


def _streams() -> tuple[IO[bytes], IO[bytes]]:
    """Input and output of the protocol; what a library prints goes to standard error from now on."""
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return sys.stdin.buffer, output


class _Child:
    """The protocol's state: the job in hand and whether it is cancelled."""

    def __init__(self, source: IO[bytes], sink: IO[bytes]) -> None:
        self._source = source
        self._sink = sink
        self._sending = threading.Lock()
        self._orders: queue.SimpleQueue[tuple[Document, bytes]] = queue.SimpleQueue()
        self._cancelled = -1

    def serve(self, kinds: Mapping[str, JobFunction], memory_mb: int) -> NoReturn:
        """Do jobs until the parent is gone."""
        gc.collect()
        gc.freeze()  # what the engine loaded stays; no collection looks through it again
        before = resident()
        cap_memory(memory_mb)
        threading.Thread(target=self._listen, name="orders", daemon=True).start()
        self.send({"ready": True})
        while True:
            order, request = self._orders.get()
            outcome = self._outcome(kinds, order, request)
            del request
            gc.collect()
            is_sane = "error" not in outcome or outcome["error"]["status"] < 500
            is_slim = resident() - before < KEPT_MEGABYTES * MEGABYTE
            fitness = {"is_fit": is_sane and is_slim, "peak_mb": peak_resident() // MEGABYTE}
            self.send({"done": order["run"], **fitness, **outcome})

    def send(self, message: Document) -> None:
        """Tell the parent; where it is gone there is nothing left to do."""
        try:
            with self._sending:
                write_message(self._sink, message)
        except OSError:
            os._exit(1)

    def _listen(self) -> None:
        """Take orders; the end of the pipe is the end of the parent, and so of this process."""
        while (message := read_message(self._source)) is not None:
            if "cancel" in message:
                self._cancelled = message["cancel"]
                continue
            request = read_bytes(self._source)
            if request is None:
                break
            self._orders.put((message, request))
        os._exit(0)

    def _outcome(self, kinds: Mapping[str, JobFunction], order: Document, request: bytes) -> Document:
        """The result of the job, or the error it ended with; nothing leaves here as an exception."""
        number = order["run"]
        self.send({"began": number})
        task = Task(
            request=request,
            time_limit_seconds=order["time_limit_seconds"],
            spent_seconds=order["spent_seconds"],
            link=self,
            is_cancelled=lambda: self._cancelled == number,
        )
        try:
            return {"result": asdict(kinds[order["kind"]](task))}
        except Exception as error:
            traceback.print_exc()
            return {"error": describe(error)}


def load_engine() -> Mapping[str, JobFunction]:
    """Import the engine, load its kernels, and walk once through everything a job does.

    The first job would otherwise pay for it: a quarter of a second, and a minute where the kernels were
    never compiled on this machine.
    """
    from dispatch_engine.api.plan_job import plan_job
    from dispatch_engine.api.rehearsal import rehearse

    rehearse()
    return {"plan": plan_job}


if __name__ == "__main__":
    main(load_engine)
