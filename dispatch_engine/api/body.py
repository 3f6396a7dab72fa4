"""Takes the body of a request: plain JSON only, within limits of size and time, parsed away from the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.datastructures import Headers
from starlette.requests import Request

from dispatch_engine.api.problems import Refusal, later
from dispatch_engine.errors import InputError
from dispatch_engine.model.files import parse_json


class Intake:
    """Reads bodies, and keeps the sum of all that are held at once within a limit.

    Parameters
    ----------
    max_bytes : largest single body.
    max_total_bytes : largest sum of all bodies in memory.
    seconds : time that a body may take to arrive.
    """

    def __init__(self, max_bytes: int, max_total_bytes: int, seconds: float) -> None:
        self.max_bytes = max_bytes
        self.max_total_bytes = max(max_bytes, max_total_bytes)
        self.seconds = seconds
        self.held = 0

    @asynccontextmanager
    async def body(self, request: Request) -> AsyncIterator[bytes]:
        """The whole body, counted as held until the context ends.

        Raises
        ------
        Refusal : ``wrong_media_type``, ``too_large``, ``too_slow`` or ``busy``.
        """
        refuse_other_media(request.headers)
        self._refuse_declared(request.headers)
        parts: list[bytes] = []
        try:
            await self._read(request, parts)
            yield b"".join(parts)
        finally:
            self.held -= sum(map(len, parts))

    def _refuse_declared(self, headers: Headers) -> None:
        """Refuse by the declared length what need not be read."""
        length = headers.get("content-length", "")
        if length.isdigit() and int(length[:20]) > self.max_bytes:
            raise self._too_large()

    async def _read(self, request: Request, parts: list[bytes]) -> None:
        size = 0
        try:
            async with asyncio.timeout(self.seconds):
                async for part in request.stream():
                    size += len(part)
                    if size > self.max_bytes:
                        raise self._too_large()
                    if self.held + len(part) > self.max_total_bytes:
                        raise later("busy", "Too many large bodies are being read; send it again.", 1)
                    self.held += len(part)
                    parts.append(part)
        except TimeoutError:
            detail = f"The body did not arrive within {self.seconds:g} seconds; send it faster, or send less."
            raise Refusal("too_slow", detail) from None

    def _too_large(self) -> Refusal:
        detail = f"A body may have {self.max_bytes / 1e6:g} MB; send less, or ask the operator for more."
        return Refusal("too_large", detail)


def refuse_other_media(headers: Headers) -> None:
    """Refuse a body that does not claim to be plain JSON in UTF-8."""
    kind, _, parameters = headers.get("content-type", "").partition(";")
    if kind.strip().lower() != "application/json":
        raise Refusal("wrong_media_type", "Send JSON with the header Content-Type: application/json.")
    name, _, charset = parameters.strip().partition("=")
    if name.strip().lower() == "charset" and charset.strip(' "').lower() not in ("utf-8", "utf8"):
        raise Refusal("wrong_media_type", "JSON is UTF-8; no other charset is read.")
    if headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
        raise Refusal(
            "wrong_media_type",
            "Compressed bodies are not read; send the JSON as it is.",
            headers={"Accept-Encoding": "identity"},
        )


def refuse_dense(body: bytes, max_values: int) -> None:
    """Refuse a body that would be far larger in memory: an empty list takes three bytes here and 60 there."""
    keys = body.translate(None, b" \t\r\n").count(b'":')
    if body.count(b"[") + body.count(b"{") + keys > max_values:
        detail = f"A body may hold {max_values:,} lists, objects and fields; send a smaller problem."
        raise Refusal("too_many", detail)


def parsed(body: bytes, max_values: int) -> dict[str, object]:
    """The JSON object in the body; call it in a thread.

    Raises
    ------
    Refusal : ``too_many``, before anything is built.
    InputError : as ``parse_json``, or the document is no object.
    """
    refuse_dense(body, max_values)
    document = parse_json(body)
    if not isinstance(document, dict):
        raise InputError.of("", "wrong_type", "has the wrong type; it must be an object")
    return document
