"""The server itself, over real sockets: slow heads and bodies, broken HTTP, too many connections, an orderly end."""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
from service_world import PROBLEM, IdleWorker

from dispatch_engine.api.app import create_app
from dispatch_engine.api.jobs import JobState
from dispatch_engine.api.server import DrainingServer, server_of
from dispatch_engine.api.service import Service
from dispatch_engine.api.settings import Settings
from dispatch_engine.api.sqlite_store import SqliteStore

PATIENCE = 10.0


class Running:
    """A server in a thread, and the port it listens on."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.store = SqliteStore(folder / "jobs.db")
        self.worker = IdleWorker()
        self.service = Service(Settings(**settings), self.store, self.worker)  # type: ignore[arg-type]
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.server: DrainingServer = server_of(create_app(self.service), self.service)
        self.thread = threading.Thread(
            target=self.server.run, kwargs={"sockets": [self.listener]}, daemon=True
        )
        self.thread.start()
        wait_until(lambda: self.server.started)

    def connect(self) -> socket.socket:
        """A fresh connection."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)

    def talk(self, data: bytes) -> bytes:
        """Send ``data`` and read until the server closes."""
        with self.connect() as connection:
            connection.sendall(data)
            return read_all(connection)

    def ask(self, method: str, path: str, body: object = None) -> tuple[int, dict[str, Any]]:
        """One ordinary call: status and document."""
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        text = None if body is None else json.dumps(body)
        client.request(method, path, text, {"Content-Type": "application/json"})
        answer = client.getresponse()
        found = json.loads(answer.read() or b"null")
        client.close()
        return answer.status, found

    def stop(self) -> None:
        self.server.should_exit = self.server.force_exit = True
        self.service.is_stopping = True
        self.thread.join(PATIENCE)
        self.store.close()


@contextlib.contextmanager
def running(folder: Path, **settings: Any) -> Iterator[Running]:
    made = Running(folder, **settings)
    try:
        yield made
    finally:
        made.stop()


def wait_until(is_so: Any) -> None:
    until = monotonic() + PATIENCE
    while not is_so():
        assert monotonic() < until
        sleep(0.01)


def read_all(connection: socket.socket) -> bytes:
    """Everything until the other side closes."""
    parts = []
    with contextlib.suppress(ConnectionResetError):
        while part := connection.recv(65536):
            parts.append(part)
    return b"".join(parts)


def read_one(connection: socket.socket) -> bytes:
    """One answer, by its declared length."""
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += connection.recv(65536)
    length = int(re.search(rb"content-length: (\d+)", answer.lower())[1])  # type: ignore[index]
    while len(answer.partition(b"\r\n\r\n")[2]) < length:
        answer += connection.recv(65536)
    return answer


def problem_of(answer: bytes) -> tuple[int, str]:
    """Status and code of a raw answer, which must be a complete problem document."""
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"content-type: application/problem+json" in head.lower(), answer
    document = json.loads(body)
    assert {"type", "title", "status", "detail", "code"} <= set(document)
    assert int(head.split(b" ")[1]) == document["status"]
    return document["status"], document["code"]


def get(path: str) -> bytes:
    """A request after which the connection is closed."""
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode()


def post(path: str, length: int) -> bytes:
    """The head of a request with a body of JSON."""
    kind = "Content-Type: application/json"
    return f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{kind}\r\nContent-Length: {length}\r\n\r\n".encode()


GET = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n"


def test_a_head_that_never_ends_is_cut_off(tmp_path: Path) -> None:
    """One byte now and then keeps nobody waiting beyond ``header_seconds`` (slowloris)."""
    with running(tmp_path, header_seconds=0.4) as server, server.connect() as connection:
        began = monotonic()
        with contextlib.suppress(OSError):
            for byte in GET + b"X-Slow: " + b"a" * 1000:
                connection.sendall(bytes([byte]))
                sleep(0.02)
        answer = read_all(connection)
    assert monotonic() - began < 3
    assert not answer or problem_of(answer) == (408, "too_slow")


def test_a_connection_without_a_request_is_cut_off(tmp_path: Path) -> None:
    """With a word about why."""
    with running(tmp_path, header_seconds=0.2) as server:
        assert problem_of(server.talk(b"")) == (408, "too_slow")


def test_an_idle_connection_is_closed_and_a_busy_one_kept(tmp_path: Path) -> None:
    """Between requests ``idle_seconds`` count, and the time for the head begins anew."""
    with running(tmp_path, header_seconds=0.5, idle_seconds=1) as server, server.connect() as connection:
        for _ in range(3):
            connection.sendall(GET + b"\r\n")
            assert read_one(connection).startswith(b"HTTP/1.1 200")
            sleep(0.3)
        began = monotonic()
        assert read_all(connection) == b""
        assert monotonic() - began < 3


def test_answers_are_sent_at_once(tmp_path: Path) -> None:
    """Head and body go out without waiting for each other (else every answer on a kept connection takes 40 ms)."""
    with running(tmp_path) as server, server.connect() as connection:
        connection.sendall(GET + b"\r\n")
        read_one(connection)
        (accepted,) = server.server.server_state.connections
        ours = accepted.transport.get_extra_info("socket")
        assert ours.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0


def test_a_body_that_never_ends_is_cut_off(tmp_path: Path) -> None:
    """408 after ``body_seconds``, and the connection is closed soon."""
    head = post("/v1/validate", 1000)
    with running(tmp_path, body_seconds=0.3) as server:
        began = monotonic()
        assert problem_of(server.talk(head + b'{"problem"')) == (408, "too_slow")
        assert monotonic() - began < 5
        assert server.service.intake.held == 0


def test_a_body_of_another_length_is_noticed(tmp_path: Path) -> None:
    """A client that leaves in the middle of its body makes no job and no defect."""
    head = post("/v1/plans", 1000)
    with running(tmp_path) as server:
        with server.connect() as connection:
            connection.sendall(head + b'{"problem": {}}')
        wait_until(lambda: server.service.intake.held == 0)
        assert server.store.queue_depth() == 0
        assert server.ask("GET", "/healthz")[0] == 200


def test_a_refusal_before_the_end_of_a_large_body_is_read(tmp_path: Path) -> None:
    """A client that looks for the answer only once it has sent everything still gets it: 30 MB, and 1 MB allowed."""
    head = post("/v1/plans", 30000000)
    with running(tmp_path, max_body_mb=1) as server, server.connect() as connection:
        began = monotonic()
        connection.sendall(head)
        for _ in range(30):
            connection.sendall(b" " * 1_000_000)
        assert problem_of(read_one(connection)) == (413, "too_large")
        assert monotonic() - began < 3


def test_who_asks_before_sending_is_refused_at_once(tmp_path: Path) -> None:
    """``Expect: 100-continue`` with a length beyond the limit: 413 and no ``100 Continue``."""
    head = (
        b"POST /v1/plans HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        b"Content-Length: 90000000\r\nExpect: 100-continue\r\n\r\n"
    )
    with running(tmp_path, max_body_mb=1) as server, server.connect() as connection:
        connection.sendall(head)
        assert problem_of(read_one(connection)) == (413, "too_large")


@pytest.mark.parametrize(
    "data",
    [
        b"HELO example.com\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        GET + b"Bad Header: x\r\n\r\n",
        GET + b"X: a\x00b\r\n\r\n",
        GET + b"Content-Length: -1\r\n\r\n",
        GET + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\nHost: a\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 50,
        b"\x00" * 200,
    ],
)
def test_what_is_no_http_is_400(data: bytes, tmp_path: Path) -> None:
    """As a problem document, and the connection is closed."""
    with running(tmp_path, header_seconds=1) as server:
        status, code = problem_of(server.talk(data))
        assert (status, code) in {(400, "bad_http"), (408, "too_slow")}
        assert server.ask("GET", "/healthz")[0] == 200


def test_smuggled_requests_are_not_answered(tmp_path: Path) -> None:
    """Length and chunks at once: whatever follows the first request is not taken for a second one."""
    data = (
        b"POST /v1/validate HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 4\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /version HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    )
    with running(tmp_path, header_seconds=0.5, idle_seconds=1) as server:
        answer = server.talk(data)
    assert b"libraries" not in answer or answer.count(b"HTTP/1.1 200") <= 1


@pytest.mark.parametrize(
    "data",
    [
        GET + b"X-Long: " + b"a" * 300_000 + b"\r\n\r\n",
        GET + b"".join(b"X-%d: %s\r\n" % (i, b"a" * 100) for i in range(2000)) + b"\r\n",
        b"GET /" + b"a" * 300_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        GET + b"X-Long: " + b"a" * 40_000 + b"\r\n\r\n",
    ],
)
def test_huge_heads_are_431(data: bytes, tmp_path: Path) -> None:
    """Whether they come in pieces or at once."""
    with running(tmp_path) as server, server.connect() as connection:
        with contextlib.suppress(ConnectionResetError, BrokenPipeError):
            connection.sendall(data)
        assert problem_of(read_one(connection)) == (431, "head_too_large")


def test_connections_are_limited(tmp_path: Path) -> None:
    """The third of two is told to come later; when one has gone there is room again."""
    with running(tmp_path, max_connections=2) as server:
        first, second = server.connect(), server.connect()
        wait_until(lambda: len(server.server.server_state.connections) == 2)
        assert problem_of(server.talk(b"")) == (503, "busy")
        first.close()
        second.close()
        wait_until(lambda: not server.server.server_state.connections)
        assert server.ask("GET", "/healthz")[0] == 200


def test_a_websocket_is_not_opened(tmp_path: Path) -> None:
    """The request is answered as the ordinary one it also is."""
    data = GET + b"Connection: Upgrade\r\nUpgrade: websocket\r\n"
    data += b"Sec-WebSocket-Key: a\r\nSec-WebSocket-Version: 13\r\n\r\n"
    with running(tmp_path) as server, server.connect() as connection:
        connection.sendall(data)
        assert connection.recv(100).startswith(b"HTTP/1.1 200")


# ---------------------------------------------------------------- the end


def test_the_first_signal_drains_before_it_stops(tmp_path: Path) -> None:
    """While a job runs on: new work 503, reading 200, not ready; a stream lives until the job has ended."""
    with running(tmp_path) as server:
        status, job = server.ask("POST", "/v1/plans", {"problem": PROBLEM})
        assert status == 202
        claim = server.store.claim("w1", 60)
        assert claim is not None
        is_done = threading.Event()
        server.worker.drain = lambda seconds: is_done.wait(PATIENCE)  # type: ignore[method-assign]
        heard: list[bytes] = []
        path = f"/v1/plans/{job['id']}"
        request = get(f"{path}/events")
        listening = threading.Thread(target=lambda: heard.append(server.talk(request)))
        listening.start()
        wait_until(lambda: server.service.streams == 1)
        server.server.handle_exit(15, None)
        assert server.ask("POST", "/v1/plans", {"problem": PROBLEM})[1]["code"] == "draining"
        assert server.ask("GET", "/readyz")[1]["code"] == "draining"
        assert server.ask("GET", path)[1]["state"] == "running"
        assert server.store.finish(claim.job.id, "w1", JobState.SUCCEEDED, plan="{}")
        listening.join(PATIENCE)
        assert b'"state":"succeeded"' in heard[0]
        assert server.thread.is_alive()
        is_done.set()
        server.thread.join(PATIENCE)
        assert not server.thread.is_alive()
    with pytest.raises(ConnectionRefusedError):
        server.connect()


def test_streams_end_when_the_service_stops(tmp_path: Path) -> None:
    """A job that waits on keeps no server from its end."""
    with running(tmp_path) as server:
        _, job = server.ask("POST", "/v1/plans", {"problem": PROBLEM})
        request = get(f"/v1/plans/{job['id']}/events")
        heard: list[bytes] = []
        listening = threading.Thread(target=lambda: heard.append(server.talk(request)))
        listening.start()
        wait_until(lambda: server.service.streams == 1)
        began = monotonic()
        server.server.handle_exit(15, None)
        listening.join(PATIENCE)
        server.thread.join(PATIENCE)
        assert not server.thread.is_alive()
        assert monotonic() - began < 4
        assert b"event: state" in heard[0]
    assert server.worker.is_drained


def test_the_second_signal_stops_at_once(tmp_path: Path) -> None:
    """Whatever the drain still waits for."""
    with running(tmp_path) as server:
        is_done = threading.Event()
        server.worker.drain = lambda seconds: is_done.wait(PATIENCE)  # type: ignore[method-assign]
        server.server.handle_exit(2, None)
        wait_until(lambda: server.service.is_draining)
        began = monotonic()
        server.server.handle_exit(2, None)
        server.thread.join(PATIENCE)
        assert not server.thread.is_alive()
        assert monotonic() - began < 3
        is_done.set()
