"""The file itself: nothing to fetch, nothing to run but its own script, hostile texts harmless."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from typing import Any

import pytest
from sample_day import sample_day

from dispatch_engine.model.plan import Plan
from dispatch_engine.model.problem import Problem
from dispatch_engine.report.data import report_data
from dispatch_engine.report.html import asset, embedded_json, page, render_report, unassigned_deadlines

BLOCK = re.compile(r"<(script|style)([^>]*)>(.*?)</\1>", re.DOTALL)
# sha256 of the files in leaflet@1.9.4 as published on npm, with plain line ends.
LEAFLET = {
    "leaflet.js": "db49d009c841f5ca34a888c96511ae936fd9f5533e90d8b2c4d57596f4e5641a",
    "leaflet.css": "337bfca5cabd03b39815b2700febe2b3b7edf55921c59cd49f88ecb328212303",
}


@pytest.fixture(scope="module")
def documents() -> tuple[dict[str, Any], dict[str, Any]]:
    return sample_day()


@pytest.fixture(scope="module")
def report(documents) -> str:
    problem, plan = documents
    return render_report(Problem.from_dict(problem), Plan.from_dict(plan))


def data_of(report: str) -> dict[str, Any]:
    return json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', report)[1])


def test_the_policy_admits_exactly_the_blocks_of_the_page(report):
    """Every inline style and script has its hash in the policy, and the policy has no other."""
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', report)[1]
    hashes: dict[str, set[str]] = {"script": set(), "style": set()}
    for kind, attributes, block in BLOCK.findall(report):
        if "application/json" not in attributes:
            hashes[kind].add("sha256-" + base64.b64encode(hashlib.sha256(block.encode()).digest()).decode())

    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))

    assert rules["default-src"] == "'none'"
    assert set(rules["script-src"].replace("'", "").split()) == hashes["script"]
    assert set(rules["style-src"].replace("'", "").split()) == hashes["style"]
    assert (rules["img-src"], rules["base-uri"], rules["form-action"]) == ("data:", "'none'", "'none'")
    assert "unsafe" not in policy
    assert "\r" not in report  # a browser would hash other line ends


def test_nothing_is_fetched(report):
    """No element names a source, no style an outside picture or font, no debugger map; no inline handlers."""
    markup = BLOCK.sub("", report)
    styles = "".join(block for kind, _, block in BLOCK.findall(report) if kind == "style")

    assert not re.search(r"\s(src|srcset|href|action|data|poster)=(?!\"#)", markup)
    assert not re.search(r"\son\w+=", markup)
    assert not re.search(r"\sstyle=", markup)
    assert set(re.findall(r"url\(([^)]*)\)", styles)) <= {"#hatch-break", "#hatch-overtime", "#default#VML"}
    assert "@import" not in styles
    assert "@font-face" not in styles
    assert "sourceMappingURL" not in report
    assert set(re.findall(r"https?://[\w.]+", report)) <= {
        "http://www.w3.org",
        "https://leafletjs.com",
        "https://bugs.chromium.org",
        "https://bugzilla.mozilla.org",
    }


def test_the_days_file_is_small(report):
    """120 tickets, library included: below 450 KB."""
    assert len(report.encode()) < 450_000


def test_the_same_plan_gives_the_same_file(documents, report):
    """Byte for byte."""
    problem, plan = documents
    assert render_report(Problem.from_dict(problem), Plan.from_dict(plan)) == report


@pytest.mark.parametrize(
    "hostile",
    [
        "</script><img src=x onerror=alert(1)>",
        "<!--<script>",
        "]]>&amp;",
        "\u2028\u2029",
        "\u202eRTL \U0001f6e0",
        "\ud800",
    ],
)
def test_embedded_json_holds_no_markup(hostile):
    """Any text comes back as it was, from plain ASCII without <, > or &."""
    embedded = embedded_json({hostile: [hostile * 3]})

    assert embedded.isascii()
    assert not set("<>&") & set(embedded)
    assert json.loads(embedded) == {hostile: [hostile * 3]}


def test_a_hostile_name_in_the_title():
    """Title and data carry it escaped; the number of script blocks stays the same."""
    name = "</title></script><script>alert(1)</script>\ud800{{script}}"
    problem = {"technicians": [], "tickets": [], "name": name}

    drawn = page(report_data(problem, {"routes": []}, {}))

    assert drawn.count("<script") == 3
    assert "<title>&lt;/title&gt;&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;?{{script}}" in drawn
    assert data_of(drawn)["header"]["title"] == name
    drawn.encode("utf-8")


def test_scripts_insert_no_markup():
    """Our scripts write texts as text: none of the ways to parse markup or code from a string."""
    names = ("base", "axis", "state", "header", "map", "timeline", "tables", "main")
    script = "".join(asset(f"page/{name}.js") for name in names)

    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|Function\(|bindTooltip", script
    )


def test_the_vendored_library_is_the_published_one():
    """Leaflet 1.9.4 as npm has it, with its licence."""
    for name, digest in LEAFLET.items():
        assert hashlib.sha256(asset(f"vendor/{name}").encode()).hexdigest() == digest, name
    assert "BSD 2-Clause License" in asset("vendor/LICENSE-leaflet")


def test_deadlines_of_unassigned_tickets_come_from_the_policy():
    """Appointment at 09:00 in the suburbs: six hours later, in the problem's zone."""
    place = {"lat": 31.2, "lon": 121.4}
    ticket = {
        "location": place,
        "zone": "suburban",
        "duration_minutes": 30,
        "appointment_at": "2026-11-23T01:00:00Z",
    }
    problem = Problem.from_dict(
        {
            "time_zone": "Asia/Shanghai",
            "technicians": [],
            "tickets": [{"id": "K1", **ticket}, {"id": "K2", **ticket}],
        }
    )

    found = unassigned_deadlines(problem, Plan.from_dict({"routes": [], "unassigned": [{"ticket": "K2"}]}))

    assert found == {"K2": "2026-11-23T15:00:00+08:00"}


def test_the_report_takes_zone_targets_and_travel_from_the_models(report):
    """What the models resolve arrives on the page: policy name, time zone, source of travel times."""
    data = data_of(report)

    assert data["zone"] == {"name": "Asia/Shanghai", "origin": 1795363200, "offsets": [[0, 28800]]}
    assert ["SLA policy", "home-appliance"] in data["header"]["facts"]
    assert ["Travel times", "straight-line estimate"] in data["header"]["facts"]
    assert [card["target"] for card in data["kpis"][:4]] == [95, 85, 100, 90]
