"""The parts of an XLSX file, unpacked with limits before any library reads them."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from dispatch_engine.errors import InputError
from dispatch_engine.model.files import read_bytes
from dispatch_engine.sources.tables.limits import Limits

MAX_PARTS = 10_000
OLD_FORMAT = b"\xd0\xcf\x11\xe0"
"""First bytes of old .xls workbooks, and of those that are protected by a password."""

WORKBOOK = "xl/workbook.xml"
RELATIONS = "xl/_rels/workbook.xml.rels"
SHARED = ("[Content_Types].xml", "_rels/.rels", WORKBOOK, RELATIONS, "xl/sharedStrings.xml", "xl/styles.xml")
"""Parts that are read along with every sheet."""

_DOCTYPE = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)")


@dataclass(frozen=True)
class Package:
    """What an XLSX file says about itself.

    Attributes
    ----------
    sheets : by name, the part that holds the sheet, in the order of the workbook.
    is_1904 : whether serial numbers count from 1904.
    """

    parts: Mapping[str, bytes]
    sheets: Mapping[str, str]
    is_1904: bool

    def repacked(self, names: Iterable[str]) -> io.BytesIO:
        """A file of just the named parts: a library that unpacks it finds what was measured here, no more."""
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as file:
            for name in names:
                if name in self.parts:
                    file.writestr(zipfile.ZipInfo(name), self.parts[name])
        target.seek(0)
        return target


def bad_workbook(message: str) -> InputError:
    """The error for a file that is no workbook that can be read."""
    return InputError.of("", "bad_workbook", message)


def read_package(path: Path, limits: Limits) -> Package:
    """Unpack the XML parts of a workbook.

    Raises
    ------
    InputError
        Codes ``not_a_file``, ``unreadable``, ``too_large`` (packed or unpacked), ``bad_workbook``.
    """
    data = read_bytes(path, limits.max_input_mb)
    if data.startswith(OLD_FORMAT):
        raise bad_workbook(
            "is an old .xls workbook, or protected by a password; save it as .xlsx without one"
        )
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            parts = _unpacked(file, limits.max_unpacked_mb)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise bad_workbook(f"is no XLSX workbook, or damaged ({error}); save it again as .xlsx") from None
    if WORKBOOK not in parts or RELATIONS not in parts:
        raise bad_workbook("is no XLSX workbook; save it as .xlsx")
    try:
        return _package(parts)
    except (ElementTree.ParseError, KeyError) as error:
        raise bad_workbook(f"is a damaged workbook ({error}); save it again as .xlsx") from None


def _unpacked(file: zipfile.ZipFile, max_unpacked_mb: float) -> dict[str, bytes]:
    """The XML parts. A part never grows beyond the size that it declares, and all together not beyond the limit."""
    infos = [info for info in file.infolist() if info.filename.endswith((".xml", ".rels"))]
    if len(infos) > MAX_PARTS or sum(info.file_size for info in infos) > max_unpacked_mb * 1_000_000:
        message = f"holds more than {max_unpacked_mb:g} MB unpacked; split it, or save its sheets as CSV"
        raise InputError.of("", "too_large", message)
    parts: dict[str, bytes] = {}
    for info in infos:
        data = file.read(info)
        if _DOCTYPE.search(data):
            raise bad_workbook(f"defines entities in {info.filename}, as no workbook does; save it again")
        parts[info.filename] = data
    return parts


def _package(parts: dict[str, bytes]) -> Package:
    targets = {
        element.attrib["Id"]: posixpath.normpath(posixpath.join("/xl", element.attrib["Target"]))[1:]
        for element in _elements(parts[RELATIONS], "Relationship")
    }
    sheets: dict[str, str] = {}
    for element in _elements(parts[WORKBOOK], "sheet"):
        relation = next(value for key, value in element.attrib.items() if key.endswith("}id"))
        sheets[element.attrib["name"]] = targets[relation]
    properties = _elements(parts[WORKBOOK], "workbookPr")
    is_1904 = any(element.attrib.get("date1904") in ("1", "true") for element in properties)
    return Package(parts, sheets, is_1904)


def _elements(xml: bytes, name: str) -> list[ElementTree.Element]:
    return [element for element in ElementTree.fromstring(xml).iter() if element.tag.endswith(f"}}{name}")]
