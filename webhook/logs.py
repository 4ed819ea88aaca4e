"""One JSON object a line, on standard error: what every `weighbridge` service writes.

A record's own fields stand in `record.fields` (give `extra={"fields": {...}}`). The line is ASCII: control characters,
line separators and marks that turn the direction of text are escaped, so that text which somebody else chose can neither
break out of its line nor act on a terminal.
"""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TextIO

_encode = json.JSONEncoder(separators=(",", ":"), default=str).encode


class JsonFormatter(logging.Formatter):
    """Render a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return time, level, logger, message, the record's fields and, where there is one, the traceback."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line.update(getattr(record, "fields", {}))
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return _encode(line)


def configure(level: str, stream: TextIO | None = None) -> None:
    """Send every logger of the process to `stream` as JSON lines, at `level` and above."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    # Each watch event and each handler is a line of its own at INFO; what matters of them is in our own lines.
    logging.getLogger("kopf").setLevel(max(logging.WARNING, logging.getLogger().level))
