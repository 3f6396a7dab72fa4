"""The calls about plans as jobs: submit, read, follow, cancel, delete."""

from __future__ import annotations

import hashlib
import re
from typing import Annotated

import structlog
from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import StreamingResponse

from dispatch_engine.api.access import Caller, Reader, ServiceDep, Solver
from dispatch_engine.api.answers import Deleted, job_json, json_answer
from dispatch_engine.api.describe import body_of, errors, event_stream_answer, job_answer
from dispatch_engine.api.headers import KEY_PATTERN, MAX_KEY, idempotency_key, last_seen, matches, wanted_wait
from dispatch_engine.api.jobs import Job, JobState
from dispatch_engine.api.problems import Refusal, later
from dispatch_engine.api.requests import Solve, read_solve
from dispatch_engine.api.service import Service
from dispatch_engine.api.watch import event_stream, wait_for_end

router = APIRouter(prefix="/v1/plans", tags=["plans"])

KIND = "plan"
JOB_ID = re.compile(r"[a-z_]{1,20}_[\w-]{22}", re.ASCII)
"""What ids look like; anything else is not looked up."""
OF_A_JOB = ("readPlan", "followPlan", "cancelPlan", "deletePlan")
"""Operations that take the id of a job."""
ASK_AGAIN_SECONDS = 1
"""``Retry-After`` of a job that has not ended."""


@router.post(
    "",
    status_code=202,
    operation_id="submitPlan",
    summary="Submit a problem",
    responses={
        200: job_answer("With `Prefer: wait`: the job, which has ended.", headers=("Location",)),
        202: job_answer("The job, accepted; it is on disk.", *OF_A_JOB, headers=("Location", "Retry-After")),
        **errors(400, 401, 403, 408, 409, 413, 415, 422, 429, 500, 503),
    },
    openapi_extra=body_of("SolveRequest"),
)
async def submit(
    request: Request,
    caller: Solver,
    service: ServiceDep,
    prefer: Annotated[
        str | None, Header(description="`wait=20`: answer when the job ends, if that is soon.")
    ] = None,
    key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            description="A fresh text of up to 200 characters: the same request sent again makes no second job.",
            json_schema_extra={"minLength": 1, "maxLength": MAX_KEY, "pattern": KEY_PATTERN},
        ),
    ] = None,
) -> Response:
    """Accept a problem and solve it. The job survives a crash of anything; follow it at `Location`."""
    service.refuse_new_work()
    wished = idempotency_key(key)
    async with service.intake.body(request) as body:
        solve = await service.compute(read_solve, body, service.settings, service.gate)
        job = await _store(service, caller, solve, body, wished)
    structlog.contextvars.bind_contextvars(job_id=job.id)
    service.worker.wake()
    seconds = wanted_wait(prefer, service.settings.max_wait_seconds)
    if seconds is not None:
        job = await wait_for_end(service, job, seconds)
    return await _accepted(service, caller, job, seconds)


async def _store(service: Service, caller: Caller, solve: Solve, body: bytes, key: str | None) -> Job:
    """Put the job into the store; a key seen before leads to the job of then."""

    def put() -> Job:
        most = service.settings.max_open_jobs_per_key
        if caller.key is not None and service.store.open_jobs(caller.owner) >= most:
            raise later("too_many_jobs", f"At most {most:,} jobs of one key may wait or run.", 5)
        job, _ = service.store.submit(
            caller.owner,
            KIND,
            body,
            time_limit_seconds=solve.options.time_limit_seconds,
            request_hash=hashlib.sha256(body).hexdigest(),
            idempotency_key=key,
            webhook=solve.webhook.document() if solve.webhook else None,
        )
        return job

    return await service.ask(put)


async def _accepted(service: Service, caller: Caller, job: Job, waited: float | None) -> Response:
    """200 with the whole job where the caller waited and it has ended, else 202."""
    headers = {"Location": f"/v1/plans/{job.id}", "Vary": "Prefer"}
    if waited is not None:
        headers["Preference-Applied"] = f"wait={waited:g}"
        if job.state.is_final:
            whole = await service.ask(service.store.get, caller.owner, job.id)
            return json_answer(job_json(whole or job), 200, headers)
    return json_answer(job_json(job), 202, {**headers, "Retry-After": str(ASK_AGAIN_SECONDS)})


@router.get(
    "/{job_id}",
    operation_id="readPlan",
    summary="Read a job",
    responses={
        200: job_answer("The job.", headers=("ETag",)),
        304: {"description": "Nothing has changed."},
        **errors(400, 401, 403, 404, 429, 500, 503),
    },
)
async def read(
    job_id: str,
    caller: Reader,
    service: ServiceDep,
    if_none_match: Annotated[
        str | None, Header(description="The `ETag` of an earlier answer: 304 if nothing has changed.")
    ] = None,
) -> Response:
    """The job with the best plan so far and what each rule charges it; come again after `Retry-After`."""
    job = await find(service, caller, job_id)
    tag = f'"{job.version}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if not job.state.is_final:
        headers["Retry-After"] = str(ASK_AGAIN_SECONDS)
    if matches(if_none_match, tag):
        return Response(status_code=304, headers=headers)
    whole = await service.ask(service.store.get, caller.owner, job_id)
    if whole is None:
        raise no_such_job()
    return json_answer(job_json(whole), 200, {**headers, "ETag": f'"{whole.version}"'})


@router.get(
    "/{job_id}/events",
    operation_id="followPlan",
    summary="Follow a job",
    response_class=StreamingResponse,
    responses={
        200: event_stream_answer(),
        204: {"description": "The job has ended, and nothing happened after that event."},
        **errors(400, 401, 403, 404, 429, 500, 503),
    },
)
async def events(
    job_id: str,
    caller: Reader,
    service: ServiceDep,
    last_event_id: Annotated[
        str | None,
        Header(
            alias="Last-Event-ID",
            description="The `id` of the last event seen: go on after it.",
            json_schema_extra={"pattern": "^[0-9]{1,18}$"},
        ),
    ] = None,
) -> Response:
    """Server-sent events: `state`, `progress`, `incumbent` and `log`, from the first one, until the job has ended."""
    after = last_seen(last_event_id)
    job = await find(service, caller, job_id)
    if job.state.is_final and not await service.ask(service.store.events, caller.owner, job_id, after, 1):
        return Response(status_code=204)
    if service.streams >= service.settings.max_streams:
        raise later("too_many_streams", f"At most {service.settings.max_streams:,} streams may be open.", 5)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(event_stream(service, job, after), 200, headers, "text/event-stream")


@router.post(
    "/{job_id}/cancel",
    status_code=202,
    operation_id="cancelPlan",
    summary="Stop a job",
    responses={202: job_answer("The job; it ends soon."), **errors(400, 401, 403, 404, 409, 429, 500, 503)},
)
async def cancel(job_id: str, caller: Solver, service: ServiceDep) -> Response:
    """Stop the work within 2 seconds; the best plan so far stays readable."""
    await find(service, caller, job_id)
    job = await service.ask(service.store.request_cancel, caller.owner, job_id)
    if job is None:
        raise no_such_job()
    if job.state in (JobState.SUCCEEDED, JobState.FAILED):
        raise Refusal("already_finished", "The job has ended; there is nothing to cancel.")
    service.worker.wake()
    return json_answer(job_json(job), 202, {"Location": f"/v1/plans/{job.id}"})


@router.delete(
    "/{job_id}",
    operation_id="deletePlan",
    summary="Remove a job",
    response_model=Deleted,
    responses=errors(400, 401, 403, 404, 429, 500, 503),
)
async def delete(job_id: str, caller: Solver, service: ServiceDep) -> Response:
    """Stop the work if need be, and remove the job with its problem, its plan and its events."""
    await find(service, caller, job_id)
    if not await service.ask(service.store.delete, caller.owner, job_id):
        raise no_such_job()
    service.worker.wake()
    return json_answer({"id": job_id, "deleted": True})


async def find(service: Service, caller: Caller, job_id: str) -> Job:
    """The caller's job with this id, without its plan; those of others do not exist."""
    if not JOB_ID.fullmatch(job_id):
        raise no_such_job()
    structlog.contextvars.bind_contextvars(job_id=job_id)
    job = await service.ask(lambda: service.store.get(caller.owner, job_id, with_plan=False))
    if job is None:
        raise no_such_job()
    return job


def no_such_job() -> Refusal:
    """The answer about a job that is not there, or not the caller's."""
    return Refusal("no_such_job", "There is no job with this id; it may have been deleted, or be too old.")
