"""Generated days in tables: each solver's SLA penalty and cost by size, and every day on which ours is behind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from statistics import mean

from benchmarks.families.register import family_named
from benchmarks.results import Record
from benchmarks.summary import is_good
from benchmarks.tables import markdown

HEADER = (
    "days",
    "class",
    "solver",
    "limit",
    "runs",
    "no result",
    "SLA penalty",
    "cost minutes",
    "unassigned",
    "late",
    "proved",
    "seconds",
)
OURS = "ours"

Entry = tuple[str, float]
"""Solver and time limit."""


def peers_text(records: Iterable[Record]) -> str:
    """Table and losses as Markdown."""
    records = list(records)
    return f"{markdown(HEADER, rows(records), left=4)}\n\n{losses_text(records)}".strip()


def rows(records: Iterable[Record]) -> list[list[str]]:
    """The cells of ``HEADER`` for each family, class, solver and limit; sums over the runs that gave a plan."""
    groups: dict[tuple[str, str, Entry], list[Record]] = defaultdict(list)
    for record in records:
        groups[record["family"], _class(record), _entry(record)].append(record)
    return [
        _row(family, kind, entry, groups[family, kind, entry])
        for family, kind, entry in sorted(groups, key=_order)
    ]


def _order(key: tuple[str, str, Entry]) -> tuple[str, str, int, bool, str, float]:
    """By family and size, ours first."""
    family, kind, (solver, limit) = key
    letters = kind.rstrip("0123456789")
    return family, letters, int(kind[len(letters) :] or 0), solver != OURS, solver, limit


def _row(family: str, kind: str, entry: Entry, group: list[Record]) -> list[str]:
    solver, limit = entry
    head = [family, kind, solver, f"{limit:g} s", str(len(group))]
    good = [record for record in group if is_good(record)]
    if all(record["status"] == "unsupported" for record in group):
        lacking = sorted({record["detail"] for record in group})
        return [*head, f"unsupported: {'; '.join(lacking)}", *["–"] * (len(HEADER) - len(head) - 1)]
    if not good:
        return [*head, str(len(group)), *["–"] * (len(HEADER) - len(head) - 1)]
    return [
        *head,
        str(len(group) - len(good)),
        f"{sum(record['first'] for record in good)}",
        f"{sum(record['value'] for record in good):.0f}",
        f"{sum(record['parts']['unassigned'] for record in good):.0f}",
        f"{sum(record['parts']['late'] for record in good):.0f}",
        str(sum(record["plan_status"] == "optimal" for record in good)),
        f"{mean(record['wall_seconds'] for record in good):.1f}",
    ]


def losses_text(records: list[Record]) -> str:
    """For each of our limits: on how many days a peer is ahead, and which."""
    lines = []
    for family in dict.fromkeys(record["family"] for record in records):
        mine = [record for record in records if record["family"] == family]
        for entry in sorted({_entry(r) for r in mine if r["solver"] == OURS}):
            compared, behind = losses(mine, entry)
            if not compared:
                continue
            days = "; ".join(behind) or "none"
            lines.append(
                f"- `{family}`, ours {entry[1]:g} s: behind a peer on {len(behind)} of {compared} days: {days}"
            )
    return "\n".join(lines)


def losses(records: list[Record], ours: Entry) -> tuple[int, list[str]]:
    """How many days were compared, and those on which the best peer's plan is better, in words.

    A day counts with every seed of the search as one; peers take no seed or the same.
    """
    days: dict[tuple[str, int], dict[Entry, Record]] = defaultdict(dict)
    for record in records:
        days[record["instance"], record["seed"]][_entry(record)] = record
    compared, behind = 0, []
    for (instance, seed), runs in days.items():
        peers = [r for (solver, _), r in runs.items() if solver != OURS and is_good(r)]
        if ours not in runs or not peers:
            continue
        compared += 1
        own, best = runs[ours], min(peers, key=_worth)
        if not is_good(own) or _worth(best) < _worth(own):
            said = _words(own) if is_good(own) else "no result"
            name = instance if seed == 0 else f"{instance} seed {seed}"
            behind.append(f"{name} ({said} against {_words(best)} of {best['solver']})")
    return compared, behind


def _worth(record: Record) -> tuple[int, float]:
    """What is compared: the SLA penalty, then the cost in hundredths of a minute."""
    return record["first"], round(record["value"], 2)


def _words(record: Record) -> str:
    return f"{record['first']} / {record['value']:.1f}"


def _class(record: Record) -> str:
    return family_named(record["family"]).class_of(record["instance"])


def _entry(record: Record) -> Entry:
    return record["solver"], record["time_limit"]
