"""Ways to take a part of the plan out: strings of neighbouring stops, late places, whole routes, random tickets."""

from __future__ import annotations

from dispatch_engine.solver.compiled import inlined
from dispatch_engine.solver.kernels.chance import below, uniform
from dispatch_engine.solver.kernels.data import (
    LATE_SHARE,
    LONGEST,
    RANDOM_SHARE,
    REMOVED,
    RIVALS_SHARE,
    ROOM_SHARE,
    ROUTES_SHARE,
    SWAP_SHARE,
)
from dispatch_engine.solver.kernels.state import NUM_TOUCHED, NUM_UNSERVED, NUM_USED, OUT, reprice, take_out
from dispatch_engine.solver.kernels.swap import swap_routes

LATE_DRAWS = 8
"""Routes drawn until a late one is found."""
SPLIT_SHARE = 0.5
"""Share of the strings that keep a few stops in their middle."""
SPLIT_GROWTH = 0.01
"""Chance per step that one more stop is kept."""


@inlined
def position_of(state, s, v):
    """Position of ``v`` in route ``s``."""
    for p in range(state.length[s]):
        if state.route[s, p] == v:
            return p
    return -1


@inlined
def remove(data, state, s, first, count):
    """Take ``count`` stops from position ``first`` on out of route ``s``."""
    for _ in range(count):
        take_out(data, state, s, first)


@inlined
def remove_string(data, state, s, v, size):
    """Take a string of ``size`` stops that holds ``v`` out of route ``s``; in half of the cases keep a middle part.

    (Christiaens & Vanden Berghe 2020, section 5.2: string and split string.)
    """
    length = state.length[s]
    kept = 0
    if size > 1 and size < length and uniform(state.rng) < SPLIT_SHARE:
        kept = 1
        while size + kept < length and uniform(state.rng) < SPLIT_GROWTH:
            kept += 1
    span = size + kept
    at = position_of(state, s, v)
    lowest = max(0, at - span + 1)
    highest = min(at, length - span)
    first = lowest + below(state.rng, highest - lowest + 1)
    if kept == 0:
        remove(data, state, s, first, size)
        return
    head = 1 + below(state.rng, size - 1)
    remove(data, state, s, first, head)
    remove(data, state, s, first + kept, size - head)


@inlined
def ruin_strings(data, state, seed):
    """Remove strings from the routes around ticket ``seed`` (Christiaens & Vanden Berghe 2020, section 5.2)."""
    served, used = state.shift_of.shape[0] - state.counter[NUM_UNSERVED], state.counter[NUM_USED]
    if used == 0:
        return
    longest = min(data.knob[LONGEST], served / used)
    most_strings = 4.0 * data.knob[REMOVED] / (1.0 + longest) - 1.0
    strings = 1 + int(uniform(state.rng) * most_strings)
    done = 0
    for i in range(-1, data.near.shape[1]):
        v = seed if i < 0 else data.near[seed, i]
        s = state.shift_of[v]
        if s == OUT or state.is_touched[s] > 0:
            continue
        size = 1 + int(uniform(state.rng) * min(longest, float(state.length[s])))
        remove_string(data, state, s, v, min(size, state.length[s]))
        done += 1
        if done >= strings:
            return


@inlined
def ruin_routes(data, state, seed):
    """Empty the route of ``seed`` and of its nearest ticket on another route."""
    done = 0
    for i in range(-1, data.near.shape[1]):
        v = seed if i < 0 else data.near[seed, i]
        s = state.shift_of[v]
        if s == OUT or state.is_touched[s] > 0:
            continue
        remove(data, state, s, 0, state.length[s])
        done += 1
        if done == 2:
            return


@inlined
def ruin_random(data, state, how_many):
    """Take ``how_many`` tickets out wherever they are."""
    for _ in range(how_many):
        v = below(state.rng, state.shift_of.shape[0])
        s = state.shift_of[v]
        if s != OUT:
            take_out(data, state, s, position_of(state, s, v))


@inlined
def ruin_for(data, state, v, how_many):
    """Make room for the unassigned ticket ``v``: take stops near it out of routes that may serve it."""
    done = 0
    for i in range(data.near.shape[1]):
        u = data.near[v, i]
        s = state.shift_of[u]
        if s == OUT or data.is_open[s, v] == 0:
            continue
        take_out(data, state, s, position_of(state, s, u))
        done += 1
        if done == how_many:
            return


@inlined
def any_unassigned(state):
    """A random unassigned ticket, or OUT where everything is served."""
    count = state.counter[NUM_UNSERVED]
    return state.unserved[below(state.rng, count)] if count > 0 else OUT


@inlined
def late_ticket(state):
    """A ticket of a route with late stops, found among a few routes drawn; OUT if none of them is late."""
    for _ in range(LATE_DRAWS):
        s = below(state.rng, state.length.shape[0])
        if state.length[s] > 0 and state.points[s] > 0:
            return state.route[s, below(state.rng, state.length[s])]
    return OUT


@inlined
def choose_ruin(data, state, seed):
    """Take a part of the plan out, by one of the ways above, drawn with the shares of ``Tuning``."""
    knob = data.knob
    some = 1 + int(uniform(state.rng) * knob[REMOVED])
    draw = uniform(state.rng)
    if draw < knob[ROOM_SHARE]:
        v = any_unassigned(state)
        if v != OUT:
            ruin_for(data, state, v, some)
            return
    draw -= knob[ROOM_SHARE]
    if 0.0 <= draw < knob[LATE_SHARE]:
        v = late_ticket(state)
        if v != OUT:
            seed = v
    draw -= knob[LATE_SHARE]
    if 0.0 <= draw < knob[RIVALS_SHARE]:
        s = state.shift_of[seed]
        if s != OUT:
            take_out(data, state, s, position_of(state, s, seed))
        ruin_for(data, state, seed, some)
        return
    draw -= knob[RIVALS_SHARE]
    if 0.0 <= draw < knob[ROUTES_SHARE]:
        ruin_routes(data, state, seed)
        return
    draw -= knob[ROUTES_SHARE]
    if 0.0 <= draw < knob[RANDOM_SHARE]:
        ruin_random(data, state, some)
        return
    ruin_strings(data, state, seed)


@inlined
def ruin(data, state):
    """Take a part of the plan out, and price the routes touched again; sometimes exchange two routes before."""
    seed = below(state.rng, state.shift_of.shape[0])
    if uniform(state.rng) < data.knob[SWAP_SHARE]:
        swap_routes(data, state, seed)
    choose_ruin(data, state, seed)
    for i in range(state.counter[NUM_TOUCHED]):
        s = state.touched[i]
        if not reprice(data, state, s):
            remove(data, state, s, 0, state.length[s])
            reprice(data, state, s)
