"""The application: routes, middleware and error documents put together around one service."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from anyio import to_thread
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect
from starlette.routing import Match

from dispatch_engine.api.envelope import Envelope
from dispatch_engine.api.front import Front
from dispatch_engine.api.openapi import document_of
from dispatch_engine.api.problems import Refusal, answer
from dispatch_engine.api.routes import judging, meta, pages, plans
from dispatch_engine.api.service import Service
from dispatch_engine.api.webhooks import delivering

ROUTERS: tuple[APIRouter, ...] = (plans.router, judging.router, meta.router, pages.router)
"""Every group of calls; a new one is a file in ``routes`` and a word here."""
NOTHING_HERE = "There is nothing at this address; the calls stand at /docs."


def create_app(service: Service) -> FastAPI:
    """The application that answers for ``service``; while it runs, jobs are worked on and webhooks called."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:  # noqa: ARG001
        service.worker.start()
        try:
            async with delivering(service):
                yield
        finally:
            if not service.is_stopping:
                await to_thread.run_sync(service.drain)

    names = (
        None
        if service.keyring is not None
        else frozenset(name.lower() for name in service.settings.allowed_hosts)
    )
    app = bare_app(
        [
            Middleware(Envelope, metrics=service.metrics),
            Middleware(Front, names=names, max_head=service.settings.max_head_kb * 1024),
        ],
        lifespan=lifespan,
    )
    app.state.service = service
    return app


def bare_app(middleware: list[Middleware] | None = None, **options: object) -> FastAPI:
    """The routes and their error documents, without a service behind them."""
    app = FastAPI(
        middleware=middleware or [],
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        exception_handlers={
            Refusal: _refused,
            HTTPException: _turned_away,
            RequestValidationError: _misread,
            ClientDisconnect: _gone,
        },
        **options,  # type: ignore[arg-type]
    )
    for router in ROUTERS:
        app.include_router(router)
    document: dict[str, object] = {}

    def openapi() -> dict[str, object]:
        if not document:
            document.update(document_of(app))
        return document

    app.openapi = openapi  # type: ignore[method-assign]
    return app


async def _refused(request: Request, error: Exception) -> Response:  # noqa: ARG001
    assert isinstance(error, Refusal)
    return answer(error)


async def _turned_away(request: Request, error: Exception) -> Response:
    """What the router itself refuses: no such path, or no such method there."""
    assert isinstance(error, HTTPException)
    if error.status_code == 405:
        allowed = ", ".join(_methods(request))
        detail = f"Only {allowed} is possible here."
        return answer(Refusal("method_not_allowed", detail, headers={"Allow": allowed}))
    return answer(Refusal("not_found", NOTHING_HERE))


def _methods(request: Request) -> list[str]:
    """Every method of the path; the router itself names those of the first route only."""
    found: set[str] = set()
    for route in (route for router in ROUTERS for route in router.routes):
        if route.matches(request.scope)[0] is not Match.NONE:
            found |= getattr(route, "methods", None) or set()
    return sorted(found)


async def _misread(request: Request, error: Exception) -> Response:  # noqa: ARG001
    return answer(Refusal("bad_header", "A header or a part of the address cannot be read."))


async def _gone(request: Request, error: Exception) -> Response:  # noqa: ARG001
    """Nobody listens any more; the log says 400."""
    return answer(Refusal("bad_http", "The connection ended before the body did."))
