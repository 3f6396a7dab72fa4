"""Routes in the ``.sol`` files of CVRPLIB, PyVRP and the EURO meets NeurIPS competition."""

from __future__ import annotations

import re

_ROUTE = re.compile(r"^\s*Route\s*#?\s*\d+\s*:(.*)$", re.MULTILINE)


def parse_solution(text: str) -> list[list[int]]:
    """The routes in the file's order, empty ones included, as the numbers that the file uses."""
    return [[int(number) for number in line.split()] for line in _ROUTE.findall(text)]
