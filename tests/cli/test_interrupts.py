"""Ctrl-C and SIGTERM: the first keeps the best plan, the second aborts."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from shell import ROOT, SCENARIOS, call, command

from dispatch_engine.cli.interrupts import Interrupts

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")

DAY = SCENARIOS / "shanghai-weekday.json"


def started(*arguments: object, until: str) -> subprocess.Popen[str]:
    """A command that has just written ``until`` to stderr."""
    process = subprocess.Popen(
        command("solve", DAY, *arguments, "--time-limit", "600"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert process.stderr is not None
    for line in process.stderr:
        if until in line:
            return process
    process.wait()
    raise AssertionError(f"ended with {process.returncode} before it said {until!r}")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_one_signal_keeps_the_best_plan(
    number: signal.Signals, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A run of ten minutes, interrupted in its search: exit code 130, and a plan that the checker accepts."""
    plan = tmp_path / "plan.json"
    process = started("-o", plan, until="searching")
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "the best plan is kept" in err
    assert "interrupted" in out
    assert json.loads(plan.read_text())["solver"]["stopped_by"] == "interrupted"
    assert call(capsys, "check", DAY, plan).code == 0


def test_a_second_signal_aborts(tmp_path: Path) -> None:
    """The second Ctrl-C ends the process; nothing half-written stays behind."""
    process = started("-o", tmp_path / "plan.json", until="searching")
    process.send_signal(signal.SIGSTOP)
    # Both wait until the process goes on, so that the second is never later than the end of the run.
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGTERM)
    process.send_signal(signal.SIGCONT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err.endswith("aborted\n")
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []


def test_the_first_signal_asks_to_stop_and_tells_so() -> None:
    """Inside the context a signal is a wish; ``on_stop`` is called once, handlers come back at the end."""
    before = signal.getsignal(signal.SIGINT)
    told = threading.Event()
    with Interrupts() as interrupts:
        interrupts.begin_run(told.set)
        assert not interrupts.should_stop()
        os.kill(os.getpid(), signal.SIGINT)
        # Where another thread got the signal, the handler runs between two steps of this one.
        assert any(told.wait(timeout=0.05) for _ in range(200))
        assert interrupts.should_stop()
    assert signal.getsignal(signal.SIGINT) is before


def test_an_ignored_signal_stays_ignored() -> None:
    """A background job that ignores SIGINT goes on ignoring it."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with Interrupts() as interrupts:
            interrupts.begin_run(lambda: None)
            os.kill(os.getpid(), signal.SIGINT)
            assert not interrupts.should_stop()
            assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
