"""The command line of the benchmarks: one subcommand a file, listed here."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from benchmarks import (
    ablation_command,
    compare_command,
    fetch_command,
    import_command,
    kernels_command,
    plot_command,
    real_days_command,
    refresh_command,
    report_command,
    run_command,
    speed_command,
    suite_command,
    summary_command,
    verify_command,
    vroom_command,
)
from benchmarks.errors import BenchmarkError

COMMANDS = (
    speed_command,
    kernels_command,
    ablation_command,
    import_command,
    real_days_command,
    verify_command,
    run_command,
    summary_command,
    compare_command,
    plot_command,
    report_command,
    suite_command,
    fetch_command,
    vroom_command,
    refresh_command,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command: 0 done, 1 a target is missed or something got worse, 2 bad usage or missing files."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add_parser(commands)
    options = parser.parse_args(arguments)
    try:
        code: int = options.run(options)
    except BenchmarkError as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return code
