"""What people open in a browser: the first page, the API's documentation, and a plan drawn as a page."""

from __future__ import annotations

import json
from urllib.parse import parse_qs

from fastapi import APIRouter, Request, Response

from dispatch_engine.api.access import Caller, Reader, ServiceDep, caller_with_key
from dispatch_engine.api.answers import json_answer
from dispatch_engine.api.assets import DOCS_POLICY, HTML, OWN_POLICY, SERVED, asset, served
from dispatch_engine.api.problems import Refusal
from dispatch_engine.api.routes.plans import find, no_such_job
from dispatch_engine.api.service import Service
from dispatch_engine.model.plan import Plan
from dispatch_engine.model.problem import Problem
from dispatch_engine.report.html import page_policy, render_report

router = APIRouter(include_in_schema=False)

MAX_FORM = 2000


@router.get("/")
async def first_page(request: Request) -> Response:
    """What this is, and a place to try it."""
    return served(asset("page", "index.html", HTML), request, OWN_POLICY)


@router.get("/docs")
async def docs(request: Request) -> Response:
    """Swagger UI over the API document, from our own files."""
    return served(asset("page", "docs.html", HTML), request, DOCS_POLICY)


@router.get("/openapi.json")
async def openapi(request: Request) -> Response:
    """The API document."""
    return json_answer(request.app.openapi())


@router.get("/assets/{name}")
async def asset_of_page(name: str, request: Request) -> Response:
    """A script, style or picture of the pages."""
    if name not in SERVED:
        raise Refusal("not_found", "No page uses such a file.")
    folder, kind = SERVED[name]
    return served(asset(folder, name, kind), request)


@router.get("/ui/plans/{job_id}")
async def plan_page(job_id: str, caller: Reader, service: ServiceDep) -> Response:
    """The plan of a job as a page with map and timeline."""
    return await _plan_page(service, caller, job_id)


@router.post("/ui/plans/{job_id}")
async def plan_page_with_key(job_id: str, request: Request, service: ServiceDep) -> Response:
    """The same for a browser, which can send a key only in a form: addresses end up in histories and logs."""
    form = b""
    async for part in request.stream():
        form += part
        if len(form) > MAX_FORM:
            raise Refusal("too_large", "The form holds nothing but a key.")
    secret = parse_qs(form.decode("latin-1"), max_num_fields=5).get("key", [""])[0]
    return await _plan_page(service, caller_with_key(request, service, secret, "read", "read"), job_id)


async def _plan_page(service: Service, caller: Caller, job_id: str) -> Response:
    await find(service, caller, job_id)
    job = await service.ask(service.store.get, caller.owner, job_id)
    text = await service.ask(service.store.request_text, caller.owner, job_id)
    if job is None or text is None:
        raise no_such_job()
    if job.plan is None:
        raise Refusal("no_plan", "The job has no plan yet; come back when it has found one.")
    page = await service.compute(_drawn, text, job.plan)
    headers = {
        "Content-Security-Policy": f"{page_policy()}; frame-ancestors 'none'",
        "Cache-Control": "no-store",
    }
    return Response(page, headers={**headers, "Content-Type": HTML})


def _drawn(request: bytes, plan: str) -> bytes:
    problem = Problem.from_dict(json.loads(request)["problem"])
    return render_report(problem, Plan.from_json(plan)).encode()
