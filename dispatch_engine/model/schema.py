"""Writes JSON schemas and reference pages from the models: ``python -m dispatch_engine.model.schema``."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from dispatch_engine.errors import InputError
from dispatch_engine.model.comparison import Comparison
from dispatch_engine.model.explanation import Explanation
from dispatch_engine.model.files import read_document, write_atomically
from dispatch_engine.model.plan import Plan
from dispatch_engine.model.policy import Policy
from dispatch_engine.model.problem import DEFAULT_PRICES, Problem
from dispatch_engine.model.study import Study
from dispatch_engine.model.study_result import Ranking, StudyResult
from dispatch_engine.model.support import NOT_BUILT

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
COMMAND = "python -m dispatch_engine.model.schema"

MODELS: dict[str, type[BaseModel]] = {
    "problem": Problem,
    "plan": Plan,
    "policy": Policy,
    "comparison": Comparison,
    "explanation": Explanation,
    "whatif": Study,
    "whatif-result": StudyResult,
    "whatif-ranking": Ranking,
}

EXAMPLES: dict[str, Schema] = {
    "problem": {
        "schema_version": 1,
        "name": "two-visits",
        "now": "2026-11-23T08:00:00+08:00",
        "time_zone": "Asia/Shanghai",
        "technicians": [
            {
                "id": "T01",
                "start": {"lat": 31.23, "lon": 121.47},
                "shifts": [{"start": "2026-11-23T08:00:00+08:00", "end": "2026-11-23T17:00:00+08:00"}],
                "skills": {"refrigeration": 3},
                "van_stock": {"compressor": 2},
            }
        ],
        "tickets": [
            {"id": "K1", "location": {"lat": 31.19, "lon": 121.43}, "duration_minutes": 45},
            {
                "id": "K2",
                "location": {"lat": 31.25, "lon": 121.5},
                "duration_minutes": 60,
                "priority": "high",
                "required_skills": {"refrigeration": 2},
                "required_parts": {"compressor": 1},
                "time_windows": [{"start": "2026-11-23T13:00:00+08:00", "end": "2026-11-23T15:00:00+08:00"}],
            },
        ],
    },
    "plan": {
        "routes": [
            {
                "technician": "T01",
                "shift": 0,
                "stops": [{"kind": "ticket", "ticket": "K1"}, {"kind": "ticket", "ticket": "K2"}],
            }
        ]
    },
    "policy": {"extends": "home-appliance", "arrival_hours": {"suburban": 5}},
    "whatif": {
        "base": "tiny-day.json",
        "seeds": 5,
        "time_limit_seconds": 10,
        "variants": [
            {
                "id": "third-technician",
                "name": "A second Ann",
                "changes": [{"change": "clone_technicians", "technicians": ["ann"]}],
            },
            {
                "id": "and-more-work",
                "builds_on": "third-technician",
                "changes": [
                    {"change": "ticket_volume", "tickets": {"where": {"priority": "normal"}}, "factor": 1.5}
                ],
            },
        ],
    },
}
"""One short document of each kind; each is valid. The results of live commands stand in ``examples/``."""


def example(kind: str) -> Schema:
    """A valid document of ``kind``."""
    if kind in EXAMPLES:
        return EXAMPLES[kind]
    document = read_document(Path(__file__).with_name("examples") / f"{kind}.json")
    assert isinstance(document, dict)
    return document


INTRODUCTIONS = {
    "problem": """# The problem

The document that `solve`, `validate` and `check` read: technicians with their shifts, tickets, travel and
the wish. Unknown fields are refused. Times are RFC 3339 with an offset. What a field means for the plan:

- A time window bounds the *start of service* and is hard; several may be given, one of them is kept.
- Service never starts before `appointment_at`. The SLA clock starts at `appointment_at`, else
  `reported_at`, else `now`, and stops when the technician arrives at the door. The deadline is soft: being
  late has a price.
- Each shift begins with the full `van_stock`. `required_parts` are taken from it in the order of the route;
  `likely_parts` are never taken, they only say how probable a fix at the first visit is.
- Breaks lie between stops, never inside a drive or a service. A route that ends at or before `earliest`
  needs none.
- Durations and drives are rounded up to the second, moments to the nearest second.
""",
    "plan": """# The plan

The document that `solve` writes. `check` and `explain` read it back; a hand-made plan may give only
technician, shift and the tickets in order, times are then computed. Minutes have two decimals.
""",
    "policy": """# The SLA policy

What customers were promised, and how much each breach weighs. In a problem it stands as the name of a
built-in policy (`home-appliance`, the default), as an object, or, in files only, as a path of a `.yaml`,
`.yml` or `.json` file. `extends` lays an object over another policy: objects merge field by field, lists and
values are replaced.
""",
    "comparison": """# The comparison

What `compare` prints with `--json`: two plans of one problem side by side. Differences are second − first.
The example compares the best plan of the [tiny day](../../scenarios/tiny-day.md) with one that leaves K4 out.
""",
    "explanation": """# The explanation

What `explain` prints with `--json`: why a plan is as it is. The plan's orders count; their times are computed
anew. A **slack** says how much later the technician could be at the door, the order staying. An
**alternative** leaves everything else as it is. A **reason** was tried: lifting every other obstacle of the
technician does not help. A **change** is smallest: with it the ticket is served, and without one of its parts,
or with a minute less, it is not; all changes with one part are tried first, then those with two, then three.
Minutes are offered up to 480. The example explains one ticket of a [short morning](../examples/short-morning.json).
""",
    "whatif": """# The what-if file

What `whatif` reads, in YAML or JSON: a problem and variants of it. [What if](../whatif.md) tells how to use it.
Wherever technicians, tickets or depots are meant, write `all`, a list of ids, or `{where: …}` with the
properties that they have in common; where a list of words stands, a single word will do.
""",
    "whatif-result": """# Variants side by side

What `whatif` prints with `--json`. Differences are variant − base, paired by seed. The names of figures are
those of `objective` and `kpis` in [the plan](plan.md); only the cost of the objective's mode is given.
""",
    "whatif-ranking": """# What one more is worth

What `whatif --rank` prints with `--json`: the change of SLA penalty and cost for one unit more of something.
""",
}

PAGES = {model.__name__: f"{kind}.md" for kind, model in MODELS.items()}
"""Objects that have a page of their own."""

_UNITS = {
    "_minutes": "minutes",
    "minutes": "minutes",
    "_seconds": "seconds",
    "_meters": "metres",
    "_km": "kilometres",
    "_kmh": "km/h",
    "_hours": "hours",
    "_percent": "percent",
    "_days": "working days",
    "lat": "degrees",
    "lon": "degrees",
    "stock": "pieces",
    "_parts": "",
    "_cents": "cents",
}


def schema_of(kind: str) -> Schema:
    """The JSON schema of ``problem``, ``plan`` or ``policy``, with an example."""
    schema = MODELS[kind].model_json_schema()
    return {"$schema": DIALECT, **schema, "examples": [example(kind)]}


def reference_page(kind: str) -> str:
    """The reference page: a table for each object, from the descriptions of its fields."""
    schema = schema_of(kind)
    text = json.dumps(example(kind), indent=2, ensure_ascii=False)
    lines = [INTRODUCTIONS[kind], "```json", text, "```", ""]
    lines += _table(schema["title"], schema)
    for name in _order(schema):
        lines += _table(name, schema["$defs"][name])
    if kind == "problem":
        lines += _price_table()
    lines.append(f"*Written by `{COMMAND}`; change the descriptions in the models instead.*")
    return "\n".join(lines) + "\n"


def _order(schema: Schema) -> list[str]:
    """Names of the objects in the order in which the document mentions them first."""
    found: list[str] = []
    queue: list[Schema] = [schema]
    for item in queue:
        for name in _references(item.get("properties", {})):
            if name not in found and name not in PAGES:
                found.append(name)
                queue.append(schema["$defs"][name])
    return [name for name in found if "properties" in schema["$defs"][name]]


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"].rsplit("/", 1)[1]
        for value in node.values():
            yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)


def _table(name: str, schema: Schema) -> list[str]:
    required = schema.get("required", [])
    lines = [f"## {name}", "", str(schema.get("description", "")).split("\n\n")[0].replace("\n", " "), ""]
    lines += ["| field | type | unit | default | meaning |", "| --- | --- | --- | --- | --- |"]
    for field, body in schema["properties"].items():
        default = "required" if field in required else f"`{_default(body)}`"
        meaning = body.get("description", "") + _not_built(name, field)
        cells = (f"`{field}`", _type(body), _unit(field), default, meaning)
        lines.append("| " + " | ".join(cells) + " |")
    return [*lines, ""]


def _not_built(name: str, field: str) -> str:
    return (
        " *Not supported yet: leave it at its default.*" if field in NOT_BUILT.get(name.lower(), {}) else ""
    )


def _price_table() -> list[str]:
    lines = ["## Prices", "", "Names and defaults of `objective.prices`, by mode.", ""]
    lines += ["| mode | unit | price | default |", "| --- | --- | --- | --- |"]
    for mode, prices in DEFAULT_PRICES.items():
        unit = "cents" if mode == "cost" else "cost minutes"
        lines += [f"| `{mode}` | {unit} | `{name}` | {price:g} |" for name, price in prices.items()]
    return [*lines, ""]


def _default(body: Schema) -> str:
    if "default" in body:
        return json.dumps(body["default"], ensure_ascii=False)
    return "[]" if body.get("type") == "array" else "{}"  # "{}": each field has its own default


def _unit(field: str) -> str:
    return next((unit for suffix, unit in _UNITS.items() if field.endswith(suffix)), "")


def _type(body: Schema) -> str:
    """A schema in a few words."""
    if "$ref" in body:
        name = body["$ref"].rsplit("/", 1)[1]
        return f"[{name}]({PAGES.get(name, '#' + name.lower())})"
    for key in ("anyOf", "oneOf"):
        if key in body:
            return " or ".join(dict.fromkeys(_type(option) for option in body[key]))
    if "const" in body:
        return f"`{json.dumps(body['const'])}`"
    if "enum" in body:
        return ", ".join(f"`{word}`" for word in body["enum"])
    if body.get("type") == "array":
        return f"list of {_type(body['items'])}" if "items" in body else "list"
    if body.get("type") == "object":
        return _map_type(body)
    return _scalar_type(body)


def _map_type(body: Schema) -> str:
    values = body.get("additionalProperties")
    # Keys with a pattern, as names have, make pydantic write patternProperties instead.
    values = next(iter(body.get("patternProperties", {}).values()), values)
    return f"map of names to {_type(values)}" if isinstance(values, dict) else "object"


def _scalar_type(body: Schema) -> str:
    if "format" in body:
        return {"date-time": "time", "date": "day"}[body["format"]]
    words = {"string": "text", "boolean": "true or false", "integer": "whole number", "number": "number"}
    word = words.get(body.get("type", "any"), str(body.get("type", "any")))
    low, high = body.get("minimum", body.get("exclusiveMinimum")), body.get("maximum")
    if low is None or high is None:
        return word
    if "exclusiveMinimum" in body:
        return f"{word}, more than {low:,.12g} and at most {high:,.12g}"
    return f"{word}, {low:,.12g} to {high:,.12g}"


def files(docs: Path) -> dict[Path, str]:
    """Every file of this command with its text."""
    texts: dict[Path, str] = {}
    for kind in MODELS:
        schema = json.dumps(schema_of(kind), indent=2, ensure_ascii=False) + "\n"
        texts[docs / "schema" / f"{kind}.schema.json"] = schema
        texts[docs / "reference" / f"{kind}.md"] = reference_page(kind)
    return texts


def outdated(docs: Path) -> list[Path]:
    """Files under ``docs`` that are absent or differ from what the models say."""
    return [
        path
        for path, text in files(docs).items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the files, or with ``--check`` only say which are outdated (exit code 1)."""
    parser = argparse.ArgumentParser(prog=COMMAND, description="Write JSON schemas and reference pages.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a file is outdated")
    parser.add_argument("--docs", type=Path, default=Path("docs"), help="folder of the documentation")
    options = parser.parse_args(arguments)
    if options.check:
        stale = outdated(options.docs)
        for path in stale:
            print(f"{path} is outdated; run {COMMAND}", file=sys.stderr)
        return 1 if stale else 0
    try:
        for path, text in files(options.docs).items():
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(path, text)
    except (InputError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
