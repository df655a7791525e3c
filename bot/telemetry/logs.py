"""What is logged, and how: plain text, or a JSON object a line; each line with the turn it belongs to.

No line holds what people write, nor a token or a key. An exception's own text may quote either, so a
traceback is shown with its places and without that text, but for errors of the machine.
"""

from __future__ import annotations

import json
import logging
import traceback
from datetime import UTC, datetime

from sqlalchemy.exc import OperationalError

from bot.telemetry.turn import current_turn

_OURS = ("bot", "knowledge", "retrieval")
# What a record may hold beside its message.
_FIELDS = ("kind", "seconds")
# Disk full, database gone: their texts speak of files and hosts.
_OF_THE_MACHINE = (OSError, OperationalError)
_PLAIN = "%(asctime)s %(levelname)s %(name)s [%(turn)s]: %(message)s"


def configure_logs(level: str, *, as_json: bool) -> None:
    """Log to standard error from this level on.

    What is not ours begins at INFO: below it, libraries log what they send and receive.
    """
    handler = logging.StreamHandler()
    handler.addFilter(_name_turn)
    handler.setFormatter(JsonLines() if as_json else PlainLines(_PLAIN))
    logging.basicConfig(handlers=[handler], level=max(logging.INFO, logging.getLevelName(level)), force=True)
    for name in _OURS:
        logging.getLogger(name).setLevel(level)


class PlainLines(logging.Formatter):
    """A line of text for each record, and the places of an exception below it."""

    def formatException(self, ei: object) -> str:  # noqa: N802 - the name is logging's
        """Show where an exception came from."""
        return where_from(ei[1]) if isinstance(ei, tuple) and ei[1] else ""


class JsonLines(PlainLines):
    """A JSON object for each record: time, level, logger, turn, message and, if there is one, fault."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one line, whatever the message holds."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "turn": getattr(record, "turn", ""),
            "message": record.getMessage(),
        }
        line |= {name: getattr(record, name) for name in _FIELDS if hasattr(record, name)}
        if record.exc_info:
            line["fault"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def where_from(error: BaseException) -> str:
    """Tell where an exception came from, and each that led to it, without what it says."""
    chain: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and link not in chain:
        chain.append(link)
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
    return "\nwhich led to\n".join(
        "".join(traceback.format_tb(each.__traceback__)) + named(each) for each in reversed(chain)
    )


def named(error: BaseException) -> str:
    """Name an exception by its kind, and by its text where that cannot quote anybody."""
    kind = type(error).__name__
    return f"{kind}: {error}" if isinstance(error, _OF_THE_MACHINE) else kind


def _name_turn(record: logging.LogRecord) -> bool:
    record.turn = getattr(record, "turn", "") or current_turn()
    return True
