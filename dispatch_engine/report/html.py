"""One self-contained HTML file from a problem and its plan: all it needs is inside, nothing is fetched."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from dispatch_engine.model.clock import Clock
from dispatch_engine.model.plan import Plan
from dispatch_engine.model.policy import arrival_deadline
from dispatch_engine.model.problem import Problem
from dispatch_engine.report.data import report_data

STYLES = ("vendor/leaflet.css", "page/page.css")
LIBRARY = "vendor/leaflet.js"
# The page's own script, in the order in which the parts build on one another.
SCRIPTS = ("base.js", "axis.js", "state.js", "header.js", "map.js", "timeline.js", "tables.js", "main.js")

# Leaflet's style sheet names icons that this page does not use, its script a map for debuggers.
PICTURES = re.compile(r"[^;{}]*\burl\((?!#)[^)]*\)\s*;")
SOURCE_MAP = re.compile(r"^//# sourceMappingURL=.*$", re.MULTILINE)
SLOT = re.compile(r"\{\{(\w+)\}\}")
JSON_ESCAPES = {ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}


def render_report(problem: Problem, plan: Plan) -> str:
    """Return one HTML file that shows the plan: key figures, map, timeline, unassigned tickets, visits.

    The file needs no network and no other file, and runs nothing but its own script: its Content Security
    Policy admits that script by hash, and all texts of the problem enter the page as text. The same problem
    and plan give the same file. Write it as UTF-8.

    Parameters
    ----------
    problem
        The problem that was solved; names, addresses, shifts, targets and the time zone come from it.
    plan
        The plan to show. One that gives only the order of tickets is shown without times.
    """
    # Matrices may be large, and the page needs none; the base plan is another page.
    document = problem.model_dump(mode="json", exclude={"travel", "policy", "base_plan"})
    policy = problem.policy.model_dump(mode="json", exclude={"areas"})
    return page(
        report_data(document, plan.model_dump(mode="json"), policy, unassigned_deadlines(problem, plan))
    )


def unassigned_deadlines(problem: Problem, plan: Plan) -> dict[str, str]:
    """Return the arrival deadline per unassigned ticket that has one, as RFC 3339."""
    clock = Clock.of(problem)
    left_out = {entry.ticket for entry in plan.unassigned}
    found = {}
    for ticket in problem.tickets:
        due = arrival_deadline(problem, ticket, clock) if ticket.id in left_out else None
        if due is not None:
            found[ticket.id] = clock.datetime(due).isoformat()
    return found


def page(data: Mapping[str, Any]) -> str:
    """Return the HTML page that shows the data of ``report_data``."""
    header = data["header"]
    slots = {
        "policy": page_policy(),
        "title": text(f"{header['title']} – {header['days']}"),
        "style": style_text(),
        "library": library_text(),
        "script": script_text(),
        "data": embedded_json(data),
    }
    return SLOT.sub(lambda slot: slots[slot[1]], asset("page/page.html"))


def embedded_json(data: object) -> str:
    """Return JSON that no HTML parser reads as markup; ASCII only, so that a lone surrogate survives too."""
    return json.dumps(data, separators=(",", ":"), allow_nan=False).translate(JSON_ESCAPES)


def text(value: str) -> str:
    """Return the text as HTML; characters that UTF-8 cannot carry become question marks."""
    return html.escape(value.encode("utf-8", "replace").decode())


@cache
def page_policy() -> str:
    """Return the policy of every page: its own script and style, and nothing from anywhere."""
    return content_security_policy([library_text(), script_text()], [style_text()])


def content_security_policy(scripts: list[str], styles: list[str]) -> str:
    """Return the policy that lets exactly these inline blocks run and forbids every fetch."""
    return "; ".join(
        [
            "default-src 'none'",
            "script-src " + " ".join(f"'sha256-{digest(script)}'" for script in scripts),
            "style-src " + " ".join(f"'sha256-{digest(style)}'" for style in styles),
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )


def digest(block: str) -> str:
    """Return the hash of an inline block as a browser computes it: SHA-256 of its UTF-8 bytes, base64."""
    return base64.b64encode(hashlib.sha256(block.encode()).digest()).decode()


@cache
def style_text() -> str:
    """Return the page's style sheet."""
    return PICTURES.sub("", "\n".join(asset(name) for name in STYLES))


@cache
def library_text() -> str:
    """Return Leaflet's script."""
    return SOURCE_MAP.sub("", asset(LIBRARY))


@cache
def script_text() -> str:
    """Return the page's script, its parts in one scope of their own."""
    parts = "\n".join(asset(f"page/{name}") for name in SCRIPTS)
    return f'(() => {{\n"use strict";\n{parts}\n}})();\n'


def asset(name: str) -> str:
    """Return a file of this package as text with plain line ends, which is what a browser hashes."""
    return files("dispatch_engine.report").joinpath(name).read_text(encoding="utf-8").replace("\r\n", "\n")
