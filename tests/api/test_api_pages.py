"""The pages: served from the package by name, under a strict policy, drawn in a real browser without a network."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from service_world import PLAN, PROBLEM, World, bearer, refused, world

from dispatch_engine.api.assets import SERVED
from dispatch_engine.check import complete_plan
from dispatch_engine.model.plan import Plan
from dispatch_engine.model.problem import Problem
from dispatch_engine.sources.generate import generate_problem, to_text

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "dispatch_engine" / "api" / "page"


@pytest.fixture
def service(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path) as made:
        yield made


class Addresses(HTMLParser):
    """Collects what a page loads, and whatever runs inline."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.inline: list[str] = []
        self._is_script = False
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        named = dict(attributes)
        self.found += [str(named[name]) for name in ("src", "href", "action") if named.get(name)]
        self.inline += [name for name in named if name.startswith("on") or name == "style"]
        self._is_script = tag in ("script", "style") and "src" not in named

    def handle_data(self, data: str) -> None:
        if self._is_script and data.strip():
            self.inline.append(data)

    def handle_endtag(self, tag: str) -> None:
        self._is_script = False


@pytest.mark.parametrize("path", ["/", "/docs"])
def test_pages_load_only_what_is_served_here(path: str, service: World) -> None:
    """Every address is our own and answers; nothing is inline."""
    answer = service.client.get(path)
    page = Addresses(answer.text)
    assert page.inline == []
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    for address in page.found:
        assert address.startswith("/")
        assert service.client.get(address).status_code == 200
    policy = answer.headers["content-security-policy"]
    assert ("'unsafe-inline'" in policy) == (path == "/docs"), "only the styles of Swagger UI need it"


@pytest.mark.parametrize("name", SERVED)
def test_assets_are_served_with_their_kind_and_a_tag(name: str, service: World) -> None:
    """And 304 to whoever has them."""
    answer = service.client.get(f"/assets/{name}")
    assert answer.headers["content-type"] == SERVED[name][1]
    again = service.client.get(f"/assets/{name}", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "name",
    [
        "..%2fapp.py",
        "%2e%2e/settings.py",
        "....//keys.json",
        "/etc/passwd",
        "%2fetc%2fpasswd",
        "LICENSE-swagger-ui",
        "index.html",
        "main.js%00.css",
        "main.js/",
    ],
)
def test_nothing_else_is_served(name: str, service: World) -> None:
    """Names are looked up in a table, never on disk."""
    refused(service.client.get(f"/assets/{name}"), 404, "not_found")


def test_scripts_name_nothing_elsewhere() -> None:
    """Our own files hold no address of another host, and none of the ways to run text as code."""
    for path in PAGES.iterdir():
        text = path.read_text(encoding="utf-8")
        foreign = re.findall(r"https?://[^\s\"'<]+", text)
        assert [found for found in foreign if found != "http://www.w3.org/2000/svg"] == [], path.name
        if path.suffix == ".js":
            assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(", text), (
                path.name
            )


def test_the_example_of_the_page_is_a_generated_day() -> None:
    """As ``generate scenarios/shanghai-weekday.yaml`` makes it; the page tells its size."""
    made = generate_problem(ROOT / "scenarios" / "shanghai-weekday.yaml", 11, tickets=72, technicians=16)
    assert (PAGES / "example.json").read_text(encoding="utf-8") == to_text(made)
    assert "72 tickets, 16 technicians" in (PAGES / "index.html").read_text(encoding="utf-8")


# ---------------------------------------------------------------- a plan as a page


def solved(service: World, headers: dict[str, str] | None = None, name: str = "two-visits") -> str:
    """A job that has ended with a plan."""
    problem = {**PROBLEM, "name": name}
    job_id = str(service.submit(problem, headers=headers or {})["id"])
    service.run()
    plan = complete_plan(Problem.from_dict(problem), Plan.from_dict(PLAN))
    service.finish(job_id, plan=plan.to_json())
    return job_id


def test_a_plan_is_drawn(service: World) -> None:
    """The report with its own policy, which also forbids to frame it."""
    answer = service.client.get(f"/ui/plans/{solved(service)}")
    assert answer.headers["content-type"].startswith("text/html")
    assert "two-visits" in answer.text
    policy = answer.headers["content-security-policy"]
    assert "'sha256-" in policy
    assert "frame-ancestors 'none'" in policy
    (inside,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', answer.text)
    assert policy == f"{inside}; frame-ancestors 'none'"


def test_text_of_customers_runs_nowhere(service: World) -> None:
    """A name that looks like markup is text."""
    answer = service.client.get(f"/ui/plans/{solved(service, name='</script><img src=x onerror=alert(1)>')}")
    assert "<img src=x" not in answer.text


def test_without_a_plan_there_is_no_page(service: World) -> None:
    """409 while there is none, 404 without a job."""
    job_id = service.submit()["id"]
    refused(service.client.get(f"/ui/plans/{job_id}"), 409, "no_plan")
    refused(service.client.get("/ui/plans/plan_0123456789abcdefABCDEF"), 404, "no_such_job")


def test_a_browser_sends_its_key_in_a_form(tmp_path: Path) -> None:
    """Never in the address; another owner's key finds nothing, and a large form is refused."""
    with world(tmp_path, keys={"anna": ("solve",), "ben": ("solve",)}) as made:
        secrets = made.secrets  # type: ignore[attr-defined]
        path = f"/ui/plans/{solved(made, bearer(secrets['anna']))}"
        form = {"Content-Type": "application/x-www-form-urlencoded"}

        def post(text: str) -> object:
            return made.client.post(path, content=text, headers=form)

        answer = made.client.post(path, content=f"key={secrets['anna']}", headers=form)
        assert answer.status_code == 200
        assert "two-visits" in answer.text
        refused(post(f"key={secrets['ben']}"), 404, "no_such_job")
        refused(post("key=wrong"), 401, "key_unknown")
        refused(post(""), 401, "key_missing")
        refused(post("key=" + "a" * 5000), 413, "too_large")
        refused(made.client.get(f"{path}?key={secrets['anna']}"), 401, "key_missing")


def test_the_document_of_the_page_is_the_published_one(service: World) -> None:
    """``/openapi.json`` is ``docs/openapi.json``."""
    published = json.loads((ROOT / "docs" / "openapi.json").read_text(encoding="utf-8"))
    assert service.client.get("/openapi.json").json() == published
