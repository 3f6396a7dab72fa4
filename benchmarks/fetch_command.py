"""``python -m benchmarks fetch``: tells where each family's files come from and where to put them."""

from __future__ import annotations

import argparse

from benchmarks.families.register import FAMILIES
from benchmarks.instances import BESIDE_CHECKOUT, VARIABLE


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser("fetch", help="tell where the public instance files come from")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print a line per folder: nothing is downloaded, the sets have licences of their own."""
    del options
    print(
        "Nothing is downloaded: the sets have their own licences. Put each family's files into\n"
        f"DIR/<folder>/instances, its values into DIR/<folder>/bks.csv (instance,value,vehicles,source),\n"
        f"and give --instances DIR or set {VARIABLE} (default: {BESIDE_CHECKOUT}).\n"
    )
    for folder, origin in {family.folder: family.origin for family in FAMILIES}.items():
        print(f"{folder:20} {origin}")
    return 0
