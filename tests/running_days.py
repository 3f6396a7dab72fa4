"""Turns random problem documents into days under way: pins of every status, and a plan that is already known."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

Document = dict[str, Any]


def put_under_way(draw: DrawFn, document: Document) -> None:
    """Let some technicians have begun, promise some visits, and perhaps add a base plan."""
    now = _first_start(document) + timedelta(minutes=draw(st.integers(0, 48)) * 5)
    document["now"] = now.isoformat()
    free = [ticket for ticket in document["tickets"] if not ticket.get("crew_size")]
    for technician in document["technicians"]:
        if free and draw(st.booleans()):
            _begin(draw, technician, free, now)
    names = [technician["id"] for technician in document["technicians"]]
    for ticket in list(free):
        if names and draw(st.integers(0, 3)) == 3:
            ticket["pinned"] = {"technician": draw(st.sampled_from(names)), "status": "committed"}
            if draw(st.booleans()):
                ticket["pinned"]["arrival"] = _near(draw, now)
    if names and draw(st.booleans()):
        document["base_plan"] = _base_plan(draw, document, [*names, "T9"], now)
    if draw(st.integers(0, 3)) == 3:
        prices = st.sampled_from((0, 5, 33.333, 400))
        names_of_prices = ("other_technician", "dropped", "later_than_promised")
        stability = {name: draw(prices) for name in names_of_prices}
        document["objective"]["stability"] = {
            **stability,
            "promise_minutes": draw(st.sampled_from((0, 15, 40))),
        }


def _first_start(document: Document) -> datetime:
    starts = [shift["start"] for technician in document["technicians"] for shift in technician["shifts"]]
    return datetime.fromisoformat(min(starts, default="2026-11-23T08:00:00+08:00"))


def _near(draw: DrawFn, now: datetime) -> str:
    return (now + timedelta(minutes=draw(st.integers(-6, 48)) * 5)).isoformat()


def _begin(draw: DrawFn, technician: Document, free: list[Document], now: datetime) -> None:
    """Visits done, one after the other, and perhaps one under way or a drive to the next."""
    time = datetime.fromisoformat(technician["shifts"][0]["start"])
    time += timedelta(minutes=draw(st.sampled_from((-10, 0, 15, 60))))
    for _ in range(draw(st.integers(0, 2))):
        arrival = time + timedelta(minutes=draw(st.sampled_from((0, 10, 25))))
        start = arrival + timedelta(minutes=draw(st.sampled_from((0, 0, 7.5))))
        end = start + timedelta(minutes=draw(st.sampled_from((1, 20, 50))))
        if not free or start > now:
            break
        pin = {"technician": technician["id"], "started_at": start.isoformat()}
        if draw(st.booleans()):
            pin["arrival"] = arrival.isoformat()
        if end > now:
            free.pop()["pinned"] = {**pin, "status": "on_site"}
            return
        free.pop()["pinned"] = {**pin, "status": "done", "finished_at": end.isoformat()}
        time = end
    if free and draw(st.booleans()):
        pin = {"technician": technician["id"], "status": "en_route"}
        if draw(st.booleans()):
            pin["arrival"] = _near(draw, now)
        free.pop()["pinned"] = pin


def _base_plan(draw: DrawFn, document: Document, technicians: list[str], now: datetime) -> Document:
    """Every ticket, perhaps, somewhere; some routes only in order, some with promised arrivals."""
    routes: dict[str, list[Document]] = {}
    for ticket in [*document["tickets"], {"id": "gone"}]:
        where = draw(st.sampled_from((*technicians, None)))
        if where is not None:
            stop = {"kind": "ticket", "ticket": ticket["id"]}
            if draw(st.booleans()):
                stop["arrival"] = _near(draw, now)
            routes.setdefault(where, []).append(stop)
    return {"routes": [{"technician": name, "stops": stops} for name, stops in routes.items()]}
