"""``python -m dispatch_engine``: the same commands as ``dispatch-engine``."""

from __future__ import annotations

import sys

from dispatch_engine.cli import main

if __name__ == "__main__":
    sys.exit(main())
