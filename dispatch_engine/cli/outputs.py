"""Results out: paths tried before the work, files written whole, and a plan that is never lost."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from dispatch_engine.cli.guard import tell, tell_findings
from dispatch_engine.errors import InputError

if TYPE_CHECKING:
    from rich.console import RenderableType

STDOUT = "-"


def refuse_unwritable(*paths: str | None, inputs: Iterable[str] = ()) -> None:
    """Try every output path now, so that no work is lost to a bad one later.

    Raises
    ------
    InputError : code ``unwritable``: a folder that is absent or closed, a folder instead of a file, an output
        that would overwrite an input or another output.
    """
    taken = [os.path.realpath(path) for path in inputs if path != "-"]
    for path in paths:
        if path is None or path == STDOUT:
            continue
        real = os.path.realpath(path)
        if not _is_special(real):
            if real in taken:
                raise _unwritable(path, "it is also another file of this command")
            _try_folder(path, Path(real))
        taken.append(real)


def _is_special(real: str) -> bool:
    """Whether the path is something like ``/dev/null``, which is simply written to."""
    return os.path.exists(real) and not os.path.isfile(real) and not os.path.isdir(real)


def _try_folder(path: str, real: Path) -> None:
    folder = real.parent
    try:
        if real.is_dir():
            raise _unwritable(path, "it is a folder")
        # Tells a name that is too long, or a parent that is a file.
        with suppress(FileNotFoundError):
            real.lstat()
        if not folder.exists():
            raise _unwritable(path, f"the folder {folder} does not exist")
        with tempfile.TemporaryFile(dir=folder):
            pass
    except (OSError, ValueError) as error:
        raise _unwritable(path, (getattr(error, "strerror", None) or str(error)).lower()) from None


def _unwritable(path: str, reason: str) -> InputError:
    text = f"{path} cannot be written: {reason}; choose another path"
    return InputError.of("", "unwritable", text)


def write_result(path: str | None, text: str) -> None:
    """Write ``text`` to a file, or to standard output where ``path`` is None or ``-``.

    Raises
    ------
    InputError : code ``unwritable``.
    """
    from dispatch_engine.model.files import write_atomically

    if path is None or path == STDOUT:
        print_text(text)
    else:
        write_atomically(path, text)


def print_text(text: str) -> None:
    """Write UTF-8 to standard output, whatever the locale says.

    Raises
    ------
    InputError : code ``unwritable``, where it is closed or full.
    """
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode())
        sys.stdout.buffer.flush()
    except (OSError, ValueError) as error:
        _abandon_stdout()
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        text = f"standard output cannot be written: {reason}; write to a file with -o"
        raise InputError.of("", "unwritable", text) from None


def print_json(document: object) -> None:
    """Print one JSON document on standard output."""
    print_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n")


def show(*parts: RenderableType) -> None:
    """Print for people on standard output; one that nobody reads any more is no error.

    Strings are printed as they are; tables and texts are fitted to the width of the terminal.
    """
    from rich.console import Console

    console = Console(file=sys.stdout, highlight=False, markup=False, emoji=False)
    with console.capture() as captured:
        for part in parts:
            console.print(part, soft_wrap=isinstance(part, str))
    text = "\n".join(line.rstrip() for line in captured.get().split("\n"))
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except (OSError, ValueError):
        _abandon_stdout()


def save_elsewhere(text: str, prefix: str, suffix: str) -> str | None:
    """Keep ``text`` in the folder for temporary files; its path, None where even that fails."""
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix=prefix, suffix=suffix, delete=False, encoding="utf-8"
        ) as file:
            file.write(text)
    except OSError:
        return None
    return file.name


def write_or_save(path: str | None, text: str, what: str, suffix: str) -> bool:
    """Write ``text``; where that fails after all the work, keep it elsewhere and say where. True if it arrived."""
    try:
        write_result(path, text)
    except InputError as error:
        tell_findings(error)
        kept = save_elsewhere(text, f"dispatch-engine-{what}-", suffix)
        tell(f"the {what} was saved to {kept} instead" if kept else f"the {what} could not be saved anywhere")
        return False
    return True


def _abandon_stdout() -> None:
    """Point standard output at nothing, so that Python's last flush does not fail again."""
    with suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
