"""What every answer goes through: an id, a log line, counts, secure headers; and a defect ends as a 500 document."""

from __future__ import annotations

import re
import secrets
from time import perf_counter
from typing import Any

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dispatch_engine.api.metrics import Metrics
from dispatch_engine.api.problems import Refusal, answer

log = structlog.get_logger("dispatch_engine.api")

REQUEST_ID = re.compile(r"[\w.:\-]{1,100}", re.ASCII)
TRACE = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}", re.ASCII)
"""A W3C ``traceparent``."""
NOTHING = "default-src 'none'; frame-ancestors 'none'"
SECURE = {
    "Content-Security-Policy": NOTHING,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
"""Headers of every answer; a page sets a policy of its own."""
DEFECT = (
    "An error in the service ended the request. Please report it, with the id in the header X-Request-ID."
)
PROBES = frozenset({"/healthz", "/readyz", "/metrics"})
"""Asked every few seconds by machines; worth a line only when debugging."""
CLIENT_GONE = 499
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Envelope:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        exchange = _Exchange(scope, send)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(**exchange.names)
        try:
            await self.app(scope, receive, exchange.send)
        except Exception:
            log.exception("a request ended with a defect")
            if exchange.status is None:
                await answer(Refusal("internal", DEFECT))(scope, receive, exchange.send)
        finally:
            self._note(scope, exchange)

    def _note(self, scope: Scope, exchange: _Exchange) -> None:
        """Count the request and log it, by its route: paths hold ids, and there would be no end of them."""
        route = getattr(scope.get("route"), "path", "(none)")
        method = scope["method"] if scope["method"] in METHODS else "(other)"
        status = exchange.status or CLIENT_GONE
        seconds = perf_counter() - exchange.began
        self.metrics.requests.labels(method, route, str(status)).inc()
        if not exchange.is_stream:
            self.metrics.request_seconds.labels(method, route).observe(seconds)
        say = log.debug if route in PROBES else log.warning if status >= 500 else log.info
        client = scope.get("client")
        say(
            "request",
            method=scope["method"],
            route=route,
            status=status,
            seconds=round(seconds, 4),
            client=client[0] if client else None,
        )


class _Exchange:
    """One request and what became of it."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self.began = perf_counter()
        self.status: int | None = None
        self.is_stream = False
        self._scope = scope
        self._send = send
        headers = Headers(scope=scope)
        given = headers.get("x-request-id", "")
        self.request_id = given if REQUEST_ID.fullmatch(given) else f"req_{secrets.token_hex(8)}"
        self.names: dict[str, Any] = {"request_id": self.request_id}
        if trace := TRACE.fullmatch(headers.get("traceparent", "")):
            self.names |= {"trace_id": trace[1], "parent_span_id": trace[2]}

    async def send(self, message: Message) -> None:
        """Pass a part of the answer on; its head gets the headers that every answer has."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers["X-Request-ID"] = self.request_id
            for name, value in {**SECURE, **self._scope.get("state", {}).get("rate_headers", {})}.items():
                headers.setdefault(name, value)
            self.is_stream = headers.get("content-type", "").startswith("text/event-stream")
        await self._send(message)
