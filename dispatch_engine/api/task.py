"""What a function that does a job is given, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import Protocol

from dispatch_engine.api.jobs import Document


class Link(Protocol):
    """The way back to the service while a job is being done."""

    def send(self, message: Document) -> None:
        """Tell the service something about the job."""


@dataclass
class Task:
    """One job, as seen by the function that does it.

    Attributes
    ----------
    request : the JSON body as it was accepted.
    time_limit_seconds : what the job may take since it began to run, all included.
    spent_seconds : how much of that had passed when the child got the job.
    link : where news go.
    is_cancelled : whether somebody asked for the end.
    """

    request: bytes
    time_limit_seconds: float
    spent_seconds: float
    link: Link
    is_cancelled: Callable[[], bool]
    began: float = field(default_factory=monotonic)

    def seconds(self) -> float:
        """Time since the job began to run."""
        return self.spent_seconds + monotonic() - self.began

    def seconds_left(self) -> float:
        """What is left of the limit; 0 once it is used up."""
        return max(0.0, self.time_limit_seconds - self.seconds())

    def progress(self, fields: Document) -> None:
        """Tell how far the job is; ``seconds`` is added."""
        self.link.send({"progress": {**fields, "seconds": round(self.seconds(), 3)}})

    def incumbent(self, plan: str, prices: Document | None) -> None:
        """Hand over the best plan so far: it is what remains if the job must be killed."""
        self.link.send({"plan": plan, "prices": prices})

    def log(self, message: str) -> None:
        """Tell something to whoever follows the job."""
        self.link.send({"log": message})


@dataclass(frozen=True)
class Result:
    """How a job ended well: JSON text of the plan, its price by rule, and counts for the metrics."""

    plan: str
    prices: Document
    tickets: int = 0
    unassigned: int = 0


JobFunction = Callable[[Task], Result]
