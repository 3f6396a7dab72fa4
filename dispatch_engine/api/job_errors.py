"""How a job that failed says so: the members of an RFC 9457 problem document for each kind of failure."""

from __future__ import annotations

from dispatch_engine.api.jobs import Document
from dispatch_engine.errors import InputError

OUT_OF_MEMORY: Document = {
    "title": "The job needed more memory than it may use",
    "status": 500,
    "code": "out_of_memory",
    "detail": "Divide the problem, for instance by area or by day, or have the operator raise the memory limit of "
    "a job.",
}
NO_PLAN_IN_TIME: Document = {
    "title": "No plan was found within the time limit",
    "status": 500,
    "code": "no_plan_in_time",
    "detail": "The work was ended because it went past its time limit, before it had a first plan. Submit it "
    "again with a longer time limit, or divide the problem.",
}


def describe(error: BaseException) -> Document:
    """The problem document of a job that ended with ``error``."""
    if isinstance(error, InputError):
        return _bad_input(error)
    if isinstance(error, MemoryError):
        return OUT_OF_MEMORY
    return {
        "title": "The engine failed",
        "status": 500,
        "code": "engine_failed",
        "detail": f"An error of type {type(error).__name__} ended the work. This is a defect of dispatch-engine: "
        "please report it, with the lines of the service's log about this job.",
    }


def _bad_input(error: InputError) -> Document:
    """Findings that show only when the problem is made ready, such as travel times that cannot be had."""
    return {
        "title": "The problem cannot be solved as it stands",
        "status": 422,
        "code": "invalid_problem",
        "detail": str(error),
        "errors": [
            {"pointer": f"/problem{finding.pointer}", "code": finding.code, "detail": finding.message}
            for finding in error.listed
        ],
    }
