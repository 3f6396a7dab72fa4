"""Messages between the service and its children: a length of four bytes, then so many bytes of JSON or of a body."""

from __future__ import annotations

import json
import struct
from typing import IO

from dispatch_engine.api.jobs import Document

HEADER = struct.Struct(">I")


def write_bytes(stream: IO[bytes], content: bytes) -> None:
    """Send one frame."""
    stream.write(HEADER.pack(len(content)))
    stream.write(content)
    stream.flush()


def read_bytes(stream: IO[bytes]) -> bytes | None:
    """The next frame; None where the other side is gone, also in the middle of a frame."""
    header = stream.read(HEADER.size)
    if len(header) < HEADER.size:
        return None
    (length,) = HEADER.unpack(header)
    content = stream.read(length)
    return content if len(content) == length else None


def write_message(stream: IO[bytes], message: Document) -> None:
    """Send one JSON object."""
    write_bytes(stream, json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode())


def read_message(stream: IO[bytes]) -> Document | None:
    """The next JSON object; None where the other side is gone."""
    content = read_bytes(stream)
    return None if content is None else dict(json.loads(content))
