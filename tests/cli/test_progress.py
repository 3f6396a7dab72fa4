"""Progress: phases, times and the best plan in words, on terminals and in logs."""

from __future__ import annotations

import pytest
from rich.console import Console
from rich.spinner import Spinner

from dispatch_engine.cli.progress import LineView, LiveView, SilentView, View, cost_words, view_for
from dispatch_engine.solver.solve import Progress


class Words(SilentView):
    """A view whose clock stands still at ``now`` seconds."""

    now = 0.0

    @property
    def seconds(self) -> float:
        return self.now


def seen(progress: Progress, mode: str = "sla_first", now: float = 0.0) -> View:
    view = Words(mode)
    view.update(progress)
    view.now = now
    return view


def test_times_say_elapsed_limit_and_left() -> None:
    """4.2 s of a limit of 10 s: 5.8 s, told as 6, are left."""
    view = seen(Progress("search", 4.2, 10.0, 500, 6.0, 812.4), now=4.2)
    assert view.phase_words() == "searching for better plans"
    assert view.time_words() == "4.2 of 10 s, 6 s left"
    assert view.share == pytest.approx(0.42)


def test_iterations_replace_the_limit() -> None:
    """500 of 2,000 steps are a quarter, however long they took."""
    view = seen(Progress("search", 4.2, None, 500, 6.0, 812.4), now=4.2)
    view.steps = 2000
    assert view.time_words() == "4.2 s, step 500 of 2,000"
    assert view.share == 0.25


@pytest.mark.parametrize(
    ("mode", "words"),
    [
        ("sla_first", "SLA penalty 6.5, cost 1,812.4 min (at least cost 800.0 min)"),
        ("working_time", "6.5 unserved, working time 1,812.4 min (at least working time 800.0 min)"),
        ("cost", "cost 1,812 cents (at least cost 800 cents)"),
    ],
)
def test_the_best_plan_is_told_in_the_unit_of_the_mode(mode: str, words: str) -> None:
    """Each mode has its own tiers and unit; a bound is told where there is one."""
    assert seen(Progress("prove", 1.0, 10.0, 5, 6.5, 1812.4, 800.0), mode).best_words() == words


def test_nothing_is_claimed_before_the_first_plan() -> None:
    """Without a plan there are no words about it, and no share of a limit while compiling."""
    view = seen(Progress("compile", 0.0, 10.0, 0, None, None))
    assert view.best_words() == ""
    assert view.share is None
    assert view.time_words() == "0.0 s"


def test_a_long_compilation_is_explained() -> None:
    """Loading compiled kernels takes a moment; whoever waits longer is told why."""
    progress = Progress("compile", 0.0, 10.0, 0, None, None)
    assert seen(progress, now=0.5).phase_words() == "loading the kernels"
    assert "once per version" in seen(progress, now=8.0).phase_words()


def test_a_stop_is_told_whatever_the_phase(capsys: pytest.CaptureFixture[str]) -> None:
    """After Ctrl-C the line says that the best plan is kept and how to abort."""
    with LineView("sla_first") as view:
        view.update(Progress("search", 0.0, 10.0, 0, 1.0, 2.0))
        view.stopping()
    lines = capsys.readouterr().err.splitlines()
    assert "searching for better plans  SLA penalty 1, cost 2.0 min" in lines[0]
    assert "the best plan is kept (Ctrl-C again aborts)" in lines[1]


def test_a_log_gets_a_line_for_a_long_phase_only(capsys: pytest.CaptureFixture[str]) -> None:
    """Ten reports of one phase are one line; short phases have none."""
    with LineView("sla_first") as view:
        for phase in ("prepare", "construct", *["search"] * 10, "check"):
            view.update(Progress(phase, 0.0, 10.0, 0, None, None))
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_quiet_shows_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """``--quiet``: not a character."""
    with view_for(True, "sla_first") as view:
        view.update(Progress("search", 0.0, 10.0, 0, None, None))
        view.stopping()
    assert capsys.readouterr() == ("", "")


def test_the_live_lines_fit_80_columns() -> None:
    """The longest words of a run stay in two lines of a small terminal."""
    view = LiveView("sla_first")
    view._spinner = Spinner("dots")
    view.update(Progress("search", 5999.0, 6000.0, 10**9, 12345.5, 1234567.8))
    console = Console(width=80, record=True, force_terminal=True, color_system=None)
    with console.capture() as captured:
        console.print(view._lines())
    lines = captured.get().rstrip("\n").split("\n")
    assert len(lines) == 2
    assert "SLA penalty 12,345.5, cost 1,234,567.8 min" in lines[1]


def test_costs_have_units() -> None:
    """Minutes have a decimal, cents none."""
    assert cost_words("cost", 1234.0) == "cost 1,234 cents"
    assert cost_words("sla_first", 1234.56) == "cost 1,234.6 min"
