"""The tree of exceptions, and the finding: what is wrong, where, and what to do.

DispatchEngineError
├── InputError     the caller's data is bad (commands exit with 2)
└── EngineError    the engine failed on good data (commands exit with 3)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

MAX_LISTED = 50
"""At most so many findings are written out; the rest is counted."""


class DispatchEngineError(Exception):
    """Root of everything that this package raises on purpose."""


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with an input.

    Attributes
    ----------
    pointer : JSON pointer (RFC 6901) to the value, such as ``/tickets/17/location/lat``; empty: the whole
        document.
    code : stable word for programs; every code is explained in ``docs/errors.md``.
    message : sentence for people, with the offending value (shortened) and the cure.
    """

    pointer: str
    code: str
    message: str

    def __str__(self) -> str:
        return f"{self.pointer or '(document)'}: {self.message} [{self.code}]"


class InputError(DispatchEngineError):
    """Bad input, with everything that was found wrong at once.

    Parameters
    ----------
    findings : all findings, at least one, in the order of the document where that is known.
    """

    findings: tuple[Finding, ...]

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        # The tuple is the only argument, so that the error survives pickling between processes.
        super().__init__(self.findings)

    @classmethod
    def of(cls, pointer: str, code: str, message: str) -> InputError:
        """An error with a single finding."""
        return cls((Finding(pointer, code, message),))

    @property
    def listed(self) -> tuple[Finding, ...]:
        """The findings worth showing: the first ``MAX_LISTED``."""
        return self.findings[:MAX_LISTED]

    @property
    def omitted(self) -> int:
        """How many findings ``listed`` leaves out."""
        return len(self.findings) - len(self.listed)

    def __str__(self) -> str:
        lines = [str(finding) for finding in self.listed]
        if self.omitted:
            lines.append(f"... and {self.omitted} more")
        return "\n".join(lines)


class EngineError(DispatchEngineError):
    """The engine failed on input that was good: a defect, worth a report."""
