"""Ablation: variants change one thing, pairs share day and seed, and runs under iterations repeat."""

from __future__ import annotations

import pytest

from benchmarks.ablation import Limit, Outcome, rows, run_variant
from benchmarks.bound_days import city_day
from benchmarks.commands import main
from benchmarks.errors import BenchmarkError
from benchmarks.variants import BASE, VARIANTS, variants_named


def test_every_variant_has_a_name_and_differs_from_the_base() -> None:
    """A variant that equals the base would measure nothing."""
    assert len({variant.name for variant in VARIANTS}) == len(VARIANTS)
    for variant in VARIANTS[1:]:
        assert (variant.tuning, variant.master_share) != (BASE.tuning, BASE.master_share), variant.name


def test_the_base_is_always_among_the_variants_asked_for() -> None:
    """Differences need it; an unknown name lists the known ones."""
    assert [variant.name for variant in variants_named("cool, no-master")] == ["base", "cool", "no-master"]
    assert variants_named("") == list(VARIANTS)
    with pytest.raises(BenchmarkError, match="'hot' is no variant; there are: base, no-master"):
        variants_named("hot")


def test_differences_are_of_the_same_day_and_seed() -> None:
    """One point more on the first day, 3 minutes less on the second: +0.5 points and -1.5 minutes on average."""
    outcomes = [
        Outcome("base", "a", 0, (0, 2000, 600_000)),
        Outcome("base", "b", 0, (0, 4000, 600_000)),
        Outcome("cool", "b", 0, (0, 4000, 420_000)),
        Outcome("cool", "a", 0, (0, 3000, 600_000)),
    ]
    base, cool = rows(outcomes, variants_named("cool"))
    assert base[1:5] == ["2", "3.00 ± 1.41", "–", "10.0 ± 0.0"]
    assert cool[1:4] == ["2", "3.50 ± 0.71", "+0.50 (+0.00 to +1.00)"]
    assert cool[4:7] == ["8.5 ± 2.1", "-1.5 (-3.0 to +0.0)", "1 / 0 / 1"]


def test_runs_under_iterations_repeat_and_variants_steer_the_search() -> None:
    """The same variant twice gives the same plan; other temperatures and other ruins give other plans."""
    day, limit = city_day(80, 5), Limit(1000, 0.0)
    named = {variant.name: variant for variant in VARIANTS}
    first = run_variant(day, named["base"], limit, seed=1, workers=1)
    assert run_variant(day, named["base"], limit, seed=1, workers=1) == first
    for name in ("cool", "strings", "no-blinks", "full-weight"):
        assert run_variant(day, named[name], limit, seed=1, workers=1) != first, name


def test_limits_must_be_positive(capsys: pytest.CaptureFixture[str]) -> None:
    """Bad usage exits with 2 and says why."""
    assert main(["ablation", "--iterations", "0"]) == 2
    assert "--seconds and --iterations must be positive" in capsys.readouterr().err
