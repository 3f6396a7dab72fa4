"""The one decorator of all kernels, and the folder where their machine code is kept between runs."""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
from numba import types

Kernel = TypeVar("Kernel", bound=Callable[..., Any])
OPTIONS: dict[str, Any] = {
    "cache": True,
    "nogil": True,
    "error_model": "numpy",
    "boundscheck": False,
    "no_cfunc_wrapper": True,
    "_nrt": False,
}
"""How every kernel is compiled."""
KERNELS = Path(__file__).parent / "kernels"


def kernel(function: Kernel) -> Kernel:
    """Compile ``function`` on first use, keep the code on disk, and release the GIL while it runs.

    For what is called from Python, or rarely, or with few arrays; everything else is :func:`inlined`.

    Numba's disk cache notices an edit in a kernel's own file, not in another kernel that it calls, and would
    then serve stale code. So the cache folder is named after all kernel sources together: any edit starts a
    new folder. Numba reads the folder's name while the decorator runs; it is set for just that moment, so
    that other packages' caches stay where they are.

    Kernels run without numba's reference counting (``_nrt=False``): every array belongs to the caller, and
    counting cost more than the work itself (docs/decisions/0003-kernels-without-reference-counts.md). The
    price is that a kernel cannot allocate; that includes assigning one array's slice to another's.
    """
    return _compiled(function, OPTIONS)


def inlined(function: Kernel) -> Kernel:
    """A kernel that is always built into its callers.

    For what gets the whole plan (`State`) handed: each array travels as seven machine words, so a call that is
    not built in pushes some five hundred of them, which costs more than the work of most kernels
    (docs/decisions/0008-a-faster-search.md).
    """
    return _compiled(function, {**OPTIONS, "forceinline": True})


def _compiled(function: Kernel, options: dict[str, Any]) -> Kernel:
    config = cast(Any, numba.config)
    before = config.CACHE_DIR
    config.CACHE_DIR = str(cache_folder())
    try:
        compiled = cast(Any, numba.njit)(**options)(function)
    finally:
        config.CACHE_DIR = before
    if not config.DISABLE_JIT:
        _take_literals_as_numbers(compiled)
    return cast(Kernel, compiled)


def _take_literals_as_numbers(compiled: Any) -> None:
    """Compile once for ``f(x, 0)``, ``f(x, 1)`` and ``f(x, n)`` alike, instead of once for each literal."""
    template_of = compiled.get_call_template
    unliteral = cast(Any, types.unliteral)

    def without_literals(args: Any, kws: Any) -> Any:
        return template_of(
            tuple(unliteral(arg) for arg in args),
            {name: unliteral(arg) for name, arg in kws.items()},
        )

    compiled.get_call_template = without_literals


@lru_cache(maxsize=1)
def cache_folder() -> Path:
    """The folder of this version's machine code: ``$DISPATCH_ENGINE_CACHE_DIR`` or the user's cache folder.

    Falls back to the system's temporary folder where neither can be written to.
    """
    name = f"kernels-{_digest()}"
    for base in _bases():
        folder = base / name
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                return folder
        except OSError:
            continue
    return Path(tempfile.mkdtemp(prefix="dispatch-engine-"))


def _bases() -> list[Path]:
    if own := os.environ.get("DISPATCH_ENGINE_CACHE_DIR"):
        return [Path(own)]
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    user = f"dispatch-engine-{os.getuid()}" if hasattr(os, "getuid") else "dispatch-engine"
    return [Path(home) / "dispatch-engine", Path(tempfile.gettempdir()) / user]


def _digest() -> str:
    """A short hash of all kernel sources, this file, and the versions of numba and Python."""
    content = hashlib.sha256(f"{numba.__version__} {sys.version_info[:2]}".encode())
    for source in (Path(__file__), *sorted(KERNELS.glob("*.py"))):
        content.update(source.name.encode() + b"\0" + source.read_bytes())
    return content.hexdigest()[:12]
