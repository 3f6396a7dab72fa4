"""Progress of many plans on stderr: a bar on a terminal, a plain line every few seconds elsewhere."""

from __future__ import annotations

import sys
from time import monotonic
from typing import TYPE_CHECKING, Self

from dispatch_engine.cli.guard import tell
from dispatch_engine.cli.progress import LINE_SECONDS, is_animated

if TYPE_CHECKING:
    from rich.progress import Progress

    from dispatch_engine.whatif.runs import Outcome

STOPPING = "stopping, what is finished is kept (Ctrl-C again aborts)"


class RunsView:
    """How many plans of how many are made; this one shows nothing, subclasses do.

    Attributes
    ----------
    total : plans to make, as far as is known.
    """

    def __init__(self) -> None:
        self.total = 0
        self.done = 0
        self.last = "starting the engine"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def update(self, outcome: Outcome) -> None:
        """Count a plan."""
        self.done += 1
        self.last = f"{outcome.variant}, seed {outcome.seed}"
        self._show()

    def update_of_round(self, outcome: Outcome, total: int) -> None:
        """Count a plan of a round with ``total`` plans; a finished round is followed by the next."""
        if self.done == self.total:
            self.done, self.total = 0, total
        self.update(outcome)

    def stopping(self) -> None:
        """Say that the runs were asked to end."""
        self.last = STOPPING
        self._show()

    def _show(self) -> None:
        """Bring what is known to the screen."""


class RunLines(RunsView):
    """A line every few seconds: for logs and pipes."""

    def __enter__(self) -> Self:
        self._began = self._told = monotonic()
        return self

    def stopping(self) -> None:
        """Say so at once."""
        tell(STOPPING)

    def _show(self) -> None:
        if monotonic() - self._told >= LINE_SECONDS:
            self._told = monotonic()
            tell(f"[{self._told - self._began:.0f} s] plan {self.done} of {self.total}: {self.last}")


class RunBar(RunsView):
    """A bar that stays in place and vanishes at the end: for terminals."""

    def __enter__(self) -> Self:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        console = Console(file=sys.stderr, highlight=False, markup=False)
        columns = (BarColumn(16), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
        self._bar: Progress = Progress(*columns, console=console, transient=True)
        self._task = self._bar.add_task(self.last, total=None)
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def _show(self) -> None:
        # Ids may hold brackets, which rich would take for markup.
        text = self.last.replace("[", "\\[")
        self._bar.update(self._task, completed=self.done, total=self.total, description=text)


def runs_view_for(quiet: bool) -> RunsView:
    """The view that suits stderr."""
    if quiet:
        return RunsView()
    return RunBar() if is_animated() else RunLines()
