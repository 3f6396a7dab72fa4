"""A corpus of bodies that no call accepts, with the status and code that each must get."""

from __future__ import annotations

import copy
import json
from typing import Any, NamedTuple

from service_world import PLAN, PROBLEM


class Bad(NamedTuple):
    """A body, and the refusals that are right for it."""

    name: str
    body: bytes
    answers: frozenset[tuple[int, str]]


NOT_JSON = frozenset({(400, "not_json")})
INVALID = frozenset({(422, "invalid")})
TOO_MANY = frozenset({(413, "too_many")})

RAW: dict[str, bytes] = {
    "empty": b"",
    "blank": b" \n\t ",
    "word": b"hello",
    "html": b"<html><script>alert(1)</script></html>",
    "xml": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
    "yaml": b"problem:\n  technicians: []\n",
    "form": b"problem=1&plan=2",
    "unclosed object": b'{"problem": {',
    "unclosed text": b'{"problem": "',
    "trailing comma": b'{"problem": {},}',
    "two documents": b'{"problem": {}} {"problem": {}}',
    "trailing word": b'{"problem": {}} x',
    "single quotes": b"{'problem': {}}",
    "bare keys": b"{problem: {}}",
    "comment": b'{"problem": {} /* no */}',
    "byte order mark of UTF-16": "{}".encode("utf-16"),
    "UTF-16 without mark": '{"problem": {}}'.encode("utf-16-le"),
    "UTF-32": '{"problem": {}}'.encode("utf-32-be"),
    "latin-1": '{"problem": "caf\u00e9"}'.encode("latin-1"),
    "broken UTF-8": b'{"problem": "\xc3\x28"}',
    "overlong UTF-8": b'{"problem": "\xc0\xaf"}',
    "surrogate in UTF-8": b'{"problem": "\xed\xa0\x80"}',
    "raw NUL": b'{"problem": "a\x00b"}',
    "raw line break in text": b'{"problem": "a\nb"}',
    "bad escape": b'{"problem": "\\x41"}',
    "short escape": b'{"problem": "\\u12"}',
    "leading zero": b'{"problem": 01}',
    "plus": b'{"problem": +1}',
    "hex": b'{"problem": 0x10}',
    "dot": b'{"problem": .5}',
    "5000 digits": b'{"problem": ' + b"9" * 5000 + b"}",
    "100,000 brackets": b"[" * 100_000,
    "40,000 objects": b'{"a":' * 40_000,
    "deep and closed": b'{"problem":' + b"[" * 70 + b"]" * 70 + b"}",
    "gzip": b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xab\xae\x05\x00C\xbf\xa6\xa3\x02\x00\x00\x00",
    "zip": b"PK\x03\x04" + b"\x00" * 40,
    "png": b"\x89PNG\r\n\x1a\n" + b"\x00" * 40,
    "half a body": json.dumps({"problem": PROBLEM, "plan": PLAN}).encode()[:200],
}
"""Bodies that are no JSON: 400."""

TOPS: dict[str, bytes] = {
    "null": b"null",
    "true": b"true",
    "number": b"42",
    "NaN": b"NaN",
    "minus Infinity": b"-Infinity",
    "text": b'"problem"',
    "list": b"[]",
    "list of problems": b'[{"problem": {}}]',
    "no fields": b"{}",
    "only unknown fields": b'{"a": 1, "__proto__": {"b": 2}}',
    "problem is null": b'{"problem": null, "plan": null}',
    "problem is text": b'{"problem": "x", "plan": "x"}',
    "problem is a list": b'{"problem": [], "plan": []}',
    "problem is NaN": b'{"problem": NaN, "plan": NaN}',
    "problem is 1e400": b'{"problem": 1e400, "plan": 1e400}',
    "problem is empty": b'{"problem": {}, "plan": {}}',
    "key given twice": b'{"problem": {}, "problem": {}}',
    "key given twice below": b'{"problem": {"tickets": [], "tickets": []}, "plan": {}}',
    "lone surrogate as key": b'{"\\ud800": 1}',
    "NUL as key": b'{"\\u0000": 1}',
    "very long key": b'{"' + b"k" * 100_000 + b'": 1}',
    "10,000 unknown keys": json.dumps({f"k{i}": i for i in range(10_000)}).encode(),
}
"""Documents whose top is wrong: 422."""


def _problem(path: str, value: Any) -> bytes:
    """The small problem with one value replaced; ``tickets/0/id`` names the place."""
    problem: Any = copy.deepcopy(PROBLEM)
    at = problem
    *way, last = [int(part) if part.isdigit() else part for part in path.split("/")]
    for part in way:
        at = at[part]
    at[last] = value
    return json.dumps({"problem": problem, "plan": PLAN}).encode()


WRONG_VALUES: dict[str, bytes] = {
    f"{path} = {str(value)[:30]!r}": _problem(path, value)
    for path, value in [
        ("tickets/0/location/lat", float("nan")),
        ("tickets/0/location/lat", float("inf")),
        ("tickets/0/location/lat", 91),
        ("tickets/0/location/lat", "31.2"),
        ("tickets/0/location/lat", True),
        ("tickets/0/location/lat", 10**40),
        ("tickets/0/location", {"lat": 1}),
        ("tickets/0/location", {}),
        ("tickets/0/location", [31.2, 121.4]),
        ("tickets/0/id", ""),
        ("tickets/0/id", "a\x00b"),
        ("tickets/0/id", "a\ud800b"),
        ("tickets/0/id", "x" * 201),
        ("tickets/0/id", 7),
        ("tickets/0/id", "K2"),
        ("tickets/0/id", None),
        ("tickets/0/duration_minutes", 0),
        ("tickets/0/duration_minutes", -5),
        ("tickets/0/duration_minutes", 1441),
        ("tickets/0/duration_minutes", "45"),
        ("tickets/0/duration_minutes", 10**400),
        ("tickets/0/required_skills", {"gas": 1.5}),
        ("tickets/0/required_skills", ["gas"]),
        ("tickets/0/required_parts", {"fan": 10**20}),
        ("tickets/0/likely_parts", {"fan": 1.1}),
        ("tickets/0/priority", "urgent"),
        ("tickets/0/due_at", "2026-11-23T08:00:00"),
        ("tickets/0/due_at", "2026-02-30T08:00:00+08:00"),
        ("tickets/0/due_at", 1795392000),
        ("tickets/0/due_at", "9999-12-31T23:59:59Z"),
        ("tickets/0/time_windows", [{"start": "2026-11-23T09:00:00Z", "end": "2026-11-23T08:00:00Z"}]),
        ("tickets/0/required_technicians", ["nobody"]),
        ("tickets/0/attributes", {"a": "x" * 5000}),
        ("tickets/0/colour", "red"),
        ("tickets/0/pinned", {"technician": "T1", "status": "flying"}),
        ("tickets", {}),
        ("tickets", [None]),
        ("tickets", ["K1"]),
        ("technicians/0/shifts/0/end", "2026-11-23T07:00:00+08:00"),
        ("technicians/0/shifts/0/end", "2026-11-30T07:00:00+08:00"),
        ("technicians/0/shifts", None),
        ("technicians/0/speed_factor", 0),
        ("technicians/0/end", "nowhere"),
        ("technicians/0/van_stock", {"fan": -1}),
        ("policy", "/etc/passwd"),
        ("policy", "../../../../etc/passwd"),
        ("policy", {"extends": "file:///etc/passwd"}),
        ("policy", 7),
        ("travel", {"provider": "matrix", "durations_file": "/etc/passwd"}),
        ("travel", {"provider": "osrm", "url": "http://169.254.169.254/"}),
        ("travel", {"provider": "matrix", "durations_seconds": [[0, 1], [1]]}),
        ("travel", {"provider": "matrix", "durations_seconds": [[0.5]]}),
        ("time_zone", "Mars/Olympus"),
        ("time_zone", "../../../etc/passwd"),
        ("now", "yesterday"),
        ("schema_version", 2),
        ("objective", {"mode": "cheap"}),
        ("objective", {"prices": {"breach": 1}}),
        ("name", "\u0007"),
    ]
}
"""Problems with one wrong value: 422."""

LARGE: dict[str, bytes] = {
    "200,000 lists": b'{"problem": {"tickets": [' + b"[]," * 200_000 + b"[]]}}",
    "200,000 objects": b'{"problem": {"tickets": [' + b"{}," * 200_000 + b"{}]}}",
    "200,000 fields": b'{"a" : 1' + b', "a"\t: 1' * 200_000 + b"}",
    "3,000 tickets": b'{"problem": {"technicians": [], "tickets": [' + b"{}," * 3_000 + b'{}]}, "plan": {}}',
    "600 technicians": b'{"problem": {"tickets": [], "technicians": [' + b"{}," * 600 + b'{}]}, "plan": {}}',
}
"""Small bodies that would be large in memory: 413 under ``LIMITS``."""

LIMITS = {"max_values": 100_000, "max_tickets": 2_000, "max_technicians": 500}

CORPUS: tuple[Bad, ...] = tuple(
    Bad(name, body, answers)
    for bodies, answers in ((RAW, NOT_JSON), (TOPS, INVALID), (WRONG_VALUES, INVALID), (LARGE, TOO_MANY))
    for name, body in bodies.items()
)
