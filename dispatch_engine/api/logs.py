"""Logs as JSON, one object a line on standard error, with the ids of request and job where there are any."""

from __future__ import annotations

import logging
import sys
from typing import TextIO

import structlog
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import Processor

SHARED: tuple[Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.stdlib.ExtraAdder(),
    structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False)),
)
"""What happens to every line. Tracebacks go without local variables: these hold customers and secrets."""
QUIET = ("uvicorn.error", "uvicorn.access", "httpx2", "httpcore2", "asyncio")
"""Loggers that only speak up from a warning on."""


def configure_logs(level: str, form: str = "auto", stream: TextIO | None = None) -> None:
    """Send all logs of this process to ``stream`` (standard error).

    Parameters
    ----------
    level : least level that is logged.
    form : ``json``: one object a line; ``text``: for people; ``auto``: text on a terminal.
    """
    stream = stream or sys.stderr
    is_text = form == "text" or (form == "auto" and stream.isatty())
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*SHARED],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.dev.ConsoleRenderer() if is_text else structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
