"""Markdown tables and the marked places in pages of ``docs/`` that hold them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.errors import BenchmarkError


def markdown(header: Sequence[str], rows: Sequence[Sequence[str]], left: int = 1) -> str:
    """A Markdown table; the first ``left`` columns are set left, the others right."""
    rule = ["---"] * left + ["---:"] * (len(header) - left)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (header, rule, *rows))


def write_between_markers(page: Path, name: str, text: str) -> None:
    """Replace what stands between the page's ``<!-- NAME -->`` and ``<!-- /NAME -->``.

    Raises
    ------
    BenchmarkError : the page lacks one of the two markers.
    """
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    content = page.read_text(encoding="utf-8")
    head, found, rest = content.partition(begin)
    _, closed, tail = rest.partition(end)
    if not (found and closed):
        raise BenchmarkError(f"{page}: lacks the lines {begin} and {end}; add them where the table belongs")
    page.write_text(f"{head}{begin}\n{text.strip()}\n{end}{tail}", encoding="utf-8")
