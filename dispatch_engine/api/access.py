"""Who may call what: API keys with scopes, or this machine's own programs; and how often."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated

import structlog
from fastapi import Depends, Request

from dispatch_engine.api.keys import ApiKey, Scope
from dispatch_engine.api.problems import Refusal
from dispatch_engine.api.rate import Sort
from dispatch_engine.api.service import Service

LOCAL = ""
"""Owner of all jobs where no key is needed."""
ASK_FOR_KEY = {"WWW-Authenticate": 'Bearer realm="dispatch-engine"'}


@dataclass(frozen=True)
class Caller:
    """Who calls: the owner of the jobs, and the name of the key."""

    owner: str
    key: str | None


def service_of(request: Request) -> Service:
    """The service that answers."""
    service: Service = request.app.state.service
    return service


ServiceDep = Annotated[Service, Depends(service_of)]


def _may(scope: Scope, sort: Sort) -> Callable[..., Awaitable[Caller]]:
    async def caller(request: Request, service: ServiceDep) -> Caller:
        scheme, _, secret = request.headers.get("authorization", "").partition(" ")
        return caller_with_key(request, service, secret if scheme.lower() == "bearer" else "", scope, sort)

    return caller


def caller_with_key(request: Request, service: Service, secret: str, scope: Scope, sort: Sort) -> Caller:
    """Who calls with the key ``secret``, where keys are asked for; counts the call.

    Raises
    ------
    Refusal : ``key_missing``, ``key_unknown``, ``scope_missing`` or ``too_many_requests``.
    """
    if service.keyring is None:
        return Caller(LOCAL, None)
    key = _known_key(request, service, secret.strip())
    if not key.may(scope):
        raise Refusal("scope_missing", f"The key '{key.name}' lacks the scope {scope}; use another key.")
    structlog.contextvars.bind_contextvars(key=key.name)
    request.state.rate_headers = service.rates.count(sort, key.owner)
    return Caller(key.owner, key.name)


def _known_key(request: Request, service: Service, secret: str) -> ApiKey:
    """The key with this secret. Who comes without one is counted; who has one is answered all the same.

    Behind a proxy all calls come from one address, and somebody's wrong keys must not lock everybody out.
    """
    assert service.keyring is not None
    key = service.keyring.find(secret) if secret else None
    if key is not None:
        return key
    service.rates.count("refusal", request.client.host if request.client else "")
    if not secret:
        detail = "Send your API key in the header Authorization: Bearer KEY."
        raise Refusal("key_missing", detail, headers=ASK_FOR_KEY)
    detail = "The key is not known, or was revoked; ask the operator for a new one."
    raise Refusal("key_unknown", detail, headers=ASK_FOR_KEY)


Reader = Annotated[Caller, Depends(_may("read", "read"))]
"""A caller who may read its own jobs."""
Solver = Annotated[Caller, Depends(_may("solve", "work"))]
"""A caller who may make the service work."""
Admin = Annotated[Caller, Depends(_may("admin", "read"))]
"""A caller who may see how the service does."""
