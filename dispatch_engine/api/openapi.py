"""The API document: FastAPI's paths with our own schemas; ``python -m dispatch_engine.api.openapi`` writes it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from dispatch_engine._version import __version__
from dispatch_engine.api import answers, requests
from dispatch_engine.model.files import write_atomically
from dispatch_engine.model.plan import Plan
from dispatch_engine.model.problem import Problem

Document = dict[str, Any]

FILE = "docs/openapi.json"
MODELS = (
    Problem,
    Plan,
    requests.SolveRequest,
    requests.CheckRequest,
    requests.ProblemRequest,
    answers.JobAnswer,
    answers.Deleted,
    answers.VerdictAnswer,
    answers.ValidAnswer,
    answers.HealthAnswer,
    answers.VersionAnswer,
    answers.ProblemDetails,
)
DESCRIPTION = """
Technician dispatch and routing: who goes where, when, with which part on the van, and why.

`POST /v1/plans` takes a problem and answers with a job; `GET /v1/plans/{job_id}` reads it, with the best plan so
far. Times are RFC 3339 with an offset, unknown fields are refused, and every refusal is an RFC 9457 document with
a stable `code`. `GET /version` tells the limits.
"""
KEY = "ApiKey"


def document_of(app: FastAPI) -> Document:
    """The OpenAPI document of ``app``; the same for every setting and machine."""
    document = get_openapi(
        title="dispatch-engine",
        version=__version__,
        description=DESCRIPTION.strip(),
        routes=app.routes,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        separate_input_output_schemas=False,
    )
    document["components"] = {"schemas": _schemas(), "securitySchemes": {KEY: _key_scheme()}}
    for path, operations in document["paths"].items():
        for operation in operations.values():
            _drop_foreign_errors(operation)
            _drop_null_headers(operation)
            if path.startswith("/v1") or path == "/metrics":
                operation["security"] = [{KEY: []}, {}]
    return document


def _schemas() -> Document:
    """The schema of every model, as it is read: what is written follows the same one."""
    _, found = models_json_schema(
        [(model, "validation") for model in MODELS], ref_template="#/components/schemas/{model}"
    )
    schemas: Document = dict(sorted(found["$defs"].items()))
    for name in ("SolveRequest", "CheckRequest", "ProblemRequest"):
        # These hold their parts as plain objects, so that each part is read by itself and told completely.
        for field, model in (("problem", "Problem"), ("plan", "Plan")):
            if field in schemas[name]["properties"]:
                schemas[name]["properties"][field] = {"$ref": f"#/components/schemas/{model}"}
    return schemas


def _key_scheme() -> Document:
    return {
        "type": "http",
        "scheme": "bearer",
        "description": "An API key. A service that listens on loopback without a file of keys needs none.",
    }


def _drop_foreign_errors(operation: Document) -> None:
    """Remove the 422 that FastAPI adds by itself: it has another shape, and no call gives it."""
    refused = operation["responses"].get("422", {}).get("content", {})
    if "HTTPValidationError" in json.dumps(refused):
        del operation["responses"]["422"]


def _drop_null_headers(operation: Document) -> None:
    """Say of headers that they may be absent, not that they may be null: on the wire that would be a word."""
    for parameter in operation.get("parameters", ()):
        for choice in parameter["schema"].pop("anyOf", ()):
            if choice["type"] != "null":
                parameter["schema"] |= choice


def text_of(app: FastAPI) -> str:
    """The document as it stands in the repository."""
    return json.dumps(document_of(app), indent=2, ensure_ascii=False) + "\n"


def main(path: str = FILE) -> None:
    """Write the document."""
    from dispatch_engine.api.app import bare_app

    write_atomically(Path(path), text_of(bare_app()))


if __name__ == "__main__":
    main(*sys.argv[1:])
