"""The kernels as plain Python: the same tests pass with compilation switched off."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.skipif(os.environ.get("NUMBA_DISABLE_JIT") == "1", reason="this already is the run without JIT")
def test_kernels_pass_their_tests_uncompiled() -> None:
    """Nothing in a kernel depends on being compiled: no typed arithmetic, no layout, no hidden state."""
    tests = Path(__file__).with_name("test_kernels.py")
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", str(tests)],
        env=os.environ | {"NUMBA_DISABLE_JIT": "1"},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
