"""``python -m benchmarks vroom FILE``: turns VROOM's JSON input into a problem and says what is lost."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from benchmarks.errors import BenchmarkError
from benchmarks.families.vroom_read import read_vroom
from dispatch_engine.model.files import write_atomically


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser("vroom", help="turn VROOM's JSON input into a problem")
    parser.add_argument("file", type=Path)
    parser.add_argument("-o", "--out", type=Path, required=True, help="problem file to write")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write the problem; what is lost goes to stderr, one line each."""
    try:
        document = json.loads(options.file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BenchmarkError(f"{options.file}: {error}; give a JSON file with VROOM's input") from None
    found = read_vroom(document if isinstance(document, dict) else {})
    for loss in found.lost:
        print(f"not carried over: {loss}", file=sys.stderr)
    write_atomically(options.out, json.dumps(found.problem, indent=1) + "\n")
    return 0
