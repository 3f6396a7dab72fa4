"""The memory of the search: for each set of tickets on a shift, the cheapest order met, in a hash table."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dispatch_engine.solver.compiled import kernel

PROBES = 8
"""Slots looked at for one key; if all are taken by others, the oldest of them gives way."""


class Pool(NamedTuple):
    """Routes met, H slots (a power of two); all arrays change in place.

    ``ticket_code`` int64[V], ``shift_code`` int64[S]: random numbers whose xor names a set (Zobrist 1970).
    Per slot: ``key`` int64[H] (0: empty), ``shift``, ``length``, ``points``, ``cost``, ``stamp`` int64[H] and
    ``route`` int32[H, M]. ``counted`` int64[2]: routes offered, and slots filled.
    """

    ticket_code: NDArray[np.int64]
    shift_code: NDArray[np.int64]
    key: NDArray[np.int64]
    shift: NDArray[np.int64]
    length: NDArray[np.int64]
    points: NDArray[np.int64]
    cost: NDArray[np.int64]
    stamp: NDArray[np.int64]
    route: NDArray[np.int32]
    counted: NDArray[np.int64]


@kernel
def name_of(pool, s, route, length):
    """The key of the set of tickets in ``route`` on shift ``s``; never 0."""
    key = pool.shift_code[s]
    for i in range(length):
        key ^= pool.ticket_code[route[i]]
    return key if key != 0 else 1


@kernel
def slot_for(pool, key):
    """The slot of ``key``, else an empty one, else the one of the oldest route among those it may use."""
    mask = pool.key.shape[0] - 1
    oldest = key & mask
    for i in range(PROBES):
        slot = (key + i) & mask
        if pool.key[slot] == key or pool.key[slot] == 0:
            return slot
        if pool.stamp[slot] < pool.stamp[oldest]:
            oldest = slot
    return oldest


@kernel
def remember(pool, s, route, length, points, cost):
    """Keep a feasible, non-empty route with its price, if it is the cheapest order met of its set."""
    if length > pool.route.shape[1]:
        return
    pool.counted[0] += 1
    key = name_of(pool, s, route, length)
    slot = slot_for(pool, key)
    if pool.key[slot] == key:
        pool.stamp[slot] = pool.counted[0]
        if (pool.points[slot], pool.cost[slot]) <= (points, cost):
            return
    elif pool.key[slot] == 0:
        pool.counted[1] += 1
    pool.key[slot] = key
    pool.shift[slot] = s
    pool.length[slot] = length
    pool.points[slot] = points
    pool.cost[slot] = cost
    pool.stamp[slot] = pool.counted[0]
    for i in range(length):
        pool.route[slot, i] = route[i]
