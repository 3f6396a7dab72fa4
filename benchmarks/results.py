"""Result files: one JSON line per run, appended as runs end, so that a broken series can be resumed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks.errors import BenchmarkError
from benchmarks.jobs import Job

Record = dict[str, Any]
"""A job's fields, its ``status`` (done, unsupported, failed, killed) and, where done, what was found."""


def read_results(path: Path) -> list[Record]:
    """All records of a file; none where it does not exist yet.

    Raises
    ------
    BenchmarkError : a line is no JSON record. A last line that was cut off by a crash is left out.
    """
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    records = []
    for number, line in enumerate(lines, 1):
        try:
            record = json.loads(line)
            Job.of(record)
        except (ValueError, KeyError, TypeError):
            if number == len(lines) and not line.endswith("\n"):
                break
            raise BenchmarkError(f"{path}:{number}: no result line; remove it or name another file") from None
        records.append(record)
    return records


def append_result(path: Path, record: Record) -> None:
    """Add one line and have it on disk before the next run starts; a cut-off last line is dropped first."""
    if path.exists():
        text = path.read_bytes()
        if text and not text.endswith(b"\n"):
            path.write_bytes(text[: text.rfind(b"\n") + 1])
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(record, ensure_ascii=False) + "\n")
