"""A real service: started by its command, asked over HTTP, followed, stopped; and how it refuses to start."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
TINY = json.loads((ROOT / "scenarios" / "tiny-day.json").read_text(encoding="utf-8"))
WEEKDAY = json.loads((ROOT / "scenarios" / "shanghai-weekday.json").read_text(encoding="utf-8"))
START_SECONDS = 240
"""The kernels may have to be compiled first."""


class Served:
    """A service in a process of its own."""

    def __init__(self, folder: Path, *options: str, **variables: str) -> None:
        self.log = folder / f"service-{len(list(folder.glob('*.log')))}.log"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "dispatch_engine", "serve", "--port", "0", *options],
                cwd=folder,
                stderr=log,
                stdout=log,
                env={**os.environ, "PYTHONPATH": str(ROOT), "DISPATCH_LOG_FORMAT": "json", **variables},
            )
        self.address = self.until(lambda: self._address())

    def _address(self) -> str | None:
        found = re.findall(r"answers at (http://\S+)", self.log.read_text(encoding="utf-8"))
        return found[-1] if found else None

    def until(self, look: Any, seconds: float = START_SECONDS) -> Any:
        """What ``look`` finds, as soon as it finds something."""
        end = time.monotonic() + seconds
        while not (found := look()):
            assert self.process.poll() is None, self.log.read_text(encoding="utf-8")
            assert time.monotonic() < end, self.log.read_text(encoding="utf-8")
            time.sleep(0.05)
        return found

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> tuple[int, Any]:
        """One call: status and document."""
        data = None if body is None else json.dumps(body).encode()
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(
            self.address + path, data, {"Content-Type": "application/json", **more}, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())

    def ready(self) -> None:
        self.until(lambda: self.ask("GET", "/readyz")[0] == 200)

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Ask for the end; the exit code."""
        self.process.send_signal(number)
        return self.process.wait(60)


@contextmanager
def served(folder: Path, *options: str, **variables: str) -> Iterator[Served]:
    made = Served(folder, *options, **variables)
    try:
        yield made
    finally:
        if made.process.poll() is None:
            made.process.kill()
            made.process.wait()


def test_the_whole_story(tmp_path: Path) -> None:
    """Start, ready, submit and wait, follow a longer job, SIGTERM in its middle, and find it done after a restart."""
    with served(tmp_path, DISPATCH_DRAIN_SECONDS="0.1") as service:
        service.ready()
        status, job = service.ask("POST", "/v1/plans", {"problem": TINY}, Prefer="wait=30")
        assert (status, job["state"], job["plan"]["status"]) == (200, "succeeded", "optimal")
        assert job["plan"]["objective"]["cost_minutes"] == 140.0
        assert job["prices"]["travel"]["cost_minutes"] == 140.0

        solve = {"problem": WEEKDAY, "options": {"time_limit_seconds": 4}}
        status, job = service.ask("POST", "/v1/plans", solve, Idempotency_Key="long")
        assert status == 202
        path = f"/v1/plans/{job['id']}"
        names = []
        with urllib.request.urlopen(f"{service.address}{path}/events", timeout=60) as stream:
            for line in stream:
                if line.startswith(b"event: "):
                    names.append(line[7:].strip().decode())
                if len(names) > 4:
                    break
        assert names[0] == "state"
        assert {"progress", "incumbent"} & set(names)
        assert service.stop() == 0
        assert service.process.returncode == 0

    with served(tmp_path) as service:
        job = service.until(lambda: (found := service.ask("GET", path)[1])["state"] == "succeeded" and found)
        assert job["attempt"] >= 1
        assert job["plan"]["kpis"]["tickets"] == 120
        assert service.ask("POST", "/v1/plans", solve, Idempotency_Key="long")[1]["id"] == job["id"]
        assert service.stop(signal.SIGINT) == 0
    lines = [line for line in service.log.read_text(encoding="utf-8").splitlines() if line.startswith("{")]
    logged = [json.loads(line) for line in lines]
    assert any(line.get("job_id") == job["id"] for line in logged)
    assert not any(line["level"] in ("error", "critical") for line in logged)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_calls_of_the_readme_work_as_written(tmp_path: Path) -> None:
    """The commands of its service section, but for the port: a plan, a stream to its end, the job with its plan."""
    section = (ROOT / "README.md").read_text(encoding="utf-8").split("## As a service")[1].split("\n## ")[0]
    command, calls = re.findall(r"```sh\n(.*?)```", section, re.DOTALL)
    assert command == ".venv/bin/dispatch-engine serve\n"
    assert len(re.findall(r"curl ", calls)) == 4, "three calls, and one to fetch the result"
    with served(tmp_path) as service:
        service.ready()
        done = subprocess.run(
            ["sh", "-eu", "-c", calls.replace("http://127.0.0.1:8000", service.address)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        )
        assert '"state":"succeeded"' in done.stdout
        assert '"status": "optimal"' in done.stdout
        assert "event: incumbent" in done.stdout
        assert re.findall(r'data: \{"state":"(\w+)"', done.stdout)[-1] == "succeeded"
        last = json.loads(done.stdout[done.stdout.rindex('{"id":') :])
        assert (last["state"], last["plan"]["problem"]) == ("succeeded", "shanghai-weekday")
        assert service.stop() == 0


def failed(*options: str, cwd: Path, **variables: str) -> tuple[int, str]:
    """Exit code and standard error of a service that does not start."""
    done = subprocess.run(
        [sys.executable, "-m", "dispatch_engine", "serve", *options],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "PYTHONPATH": str(ROOT), **variables},
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stderr


def test_a_port_in_use_is_told(tmp_path: Path) -> None:
    """Exit code 2, the port, and what to do."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, text = failed("--port", str(port), cwd=tmp_path)
    assert code == 2
    assert f"cannot listen on 127.0.0.1 port {port}: address already in use; choose another --port" in text
    assert not list(tmp_path.iterdir()), "nothing else was begun"


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_a_public_address_needs_keys(host: str, tmp_path: Path) -> None:
    """Also an empty file of keys is none; with one the service starts."""
    (tmp_path / "none.json").write_text('{"keys": []}', encoding="utf-8")
    for options in ((), ("--keys", "none.json")):
        code, text = failed("--host", host, "--port", "0", *options, cwd=tmp_path)
        assert code == 2
        assert f"{host} can be reached from other machines, and there is no API key" in text
        assert "dispatch-engine keys add" in text


@pytest.mark.parametrize(
    ("options", "variables", "message"),
    [
        (("--store", "jobs.db"), {}, "names no store; write sqlite:///"),
        (("--store", "postgres://localhost/x"), {}, "names no store; write sqlite:///"),
        (("--store", "sqlite:////no/such/folder/jobs.db"), {}, "cannot be used"),
        (("--keys", "absent.json"), {}, "absent.json does not exist"),
        (("--port", "70000"), {}, "out of range"),
        (("--host", "300.0.0.1", "--keys", "keys.json"), {}, "cannot listen on 300.0.0.1"),
        ((), {"DISPATCH_MAX_TICKETS": "many"}, "DISPATCH_MAX_TICKETS is 'many', no number"),
        ((), {"DISPATCH_NO_SUCH": "1"}, "DISPATCH_NO_SUCH is no setting"),
        ((), {"DISPATCH_WEBHOOK_ALLOW": "http://x/"}, "neither a host name, nor an address"),
    ],
)
def test_what_cannot_be_served_is_told(
    options: tuple[str, ...], variables: dict[str, str], message: str, tmp_path: Path
) -> None:
    """Exit code 2 and one clear sentence."""
    from service_world import write_keys

    write_keys(tmp_path / "keys.json", {"anna": ("solve",)})
    code, text = failed("--port", "0", *options, cwd=tmp_path, **variables)
    assert (code, message in text) == (2, True), text
