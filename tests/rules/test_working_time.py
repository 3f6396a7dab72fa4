"""Working time: from the start of a route to its end."""

from __future__ import annotations

from worlds import at, charged, order, pause, problem, technician, ticket

from dispatch_engine.check import check
from dispatch_engine.rules.shapes import UNITS


def test_driving_service_and_waiting():
    """10 + 30 + 10 + 30 + 10 minutes, and the 20 that cannot be saved by leaving later."""
    jobs = [ticket(time_windows=[{"start": at(0), "end": at(20)}]), ticket(appointment_at=at(80))]
    where = problem(jobs, objective={"mode": "working_time"})
    # Leave at 08:10 at the latest; K0 08:20-08:50, at K1 09:00, wait until 09:20, home at 10:00: 110 minutes.
    assert charged(where, order("K0", "K1"), "working_time") == (0, 110)
    verdict = check(where, order("K0", "K1"))
    assert verdict.objective.working_minutes == 110
    assert verdict.price.cost == 110 * UNITS


def test_break_before_departure_belongs_to_it():
    """``start_at`` is the start of a break taken before leaving, so its time counts."""
    staff = [technician({"breaks": [pause(0, 10, 15)]})]
    where = problem([ticket()], staff, objective={"mode": "working_time"})
    assert charged(where, order("K0"), "working_time") == (0, 65)


def test_free_in_other_modes():
    """Other modes do not charge for time as such."""
    assert charged(problem([ticket()]), order("K0"), "working_time") == (0, 0)
