"""What a solve may ask for: the body of ``POST /v1/plans``, read completely before the job is accepted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Annotated, Any, NamedTuple, TypeVar

from pydantic import Field, SecretStr, field_validator

from dispatch_engine.api.body import parsed
from dispatch_engine.api.problems import Refusal, moved
from dispatch_engine.api.settings import Settings
from dispatch_engine.api.targets import MAX_URL, Gate, TargetDenied
from dispatch_engine.errors import Finding, InputError
from dispatch_engine.model.base import Model, refuse, validate
from dispatch_engine.model.plan import Plan
from dispatch_engine.model.problem import Problem

DEFAULT_SECONDS = 10.0
MAX_SECRET = 200


class SolveOptions(Model):
    """How to solve."""

    time_limit_seconds: Annotated[float, Field(gt=0, le=604_800)] = Field(
        default=DEFAULT_SECONDS, description="Seconds of work; the operator may allow less, see /version."
    )
    seed: Annotated[int, Field(ge=0, lt=2**63)] = Field(default=0, description="Seed of the random search.")
    iterations: Annotated[int, Field(ge=1, le=10**12)] | None = Field(
        default=None,
        description="Steps of each search thread: the same plan on every run, if they fit into the time limit.",
    )
    workers: Annotated[int, Field(ge=1, le=256)] = Field(
        default=1, description="Search threads; the operator may allow less, see /version."
    )


class Webhook(Model):
    """Whom to call when the job has ended."""

    url: Annotated[str, Field(min_length=1, max_length=MAX_URL)] = Field(
        description="http or https; private addresses only where the operator allows them."
    )
    secret: SecretStr = Field(
        json_schema_extra={"minLength": 1, "maxLength": MAX_SECRET},
        description="Signs the call: 1 to 200 characters, shared with the receiver.",
    )

    @field_validator("secret", mode="before")
    @classmethod
    def _never_shown(cls, value: object) -> object:
        # A message of ours, because any other would quote the value.
        if not isinstance(value, str | SecretStr) or not 1 <= len(value) <= MAX_SECRET:
            raise refuse("wrong_type", f"must be text of 1 to {MAX_SECRET} characters")
        if isinstance(value, str) and not all(c.isprintable() for c in value):
            raise refuse("bad_id", "holds control characters or lone surrogates; remove them")
        return value if isinstance(value, SecretStr) else SecretStr(value)

    def document(self) -> dict[str, str]:
        """The webhook with its secret in the clear, as the store keeps it."""
        return {"url": self.url, "secret": self.secret.get_secret_value()}


class SolveRequest(Model):
    """The body of a solve."""

    problem: dict[str, Any] = Field(description="What to plan.")
    options: SolveOptions = Field(default_factory=SolveOptions, description="How to solve.")
    webhook: Webhook | None = Field(default=None, description="Whom to call when the job has ended.")


class ProblemRequest(Model):
    """The body of a validation."""

    problem: dict[str, Any] = Field(description="What to validate.")


class CheckRequest(Model):
    """The body of a check."""

    problem: dict[str, Any] = Field(description="What was to be planned.")
    plan: dict[str, Any] = Field(description="What to judge; the order of tickets is enough.")


class Solve(NamedTuple):
    """A solve that is accepted."""

    problem: Problem
    options: SolveOptions
    webhook: Webhook | None


def read_solve(body: bytes, settings: Settings, gate: Gate) -> Solve:
    """Read a solve; everything that is wrong is told at once.

    Raises
    ------
    InputError : with findings, their pointers from the top of the body.
    Refusal : ``too_many`` of something.
    """
    reading = Reading(body, settings)
    request = reading.whole(SolveRequest)
    problem = reading.problem()
    if request is not None:
        reading.findings += _beyond_limits(request.options, settings)
        reading.findings += _wrong_target(request.webhook, gate)
    reading.refuse_findings()
    assert request is not None
    assert problem is not None
    return Solve(problem, request.options, request.webhook)


def read_problem(body: bytes, settings: Settings) -> Problem:
    """Read the body of a validation; raises as ``read_solve``."""
    reading = Reading(body, settings)
    reading.whole(ProblemRequest)
    problem = reading.problem()
    reading.refuse_findings()
    assert problem is not None
    return problem


def read_check(body: bytes, settings: Settings) -> tuple[Problem, Plan]:
    """Read the body of a check; raises as ``read_solve``."""
    reading = Reading(body, settings)
    reading.whole(CheckRequest)
    problem, plan = reading.problem(), reading.plan("plan")
    reading.refuse_findings()
    assert problem is not None
    assert plan is not None
    return problem, plan


R = TypeVar("R", bound=Model)


class Reading:
    """Reads a body part by part and collects what is wrong in any of them.

    Raises
    ------
    InputError : the body is no JSON object.
    Refusal : ``too_many`` of something.
    """

    def __init__(self, body: bytes, settings: Settings) -> None:
        self.document = parsed(body, settings.max_values)
        self.findings: list[Finding] = []
        _refuse_counts(self.document.get("problem"), settings)

    def whole(self, model: type[R]) -> R | None:
        """The body as ``model``; None, and findings noted, where it is not."""
        return self._noted("", lambda: validate(model, self.document))

    def problem(self) -> Problem | None:
        """The problem in the body; None, and findings noted, where there is none."""
        return self._part("problem", Problem.from_dict)

    def plan(self, name: str) -> Plan | None:
        """The plan in the field ``name``; None, and findings noted, where there is none."""
        return self._part(name, Plan.from_dict)

    def refuse_findings(self) -> None:
        """Raise InputError with all findings, if there are any."""
        if self.findings:
            raise InputError(self.findings)

    def _part(self, name: str, read: Callable[[object], R]) -> R | None:
        part = self.document.get(name)
        # Anything but an object was noted when the whole was read.
        return self._noted(f"/{name}", lambda: read(part)) if isinstance(part, dict) else None

    def _noted(self, pointer: str, read: Callable[[], R]) -> R | None:
        try:
            return read()
        except InputError as error:
            self.findings += moved(error, pointer).findings
            return None


def _refuse_counts(problem: object, settings: Settings) -> None:
    """Refuse more tickets or technicians than allowed before looking at any of them."""
    limits = {"tickets": settings.max_tickets, "technicians": settings.max_technicians}
    for name, most in limits.items():
        items = problem.get(name) if isinstance(problem, dict) else None
        if isinstance(items, list) and len(items) > most:
            message = f"has {len(items):,} entries, and {most:,} are allowed; divide the problem"
            finding = Finding(f"/problem/{name}", "too_large", message)
            raise Refusal("too_many", f"At most {most:,} {name} are allowed.", findings=[finding])


def _beyond_limits(options: SolveOptions, settings: Settings) -> Iterator[Finding]:
    """What the format allows and this service does not."""
    limits = {
        "time_limit_seconds": (options.time_limit_seconds, settings.max_time_limit_seconds),
        "workers": (options.workers, settings.max_workers_per_job),
    }
    for name, (value, most) in limits.items():
        if value > most:
            message = f"{value:g} is out of range; this service allows at most {most:g}"
            yield Finding(f"/options/{name}", "out_of_range", message)


def _wrong_target(webhook: Webhook | None, gate: Gate) -> Iterator[Finding]:
    if webhook is not None:
        try:
            gate.refuse_hopeless(webhook.url)
        except TargetDenied as error:
            yield Finding("/webhook/url", "target_denied", str(error))
