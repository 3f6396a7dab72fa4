"""Every setting of the service, with its default: read from ``DISPATCH_*`` variables and from flags."""

from __future__ import annotations

import os
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Annotated, Any, Literal, Self

from pydantic import Field, TypeAdapter, ValidationError

from dispatch_engine.errors import Finding, InputError
from dispatch_engine.model.base import Many, Model, shown, validate

PREFIX = "DISPATCH_"
LINKED_PORT = "tcp://"
"""Kubernetes sets DISPATCH_PORT=tcp://10.0.0.1:8000 in every pod beside a service named ``dispatch``."""

Seconds = Annotated[float, Field(gt=0, le=604_800)]
Number = Annotated[int, Field(ge=1, le=10_000_000)]


class Settings(Model):
    """How the service runs; each field is also the variable ``DISPATCH_`` + its name in capitals."""

    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(default=8000, ge=0, le=65_535, description="Port to listen on; 0 takes a free one.")
    store: str = Field(
        default="sqlite:///dispatch-engine.db", description="Where jobs are kept: `sqlite:///FILE`."
    )
    keys: str | None = Field(
        default=None, description="File of API keys; with it every call under /v1 needs a key."
    )
    allowed_hosts: Many[str] = Field(
        default=(),
        description="Names under which the service may be called besides loopback while it needs no key.",
    )

    max_body_mb: float = Field(default=32, gt=0, le=1024, description="Largest request body, in MB.")
    max_bodies_mb: float = Field(
        default=256, gt=0, le=65_536, description="Largest sum of bodies held in memory at once, in MB."
    )
    max_tickets: Number = Field(default=20_000, description="Most tickets of a problem.")
    max_technicians: Number = Field(default=2_000, description="Most technicians of a problem.")
    max_places: Number = Field(
        default=5_000,
        description="Most places (of tickets, shift starts and ends) where an answer needs travel times at once: "
        "a check, the warnings of a validation; fewer where technicians travel at several speeds.",
    )
    max_values: Number = Field(default=2_000_000, description="Most lists, objects and fields in a body.")
    max_time_limit_seconds: Seconds = Field(default=3600, description="Longest solve.")
    max_workers_per_job: int = Field(default=16, ge=1, le=256, description="Most search threads of a solve.")
    max_wait_seconds: float = Field(
        default=60, ge=0, le=600, description="Longest `Prefer: wait`; more is cut to this."
    )
    max_queued: Number = Field(default=1000, description="Most jobs that wait.")
    max_open_jobs_per_key: Number = Field(
        default=500, description="Most jobs of one key that wait or run; not counted where no key is needed."
    )
    max_streams: Number = Field(default=500, description="Most event streams at once.")
    max_connections: Number = Field(default=2000, description="Most connections at once.")

    reads_per_minute: Number = Field(default=20_000, description="Reading calls a minute, per key.")
    work_per_minute: Number = Field(
        default=600, description="Calls a minute that compute or change something, per key."
    )
    refusals_per_minute: Number = Field(
        default=60, description="Calls with a missing or wrong key a minute, per address."
    )

    header_seconds: Seconds = Field(default=10, description="Time to send the head of a request.")
    body_seconds: Seconds = Field(default=60, description="Time to send the body of a request.")
    idle_seconds: Seconds = Field(default=20, description="Time an idle connection is kept open.")
    max_head_kb: int = Field(default=32, ge=4, le=1024, description="Largest head of a request, in KB.")
    ping_seconds: Seconds = Field(default=15, description="Silence after which a stream sends a comment.")
    drain_seconds: Seconds = Field(
        default=20,
        description="Time that running jobs get to end after SIGTERM; then they go back to the queue.",
    )
    compute_threads: int = Field(
        default=2, ge=1, le=256, description="Bodies that are read, checked or drawn side by side."
    )

    solvers: int = Field(default=2, ge=1, le=256, description="Solves side by side, each in its own process.")
    live_solvers: int = Field(
        default=1, ge=0, le=256, description="Further processes, for questions that cannot wait for a solve."
    )
    job_memory_mb: int = Field(default=2048, ge=128, le=1_048_576, description="What one job may use.")

    webhook_allow: Many[str] = Field(
        default=(),
        description="Names, addresses and networks (CIDR) that webhooks may reach though they are not public.",
    )
    webhook_hours: float = Field(
        default=24, gt=0, le=720, description="How long a webhook call is tried again."
    )
    retention_hours: float = Field(default=168, gt=0, le=87_600, description="How long ended jobs are kept.")
    log_format: Literal["auto", "json", "text"] = Field(
        default="auto",
        description="`json`: one object a line; `text`: for people; `auto`: text on a terminal.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least level of what is logged."
    )

    @classmethod
    def read(cls, environment: Mapping[str, str] = os.environ, **flags: Any) -> Self:
        """Settings from the environment; ``flags`` that are not None come first.

        Raises
        ------
        InputError : a value is out of range, or a variable with the prefix names no setting.
        """
        given = dict(_from(environment, cls))
        given |= {name: value for name, value in flags.items() if value is not None}
        try:
            return validate(cls, given)
        except InputError as error:
            raise InputError(
                Finding(f.pointer, f.code, f"setting {_named(f.pointer)}: {f.message}")
                for f in error.findings
            ) from None

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the service."""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def max_body_bytes(self) -> int:
        """The largest body."""
        return int(self.max_body_mb * 1_000_000)


def _from(environment: Mapping[str, str], settings: type[Settings]) -> Mapping[str, object]:
    """The values of all variables with the prefix, in the types of their settings."""
    found: dict[str, object] = {}
    unknown = []
    for variable, text in environment.items():
        name = variable.removeprefix(PREFIX).lower()
        if not variable.startswith(PREFIX) or variable.startswith("DISPATCH_ENGINE_"):
            continue
        if name in settings.model_fields:
            found[name] = _typed(settings, name, text)
        elif text.startswith(LINKED_PORT) or name.startswith(("service_", "port_")):
            continue
        else:
            unknown.append(variable)
    if unknown:
        known = f"{PREFIX}{{{', '.join(name.upper() for name in settings.model_fields)}}}"
        raise InputError(
            Finding("", "unknown_field", f"variable {name} is no setting; there are {known}")
            for name in unknown
        )
    return found


def _typed(settings: type[Settings], name: str, text: str) -> object:
    """The text of a variable as the setting wants it; lists are separated by commas."""
    annotation: Any = settings.model_fields[name].annotation
    if name in ("allowed_hosts", "webhook_allow"):
        return tuple(item.strip() for item in text.split(",") if item.strip())
    if annotation not in (int, float):
        return text
    try:
        return TypeAdapter(annotation).validate_strings(text)
    except ValidationError:
        hint = ""
        if text.startswith(LINKED_PORT):
            hint = "; Kubernetes set it for a service of that name: set enableServiceLinks to false"
        raise InputError.of(
            f"/{name}", "wrong_type", f"variable {PREFIX}{name.upper()} is {shown(text)}, no number{hint}"
        ) from None


def _named(pointer: str) -> str:
    return pointer.split("/")[1] if pointer else "(all)"
