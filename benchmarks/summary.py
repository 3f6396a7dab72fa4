"""Result lines summarised: seeds within an instance, instances within a class, classes within a family."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from statistics import mean

from benchmarks.families.register import family_named
from benchmarks.results import Record
from benchmarks.tables import markdown

Key = tuple[str, float, str]
"""Family, time limit, solver."""

HEADER = (
    "family",
    "limit",
    "solver",
    "runs",
    "no result",
    "gap",
    "net gap",
    "primal integral",
    "best found",
    "more left out",
    "peak MB",
)


def published(records: Iterable[Record]) -> list[Record]:
    """The records of families with published values: what gaps and their pictures can speak of."""
    return [record for record in records if family_named(record["family"]).is_published]


def by_key(records: Iterable[Record]) -> dict[Key, list[Record]]:
    """Records by family, limit and solver, in the order in which they appear."""
    groups: dict[Key, list[Record]] = defaultdict(list)
    for record in records:
        groups[record["family"], record["time_limit"], record["solver"]].append(record)
    return dict(groups)


def table(records: Iterable[Record]) -> str:
    """One row per family, limit and solver as Markdown; unsupported families say what they lack."""
    return markdown(HEADER, [row(key, group) for key, group in by_key(records).items()], left=3)


def row(key: Key, group: list[Record]) -> list[str]:
    """The cells of ``HEADER`` for one family, limit and solver."""
    family, limit, solver = key
    head = [family, f"{limit:g} s", solver, str(len(group))]
    if all(record["status"] == "unsupported" for record in group):
        lacking = sorted({word for record in group for word in record["detail"].split(", ")})
        return [*head, f"unsupported: {', '.join(lacking)}", *["–"] * (len(HEADER) - len(head) - 1)]
    done = [record for record in group if is_good(record)]
    gap, net, integral = (
        class_mean(done, name) for name in ("gap_percent", "net_gap_percent", "primal_integral")
    )
    best = sum(record["gap_percent"] is not None and record["gap_percent"] <= 1e-6 for record in done)
    more = sum(max(0, record["first"] - record["best_known"]["first"]) for record in done)
    peak = max((record["peak_memory_mb"] for record in done), default=None)
    return [
        *head,
        str(len(group) - len(done)),
        *(_number(value, " %") for value in (gap, net)),
        _number(integral, ""),
        str(best),
        str(more),
        "–" if peak is None else f"{peak:.0f}",
    ]


def is_good(record: Record) -> bool:
    """Whether the run gave a plan that both the evaluator and our checker accept."""
    return record["status"] == "done" and not record["broken"] and bool(record["checker_ok"])


def class_mean(records: Iterable[Record], name: str) -> float | None:
    """Mean over classes of the means over instances of the means over seeds; None where no run has it."""
    classes: dict[str, list[float]] = defaultdict(list)
    for (_, _, kind), value in instance_means(records, lambda record: record[name]).items():
        classes[kind].append(value)
    return mean(mean(values) for values in classes.values()) if classes else None


def instance_means(
    records: Iterable[Record], of: Callable[[Record], float | None]
) -> dict[tuple[str, str, str], float]:
    """Mean over seeds by (family, instance, class), of the runs that have a number."""
    values: dict[tuple[str, str, str], list[float]] = defaultdict(list)
    for record in records:
        number = of(record)
        if number is not None:
            values[record["family"], record["instance"], record["class"]].append(number)
    return {key: mean(numbers) for key, numbers in values.items()}


def _number(value: float | None, unit: str) -> str:
    return "–" if value is None else f"{value:.2f}{unit}"
