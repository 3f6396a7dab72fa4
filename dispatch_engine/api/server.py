"""uvicorn with patience limits and an orderly end: slow heads are cut off, SIGTERM drains before it stops."""

from __future__ import annotations

import asyncio
import socket
import threading
from types import FrameType
from typing import ClassVar

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from dispatch_engine.api.front import head_too_large
from dispatch_engine.api.problems import MEDIA_TYPE, Refusal, answer, later
from dispatch_engine.api.service import Service
from dispatch_engine.api.settings import Settings

LINGER_SECONDS = 2.0
"""After a refusal before the body's end it is read on for so long: few clients look at an answer while they send."""
STOP_SECONDS = 5
"""For so long streams and answers under way may go on once everything is drained."""


class PatientProtocol(H11Protocol):
    """A connection whose head must come in time, and that ends with problem documents."""

    header_seconds: ClassVar[float]
    max_connections: ClassVar[int]
    max_head: ClassVar[int]
    _head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Accept a connection, unless there are too many."""
        super().connection_made(transport)
        _send_at_once(transport)
        if len(self.connections) > self.max_connections:
            self._end_with(later("busy", "Too many connections are open; try again.", 2))
        else:
            self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget a connection."""
        self._forget_head()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take bytes; from the first one of a head its time runs."""
        super().data_received(data)
        if self.transport.is_closing() or self.conn.their_state is not h11.IDLE:
            self._forget_head()
        elif self._head_timer is None:
            self._await_head()

    def on_response_complete(self) -> None:
        """End a connection whose request body is still on its way, soon."""
        super().on_response_complete()
        if self.conn.their_state is h11.SEND_BODY and not self.transport.is_closing():
            self.loop.call_later(LINGER_SECONDS, self._close_unless_read, self.cycle)

    def _close_unless_read(self, cycle: object) -> None:
        if self.cycle is cycle and self.conn.their_state is h11.SEND_BODY:
            self.transport.close()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP, or too much of it."""
        if len(self.conn.trailing_data[0]) >= self.max_head:
            self._end_with(head_too_large(self.max_head))
        else:
            self._end_with(Refusal("bad_http", f"{msg} Check the request line, the headers and the framing."))

    def _await_head(self) -> None:
        self._head_timer = self.loop.call_later(self.header_seconds, self._head_is_late)

    def _forget_head(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _head_is_late(self) -> None:
        self._head_timer = None
        if self.conn.their_state is h11.IDLE and not self.transport.is_closing():
            detail = f"The head of the request did not arrive within {self.header_seconds:g} seconds."
            self._end_with(Refusal("too_slow", detail))

    def _end_with(self, refusal: Refusal) -> None:
        """Answer without the application, and close."""
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            body = bytes(answer(refusal).body)
            length = str(len(body)).encode()
            headers = [
                (b"content-type", MEDIA_TYPE.encode()),
                (b"content-length", length),
                (b"connection", b"close"),
            ]
            headers += [(name.lower().encode(), value.encode()) for name, value in refusal.headers.items()]
            head = h11.Response(status_code=refusal.status, headers=headers)
            for event in (head, h11.Data(data=body), h11.EndOfMessage()):
                self.transport.write(self.conn.send(event) or b"")
        self.transport.close()


def _send_at_once(transport: asyncio.Transport) -> None:
    """Let the body of an answer follow its head without waiting for the receiver: that would take 40 ms.

    asyncio does this by itself only for sockets that were made with the number of the protocol.
    """
    connection = transport.get_extra_info("socket")
    if connection is not None and connection.family in (socket.AF_INET, socket.AF_INET6):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


class DrainingServer(uvicorn.Server):
    """A server that, told to stop, first drains its service while it still answers.

    The first SIGTERM or SIGINT drains: new work is refused with 503, everything else is answered, running
    jobs end or go back to the queue. The second one stops at once.
    """

    def __init__(self, config: uvicorn.Config, service: Service) -> None:
        super().__init__(config)
        self.service = service
        self._draining = threading.Thread(target=service.drain, name="drain", daemon=True)
        self._is_asked = False

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002
        """Take a signal; it is not raised again afterwards, because an orderly end is no failure."""
        if self._is_asked:
            self.service.is_stopping = True
            self.should_exit = self.force_exit = True
        self._is_asked = True
        self.service.is_draining = True

    async def on_tick(self, counter: int) -> bool:
        """Look ten times a second whether it is time to stop."""
        if self._is_asked and not self.should_exit:
            if self._draining.ident is None:
                self._draining.start()
            elif not self._draining.is_alive():
                self.should_exit = True
        return await super().on_tick(counter)


def server_of(app: ASGIApp, service: Service) -> DrainingServer:
    """The server of ``app``, with the limits of the settings; run it with a socket that listens."""
    settings = service.settings
    config = uvicorn.Config(
        app,
        http=protocol_of(settings),
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        backlog=settings.max_connections,
        timeout_keep_alive=max(1, round(settings.idle_seconds)),
        timeout_graceful_shutdown=STOP_SECONDS,
        h11_max_incomplete_event_size=settings.max_head_kb * 1024,
    )
    return DrainingServer(config, service)


def protocol_of(settings: Settings) -> type[PatientProtocol]:
    """The protocol with the limits of the settings."""
    limits = {
        "header_seconds": settings.header_seconds,
        "max_connections": settings.max_connections,
        "max_head": settings.max_head_kb * 1024,
    }
    return type("PatientProtocol", (PatientProtocol,), limits)
