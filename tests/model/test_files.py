"""Reading with limits, and writing whole files or none."""

from __future__ import annotations

import os
import stat
import time
from pathlib import Path

import pytest

from dispatch_engine.errors import Finding, InputError
from dispatch_engine.model.files import MAX_DEPTH, parse_json, read_document, write_atomically


def _refused(text: str | bytes) -> Finding:
    with pytest.raises(InputError) as caught:
        parse_json(text)
    (finding,) = caught.value.findings
    return finding


def test_plain_document() -> None:
    """JSON becomes plain values; text and UTF-8 bytes, with or without byte order mark, are the same."""
    text = '{"a": [1, 2.5, null, true, "ü"]}'
    assert parse_json(text) == {"a": [1, 2.5, None, True, "ü"]}
    assert parse_json(text.encode()) == parse_json(text.encode("utf-8-sig")) == parse_json("\ufeff" + text)


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ("", "not_json", "line 1, column 1"),
        ('{"a": [}', "not_json", "line 1, column 8"),
        ("{'a': 1}", "not_json", "double quotes"),
        ('{"a": 1} x', "not_json", "Extra data"),
        ('{"a": "\x00"}', "not_json", "Invalid control character"),
        ("1" * 5000, "not_json", "thousands of digits"),
        (b'{"a": "\xff"}', "not_utf8", "is not UTF-8 at byte 7"),
        ('{"a": 1}'.encode("utf-16"), "not_utf8", "save it as UTF-8"),
        ('{"a": 1}'.encode("utf-16-le"), "not_utf8", "looks like UTF-16"),
        ('{"a": 1}'.encode("utf-32-be"), "not_utf8", "looks like UTF-16 or UTF-32"),
    ],
)
def test_text_that_is_no_json(text: str | bytes, code: str, message: str) -> None:
    """Each kind of broken text has its code and says where."""
    finding = _refused(text)
    assert (finding.pointer, finding.code) == ("", code)
    assert message in finding.message


def test_duplicate_keys_are_told_with_their_place() -> None:
    """Every key given twice is found, also below lists and inside each other."""
    with pytest.raises(InputError) as caught:
        parse_json('{"a": [{"id": 1, "id": 2}], "b": {"c/d": 1, "c/d": {"e": 1, "e": 2}}}')
    assert [(f.pointer, f.code) for f in caught.value.findings] == [
        ("/a/0/id", "duplicate_key"),
        ("/b/c~1d", "duplicate_key"),
        ("/b/c~1d/e", "duplicate_key"),
    ]
    assert caught.value.findings[0].message == "'id' is given twice; keep one"


@pytest.mark.parametrize("opening", ["[", '{"a":', '[{"a":'])
def test_deep_nesting_is_refused_without_recursion(opening: str) -> None:
    """100,000 open brackets are refused in linear time, closed or not."""
    began = time.process_time()
    finding = _refused(opening * 100_000)
    assert finding.code == "too_deep"
    assert "deeper than 64" in finding.message
    assert time.process_time() - began < 1


BROKEN_STRINGS = ['"' + '\\"' * 500_000, '{"a": "' + "\\" * 999_999, '["' * 500_000, '[""' * 99_999]


@pytest.mark.parametrize("text", BROKEN_STRINGS, ids=["escaped quotes", "backslashes", "quotes", "texts"])
def test_broken_strings_are_refused_in_linear_time(text: str) -> None:
    """Half a million escaped quotes in a string without an end cost no more than reading them."""
    began = time.process_time()
    assert _refused("[" * 65 + text).code in ("not_json", "too_deep")
    assert _refused(text + "[" * 65).code in ("not_json", "too_deep")
    assert time.process_time() - began < 2


def test_depth_limit_is_exact() -> None:
    """64 levels are read, 65 refused."""
    assert parse_json("[" * MAX_DEPTH + "]" * MAX_DEPTH)
    assert _refused("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1)).code == "too_deep"


def test_brackets_in_strings_do_not_nest() -> None:
    """Text may hold any number of brackets, quotes and backslashes."""
    text = '["' + "[" * 1000 + '\\"[[[\\\\", "' + "{" * 1000 + '"]'
    assert parse_json(text) == ["[" * 1000 + '"[[[\\', "{" * 1000]


def test_read_document_by_suffix(tmp_path: Path) -> None:
    """The suffix decides between JSON and YAML."""
    for name, text in (("p.json", '{"a": 1}'), ("p.yaml", "a: 1"), ("p.YML", "a: 1"), ("p.txt", '{"a": 1}')):
        (tmp_path / name).write_text(text, encoding="utf-8")
        assert read_document(tmp_path / name) == {"a": 1}


def _unreadable(path: Path, limit: float = 1) -> Finding:
    with pytest.raises(InputError) as caught:
        read_document(path, limit)
    (finding,) = caught.value.findings
    return finding


def test_paths_that_hold_no_document(tmp_path: Path) -> None:
    """A folder, an absent file, a path through a file and a path with NUL are told kindly."""
    file = tmp_path / "p.json"
    file.write_text("{}", encoding="utf-8")
    assert _unreadable(tmp_path).code == "not_a_file"
    assert "is a folder; name a file" in _unreadable(tmp_path).message
    assert "does not exist; check the path" in _unreadable(tmp_path / "q.json").message
    assert _unreadable(file / "x").code == "unreadable"
    assert _unreadable(Path("a\0b")).code == "unreadable"


def test_file_without_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that the user may not read is told as unreadable (root may read everything, hence the patch)."""
    file = tmp_path / "p.json"
    file.write_text("{}", encoding="utf-8")

    def refuse(path: Path, mode: str) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "open", refuse)
    finding = _unreadable(file)
    assert finding.code == "unreadable"
    assert "cannot be read: permission denied" in finding.message


def test_size_limit(tmp_path: Path) -> None:
    """A file of exactly the limit is read, one byte more is refused; endless devices stop too."""
    file = tmp_path / "p.json"
    file.write_text('"' + "x" * 998 + '"', encoding="utf-8")
    assert read_document(file, 0.001) == "x" * 998
    file.write_text('"' + "x" * 999 + '"', encoding="utf-8")
    finding = _unreadable(file, 0.001)
    assert (finding.code, "larger than 0.001 MB" in finding.message) == ("too_large", True)
    assert _unreadable(Path("/dev/zero"), 0.001).code == "too_large"


def test_write_replaces_whole_files(tmp_path: Path) -> None:
    """The text arrives as UTF-8, permissions of an old file stay, and no temporary file is left."""
    target = tmp_path / "plan.json"
    write_atomically(target, "one\n")
    target.chmod(0o640)
    write_atomically(str(target), "zwei: ü\n")
    assert target.read_bytes() == "zwei: ü\n".encode()
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    assert os.listdir(tmp_path) == ["plan.json"]


def test_write_keeps_links(tmp_path: Path) -> None:
    """A symbolic link stays a link; what it points to is replaced."""
    (tmp_path / "real.json").write_text("old", encoding="utf-8")
    (tmp_path / "link.json").symlink_to("real.json")
    write_atomically(tmp_path / "link.json", "new")
    assert (tmp_path / "link.json").is_symlink()
    assert (tmp_path / "real.json").read_text(encoding="utf-8") == "new"


@pytest.mark.parametrize("name", ["absent/plan.json", "", "a\0b", "x" * 300])
def test_unwritable_paths(tmp_path: Path, name: str) -> None:
    """An absent folder, a folder itself, NUL and a name too long end in one clear error."""
    with pytest.raises(InputError, match="cannot be written") as caught:
        write_atomically(f"{tmp_path}/{name}", "text")
    assert [f.code for f in caught.value.findings] == ["unwritable"]
    assert os.listdir(tmp_path) == []


def test_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the disk fails in the middle, the old content stays and the temporary file goes."""
    target = tmp_path / "plan.json"
    target.write_text("old", encoding="utf-8")

    def fail(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(InputError, match="no space left on device"):
        write_atomically(target, "new")
    assert target.read_text(encoding="utf-8") == "old"
    assert os.listdir(tmp_path) == ["plan.json"]


def test_write_to_a_device() -> None:
    """A target that is no regular file is written to, not replaced."""
    write_atomically("/dev/null", "text")
    assert not Path("/dev/null").is_file()


@pytest.mark.parametrize("nothing", [None, 5, ["{}"]])
def test_json_that_is_no_text_is_refused(nothing: object):
    """Whoever passes something else than text is told so."""
    with pytest.raises(InputError, match="no text; give JSON as str or bytes"):
        parse_json(nothing)  # type: ignore[arg-type]
