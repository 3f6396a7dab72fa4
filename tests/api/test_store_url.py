"""The URL of a store."""

from __future__ import annotations

from pathlib import Path

import pytest

from dispatch_engine.api.store_url import open_store
from dispatch_engine.errors import InputError


def test_a_path_in_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Three slashes: relative; escapes are undone."""
    monkeypatch.chdir(tmp_path)
    open_store("sqlite:///my%20jobs.db").close()
    assert (tmp_path / "my jobs.db").exists()


def test_an_absolute_path(tmp_path: Path):
    """Four slashes."""
    open_store(f"sqlite:///{tmp_path}/jobs.db").close()
    assert (tmp_path / "jobs.db").exists()


@pytest.mark.parametrize(
    "url",
    ["", "jobs.db", "sqlite://", "sqlite:///", "sqlite://host/jobs.db", "redis:///jobs", "sqlite:///a?b"],
)
def test_other_urls_are_refused(url: str):
    """With an example of a good one."""
    with pytest.raises(InputError, match="names no store; write sqlite:/// and a path") as caught:
        open_store(url)
    assert [(finding.pointer, finding.code) for finding in caught.value.findings] == [("/store", "bad_store")]
