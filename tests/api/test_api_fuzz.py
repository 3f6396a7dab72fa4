"""schemathesis against the API document: all checks, all phases; ``make fuzz`` does the same with 5,000 cases."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from service_world import PLAN
from test_api_server import Running, running

from dispatch_engine.api.jobs import JobState

CASES = os.environ.get("FUZZ_CASES", "100")
"""Generated cases for each operation, on top of the examples and of one case for each rule of the schema."""
CONFIG = Path(__file__).with_name("schemathesis.toml")


def end_jobs_at_once(server: Running) -> None:
    """Let every job end as soon as it is submitted, so that streams and waits end too."""

    def work() -> None:
        while (claim := server.store.claim("w1", 60)) is not None:
            prices = {"travel": {"sla_penalty": 0.0, "cost_minutes": 1.0}}
            server.store.finish(claim.job.id, "w1", JobState.SUCCEEDED, plan=json.dumps(PLAN), prices=prices)

    server.worker.on_wake = work


@pytest.mark.skipif(importlib.util.find_spec("schemathesis") is None, reason="schemathesis is not installed")
def test_no_generated_request_finds_a_fault(tmp_path: Path) -> None:
    """No 500, no undocumented status or content, nothing bad accepted, nothing good refused but for its meaning."""
    with running(tmp_path, max_wait_seconds=1, max_queued=1_000_000) as server:
        end_jobs_at_once(server)
        address = f"http://127.0.0.1:{server.port}/openapi.json"
        options = ["--checks", "all", "--max-examples", CASES, "--generation-deterministic", "--no-color"]
        command = [
            sys.executable,
            "-m",
            "schemathesis.cli",
            "--config-file",
            str(CONFIG),
            "run",
            address,
            *options,
        ]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
        assert "Tested: 11" in done.stdout or "Tested:" in done.stdout
        assert server.ask("GET", "/healthz")[0] == 200
