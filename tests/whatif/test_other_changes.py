"""Changes of depots and contractors, on drafts: whether a problem may hold them is the problem's own matter."""

from __future__ import annotations

from typing import Any

from whatif_days import day, study

from dispatch_engine.model.problem import Depot
from dispatch_engine.whatif.draft import Draft
from dispatch_engine.whatif.variants import MAKERS

PLACE = {"matrix_index": 0}


def depot(name: str, **fields: Any) -> Depot:
    return Depot.model_validate({"id": name, "location": PLACE, **fields})


def changed(*changes: Any) -> Draft:
    """A draft with depot D1 (two valves) and depot D2 (of everything enough), after the changes."""
    draft = Draft.of(day()).with_changed(depots=(depot("D1", stock={"valve": 2}), depot("D2", stock=None)))
    for change in study(list(changes)).variants[0].changes:
        draft = MAKERS[type(change)](draft, change)
    return draft


def test_depots_come_and_go() -> None:
    """D3 is added, the depot that keeps gloves is removed: D2 keeps everything, and D3 gloves."""
    new = {"change": "add_depots", "depots": [{"id": "D3", "location": PLACE, "stock": {"gloves": 1}}]}
    gone = {"change": "remove_depots", "depots": {"where": {"parts": "gloves"}}}
    assert [one.id for one in changed(new).depots] == ["D1", "D2", "D3"]
    assert [one.id for one in changed(new, gone).depots] == ["D1"]


def test_depot_stock_changes_where_it_is_counted() -> None:
    """Two valves less three are none; pumps become unlimited; D2 had everything and keeps it."""
    change = {"change": "depot_stock", "set": {"pump": None}, "add": {"valve": -3, "pump": 1}}
    assert [one.stock for one in changed(change).depots] == [{"valve": 0, "pump": None}, None]


def test_any_field_of_depots_can_be_set() -> None:
    """Loading takes longer at D1."""
    change = {"change": "set_depots", "depots": ["D1"], "set": {"restock_minutes": 40}}
    assert [one.restock_minutes for one in changed(change).depots] == [40, 0]


def test_contractors_have_a_price() -> None:
    """For the selected tickets, or for none."""
    paid = {"change": "outsourcing", "tickets": ["K1"], "price": 90}
    assert [one.outsource_price for one in changed(paid).tickets] == [None, 90, None]
    free = {"change": "outsourcing", "price": None}
    assert [one.outsource_price for one in changed(paid, free).tickets] == [None, None, None]
