"""What a job is: its state, its record as callers see it, its events, and the webhook calls it owes."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

ID_BYTES = 16
"""128 random bits: an id cannot be guessed."""

Document = dict[str, Any]
"""A JSON object."""


class JobState(StrEnum):
    """Where a job stands; the last three are final."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        """Whether the job has ended; it never leaves such a state."""
        return self in FINAL_STATES


FINAL_STATES = frozenset({JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED})


@dataclass(frozen=True)
class Job:
    """One accepted piece of work, as it stood when it was read.

    Attributes
    ----------
    id : url-safe, random; the kind, an underscore and 22 characters.
    owner : id of the API key that submitted it, empty where no key was needed. Nobody else ever sees the job.
    kind : what is done: a key of ``dispatch_engine.api.child.KINDS``.
    state : see :class:`JobState`.
    created_at, started_at, finished_at : aware moments; ``started_at`` is that of the latest attempt.
    attempt : how often work on it has begun; more than one after a crash.
    progress : ``phase``, ``seconds``, ``sla_penalty``, ``cost_minutes``, ``bound`` as last heard; None before.
    plan : JSON text of the plan; while the job runs, of the best one so far. None where there is none, or
        where the caller asked for the job without it.
    prices : by the name of the rule, what it charges ``plan`` in each tier; see ``dispatch_engine.api.prices``.
    error : members of an RFC 9457 problem document, of a failed job.
    time_limit_seconds : what the work may take, counted from ``started_at``.
    cancel_requested : whether somebody asked for the end.
    webhook : ``{"url", "secret"}`` to be called once the job has ended, or None.
    version : grows with every change of the job; also the number of its latest event.
    """

    id: str
    owner: str
    kind: str
    state: JobState
    created_at: datetime
    time_limit_seconds: float
    started_at: datetime | None = None
    finished_at: datetime | None = None
    attempt: int = 0
    progress: Document | None = None
    plan: str | None = None
    prices: Document | None = None
    error: Document | None = None
    cancel_requested: bool = False
    webhook: Document | None = None
    version: int = 1

    def replace(self, **changes: Any) -> Job:
        """A copy with some fields changed."""
        return replace(self, **changes)


@dataclass(frozen=True)
class JobEvent:
    """Something that happened to a job.

    Attributes
    ----------
    seq : grows within the job, with gaps; what a client resumes after.
    name : ``state``, ``progress``, ``incumbent`` or ``log``.
    data : ``state``: ``state``, ``attempt`` and, once failed, ``error``; ``progress`` and ``incumbent``: the
        fields of ``Job.progress``; ``log``: ``message``.
    at : aware moment.
    """

    seq: int
    name: str
    data: Document
    at: datetime


@dataclass(frozen=True)
class Claim:
    """A job that a worker may now work on, with the request as it was accepted."""

    job: Job
    request: bytes


@dataclass(frozen=True)
class Delivery:
    """A webhook call that an ended job owes.

    Attributes
    ----------
    id : the same for every try, so that a receiver can drop repetitions.
    owner, job_id : the job to tell about; read it for its final state.
    url, secret : where to, and what to sign with.
    created_at : when the job ended; tries stop some time after it.
    attempt : tries so far.
    """

    id: int
    owner: str
    job_id: str
    url: str
    secret: str | None
    created_at: datetime
    attempt: int


@dataclass(frozen=True)
class DeliveryTry:
    """One try of a webhook call: the HTTP status that came back, or None and in ``detail`` what went wrong."""

    at: datetime
    status: int | None
    detail: str


def new_job_id(kind: str) -> str:
    """A fresh id that tells the kind of the job and nothing else."""
    return f"{kind}_{secrets.token_urlsafe(ID_BYTES)}"
