"""The errors of the benchmarks: what a user can mend, and what the engine cannot express."""

from __future__ import annotations


class BenchmarkError(Exception):
    """Something that the user can mend: a missing file, an unknown name. The message says how."""


class UnsupportedError(BenchmarkError):
    """The instance needs what a solver cannot express; ``features`` names it."""

    def __init__(self, *features: str) -> None:
        super().__init__("unsupported: " + ", ".join(features))
        self.features = features
