"""``python -m benchmarks suite``: lists, writes, verifies and improves the instances of technician-sla-2026."""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks.errors import BenchmarkError
from benchmarks.machine import CHECKOUT
from benchmarks.tables import markdown, write_between_markers

PAGE = CHECKOUT / "docs" / "technician-sla-2026.md"
HEADER = (
    "instance",
    "tickets",
    "technicians",
    "SLA penalty",
    "bound",
    "cost minutes",
    "bound",
    "made by",
)


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "suite", help="the instances of technician-sla-2026 and their best known plans"
    )
    verbs = parser.add_subparsers(title="verbs", required=True, metavar="VERB")
    listing = verbs.add_parser("list", help="print the instances with their best known values")
    listing.add_argument("--write-docs", action="store_true", help="put it into docs/technician-sla-2026.md")
    listing.set_defaults(run=list_instances)
    writing = verbs.add_parser("write", help="write instances as problem files")
    writing.add_argument("instances", nargs="*", metavar="INSTANCE", help="all if none is given")
    writing.add_argument("-o", "--out", type=Path, default=Path("out/technician-sla-2026"), help="folder")
    writing.set_defaults(run=write_instances)
    verifying = verbs.add_parser("verify", help="check checksums and stored solutions; exit 1 at a fault")
    verifying.add_argument("instances", nargs="*", metavar="INSTANCE", help="all if none is given")
    verifying.set_defaults(run=verify)
    recording = verbs.add_parser("record", help="store a plan or its bounds if they are better")
    recording.add_argument("instance", metavar="INSTANCE")
    recording.add_argument("plan", type=Path, help="plan file; an order of tickets per route is enough")
    recording.add_argument("--by", required=True, help="program, version, limit, seed, machine")
    recording.set_defaults(run=record)


def list_instances(options: argparse.Namespace) -> int:
    """One row an instance."""
    from benchmarks.suite.best_known import stored_plan
    from benchmarks.suite.catalogue import catalogue

    rows = []
    for name, instance in catalogue().items():
        head = [name, str(instance.tickets), str(instance.technicians)]
        best = stored_plan(name)
        if best is None:
            rows.append([*head, *["–"] * (len(HEADER) - len(head))])
            continue
        bounds = ["–" if bound is None else f"{bound:g}" for bound in (best.sla_bound, best.cost_bound)]
        value = [f"{best.sla_penalty:g}", bounds[0], f"{best.cost_minutes:.2f}", bounds[1], best.made_by]
        rows.append([*head, *value])
    text = markdown(HEADER, rows)
    print(text)
    if options.write_docs:
        write_between_markers(PAGE, "instances", text)
    return 0


def write_instances(options: argparse.Namespace) -> int:
    """One file an instance, named after it."""
    from benchmarks.suite.catalogue import catalogue, instance_named
    from dispatch_engine.model.files import write_atomically

    options.out.mkdir(parents=True, exist_ok=True)
    for name in options.instances or catalogue():
        path = options.out / f"{name}.json"
        write_atomically(path, instance_named(name).text())
        print(path)
    return 0


def verify(options: argparse.Namespace) -> int:
    """Print every fault; exit 1 if there is one."""
    from benchmarks.suite.best_known import faults
    from benchmarks.suite.catalogue import catalogue, instance_named

    names = [instance_named(name).name for name in options.instances] or list(catalogue())
    found = list(faults(names))
    print("\n".join(found) or f"{len(names)} instances: checksums and stored solutions are as published")
    return 1 if found else 0


def record(options: argparse.Namespace) -> int:
    """Judge the plan and say what became of it."""
    from benchmarks.suite.best_known import improved, judged_plan, store, stored_plan
    from benchmarks.suite.catalogue import instance_named
    from dispatch_engine.errors import InputError
    from dispatch_engine.model.plan import Plan

    instance = instance_named(options.instance)
    try:
        plan = Plan.from_file(options.plan)
    except InputError as error:
        raise BenchmarkError(f"{options.plan}: {error}") from None
    found = judged_plan(instance, plan, options.by)
    better = improved(found, stored_plan(instance.name))
    if better is not None:
        store(better)
    words = "stored" if better is not None else "not better than what is stored"
    print(f"{instance.name}: {found.sla_penalty:g} points, {found.cost_minutes} minutes: {words}")
    return 0
