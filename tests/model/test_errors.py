"""The tree of exceptions, and the page that explains every code."""

from __future__ import annotations

import ast
import pickle
import re
from collections.abc import Iterator
from pathlib import Path

import dispatch_engine.errors
from dispatch_engine.errors import MAX_LISTED, DispatchEngineError, EngineError, Finding, InputError

PACKAGE = Path(dispatch_engine.errors.__file__).parent
PAGE = PACKAGE.parent / "docs" / "errors.md"


def test_input_error_lists_each_finding_on_a_line() -> None:
    """The text of an error has one line a finding: pointer, message, code."""
    error = InputError((Finding("/a", "bad_id", "is bad"), Finding("", "not_json", "is not JSON")))
    assert str(error) == "/a: is bad [bad_id]\n(document): is not JSON [not_json]"
    assert error.omitted == 0


def test_input_error_counts_what_it_does_not_list() -> None:
    """Of 53 findings 50 are listed and 3 counted; all stay readable by programs."""
    error = InputError(Finding(f"/{i}", "bad_id", "is bad") for i in range(MAX_LISTED + 3))
    assert len(error.findings) == 53
    assert len(error.listed) == 50
    assert str(error).splitlines()[-1] == "... and 3 more"


def test_input_error_survives_pickling() -> None:
    """An error crosses process borders unchanged."""
    error = InputError.of("/a", "bad_id", "is bad")
    copy = pickle.loads(pickle.dumps(error))
    assert isinstance(copy, InputError)
    assert copy.findings == error.findings


def test_tree_has_one_root() -> None:
    """Callers can catch everything of the package by its root."""
    assert issubclass(InputError, DispatchEngineError)
    assert issubclass(EngineError, DispatchEngineError)
    assert not issubclass(EngineError, InputError)


def _codes_in(source: str) -> Iterator[str]:
    """Codes as constants: first argument of refuse(), second of Finding() and InputError.of(), in _told()."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef) and node.name == "_told":
            returned = [n.value for n in ast.walk(node) if isinstance(n, ast.Return)]
            yield from _constants(v.elts[0] for v in returned if isinstance(v, ast.Tuple))
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func).rsplit(".", 1)[-1]
        position = POSITIONS.get(name)
        owner = OWNERS.get(name, "")
        if position is not None and owner in ast.unparse(node.func):
            yield from _constants(node.args[position : position + 1])


POSITIONS = {
    "refuse": 0,
    "Fault": 0,
    "Broken": 0,
    "Finding": 1,
    "of": 1,
    "_error": 1,
    "_Contradiction": 0,
    "add": 1,
    "add_once": 1,
    "_note": 2,
}
"""Functions that are given a code, and which of their arguments it is."""

OWNERS = {"of": "InputError", "add": "findings"}
"""What stands before the names that other things have, too."""


def _constants(nodes: object) -> Iterator[str]:
    for node in nodes:  # type: ignore[attr-defined]
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def test_page_explains_every_code() -> None:
    """Each code in the sources has a section in docs/errors.md, and each section a code in the sources."""
    sources = [path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py")]
    codes = {code for source in sources for code in _codes_in(source)}
    explained = set(re.findall(r"^### `(\w+)`$", PAGE.read_text(encoding="utf-8"), re.MULTILINE))
    assert codes - explained == set(), "codes without a section in docs/errors.md"
    assert explained - codes == set(), "sections in docs/errors.md whose code is gone"
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", code) for code in codes)


def test_page_has_an_example_and_a_cure_for_every_code() -> None:
    """Each section gives an example of bad input and says what to do."""
    sections = PAGE.read_text(encoding="utf-8").split("\n### ")[1:]
    for section in sections:
        assert "**Example.**" in section, section.splitlines()[0]
        assert "**Cure.**" in section, section.splitlines()[0]
