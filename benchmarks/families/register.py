"""All benchmark families, in the order of tables. A new family is a file and a line here."""

from __future__ import annotations

from benchmarks.errors import BenchmarkError
from benchmarks.families.family import Family
from benchmarks.families.generated import CityCommon, CityFull
from benchmarks.families.hhcrsp_read import Italian, Mankowska
from benchmarks.families.kovacs_read import Kovacs
from benchmarks.families.sla_2026 import Sla2026, SoftPillac, SoftPraxedo
from benchmarks.families.trsp_read import TrspPillac, TrspPraxedo
from benchmarks.families.vrplib_read import EuroNeurips, MultiDepot, PrizeCollecting, SiteDependent
from benchmarks.families.vrptw_read import (
    GehringHomberger,
    GehringHombergerHierarchical,
    Solomon,
    SolomonHierarchical,
)

FAMILIES: tuple[Family, ...] = (
    TrspPraxedo(),
    TrspPillac(),
    Kovacs(),
    Mankowska(),
    Italian(),
    SiteDependent(),
    MultiDepot(),
    PrizeCollecting(),
    EuroNeurips(),
    Solomon(),
    SolomonHierarchical(),
    GehringHomberger(),
    GehringHombergerHierarchical(),
)
"""Public sets with published values."""

GENERATED: tuple[Family, ...] = (CityCommon(), CityFull())
"""Days that are generated, for comparisons with peers."""

SUITE: tuple[Family, ...] = (Sla2026(), SoftPraxedo(), SoftPillac())
"""technician-sla-2026."""

ALL = (*FAMILIES, *GENERATED, *SUITE)


def family_named(name: str) -> Family:
    """The family of that name. Raises BenchmarkError with the list of names."""
    for family in ALL:
        if family.name == name:
            return family
    known = ", ".join(family.name for family in ALL)
    raise BenchmarkError(f"'{name}' is no benchmark family; there are: {known}")
