"""Days made up to a recipe: the same recipe and seed give the same problem, byte by byte, on every machine.

Only ``random.Random(seed).random()`` is drawn from: Python promises its stream for all versions, and
promises it for no other method. Every ticket and every technician has a stream of its own, so a day with
more tickets begins with the tickets of the smaller day.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dispatch_engine.errors import InputError
from dispatch_engine.model.base import shown
from dispatch_engine.sources.generate_config import (
    AreaConfig,
    GenerateConfig,
    ServiceConfig,
    ShiftConfig,
    TradeConfig,
)

T = TypeVar("T")

KM_PER_DEGREE = 111.2
"""Length of a degree of latitude."""

HOME_STRIDE = 0.6180339887498949
TRADE_STRIDE = 0.41421356237309515
"""Golden ratio and square root of two, less 1: homes and trades are each dealt evenly, and independently."""

COMPLEX_FACTOR = 1.5
"""A complex fault takes so many times as long."""

SHORTEST_WINDOW_AFTER_APPOINTMENT = timedelta(minutes=60)

FIRST_NAMES = (
    "Alex",
    "Bella",
    "Carl",
    "Dana",
    "Eric",
    "Fay",
    "Glen",
    "Holly",
    "Ivan",
    "Jade",
    "Kurt",
    "Lena",
    "Milo",
    "Nora",
    "Owen",
    "Pia",
    "Rex",
    "Sara",
    "Tom",
    "Una",
)
LAST_NAMES = (
    "Ash",
    "Brook",
    "Cole",
    "Dale",
    "East",
    "Field",
    "Grove",
    "Hill",
    "Kay",
    "Lane",
    "Moor",
    "North",
    "Park",
    "Reed",
    "Stone",
    "Vale",
    "West",
    "Wood",
)
STREETS = (
    "Bamboo",
    "Bridge",
    "Canal",
    "Cedar",
    "Garden",
    "Harbour",
    "Lake",
    "Lotus",
    "Maple",
    "Market",
    "Orchard",
    "Pine",
    "Plum",
    "River",
    "Willow",
)
KINDS_OF_STREET = ("Lane", "Road", "Street", "Alley", "Court")


def generate_problem(
    config: GenerateConfig | Mapping[str, Any] | str | os.PathLike[str],
    seed: int,
    *,
    tickets: int | None = None,
    technicians: int | None = None,
) -> dict[str, Any]:
    """A problem in the words of the contract.

    Parameters
    ----------
    config : the recipe: read already, as a mapping, or a path to a YAML or JSON file.
    seed : decides every draw.
    tickets, technicians : other numbers than the recipe's; the problem's name then says so.

    Raises
    ------
    InputError : the recipe is bad, with a pointer for each finding.
    """
    recipe = _recipe(config, tickets, technicians)
    day = _Day(recipe)
    staff = [
        _technician(recipe, day, number, _stream(seed, 1, number)) for number in range(recipe.technicians)
    ]
    work = [_ticket(recipe, day, staff, number, _stream(seed, 2, number)) for number in range(recipe.tickets)]
    return {
        "schema_version": 1,
        "name": recipe.name,
        "now": day.iso(day.now),
        "time_zone": recipe.time_zone,
        "policy": "home-appliance",
        "technicians": staff,
        "tickets": work,
        "travel": {
            "provider": "geodesic",
            "speed_kmh": dict(recipe.speed_kmh),
            "detour_factor": recipe.detour_factor,
        },
        "objective": {"mode": "sla_first"},
    }


def to_text(problem: Mapping[str, Any]) -> str:
    """The problem as the JSON text of the shipped scenarios, with a final newline."""
    return json.dumps(problem, indent=1, ensure_ascii=False) + "\n"


def _recipe(config: Any, tickets: int | None, technicians: int | None) -> GenerateConfig:
    if isinstance(config, str | os.PathLike):
        config = GenerateConfig.from_file(config)
    elif not isinstance(config, GenerateConfig):
        config = GenerateConfig.from_dict(dict(config))
    recipe: GenerateConfig = config
    if tickets is None and technicians is None:
        return recipe
    sizes = {
        "tickets": recipe.tickets if tickets is None else tickets,
        "technicians": recipe.technicians if technicians is None else technicians,
    }
    return recipe.replace(name=f"{recipe.name}-{sizes['tickets']}x{sizes['technicians']}", **sizes)


# ---------------------------------------------------------------- draws


def _stream(seed: int, entity: int, number: int) -> Random:
    """The stream of one ticket or technician: fewer than 2**32 of either never share one."""
    return Random((seed << 40) | (entity << 32) | number)


def _pick(rng: Random, items: Sequence[T], shares: Sequence[float] | None = None) -> T:
    """One of ``items``, by its share, or each equally often."""
    if shares is None:
        return items[int(rng.random() * len(items))]
    point = rng.random() * sum(shares)
    for item, share in zip(items, shares, strict=True):
        point -= share
        if point < 0:
            return item
    return items[max(k for k, share in enumerate(shares) if share > 0)]


def _pick_in_turn(number: int, stride: float, items: Sequence[T], share: Callable[[T], float]) -> T:
    """The item for entity ``number``, such that the first N entities hold each item close to its share of N.

    Multiples of an irrational ``stride``, modulo 1, fill the interval evenly for every N; draws do not.
    """
    shares = [share(item) for item in items]
    point = math.fmod((number + 1) * stride, 1) * sum(shares)
    for item, part in zip(items, shares, strict=True):
        point -= part
        if point < 0:
            return item
    return items[max(k for k, part in enumerate(shares) if part > 0)]


def _level(rng: Random, shares: Sequence[float]) -> int:
    return _pick(rng, range(1, len(shares) + 1), shares)


def _place(rng: Random, area: AreaConfig) -> dict[str, float]:
    """A place in the area, to the metre: the sum of three draws makes the bell."""
    north, east = (
        (rng.random() + rng.random() + rng.random() - 1.5) / 1.5 * area.radius_km / KM_PER_DEGREE
        for _ in range(2)
    )
    return {
        "lat": round(area.lat + north, 5),
        "lon": round(area.lon + east / math.cos(math.radians(area.lat)), 5),
    }


def _address(rng: Random, area: AreaConfig) -> str:
    return f"{1 + int(rng.random() * 400)} {_pick(rng, STREETS)} {_pick(rng, KINDS_OF_STREET)}, {area.name}"


# ---------------------------------------------------------------- time


class _Day:
    """The recipe's day: local clock times as moments, moments as text."""

    def __init__(self, recipe: GenerateConfig) -> None:
        try:
            self.zone = ZoneInfo(recipe.time_zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            message = f"{shown(recipe.time_zone)} is no IANA time zone; write it as Asia/Shanghai"
            raise InputError.of("/time_zone", "unknown_time_zone", message) from None
        self.date = recipe.day
        self.now = min(self.at(shift.start) for shift in recipe.shifts)

    def at(self, clock: str) -> datetime:
        """The moment of a local time such as 08:30."""
        return datetime.combine(self.date, time.fromisoformat(clock), self.zone)

    @staticmethod
    def iso(moment: datetime | None) -> str | None:
        """RFC 3339 text."""
        return None if moment is None else moment.isoformat()


# ---------------------------------------------------------------- technicians


def _technician(recipe: GenerateConfig, day: _Day, number: int, rng: Random) -> dict[str, Any]:
    area = _pick_in_turn(number, HOME_STRIDE, recipe.areas, lambda a: a.homes)
    trades = _trades(recipe, number, rng)
    shift = _pick(rng, recipe.shifts, [s.share for s in recipe.shifts])
    skills = {
        trade.skill: _level(rng, recipe.staff.second_levels if rank else recipe.staff.first_levels)
        for rank, trade in enumerate(trades)
    }
    parts = [part for trade in trades for part in trade.parts]
    tools = [tool for trade in trades for tool in trade.tools]
    stock = {
        p: _pick(rng, recipe.staff.units) for p in dict.fromkeys(parts) if rng.random() < recipe.staff.stocked
    }
    return {
        "id": f"T{number + 1:02d}",
        "name": f"{_pick(rng, FIRST_NAMES)} {_pick(rng, LAST_NAMES)}",
        "start": _place(rng, area),
        "end": None,
        "shifts": [_shift(shift, day)],
        "skills": skills,
        "certifications": _certifications(recipe, trades, rng),
        "van_stock": stock,
        "tools": [tool for tool in dict.fromkeys(tools) if rng.random() < recipe.staff.tool],
    }


def _trades(recipe: GenerateConfig, number: int, rng: Random) -> list[TradeConfig]:
    """First trade in turn, so that small teams cover all trades; further ones drawn without repetition."""
    trades = [_pick_in_turn(number, TRADE_STRIDE, recipe.trades, lambda t: t.share)]
    shares = recipe.staff.second_trades
    for _ in range(_pick(rng, range(len(shares)), shares)):
        others = [trade for trade in recipe.trades if trade not in trades and trade.share > 0]
        if others:
            trades.append(_pick(rng, others, [trade.share for trade in others]))
    return trades


def _shift(pattern: ShiftConfig, day: _Day) -> dict[str, Any]:
    return {
        "start": day.iso(day.at(pattern.start)),
        "end": day.iso(day.at(pattern.end)),
        "max_overtime_minutes": pattern.max_overtime_minutes,
        "breaks": [
            {
                "earliest": day.iso(day.at(b.earliest)),
                "latest": day.iso(day.at(b.latest)),
                "minutes": b.minutes,
            }
            for b in pattern.breaks
        ],
    }


def _certifications(
    recipe: GenerateConfig, trades: Sequence[TradeConfig], rng: Random
) -> list[dict[str, Any]]:
    names = [trade.certification for trade in trades if trade.certification is not None]
    held = []
    for name in dict.fromkeys([*names, *recipe.certifications]):
        has, ended, when = (
            rng.random() < recipe.staff.certified,
            rng.random() < recipe.staff.expired,
            rng.random(),
        )
        if has:
            held.append({"name": name, "valid_until": _valid_until(recipe, ended, when).isoformat()})
    return held


def _valid_until(recipe: GenerateConfig, ended: bool, when: float) -> date:
    """Within the 30 days before the day, or between the day itself and two years later."""
    if ended:
        return recipe.last_month + timedelta(days=int(when * 30))
    return recipe.day + timedelta(days=int(when * 730))


# ---------------------------------------------------------------- tickets


def _ticket(
    recipe: GenerateConfig, day: _Day, staff: Sequence[dict[str, Any]], number: int, rng: Random
) -> dict[str, Any]:
    area = _pick(rng, recipe.areas, [a.tickets for a in recipe.areas])
    trade = _pick(rng, recipe.trades, [t.share for t in recipe.trades])
    service = _pick(rng, recipe.services, [s.share for s in recipe.services])
    priority = _pick(rng, list(recipe.demand.priorities), list(recipe.demand.priorities.values()))
    level = _level(rng, recipe.demand.levels)
    is_complex = rng.random() < service.complex
    required, likely = _parts(service, trade, rng)
    appliance = _pick(rng, trade.appliances)
    return {
        "id": f"K{number + 1:04d}",
        "name": f"{_pick(rng, FIRST_NAMES)} {_pick(rng, LAST_NAMES)}",
        "address": _address(rng, area),
        "attributes": {"appliance": appliance},
        "location": _place(rng, area),
        "zone": area.zone,
        "service": service.name,
        "priority": priority,
        "urgency": _pick(rng, ["24h", "48h", "72h"]) if rng.random() < recipe.demand.urgency else None,
        "fault": "complex" if is_complex else "simple",
        **_times(recipe, day, priority == "emergency", rng),
        "duration_minutes": _minutes(service, is_complex, rng),
        "required_skills": {trade.skill: level},
        "required_certifications": _needed_certifications(service, trade, level),
        "required_parts": required,
        "likely_parts": likely,
        "required_tools": [_pick(rng, trade.tools)] if trade.tools and rng.random() < service.tool else [],
        **_wishes(recipe, staff, trade.skill, level, rng),
    }


def _minutes(service: ServiceConfig, is_complex: bool, rng: Random) -> int:
    minutes = _pick(rng, service.minutes)
    return min(1440, math.ceil(minutes * COMPLEX_FACTOR)) if is_complex else minutes


def _needed_certifications(service: ServiceConfig, trade: TradeConfig, level: int) -> list[str]:
    by_trade = trade.certification if level >= trade.certified_from_level else None
    return list(dict.fromkeys(name for name in (by_trade, service.certification) if name is not None))


def _parts(
    service: ServiceConfig, trade: TradeConfig, rng: Random
) -> tuple[dict[str, int], dict[str, float]]:
    """Parts known to be needed, and parts that may be, each with its probability."""
    needs, may_need, chance = rng.random(), rng.random(), rng.random()
    if not trade.parts:
        return {}, {}
    first, second = _pick(rng, trade.parts), _pick(rng, trade.parts)
    required = {first: 1} if needs < service.required_part else {}
    likely = {second: round(0.1 + 0.5 * chance, 2)} if may_need < service.likely_part else {}
    return required, {part: chance for part, chance in likely.items() if part not in required}


def _times(recipe: GenerateConfig, day: _Day, is_emergency: bool, rng: Random) -> dict[str, Any]:
    """Report, appointment, first contact and window.

    An emergency, and some other tickets, were reported this morning and wait for the first free technician.
    All others were reported in the three days before and have an appointment.
    """
    demand = recipe.demand
    fresh = is_emergency or rng.random() < demand.without_appointment
    since, until = (
        (timedelta(minutes=1), timedelta(hours=2)) if fresh else (timedelta(hours=14), timedelta(hours=72))
    )
    reported = day.now - since - (until - since) * (int(rng.random() * 100) / 100)
    reported = reported.replace(second=0, microsecond=0)
    appointment = None if fresh else _appointment(recipe, day, rng)
    contacted = None if fresh else reported + timedelta(minutes=10 + int(rng.random() * 700))
    windowed, length = rng.random() < demand.windows, _pick(rng, demand.window_minutes)
    window = []
    if windowed and appointment is not None:
        end = appointment + max(timedelta(minutes=length), SHORTEST_WINDOW_AFTER_APPOINTMENT)
        window = [{"start": day.iso(appointment), "end": day.iso(end)}]
    return {
        "reported_at": day.iso(reported),
        "appointment_at": day.iso(appointment),
        "contacted_at": day.iso(contacted),
        "time_windows": window,
    }


def _appointment(recipe: GenerateConfig, day: _Day, rng: Random) -> datetime:
    first, last = day.at(recipe.demand.appointments_from), day.at(recipe.demand.appointments_until)
    step = timedelta(minutes=recipe.demand.appointment_step_minutes)
    return first + step * int(rng.random() * ((last - first) // step + 1))


def _wishes(
    recipe: GenerateConfig, staff: Sequence[dict[str, Any]], skill: str, level: int, rng: Random
) -> dict[str, list[str]]:
    """A technician whom the customer prefers, or one who is refused, both among those with the skill."""
    likes, refuses, which = rng.random(), rng.random(), rng.random()
    able = [t["id"] for t in staff if t["skills"].get(skill, 0) >= level]
    preferred = [able[int(which * len(able))]] if able and likes < recipe.demand.preferred else []
    excluded = [able[int(which * len(able))]] if len(able) > 1 and refuses < recipe.demand.excluded else []
    return {
        "preferred_technicians": preferred,
        "excluded_technicians": [name for name in excluded if name not in preferred],
    }
