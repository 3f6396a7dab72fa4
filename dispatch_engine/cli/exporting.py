"""The commands ``export`` and ``import template``: problems and plans as files of other programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from dispatch_engine.cli.folders import refuse_unwritable_folder, write_folder
from dispatch_engine.cli.guard import tell
from dispatch_engine.cli.inputs import about, read_both, read_problem
from dispatch_engine.cli.making import judged
from dispatch_engine.cli.outputs import STDOUT, refuse_unwritable, write_result
from dispatch_engine.cli.table_arguments import SHEETS

if TYPE_CHECKING:
    from dispatch_engine.model.plan import Plan
    from dispatch_engine.model.problem import Problem
    from dispatch_engine.report.exports.sheet import Sheet

ENDINGS = {"csv": ".csv", "ical": ".ics"}
"""Formats whose result is a folder, and how its files end."""


@dataclass(frozen=True)
class ExportOptions:
    """The arguments of an export, as they were typed."""

    problem: str
    plan: str | None
    format: str
    output: str
    max_input_mb: float
    quiet: bool


def run_export(options: ExportOptions) -> None:
    """Write a problem, or a plan of it, in another format."""
    if options.plan is None and options.format not in SHEETS:
        raise typer.BadParameter(f"the format {options.format} shows a plan; name one after the problem")
    inputs = [path for path in (options.problem, options.plan) if path is not None]
    _refuse_unwritable(options.format, options.output, inputs)
    if options.plan is None:
        problem = read_problem(options.problem, options.max_input_mb)
        _export_problem(options, problem)
    else:
        problem, plan = read_both(options.problem, options.plan, options.max_input_mb)
        _export_plan(options, problem, judged(problem, plan, options.problem, options.quiet))
    if not options.quiet and options.output != STDOUT:
        tell(f"{options.output}: {problem.name or 'the problem'} as {options.format}")


def run_template(wanted: str, output: str, quiet: bool) -> None:
    """Write tables that have every column and no rows."""
    from dispatch_engine.report.exports.template import template_sheets, template_workbook

    _refuse_unwritable(wanted, output, [])
    if wanted == "csv":
        _write_sheets(wanted, output, template_sheets())
    else:
        _write_bytes(output, template_workbook())
    if not quiet:
        tell(f"{output}: empty tables to fill in; docs/spreadsheets.md explains them")


def _refuse_unwritable(wanted: str, output: str, inputs: Sequence[str]) -> None:
    if wanted != "geojson" and output == STDOUT:
        raise typer.BadParameter(f"the format {wanted} is no text; name a file or folder with -o")
    if wanted in ENDINGS:
        refuse_unwritable_folder(output)
    else:
        refuse_unwritable(output, inputs=inputs)


def _export_problem(options: ExportOptions, problem: Problem) -> None:
    from dispatch_engine.report.exports.problem_tables import problem_sheets

    with about(options.problem):
        _write_sheets(options.format, options.output, problem_sheets(problem))


def _export_plan(options: ExportOptions, problem: Problem, plan: Plan) -> None:
    if options.format == "geojson":
        from dispatch_engine.report.exports.geojson import geojson_text

        write_result(options.output, geojson_text(problem, plan))
    elif options.format == "ical":
        from dispatch_engine.report.exports.calendars import calendar_files

        write_folder(options.output, calendar_files(problem, plan), ENDINGS["ical"])
    else:
        from dispatch_engine.report.exports.plan_tables import plan_lists, plan_sheets

        sheets = plan_lists(problem, plan) if options.format == "csv" else plan_sheets(problem, plan)
        _write_sheets(options.format, options.output, sheets)


def _write_sheets(wanted: str, output: str, sheets: Sequence[Sheet]) -> None:
    from dispatch_engine.report.exports.files import csv_files, workbook_bytes

    if wanted == "csv":
        write_folder(output, csv_files(sheets), ENDINGS["csv"])
    else:
        _write_bytes(output, workbook_bytes(sheets))


def _write_bytes(output: str, content: bytes) -> None:
    from dispatch_engine.model.files import write_atomically

    write_atomically(output, content)
