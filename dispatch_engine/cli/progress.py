"""Progress of a run on stderr: two live lines on a terminal, a plain line every few seconds elsewhere."""

from __future__ import annotations

import sys
import threading
from abc import abstractmethod
from time import monotonic
from typing import TYPE_CHECKING, Self

from dispatch_engine.cli.guard import tell

if TYPE_CHECKING:
    from rich.console import RenderableType

    from dispatch_engine.solver.solve import Progress

PHASES = {
    "start": "starting the engine",
    "compile": "loading the kernels",
    "prepare": "preparing the day",
    "construct": "making a first plan",
    "search": "searching for better plans",
    "combine": "combining the best routes",
    "bound": "proving a bound",
    "prove": "proving the plan",
    "check": "checking the plan",
    "stop": "stopping, the best plan is kept (Ctrl-C again aborts)",
}
COMPILING = "compiling the kernels (once per version, about a minute)"
COMPILING_AFTER_SECONDS = 3.0
"""Loading compiled kernels takes less; whoever waits longer should know why."""

TOLD_PHASES = ("compile", "search", "prove")
"""Phases that have a plain line of their own where there is no terminal."""

LINE_SECONDS = 5.0


class View:
    """What is known about the run, and its words; subclasses show them.

    Parameters
    ----------
    mode : the objective's mode, which decides the unit of the cost.

    Attributes
    ----------
    steps : iterations of all threads together where they limit the run, else None.
    """

    def __init__(self, mode: str) -> None:
        self.mode = mode
        self.steps: int | None = None
        self.phase = "start"
        self.progress: Progress | None = None
        self._began = monotonic()
        self._is_stopping = False

    @abstractmethod
    def __enter__(self) -> Self:
        """Begin to show."""

    @abstractmethod
    def __exit__(self, *_: object) -> None:
        """Stop showing."""

    def update(self, progress: Progress) -> None:
        """Take what the engine reports; called about twenty times a second."""
        if progress.phase != "compile" or self.phase != "compile":
            self._began = monotonic() - progress.seconds
        self.phase = progress.phase
        self.progress = progress

    def stopping(self) -> None:
        """Say that the run was asked to end."""
        self._is_stopping = True

    @property
    def seconds(self) -> float:
        """Since the run, or its compilation, began."""
        return monotonic() - self._began

    @property
    def share(self) -> float | None:
        """How much of the limit is used, 0 to 1; None while there is nothing to measure."""
        if self.progress is None or self.phase in ("start", "compile"):
            return None
        if self.steps is not None:
            return min(1.0, self.progress.iterations / self.steps)
        limit = self.progress.time_limit
        return None if limit is None else min(1.0, self.seconds / limit)

    def phase_words(self) -> str:
        """The phase for people."""
        if self._is_stopping:
            return PHASES["stop"]
        if self.phase == "compile" and self.seconds > COMPILING_AFTER_SECONDS:
            return COMPILING
        return PHASES.get(self.phase, self.phase)

    def time_words(self) -> str:
        """Elapsed time, limit, time left."""
        limit = None if self.progress is None else self.progress.time_limit
        if self.steps is not None and self.progress is not None:
            return f"{self.seconds:.1f} s, step {self.progress.iterations:,} of {self.steps:,}"
        if limit is None or self.share is None:
            return f"{self.seconds:.1f} s"
        return f"{self.seconds:.1f} of {limit:g} s, {max(0.0, limit - self.seconds):.0f} s left"

    def best_words(self) -> str:
        """The best plan so far in the mode's unit, and its bound; empty before the first plan."""
        if self.progress is None or self.progress.cost is None:
            return ""
        points = f"{self.progress.sla_penalty or 0:,.10g}"
        tiers = {"cost": "", "working_time": f"{points} unserved, "}.get(self.mode, f"SLA penalty {points}, ")
        words = tiers + cost_words(self.mode, self.progress.cost)
        if self.progress.bound is not None:
            words += f" (at least {cost_words(self.mode, self.progress.bound)})"
        return words


def cost_words(mode: str, cost: float) -> str:
    """``cost`` with its name and unit in ``mode``."""
    if mode == "cost":
        return f"cost {cost:,.0f} cents"
    return f"{'working time' if mode == 'working_time' else 'cost'} {cost:,.1f} min"


class SilentView(View):
    """Shows nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None


class LineView(View):
    """A line when a long phase begins, and one every few seconds: for logs and pipes."""

    def __enter__(self) -> Self:
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._tell_now_and_then, name="progress", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def update(self, progress: Progress) -> None:
        """Take the report; a new long phase is told at once."""
        is_new = progress.phase != self.phase and progress.phase in TOLD_PHASES
        super().update(progress)
        if is_new:
            self._tell()

    def stopping(self) -> None:
        """Say so at once."""
        super().stopping()
        self._tell()

    def _tell_now_and_then(self) -> None:
        while not self._over.wait(LINE_SECONDS):
            self._tell()

    def _tell(self) -> None:
        tell("  ".join(filter(None, (f"[{self.time_words()}]", self.phase_words(), self.best_words()))))


class LiveView(View):
    """Two lines that stay in place and vanish at the end: for terminals."""

    def __enter__(self) -> Self:
        from rich.console import Console
        from rich.live import Live
        from rich.spinner import Spinner

        self._spinner = Spinner("dots")
        console = Console(file=sys.stderr, highlight=False, markup=False)
        self._live = Live(console=console, get_renderable=self._lines, refresh_per_second=10, transient=True)
        self._live.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._live.__exit__(None, None, None)

    def _lines(self) -> RenderableType:
        from rich.console import Group
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        line = Table.grid(padding=(0, 1))
        cells: list[RenderableType] = [self._spinner, Text(self.phase_words(), "bold")]
        if self.share is not None and not self._is_stopping:
            cells.append(ProgressBar(total=1.0, completed=self.share, width=16))
        line.add_row(*cells, Text(self.time_words(), "dim"))
        return Group(line, Text(f"  {self.best_words()}"))


def view_for(quiet: bool, mode: str) -> View:
    """The view that suits stderr."""
    if quiet:
        return SilentView(mode)
    return LiveView(mode) if is_animated() else LineView(mode)


def is_animated() -> bool:
    """Whether stderr is a terminal that can move its cursor."""
    from rich.console import Console

    try:
        return sys.stderr.isatty() and not Console(file=sys.stderr).is_dumb_terminal
    except ValueError:
        return False
