"""Results that are a folder of files: tried before the work, written together or not at all."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path

from dispatch_engine.errors import InputError


def refuse_unwritable_folder(path: str) -> None:
    """Try the folder now: it exists and can be written to, or can be made.

    Raises
    ------
    InputError : code ``unwritable``.
    """
    folder = Path(path)
    parent = folder if folder.is_dir() else folder.absolute().parent
    if folder.exists() and not folder.is_dir():
        raise _unwritable(path, "it is a file, and a folder is needed")
    if not parent.is_dir():
        raise _unwritable(path, f"the folder {parent} does not exist")
    if not os.access(parent, os.W_OK | os.X_OK):
        raise _unwritable(path, "permission denied")


def write_folder(path: str, files: Mapping[str, str | bytes], suffix: str) -> None:
    """Write files into a folder, which is made if it does not exist.

    Parameters
    ----------
    suffix : ending of the files. Others with this ending in the folder are refused: read together with the new
        ones they would tell of two exports at once.

    Raises
    ------
    InputError : code ``unwritable``; the folder is then as it was.
    """
    folder = Path(path)
    strangers = sorted(file.name for file in folder.glob(f"*{suffix}") if file.name not in files)
    if strangers:
        what = f"it holds {strangers[0]}, which does not belong to this export"
        raise _unwritable(path, f"{what}; remove it")
    temporary = folder.absolute().with_name(f".{folder.absolute().name[:100]}.{secrets.token_hex(6)}.tmp")
    try:
        temporary.mkdir()
        for name, content in files.items():
            (temporary / name).write_bytes(content.encode() if isinstance(content, str) else content)
        _move(temporary, folder)
    except (OSError, ValueError) as error:
        raise _unwritable(path, (getattr(error, "strerror", None) or str(error)).lower()) from None
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _move(temporary: Path, folder: Path) -> None:
    if not folder.exists():
        temporary.rename(folder)
        return
    for file in sorted(temporary.iterdir()):
        file.replace(folder / file.name)


def _unwritable(path: str, reason: str) -> InputError:
    return InputError.of("", "unwritable", f"{path} cannot be written: {reason}; choose another path")
