"""Technician-routing files as problems: translation, notes, and published values recomputed."""

from __future__ import annotations

import csv
import os
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from dispatch_engine.sources.trsp import Imported, read_trsp

INSTANCES = Path(
    os.environ.get("DISPATCH_INSTANCES", Path(__file__).resolve().parents[2].parent / "shared" / "instances")
)
PRAXEDO = sorted((INSTANCES / "trsp_praxedo" / "instances").glob("*.txt*"))
PILLAC = sorted((INSTANCES / "trsp_pillac" / "instances").glob("*.txt*"))
needs_files = pytest.mark.skipif(
    not (PRAXEDO and PILLAC), reason=f"no public instance files at {INSTANCES}; set DISPATCH_INSTANCES"
)

PLANE = """Toy

INFO
CREW COUNT  SKILLS  TOOLS   SPARE PARTS
1      2       3       2

DEPOT TECHNICIANS AND REQUESTS
ID   X     Y     TWS    TWE    Serv   SKILLS   TOOLS    SPARE PARTS
0    0     0     0      600    0      [] \t[] \t[]
1    0     0     0      600    0      [0,1] \t[2] \t[3,0]
2    3     4     60     90.5   10     [1] \t[2] \t[1,0]
3    1     1     0      600    7.5    [0] \t[] \t[0,2]
"""

MATRIX = """Toy

INFO
CREW COUNT  SKILLS  TOOLS   SPARE PARTS
1      0       0       0

DEPOT TECHNICIANS AND REQUESTS
ID   X     Y     TWS    TWE    Serv   SKILLS   TOOLS    SPARE PARTS
0    0.0   0.0   420.0  1140.0 0.0    [] \t[] \t[]
1    0.0   0.0   420.0  1140.0 0.0    [] \t[] \t[]
2    0.0   0.0   615.0  630.0  45.0   [] \t[] \t[]
DISTANCES
0;0.0000;0.0000;77.7400;0.0000;
1;0.0000;0.0000;77.7400;0.0000;
2;77.7400;77.7400;0.0000;77.7400;
3;0.0000;0.0000;77.7400;0.0000;
TRAVEL TIMES
0;0.0000;0.0000;68.4667;0.0000;
1;0.0000;0.0000;68.4667;0.0000;
2;68.4667;68.5000;0.0000;68.4667;
3;0.0000;0.0000;68.4667;0.0000;
"""


def imported(tmp_path: Path, text: str, **options: bool) -> Imported:
    path = tmp_path / "toy.txt"
    path.write_text(text)
    return read_trsp(path, **options)


def test_a_technician_brings_home_shift_skills_tools_and_parts(tmp_path: Path) -> None:
    """Row 1 of the file becomes technician T1; parts with no unit on board are left out."""
    problem = imported(tmp_path, PLANE).problem
    assert problem["technicians"] == [
        {
            "id": "T1",
            "start": {"lat": 0.0, "lon": 0.0, "matrix_index": 1},
            "shifts": [{"start": "2026-01-05T00:00:00+00:00", "end": "2026-01-05T10:00:00+00:00"}],
            "skills": {"skill-0": 1, "skill-1": 1},
            "van_stock": {"part-0": 3},
            "tools": ["tool-2"],
        }
    ]


def test_a_request_brings_window_service_and_needs(tmp_path: Path) -> None:
    """Row 2 becomes ticket K2; 90.5 minutes after midnight are 01:30:30."""
    tickets = imported(tmp_path, PLANE).problem["tickets"]
    assert tickets[0] == {
        "id": "K2",
        # 3 units east, 4 north, 1 km each: 3 / 111.32 = 0.026949 degrees, 4 / 111.32 = 0.035932 degrees
        "location": {"lat": 0.035932, "lon": 0.026949, "matrix_index": 2},
        "time_windows": [{"start": "2026-01-05T01:00:00+00:00", "end": "2026-01-05T01:30:30+00:00"}],
        "duration_minutes": 10,
        "required_skills": {"skill-1": 1},
        "required_parts": {"part-0": 1},
        "required_tools": ["tool-2"],
    }
    assert tickets[1]["duration_minutes"] == 7.5
    assert tickets[1]["required_parts"] == {"part-1": 2}


def test_legs_in_the_plane_are_minutes_rounded_up_to_the_second(tmp_path: Path) -> None:
    """Home (0, 0) to K2 (3, 4) is exactly 5 units; to K3 (1, 1) it is the square root of two."""
    imports = imported(tmp_path, PLANE)
    travel = imports.problem["travel"]
    # 5 units = 300 s sharp; 1.41421 x 60 = 84.85 -> 85 s; (3, 4) to (1, 1): 3.60555 x 60 = 216.33 -> 217 s
    assert travel["durations_seconds"][1] == [0, 0, 300, 85]
    assert travel["durations_seconds"][2][3] == 217
    assert travel["distances_meters"][1] == [0, 0, 5000, 1414]
    assert imports.problem["objective"] == {"mode": "working_time"}
    assert "minutes_per_unit: 1 " in imports.notes[0]


def test_a_horizon_beyond_two_days_halves_the_unit(tmp_path: Path) -> None:
    """3390 units are longer than the 2880 minutes a shift may last: one unit becomes 30 s everywhere."""
    imports = imported(tmp_path, PLANE.replace("600    0      [0,1]", "3390   0      [0,1]"))
    # shift end 3390 x 0.5 = 1695 min = 1 day 4 h 15 min
    # leg 5 units = 150 s; 85 -> 42.43 -> 43 s; service 10 -> 5 min
    assert imports.problem["technicians"][0]["shifts"][0]["end"] == "2026-01-06T04:15:00+00:00"
    assert imports.problem["travel"]["durations_seconds"][1] == [0, 0, 150, 43]
    assert imports.problem["tickets"][0]["duration_minutes"] == 5
    assert imports.problem["tickets"][0]["time_windows"][0]["start"] == "2026-01-05T00:30:00+00:00"
    assert "minutes_per_unit: 0.5 (one unit of time of the file is 30 s here)" in imports.notes


def test_travel_times_give_back_the_printed_seconds(tmp_path: Path) -> None:
    """68.4667 min was printed from 4108 s (68.46666...); rounding up naively would say 4109."""
    travel = imported(tmp_path, MATRIX).problem["travel"]
    # 68.5000 x 60 = 4110 s; the extra fourth row and column of the file are gone
    assert travel["durations_seconds"] == [[0, 0, 4108], [0, 0, 4108], [4108, 4110, 0]]
    assert travel["distances_meters"] == [[0, 0, 77740], [0, 0, 77740], [77740, 77740, 0]]


def test_the_depot_is_left_out_and_a_note_says_so(tmp_path: Path) -> None:
    """By default nobody restocks; the note tells why less may be served than published."""
    imports = imported(tmp_path, PLANE)
    assert "depots" not in imports.problem
    assert any("the central depot is left out" in note for note in imports.notes)


def test_the_depot_comes_with_unlimited_stock_on_request(tmp_path: Path) -> None:
    """Published rules: at the depot every tool and any number of parts, at no time."""
    imports = imported(tmp_path, PLANE, depots=True)
    assert imports.problem["depots"] == [
        {
            "id": "D0",
            "location": {"lat": 0.0, "lon": 0.0, "matrix_index": 0},
            "stock": None,
            "restock_minutes": 0,
        }
    ]
    assert not any("depot" in note for note in imports.notes)


def test_a_depot_without_use_is_never_mentioned(tmp_path: Path) -> None:
    """Where no request needs tools or parts, the depot means nothing."""
    imports = imported(tmp_path, MATRIX, depots=True)
    assert "depots" not in imports.problem
    assert not any("depot" in note for note in imports.notes)


# ---------------------------------------------------------------- public files


@needs_files
@pytest.mark.parametrize("path", PRAXEDO + PILLAC, ids=lambda path: path.name.split(".")[0])
def test_every_public_file_is_a_valid_problem(path: Path) -> None:
    """The importer's output passes the model, with as many technicians and tickets as the file has."""
    problem_module = pytest.importorskip("dispatch_engine.model.problem")
    imports = read_trsp(path)
    problem = problem_module.Problem.from_dict(imports.problem)
    nodes = len(imports.problem["travel"]["durations_seconds"])
    assert 1 + len(problem.technicians) + len(problem.tickets) == nodes
    if path in PILLAC:
        assert (len(problem.technicians), len(problem.tickets)) == (25, 100)


def published(family: str) -> tuple[dict[str, float], dict[str, list[tuple[int, list[int]]]]]:
    """Best known values, and routes as (technician, nodes visited), by instance."""
    folder = INSTANCES / family
    with (folder / "bks.csv").open() as stream:
        values = {row["instance"]: float(row["value"]) for row in csv.DictReader(stream)}
    routes: dict[str, list[tuple[int, list[int]]]] = {name: [] for name in values}
    with (folder / "bks_routes.csv").open() as stream:
        for row in csv.reader(stream):
            if row[0] != "instance":
                routes[row[0]].append((int(row[1]), [int(node) for node in row[2].split()]))
    return values, routes


def working_seconds(problem: dict[str, Any], technician: int, visits: list[int]) -> tuple[float, float]:
    """Working time of a route and the most seconds by which a window is missed, from the imported JSON alone.

    Forward pass: earliest arrival, wait for the window, serve. Departing later shortens the day as long as
    some visit waits, by the least slack that all visits before the last waiting leave: start late enough
    that the earliest end stays the end.
    """
    by_node = {int(entry["id"][1:]): entry for entry in problem["technicians"] + problem["tickets"]}
    seconds = problem["travel"]["durations_seconds"]
    shift = by_node[technician]["shifts"][0]
    begin = datetime.fromisoformat(shift["start"]).timestamp()
    clock, missed, slack, waited = begin, 0.0, float("inf"), 0.0
    here = technician
    for node in visits:
        ticket = by_node[node]
        window = ticket["time_windows"][0]
        opens, closes = (datetime.fromisoformat(window[edge]).timestamp() for edge in ("start", "end"))
        clock += seconds[here][node]
        missed = max(missed, clock - closes)
        # Leaving d later moves this start by max(0, d - waiting so far): the window's end bounds d.
        waited += max(0.0, opens - clock)
        clock = max(clock, opens)
        slack = min(slack, waited + closes - clock)
        clock += ticket["duration_minutes"] * 60
        here = node
    clock += seconds[here][technician]
    missed = max(missed, clock - datetime.fromisoformat(shift["end"]).timestamp())
    return clock - begin - min(waited, slack), missed


@needs_files
@pytest.mark.parametrize("path", PRAXEDO, ids=lambda path: path.name.split(".")[0])
def test_published_praxedo_routes_keep_their_value(path: Path) -> None:
    """The imported day gives every published route its working time, windows kept, to the printed digit."""
    name = path.name.split(".")[0]
    values, routes = published("trsp_praxedo")
    problem = read_trsp(path).problem
    total = legs = 0
    for technician, visits in routes[name]:
        worked, missed = working_seconds(problem, technician, visits)
        # A file's leg is off by up to half its last digit (0.003 s); a published schedule may use that much.
        assert missed <= 0.003 * (len(visits) + 1)
        total += worked
        legs += len(visits) + 1
    # The published sums add the printed legs: up to 0.003 s a leg, and 0.5e-4 min of their own rounding.
    assert total / 60 == pytest.approx(values[name], abs=legs * 0.003 / 60 + 1e-4)


@needs_files
@pytest.mark.parametrize("path", PILLAC, ids=lambda path: path.name.split(".")[0])
def test_published_pillac_routes_grow_by_less_than_a_second_a_leg(path: Path) -> None:
    """Rounding up costs the published routes between 0 and 1 s a leg; depot visits are read as places."""
    values, routes = published("trsp_pillac")
    imports = read_trsp(path, depots=True)
    name, problem = imports.problem["name"], imports.problem
    minutes_per_unit = float(imports.notes[0].split()[1])
    depot = dict(problem["depots"][0], id="D0", duration_minutes=0)
    shift = problem["technicians"][0]["shifts"][0]
    problem["tickets"].append(depot | {"time_windows": [shift]})
    total, legs = 0.0, 0
    for technician, visits in routes[name]:
        worked, missed = working_seconds(problem, technician, visits)
        total, legs = total + worked, legs + len(visits) + 1
        # A published schedule may meet a window to the last digit; then it is missed by its legs' rounding.
        assert missed < len(visits) + 1
    published_seconds = values[name] * 60 * minutes_per_unit
    assert -0.01 <= total - published_seconds < legs
