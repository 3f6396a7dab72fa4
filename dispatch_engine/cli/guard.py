"""From exceptions to exit codes and short messages on stderr; a traceback goes to a file, never to the user.

What a command raises is caught here, around all commands, so that no command needs to.
"""

from __future__ import annotations

import platform
import sys
import tempfile
import traceback
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import typer
from typer.core import TyperGroup

from dispatch_engine._version import __version__
from dispatch_engine.errors import EngineError, Finding, InputError

NO = 1
BAD_INPUT = 2
FAILED = 3
INTERRUPTED = 130


class FileError(InputError):
    """Bad input, with the file in which it stands: one command may read several."""

    def __init__(self, findings: Iterable[Finding], file: str = "") -> None:
        super().__init__(findings)
        self.file = file


class GuardedGroup(TyperGroup):
    """The group of all commands; whatever a command raises ends as an exit code."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command; our own errors become ``typer.Exit``, those of the usage pass through."""
        try:
            return super().invoke(ctx)
        except typer.Abort:
            raise
        except (Exception, KeyboardInterrupt) as error:
            if hasattr(error, "exit_code"):
                raise
            raise typer.Exit(exit_code_of(error)) from None


def exit_code_of(error: BaseException) -> int:
    """Tell the user about ``error`` and return the exit code it stands for."""
    if isinstance(error, InputError):
        tell_findings(error)
        return BAD_INPUT
    if isinstance(error, EngineError):
        tell(f"the engine failed: {error}")
        return FAILED
    if isinstance(error, MemoryError):
        tell("out of memory: use a machine with more of it, or plan a smaller day or region")
        return FAILED
    if isinstance(error, KeyboardInterrupt):
        tell("interrupted")
        return INTERRUPTED
    _tell_defect(error)
    return FAILED


def tell(message: str) -> None:
    """One message to stderr; a stderr that nobody reads any more is no error."""
    with suppress(OSError, ValueError):
        print(message, file=sys.stderr, flush=True)


def tell_findings(error: InputError) -> None:
    """Every finding on a line: file, pointer, message, code; at most ``MAX_LISTED`` and a count."""
    file = error.file if isinstance(error, FileError) else ""
    for finding in error.listed:
        tell(_line(file, finding))
    if error.omitted:
        tell(f"... and {error.omitted} more")


def _line(file: str, finding: Finding) -> str:
    place = finding.pointer
    if file and not (not place and finding.message.startswith(file)):
        place = f"{file}: {place}" if place else file
    return f"{place}: {finding.message} [{finding.code}]" if place else f"{finding.message} [{finding.code}]"


def _tell_defect(error: BaseException) -> None:
    what = f"{type(error).__name__}: {error}".split("\n", 1)[0][:300]
    tell(f"dispatch-engine failed: {what}\nThis is a defect; please report it{_with_details(error)}.")


def _with_details(error: BaseException) -> str:
    """Write the traceback to a file and say where; nothing where that fails too."""
    lines = [f"dispatch-engine {__version__}, Python {platform.python_version()}, {platform.platform()}\n"]
    lines += traceback.format_exception(error)
    try:
        with tempfile.NamedTemporaryFile(
            "w",
            prefix="dispatch-engine-error-",
            suffix=".txt",
            delete=False,
            encoding="utf-8",
            errors="backslashreplace",
        ) as file:
            file.writelines(lines)
    except OSError:
        return ""
    return f" with the file {file.name}"
