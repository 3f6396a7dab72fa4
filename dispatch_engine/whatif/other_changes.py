"""Changes of depots and of the SLA policy."""

from __future__ import annotations

from collections.abc import Callable

from dispatch_engine.errors import Finding, InputError
from dispatch_engine.model.changes import AddDepots, ChangePolicy, DepotStock, RemoveDepots, SetDepots
from dispatch_engine.model.policy import Policy, load_policy, merged_policy
from dispatch_engine.model.problem import Depot
from dispatch_engine.model.selectors import DepotSelector
from dispatch_engine.whatif.draft import Draft, changed, mapped, read_items, with_pieces
from dispatch_engine.whatif.select import chosen_depots


def add_depots(draft: Draft, change: AddDepots) -> Draft:
    """Add those that the change gives in full."""
    new = read_items(Depot, change.depots, "depots", draft.folder)
    return draft.with_changed(depots=(*draft.depots, *new))


def remove_depots(draft: Draft, change: RemoveDepots) -> Draft:
    """Take depots out."""
    chosen = chosen_depots(draft, change.depots)
    return draft.with_changed(
        depots=tuple(depot for index, depot in enumerate(draft.depots) if index not in chosen)
    )


def set_depots(draft: Draft, change: SetDepots) -> Draft:
    """Replace fields whole."""
    return _each(draft, change.depots, lambda depot: changed(depot, change.set, "set"))


def depot_stock(draft: Draft, change: DepotStock) -> Draft:
    """Replace numbers of pieces, and add some; a depot that has everything stays so."""

    def stocked(depot: Depot) -> Depot:
        if depot.stock is None:
            return depot
        return changed(depot, {"stock": with_pieces(depot.stock, change.set, change.add)})

    return _each(draft, change.depots, stocked)


def _each(draft: Draft, selector: DepotSelector, change: Callable[[Depot], Depot]) -> Draft:
    return draft.with_changed(depots=mapped(draft.depots, chosen_depots(draft, selector), change))


def policy(draft: Draft, change: ChangePolicy) -> Draft:
    """Promise something else."""
    try:
        return draft.with_changed(policy=_promised(draft, change))
    except InputError as error:
        raise InputError(Finding(f"/policy{f.pointer}", f.code, f.message) for f in error.findings) from None


def _promised(draft: Draft, change: ChangePolicy) -> Policy:
    if isinstance(change.policy, str) or "extends" in change.policy:
        return load_policy(change.policy, draft.folder)
    return merged_policy(draft.policy, change.policy)
