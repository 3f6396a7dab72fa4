"""What people read about variants and marginal values in the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from dispatch_engine.cli.tables import columns, counted, indented

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

    from dispatch_engine.model.study_result import (
        Difference,
        Effort,
        Ranking,
        Spread,
        StudyResult,
        VariantResult,
        Worth,
    )

COST = {
    "sla_first": (("sla_penalty", "penalty", 1), ("cost_minutes", "cost, min", 0)),
    "cost": (("cost_cents", "cost, cents", 0),),
    "working_time": (("sla_penalty", "unserved", 1), ("working_minutes", "working time, min", 0)),
}
"""What is minimised, by mode: figure, heading and decimals."""
FIGURES = (
    ("on_time_percent", "on time %", 1),
    ("first_visit_fix_percent", "fixed %", 1),
    ("unassigned", "left out", 1),
    ("travel_km", "km", 0),
)
Columns = Sequence[tuple[str, str, int]]

MAX_ENTRIES = 20
SPACE = "\u00a0"
"""Keeps a number and its spread on one line."""


def study_report(result: StudyResult) -> list[RenderableType]:
    """Figures of all variants, differences to the base, and what is wrong with bad ones."""
    shown = (*COST[result.mode], *FIGURES)
    good = [variant for variant in result.variants if variant.figures]
    changed = [variant for variant in good if variant.differences]
    parts: list[RenderableType] = [
        Text(
            f"{result.problem or 'Unnamed problem'}: {counted(len(result.variants) - 1, 'variant')}", "bold"
        ),
        _effort(result.effort),
        "",
        Text("Mean over the seeds, and standard deviation", "bold"),
        indented(_figures_table(good, shown)),
    ]
    if changed:
        heading = f"Variant − {result.compared_with}, with {result.confidence_percent:g} % intervals"
        parts += ["", Text(heading, "bold"), indented(_differences_table(changed, shown))]
        parts += _reading(min(len(variant.runs) for variant in changed))
    for variant in result.variants:
        parts += _trouble(variant)
    return parts


def _effort(effort: Effort) -> str:
    each = (
        f"{effort.time_limit_seconds:g} s"
        if effort.iterations is None
        else counted(effort.iterations, "iteration")
    )
    return f"{counted(len(effort.seeds), 'seed')}, {each} a plan"


def _reading(seeds: int) -> Iterator[RenderableType]:
    if seeds == 1:
        yield "  One seed: nothing here can be told from chance; plan with --seeds 5 or more"
        return
    yield "  * zero lies outside the interval of the mean (paired by seed, Student's t)"
    if seeds < 3:
        yield "  Two seeds: no difference is called significant; plan with --seeds 5 or more"


def _figures_table(variants: Sequence[VariantResult], shown: Columns) -> Table:
    headings = [heading for _, heading, _ in shown]
    table = columns("variant", "tickets", "staff", *headings, right=range(1, len(shown) + 3))
    for one in variants:
        cells = [_spread(one.figures.get(name), digits) for name, _, digits in shown]
        label = one.id if one.state == "done" else f"{one.id} ({len(one.runs)} plans)"
        table.add_row(Text(label), f"{one.tickets:,}", f"{one.technicians:,}", *cells)
    return table


def _spread(found: Spread | None, digits: int) -> Text:
    if found is None:
        return Text("–")
    text = Text(f"{found.mean:,.{digits}f}")
    if found.deviation:
        text.append(f"{SPACE}±{found.deviation:,.{digits}f}", "dim")
    return text


def _differences_table(variants: Sequence[VariantResult], shown: Columns) -> Table:
    headings = [heading for _, heading, _ in shown]
    table = columns("variant", *headings, right=range(1, len(shown) + 1))
    for one in variants:
        cells = [_difference(one.differences.get(name), digits) for name, _, digits in shown]
        table.add_row(Text(one.id), *cells)
    return table


def _difference(found: Difference | None, digits: int) -> Text:
    if found is None:
        return Text("–")
    if not found.mean and not (found.high or found.low):
        return Text("=", "dim")
    text = Text(_signed(found.mean, digits))
    if found.low is not None and found.high is not None and found.low != found.high:
        text.append(f"{SPACE}±{(found.high - found.low) / 2:,.{digits}f}")
    if found.significant:
        text.append(f"{SPACE}*")
        text.stylize("bold")
    return text


def _signed(value: float, digits: int) -> str:
    """With a plus or a minus, but never −0."""
    return f"{round(value, digits) + 0.0:+,.{digits}f}"


def _trouble(variant: VariantResult) -> Iterator[RenderableType]:
    if variant.findings:
        yield ""
        yield Text(f"{variant.id} was not planned:", "bold red")
        for finding in variant.findings:
            yield f"  {finding.pointer}: {finding.message} [{finding.code}]"
    if variant.message is not None:
        yield ""
        yield Text(f"{variant.id}: the engine failed: {variant.message}", "bold red")


# ---------------------------------------------------------------- ranking


def ranking_report(result: Ranking) -> list[RenderableType]:
    """The best units, each with the change of penalty and cost, and which of them were planned in full."""
    tried = ", ".join(counted(number, unit) for unit, number in result.candidates.items())
    confirmed = [entry for entry in result.entries if entry.confirmed]
    rest = [entry for entry in result.entries if not entry.confirmed]
    parts: list[RenderableType] = [
        Text(f"{result.problem or 'Unnamed problem'}: what one more is worth", "bold"),
        f"Tried: {tried or 'nothing, there is nothing to add to'}",
        f"Each for {_effort(result.screening)}; the best again with other seeds for {_effort(result.confirmation)}",
    ]
    if not result.complete:
        parts.append("Interrupted: this is what was finished")
    if confirmed:
        heading = f"Planned in full, with {result.confidence_percent:g} % intervals"
        parts += ["", Text(heading, "bold"), indented(_worth_table(confirmed, result))]
        parts += list(_reading(len(result.confirmation.seeds)))
    if rest:
        parts += ["", Text("Only tried, the best of the rest", "bold")]
        parts += [indented(_worth_table(rest[:MAX_ENTRIES], result)), *_more(len(rest) - MAX_ENTRIES)]
    return parts


def _worth_table(entries: Iterable[Worth], result: Ranking) -> Table:
    *points, (_, cost, _) = COST[result.mode]
    headings = [heading for _, heading, _ in points]
    table = columns("", "one more", *headings, cost, right=(0, *range(2, 3 + len(points))))
    for entry in entries:
        cells = [*((entry.sla_penalty, digits) for _, _, digits in points), (entry.cost, 1)]
        words = [
            _difference(found, digits) if entry.confirmed else Text(_signed(found.mean, digits), "dim")
            for found, digits in cells
        ]
        table.add_row(str(entry.rank), Text(entry.description), *words)
    return table


def _more(count: int) -> list[RenderableType]:
    return [f"  … and {count:,} more; --json gives all"] if count > 0 else []
