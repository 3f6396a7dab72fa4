"""Problems and plans read from files or from standard input, with the file named in every finding."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from dispatch_engine.cli.guard import FileError
from dispatch_engine.errors import InputError

if TYPE_CHECKING:
    from dispatch_engine.model.events import Events
    from dispatch_engine.model.plan import Plan
    from dispatch_engine.model.problem import Problem, Ticket

STDIN = "-"


def read_problem(source: str, max_input_mb: float) -> Problem:
    """The problem in the file ``source``, or on standard input. Raises FileError with all findings."""
    from dispatch_engine.model.problem import Problem

    with about(source):
        if source == STDIN:
            return Problem.from_json(_stdin(max_input_mb))
        return Problem.from_file(source, max_input_mb)


def read_plan(source: str, max_input_mb: float) -> Plan:
    """The plan in the file ``source``, or on standard input. Raises FileError with all findings."""
    from dispatch_engine.model.plan import Plan

    with about(source):
        if source == STDIN:
            return Plan.from_json(_stdin(max_input_mb))
        return Plan.from_file(source, max_input_mb)


def read_events(source: str, max_input_mb: float) -> Events:
    """The events in the file ``source``, or on standard input. Raises FileError with all findings."""
    from dispatch_engine.model.events import Events

    with about(source):
        if source == STDIN:
            return Events.from_json(_stdin(max_input_mb))
        return Events.from_file(source, max_input_mb)


def read_ticket(source: str, max_input_mb: float) -> Ticket:
    """The ticket in the file ``source``, or on standard input. Raises FileError with all findings."""
    from dispatch_engine.model.base import validate
    from dispatch_engine.model.files import parse_json, read_document
    from dispatch_engine.model.problem import Ticket

    with about(source):
        if source == STDIN:
            return validate(Ticket, parse_json(_stdin(max_input_mb)))
        return validate(Ticket, read_document(source, max_input_mb))


def read_both(problem: str, plan: str, max_input_mb: float) -> tuple[Problem, Plan]:
    """A problem and a plan for it; only one of them may come from standard input."""
    refuse_two_from_stdin(problem, plan)
    return read_problem(problem, max_input_mb), read_plan(plan, max_input_mb)


def refuse_two_from_stdin(*sources: str) -> None:
    """Only one document of a command may come from standard input. Raises InputError, code ``not_a_file``."""
    if sources.count(STDIN) > 1:
        message = "several documents cannot all come from standard input; name files for all but one of them"
        raise InputError.of("", "not_a_file", message)


@contextmanager
def about(source: str) -> Iterator[None]:
    """Names ``source`` in the findings that are raised inside."""
    try:
        yield
    except FileError:
        raise
    except InputError as error:
        raise FileError(error.findings, "(standard input)" if source == STDIN else source) from None


def _stdin(max_input_mb: float) -> bytes:
    limit = int(max_input_mb * 1_000_000)
    try:
        data = sys.stdin.buffer.read(limit + 1)
    except OSError as error:
        raise InputError.of("", "unreadable", f"cannot be read: {error.strerror}; pipe a file in") from None
    if len(data) > limit:
        message = f"is larger than {max_input_mb:g} MB; split it or raise --max-input-mb"
        raise InputError.of("", "too_large", message)
    return data
