"""The evaluators re-verify every stored best known solution, where the public files are present."""

from __future__ import annotations

import pytest

from benchmarks.errors import BenchmarkError
from benchmarks.families.family import Family
from benchmarks.families.register import FAMILIES
from benchmarks.instances import instances_folder
from benchmarks.verify_command import half_last_digit, verify

try:
    FOLDER = instances_folder()
except BenchmarkError as error:
    pytest.skip(str(error), allow_module_level=True)

STORED = {
    "trsp_praxedo": 7,
    "trsp_pillac": 42,
    "hhcrsp_mankowska": 30,
    "hhcrsp_italian": 7,
    "sdvrptw": 14,
    "mdvrptw": 5,
    "pcvrptw": 4,
    "euro_neurips_2022": 8,
    "vrptw_solomon": 39,
    "vrptw_gh": 12,
}
"""Solutions stored beside the instances; families that are not named have none."""


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_stored_solutions_have_their_published_values(family: Family) -> None:
    """Every constraint holds and the value is the published one, to its last printed digit."""
    if not (FOLDER / family.folder).is_dir():
        pytest.skip(f"no folder {FOLDER / family.folder}")
    found = verify(family, FOLDER / family.folder)
    assert found.faults == ()
    assert found.stored == STORED.get(family.name, 0)


def test_half_of_the_last_digit() -> None:
    """Printed decimals may be rounded, whole numbers may not."""
    assert half_last_digit(4915.7669) == pytest.approx(0.00005)
    assert half_last_digit(1206.94) == pytest.approx(0.005)
    assert half_last_digit(2904130.0) == 0.0
