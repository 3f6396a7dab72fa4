"""The numbers that steer the search: one record, so that a measurement can vary one of them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Tuning:
    """Defaults are what ``solve`` uses; ``python -m benchmarks ablation`` measures what each is worth.

    Attributes
    ----------
    taper_share : share of the budget over which the weight of an SLA point rises to its full height; 0: it is
        full from the start.
    height : the full weight of an SLA point, in 95th percentiles of the price of an insertion.
    lowest : the first weight of an unserved ticket where duration is priced, in 95th percentiles of that price.
    heat : the first temperature, in medians of the price of an insertion.
    final_temperature : the last temperature, in mean costs per ticket (SISR's final temperature in mean edges,
        roughly).
    room_share, rivals_share, late_share, routes_share, random_share : share of the ruins that make room for an
        unassigned ticket, that take a ticket out with its rivals for the same technicians, that remove strings
        around a late stop, that empty two neighbouring routes, that take random tickets out; the rest removes
        strings of neighbours.
    removed, longest : mean number of stops that strings remove, and the longest string.
    swap_share : share of the iterations that exchange two whole routes first.
    absence : by how much leaving out a ticket gets dearer, relative to its price, that is out as often as the mean.
    cache : 1: insertion prices are kept from one iteration to the next; 0: they are not.
    blink : probability with which a recreation overlooks a shift.
    """

    taper_share: float = 0.6
    height: float = 8.0
    lowest: float = 2.0
    heat: float = 1.0
    final_temperature: float = 0.05
    room_share: float = 0.15
    routes_share: float = 0.10
    random_share: float = 0.05
    rivals_share: float = 0.0
    late_share: float = 0.0
    removed: float = 10.0
    longest: float = 10.0
    swap_share: float = 0.0
    absence: float = 0.0
    cache: float = 1.0
    blink: float = 0.01


DEFAULTS = Tuning()
"""What ``solve`` uses."""
