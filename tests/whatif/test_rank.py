"""Marginal values: what is tried, what is left out, and which order comes of it."""

from __future__ import annotations

from whatif_days import day
from worlds import at, problem, technician, ticket

from dispatch_engine.model.study_result import Difference
from dispatch_engine.whatif.candidates import Candidate, candidates
from dispatch_engine.whatif.rank import RankPlan, entries, picked, rank
from dispatch_engine.whatif.runs import Limit


def names(base=None) -> list[str]:
    """What is tried for a problem."""
    return [one.id for one in candidates(base or day())]


def test_what_is_tried() -> None:
    """A valve may be needed by K0, which only T0 knows how to do; T0 holds the only certificate there is."""
    assert names() == [
        "technician/T0",
        "technician/T1",
        "part/T0/valve",
        "overtime hour/T0",
        "overtime hour/T1",
    ]


def test_certificates_count_while_they_are_valid() -> None:
    """T0's ended the day before, T1 has none, T2's is for ever; T3 is excluded from the ticket."""
    job = ticket(required_certifications=["gas"], excluded_technicians=["T3"])
    ended, valid = [{"name": "gas", "valid_until": "2026-11-22"}], [{"name": "gas"}]
    staff = [technician(certifications=ended), technician(), technician(certifications=valid), technician()]
    found = [name for name in names(problem([job], staff)) if name.startswith("certificate")]
    assert found == ["certificate/T0/gas", "certificate/T1/gas"]


def test_technicians_who_are_alike_are_tried_once() -> None:
    """Same home, hours, skills and van: a copy of the second is a copy of the first."""
    twins = [technician(start={"matrix_index": 0}, name=name) for name in ("Ann", "Bob")]
    off = technician(shifts=[])
    found = names(problem([ticket()], [*twins, off]))
    assert found == ["technician/T0", "overtime hour/T0", "overtime hour/T1"]


def test_trials_use_other_seeds_and_a_tenth_of_the_steps() -> None:
    """The first numbers that are no seeds of full plans."""
    plan = RankPlan((0, 2), Limit(10.0, 300))
    assert plan.screen_seeds == (1, 3)
    assert (plan.screen_limit.seconds, plan.screen_limit.iterations) == (1.0, 30)
    assert RankPlan((0,), Limit(10.0)).screen_limit == Limit(1.0, None)


def change(mean: float, significant: bool = True) -> Difference:
    return Difference(mean=mean, low=mean, high=mean, significant=significant)


def candidate(name: str, unit="part") -> Candidate:
    real = candidates(day())[0]
    return Candidate(unit, name, None, name, real.change)


def test_the_best_of_each_kind_is_planned_in_full() -> None:
    """Three parts are better than the only hour; of two places one is the hour's."""
    tried = [candidate("a"), candidate("b"), candidate("c"), candidate("d", "overtime hour")]
    screened = {
        one.id: (change(points), change(0.0)) for one, points in zip(tried, (-1, -3, -2, 0), strict=True)
    }
    assert [one.technician for one in picked(tried, screened, 2)] == ["b", "d"]
    assert [one.technician for one in picked(tried, screened, 3)] == ["b", "d", "c"]


def test_what_is_significant_counts_before_what_is_not() -> None:
    """a: −5 points by chance; b: −1 point for sure; c only tried, so last whatever it promised."""
    tried = [candidate("a"), candidate("b"), candidate("c")]
    screened = {tried[2].id: (change(-9.0), change(0.0))}
    confirmed = {
        tried[0].id: (change(-5.0, significant=False), change(0.0)),
        tried[1].id: (change(-1.0), change(0.0)),
    }
    order = entries(tried, screened, confirmed)
    assert [(one.rank, one.technician, one.confirmed) for one in order] == [
        (1, "b", True),
        (2, "a", True),
        (3, "c", False),
    ]


def test_the_missing_hour_is_found() -> None:
    """A shift of 40 minutes, two tickets of 30 at 10 minutes: 10 + 30 + 10 h home is over; an hour more serves one.

    An hour of overtime allows out, work and home (50 minutes); the second ticket and a colleague would too.
    """
    base = problem([ticket(priority="high")], [technician({"end": at(40)})])
    result = rank(base, RankPlan((0, 1, 2), Limit(10.0, 20), confirm=2))
    assert result.candidates == {"technician": 1, "overtime hour": 1}
    best = result.entries[0]
    assert (best.unit, best.technician, best.confirmed) == ("overtime hour", "T0", True)
    assert best.sla_penalty.mean == -4.0
    assert best.sla_penalty.significant
    assert result.base["sla_penalty"].mean == 4.0
    assert result.complete


def test_an_interrupted_ranking_says_so() -> None:
    """Asked to stop at once it has nothing, and is not complete."""
    result = rank(day(), RankPlan((0,), Limit(10.0, 20)), should_stop=lambda: True)
    assert (result.entries, result.complete) == ((), False)
