"""The way in: help, version, usage errors, and no engine imported for any of them."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from shell import ROOT, call

from dispatch_engine._version import __version__

HEAVY = {"numpy", "numba", "ortools", "yaml", "shapely", "geopy", "fastapi"}
HEAVY |= {f"dispatch_engine.{room}" for room in ("model", "rules", "check", "solver", "sources", "report")}

SEE_MODULES = """
import json, sys
from dispatch_engine.cli import main
code = main(sys.argv[1:])
print("\\nMODULES", json.dumps([code, sorted(sys.modules)]))
"""


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["solve", "--help"], ["import", "--help"]])
def test_help_and_version_import_no_engine(arguments: list[str]) -> None:
    """Help comes at once: no library that computes or validates is loaded for it."""
    done = subprocess.run(
        [sys.executable, "-c", SEE_MODULES, *arguments], capture_output=True, text=True, check=True, cwd=ROOT
    )
    code, modules = json.loads(done.stdout.split("\nMODULES ")[1])
    assert code == 0
    assert HEAVY.isdisjoint(modules)
    assert "dispatch_engine.cli.app" in modules
    assert "Traceback" not in done.stderr


def test_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """``--version`` prints name and version on standard output."""
    assert call(capsys, "--version") == (0, f"dispatch-engine {__version__}\n", "")


def test_without_a_command_the_help_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """No command is a usage error that shows what there is."""
    outcome = call(capsys)
    assert outcome.code == 2
    assert "solve" in outcome.out + outcome.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["fly"], "No such command 'fly'"),
        (["solve"], "Missing argument 'PROBLEM'"),
        (["solve", "a.json", "--sed", "1"], "No such option"),
        (["report", "a.json", "b.json"], "Missing option '--output'"),
    ],
)
def test_bad_usage_exits_with_2(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Unknown commands and options and missing values are usage errors, told on stderr."""
    outcome = call(capsys, *arguments)
    assert outcome.code == 2
    assert message in outcome.err
    assert outcome.out == ""
