"""Words that routes put into the API document: bodies, errors and streams, by reference to shared schemas."""

from __future__ import annotations

from typing import Any

from dispatch_engine.api.answers import JSON
from dispatch_engine.api.problems import KINDS, MEDIA_TYPE, TYPE_PREFIX
from dispatch_engine.model.schema import EXAMPLES

Document = dict[str, Any]

SOLVE_EXAMPLE: Document = {
    "problem": EXAMPLES["problem"],
    "options": {"time_limit_seconds": 5, "seed": 0},
}
CHECK_EXAMPLE: Document = {"problem": EXAMPLES["problem"], "plan": EXAMPLES["plan"]}
VALIDATE_EXAMPLE: Document = {"problem": EXAMPLES["problem"]}
BODY_EXAMPLES: dict[str, Document] = {
    "SolveRequest": SOLVE_EXAMPLE,
    "CheckRequest": CHECK_EXAMPLE,
    "ProblemRequest": VALIDATE_EXAMPLE,
}
JOB_EXAMPLE: Document = {
    "id": "plan_0123456789abcdefABCDEF",
    "state": "running",
    "created_at": "2026-11-23T07:30:00.104+00:00",
    "started_at": "2026-11-23T07:30:00.121+00:00",
    "finished_at": None,
    "attempt": 1,
    "progress": {
        "phase": "search",
        "seconds": 2.4,
        "sla_penalty": 0.0,
        "cost_minutes": 52.6,
        "bound": None,
    },
    "prices": {"travel": {"cost_minutes": 52.6}},
    "error": None,
    "plan": EXAMPLES["plan"],
}
EVENTS_EXAMPLE = """retry: 2000

id: 1
event: state
data: {"state":"queued","attempt":0}

id: 4
event: incumbent
data: {"phase":"search","seconds":0.61,"sla_penalty":0.0,"cost_minutes":52.6,"bound":null}

id: 9
event: state
data: {"state":"succeeded","attempt":1}

"""


def reference(name: str) -> Document:
    """A reference to a schema of the document."""
    return {"$ref": f"#/components/schemas/{name}"}


def body_of(name: str) -> Document:
    """The request body of an operation: JSON after the schema ``name``."""
    content = {JSON: {"schema": reference(name), "examples": {"small": {"value": BODY_EXAMPLES[name]}}}}
    return {"requestBody": {"required": True, "content": content}}


def job_answer(description: str, *linked: str, headers: tuple[str, ...] = ()) -> Document:
    """A job, as JSON; ``linked`` operations take its id."""
    answer: Document = {
        "description": description,
        "content": {JSON: {"schema": reference("JobAnswer"), "example": JOB_EXAMPLE}},
    }
    if headers:
        answer["headers"] = {name: {"schema": {"type": "string"}, "required": True} for name in headers}
    if linked:
        parameters = {"job_id": "$response.body#/id"}
        answer["links"] = {name: {"operationId": name, "parameters": parameters} for name in linked}
    return answer


def errors(*statuses: int) -> dict[int | str, Document]:
    """The refusals of an operation, with every code that each status may have."""
    return {status: _refusals(status) for status in statuses}


def _refusals(status: int) -> Document:
    codes = [f"`{code}`" for code, kind in KINDS.items() if kind.status == status]
    content = {MEDIA_TYPE: {"schema": reference("ProblemDetails"), "example": _refusal_example(status)}}
    return {"description": ", ".join(codes), "content": content}


def _refusal_example(status: int) -> Document:
    """The first refusal with this status."""
    code = next(code for code, kind in KINDS.items() if kind.status == status)
    example = {"type": TYPE_PREFIX + code, "title": KINDS[code].title, "status": status, "code": code}
    example["detail"] = "What happened and what to do, in a sentence."
    if code == "invalid":
        message = "'2026-11-23T08:00:00' has no offset; write it as 2026-11-23T08:00:00+08:00"
        finding = {"pointer": "/problem/tickets/17/due_at", "code": "naive_time", "detail": message}
        example |= {"detail": "1 thing is wrong; see errors.", "errors": [finding]}
    return example


def event_stream_answer() -> Document:
    """A stream of server-sent events; the schema is that of one event, as OpenAPI 3.2 has it."""
    fields = {
        "id": {"type": "string", "pattern": "^[0-9]+$", "description": "For `Last-Event-ID`."},
        "event": {"enum": ["state", "progress", "incumbent", "log"]},
        "data": {"type": "string", "contentMediaType": JSON, "description": "A JSON object."},
    }
    schema = {"type": "object", "properties": fields, "required": ["id", "event", "data"]}
    content = {"text/event-stream": {"itemSchema": schema, "example": EVENTS_EXAMPLE}}
    return {"description": "The events, as they happen.", "content": content}
