"""Variants side by side: differences to the base or to another variant, and bad ones told."""

from __future__ import annotations

from typing import Any

from whatif_days import day

from dispatch_engine.model.study import Study
from dispatch_engine.model.study_result import StudyResult, VariantResult
from dispatch_engine.whatif.compare import compared, jobs_of, what_if
from dispatch_engine.whatif.runs import Outcome
from dispatch_engine.whatif.variants import BuiltVariant

AWAY = {"id": "away", "changes": [{"change": "absence", "technicians": ["T0"]}]}
BAD = {"id": "bad", "changes": [{"change": "absence", "technicians": ["T9"]}]}
CLONE = {"id": "clone", "changes": [{"change": "clone_technicians", "technicians": ["T0"]}]}


def asked(*variants: Any, **fields: Any) -> StudyResult:
    """The result of a study of the day, twenty steps a plan."""
    document = {
        "seeds": 3,
        "iterations": 20,
        **fields,
        "base": day().model_dump(mode="json"),
        "variants": variants,
    }
    return what_if(Study.from_dict(document))


def by_id(result: StudyResult) -> dict[str, VariantResult]:
    return {variant.id: variant for variant in result.variants}


def test_bad_variants_are_told_and_the_others_run() -> None:
    """The absence of T0 leaves K0 out (12 points); T9 does not exist; the base comes first."""
    result = asked(AWAY, BAD, CLONE)
    assert [(v.id, v.state) for v in result.variants] == [
        ("base", "done"),
        ("away", "done"),
        ("bad", "bad"),
        ("clone", "done"),
    ]
    away, bad = by_id(result)["away"], by_id(result)["bad"]
    assert (away.differences["sla_penalty"].mean, away.differences["sla_penalty"].significant) == (4.0, True)
    assert [(f.pointer, f.code) for f in bad.findings] == [
        ("/variants/1/changes/0/technicians/0", "unknown_reference")
    ]
    assert (bad.figures, bad.differences, bad.runs) == ({}, {}, ())
    assert result.variants[0].differences == {}


def test_differences_may_count_from_another_variant() -> None:
    """The base has 4 points fewer than `away`, which has no difference to itself."""
    found = by_id(asked(AWAY, compare_with="away"))
    assert found["base"].differences["sla_penalty"].mean == -4.0
    assert found["away"].differences == {}


def test_one_seed_claims_nothing() -> None:
    """A difference without interval is not significant."""
    away = by_id(asked(AWAY, seeds=1))["away"].differences["sla_penalty"]
    assert (away.low, away.high, away.significant) == (None, None, False)


def test_findings_of_one_kind_are_counted() -> None:
    """Three tickets lose their zone by one change: one finding, and two more."""
    moon = {"id": "moon", "changes": [{"change": "set_tickets", "tickets": "all", "set": {"zone": "moon"}}]}
    (finding,) = by_id(asked(moon))["moon"].findings
    assert finding.message.endswith("; and 2 more like it")


def test_seeds_come_one_after_the_other() -> None:
    """Every variant with the first seed, then every one with the second; bad ones never."""
    built = [
        BuiltVariant("base", None, day()),
        BuiltVariant("bad", None, None),
        BuiltVariant("a", None, day()),
    ]
    assert [(job.variant, job.seed) for job in jobs_of(built, (5, 7))] == [
        ("base", 5),
        ("a", 5),
        ("base", 7),
        ("a", 7),
    ]


def test_what_was_interrupted_is_partial_and_what_failed_failed() -> None:
    """Differences count the seeds that both have."""
    built = [BuiltVariant(name, None, day()) for name in ("base", "half", "broken")]
    outcomes = [
        Outcome("base", 0, "feasible", {"late": 1.0}),
        Outcome("base", 1, "feasible", {"late": 3.0}),
        Outcome("half", 1, "feasible", {"late": 4.0}),
        Outcome("broken", 0, "infeasible", {}, "out of order"),
    ]
    base, half, broken = compared(built, outcomes, "base", 2)
    assert (base.state, base.figures["late"].mean) == ("done", 2.0)
    assert (half.state, half.differences["late"].mean) == ("partial", 1.0)
    assert (broken.state, broken.message, broken.differences) == ("failed", "out of order", {})


def test_the_result_survives_json() -> None:
    """What is printed reads back as the same."""
    result = asked(AWAY)
    assert StudyResult.model_validate(result.to_dict()) == result
