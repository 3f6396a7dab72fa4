"""The child by itself: what it says on its pipe, and when it ends."""

from __future__ import annotations

import os
import subprocess

import pytest
from workers import FAKE_CHILD, PATIENCE

from dispatch_engine.api.jobs import Document
from dispatch_engine.api.wire import read_message, write_bytes, write_message


def start(parent: int, memory_mb: int = 256) -> subprocess.Popen[bytes]:
    """A fake child whose parent is said to be ``parent``."""
    options = [f"--parent={parent}", f"--memory-mb={memory_mb}", "--nice=0"]
    return subprocess.Popen([*FAKE_CHILD, *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def ask(child: subprocess.Popen[bytes], run: int, kind: str, request: bytes = b"x") -> list[Document]:
    """Give it a job; all it says until the job is done."""
    assert child.stdin is not None
    assert child.stdout is not None
    order = {"run": run, "kind": kind, "time_limit_seconds": 5, "spent_seconds": 0}
    write_message(child.stdin, order)
    write_bytes(child.stdin, request)
    said: list[Document] = []
    while not said or "done" not in said[-1]:
        message = read_message(child.stdout)
        assert message is not None
        said.append(message)
    return said


@pytest.fixture
def child():
    process = start(os.getpid())
    assert process.stdout is not None
    assert read_message(process.stdout) == {"ready": True}
    yield process
    process.kill()
    process.wait()


def test_the_words_of_a_job(child: subprocess.Popen[bytes]):
    """It says that it has begun, what it did, and how fit it is; the next job has the next number."""
    began, log, done = ask(child, 1, "echo", b"monday")
    assert began == {"began": 1}
    assert log == {"log": "limit 5"}
    assert (done["done"], done["is_fit"]) == (1, True)
    assert done["peak_mb"] > 0
    assert set(done["result"]) == {"plan", "prices", "tickets", "unassigned"}
    assert ask(child, 2, "echo")[0] == {"began": 2}


@pytest.mark.parametrize(
    ("kind", "code", "is_fit"),
    [("broken", "engine_failed", False), ("unreadable", "invalid_problem", True)],
)
def test_a_child_with_a_defect_is_not_fit(child: subprocess.Popen[bytes], kind: str, code: str, is_fit: bool):
    """A bad request says nothing about the child; an error nobody expected does."""
    done = ask(child, 1, kind)[-1]
    assert (done["error"]["code"], done["is_fit"]) == (code, is_fit)


def test_it_ends_with_its_orders(child: subprocess.Popen[bytes]):
    """The pipe is closed: the parent is gone, and so is the child, in the middle of a job."""
    assert child.stdin is not None
    order = {"run": 1, "kind": "silent", "time_limit_seconds": 5, "spent_seconds": 0}
    write_message(child.stdin, order)
    write_bytes(child.stdin, b"")
    child.stdin.close()
    assert child.wait(timeout=PATIENCE) == 0


def test_it_does_not_begin_for_a_parent_that_is_gone():
    """The parent died while the child was starting: its place is taken by another process."""
    orphan = start(parent=1)
    assert orphan.wait(timeout=PATIENCE) == 1
    assert orphan.stdin is not None
    assert orphan.stdout is not None
    orphan.stdin.close()
    assert orphan.stdout.read() == b""
    orphan.stdout.close()
