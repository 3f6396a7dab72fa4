"""The files that pages are made of: read from the package once, served by name, never by path."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import Response

from dispatch_engine.api.headers import matches

JAVASCRIPT = "text/javascript; charset=utf-8"
STYLE = "text/css; charset=utf-8"
HTML = "text/html; charset=utf-8"
JSON = "application/json"
ICON = "image/svg+xml"

SERVED = {
    "swagger-ui.css": ("vendor", STYLE),
    "swagger-ui-bundle.js": ("vendor", JAVASCRIPT),
    "docs.css": ("page", STYLE),
    "docs.js": ("page", JAVASCRIPT),
    "page.css": ("page", STYLE),
    "service.js": ("page", JAVASCRIPT),
    "chart.js": ("page", JAVASCRIPT),
    "show.js": ("page", JAVASCRIPT),
    "main.js": ("page", JAVASCRIPT),
    "icon.svg": ("page", ICON),
    "example.json": ("page", JSON),
}
"""Everything that can be asked for by name: its folder and its kind. Nothing else is looked up on disk."""

OWN_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Content Security Policy of our own pages: their own files and their own service, nothing inline."""
DOCS_POLICY = OWN_POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
"""Swagger UI writes style attributes."""


@dataclass(frozen=True)
class Asset:
    """A file and how it is served."""

    content: bytes
    kind: str
    tag: str


@cache
def asset(folder: str, name: str, kind: str) -> Asset:
    """A file of this package."""
    content = files("dispatch_engine.api").joinpath(folder, name).read_bytes()
    return Asset(content, kind, f'"{hashlib.sha256(content).hexdigest()[:24]}"')


def served(found: Asset, request: Request, policy: str | None = None) -> Response:
    """The file, or 304 where the caller has it already."""
    headers = {"ETag": found.tag, "Cache-Control": "no-cache", "Content-Type": found.kind}
    if policy is not None:
        headers["Content-Security-Policy"] = policy
    if matches(request.headers.get("if-none-match"), found.tag):
        return Response(status_code=304, headers=headers)
    return Response(found.content, headers=headers)
