"""Reach: closes tickets that no route of a shift can get to, or not in time; arrays only."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dispatch_engine.rules.case import Case
from dispatch_engine.rules.rule import Rule
from dispatch_engine.rules.shapes import NEVER, Shapes
from dispatch_engine.travel.times import UNREACHABLE

Int = NDArray[np.int64]


class Reach(Rule):
    """Finds reasons early; it forbids nothing that ``Travel``, ``Windows`` and ``ShiftHours`` would allow.

    A pair is closed only where even a lower bound of the arrival is too late. A detour over other customers
    may be quicker than the direct leg (zone speeds and given matrices know no triangle inequality), so the
    bound is the shorter of the direct leg and the shortest first leg + shortest last leg with the work
    before it. Breaks are left out. Stands last in the register: it reads the windows, legs and times that
    the others have written.
    """

    name = "reach"
    codes = ("unreachable", "window_unreachable", "shift_full")

    def lower(self, case: Case, shapes: Shapes) -> None:  # noqa: ARG002
        """Close pairs without a way, outside all windows, or beyond the end of the shift."""
        if not shapes.num_shifts or not shapes.num_tickets:
            return
        there, back = _least_legs(shapes)
        shapes.forbid_where(_cut_off(shapes), "unreachable")
        arrival = shapes.ready[:, None] + there
        for shift, fixed in enumerate(shapes.fixed):
            others = np.ones(shapes.num_tickets, np.bool_)
            others[list(fixed)] = False
            arrival[shift, others] += shapes.service[list(fixed)].sum()
        for ticket in range(shapes.num_tickets):
            rest = shapes.service[ticket] + back[:, ticket]
            start = _earliest_start(shapes.windows[ticket], arrival[:, ticket])
            too_long = arrival[:, ticket] + rest > shapes.latest_end
            shapes.forbid_shifts(too_long, ticket, "shift_full")
            shapes.forbid_shifts(start + rest > shapes.latest_end, ticket, "window_unreachable")


def _earliest_start(windows: tuple[tuple[int, int], ...], arrival: Int) -> Int:
    """int64[S]: first allowed start at or after ``arrival``; NEVER where there is none."""
    start = np.full_like(arrival, NEVER)
    for opens, closes in reversed(windows):
        begin = np.maximum(arrival, opens)
        start = np.where(begin <= closes, begin, start)
    return start


def _least_legs(shapes: Shapes) -> tuple[Int, Int]:
    """Least seconds from the start to each ticket and from each ticket to the end, int64[S, V]."""
    there = np.zeros((shapes.num_shifts, shapes.num_tickets), np.int64)
    back = np.zeros_like(there)
    for kind in np.unique(shapes.kind):
        shifts = np.flatnonzero(shapes.kind == kind)
        table = shapes.travel[kind]
        into, out = _least_between(table, shapes.place, shapes.service)
        direct = table[shapes.start_place[shifts][:, None], shapes.place[None, :]].astype(np.int64)
        there[shifts] = np.minimum(direct, direct.min(axis=1)[:, None] + into)
        ending = shifts[shapes.end_place[shifts] >= 0]
        home = table[shapes.place[None, :], shapes.end_place[ending][:, None]].astype(np.int64)
        back[ending] = np.minimum(home, home.min(axis=1)[:, None] + out)
    return there, back


def _least_between(table: NDArray[np.int32], place: Int, service: Int) -> tuple[Int, Int]:
    """Least service + leg over all *other* tickets, into and out of each ticket, int64[V] each."""
    into = np.full(len(place), UNREACHABLE, np.int64)
    out = into.copy()
    for ticket, here in enumerate(place):
        legs = table[here, place].astype(np.int64)
        legs[ticket] = UNREACHABLE
        np.minimum(into, legs + service[ticket], out=into)
        out[ticket] = (legs + service).min()
    return into, out


def _cut_off(shapes: Shapes) -> NDArray[np.bool_]:
    """bool[S, V]: no chain of drivable legs leads from the start over the ticket to the end."""
    closed = np.zeros((shapes.num_shifts, shapes.num_tickets), np.bool_)
    for kind in np.unique(shapes.kind):
        ways = shapes.travel[kind] < UNREACHABLE
        if ways.all():
            continue
        for shift in np.flatnonzero(shapes.kind == kind):
            closed[shift] = ~_reachable(ways, int(shapes.start_place[shift]), shapes.place)
            if shapes.end_place[shift] >= 0:
                closed[shift] |= ~_reachable(ways.T, int(shapes.end_place[shift]), shapes.place)
    return closed


def _reachable(ways: NDArray[np.bool_], origin: int, place: Int) -> NDArray[np.bool_]:
    """bool[V]: tickets that some chain of legs over customers reaches from ``origin``."""
    customers = np.zeros(len(ways), np.bool_)
    customers[place] = True
    seen = customers & ways[origin]
    fresh = seen
    while fresh.any():
        step = ways[fresh].any(axis=0) & customers & ~seen
        seen, fresh = seen | step, step
    return np.asarray(seen[place], np.bool_)
