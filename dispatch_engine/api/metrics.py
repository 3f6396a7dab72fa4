"""What a monitoring system asks for: requests, queue, solves, time past limits, in the text format of Prometheus."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from dispatch_engine._version import __version__
from dispatch_engine.api.counters import BUCKETS
from dispatch_engine.api.jobs import JobState
from dispatch_engine.api.store import Store, StoreUnavailable
from dispatch_engine.api.worker import Stats, Supervisor

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
REQUEST_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Metrics:
    """Counts of one service; each service has a registry of its own."""

    def __init__(self, store: Store, worker: Supervisor) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.registry.register(_Jobs(store, worker))
        self.requests = Counter(
            "dispatch_requests", "Answers given.", ["method", "route", "status"], registry=self.registry
        )
        self.request_seconds = Histogram(
            "dispatch_request_seconds",
            "Time from the head of a request to the end of its answer; event streams are left out.",
            ["method", "route"],
            buckets=REQUEST_SECONDS,
            registry=self.registry,
        )
        self.deliveries = Counter(
            "dispatch_webhook_calls",
            "Tries to call a webhook: delivered, failed, or given up.",
            ["outcome"],
            registry=self.registry,
        )

    def text(self) -> bytes:
        """All metrics, in the text format; asks the store."""
        return generate_latest(self.registry)


class _Jobs(Collector):
    """Queue and work, asked for at the moment of the scrape."""

    def __init__(self, store: Store, worker: Supervisor) -> None:
        self._store = store
        self._worker = worker

    def describe(self) -> list[Metric]:
        """Nothing: else every name would be asked for at registration."""
        return []

    def collect(self) -> Iterator[Metric]:
        """The metrics as they are now."""
        yield _build()
        yield from self._queue()
        yield from _work(self._worker.stats())

    def _queue(self) -> Iterator[Metric]:
        try:
            depth, age = self._store.queue_depth(), self._store.oldest_queued_seconds()
        except StoreUnavailable:
            yield GaugeMetricFamily("dispatch_store_up", "Whether the store of jobs can be read.", 0)
            return
        yield GaugeMetricFamily("dispatch_store_up", "Whether the store of jobs can be read.", 1)
        yield GaugeMetricFamily("dispatch_jobs_queued", "Jobs that wait.", depth)
        yield GaugeMetricFamily("dispatch_queue_age_seconds", "How long the oldest job has waited.", age)


def _build() -> Metric:
    family = GaugeMetricFamily("dispatch_build_info", "Version of dispatch-engine.", labels=["version"])
    family.add_metric([__version__], 1)
    return family


def _work(stats: Stats) -> Iterator[Metric]:
    totals = stats.totals
    yield GaugeMetricFamily("dispatch_jobs_running", "Jobs at work.", stats.jobs_running)
    yield GaugeMetricFamily("dispatch_children_idle", "Processes ready for a job.", stats.children_idle)
    ended = CounterMetricFamily("dispatch_jobs_ended", "Jobs that ended.", labels=["state"])
    for state in JobState:
        if state.is_final:
            ended.add_metric([state], totals.ended.get(state, 0))
    yield ended
    counts = {
        "child_kills": ("Processes killed because of a cancel or a deadline.", totals.kills),
        "overruns": ("Jobs that were ended past their time limit.", totals.overruns),
        "child_deaths": ("Processes that died with a job in hand.", totals.deaths),
        "tickets": ("Tickets in the plans of jobs that succeeded.", totals.tickets),
        "tickets_unassigned": ("Of these, tickets that nobody serves.", totals.unassigned),
    }
    for name, (meaning, value) in counts.items():
        yield CounterMetricFamily(f"dispatch_{name}", meaning, value)
    ratio = totals.unassigned / totals.tickets if totals.tickets else 0.0
    yield GaugeMetricFamily(
        "dispatch_unassigned_ratio", "Unassigned tickets ÷ tickets, since the start.", ratio
    )
    yield _solve_seconds(stats)


def _solve_seconds(stats: Stats) -> Metric:
    ends = [*map(str, BUCKETS), "+Inf"]
    sums = accumulate(stats.totals.seconds_by_bucket)
    family = HistogramMetricFamily("dispatch_solve_seconds", "Time that ended jobs ran.")
    family.add_metric([], list(zip(ends, sums, strict=True)), stats.totals.seconds)
    return family
