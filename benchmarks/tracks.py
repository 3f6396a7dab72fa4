"""Tracks: named sets of instances. Each family is a track; ``smoke`` takes a few, ``peers`` the generated days."""

from __future__ import annotations

from pathlib import Path

from benchmarks.errors import BenchmarkError
from benchmarks.families.family import Family
from benchmarks.families.register import FAMILIES, GENERATED, family_named
from benchmarks.instances import family_folder

SMOKE = (
    ("trsp_praxedo", "R1"),
    ("trsp_praxedo", "R3"),
    ("trsp_praxedo", "R6"),
    ("trsp_praxedo", "U6"),
    ("strsp_kovacs", "R101_5x4_noTeam_reduced"),
    ("strsp_kovacs", "C201_5x4_noTeam_complete"),
    ("pcvrptw", "C1_10_5"),
    ("euro_neurips_2022", "ORTEC-VRPTW-ASYM-6984ad25-d1-n205-k20"),
    ("vrptw_solomon", "C101"),
    ("vrptw_solomon", "R106"),
    ("vrptw_solomon", "RC101"),
    ("vrptw_gh", "C1_2_1"),
)
"""Twelve instances of the families that can be solved, for a look in under three minutes at 10 s each."""

PEERS = "peers"
"""The generated days, on which other solvers stand beside ours."""

Member = tuple[str, str]
"""Family and instance."""


def needs_files(track: str) -> bool:
    """Whether the track's instances are files that a user has to fetch."""
    return track != PEERS and (track in ("smoke", "all") or family_named(track).has_files)


def members(track: str, instances: Path, only: list[str]) -> list[Member]:
    """The instances of a track whose names contain one of ``only`` (all if empty).

    Raises
    ------
    BenchmarkError : unknown track, missing files, or nothing left.
    """
    if track == "smoke":
        found = list(SMOKE)
    elif track == "all":
        found = [m for family in FAMILIES for m in _family(family.name, instances)]
    elif track == PEERS:
        return [m for family in GENERATED for m in _days(family, only)]
    elif not family_named(track).has_files:
        return _days(family_named(track), only)
    else:
        found = _family(track, instances)
    chosen = [m for m in found if not only or any(word in m[1] for word in only)]
    if not chosen:
        raise BenchmarkError(f"no instance of track '{track}' contains one of: {', '.join(only)}")
    return chosen


def _days(family: Family, only: list[str]) -> list[Member]:
    """Generated days: the listed ones that ``only`` asks for, and days named in full that are not listed."""
    listed = family.instances(Path())
    chosen = [day for day in listed if not only or any(word in day for word in only)]
    chosen += [word for word in only if not any(word in day for day in listed)]
    return [(family.name, day) for day in chosen]


def _family(name: str, instances: Path) -> list[Member]:
    family = family_named(name)
    folder = family_folder(instances, family.folder)
    published = family.best_known(folder)
    found = family.instances(folder)
    return [(name, instance) for instance in found if instance in published or not family.is_published]
