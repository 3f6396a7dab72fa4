"""What the tests of the commands share: a small day, and ways to run a command."""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

from dispatch_engine.cli import main

ROOT = Path(__file__).resolve().parents[2]
SCENARIOS = ROOT / "scenarios"
TINY = SCENARIOS / "tiny-day.json"
TINY_PLAN = SCENARIOS / "tiny-day.plan.json"

QUICK = ("--iterations", "30", "--workers", "1")

_DAY: dict[str, Any] = {
    "name": "two-visits",
    "technicians": [
        {
            "id": "T1",
            "start": {"lat": 31.23, "lon": 121.47},
            "shifts": [{"start": "2026-11-23T08:00:00+08:00", "end": "2026-11-23T17:00:00+08:00"}],
        }
    ],
    "tickets": [
        {"id": "K1", "location": {"lat": 31.19, "lon": 121.43}, "duration_minutes": 45},
        {"id": "K2", "location": {"lat": 31.25, "lon": 121.5}, "duration_minutes": 60},
    ],
}


class Outcome(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str


def day(**changes: Any) -> dict[str, Any]:
    """One technician and two tickets; top-level fields may be changed."""
    return {**copy.deepcopy(_DAY), **changes}


def saved(folder: Path, document: object, name: str = "problem.json") -> str:
    """Write a document (text and bytes as they are) and return its path."""
    path = folder / name
    if isinstance(document, bytes):
        path.write_bytes(document)
    else:
        path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    return str(path)


def call(capsys: Any, *arguments: object) -> Outcome:
    """Run a command in this process."""
    capsys.readouterr()
    code = main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return Outcome(code, captured.out, captured.err)


def command(*arguments: object) -> list[str]:
    """The command line of a process of its own."""
    return [sys.executable, "-m", "dispatch_engine", *map(str, arguments)]


def run(*arguments: object, stdin: bytes = b"", **env: str) -> Outcome:
    """Run a command as a process of its own."""
    done = subprocess.run(
        command(*arguments),
        input=stdin,
        capture_output=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), **env},
        timeout=300,
        check=False,
    )
    return Outcome(done.returncode, done.stdout.decode(), done.stderr.decode())
