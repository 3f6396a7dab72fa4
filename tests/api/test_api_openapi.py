"""The API document: current, complete, and true to the models and the table of codes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from service_world import PROBLEM, world

from dispatch_engine.api.app import ROUTERS, bare_app
from dispatch_engine.api.describe import BODY_EXAMPLES, JOB_EXAMPLE
from dispatch_engine.api.openapi import document_of, text_of
from dispatch_engine.api.problems import KINDS
from dispatch_engine.api.requests import read_check, read_problem, read_solve
from dispatch_engine.api.settings import Settings
from dispatch_engine.api.targets import Gate
from dispatch_engine.model.plan import Plan
from dispatch_engine.model.problem import Problem
from dispatch_engine.model.schema import schema_of

ROOT = Path(__file__).parents[2]
DOCUMENT = document_of(bare_app())
OPERATIONS = [
    (path, method, operation)
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
]
CONTRACT = {
    ("/v1/plans", "post"),
    ("/v1/plans/{job_id}", "get"),
    ("/v1/plans/{job_id}", "delete"),
    ("/v1/plans/{job_id}/events", "get"),
    ("/v1/plans/{job_id}/cancel", "post"),
    ("/v1/check", "post"),
    ("/v1/validate", "post"),
    ("/healthz", "get"),
    ("/readyz", "get"),
    ("/metrics", "get"),
    ("/version", "get"),
}


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    """Every object of the document."""
    if isinstance(value, dict):
        yield value
        for item in value.values():
            yield from nodes(item)
    elif isinstance(value, list):
        for item in value:
            yield from nodes(item)


def test_the_published_document_is_current() -> None:
    """Else: ``python -m dispatch_engine.api.openapi``, and think about who relies on it."""
    assert (ROOT / "docs" / "openapi.json").read_text(encoding="utf-8") == text_of(bare_app())


def test_every_call_is_published_and_none_that_is_not_there() -> None:
    """The calls of the contract that are built; pages for people are not part of it."""
    assert {(path, method) for path, method, _ in OPERATIONS} >= CONTRACT
    served = {
        (route.path, method.lower())
        for router in ROUTERS
        for route in router.routes
        if getattr(route, "include_in_schema", False)
        for method in route.methods  # type: ignore[attr-defined]
    }
    assert {(path, method) for path, method, _ in OPERATIONS} == served


def test_every_reference_leads_somewhere() -> None:
    """And no schema of FastAPI's own errors is left."""
    schemas = DOCUMENT["components"]["schemas"]
    found = {node["$ref"] for node in nodes(DOCUMENT) if isinstance(node.get("$ref"), str)}
    assert {reference.rsplit("/", 1)[1] for reference in found} <= set(schemas)
    assert not {"HTTPValidationError", "ValidationError"} & set(schemas)


def test_problem_and_plan_are_the_published_schemas() -> None:
    """The same fields with the same limits as in ``docs/schema``; only references differ."""
    for kind, model in (("problem", Problem), ("plan", Plan)):
        mine = json.dumps(DOCUMENT["components"]["schemas"][model.__name__]["properties"], sort_keys=True)
        theirs = json.dumps(schema_of(kind)["properties"], sort_keys=True)
        assert mine == theirs.replace("#/$defs/", "#/components/schemas/")


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS, ids=lambda value: str(value)[:40])
def test_every_operation_tells_its_refusals(path: str, method: str, operation: dict[str, Any]) -> None:
    """Each as a problem document; at least 400 and 500, and all codes of the status by name."""
    refusals = {
        int(status): answer for status, answer in operation["responses"].items() if int(status) >= 400
    }
    assert {400, 500} <= set(refusals)
    for status, answer in refusals.items():
        assert list(answer["content"]) == ["application/problem+json"]
        told = set(re.findall(r"`(\w+)`", answer["description"]))
        assert told == {code for code, kind in KINDS.items() if kind.status == status}
    assert operation["summary"]
    assert operation["description"]


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS, ids=lambda value: str(value)[:40])
def test_calls_with_data_ask_for_a_key(path: str, method: str, operation: dict[str, Any]) -> None:
    """Everything under /v1, and the metrics."""
    assert ("security" in operation) == (path.startswith("/v1") or path == "/metrics")


def test_examples_of_bodies_are_good() -> None:
    """They are read without a finding, and the job of the document has the fields of a job."""
    settings, gate = Settings(), Gate()
    solve = read_solve(json.dumps(BODY_EXAMPLES["SolveRequest"]).encode(), settings, gate)
    assert len(solve.problem.tickets) == 2
    read_problem(json.dumps(BODY_EXAMPLES["ProblemRequest"]).encode(), settings)
    read_check(json.dumps(BODY_EXAMPLES["CheckRequest"]).encode(), settings)
    assert set(JOB_EXAMPLE) == set(DOCUMENT["components"]["schemas"]["JobAnswer"]["properties"])


def test_a_job_has_exactly_the_fields_of_the_document(tmp_path: Path) -> None:
    """What is written by hand is what is promised."""
    with world(tmp_path) as made:
        job = made.submit(PROBLEM)
    assert set(job) == set(DOCUMENT["components"]["schemas"]["JobAnswer"]["required"])


def test_every_code_is_explained_for_people() -> None:
    """``docs/http.md`` has a row for each code, with its status, and none that is gone."""
    page = (ROOT / "docs" / "http.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d{3}) \| `(\w+)` \|", page, re.MULTILINE)
    assert {(int(status), code) for status, code in rows} == {
        (kind.status, code) for code, kind in KINDS.items()
    }


def test_every_setting_is_explained_for_operators() -> None:
    """``docs/operations.md`` has a row for each setting, with its default."""
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `DISPATCH_(\w+)` \| ([^|]*) \|", page, re.MULTILINE))
    assert {name.lower() for name in rows} == set(Settings.model_fields)
    for name, field in Settings.model_fields.items():
        told = rows[name.upper()].strip("` ").replace(",", "")
        default = field.default
        shown = {None: "–", (): "–"}.get(default, default)
        assert told == (f"{shown:g}" if isinstance(shown, float) else str(shown)), name
