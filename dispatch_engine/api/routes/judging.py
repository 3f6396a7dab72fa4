"""The calls that judge while the caller waits: check a plan, validate a problem."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from dispatch_engine.api.access import ServiceDep, Solver
from dispatch_engine.api.answers import ValidAnswer, VerdictAnswer, json_answer
from dispatch_engine.api.describe import body_of, errors
from dispatch_engine.api.verdicts import validity, verdict

router = APIRouter(prefix="/v1", tags=["judging"])

REFUSALS = errors(400, 401, 403, 408, 413, 415, 422, 429, 500, 503)


@router.post(
    "/check",
    operation_id="checkPlan",
    summary="Judge a plan",
    response_model=VerdictAnswer,
    responses=REFUSALS,
    openapi_extra=body_of("CheckRequest"),
)
async def check(request: Request, caller: Solver, service: ServiceDep) -> Response:  # noqa: ARG001
    """The verdict of a checker that knows no engine: broken rules, objective and figures, recomputed."""
    async with service.intake.body(request) as body:
        return json_answer(await service.compute(verdict, body, service.settings))


@router.post(
    "/validate",
    operation_id="validateProblem",
    summary="Validate a problem",
    response_model=ValidAnswer,
    responses=REFUSALS,
    openapi_extra=body_of("ProblemRequest"),
)
async def validate(request: Request, caller: Solver, service: ServiceDep) -> Response:  # noqa: ARG001
    """What a good problem holds, and what in it is probably not meant; a bad one is answered with 422."""
    async with service.intake.body(request) as body:
        return json_answer(await service.compute(validity, body, service.settings))
