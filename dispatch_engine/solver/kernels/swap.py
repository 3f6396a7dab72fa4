"""Exchange the stops of two whole routes: one step that ruin and recreation takes only through much worse plans."""

from __future__ import annotations

from dispatch_engine.solver.compiled import inlined
from dispatch_engine.solver.kernels.chance import below
from dispatch_engine.solver.kernels.state import OUT, recount, reprice, set_length, touch

DRAWS = 8
"""Near tickets drawn until one stands on another route."""


@inlined
def may_take_over(data, state, s, t):
    """Whether shift ``t`` is open for every stop of route ``s`` and has the parts for them."""
    if data.shift[s].fixed_to > data.shift[s].fixed_from:
        return False
    for p in range(state.length[s]):
        if data.is_open[t, state.route[s, p]] == 0:
            return False
    for r in range(data.stock.shape[1]):  # noqa: SIM110 (numba has no generator expressions)
        if state.load[s, r] > data.stock[t, r]:
            return False
    return True


@inlined
def exchange(data, state, s, t):
    """Let routes ``s`` and ``t`` exchange their stops; False if one of them becomes impossible so."""
    touch(state, s)
    touch(state, t)
    longer = max(state.length[s], state.length[t])
    for p in range(longer):
        v, u = state.route[s, p], state.route[t, p]
        state.route[s, p] = u
        state.route[t, p] = v
        if p < state.length[s]:
            state.shift_of[v] = t
        if p < state.length[t]:
            state.shift_of[u] = s
    length = state.length[s]
    set_length(state, s, state.length[t])
    set_length(state, t, length)
    recount(data, state, s)
    recount(data, state, t)
    possible = reprice(data, state, s)
    return reprice(data, state, t) and possible


@inlined
def swap_routes(data, state, seed):
    """Exchange the route of ticket ``seed`` with that of a near ticket, where both shifts may do that."""
    s = state.shift_of[seed]
    if s == OUT or data.near.shape[1] == 0:
        return
    for _ in range(DRAWS):
        t = state.shift_of[data.near[seed, below(state.rng, data.near.shape[1])]]
        if t != OUT and t != s:
            both_may = may_take_over(data, state, s, t) and may_take_over(data, state, t, s)
            if both_may and not exchange(data, state, s, t):
                exchange(data, state, s, t)
            return
