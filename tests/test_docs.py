"""The documentation holds what it says: links lead somewhere, examples run, public names are told."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import dispatch_engine
from dispatch_engine.model.problem import Problem
from dispatch_engine.rules.register import RULES
from dispatch_engine.rules.shapes import Shapes
from dispatch_engine.solver.solve import solve

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *(ROOT / "scenarios").rglob("*.md")])
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
FOREIGN = re.compile(r"https?:|mailto:")
PRIVATE = re.compile(r"/(?:home|Users|root|work|workspace|mnt)/|/tmp/\w|[A-Z]:\\", re.ASCII)
README = ROOT / "README.md"
RULE_GUIDE = DOCS / "adding-a-rule.md"


def page_name(page: Path) -> str:
    """The page as tests print it."""
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path, language: str) -> list[str]:
    """The fenced blocks of ``page`` in one language, in order."""
    return [body for tag, body in FENCE.findall(page.read_text(encoding="utf-8")) if tag == language]


def links(page: Path) -> Iterator[tuple[Path, str]]:
    """Where the links of ``page`` lead within the repository: file and anchor."""
    for target in LINK.findall(FENCE.sub("", page.read_text(encoding="utf-8"))):
        if not FOREIGN.match(target):
            path, _, anchor = target.partition("#")
            yield (page.parent / path).resolve() if path else page, anchor


def anchors(page: Path) -> set[str]:
    """The names of the headings of ``page``, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", FENCE.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def cells(page: Path) -> list[list[str]]:
    """The cells of all table rows of ``page``."""
    rows = re.findall(r"^\|(.*)\|$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return [[cell.strip() for cell in row.split("|")] for row in rows]


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_links_lead_somewhere(page: Path):
    """Every relative link names a file of the repository, and every anchor a heading of it."""
    broken = [
        f"{path}#{anchor}"
        for path, anchor in links(page)
        if not path.exists() or (anchor and anchor not in anchors(path))
    ]
    assert broken == []


def test_every_page_is_reachable_from_the_index():
    """Following links from ``docs/README.md`` one comes to every page, schema and picture."""
    seen: set[Path] = set()
    waiting = [DOCS / "README.md"]
    while waiting:
        page = waiting.pop()
        if page not in seen and page.is_file():
            seen.add(page)
            waiting += [path for path, _ in links(page)] if page.suffix == ".md" else []
    wanted = {path for kind in ("*.md", "*.json", "*.png") for path in DOCS.rglob(kind)}
    assert sorted(page_name(path) for path in wanted - seen) == []


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_no_page_names_a_path_of_somebodys_machine(page: Path):
    """Paths in the text are relative, or made up and say so (such as ``/path/to``)."""
    lines = page.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if PRIVATE.search(line)] == []


def test_private_paths_are_recognised():
    """The pattern above can fail: it knows the usual places, and lets a JSON pointer be."""
    assert all(PRIVATE.search(text) for text in ("see /home/ann/plan.json", "C:\\plans", "/tmp/x.json"))
    assert not any(PRIVATE.search(text) for text in ("/tickets/17/location/lat", "docs/images"))


def test_every_public_name_is_told():
    """The page about Python has one row per name of ``__all__``, and each name has a docstring."""
    told = [
        name for row in cells(DOCS / "reference" / "python.md") for name in re.findall(r"^`(\w+)`$", row[0])
    ]
    assert sorted(told) == sorted(dispatch_engine.__all__)
    bare = [name for name in dispatch_engine.__all__ if not getattr(dispatch_engine, name).__doc__]
    assert bare == []


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the scenarios, as an example expects it, that may be written to."""
    shutil.copytree(ROOT / "scenarios", tmp_path / "scenarios")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_python_example_of_the_readme_runs(checkout: Path, capsys: pytest.CaptureFixture[str]):
    """As printed, but for the time limit: it prints the routes and writes the page."""
    (example,) = blocks(README, "python")
    assert example.count("time_limit=10") == 1
    exec(compile(example.replace("time_limit=10", "iterations=50, workers=1"), "README.md", "exec"), {})
    printed = capsys.readouterr().out
    assert printed.startswith("feasible ")
    assert "T01 ['K" in printed
    assert "shanghai-weekday" in (checkout / "plan.html").read_text(encoding="utf-8")


def test_the_problem_of_the_readme_solves_as_told():
    """K1 is served at 9, K2 lacks the one compressor, and the plan is proved."""
    (example,) = blocks(README, "json")
    plan = solve(Problem.from_json(example), iterations=50, workers=1)
    ((stop,),) = [route.stops for route in plan.routes]
    assert (plan.status, stop.ticket, stop.start.isoformat()) == (
        "optimal",
        "K1",
        "2026-11-23T09:00:00+08:00",
    )
    assert stop.arrival == stop.start
    ((reason,),) = [entry.reasons for entry in plan.unassigned]
    assert reason.code == "no_part"
    assert reason.message in README.read_text(encoding="utf-8").replace("\n", " ")


def test_the_example_of_the_python_page_runs(checkout: Path, capsys: pytest.CaptureFixture[str]):
    """The tiny day costs 140 minutes, as `scenarios/tiny-day.md` proves by hand."""
    (example,) = blocks(DOCS / "reference" / "python.md", "python")
    exec(compile(example, "python.md", "exec"), {})
    assert capsys.readouterr().out == "optimal 140.0\n"


def test_the_rule_of_the_guide_works(tmp_path: Path):
    """Its file, its word in the register and its test, put where the guide says, pass in a copy."""
    rule, word, test, *_ = blocks(RULE_GUIDE, "python")
    for name in ("dispatch_engine", "tests"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "dispatch_engine/rules/trainees.py").write_text(rule, encoding="utf-8")
    (tmp_path / "tests/rules/test_trainees.py").write_text(test, encoding="utf-8")
    register = tmp_path / "dispatch_engine/rules/register.py"
    before = register.read_text(encoding="utf-8")
    assert before.count(word.replace("    Trainees(),\n", "")) == 1
    after = before.replace(word.replace("    Trainees(),\n", ""), word)
    line = "from dispatch_engine.rules.travel import Travel\n"
    register.write_text(
        after.replace(line, f"from dispatch_engine.rules.trainees import Trainees\n{line}"), encoding="utf-8"
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
    result = subprocess.run(
        [*command, "tests/rules/test_trainees.py", "tests/rules/test_register.py"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_guide_quotes_the_limit_as_it_is():
    """The line about ``max_tickets`` stands in the rule's file."""
    quoted = blocks(RULE_GUIDE, "python")[-1].strip()
    assert quoted in (ROOT / "dispatch_engine/rules/ticket_limit.py").read_text(encoding="utf-8")


def test_every_shape_is_in_the_table():
    """The table of the architecture page names every field of ``Shapes``, and only rules that exist."""
    fields = {name for name in vars(Shapes(1, 1)) if not name.startswith("num_")}
    rows = [row for row in cells(DOCS / "architecture.md") if len(row) == 4]
    told = {name for row in rows for name in re.findall(r"`(\w+)`", row[1])} - {"Shapes"}
    assert told == fields
    writers = {re.sub(r" \(.*", "", name) for row in rows[2:] for name in row[3].split(", ")}
    assert writers <= {rule.name for rule in RULES}


def test_every_dependency_has_its_reason():
    """The decision's table has the packages and bounds of ``pyproject.toml``, no more and no less."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    page = cells(DOCS / "decisions" / "0001-dependencies.md")
    told = ["".join(re.findall(r"`([^`]+)`", " ".join(row[:2]))) for row in page if ">=" in row[1]]
    assert sorted(told) == sorted(project["dependencies"])


def test_every_extra_has_its_reason():
    """The second table has the packages of the extras that users install, with their bounds."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    page = cells(DOCS / "decisions" / "0001-dependencies.md")
    rows = [[cell.strip("`") for cell in row[:3]] for row in page if len(row) == 5]
    told = {f"{extra}: {package}>={bound}" for extra, package, bound in rows[2:]}
    extras = project["optional-dependencies"]
    users = {f"{name}: {need}" for name in extras.keys() - {"dev", "bench"} for need in extras[name]}
    assert told == users
