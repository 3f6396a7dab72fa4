"""The published schemas and reference pages follow the models."""

from __future__ import annotations

from pathlib import Path

import pytest

from dispatch_engine.model.base import validate
from dispatch_engine.model.plan import Plan
from dispatch_engine.model.policy import load_policy
from dispatch_engine.model.problem import Problem, Ticket
from dispatch_engine.model.schema import EXAMPLES, MODELS, example, main, outdated, reference_page, schema_of

DOCS = Path(__file__).parents[2] / "docs"


def test_published_files_are_current() -> None:
    """If this fails, run: python -m dispatch_engine.model.schema."""
    assert outdated(DOCS) == []


def test_examples_are_valid() -> None:
    """The example of each schema is accepted by its model, and solves nothing that is not there."""
    problem = Problem.from_dict(EXAMPLES["problem"])
    plan = Plan.from_dict(EXAMPLES["plan"])
    assert load_policy(EXAMPLES["policy"]).arrival_hours["suburban"] == 5
    tickets = {stop.ticket for route in plan.routes for stop in route.stops if stop.kind == "ticket"}
    assert tickets == {ticket.id for ticket in problem.tickets}


@pytest.mark.parametrize("kind", MODELS)
def test_every_example_is_read_by_its_model(kind: str) -> None:
    """Also those of results: what a command prints is accepted by its schema's model."""
    model = MODELS[kind]
    if kind != "policy":  # a policy may extend another one; see above
        assert validate(model, example(kind)).model_fields_set


@pytest.mark.parametrize("kind", MODELS)
def test_every_field_is_described(kind: str) -> None:
    """No field of any object goes without a description."""
    schema = schema_of(kind)
    objects = {kind: schema, **schema["$defs"]}
    silent = [
        f"{name}.{field}"
        for name, body in objects.items()
        for field, value in body.get("properties", {}).items()
        if not value.get("description")
    ]
    assert silent == []


def test_schema_refuses_unknown_fields() -> None:
    """additionalProperties is false; times are date-times; policies may be names."""
    schema = schema_of("problem")
    ticket = schema["$defs"]["Ticket"]
    assert ticket["additionalProperties"] is False
    assert {"type": "string", "format": "date-time"} in ticket["properties"]["due_at"]["anyOf"]
    assert {"type": "string"} in schema["properties"]["policy"]["anyOf"]
    assert schema["required"] == ["technicians", "tickets"]


def test_page_has_a_row_for_every_field_of_a_ticket() -> None:
    """The reference names every field, its unit and whether it is supported yet."""
    page = reference_page("problem")
    for name, field in Ticket.model_fields.items():
        assert f"| `{field.alias or name}` |" in page
    number = "number, more than 0 and at most 1,440"
    assert f"| `duration_minutes` | {number} | minutes | required | Minutes of service. |" in page
    crew = next(line for line in page.splitlines() if line.startswith("| `crew_size` |"))
    assert "Not supported yet" in crew


def test_command_writes_and_checks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--check says what is outdated and exits with 1; without it the files are written."""
    assert main(["--check", "--docs", str(tmp_path)]) == 1
    assert "problem.schema.json is outdated; run python -m" in capsys.readouterr().err
    assert main(["--docs", str(tmp_path)]) == 0
    assert main(["--check", "--docs", str(tmp_path)]) == 0
    (tmp_path / "reference" / "plan.md").write_text("old", encoding="utf-8")
    assert outdated(tmp_path) == [tmp_path / "reference" / "plan.md"]


def test_command_tells_an_unwritable_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file where the folder should be ends in exit code 2 and a message."""
    (tmp_path / "docs").write_text("", encoding="utf-8")
    assert main(["--docs", str(tmp_path / "docs")]) == 2
    assert "docs" in capsys.readouterr().err
