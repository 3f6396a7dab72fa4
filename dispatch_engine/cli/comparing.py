"""The command ``compare``: two plans of one problem side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from dispatch_engine.cli.inputs import about, read_plan, read_problem, refuse_two_from_stdin
from dispatch_engine.cli.outputs import print_json, show

if TYPE_CHECKING:
    from rich.console import RenderableType

    from dispatch_engine.model.comparison import Call, Comparison, Move, Placement
    from dispatch_engine.model.problem import Problem
    from dispatch_engine.model.wording import Language

MAX_MOVES = 50
MAX_CALLS = 50


def run_compare(
    problem_file: str,
    before_file: str,
    after_file: str,
    language: Language,
    as_json: bool,
    max_input_mb: float,
) -> None:
    """Compare and tell."""
    from dispatch_engine.live.compare import compare

    refuse_two_from_stdin(problem_file, before_file, after_file)
    problem = read_problem(problem_file, max_input_mb)
    before, after = read_plan(before_file, max_input_mb), read_plan(after_file, max_input_mb)
    with about(problem_file):
        found = compare(problem, before, after, language)
    if as_json:
        print_json(found.to_dict())
    else:
        show(*comparison_report(problem, found))


def comparison_report(problem: Problem, found: Comparison) -> list[RenderableType]:
    """Verdicts, figures and prices side by side, then what moved and whom to call."""
    from rich.text import Text

    from dispatch_engine.cli.tables import title

    parts: list[RenderableType] = [Text(title(problem), "bold"), *_verdicts(found), "", sides_table(found)]
    if found.moves:
        parts += ["", Text(f"Moved ({len(found.moves)})", "bold"), *moves_table(found.moves)]
    if found.calls:
        parts += ["", Text(f"Calls ({len(found.calls)})", "bold"), *calls_list(found.calls)]
    return parts


def _verdicts(found: Comparison) -> Iterator[RenderableType]:
    from rich.text import Text

    for name, side in (("first", found.before), ("second", found.after)):
        if not side.ok:
            yield Text.assemble(
                (f"Not OK: the {name} plan breaks rules", "bold red"), f": {side.violations[0]}"
            )
    if found.before.ok and found.after.ok:
        yield Text("Both plans keep every rule")


def sides_table(found: Comparison) -> RenderableType:
    """Every rule that charges something and the figures: first plan, second plan, difference."""
    from rich.text import Text

    from dispatch_engine.cli.tables import columns, indented

    table = columns("", "first", "second", "difference", right=(1, 2, 3))
    for entry in found.price_by_rule:
        cells = [_cost(entry.before), _cost(entry.after), _cost(entry.difference, signed=True)]
        table.add_row(Text(entry.rule), *map(Text, cells))
    table.add_row(Text("all rules", "bold"), "", "", Text(_cost(found.cost_difference, signed=True), "bold"))
    for name, difference in found.kpi_differences.items():
        old, new = getattr(found.before.kpis, name), getattr(found.after.kpis, name)
        cells = [f"{old:,.10g}", f"{new:,.10g}", f"{difference:+,.10g}" if difference else "="]
        table.add_row(Text(name.replace("_percent", " %").replace("_", " ")), *map(Text, cells))
    return indented(table)


def _cost(cost: Any, *, signed: bool = False) -> str:
    from dispatch_engine.cli.tables import cost_words

    return ", ".join(filter(None, cost_words(cost, signed=signed))) or ("=" if signed else "0")


def moves_table(moves: Sequence[Move]) -> list[RenderableType]:
    """The first moves, and how many more there are."""
    from rich.text import Text

    from dispatch_engine.cli.tables import columns, indented

    table = columns("ticket", "from", "to", "what")
    for move in moves[:MAX_MOVES]:
        words = ", ".join(code.replace("_", " ") for code in move.changes)
        if move.arrival_change_minutes:
            words += f" ({move.arrival_change_minutes:+,.1f} min)"
        table.add_row(*map(Text, (move.ticket, _place(move.before), _place(move.after), words)))
    return [indented(table), *_rest(len(moves) - MAX_MOVES)]


def _place(place: Placement | None) -> str:
    if place is None:
        return "–"
    late = f", {place.late_minutes:,.0f} min late" if place.late_minutes else ""
    return f"{place.technician} {place.arrival:%H:%M}{late}"


def calls_list(calls: Sequence[Call]) -> list[RenderableType]:
    """The first calls, and how many more there are."""
    from rich.text import Text

    from dispatch_engine.cli.tables import columns, indented

    table = columns("by", "call", "what")
    for call in calls[:MAX_CALLS]:
        by = "" if call.call_by is None else f"{call.call_by:%m-%d %H:%M}"
        table.add_row(*map(Text, (by, call.who, call.message)))
    return [indented(table), *_rest(len(calls) - MAX_CALLS)]


def _rest(more: int) -> list[RenderableType]:
    return [f"  … and {more:,} more"] if more > 0 else []
