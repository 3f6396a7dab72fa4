"""What the service answers: jobs written as JSON, and the shapes of all answers for the API document."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Literal

from pydantic import Field
from starlette.responses import Response

from dispatch_engine.api.jobs import Job
from dispatch_engine.api.problems import TYPE_PREFIX
from dispatch_engine.model.base import Instant, Model, Name
from dispatch_engine.model.money import Cost, RuleCost
from dispatch_engine.model.plan import Kpis, ObjectiveValue, Plan

JSON = "application/json"

State = Literal["queued", "running", "succeeded", "failed", "cancelled"]

# ---------------------------------------------------------------- errors


class ErrorItem(Model):
    """One thing that is wrong."""

    pointer: str = Field(description="JSON pointer (RFC 6901) into the body; empty: the whole body.")
    code: str = Field(description="Stable word for programs; docs/errors.md explains each.")
    detail: str = Field(description="Sentence for people, with the cure.")


class ProblemDetails(Model):
    """Every answer that is no success (RFC 9457)."""

    type: str = Field(description="`urn:dispatch-engine:problem:` and the code.")
    title: str = Field(description="The same for all answers with this code.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="What happened and what to do.")
    code: str = Field(description="Stable word for programs.")
    errors: tuple[ErrorItem, ...] | None = Field(
        default=None, max_length=50, description="What is wrong with the body; the first 50."
    )
    errors_omitted: int | None = Field(default=None, description="How many more there are.")


# ---------------------------------------------------------------- jobs


class Progress(Model):
    """How far a solve is, as last heard."""

    phase: str = Field(
        description="`compile`, `prepare`, `construct`, `search`, `combine`, `prove`, `bound` or `check`."
    )
    seconds: float = Field(ge=0, description="Since the work began.")
    sla_penalty: float | None = Field(description="Of the best plan so far; null before the first.")
    cost_minutes: float | None = Field(
        description="Of the best plan so far. Null in the other modes, which have `cost_cents` or `working_minutes`."
    )
    bound: float | None = Field(description="No plan costs less; null while nothing is proved.")
    cost_cents: float | None = Field(default=None, description="Only in mode `cost`.")
    working_minutes: float | None = Field(default=None, description="Only in mode `working_time`.")


class JobAnswer(Model):
    """A job, and what has come of it so far."""

    id: Name = Field(description="Names the job in all calls; cannot be guessed.")
    state: State = Field(description="The last three are final.")
    created_at: Instant = Field(description="When the job was accepted.")
    started_at: Instant | None = Field(description="When the latest attempt began.")
    finished_at: Instant | None = Field(description="When the job ended.")
    attempt: int = Field(ge=0, description="How often work on it has begun; more than one after a crash.")
    progress: Progress | None = Field(description="As last heard; null before the work began.")
    prices: dict[str, Cost] | None = Field(
        description="What each rule charges the plan, by its name; rules that charge nothing are left out."
    )
    error: ProblemDetails | None = Field(description="Why the job failed.")
    plan: Plan | None = Field(description="The plan; while the job runs, the best one so far.")


class Deleted(Model):
    """A job that is no more."""

    id: Name = Field(description="Its former name.")
    deleted: Literal[True] = Field(description="Always true.")


def job_json(job: Job) -> bytes:
    """The job as the public JSON has it; the text of its plan goes in as it is."""
    head: dict[str, Any] = {
        "id": job.id,
        "state": job.state,
        "created_at": _moment(job.created_at),
        "started_at": _moment(job.started_at),
        "finished_at": _moment(job.finished_at),
        "attempt": job.attempt,
        "progress": job.progress,
        "prices": job.prices,
        "error": job.error and with_type(job.error),
    }
    text = json.dumps(head, ensure_ascii=False, separators=(",", ":"))
    return f'{text[:-1]},"plan":{(job.plan or "null").strip()}}}\n'.encode()


def with_type(error: dict[str, Any]) -> dict[str, Any]:
    """The error of a failed job as a complete problem document."""
    return {"type": TYPE_PREFIX + error["code"], **error}


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def json_answer(document: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """An answer in JSON that nobody keeps."""
    body = (
        document
        if isinstance(document, bytes)
        else (json.dumps(document, ensure_ascii=False) + "\n").encode()
    )
    return Response(body, status, {"Cache-Control": "no-store", **(headers or {})}, JSON)


# ---------------------------------------------------------------- verdicts


class ViolationAnswer(Model):
    """One broken rule, or one statement of the plan that is wrong."""

    code: str = Field(description="Stable word for programs; docs/rules.md explains each.")
    message: str = Field(description="Sentence for people.")
    technician: str | None = Field(description="Id, where one is concerned.")
    shift: int | None = Field(description="Number of the technician's shift, from 0.")
    ticket: str | None = Field(description="Id, where one is concerned.")
    amount: float | None = Field(description="By how much, where that has a meaning.")
    unit: str | None = Field(description="`seconds`, `metres`, `units`, `level` or `tickets`.")


class VerdictAnswer(Model):
    """What the independent checker says about a plan."""

    ok: bool = Field(description="Whether there is no violation.")
    violations: tuple[ViolationAnswer, ...] = Field(description="Everything that is wrong.")
    objective: ObjectiveValue = Field(description="Recomputed.")
    kpis: Kpis = Field(description="Recomputed.")
    price_by_rule: tuple[RuleCost, ...] = Field(
        description="What each rule charges; rules that charge nothing are left out."
    )


class WarningAnswer(Model):
    """Something that is allowed and probably not meant."""

    code: str = Field(description="Stable word for programs.")
    message: str = Field(description="Sentence for people.")
    ticket: str | None = Field(description="Id of the ticket it is about.")


class ValidAnswer(Model):
    """What a good problem holds."""

    ok: Literal[True] = Field(description="Always true; a bad problem is answered with 422.")
    findings: tuple[ErrorItem, ...] = Field(max_length=0, description="Always empty.")
    problem: str | None = Field(description="Its name.")
    tickets: int = Field(ge=0, description="How many.")
    technicians: int = Field(ge=0, description="How many.")
    shifts: int = Field(ge=0, description="How many, over all technicians.")
    depots: int = Field(ge=0, description="How many.")
    warnings: tuple[WarningAnswer, ...] = Field(description="What is probably not meant.")


# ---------------------------------------------------------------- the service itself


class HealthAnswer(Model):
    """A short yes."""

    status: Literal["ok", "ready"] = Field(description="`ok`: alive; `ready`: new work is taken.")


class VersionAnswer(Model):
    """Versions and limits."""

    version: str = Field(description="Of dispatch-engine.")
    api: Literal["v1"] = Field(description="Of these calls.")
    schema_version: Literal[1] = Field(description="Of problem and plan.")
    python: str = Field(description="Of the interpreter.")
    libraries: dict[str, str] = Field(description="Versions of what does the work.")
    limits: dict[str, float] = Field(
        description="What the operator allows; docs/operations.md explains each."
    )
