"""Documents in and out: JSON and YAML read with limits, text written whole or not at all."""

from __future__ import annotations

import errno
import json
import os
import re
import secrets
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from dispatch_engine.errors import Finding, InputError
from dispatch_engine.model.base import limited, pointer, shown
from dispatch_engine.model.yaml_reader import parse_yaml

MAX_DEPTH = 64
"""Lists and objects nest at most so deep."""

MAX_INPUT_MB = 1024
"""Default limit of a file's size."""

YAML_SUFFIXES = (".yaml", ".yml")
# Possessive and never failing, so that no text, however broken, makes the scan go back: it stays linear.
_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[\]{}]', re.DOTALL)


def read_document(path: str | os.PathLike[str], max_input_mb: float = MAX_INPUT_MB) -> object:
    """Parse a UTF-8 JSON file, or a YAML file by its suffix ``.yaml`` or ``.yml``.

    Returns
    -------
    object
        dicts, lists, strings, numbers, booleans and None; times stay strings.

    Raises
    ------
    InputError
        Codes ``not_a_file``, ``unreadable``, ``too_large``, ``not_utf8``, ``not_json``, ``not_yaml``,
        ``too_deep``, ``duplicate_key``.
    """
    source = Path(path)
    data = read_bytes(source, max_input_mb)
    if source.suffix.lower() in YAML_SUFFIXES:
        return parse_yaml(_decoded(data), MAX_DEPTH)
    return parse_json(data)


def read_bytes(path: Path, max_input_mb: float = MAX_INPUT_MB) -> bytes:
    """The content of a file. Raises InputError: ``not_a_file``, ``unreadable``, ``too_large``."""
    try:
        if path.is_dir():
            raise InputError.of("", "not_a_file", f"{path} is a folder; name a file")
        with path.open("rb") as stream:
            # One byte more than allowed: tells a file that is too large, also a pipe without a size.
            data = stream.read(int(max_input_mb * 1_000_000) + 1)
    except FileNotFoundError:
        raise InputError.of("", "not_a_file", f"{path} does not exist; check the path") from None
    except (OSError, ValueError) as error:
        raise InputError.of(
            "", "unreadable", f"{path} cannot be read: {_reason(error)}; check the path and the permissions"
        ) from None
    if len(data) > max_input_mb * 1_000_000:
        raise InputError.of(
            "", "too_large", f"{path} is larger than {max_input_mb:g} MB; split it or raise the limit"
        )
    return data


def parse_json(text: str | bytes) -> object:
    """Parse a JSON document; ``bytes`` must be UTF-8 (a byte order mark is tolerated).

    Raises
    ------
    InputError
        Codes ``not_utf8``, ``not_json``, ``too_deep``, ``duplicate_key``.
    """
    if isinstance(text, bytes | bytearray):
        text = _decoded(bytes(text))
    if not isinstance(text, str):
        raise InputError.of("", "not_json", f"is {type(text).__name__}, no text; give JSON as str or bytes")
    text = text.removeprefix("\ufeff")
    if _depth_exceeds(text, MAX_DEPTH):
        raise InputError.of(
            "", "too_deep", f"lists and objects nest deeper than {MAX_DEPTH}; flatten the data"
        )
    objects = _Objects()
    try:
        document: object = json.loads(text, object_pairs_hook=objects)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise InputError.of("", "not_json", f"is not JSON: {error.msg} at {where}") from None
    except ValueError:
        # The only other ValueError: Python refuses to convert numbers of more than 4,300 digits.
        raise InputError.of("", "not_json", "holds a number with thousands of digits; shorten it") from None
    if objects.twice:
        raise InputError(limited(objects.findings(document)))
    return document


def _decoded(data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError.of("", "not_utf8", f"is not UTF-8 at byte {error.start}; save it as UTF-8") from None
    if "\0" in text[:4]:
        raise InputError.of("", "not_utf8", "looks like UTF-16 or UTF-32; save it as UTF-8")
    return text


class _Objects:
    """Hook of the JSON parser: builds objects and notes those that give a key twice."""

    def __init__(self) -> None:
        self.twice: dict[int, tuple[dict[str, object], list[str]]] = {}

    def __call__(self, pairs: list[tuple[str, object]]) -> dict[str, object]:
        values = dict(pairs)
        if len(values) != len(pairs):
            counts = Counter(key for key, _ in pairs)
            # The object is kept along with its keys, so that its id stays its own.
            self.twice[id(values)] = (values, [key for key, count in counts.items() if count > 1])
        return values

    def findings(self, value: object, at: tuple[str | int, ...] = ()) -> Iterator[Finding]:
        """A finding for each repeated key below ``value``."""
        if isinstance(value, dict):
            for key in self.twice.get(id(value), (value, []))[1]:
                yield Finding(pointer((*at, key)), "duplicate_key", f"{shown(key)} is given twice; keep one")
            for key, item in value.items():
                yield from self.findings(item, (*at, key))
        elif isinstance(value, list):
            for index, item in enumerate(value):
                yield from self.findings(item, (*at, index))


def _depth_exceeds(text: str, limit: int) -> bool:
    """Whether brackets outside strings nest deeper than ``limit``; linear, without recursion."""
    if text.count("[") + text.count("{") <= limit:
        return False
    depth = 0
    for token in _TOKEN.finditer(text):
        bracket = token.group()
        if bracket in "[{":
            depth += 1
            if depth > limit:
                return True
        elif bracket in "]}":
            depth -= 1
    return False


def write_atomically(path: str | os.PathLike[str], content: str | bytes) -> None:
    """Write text (as UTF-8) or bytes so that ``path`` holds either all of it or what it held before.

    A target that is no regular file, such as ``/dev/stdout``, is simply written to.

    Raises
    ------
    InputError
        With code ``unwritable``; nothing half-written and no temporary file stays behind.
    """
    data = content.encode() if isinstance(content, str) else content
    try:
        target = Path(os.path.realpath(path))
        if target.exists() and not target.is_file() and not target.is_dir():
            target.write_bytes(data)
        else:
            _replace(target, data)
    except (OSError, ValueError) as error:
        raise InputError.of(
            "", "unwritable", f"{path} cannot be written: {_reason(error)}; choose another path"
        ) from None


def _replace(target: Path, data: bytes) -> None:
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    temporary = target.with_name(f".{target.name[:100]}.{secrets.token_hex(6)}.tmp")
    try:
        with temporary.open("xb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        if target.exists():
            temporary.chmod(target.stat().st_mode & 0o7777)
        os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)


def _reason(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error)).lower()
