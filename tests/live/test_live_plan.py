"""A plan in use: offers, holds and bookings on tiny days, every minute by hand."""

from __future__ import annotations

import contextlib
import threading
from datetime import datetime
from typing import Any

import pytest
from by_trying import places, price
from hypothesis import HealthCheck, Phase, given, settings
from strategies import problems
from worlds import at, order, problem, technician, ticket, window

from dispatch_engine.check import check
from dispatch_engine.errors import InputError
from dispatch_engine.live.holds import MemoryHolds
from dispatch_engine.live.live_plan import LivePlan
from dispatch_engine.model.base import validate
from dispatch_engine.model.offers import Hold, OfferOptions
from dispatch_engine.model.plan import Plan
from dispatch_engine.model.problem import Problem, Ticket, TimeWindow
from dispatch_engine.rules.case import Case
from dispatch_engine.rules.worth import cost_in_words

HOURS = OfferOptions(window_minutes=60)


def moment(minutes: float) -> datetime:
    return datetime.fromisoformat(at(minutes))


def between(opens: float, closes: float) -> TimeWindow:
    return TimeWindow(start=moment(opens), end=moment(closes))


def new(name: str = "N", **fields: Any) -> Ticket:
    """A ticket of 30 minutes at the first customer's place."""
    return validate(Ticket, {"id": name, "location": {"matrix_index": 1}, "duration_minutes": 30, **fields})


def morning(**shift: Any) -> LivePlan:
    """T0 from 08:00 to 10:00 (or as told) with K0: reached at 10, done at 40, home at 50."""
    where = problem([ticket()], [technician({"end": at(120), **shift})])
    return LivePlan(where, order("K0"))


# ---------------------------------------------------------------- offers


def test_offers_by_the_hour() -> None:
    """N lies at K0's place: before K0 it starts at 10, after it T0 waits there from 40 to 60; neither costs driving.

    It ends by 110, for the way home takes 10 minutes: it starts by 80.
    """
    found = morning().slots(new(), options=HOURS)
    told = [(o.window, o.arrival, o.start, o.position) for o in found.offers]
    assert told == [
        (between(0, 60), moment(10), moment(10), 0),
        (between(60, 120), moment(40), moment(60), 1),
    ]
    assert {o.cost.cost_minutes for o in found.offers} == {0}
    assert {o.technician for o in found.offers} == {"T0"}


def test_windows_of_the_customer_cut_the_grid() -> None:
    """Between 50 and 70 only: two windows, 50 to 60 and 60 to 70."""
    found = morning().slots(new(time_windows=[window(50, 70)]), options=HOURS)
    assert sorted((o.window.start.isoformat(), o.window.end.isoformat()) for o in found.offers) == [
        (at(50), at(60)),
        (at(60), at(70)),
    ]


def test_an_offer_says_what_it_does_to_others() -> None:
    """N of 5 minutes at T0's home, before leaving: K0 is reached at 15 instead of 10, K1 at 55 instead of 50."""
    where = problem([ticket(), ticket(time_windows=[window(60, 65)])])
    live = LivePlan(where, order("K0", "K1"))
    asked = new(duration_minutes=5, location={"matrix_index": 0}, time_windows=[window(0, 5)])
    (offer,) = live.slots(asked).offers
    assert [(e.ticket, e.arrival_change_minutes, e.late_minutes) for e in offer.effects] == [
        ("K0", 5.0, 0.0),
        ("K1", 5.0, 0.0),
    ]


def test_a_broken_promise_is_told() -> None:
    """K0 was promised for 10, 15 minutes more or less; N before it takes 30: it is there at 40."""
    pin = {"technician": "T0", "status": "committed", "arrival": at(10)}
    live = LivePlan(problem([ticket(pinned=pin)]), order("K0"))
    (offer,) = live.slots(new(location={"matrix_index": 0}, time_windows=[window(0, 5)])).offers
    (effect,) = offer.effects
    assert (effect.arrival_change_minutes, effect.breaks_promise) == (30.0, True)
    assert offer.cost.cost_minutes == 10


def test_a_deadline_is_told() -> None:
    """K0 can only be first. N is due at 30 and reached at 40: 10 minutes late, weight 2, 2 × 2 a minute."""
    where = problem([ticket(time_windows=[window(10, 10)])])
    live = LivePlan(where, order("K0"))
    offer = live.slots(new(due_at=at(30)), options=HOURS).offers[0]
    assert (offer.due_at, offer.late_minutes) == (moment(30), 10)
    assert (offer.cost.sla_penalty, offer.cost.cost_minutes) == (2, 40)


def test_nobody_has_room() -> None:
    """The shift is over when K0 is done: no offers."""
    assert morning(end=at(50)).slots(new()).offers == ()


def test_a_ticket_that_was_left_out_is_offered_by_its_id() -> None:
    """K1 stands in the problem, in no route."""
    live = LivePlan(problem([ticket(), ticket()]), order("K0"))
    found = live.slots("K1")
    assert found.ticket == "K1"
    assert found.offers


def test_more_technicians_for_one_window() -> None:
    """Two technicians: with per_window 2 both are offered for each window."""
    live = LivePlan(problem([ticket()], [technician(), technician()]), Plan())
    one = live.slots(new(location={"matrix_index": 2}), options=OfferOptions(most=100))
    two = live.slots(new(location={"matrix_index": 2}), options=OfferOptions(most=100, per_window=2))
    assert len(two.offers) == 2 * len(one.offers)


@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.generate,),
)
@given(where=problems(max_technicians=2, max_tickets=3, min_tickets=1))
def test_offers_cost_what_the_rules_say(where: Problem) -> None:
    """Each offer is the best place of its technician in its window, priced as the rules price it."""
    case = Case.of(where)
    if case.prices.get("largest_late_minute") or any(s.has_begun for s in case.shifts):
        return
    asked, plan = where.tickets[-1], {}
    live = LivePlan(where, Plan())
    offers = live.slots(asked.id, options=OfferOptions(window_minutes=60, most=5)).offers
    for offer in offers:
        held = where.replace(
            tickets=(*where.tickets[:-1], asked.model_copy(update={"time_windows": (offer.window,)}))
        )
        found = {(key, position): p for key, position, p in places(held, plan, asked.id)}
        key = (offer.technician, offer.shift)
        best = min(p.tiers for (k, _), p in found.items() if k == key)
        assert found[key, offer.position].tiers == best
        more = found[key, offer.position] - price(held, plan)
        left_out = price(held, plan) - price(held.replace(tickets=held.tickets[:-1]), plan)
        assert offer.cost == cost_in_words(case, more + left_out)


# ---------------------------------------------------------------- holds


def hold(live: LivePlan, name: str, opens: float, closes: float, **fields: Any) -> Hold:
    """Hold a window with T0 until 30 minutes after 08:00."""
    return live.hold(new(name, **fields), "T0", 0, between(opens, closes), moment(30), hold_id=f"H{name}")


def test_a_hold_takes_its_time() -> None:
    """One free half hour between K0 (until 40) and the last start at 80: a second hold for it is refused."""
    live = morning(end=at(90))
    first = hold(live, "A", 40, 60)
    assert first.arrival == moment(40)
    with pytest.raises(InputError, match="no room in this window any more; ask for slots again") as caught:
        hold(live, "B", 40, 60)
    assert caught.value.findings[0].code == "slot_gone"
    assert [h.id for h in live.holds()] == ["HA"]
    assert live.slots(new("B"), options=HOURS).offers == ()


def test_two_callers_never_get_the_same_minute() -> None:
    """Eight threads ask for the one free half hour at once: one gets it."""
    live = morning(end=at(90))
    got: list[str] = []

    def ask(name: str) -> None:
        with contextlib.suppress(InputError):
            got.append(hold(live, name, 40, 60).id)

    threads = [threading.Thread(target=ask, args=(f"N{i}",)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 1
    assert check(live.problem, live.plan()).ok


def test_a_released_hold_gives_its_time_back() -> None:
    """Released, the problem and the plan are what they were."""
    live = morning(end=at(90))
    before = live.problem
    hold(live, "A", 40, 60)
    assert len(live.problem.tickets) == 2
    live.release("HA")
    assert live.problem == before
    assert hold(live, "B", 40, 60).id == "HB"


def test_a_hold_expires() -> None:
    """Until 30: at 29 it holds, at 30 its time is free; nothing needs to be called for that."""
    live = morning(end=at(90))
    hold(live, "A", 40, 60)
    assert live.slots(new("B"), now=moment(29), options=HOURS).offers == ()
    assert live.slots(new("B"), now=moment(30), options=HOURS).offers != ()
    assert live.holds() == ()
    with pytest.raises(InputError, match="is no hold, or has expired"):
        live.confirm("HA")


def test_a_confirmed_hold_is_a_promise() -> None:
    """A committed visit of T0 in the window told, arrival promised; no hold any more, and the time is taken."""
    live = morning(end=at(90))
    hold(live, "A", 40, 60)
    booked = live.confirm("HA")
    assert booked.pinned is not None
    assert (booked.pinned.technician, booked.pinned.status) == ("T0", "committed")
    assert booked.pinned.arrival == moment(40)
    assert booked.time_windows == (between(40, 60),)
    assert live.holds() == ()
    assert live.expire(moment(500)) == []
    assert check(live.problem, live.plan()).ok
    with pytest.raises(InputError, match="already_booked"):
        live.slots("A")


def test_a_ticket_of_the_problem_goes_back_to_it() -> None:
    """K1 held and released: it is unassigned again, with its own windows."""
    where = problem([ticket(), ticket(time_windows=[window(0, 400)])])
    live = LivePlan(where, order("K0"))
    held = live.hold("K1", "T0", 0, between(60, 120), moment(30), hold_id="H")
    assert held.booked_before
    live.release("H")
    assert live.problem.tickets == where.tickets


def test_holds_survive_their_live_plan() -> None:
    """Another live plan with the same store puts them back; one that fits no more is lost, and said so."""
    store = MemoryHolds()
    where = problem([ticket()], [technician({"end": at(90)})])
    first = LivePlan(where, order("K0"), store)
    first.hold(new("A"), "T0", 0, between(40, 60), moment(30), hold_id="HA")
    again = LivePlan(where, order("K0"), store)
    assert again.orders == {("T0", 0): ("K0", "A")} or again.orders == {("T0", 0): ("A", "K0")}
    busy = problem([ticket(), ticket()], [technician({"end": at(90)})])
    lost = LivePlan(busy, order("K0", "K1"), store)
    assert [h.id for h in lost.lost_holds] == ["HA"]
    assert list(store.holds()) == []


def test_the_day_goes_on() -> None:
    """At 45 K0 is done; nothing is offered before 45, and who works at K0 is not asked to leave it."""
    live = morning(end=at(200))
    found = live.slots(new(), now=moment(45), options=HOURS)
    assert min(o.window.start for o in found.offers) == moment(45)
    assert live.problem.tickets[0].pinned is not None
    assert live.problem.tickets[0].pinned.status == "done"
    assert check(live.problem, live.plan()).ok


def test_bad_questions_are_refused() -> None:
    """Unknown ids, an id that another ticket has, an unknown technician."""
    live = morning()
    with pytest.raises(InputError, match="'K9' is the id of no ticket; correct it"):
        live.slots("K9")
    with pytest.raises(InputError, match="ticket 'K0' is in a route; release it first"):
        live.slots("K0")
    with pytest.raises(InputError, match="unknown_hold"):
        live.release("H9")
    with pytest.raises(InputError, match="unknown_reference"):
        live.hold(new(), "T9", 0, between(40, 60), moment(30))
    other = LivePlan(problem([ticket(), ticket()]), order("K0"))
    with pytest.raises(InputError, match="is the id of another ticket"):
        other.slots(new("K1"))


def test_a_hold_in_a_day_that_goes_on() -> None:
    """Held at 20 for 60 to 120, brought forward minute by minute to 59: it stays, and the plan keeps the rules."""
    live = morning(end=at(200))
    live.hold(new("A"), "T0", 0, between(60, 120), moment(150), now=moment(20), hold_id="H")
    for minute in range(21, 60, 7):
        live.slots(new("B"), now=moment(minute))
        assert check(live.problem, live.plan()).ok
    assert [h.id for h in live.holds()] == ["H"]
