"""The calls about the service itself: alive, ready, metrics, versions and limits."""

from __future__ import annotations

import platform
from importlib.metadata import version as version_of

from fastapi import APIRouter, Response

from dispatch_engine._version import __version__
from dispatch_engine.api.access import Admin, ServiceDep
from dispatch_engine.api.answers import HealthAnswer, VersionAnswer, json_answer
from dispatch_engine.api.describe import errors
from dispatch_engine.api.metrics import MEDIA_TYPE
from dispatch_engine.api.problems import later
from dispatch_engine.api.settings import Settings

router = APIRouter(tags=["service"])

LIBRARIES = ("ortools", "numpy", "numba", "pydantic", "fastapi", "uvicorn")


@router.get(
    "/healthz",
    operation_id="isAlive",
    summary="Alive?",
    response_model=HealthAnswer,
    responses=errors(400, 500),
)
async def healthz() -> Response:
    """Whether the process answers at all; says nothing about the store or the engine."""
    return json_answer({"status": "ok"})


@router.get(
    "/readyz",
    operation_id="isReady",
    summary="Ready?",
    response_model=HealthAnswer,
    responses=errors(400, 500, 503),
)
async def readyz(service: ServiceDep) -> Response:
    """Whether new work is taken and can begin at once: the store can be written, the kernels are loaded."""
    service.refuse_new_work()
    await service.ping()
    if not service.worker.warm:
        raise later("not_ready", "The engine is being loaded; the first time on a machine takes minutes.", 2)
    return json_answer({"status": "ready"})


@router.get(
    "/metrics",
    operation_id="readMetrics",
    summary="Metrics",
    response_class=Response,
    responses={
        200: {"description": "For Prometheus.", "content": {"text/plain": {"schema": {"type": "string"}}}},
        **errors(400, 401, 403, 429, 500),
    },
)
async def metrics(caller: Admin, service: ServiceDep) -> Response:  # noqa: ARG001
    """Counts and times in the text format of Prometheus; a key needs the scope `admin`."""
    text = await service.ask(service.metrics.text)
    return Response(text, headers={"Cache-Control": "no-store", "Content-Type": MEDIA_TYPE})


@router.get(
    "/version",
    operation_id="readVersion",
    summary="Versions and limits",
    response_model=VersionAnswer,
    responses=errors(400, 500),
)
async def version(service: ServiceDep) -> Response:
    """What runs here, and what it allows."""
    return json_answer(
        {
            "version": __version__,
            "api": "v1",
            "schema_version": 1,
            "python": platform.python_version(),
            "libraries": {name: version_of(name) for name in LIBRARIES},
            "limits": limits(service.settings),
        }
    )


def limits(settings: Settings) -> dict[str, float]:
    """The settings that say how much is allowed."""
    return {
        name: getattr(settings, name)
        for name in type(settings).model_fields
        if name.startswith("max_") or name.endswith(("_per_minute", "_hours")) or name == "body_seconds"
    }
