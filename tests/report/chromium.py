"""A headless browser for tests of the report; tests that need it are skipped where there is none."""

from __future__ import annotations

import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Names resolve to nothing: a page that fetches anything does not get it.
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--virtual-time-budget=6000",
    "--enable-logging=stderr",
    "--window-size=1440,2200",
)


class Drawn:
    """A page after its scripts have run: its elements, its words, and what the console said."""

    def __init__(self, dom: str, console: list[str]) -> None:
        self.console = console
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        reader = HTMLParser(convert_charrefs=True)
        reader.handle_starttag = lambda tag, attributes: self.elements.append((tag, dict(attributes)))  # type: ignore[method-assign]
        reader.handle_data = lambda data: self.words.append(data) if reader.cdata_elem is None else None  # type: ignore[method-assign]
        reader.feed(dom)

    @property
    def body(self) -> dict[str, str | None]:
        """Attributes of the body, where the page leaves its notes."""
        return next(attributes for tag, attributes in self.elements if tag == "body")

    @property
    def text(self) -> str:
        """All words outside scripts and styles."""
        return " ".join(self.words)

    def count(self, tag: str, **wanted: str) -> int:
        """Return how many elements of that tag have all the wanted attributes, such as ``data_kind``."""
        names = {name.rstrip("_").replace("_", "-"): value for name, value in wanted.items()}
        return sum(
            found == tag and all(attributes.get(name) == value for name, value in names.items())
            for found, attributes in self.elements
        )


def draw(page: str, folder: Path) -> Drawn:
    """Open the page from a file, without a network, and return what was drawn."""
    path = folder / "report.html"
    path.write_text(page, encoding="utf-8")
    result = run(folder, "--dump-dom", path.as_uri())
    return Drawn(result.stdout, [line for line in result.stderr.splitlines() if "CONSOLE" in line])


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the browser with a fresh profile."""
    browser = next((path for name in NAMES if (path := shutil.which(name))), None)
    if browser is None:
        pytest.skip(f"no browser: none of {', '.join(NAMES)} is installed")
    profile = folder / "profile"
    return subprocess.run(
        [browser, *FLAGS, f"--user-data-dir={profile}", *arguments],
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=True,
    )
