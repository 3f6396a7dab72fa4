"""What a child does to itself before it works: die with its parent, yield to others, and keep to its memory."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

PR_SET_PDEATHSIG = 1
MEGABYTE = 1 << 20


def die_with_parent(parent: int) -> None:
    """Ask the kernel for SIGKILL when the parent dies; leave at once if it is dead already.

    Elsewhere than on Linux only the closed pipe tells the child, once it reads it.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)


def leave_signals_to_parent() -> None:
    """Ctrl-C and a service manager's SIGTERM reach the whole group; the parent decides what becomes of a job."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)


def yield_to_others(nice: int) -> None:
    """Lower this process's claim on the processor, so that the service answers while children work."""
    with suppress(AttributeError, OSError):
        os.nice(nice)


def cap_memory(megabytes: int) -> None:
    """Let this process use so much more address space than it uses now; beyond that allocation fails.

    Elsewhere than on Linux there is no cap: other systems do not tell how much is in use, or do not heed it.
    """
    if sys.platform != "linux":
        return
    import resource

    limit = address_space() + megabytes * MEGABYTE
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard != resource.RLIM_INFINITY:
        limit = min(limit, hard)
    resource.setrlimit(resource.RLIMIT_AS, (limit, hard))


def address_space() -> int:
    """Bytes of address space of this process (Linux)."""
    return _statm(0)


def resident() -> int:
    """Bytes of memory that this process holds; 0 where the system does not tell."""
    return _statm(1) if sys.platform == "linux" else 0


def peak_resident() -> int:
    """The most bytes of memory that this process ever held; 0 where the system does not tell."""
    if sys.platform != "linux":
        return 0
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _statm(field: int) -> int:
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()
    return int(pages[field]) * os.sysconf("SC_PAGE_SIZE")
