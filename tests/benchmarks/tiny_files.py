"""Made-up instance files small enough to check by hand, one per format."""

from __future__ import annotations

from pathlib import Path

SOLOMON = """TINY

VEHICLE
NUMBER     CAPACITY
  2         10

CUSTOMER
CUST NO.  XCOORD.  YCOORD.  DEMAND  READY TIME  DUE DATE  SERVICE TIME

    0      0     0     0      0      100      0
    1      3     4     5      0       50     10
    2      6     8     5      0       50     10
"""
"""Route 0-1-2-0 is 5 + 5 + 10 long."""

TRSP = """TINY

INFO
CREW COUNT  SKILLS  TOOLS   SPARE PARTS
1      2       1       1

DEPOT TECHNICIANS AND REQUESTS
ID   X     Y     TWS    TWE    Serv   SKILLS   TOOLS    SPARE PARTS
0    0     5     0      100    0      [] \t[] \t[]
1    0     0     0      100    0      [0] \t[] \t[1]
2    0     10    30     40     10     [0] \t[] \t[1]
3    0     20    0      90     10     [0] \t[0] \t[1]
"""
"""One technician at (0, 0) with skill 0, no tool and one part; the depot lies on the way."""

KOVACS_TASKS = """Capacity: 200
Customer: 3

CUST NO. XCOORD. YCOORD. DEMAND READY TIME DUE DATE SERVICE TIME cost d11 d12 d21 d22
1\t0\t0\t0\t0\t100\t0\t0\t0\t0\t0\t0
2\t3\t4\t10\t0\t50\t10\t100\t1\t1\t0\t0
3\t6\t8\t10\t0\t50\t10\t100\t0\t0\t3\t1
"""
"""Task 2 needs level 2 in the first domain, task 3 level 2 in the second."""

KOVACS_CREW = """Technicians
Number of Technicians: 1
domains: 2
proficiency level: 2


ID\tdomain1\tdomain2
1\t2\t1
"""
"""The only technician can do task 2, not task 3."""

VRPLIB = """NAME: TINY
TYPE: SDVRPTW
EDGE_WEIGHT_TYPE: EUC_2D
DIMENSION: 3
VEHICLES: 2
NODE_COORD_SECTION
1\t0\t0
2\t1\t1
3\t3\t4
DEMAND_SECTION
1\t0
2\t4
3\t4
SERVICE_TIME_SECTION
1\t0
2\t10
3\t10
TIME_WINDOW_SECTION
1\t0\t100
2\t0\t50
3\t40\t60
CAPACITY_SECTION
1\t10
2\t4
VEHICLES_ALLOWED_CLIENTS_SECTION
1\t2
2\t2\t3
EOF
"""
"""Client 2 (node 3) admits only the second vehicle, which cannot carry both."""

PRIZES = """NAME : TINY
TYPE : PCVRPTW
DIMENSION : 3
VEHICLES : 1
CAPACITY : 10
SERVICE_TIME : 10
EDGE_WEIGHT_TYPE : EUC_2D
NODE_COORD_SECTION
1 0 0
2 1 1
3 30 40
DEMAND_SECTION
1 0
2 5
3 5
TIME_WINDOW_SECTION
1 0 200
2 0 150
3 0 150
PRIZE_SECTION
1 0
2 9
3 9
DEPOT_SECTION
1
-1
"""
"""Client 1 is near, client 2 is 50 away: its prize does not pay for the way."""

HHCRSP = """{"patients": [
 {"id": "p1", "time_window": [10, 20], "required_caregivers": [{"service": "s1", "duration": 5}]},
 {"id": "p2", "time_window": [0, 12], "required_caregivers": [{"service": "s1", "duration": 5},
  {"service": "s2", "duration": 5}], "synchronization": {"type": "sequential", "distance": [8, 9]}}],
 "services": [{"id": "s1"}, {"id": "s2"}],
 "caregivers": [{"id": "c1", "abilities": ["s1"]}, {"id": "c2", "abilities": ["s2"]}],
 "central_offices": [{"id": "d"}],
 "distances": [[0, 4, 6], [4, 0, 3], [6, 3, 0]]}
"""
"""The second service at p2 starts 8 to 9 after the first."""


def family_folder_with(folder: Path, files: dict[str, str]) -> Path:
    """Write ``files`` (path under ``instances/`` to text) and return the family's folder."""
    for name, text in files.items():
        path = folder / "instances" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder
