"""``python -m benchmarks``: runs one command and ends with its exit code."""

from __future__ import annotations

import sys

from benchmarks.commands import main

if __name__ == "__main__":
    sys.exit(main())
