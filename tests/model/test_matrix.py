"""Matrices: strict and fast reading, read-only arrays, JSON and back."""

from __future__ import annotations

import json
import math
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tiny import by_matrix, findings_of, only_finding

from dispatch_engine.errors import InputError
from dispatch_engine.model.matrix import MAX_SECONDS, to_array
from dispatch_engine.model.problem import Problem


def test_null_becomes_minus_one_and_the_array_is_read_only() -> None:
    """Lists become an int32 array; null is -1; nobody writes to it."""
    matrix = Problem.from_dict(by_matrix()).travel.durations_seconds
    assert matrix is not None
    assert matrix.dtype == np.int32
    assert matrix.tolist() == [[0, 600, 900], [600, 0, -1], [900, 300, 0]]
    with pytest.raises(ValueError, match="read-only"):
        matrix[0, 0] = 1


def test_problem_with_matrix_can_be_sent_again() -> None:
    """JSON has null for -1 again; the copy is equal, and a changed matrix is not."""
    problem = Problem.from_dict(by_matrix(profiles={"bike": {"durations_seconds": [[1] * 3] * 3}}))
    assert json.loads(problem.to_json())["travel"]["durations_seconds"][1] == [600, 0, None]
    assert Problem.from_json(problem.to_json()) == problem
    assert Problem.from_json(problem.model_dump_json()) == problem
    assert problem.replace(name="x").travel == problem.travel
    other = Problem.from_dict(by_matrix(durations_seconds=[[0, 600, 900], [600, 0, 5], [900, 300, 0]]))
    assert other.travel != Problem.from_dict(by_matrix()).travel
    assert other.travel != "text"


BAD_ROWS: list[tuple[Any, str, str, str]] = [
    ([[0, 1], [1]], "/1", "matrix_not_square", "has 1 entries in a matrix of 2 rows"),
    ([[0, 1]], "/0", "matrix_not_square", "has 2 entries in a matrix of 1 rows"),
    ([[0, -1], [1, 0]], "/0/1", "out_of_range", "-1 is out of range; use 0 to 864000, or null"),
    ([[0, 1], [None, -5]], "/1/1", "out_of_range", "-5 is out of range"),
    ([[0, MAX_SECONDS + 1], [1, 0]], "/0/1", "out_of_range", "864001 is out of range"),
    ([[0, 10**40], [1, 0]], "/0/1", "out_of_range", "more than 40 digits"),
    ([[0, True], [1, 0]], "/0/1", "wrong_type", "true is neither a whole number nor null"),
    ([[0, 1.0], [1, 0]], "/0/1", "wrong_type", "1.0 is neither"),
    ([[0, "1"], [1, 0]], "/0/1", "wrong_type", "'1' is neither"),
    ([[0, math.nan], [1, 0]], "/0/1", "wrong_type", "nan is neither"),
    ([[0, []], [1, 0]], "/0/1", "wrong_type", "a list of 0 is neither"),
    ([0, 1], "/0", "wrong_type", "0 is no row"),
    ({}, "", "wrong_type", "an object with 0 fields is no matrix"),
    ("x.npy", "", "wrong_type", "'x.npy' is no matrix"),
]


@pytest.mark.parametrize(("rows", "where", "code", "message"), BAD_ROWS)
def test_bad_matrix(rows: Any, where: str, code: str, message: str) -> None:
    """Row and column stand in the pointer."""
    finding = only_finding(by_matrix(durations_seconds=rows))
    assert (finding.pointer, finding.code) == (f"/travel/durations_seconds{where}", code)
    assert message in finding.message


def test_bad_matrix_of_a_profile() -> None:
    """Profiles are checked alike."""
    finding = only_finding(by_matrix(profiles={"bike": {"durations_seconds": [[0, None, 2]]}}))
    assert finding.pointer == "/travel/profiles/bike/durations_seconds/0"


def test_empty_matrix_is_square() -> None:
    """Without any place the matrix is empty."""
    travel = {"provider": "matrix", "durations_seconds": []}
    problem = Problem.from_dict({"technicians": [], "tickets": [], "travel": travel})
    assert problem.travel.durations_seconds is not None
    assert problem.travel.durations_seconds.shape == (0, 0)


def test_all_unreachable_is_valid() -> None:
    """A matrix of nulls is valid: nobody gets anywhere."""
    matrix = Problem.from_dict(by_matrix(durations_seconds=[[None] * 3] * 3)).travel.durations_seconds
    assert matrix is not None
    assert (matrix == -1).all()


def test_large_matrices_are_fast() -> None:
    """4 million entries, a tenth of them null, take well under two seconds of processor time."""
    rows = [[None if column % 10 == 0 else 1000 + column for column in range(2000)] for _ in range(2000)]
    began = time.process_time()
    array = to_array(rows, MAX_SECONDS)
    # Measured 0.3 s; the margin is for slow, shared machines.
    assert time.process_time() - began < 2
    assert array is not None
    assert array.shape == (2000, 2000)


def _file(folder: Path, array: Any, **travel: Any) -> Path:
    np.save(folder / "m.npy", array, allow_pickle=True)
    document = by_matrix(durations_seconds=None, durations_file="m.npy", **travel)
    (folder / "p.json").write_text(json.dumps(document), encoding="utf-8")
    return folder / "p.json"


@pytest.mark.parametrize("dtype", [np.int16, np.int32, np.int64])
def test_matrix_from_a_file(tmp_path: Path, dtype: Any) -> None:
    """A .npy beside the problem is read, with -1 for unreachable; the problem then carries it inline."""
    path = _file(tmp_path, np.array([[0, 600, 900], [600, 0, -1], [900, 300, 0]], dtype))
    problem = Problem.from_file(path)
    assert problem.travel.durations_file is None
    assert problem.travel == Problem.from_dict(by_matrix()).travel
    assert Problem.from_json(problem.to_json()) == problem


@pytest.mark.parametrize(
    ("array", "code", "message"),
    [
        (np.zeros((3, 3)), "wrong_type", "holds float64; it must hold integers"),
        (np.zeros((3, 3), bool), "wrong_type", "holds bool"),
        (np.zeros((2, 3), int), "matrix_not_square", "shape (2, 3)"),
        (np.zeros(9, int), "matrix_not_square", "shape (9,)"),
        (np.full((3, 3), -2), "out_of_range", "-2 is out of range"),
        (np.full((3, 3), 2**62), "out_of_range", "4611686018427387904 is out of range"),
        (np.array([[object()]]), "bad_matrix_file", "is no .npy file of integers"),
    ],
)
def test_bad_matrix_file(tmp_path: Path, array: Any, code: str, message: str) -> None:
    """Floats, oblong arrays, negative numbers and pickled objects are refused."""
    with pytest.raises(InputError) as caught:
        Problem.from_file(_file(tmp_path, array))
    (finding,) = caught.value.findings
    assert finding.pointer.startswith("/travel/durations_")
    assert finding.code == code
    assert message in finding.message


def test_absent_matrix_file(tmp_path: Path) -> None:
    """A path to nothing is told with the path."""
    path = _file(tmp_path, np.zeros((3, 3), int))
    (tmp_path / "m.npy").unlink()
    with pytest.raises(InputError, match=r"m\.npy' does not exist") as caught:
        Problem.from_file(path)
    assert caught.value.findings[0].code == "not_a_file"


def test_matrix_given_twice(tmp_path: Path) -> None:
    """Inline and as a file at once is ambiguous."""
    np.save(tmp_path / "m.npy", np.zeros((3, 3), int))
    document = by_matrix(durations_file="m.npy")
    (tmp_path / "p.json").write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(InputError, match="are both given; keep one") as caught:
        Problem.from_file(tmp_path / "p.json")
    assert caught.value.findings[0].code == "conflicting_fields"
    assert findings_of(document)[0].code == "path_not_allowed"
