"""Every command with its arguments and options; engines are imported only when a command runs."""

from __future__ import annotations

from typing import Annotated

import typer

from dispatch_engine._version import __version__
from dispatch_engine.cli.arguments import (
    DEFAULT_INPUT_MB,
    LONGEST_RUN_SECONDS,
    MAX_ITERATIONS,
    MAX_SEED,
    MAX_WORKERS,
    AsJson,
    Iterations,
    MaxInput,
    PlanFile,
    Present,
    ProblemFile,
    Quiet,
    Seed,
    Speech,
    TimeLimit,
    Workers,
    number,
    whole,
)
from dispatch_engine.cli.guard import GuardedGroup
from dispatch_engine.cli.table_arguments import (
    DEFAULT_MAX_ROWS,
    FORMATS,
    SHEETS,
    Day,
    MappingFile,
    MaxRows,
    ProblemOutput,
    TimeZone,
    one_of,
)

app = typer.Typer(
    cls=GuardedGroup,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Technician dispatch and routing: who goes where, when, with which part on the van, and why.",
    epilog="Exit codes: 0 done, 1 the answer is no, 2 bad input, 3 the engine failed, 130 interrupted.",
)
imports = typer.Typer(no_args_is_help=True, help="Turn files of other formats into problems.")
app.add_typer(imports, name="import")
keys = typer.Typer(no_args_is_help=True, help="Make, list and revoke API keys of the service.")
app.add_typer(keys, name="keys")


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"dispatch-engine {__version__}")
        raise typer.Exit


@app.callback()
def everything(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version and leave."),
    ] = False,
) -> None:
    """What all commands share."""


@app.command()
def solve(
    problem: ProblemFile,
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="PLAN", help="Write the plan to this file; - prints it."),
    ] = None,
    time_limit: TimeLimit = None,
    iterations: Iterations = None,
    seed: Seed = 0,
    workers: Workers = None,
    report: Annotated[
        str | None,
        typer.Option("--report", metavar="FILE.html", help="Write the plan as a page with map and timeline."),
    ] = None,
    as_json: AsJson = False,
    max_input_mb: MaxInput = DEFAULT_INPUT_MB,
    quiet: Quiet = False,
) -> None:
    """Find the best plan for a problem.

    Progress goes to stderr, the result to standard output. Ctrl-C ends the search and keeps the best plan
    found (exit code 130); a second Ctrl-C aborts. Mandatory tickets that stay unserved give exit code 1.
    """
    from dispatch_engine.cli.solving import SolveOptions, run_solve

    raise typer.Exit(
        run_solve(
            SolveOptions(
                problem, output, time_limit, iterations, seed, workers, report, as_json, max_input_mb, quiet
            )
        )
    )


@app.command()
def validate(
    problem: ProblemFile, as_json: AsJson = False, max_input_mb: MaxInput = DEFAULT_INPUT_MB
) -> None:
    """Say what is wrong with a problem, where and what to do; or what it holds.

    A bad problem gives exit code 2, with every finding on stderr.
    """
    from dispatch_engine.cli.judging import run_validate

    raise typer.Exit(run_validate(problem, as_json, max_input_mb))


@app.command()
def check(
    problem: ProblemFile,
    plan: PlanFile,
    output: Annotated[
        str | None,
        typer.Option(
            "--output", "-o", metavar="PLAN", help="Write the plan with every time and sum filled in."
        ),
    ] = None,
    as_json: AsJson = False,
    max_input_mb: MaxInput = DEFAULT_INPUT_MB,
) -> None:
    """Judge a plan independently of the engine: broken rules, objective, figures.

    A plan made by hand may give only the order of tickets; times are then computed. A plan with violations
    gives exit code 1.
    """
    from dispatch_engine.cli.judging import run_check

    raise typer.Exit(run_check(problem, plan, output, as_json, max_input_mb))


@app.command()
def compare(
    problem: ProblemFile,
    before: PlanFile,
    after: PlanFile,
    language: Speech = "en",
    as_json: AsJson = False,
    max_input_mb: MaxInput = DEFAULT_INPUT_MB,
) -> None:
    """Say what moved between two plans of one problem, whom to call, and what each rule charges either.

    Either plan may be made by hand. The exit code is 0 also where a plan breaks rules; the result says so.
    """
    from dispatch_engine.cli.comparing import run_compare

    run_compare(problem, before, after, language, as_json, max_input_mb)


@app.command()
def explain(
    problem: ProblemFile,
    plan: PlanFile,
    ticket: Annotated[
        str | None, typer.Option("--ticket", metavar="ID", help="Explain only this ticket; all if not given.")
    ] = None,
    alternatives: Annotated[
        int,
        typer.Option("--alternatives", metavar="N", parser=whole(0, 1000), help="Other places per ticket."),
    ] = 3,
    language: Speech = "en",
    as_json: AsJson = False,
    max_input_mb: MaxInput = DEFAULT_INPUT_MB,
) -> None:
    """Say why a plan is as it is: what holds each visit, where else it could go, why a ticket is left out.

    For late and unassigned tickets it also tells the smallest changes that would help, each of them tried.
    """
    from dispatch_engine.cli.explaining import run_explain

    run_explain(problem, plan, ticket, alternatives, language, as_json, max_input_mb)


@app.command()
def slots(
    problem: ProblemFile,
    plan: PlanFile,
    ticket: Annotated[
        str,
        typer.Argument(
            metavar="TICKET",
            help="Id of a ticket that the plan leaves out, or a file with a new one (.json, .yaml); - reads JSON.",
        ),
    ],
    now: Present = None,
    window_minutes: Annotated[
        int,
        typer.Option("--window-minutes", metavar="N", parser=whole(5, 1440), help="Length of the windows."),
    ] = 120,
    offers: Annotated[
        int, typer.Option("--offers", metavar="N", parser=whole(1, 1000), help="Most offers.")
    ] = 10,
    per_window: Annotated[
        int,
        typer.Option(
            "--per-window", metavar="N", parser=whole(1, 1000), help="Most technicians of a window."
        ),
    ] = 1,
    as_json: AsJson = False,
    max_input_mb: MaxInput = DEFAULT_INPUT_MB,
) -> None:
    """Offer appointments for a ticket that is not booked: who could come when, and what that costs.

    The plan stays as it is; each offer fits into it. No offer at all gives exit code 1.
    """
    from dispatch_engine.cli.offering import run_slots

    raise typer.Exit(
        run_slots(problem, plan, ticket, now, window_minutes, offers, per_window, as_json, max_input_mb)
    )


@app.command()
def whatif(
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE", help="What-if file (YAML or JSON); with --rank a problem file instead."
        ),
    ],
    rank: Annotated[
        bool, typer.Option("--rank", help="Say what one more of everything is worth for a problem.")
    ] = False,
    seeds: Annotated[
        int | None,
        typer.Option(
            "--seeds", metavar="N", parser=whole(1, 1000), help="Plan with seeds 0 to N - 1; 5 if not given."
        ),
    ] = None,
    time_limit: Annotated[
        float | None,
        typer.Option(
            "--time-limit",
            metavar="SECONDS",
            parser=number(0, LONGEST_RUN_SECONDS, "seconds"),
            help="Seconds for each plan; as the file says, else 10.",
        ),
    ] = None,
    iterations: Annotated[
        int | None,
        typer.Option(
            "--iterations",
            metavar="N",
            parser=whole(1, MAX_ITERATIONS),
            help="Steps for each plan instead of a time limit: the same result on every run.",
        ),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            "--workers",
            metavar="N",
            parser=whole(1, MAX_WORKERS),
            help="Plans made side by side, each in a process of its own; one a core if not given.",
        ),
    ] = None,
    confirm: Annotated[
        int | None,
        typer.Option(
            "--confirm",
            metavar="N",
            parser=whole(1, 1000),
            help="With --rank: how many of the best are planned in full; 10 if not given.",
        ),
    ] = None,
    as_json: AsJson = False,
    max_input_mb: MaxInput = DEFAULT_INPUT_MB,
    quiet: Quiet = False,
) -> None:
    """Plan variants of a problem side by side, and say what they are worth, with confidence.

    A variant that makes the problem invalid is named, the others still run, and the exit code is 1.
    """
    from dispatch_engine.cli.whatif import WhatIfOptions, run_whatif

    raise typer.Exit(
        run_whatif(
            WhatIfOptions(
                file, rank, seeds, time_limit, iterations, workers, confirm, as_json, max_input_mb, quiet
            )
        )
    )


@app.command()
def replan(
    problem: ProblemFile,
    plan: PlanFile,
    events: Annotated[
        str,
        typer.Argument(
            metavar="EVENTS", help="Events file (JSON or YAML); - reads JSON from standard input."
        ),
    ],
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="PLAN", help="Write the new plan to this file; - prints it."),
    ] = None,
    problem_output: Annotated[
        str | None,
        typer.Option(
            "--problem-output", metavar="PROBLEM", help="Write the problem as it stands now; go on from it."
        ),
    ] = None,
    time_limit: TimeLimit = None,
    iterations: Iterations = None,
    seed: Seed = 0,
    workers: Workers = None,
    language: Speech = "en",
    as_json: AsJson = False,
    max_input_mb: MaxInput = DEFAULT_INPUT_MB,
    quiet: Quiet = False,
) -> None:
    """Plan the rest of the day after events: new and cancelled tickets, late and absent technicians, missing parts.

    What has begun stays, what was promised is dear to move. The result says what changed and whom to call. The
    time limit is 5 seconds if not given.
    """
    from dispatch_engine.cli.replanning import ReplanOptions, run_replan

    raise typer.Exit(
        run_replan(
            ReplanOptions(
                problem, plan, events, output, problem_output, time_limit, iterations, seed, workers, language,
                as_json, max_input_mb, quiet,
            )
        )
    )  # fmt: skip


@app.command()
def report(
    problem: ProblemFile,
    plan: PlanFile,
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FILE.html", help="The page to write; - prints it.")
    ],
    max_input_mb: MaxInput = DEFAULT_INPUT_MB,
    quiet: Quiet = False,
) -> None:
    """Write a plan as one self-contained HTML page: map, timeline, figures, unassigned tickets."""
    from dispatch_engine.cli.making import run_report

    run_report(problem, plan, output, max_input_mb, quiet)


@app.command()
def generate(
    config: Annotated[
        str, typer.Argument(metavar="CONFIG", help="Recipe (YAML), such as scenarios/shanghai-weekday.yaml.")
    ],
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="FILE", help="The problem to write; printed if not given."),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option("--seed", metavar="N", parser=whole(0, MAX_SEED), help="Instead of the recipe's seed."),
    ] = None,
    tickets: Annotated[
        int | None,
        typer.Option("--tickets", metavar="N", parser=whole(0, 100_000), help="Instead of the recipe's."),
    ] = None,
    technicians: Annotated[
        int | None,
        typer.Option("--technicians", metavar="N", parser=whole(0, 20_000), help="Instead of the recipe's."),
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Make a problem from a recipe; the same recipe and seed give the same problem everywhere."""
    from dispatch_engine.cli.making import run_generate

    run_generate(config, output, seed, tickets, technicians, quiet)


@imports.callback()
def import_files() -> None:
    """Turn files of other formats into problems."""


@imports.command("trsp")
def import_trsp(
    file: Annotated[
        str,
        typer.Argument(metavar="FILE", help="Instance of the technician routing literature (.txt, .txt.gz)."),
    ],
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="FILE", help="The problem to write; printed if not given."),
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Turn an instance of the technician routing and scheduling problem into a problem.

    The objective is working time, as in the literature. Notes about the translation go to stderr.
    """
    from dispatch_engine.cli.making import run_import_trsp

    run_import_trsp(file, output, quiet)


@imports.command("csv")
def import_csv(
    folder: Annotated[
        str, typer.Argument(metavar="FOLDER", help="Folder with tickets.csv, technicians.csv and others.")
    ],
    output: ProblemOutput = None,
    mapping: MappingFile = None,
    time_zone: TimeZone = None,
    day: Day = None,
    max_rows: MaxRows = DEFAULT_MAX_ROWS,
    max_input_mb: MaxInput = DEFAULT_INPUT_MB,
    quiet: Quiet = False,
) -> None:
    """Turn a folder of CSV files into a problem.

    Every fault is told at once, with file and cell, and nothing is written then. The columns, and the mapping
    file for your own, are explained in docs/spreadsheets.md.
    """
    from dispatch_engine.cli.importing import ImportOptions, run_import_csv

    run_import_csv(ImportOptions(folder, output, mapping, time_zone, day, max_rows, max_input_mb, quiet))


@imports.command("xlsx")
def import_xlsx(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="Workbook with the sheets Tickets, Technicians and others.")
    ],
    output: ProblemOutput = None,
    mapping: MappingFile = None,
    time_zone: TimeZone = None,
    day: Day = None,
    max_rows: MaxRows = DEFAULT_MAX_ROWS,
    max_input_mb: MaxInput = DEFAULT_INPUT_MB,
    quiet: Quiet = False,
) -> None:
    """Turn a workbook into a problem.

    Every fault is told at once, with sheet and cell, and nothing is written then. The columns, and the
    mapping file for your own, are explained in docs/spreadsheets.md.
    """
    from dispatch_engine.cli.importing import ImportOptions, run_import_xlsx

    run_import_xlsx(ImportOptions(file, output, mapping, time_zone, day, max_rows, max_input_mb, quiet))


@imports.command("template")
def import_template(
    output: Annotated[
        str,
        typer.Option("--output", "-o", metavar="PATH", help="Folder of CSV files or workbook to write."),
    ],
    wanted: Annotated[
        str, typer.Option("--format", metavar="csv|xlsx", parser=one_of(SHEETS), help="What to write.")
    ] = "xlsx",
    quiet: Quiet = False,
) -> None:
    """Write empty tables to fill in, with every column that an import understands.

    In the workbook a comment says what each column means, and lists offer its words.
    """
    from dispatch_engine.cli.exporting import run_template

    run_template(wanted, output, quiet)


@app.command()
def export(
    problem: ProblemFile,
    output: Annotated[
        str,
        typer.Option(
            "--output", "-o", metavar="PATH", help="File (xlsx, geojson) or folder (csv, ical) to write."
        ),
    ],
    wanted: Annotated[
        str,
        typer.Option(
            "--format", metavar="csv|xlsx|geojson|ical", parser=one_of(FORMATS), help="What to write."
        ),
    ],
    plan: Annotated[
        str | None,
        typer.Argument(metavar="PLAN", help="Plan to export; without it the problem is exported."),
    ] = None,
    max_input_mb: MaxInput = DEFAULT_INPUT_MB,
    quiet: Quiet = False,
) -> None:
    """Write a plan as tables, map or calendars; or a problem as tables.

    A plan becomes a workbook (a summary and a sheet for each technician), CSV files, GeoJSON, or a calendar
    for each technician. The tables of a problem are read back by import as the same problem.
    """
    from dispatch_engine.cli.exporting import ExportOptions, run_export

    run_export(ExportOptions(problem, plan, wanted, output, max_input_mb, quiet))


@app.command()
def warmup(quiet: Quiet = False) -> None:
    """Compile the kernels once; they stay on disk for every later run of this version."""
    from dispatch_engine.cli.making import run_warmup

    run_warmup(quiet)


@app.command()
def serve(
    host: Annotated[
        str | None,
        typer.Option("--host", metavar="ADDRESS", help="Address to listen on; 127.0.0.1 if not given."),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option("--port", metavar="N", parser=whole(0, 65_535), help="Port; 8000 if not given, 0: any."),
    ] = None,
    store: Annotated[
        str | None,
        typer.Option(
            "--store", metavar="URL", help="Where jobs are kept; sqlite:///dispatch-engine.db if not given."
        ),
    ] = None,
    keys: Annotated[
        str | None,
        typer.Option("--keys", metavar="FILE", help="API keys; with it every call needs one."),
    ] = None,
    solvers: Annotated[
        int | None,
        typer.Option(
            "--solvers", metavar="N", parser=whole(1, 256), help="Solves side by side; 2 if not given."
        ),
    ] = None,
) -> None:
    """Run the HTTP service with its own worker, until Ctrl-C or SIGTERM.

    On loopback no key is needed. Every setting also has a variable, such as DISPATCH_PORT; see
    docs/operations.md.
    """
    from dispatch_engine.cli.serving import ServeOptions, run_serve

    raise typer.Exit(run_serve(ServeOptions(host, port, store, keys, solvers)))


KeyFileOption = Annotated[str, typer.Option("--keys", metavar="FILE", help="The file of keys.")]


@keys.callback()
def api_keys() -> None:
    """Make, list and revoke API keys of the service."""


@keys.command("add")
def add_key(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="Name of the key, such as that of the program.")
    ],
    file: KeyFileOption,
    scope: Annotated[
        list[str] | None,
        typer.Option(
            "--scope", metavar="SCOPE", help="read, solve or admin; may be repeated; solve if not given."
        ),
    ] = None,
    owner: Annotated[
        str | None,
        typer.Option("--owner", metavar="NAME", help="Whose jobs these are; keys of one owner share them."),
    ] = None,
) -> None:
    """Make a key and print it, this once."""
    from dispatch_engine.cli.serving import run_key_add

    raise typer.Exit(run_key_add(file, name, owner, scope or []))


@keys.command("list")
def list_keys(file: KeyFileOption) -> None:
    """List the keys: name, first characters, scopes, owner, day."""
    from dispatch_engine.cli.serving import run_key_list

    raise typer.Exit(run_key_list(file))


@keys.command("revoke")
def revoke_key(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the key.")],
    file: KeyFileOption,
) -> None:
    """Take a key out of the file; a running service notices within a second."""
    from dispatch_engine.cli.serving import run_key_revoke

    raise typer.Exit(run_key_revoke(file, name))
