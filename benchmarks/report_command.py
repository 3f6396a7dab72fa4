"""``python -m benchmarks report RESULTS...``: one HTML page with tables, pictures and every run."""

from __future__ import annotations

import argparse
import html
import tempfile
from pathlib import Path

from benchmarks.errors import BenchmarkError
from benchmarks.families.register import ALL
from benchmarks.peers_table import HEADER as PEERS_HEADER
from benchmarks.peers_table import rows as peers_rows
from benchmarks.results import Record, read_results
from benchmarks.run_command import outcome
from benchmarks.summary import HEADER, by_key, published, row
from dispatch_engine.model.files import write_atomically

STYLE = """
body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#1c2330}
table{border-collapse:collapse;margin:1rem 0;font-variant-numeric:tabular-nums}
th,td{padding:.25rem .7rem;border-bottom:1px solid #dde3ea;text-align:right}
th:nth-child(-n+3),td:nth-child(-n+3){text-align:left}
svg{max-width:34rem;height:auto}.bad{color:#b3261e}small{color:#5b6675}
"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser("report", help="one HTML page of result files")
    parser.add_argument("results", nargs="+", type=Path)
    parser.add_argument("-o", "--out", type=Path, default=Path("out/benchmarks.html"))
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write the page and name it."""
    records = [record for path in options.results for record in read_results(path)]
    if not records:
        raise BenchmarkError("no results in these files; make some with 'python -m benchmarks run'")
    options.out.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(options.out, page(records, pictures(records)))
    print(options.out)
    return 0


def page(records: list[Record], svgs: list[str]) -> str:
    """The whole page; it loads nothing from elsewhere."""
    known = published(records)
    generated = [record for record in records if record not in known]
    rows = [row(key, group) for key, group in by_key(known).items()]
    body = [
        "<h1>Benchmark results</h1>",
        *(f"<p><small>{_text(machine)}</small></p>" for machine in machines(records)),
        *([_table(HEADER, rows)] if known else []),
        *([_table(PEERS_HEADER, peers_rows(generated))] if generated else []),
        *svgs,
        "<h2>Objectives</h2><ul>",
        *(_objective(name) for name in dict.fromkeys(record["family"] for record in records)),
        "</ul><h2>Every run</h2>",
        _table(("solver", "family", "instance", "limit", "seed", "outcome"), [_run(r) for r in records]),
    ]
    head = f'<meta charset="utf-8"><title>Benchmark results</title><style>{STYLE}</style>'
    return f"<!doctype html><html lang=en><head>{head}</head><body>{''.join(body)}</body></html>\n"


def pictures(records: list[Record]) -> list[str]:
    """The pictures as inline SVG; none where matplotlib is not installed or nothing was solved."""
    from benchmarks.plots import draw_all

    with tempfile.TemporaryDirectory(prefix="dispatch-engine-plots-") as folder:
        try:
            files = [file for file in draw_all(records, Path(folder)) if file.suffix == ".svg"]
        except BenchmarkError as error:
            return [f"<p>No pictures: {_text(error)}.</p>"]
        return [text[text.index("<svg") :] for text in (f.read_text(encoding="utf-8") for f in files)]


def machines(records: list[Record]) -> list[str]:
    """Each machine, version and commit that made some of the runs."""
    found = []
    for record in records:
        machine = record.get("machine") or {}
        words = ("cpu", "cores", "system", "python", "version", "commit")
        said = ", ".join(f"{word} {machine.get(word, '?')}" for word in words)
        found.append(f"{said}, calibration {machine.get('calibration', 0):.1f}")
    return list(dict.fromkeys(found))


def _objective(name: str) -> str:
    family = next((family for family in ALL if family.name == name), None)
    words = "unknown family" if family is None else f"{family.objective}. Scale: {family.scale}"
    return f"<li><b>{_text(name)}</b>: {_text(words)}.</li>"


def _run(record: Record) -> list[str]:
    limit = f"{record['time_limit']:g} s"
    return [
        record["solver"],
        record["family"],
        record["instance"],
        limit,
        str(record["seed"]),
        outcome(record),
    ]


def _table(header: tuple[str, ...], rows: list[list[str]]) -> str:
    head = "".join(f"<th>{_text(cell)}</th>" for cell in header)
    body = "".join(f"<tr>{''.join(f'<td>{_text(cell)}</td>' for cell in cells)}</tr>" for cells in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _text(value: object) -> str:
    return html.escape(str(value))
