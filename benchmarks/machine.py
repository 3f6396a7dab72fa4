"""What a measurement was made on: processor, cores, versions, commit and a calibration score."""

from __future__ import annotations

import os
import platform
import subprocess
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from time import perf_counter
from typing import Any

from dispatch_engine._version import __version__

CHECKOUT = Path(__file__).resolve().parent.parent
PACKAGES = ("numba", "numpy", "ortools", "pydantic")
CALIBRATION_STEPS = 2_000_000


@dataclass(frozen=True)
class Machine:
    """Where and with what something was measured; ``calibration`` is in million steps a second."""

    cpu: str
    cores: int
    system: str
    python: str
    packages: dict[str, str]
    version: str
    commit: str
    date: str
    calibration: float

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self)

    def words(self) -> str:
        """One line for people."""
        packages = ", ".join(f"{name} {number}" for name, number in self.packages.items())
        return (
            f"{self.cpu}, {self.cores} cores, calibration {self.calibration:.1f}; {self.system}; "
            f"Python {self.python}; {packages}; dispatch-engine {self.version} ({self.commit}); {self.date}"
        )


def this_machine() -> Machine:
    """The machine, the interpreter and the checkout that run this process."""
    return Machine(
        cpu=cpu_model(),
        cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        system=f"{platform.system()} {platform.machine()}",
        python=platform.python_version(),
        packages={name: _version_of(name) for name in PACKAGES},
        version=__version__,
        commit=git_commit(CHECKOUT),
        date=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        calibration=calibration(),
    )


def cpu_model(cpuinfo: Path = Path("/proc/cpuinfo")) -> str:
    """The processor's name; what Python knows of it where there is no ``/proc``."""
    try:
        lines = cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or "unknown processor"


def git_commit(folder: Path) -> str:
    """The short commit of the checkout, ``+changes`` where files differ from it, ``unknown`` without git."""
    try:
        commit = _git(folder, "rev-parse", "--short", "HEAD")
        return commit + ("+changes" if _git(folder, "status", "--porcelain") else "")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def calibration(repeats: int = 3) -> float:
    """Million steps a second of a fixed integer loop in plain Python, best of ``repeats``, one core.

    It tells slow machines from fast ones, and a busy machine from a quiet one, when results are compared.
    """
    return max(_calibrate() for _ in range(repeats))


def _calibrate() -> float:
    state, start = 1, perf_counter()
    for _ in range(CALIBRATION_STEPS):
        state = (state * 1103515245 + 12345) & 0x7FFFFFFF
    assert state != 0
    return CALIBRATION_STEPS / 1e6 / (perf_counter() - start)


def _version_of(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "absent"


def _git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
