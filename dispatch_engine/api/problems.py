"""Every refusal as an RFC 9457 document: one table of codes, one shape, never a word of what was sent."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from starlette.responses import Response

from dispatch_engine.errors import MAX_LISTED, Finding, InputError

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:dispatch-engine:problem:"


class Kind(NamedTuple):
    """What all refusals with one code share."""

    status: int
    title: str


KINDS: dict[str, Kind] = {
    "not_json": Kind(400, "The body is not JSON"),
    "bad_header": Kind(400, "A header is malformed"),
    "bad_http": Kind(400, "The request is not HTTP"),
    "unknown_host": Kind(400, "The service does not answer under this name"),
    "key_missing": Kind(401, "An API key is needed"),
    "key_unknown": Kind(401, "The API key is not valid"),
    "scope_missing": Kind(403, "The API key may not do this"),
    "cross_site": Kind(403, "Another web site may not do this"),
    "not_found": Kind(404, "There is nothing at this address"),
    "no_such_job": Kind(404, "There is no such job"),
    "method_not_allowed": Kind(405, "This method is not possible here"),
    "too_slow": Kind(408, "The body did not arrive in time"),
    "already_finished": Kind(409, "The job has ended"),
    "no_plan": Kind(409, "There is no plan yet"),
    "key_in_flight": Kind(409, "The first request with this Idempotency-Key is still being stored"),
    "too_large": Kind(413, "The body is too large"),
    "too_many": Kind(413, "The problem is too large"),
    "wrong_media_type": Kind(415, "The body must be plain JSON"),
    "invalid": Kind(422, "The request is JSON, and something in it is wrong"),
    "key_reused": Kind(422, "The Idempotency-Key was used for another request"),
    "too_many_requests": Kind(429, "Too many requests"),
    "too_many_jobs": Kind(429, "Too many jobs of this key wait or run"),
    "too_many_streams": Kind(429, "Too many event streams are open"),
    "queue_full": Kind(429, "The queue is full"),
    "head_too_large": Kind(431, "The head of the request is too large"),
    "internal": Kind(500, "The service failed"),
    "store_unavailable": Kind(503, "The store of jobs cannot be reached"),
    "draining": Kind(503, "The service is about to stop"),
    "busy": Kind(503, "The service is busy"),
    "not_ready": Kind(503, "The service is not ready"),
}
"""Every code that a refusal can have; ``docs/http.md`` explains each."""

UNREADABLE = frozenset({"not_json", "not_utf8", "too_deep"})
"""Findings that mean: this is not the JSON of anything."""


class Refusal(Exception):
    """An answer other than success.

    Parameters
    ----------
    code : a key of ``KINDS``.
    detail : what happened and what to do, for people; holds limits and positions, never what was sent.
    findings : what is wrong in the body.
    headers : to send along, such as ``Retry-After``.
    """

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        findings: Iterable[Finding] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.findings = tuple(findings)
        self.headers = dict(headers or {})

    @property
    def status(self) -> int:
        """The HTTP status."""
        return KINDS[self.code].status

    def document(self) -> dict[str, Any]:
        """The members of the RFC 9457 document."""
        document: dict[str, Any] = {
            "type": TYPE_PREFIX + self.code,
            "title": KINDS[self.code].title,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
        }
        if self.findings:
            document["errors"] = [
                {"pointer": f.pointer, "code": f.code, "detail": f.message}
                for f in self.findings[:MAX_LISTED]
            ]
            if more := len(self.findings) - MAX_LISTED:
                document |= {"errors_omitted": more} if more > 0 else {}
        return document


def later(code: str, detail: str, seconds: float) -> Refusal:
    """A refusal that asks to come again after some seconds."""
    return Refusal(code, detail, headers={"Retry-After": str(max(1, round(seconds)))})


def refusal_of(error: InputError) -> Refusal:
    """The answer to a body in which something is wrong: 400 where it is no JSON at all, else 422."""
    first = error.findings[0]
    if first.code in UNREADABLE:
        return Refusal("not_json", f"The body {first.message}.", findings=error.findings)
    number = len(error.findings)
    things = "1 thing is" if number == 1 else f"{number} things are"
    return Refusal("invalid", f"{things} wrong; see errors.", findings=error.findings)


def moved(error: InputError, pointer: str) -> InputError:
    """The same findings, with the place of their document in the body before each pointer."""
    return InputError(Finding(pointer + f.pointer, f.code, f.message) for f in error.findings)


def answer(refusal: Refusal) -> Response:
    """The HTTP response to a refusal."""
    headers = {"Cache-Control": "no-store", **refusal.headers}
    body = json.dumps(refusal.document(), ensure_ascii=False).encode("utf-8", "replace")
    return Response(body, refusal.status, headers, MEDIA_TYPE)
