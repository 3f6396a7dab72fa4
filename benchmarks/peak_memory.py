"""Runs one command of dispatch-engine in this process and then prints its peak memory in MB.

``python -m benchmarks.peak_memory solve problem.json --time-limit 5``
"""

from __future__ import annotations

import resource
import sys
from pathlib import Path


def peak_megabytes(status: Path = Path("/proc/self/status")) -> float:
    """Largest resident memory of this process so far, in 10^6 bytes.

    ``getrusage`` also counts the parent before this program was loaded, so the kernel's own high-water mark
    is read where there is one.
    """
    if status.exists():
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
        return int(lines["VmHWM"].split()[0]) * 1024 / 1e6
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def main() -> int:
    """Run the command of ``sys.argv``; the last line on stdout is the peak."""
    from dispatch_engine.cli import main as dispatch_engine

    code = dispatch_engine(sys.argv[1:])
    print(f"{peak_megabytes():.1f}")
    return code


if __name__ == "__main__":
    sys.exit(main())
