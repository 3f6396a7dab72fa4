"""A job as the function sees it that does it."""

from __future__ import annotations

from time import monotonic

from dispatch_engine.api.jobs import Document
from dispatch_engine.api.task import Task


class Heard:
    """A link that keeps what was sent."""

    def __init__(self) -> None:
        self.messages: list[Document] = []

    def send(self, message: Document) -> None:
        self.messages.append(message)


def task(spent: float, began: float, limit: float = 10.0) -> tuple[Task, Heard]:
    link = Heard()
    return Task(b"", limit, spent, link, lambda: False, began=began), link


def test_the_time_before_the_child_counts():
    """Two seconds were spent, three have passed since: five of ten are left, or a little less."""
    job, _ = task(spent=2.0, began=monotonic() - 3.0)
    assert 5.0 <= job.seconds() < 6.0
    assert 4.0 < job.seconds_left() <= 5.0


def test_no_time_is_left_after_the_limit():
    """Never less than nothing."""
    job, _ = task(spent=2.0, began=monotonic() - 9.0)
    assert job.seconds_left() == 0.0


def test_news_in_order():
    """Progress gets its time; plans and lines go as they are."""
    job, link = task(spent=2.0, began=monotonic())
    job.progress({"phase": "search"})
    job.incumbent("{}", None)
    job.log("text")
    progress, plan, log = link.messages
    assert progress["progress"]["phase"] == "search"
    assert progress["progress"]["seconds"] >= 2.0
    assert (plan, log) == ({"plan": "{}", "prices": None}, {"log": "text"})
