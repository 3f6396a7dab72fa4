"""Damaged instance files: each is refused with its line, the value and the cure."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from dispatch_engine.errors import InputError
from dispatch_engine.sources import trsp_text
from dispatch_engine.sources.trsp_text import read_instance

GOOD = """Toy

INFO
CREW COUNT  SKILLS  TOOLS   SPARE PARTS
1      2       1       2

DEPOT TECHNICIANS AND REQUESTS
ID   X     Y     TWS    TWE    Serv   SKILLS   TOOLS    SPARE PARTS
0    0     0     0      600    0      [] \t[] \t[]
1    0     0     0      600    0      [0,1] \t[0] \t[3,0]
2    3     -4    60     90     10     [1] \t[] \t[1,0]
DISTANCES
0;0;0;5;9
1;0;0;5;9
2;5;5;0;9
3;9;9;9;0
TRAVEL TIMES
0;0;0;5;9
1;0;0;5;9
2;5;5;0;9
3;9;9;9;0
"""


def write(tmp_path: Path, data: str | bytes, name: str = "toy.txt") -> Path:
    path = tmp_path / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def message(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_instance(path)
    assert len(caught.value.findings) == 1
    return str(caught.value)


def test_a_sound_file_is_read_whole(tmp_path: Path) -> None:
    """Lists may be split by commas and blanks, coordinates be negative, and extra rows are read over."""
    instance = read_instance(write(tmp_path, GOOD.replace("[0,1]", "[0 1]")))
    assert (instance.name, instance.crew, len(instance.nodes)) == ("Toy", 1, 3)
    assert instance.technicians[0].skills == (0, 1)
    assert instance.requests[0].parts == (1, 0)
    assert instance.requests[0].y == -4
    assert instance.kilometres is not None
    assert instance.kilometres.tolist() == [[0, 0, 5], [0, 0, 5], [5, 5, 0]]


@pytest.mark.parametrize(
    ("name", "encoding"), [("toy.txt.gz", "utf-8"), ("toy.txt", "utf-8-sig"), ("toy.txt", "latin-1")]
)
def test_compressed_and_old_encodings_are_read(tmp_path: Path, name: str, encoding: str) -> None:
    """What counts is the content: gzip by its first bytes, names in latin-1, a byte order mark."""
    data = GOOD.replace("Toy", "Übung").encode(encoding)
    path = write(tmp_path, gzip.compress(data) if name.endswith("gz") else data, name)
    assert read_instance(path).name == "Übung"


def test_windows_line_ends_are_read(tmp_path: Path) -> None:
    """Carriage returns are blanks."""
    assert len(read_instance(write(tmp_path, GOOD.replace("\n", "\r\n"))).nodes) == 3


DAMAGES = {
    "no header": ("INFO", "FOO", "toy.txt line 3: 'FOO' stands where INFO should; is it a TRSP file?"),
    "too few counts": ("1      2       1       2", "1 2 1", "line 5: has 3 values; give the counts of crew"),
    "crew no number": (
        "1      2       1       2",
        "x 2 1 2",
        "line 5: the crew count 'x' is no whole number",
    ),
    "crew negative": ("1      2       1       2", "-1 2 1 2", "the crew count '-1' is no whole number"),
    "crew too large": ("1      2       1       2", "9999 2 1 2", "the crew count '9999' is larger than 2000"),
    "crew above nodes": (
        "1      2       1       2",
        "3 2 1 2",
        "has 3 nodes, fewer than the depot and the crew of 3",
    ),
    "wrong title": ("DEPOT TECH", "HOME TECH", "stands where DEPOT TECHNICIANS AND REQUESTS should"),
    "no number": ("3     -4", "three -4", "line 11: x 'three' is no number; correct it"),
    "not a number": ("3     -4", "nan -4", "line 11: x 'nan' is not between -1e+06 and 1e+06"),
    "infinite": ("60     90 ", "60     inf ", "the window's end 'inf' is not between 0 and 1e+06"),
    "negative time": ("60     90 ", "-60     90 ", "the window's start '-60' is not between 0 and 1e+06"),
    "window backwards": ("60     90 ", "90     60 ", "the window ends at 60, before it starts at 90"),
    "no service": (
        "90     10 ",
        "90     0 ",
        "line 11: a request has a service time of 0; give it more than 0",
    ),
    "row cut": ("[1] \t[] \t[1,0]", "[1] \t[]", "is no row of the form id x y open close service [skills]"),
    "numbered with a gap": ("\n2    3", "\n7    3", "line 11: node 7 stands where node 2 should"),
    "skill unknown": ("[1] \t[] \t[1,0]", "[2] \t[] \t[1,0]", "skill 2 is not among the 2 of the header"),
    "skill twice": ("[1] \t[] \t[1,0]", "[1,1] \t[] \t[1,0]", "a skill is named twice in [1,1]"),
    "tool unknown": ("[1] \t[] \t[1,0]", "[1] \t[1] \t[1,0]", "tool 1 is not among the 1 of the header"),
    "parts missing": ("[1] \t[] \t[1,0]", "[1] \t[] \t[1]", "[1] has 1 numbers of parts, the header says 2"),
    "part negative": ("[1] \t[] \t[1,0]", "[1] \t[] \t[-1,0]", "the number of parts '-1' is no whole number"),
    "one block only": (
        "DISTANCES\n0;0;0;5;9\n1;0;0;5;9\n2;5;5;0;9\n3;9;9;9;0\n",
        "",
        "has only one of the blocks",
    ),
    "row of matrix missing": (
        "1;0;0;5;9\n2;5;5;0;9\n3;9;9;9;0\nTRAVEL",
        "2;5;5;0;9\nTRAVEL",
        "row 1 of DISTANCES",
    ),
    "matrix too narrow": (
        "2;5;5;0;9\n3;9;9;9;0\nTRAVEL",
        "2;5;5\nTRAVEL",
        "has 2 entries, fewer than the 3 nodes",
    ),
    "entry no number": (
        "2;5;5;0;9\n3;9;9;9;0\nTRAVEL",
        "2;5;x;0\nTRAVEL",
        "line 15: entry 1 of DISTANCES 'x' is no",
    ),
    "entry negative": ("2;5;5;0;9\n3;9;9;9;0\nTRAVEL", "2;5;-5;0\nTRAVEL", "'-5' is not between 0 and 1e+06"),
    "block unknown": ("TRAVEL TIMES", "TRAVEL TIME", "line 17: 'TRAVEL TIME' is not expected here"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_told_with_line_value_and_cure(tmp_path: Path, damage: str) -> None:
    """One thing wrong in an otherwise sound file."""
    old, new, expected = DAMAGES[damage]
    assert GOOD.count(old) >= 1
    told = message(write(tmp_path, GOOD.replace(old, new, 1)))
    assert "; " in told, "the cure follows a semicolon"
    assert expected in told
    assert told.endswith("[bad_instance]")


@pytest.mark.parametrize("lines", range(20))
def test_a_file_cut_anywhere_is_refused(tmp_path: Path, lines: int) -> None:
    """Cut after any line; only right after a node is the rest a sound file, one without matrices."""
    text = "".join(GOOD.splitlines(keepends=True)[:lines])
    if lines == 11:
        assert read_instance(write(tmp_path, text)).minutes is None
    elif lines == 10:
        assert read_instance(write(tmp_path, text)).requests == ()
    else:
        assert "[bad_instance]" in message(write(tmp_path, text))


def test_binary_garbage_is_refused(tmp_path: Path) -> None:
    """Control characters are no instance, in whatever encoding."""
    told = message(write(tmp_path, bytes(range(256)) * 4))
    assert "toy.txt line 1: holds the control character 0x00; the file is binary" in told


def test_a_damaged_gzip_is_refused(tmp_path: Path) -> None:
    """Cut in the middle, and with a broken checksum."""
    whole = gzip.compress(GOOD.encode())
    assert "is a damaged gzip file" in message(write(tmp_path, whole[:60], "toy.txt.gz"))
    assert "is a damaged gzip file" in message(write(tmp_path, whole[:-8] + bytes(8), "toy.txt.gz"))


def test_what_unpacks_beyond_all_measure_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A gzip bomb is read up to the limit and no further."""
    monkeypatch.setattr(trsp_text, "MAX_BYTES", 1_000_000)
    told = message(write(tmp_path, gzip.compress(b" " * 50_000_000), "bomb.txt.gz"))
    assert "is larger than 1 MB (after decompression); is it an instance file?" in told


def test_folders_and_missing_files_are_refused(tmp_path: Path) -> None:
    """The message names what to do."""
    assert "is a folder; name a .txt or .txt.gz file in it" in message(tmp_path)
    assert "does not exist; check the path" in message(tmp_path / "none.txt")


def test_too_many_nodes_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The matrix grows with the square of the nodes, so their number is limited."""
    monkeypatch.setattr(trsp_text, "MAX_NODES", 2)
    assert "line 11: the file has more than 2 nodes; split it" in message(write(tmp_path, GOOD))
