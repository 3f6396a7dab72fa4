"""The text of a technician-routing instance, read line by line with every damage told by its line."""

from __future__ import annotations

import gzip
import math
import re
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from dispatch_engine.errors import InputError
from dispatch_engine.model.base import shown

MAX_BYTES = 64_000_000
"""A file may have so many bytes, after decompression; the largest public one has 2.5 MB."""

MAX_NODES = 5_000
"""Depot, technicians and requests together."""

MAX_CREW = 2_000

MAX_NUMBER = 1e6
"""Times, lengths and coordinates stay below it."""

MAX_KINDS = 1_000
"""Skills, tools or parts that a file may name."""

FIRST_NODE_LINE = "DEPOT TECHNICIANS AND REQUESTS"
_ROW = re.compile(r"\s*(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s*\[(.*?)\]\s*\[(.*?)\]\s*\[(.*?)\]\s*")
_ROW_FORM = "id x y open close service [skills] [tools] [parts]"
_BINARY = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]")


@dataclass(frozen=True)
class Node:
    """A row of the file: the depot, a technician's home or a request; times in the file's units.

    ``skills`` and ``tools`` are indices from 0, owned or needed; ``parts`` is the number of units of each
    part.
    """

    id: int
    x: float
    y: float
    opens: float
    closes: float
    service: float
    skills: tuple[int, ...]
    tools: tuple[int, ...]
    parts: tuple[int, ...]


@dataclass(frozen=True)
class Instance:
    """A whole file. Node 0 is the depot, nodes 1 to ``crew`` are homes, the others requests.

    ``kilometres`` and ``minutes`` are float64[N, N] over the N nodes, or None where the file has
    coordinates only.
    """

    name: str
    crew: int
    nodes: tuple[Node, ...]
    kilometres: NDArray[np.float64] | None
    minutes: NDArray[np.float64] | None

    @property
    def depot(self) -> Node:
        """The central depot."""
        return self.nodes[0]

    @property
    def technicians(self) -> tuple[Node, ...]:
        """The homes, with what their technicians know and carry."""
        return self.nodes[1 : self.crew + 1]

    @property
    def requests(self) -> tuple[Node, ...]:
        """The requests, with what they need."""
        return self.nodes[self.crew + 1 :]


def read_instance(path: str | Path) -> Instance:
    """Read a ``.txt`` or ``.txt.gz`` file. Raises InputError with file, line, value and cure."""
    reader = _Reader(Path(path).name, _text_of(Path(path)).splitlines())
    name = reader.line("the instance's name").strip()
    crew, counts = reader.counts()
    nodes = reader.nodes(crew, counts)
    if len(nodes) < crew + 1:
        raise reader.wrong(
            f"has {len(nodes)} nodes, fewer than the depot and the crew of {crew}", "complete it"
        )
    kilometres = reader.matrix("DISTANCES", len(nodes))
    minutes = reader.matrix("TRAVEL TIMES", len(nodes))
    reader.expect_end()
    if (kilometres is None) != (minutes is None):
        raise reader.wrong("has only one of the blocks DISTANCES and TRAVEL TIMES", "give both or none")
    return Instance(name or "trsp", crew, tuple(nodes), kilometres, minutes)


# ---------------------------------------------------------------- bytes to text


def _text_of(path: Path) -> str:
    try:
        if path.is_dir():
            raise InputError.of("", "not_a_file", f"{path} is a folder; name a .txt or .txt.gz file in it")
        with path.open("rb") as stream:
            is_gzip = stream.read(2) == b"\x1f\x8b"
        with gzip.open(path, "rb") if is_gzip else path.open("rb") as stream:
            data = _limited(stream, path)
    except FileNotFoundError:
        raise InputError.of("", "not_a_file", f"{path} does not exist; check the path") from None
    except (zlib.error, EOFError, gzip.BadGzipFile) as error:
        raise InputError.of(
            "", "unreadable", f"{path} is a damaged gzip file ({error}); fetch it again"
        ) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError.of(
            "", "unreadable", f"{path} cannot be read: {reason}; check the permissions"
        ) from None
    return _decoded(data, path)


def _limited(stream: IO[bytes] | gzip.GzipFile, path: Path) -> bytes:
    data = stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        size = f"{MAX_BYTES // 1_000_000} MB (after decompression)"
        raise InputError.of("", "too_large", f"{path} is larger than {size}; is it an instance file?")
    return data


def _decoded(data: bytes, path: Path) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    strange = _BINARY.search(text)
    if strange:
        line = text.count("\n", 0, strange.start()) + 1
        raise InputError.of(
            "",
            "bad_instance",
            f"{path.name} line {line}: holds the control character {ord(strange.group()):#04x}; "
            "the file is binary or damaged, give the plain text",
        )
    return text


# ---------------------------------------------------------------- text to numbers


class _Reader:
    """The lines of one file and the place where reading stands. Blank lines mean nothing anywhere."""

    def __init__(self, file: str, lines: list[str]) -> None:
        self.file = file
        self.lines = lines
        self.at = 0

    def wrong(self, what: str, cure: str) -> InputError:
        """The error for the line that was read last."""
        return InputError.of("", "bad_instance", f"{self.file} line {max(self.at, 1)}: {what}; {cure}")

    def peek(self) -> str | None:
        """The next line that is not blank, left where it is; None at the end."""
        while self.at < len(self.lines) and not self.lines[self.at].strip():
            self.at += 1
        return self.lines[self.at] if self.at < len(self.lines) else None

    def line(self, expected: str) -> str:
        """The next line that is not blank."""
        line = self.peek()
        if line is None:
            raise self.wrong(
                f"the file ends where {expected} should come", "it is cut off or empty; fetch it again"
            )
        self.at += 1
        return line

    def number(self, text: str, what: str, least: float = 0.0) -> float:
        """A finite number between ``least`` and ``MAX_NUMBER``."""
        try:
            value = float(text)
        except ValueError:
            raise self.wrong(f"{what} {shown(text)} is no number", "correct it") from None
        if not math.isfinite(value) or not least <= value <= MAX_NUMBER:
            raise self.wrong(
                f"{what} {shown(text)} is not between {least:g} and {MAX_NUMBER:g}", "correct it"
            )
        return value

    def whole(self, text: str, what: str, limit: int) -> int:
        """A whole number from 0 to ``limit``."""
        if not re.fullmatch(r"[0-9]{1,9}", text):
            raise self.wrong(f"{what} {shown(text)} is no whole number", "correct it")
        if int(text) > limit:
            raise self.wrong(f"{what} {shown(text)} is larger than {limit}", "correct it or split the file")
        return int(text)

    def counts(self) -> tuple[int, tuple[int, int, int]]:
        """Crew, and the numbers of skills, tools and parts."""
        if self.line("the line INFO").strip() != "INFO":
            raise self.wrong(
                f"{shown(self.lines[self.at - 1].strip())} stands where INFO should", "is it a TRSP file?"
            )
        self.line("the line CREW COUNT SKILLS TOOLS SPARE PARTS")
        words = self.line("the four counts").split()
        if len(words) != 4:
            raise self.wrong(
                f"has {len(words)} values", "give the counts of crew, skills, tools and spare parts"
            )
        crew = self.whole(words[0], "the crew count", MAX_CREW)
        names = ("the skill count", "the tool count", "the spare part count")
        skills, tools, parts = (self.whole(w, n, MAX_KINDS) for w, n in zip(words[1:], names, strict=True))
        return crew, (skills, tools, parts)

    def nodes(self, crew: int, counts: tuple[int, int, int]) -> list[Node]:
        """Depot, homes and requests, numbered from 0 without a gap."""
        if self.line(f"the line {FIRST_NODE_LINE}").strip() != FIRST_NODE_LINE:
            text = shown(self.lines[self.at - 1].strip())
            raise self.wrong(f"{text} stands where {FIRST_NODE_LINE} should", "is it a TRSP file?")
        self.line("the heading of the nodes")
        found: list[Node] = []
        while (line := self.peek()) is not None and not line.lstrip()[0].isalpha():
            self.at += 1
            if len(found) == MAX_NODES:
                raise self.wrong(f"the file has more than {MAX_NODES} nodes", "split it")
            found.append(self.node(line, len(found), counts))
            if len(found) > crew + 1 and not found[-1].service:
                raise self.wrong("a request has a service time of 0", "give it more than 0")
        return found

    def node(self, line: str, number: int, counts: tuple[int, int, int]) -> Node:
        """One row."""
        match = _ROW.fullmatch(line)
        if match is None:
            raise self.wrong(
                f"{shown(line.strip())} is no row of the form {_ROW_FORM}", "the line is damaged or cut"
            )
        label, x, y, opens, closes, service, skills, tools, parts = match.groups()
        if self.whole(label, "the node number", 10**9) != number:
            raise self.wrong(
                f"node {label} stands where node {number} should", "number the nodes without a gap"
            )
        node = Node(
            id=number,
            x=self.number(x, "x", -MAX_NUMBER),
            y=self.number(y, "y", -MAX_NUMBER),
            opens=self.number(opens, "the window's start"),
            closes=self.number(closes, "the window's end"),
            service=self.number(service, "the service time"),
            skills=self.indices(skills, "skill", counts[0]),
            tools=self.indices(tools, "tool", counts[1]),
            parts=self.units(parts, counts[2]),
        )
        if node.closes < node.opens:
            raise self.wrong(f"the window ends at {closes}, before it starts at {opens}", "correct it")
        return node

    def indices(self, text: str, what: str, count: int) -> tuple[int, ...]:
        """Indices below ``count``, each once."""
        found = tuple(self.whole(word, f"the {what} index", 10**9) for word in _words(text))
        for index in found:
            if index >= count:
                raise self.wrong(
                    f"{what} {index} is not among the {count} of the header", "indices begin at 0"
                )
        if len(set(found)) < len(found):
            raise self.wrong(f"a {what} is named twice in [{text}]", "name it once")
        return found

    def units(self, text: str, count: int) -> tuple[int, ...]:
        """Units of each part: ``count`` numbers, or none where the row has no part."""
        found = tuple(self.whole(word, "the number of parts", 1_000_000) for word in _words(text))
        if found and len(found) != count:
            raise self.wrong(
                f"[{text}] has {len(found)} numbers of parts, the header says {count}", "correct it"
            )
        return found

    def matrix(self, title: str, size: int) -> NDArray[np.float64] | None:
        """The block under ``title`` as float64[size, size], or None where it is absent.

        Rows and columns beyond ``size`` (copies of homes and depot) are read over.
        """
        line = self.peek()
        if line is None or line.strip() != title:
            return None
        self.at += 1
        rows = [self.matrix_row(title, number, size) for number in range(size)]
        while (line := self.peek()) is not None and not line.lstrip()[0].isalpha():
            self.at += 1
        return np.array(rows, np.float64).reshape(size, size)

    def matrix_row(self, title: str, number: int, size: int) -> list[float]:
        """The first ``size`` entries of one row."""
        words = self.line(f"row {number} of {title}").strip().rstrip(";").split(";")
        if words[0].strip() != str(number):
            raise self.wrong(
                f"{shown(words[0])} stands where row {number} of {title} should", "rows are missing"
            )
        if len(words) < size + 1:
            raise self.wrong(
                f"row {number} of {title} has {len(words) - 1} entries, fewer than the {size} nodes",
                "complete it",
            )
        return [self.number(word, f"entry {k} of {title}") for k, word in enumerate(words[1 : size + 1])]

    def expect_end(self) -> None:
        """Nothing may follow."""
        line = self.peek()
        if line is not None:
            self.at += 1
            raise self.wrong(
                f"{shown(line.strip())} is not expected here", "remove it, or correct the block's title"
            )


def _words(text: str) -> list[str]:
    return [word for word in re.split(r"[,\s]+", text) if word]
