"""The report, drawn by a real browser from a file, with no network."""

from __future__ import annotations

import re
from typing import Any

from chromium import draw, run
from sample_day import plan_of, sample_day

from dispatch_engine.model.plan import Plan
from dispatch_engine.model.problem import Problem
from dispatch_engine.report.data import report_data
from dispatch_engine.report.html import page, render_report

HOSTILE = (
    "</script><img src=x onerror=\"document.body.dataset.taken='yes'\"><!--<script>'\"&amp;\u2028\u202eاهلا 🛠️"
)


def rendered(problem: dict[str, Any], plan: dict[str, Any]) -> str:
    return render_report(Problem.from_dict(problem), Plan.from_dict(plan))


def test_a_full_day_is_drawn(tmp_path):
    """20 technicians and 120 tickets: every visit has a mark, a bar and a row, and nothing complains."""
    problem, plan = sample_day()
    visits, left_out = plan["kpis"]["assigned"], plan["kpis"]["unassigned"]

    drawn = draw(rendered(problem, plan), tmp_path)

    assert drawn.console == []
    assert drawn.body["data-ready"] == "true"
    assert drawn.body["data-map-marks"] == "120"  # 120 tickets = visits + crosses
    assert drawn.count("g", data_kind="service") == visits
    assert drawn.count("g", data_kind="break") == sum(
        stop["kind"] == "break" for route in plan["routes"] for stop in route["stops"]
    )
    assert sum("data-visit" in attributes for tag, attributes in drawn.elements if tag == "tr") == visits
    assert drawn.count("rect", class_="shift") == 20
    assert {f"{n}" for n in range(left_out)} == {
        attributes["data-unassigned"] for tag, attributes in drawn.elements if "data-unassigned" in attributes
    }


def test_a_screenshot_can_be_taken(tmp_path):
    """The page paints: a picture of it is no empty sheet."""
    path = tmp_path / "report.html"
    path.write_text(rendered(*sample_day(4, 16)), encoding="utf-8")

    run(tmp_path, f"--screenshot={tmp_path / 'report.png'}", path.as_uri())

    picture = (tmp_path / "report.png").read_bytes()
    assert picture.startswith(b"\x89PNG")
    # One colour over 1440 × 2200 pixels compresses to about 20 KB.
    assert len(picture) > 60_000


def test_hostile_texts_stay_texts(tmp_path):
    """Names, addresses, ids and reasons full of markup are shown as written and run nothing."""
    problem, _ = sample_day(2, 8)
    problem["name"] = HOSTILE
    for number, ticket in enumerate(problem["tickets"]):
        ticket |= {"id": f"{HOSTILE}{number}", "name": HOSTILE, "address": HOSTILE * 8, "service": HOSTILE}
        ticket["attributes"] = {HOSTILE: HOSTILE, "nested": {"a": [HOSTILE]}}
    problem["technicians"][0]["name"] = HOSTILE
    problem["technicians"][1] |= {
        "name": "长" * 200,
        "skills": problem["technicians"][1]["skills"] | {HOSTILE: 1},
    }
    plan = plan_of(problem)
    plan["unassigned"] = [
        {"ticket": "gone" + HOSTILE, "reasons": [{"code": "no_part", "message": HOSTILE * 8}]}
    ]

    drawn = draw(rendered(problem, plan), tmp_path)

    assert drawn.console == []
    assert drawn.body["data-ready"] == "true"
    assert "data-taken" not in drawn.body
    assert drawn.count("img") == 0
    assert sum(tag == "script" for tag, _ in drawn.elements) == 3
    assert drawn.text.count(HOSTILE) > 20


def test_the_policy_stops_a_script_that_got_in(tmp_path):
    """Second wall: a block or a handler that is not the page's own does not run, and a fetch is refused."""
    problem, plan = sample_day(1, 2)
    planted = (
        "<script>document.body.dataset.taken = 'block'</script>"
        "<img src='https://example.org/x.png' onerror=\"document.body.dataset.taken='handler'\">"
    )
    broken = rendered(problem, plan).replace("<footer", planted + "<footer")

    drawn = draw(broken, tmp_path)

    assert "data-taken" not in drawn.body
    assert any("Content Security Policy" in line for line in drawn.console)


def test_nothing_at_all_is_drawn(tmp_path):
    """No technicians, no tickets, no routes: the page says so instead of failing."""
    drawn = draw(rendered({"technicians": [], "tickets": []}, {"routes": []}), tmp_path)

    assert drawn.console == []
    assert drawn.body["data-ready"] == "true"
    assert "No map: this problem has no places." in drawn.text
    assert "No shifts, so there is nothing to draw." in drawn.text


def test_a_problem_without_coordinates_has_no_map(tmp_path):
    """Places known by their matrix index only: the map gives way to a sentence, the rest is drawn."""
    problem, plan = sample_day(1, 3)
    problem["technicians"][0]["start"] = {"matrix_index": 0}
    for number, ticket in enumerate(problem["tickets"], start=1):
        ticket["location"] = {"matrix_index": number}
        del ticket["name"], ticket["address"]
    problem["travel"] = {"provider": "matrix", "durations_seconds": [[0] * 4] * 4}

    drawn = draw(rendered(problem, plan), tmp_path)

    assert drawn.console == []
    assert "No map: this problem gives no coordinates" in drawn.text
    assert drawn.count("g", data_kind="service") == plan["kpis"]["assigned"]


def test_an_order_without_times_is_drawn(tmp_path):
    """A hand-made plan that gives only the order of tickets: route and table, a note instead of bars."""
    problem, _ = sample_day(1, 2)
    order = [{"kind": "ticket", "ticket": ticket["id"]} for ticket in problem["tickets"]]

    drawn = draw(rendered(problem, {"routes": [{"technician": "T01", "stops": order}]}), tmp_path)

    assert drawn.console == []
    assert drawn.body["data-map-marks"] == "2"
    assert "This plan gives no times" in drawn.text


def test_depots_and_midnight_are_drawn(tmp_path):
    """A night shift with a depot visit: one stretch of time over midnight, and a bar for loading."""
    start = {"lat": 31.2, "lon": 121.4}
    night = {"start": "2026-11-23T22:00:00+08:00", "end": "2026-11-24T06:00:00+08:00"}
    problem = {
        "time_zone": "Asia/Shanghai",
        "technicians": [{"id": "T", "start": start, "shifts": [night]}],
        "tickets": [{"id": "K", "location": {"lat": 31.3, "lon": 121.5}, "duration_minutes": 30}],
        "depots": [{"id": "D", "location": {"lat": 31.25, "lon": 121.45}}],
    }
    stops = [
        {"kind": "depot", "depot": "D", "arrival": at("23:30"), "start": at("23:30"), "end": at("23:45")},
        {
            "kind": "ticket",
            "ticket": "K",
            "arrival": at("00:10", 24),
            "start": at("00:10", 24),
            "end": at("00:40", 24),
        },
    ]
    route = {
        "technician": "T",
        "shift": 0,
        "start_at": at("23:00"),
        "end_at": at("01:10", 24),
        "stops": stops,
    }

    drawn = draw(page(report_data(problem, {"routes": [route]}, {})), tmp_path)

    assert drawn.console == []
    assert drawn.count("g", data_kind="depot") == 1
    assert drawn.count("rect", class_="cut") == 0
    assert "Mon 23" in drawn.text
    assert "Tue 24" in drawn.text
    assert "Tue 24 00:10" in drawn.text


def driven(report: str, steps: str) -> str:
    """Add a reader's hand: a script that acts when the page is ready. Its policy would forbid it."""
    open_page = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", report)
    script = (
        "<script>setTimeout(() => {"
        "const all = (query) => [...document.querySelectorAll(query)], note = document.body.dataset;"
        "const key = (target, key) =>"
        " target.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true}));"
        f"{steps}"
        "}, 500)</script></body>"
    )
    return open_page.replace("</body>", script)


def test_picking_a_technician_shows_everywhere(tmp_path):
    """A click on a name in the timeline: row, legend, filter and table follow; Esc lets go."""
    problem, plan = sample_day(4, 24)
    own = sum(stop["kind"] == "ticket" for stop in plan["routes"][1]["stops"])
    steps = """
      document.querySelector('button.row-label[data-technician="1"]').click();
      note.picked = all('.row.picked').length;
      note.pale = all('.row.pale').length;
      note.pressed = all('#people button[aria-pressed="true"]').length;
      note.rows = all('tr[data-visit]').length;
      note.deadlines = all('.row.picked .deadline').length;
      note.filter = document.getElementById('filter-technician').value;
      key(document.body, 'Escape');
      note.after = all('tr[data-visit]').length;
    """

    body = draw(driven(rendered(problem, plan), steps), tmp_path).body

    assert (body["data-picked"], body["data-pale"], body["data-pressed"]) == ("1", "3", "1")
    assert (body["data-rows"], body["data-filter"]) == (str(own), "1")
    assert int(body["data-deadlines"]) > 0
    assert body["data-after"] == str(plan["kpis"]["assigned"])


def test_the_timeline_can_be_walked_with_the_keyboard(tmp_path):
    """Right: the technician's first visit is emphasised, and the tooltip names it. Down: the next name."""
    problem, plan = sample_day(4, 24)
    first = next(stop["ticket"] for stop in plan["routes"][0]["stops"] if stop["kind"] == "ticket")
    steps = """
      const label = document.querySelector('button.row-label[data-technician="0"]');
      label.focus();
      key(label, 'ArrowRight');
      note.tip = document.getElementById('tip').textContent;
      note.emphasised = all('g.emphasised').length;
      key(label, 'ArrowDown');
      note.focus = document.activeElement.dataset.technician;
    """

    body = draw(driven(rendered(problem, plan), steps), tmp_path).body

    assert f"1 · {first}" in body["data-tip"]
    assert (body["data-emphasised"], body["data-focus"]) == ("1", "1")


def test_tables_sort_and_filter(tmp_path):
    """Late only keeps the late visits; a click on a head sorts, a second one turns the order."""
    problem, plan = sample_day(4, 48)
    steps = """
      document.getElementById('filter-late').click();
      note.late = all('tr[data-visit]').length;
      document.getElementById('filter-late').click();
      const head = all('#visits th button').find((button) => button.textContent === 'Ticket');
      const first = () => document.querySelector('#visits tbody .link').textContent;
      head.click();
      note.first = first();
      head.click();
      note.last = first();
      note.sorting = head.parentNode.getAttribute('aria-sort');
    """

    body = draw(driven(rendered(problem, plan), steps), tmp_path).body

    served = sorted(stop["ticket"] for route in plan["routes"] for stop in route["stops"] if "ticket" in stop)
    assert plan["kpis"]["late"] > 0
    assert body["data-late"] == str(plan["kpis"]["late"])
    assert (body["data-first"], body["data-last"]) == (served[0], served[-1])
    assert body["data-sorting"] == "descending"


def test_the_legend_hides_technicians_on_the_map(tmp_path):
    """None: only the crosses of unassigned tickets stay; the timeline keeps all rows."""
    problem, plan = sample_day(4, 48)
    steps = """
      document.getElementById('show-none').click();
      note.boxes = all('#people input:checked').length;
      note.rows = all('.row button.row-label').length;
    """

    drawn = draw(driven(rendered(problem, plan), steps), tmp_path)

    assert drawn.console == []
    assert (drawn.body["data-boxes"], drawn.body["data-rows"]) == ("0", "4")
    assert drawn.body["data-map-marks"] == str(plan["kpis"]["unassigned"])


def at(clock: str, day: int = 23) -> str:
    return f"2026-11-{day}T{clock}:00+08:00"
