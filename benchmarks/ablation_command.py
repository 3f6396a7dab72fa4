"""``python -m benchmarks ablation``: what each component and number of the search is worth, over days and seeds."""

from __future__ import annotations

import argparse
import sys

from benchmarks.errors import BenchmarkError
from benchmarks.jobs import numbers
from benchmarks.machine import CHECKOUT, this_machine
from benchmarks.tables import markdown, write_between_markers

PAGE = CHECKOUT / "docs" / "decisions" / "0004-engine.md"


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "ablation", help="measure variants of the search against the search as it is"
    )
    parser.add_argument("--variants", default="", metavar="NAME[,NAME]", help="all if not given")
    parser.add_argument("--tickets", default="120", metavar="N[,N]", help="sizes of the generated days (120)")
    parser.add_argument("--days", default="1-3", metavar="LIST", help="seeds of the days (1-3)")
    parser.add_argument("--seeds", default="0-2", metavar="LIST", help="seeds of the search (0-2)")
    parser.add_argument("--seconds", type=float, default=10.0, help="for every run (10)")
    parser.add_argument("--iterations", type=int, help="a thread, instead of seconds: repeats exactly")
    parser.add_argument("--workers", type=int, default=1, help="threads of a run (1)")
    parser.add_argument(
        "--write-docs", action="store_true", help="put the table into docs/decisions/0004-*.md"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run all variants, one after the other on each day and seed, and print the table."""
    text = measured(options)
    print(text)
    if options.write_docs:
        write_between_markers(PAGE, "ablation", text)
    return 0


def measured(options: argparse.Namespace) -> str:
    """The machine, what was run, and the table, as Markdown."""
    from benchmarks.ablation import HEADER, Limit, Outcome, rows, run_variant
    from benchmarks.bound_days import city_day
    from benchmarks.variants import variants_named
    from dispatch_engine.solver.warm import warm_kernels

    variants = variants_named(options.variants)
    if not options.seconds > 0 or (options.iterations is not None and options.iterations <= 0):
        raise BenchmarkError("--seconds and --iterations must be positive")
    limit = Limit(options.iterations, options.seconds)
    sizes, days, seeds = (numbers(text) for text in (options.tickets, options.days, options.seeds))
    machine = this_machine()
    warm_kernels()
    outcomes: list[Outcome] = []
    for tickets in sizes:
        for number in days:
            day, name = city_day(tickets, number), f"{tickets}-{number}"
            for seed in seeds:
                # The variants of a pair run one after the other: a busy moment of the machine hits them all.
                for variant in variants:
                    total = run_variant(day, variant, limit, seed, options.workers)
                    outcomes.append(Outcome(variant.name, name, seed, total))
                    print(f"{name} seed {seed} {variant.name}: {total}", file=sys.stderr, flush=True)
    said = (
        f"{limit.words()}, {options.workers} thread{'s' * (options.workers > 1)}; days of {options.tickets} "
        f"tickets (seeds {options.days}), search seeds {options.seeds}. {machine.words()}"
    )
    return f"{said}\n\n{markdown(HEADER, rows(outcomes, variants))}"
