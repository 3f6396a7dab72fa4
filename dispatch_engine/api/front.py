"""The doorkeeper before any route: huge heads, foreign host names and other people's pages are sent away."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from dispatch_engine.api.problems import Refusal, answer

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
OWN_PAGES = frozenset({"same-origin", "none"})


class Front:
    """ASGI middleware against browsers that were sent here by somebody else's page.

    A service without keys trusts whoever can reach its loopback address. A browser on that machine can, and
    any page it shows may make it: through a name that suddenly means 127.0.0.1 (DNS rebinding), or by posting
    a form. Browsers tell the name and the origin; programs need not.

    Parameters
    ----------
    names : host names accepted besides loopback; None accepts any, as where keys are asked for.
    max_head : bytes of the head of a request. The server limits only heads that arrive in pieces.
    """

    def __init__(self, app: ASGIApp, names: frozenset[str] | None, max_head: int) -> None:
        self.app = app
        self.names = names
        self.max_head = max_head

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or answer it here."""
        if scope["type"] == "http":
            refusal = self._refusal_of_head(scope) or self._refusal(scope["method"], Headers(scope=scope))
            if refusal is not None:
                await answer(refusal)(scope, receive, send)
                return
        await self.app(scope, receive, send)

    def _refusal_of_head(self, scope: Scope) -> Refusal | None:
        size = len(scope.get("raw_path") or b"") + len(scope["query_string"])
        size += sum(len(name) + len(value) for name, value in scope["headers"])
        return head_too_large(self.max_head) if size > self.max_head else None

    def _refusal(self, method: str, headers: Headers) -> Refusal | None:
        if self.names is None:
            return None  # a key cannot be sent by somebody else's page
        host = headers.get("host", "")
        if not self._is_own(host):
            detail = "Call the service by the address it listens on, or have the operator allow this name."
            return Refusal("unknown_host", detail)
        if method not in SAFE and not _is_own_page(headers, host):
            return Refusal("cross_site", "Only the pages of this service may do this from a browser.")
        return None

    def _is_own(self, host: str) -> bool:
        name = _hostname(host)
        assert self.names is not None
        return name == "localhost" or name in self.names or _is_loopback(name)


def head_too_large(most: int) -> Refusal:
    """The answer to a head with more than ``most`` bytes."""
    return Refusal("head_too_large", f"Address and headers may have {most // 1024:,} KB together; send less.")


def _is_own_page(headers: Headers, host: str) -> bool:
    """Whether no browser says that the request comes from another site."""
    if headers.get("sec-fetch-site", "none") not in OWN_PAGES:
        return False
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == host


def _hostname(host: str) -> str:
    try:
        return (urlsplit(f"//{host}").hostname or "").rstrip(".").lower()
    except ValueError:
        return ""


def _is_loopback(name: str) -> bool:
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False
