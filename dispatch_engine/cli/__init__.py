"""The commands of dispatch-engine: ``main`` is what a shell starts."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from io import TextIOWrapper
from typing import TextIO

PROGRAM = "dispatch-engine"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    0 done, 1 the answer is no, 2 bad input or usage, 3 the engine failed, 130 interrupted. Never a traceback.
    """
    from dispatch_engine.cli.guard import exit_code_of

    for stream in (sys.stdout, sys.stderr):
        _never_fail_on_characters(stream)
    try:
        from dispatch_engine.cli.app import app

        app(args=None if arguments is None else list(arguments), prog_name=PROGRAM)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException as error:
        return exit_code_of(error)
    return 0


def _never_fail_on_characters(stream: TextIO) -> None:
    """Escape what the terminal's encoding lacks, such as Chinese names under ``LANG=C``."""
    if isinstance(stream, TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")
