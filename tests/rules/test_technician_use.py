"""Technicians used: a price per person in mode ``cost``."""

from __future__ import annotations

from worlds import at, charged, orders, problem, technician, ticket


def test_each_technician_once():
    """Two shifts of one technician cost once, two technicians twice."""
    days = [{"start": at(d * 1440), "end": at(d * 1440 + 480)} for d in range(2)]
    objective = {"mode": "cost", "prices": {"technician_used": 5000}}
    where = problem([ticket()] * 2, [technician(shifts=days), technician()], objective=objective)
    alone = orders({("T0", 0): ("K0",), ("T0", 1): ("K1",)})
    both = orders({("T0", 0): ("K0",), ("T1", 0): ("K1",)})
    assert charged(where, alone, "technician_use") == (0, 5000)
    assert charged(where, both, "technician_use") == (0, 10000)


def test_free_in_other_modes():
    """In ``sla_first`` nobody pays for being used."""
    assert charged(problem([ticket()]), orders({("T0", 0): ("K0",)}), "technician_use") == (0, 0)
