"""A day of two tickets, solved before the first real one, so that nothing is loaded while a caller waits."""

from __future__ import annotations

import json
from time import monotonic

from dispatch_engine.api.jobs import Document
from dispatch_engine.api.plan_job import plan_job
from dispatch_engine.api.task import Task

DAY: Document = {
    "technicians": [
        {
            "id": "T1",
            "start": {"lat": 31.23, "lon": 121.47},
            "shifts": [{"start": "2026-11-23T08:00:00+08:00", "end": "2026-11-23T17:00:00+08:00"}],
        }
    ],
    "tickets": [
        {"id": "K1", "location": {"lat": 31.19, "lon": 121.43}, "duration_minutes": 45},
        {"id": "K2", "location": {"lat": 31.25, "lon": 121.49}, "duration_minutes": 45},
    ],
}


def rehearse() -> None:
    """Do the job ``plan`` for the small day; its news go nowhere."""
    request = json.dumps({"problem": DAY, "options": {"iterations": 1}}).encode()
    plan_job(Task(request, 600.0, 0.0, _Nowhere(), lambda: False, began=monotonic()))


class _Nowhere:
    """A link without another end."""

    def send(self, message: Document) -> None:
        """Drop the message."""
