"""Variants build on each other; a bad one is named by its change and spoils no other."""

from __future__ import annotations

from whatif_days import day, findings_of, study

from dispatch_engine.model.changes import WORDS, Change
from dispatch_engine.whatif.variants import MAKERS, build_problem, build_variants, steps_of

CLONE = {"change": "clone_technicians", "technicians": ["T0"]}
OUTSOURCE = {"change": "set_tickets", "tickets": ["K1"], "set": {"zone": "moon"}}


def test_every_kind_of_change_is_made() -> None:
    """The register of makers and the kinds of the file agree."""
    kinds = {kind.model_fields["change"].annotation.__args__[0] for kind in MAKERS}
    assert kinds == set(WORDS)
    assert Change is not None


def test_no_change_gives_the_base() -> None:
    """A problem without steps is equal to its base."""
    assert build_problem(day(), ()) == day()


def test_variants_build_on_variants_each_once() -> None:
    """C builds on A and B, B builds on A: A's change is made once, and first."""
    asked = study(
        {"id": "C", "builds_on": ["B", "A"], "changes": [CLONE]},
        {"id": "B", "builds_on": "A", "changes": [CLONE]},
        {"id": "A", "changes": [CLONE]},
    )
    pointers = [step.pointer for step in steps_of(asked, asked.variants[0])]
    assert pointers == ["/variants/2/changes/0", "/variants/1/changes/0", "/variants/0/changes/0"]
    staff = [len(built.problem.technicians) for built in build_variants(asked, day()) if built.problem]
    assert staff == [5, 4, 3]


def test_a_bad_variant_spoils_only_those_that_build_on_it() -> None:
    """B builds on the bad A and is bad at the same place; C is fine."""
    asked = study(
        {"id": "A", "changes": [CLONE, OUTSOURCE]},
        {"id": "B", "builds_on": "A", "changes": [CLONE]},
        {"id": "C", "changes": [CLONE]},
    )
    first, second, third = build_variants(asked, day())
    assert (first.problem, second.problem) == (None, None)
    assert first.findings == second.findings
    assert third.problem is not None


def test_the_change_that_makes_the_problem_bad_is_named() -> None:
    """An unknown zone is seen only in the whole problem; the second of three changes brought it."""
    (finding,) = findings_of(CLONE, OUTSOURCE, CLONE)
    assert (finding.pointer, finding.code) == ("/variants/0/changes/1", "unknown_zone")
    assert finding.message.startswith("makes the problem invalid at /tickets/1/zone: 'moon' is no zone")


def test_a_later_change_may_mend_an_earlier_one() -> None:
    """Only the problem that comes out has to be good."""
    mend = {"change": "set_tickets", "tickets": ["K1"], "set": {"zone": "urban"}}
    asked = study([OUTSOURCE, mend])
    (built,) = build_variants(asked, day())
    assert built.findings == ()
